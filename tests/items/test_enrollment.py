"""参保登记 (P-01)."""

from datetime import date, timedelta

import pytest

from db import engine
from db.queries import accounts
from db.queries import people as people_query
from db.stores import people
from domain.case import flow
from domain.case.item import Source, Subject
from domain.case.status import Status
from domain.errors import Refused
from domain.items import enrollment
from tests import make
from tests.make import COUNTY, FRIDAY, LI_XIUYING, QIAN_FANG, SUN_LI, WANG_DASHAN, ZHAO_MIN, ZHOU_XIAOMAN

pytestmark = pytest.mark.usefixtures("county")


async def effected(person: make.Person = LI_XIUYING, **more: object) -> int:
    receipt = await make.enrollment_of(person, **more)
    await make.approve(receipt.case_id, ZHAO_MIN)
    assert await make.approve(receipt.case_id, SUN_LI) is Status.EFFECTED
    return receipt.case_id


@pytest.mark.rule("R-046")
async def test_approval_opens_an_account_with_every_fund_at_zero() -> None:
    await effected()
    _, person_id = await people.find(LI_XIUYING.index) or (0, 0)
    funds = await accounts.balances(COUNTY, person_id)
    assert len(funds) == 8
    assert {(fund.principal_fen, fund.interest_fen) for fund in funds} == {(0, 0)}


@pytest.mark.rule("R-047")
async def test_approval_queues_the_registration_for_the_tax_bureau() -> None:
    case_id = await effected()
    rows = await engine.fetch("select partner, kind, state from exchange_message where case_id = $1", case_id)
    assert [tuple(row) for row in rows] == [("tax", "registration", "waiting")]


async def test_the_participant_is_contributing_from_the_first_of_the_month() -> None:
    await effected()
    person = await people.read(*(await people.find(LI_XIUYING.index) or (0, 0)))
    assert person is not None
    assert (person.participation_status, person.contribution_status) == (1, 1)
    assert person.first_enrolled_on == date(2026, 11, 1)
    assert (person.sex, person.born_on) == ("2", date(1988, 3, 5))


@pytest.mark.rule("R-031")
async def test_the_too_young_may_apply_and_the_reviewer_is_shown_the_article() -> None:
    receipt = await make.enrollment_of(ZHOU_XIAOMAN)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [(f.code, f.basis) for f in looked.findings] == [("too-young", "国发〔2014〕8号 三")]


@pytest.mark.rule("R-031")
async def test_the_too_young_cannot_be_approved_by_mistake() -> None:
    receipt = await make.enrollment_of(ZHOU_XIAOMAN)
    await make.approve(receipt.case_id, ZHAO_MIN)
    with pytest.raises(Refused, match="16周岁"):
        await make.approve(receipt.case_id, SUN_LI)
    assert await people.find(ZHOU_XIAOMAN.index) is None


@pytest.mark.rule("R-031")
@pytest.mark.parametrize(("days_before_birthday", "codes"), [(1, ["too-young"]), (0, [])])
async def test_the_sixteenth_birthday_counts_and_the_day_before_does_not(
    days_before_birthday: int, codes: list[str]
) -> None:
    born = (FRIDAY.date() + timedelta(days=days_before_birthday)).replace(year=2010)
    teenager = make.Person("郭小雨", make.id_number(born, 161), 20)
    await make.sources(household_register=make.household(teenager))
    receipt = await make.enrollment_of(teenager)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.findings] == codes


@pytest.mark.rule("R-032")
@pytest.mark.rule("R-033")
@pytest.mark.parametrize(("field", "code"), [("in_school", "student"), ("public_employee", "public-employee")])
async def test_what_the_applicant_says_about_himself_bars_approval_not_filing(field: str, code: str) -> None:
    receipt = await make.enrollment_of(LI_XIUYING, answers={field: True})
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.bars] == [code]


@pytest.mark.rule("R-033")
@pytest.mark.rule("R-034")
@pytest.mark.rule("R-048")
@pytest.mark.parametrize(
    ("status", "code"), [("insured", "in-employee-scheme"), ("receiving", "receiving-other-pension")]
)
async def test_the_employee_scheme_is_asked_and_its_answer_bars(status: str, code: str) -> None:
    await make.sources(household_register=make.household(LI_XIUYING), employee_scheme={LI_XIUYING: {"status": status}})
    receipt = await make.enrollment_of(LI_XIUYING)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.bars] == [code]


@pytest.mark.rule("R-035")
@pytest.mark.parametrize(("region", "codes"), [("439902010101", ["not-local-household"]), (make.GROUP, [])])
async def test_the_household_must_be_registered_in_the_county(region: str, codes: list[str]) -> None:
    await make.sources(household_register=make.household(LI_XIUYING, region))
    receipt = await make.enrollment_of(LI_XIUYING)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.bars] == codes


@pytest.mark.rule("R-040")
async def test_somebody_enrolled_here_already_is_found() -> None:
    await make.participant(LI_XIUYING)
    receipt = await make.enrollment_of(LI_XIUYING)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.bars] == ["already-enrolled"]


@pytest.mark.rule("R-040")
async def test_somebody_enrolled_elsewhere_is_pointed_to_the_transfer() -> None:
    elsewhere = {LI_XIUYING: {"scheme": "resident", "county_code": "439902", "place": "邻县"}}
    await make.sources(household_register=make.household(LI_XIUYING), national_registry=elsewhere)
    receipt = await make.enrollment_of(LI_XIUYING)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert "关系转移" in looked.bars[0].message


async def test_the_dead_are_not_enrolled() -> None:
    await make.sources(household_register=make.household(LI_XIUYING), deaths={LI_XIUYING: {"died_on": "2026-10-01"}})
    receipt = await make.enrollment_of(LI_XIUYING)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert [f.code for f in looked.bars] == ["deceased-on-record"]


@pytest.mark.rule("R-054")
async def test_who_left_and_comes_back_keeps_person_and_account() -> None:
    person_id = await make.participant(LI_XIUYING)
    await people.terminate(COUNTY, person_id, 0)
    await effected()
    assert await engine.fetchval("select count(*) from person") == 1
    assert await engine.fetchval("select count(*) from individual_account") == 1
    person = await people.read(COUNTY, person_id)
    assert person is not None
    assert (person.participation_status, person.contribution_status) == (1, 1)


@pytest.mark.rule("R-055")
async def test_beneficiaries_named_at_enrollment_are_registered() -> None:
    wanted = [
        {
            "name": "王小虎",
            "id_type": "resident_id_card",
            "id_number": WANG_DASHAN.id_number,
            "relation": "2",
            "share_percent": 100,
        }
    ]
    await effected(answers={"beneficiaries": wanted})
    _, person_id = await people.find(LI_XIUYING.index) or (0, 0)
    rows = await people_query.beneficiaries(COUNTY, person_id)
    assert [(row.name, row.share_percent) for row in rows] == [("王小虎", 100)]


@pytest.mark.rule("R-055")
@pytest.mark.parametrize("shares", [[60, 39], [60, 41]])
async def test_shares_that_do_not_make_a_hundred_cannot_be_handed_in(shares: list[int]) -> None:
    rows = [
        {
            "name": "王小虎",
            "id_type": "resident_id_card",
            "id_number": person.id_number,
            "relation": "2",
            "share_percent": share,
        }
        for person, share in zip((WANG_DASHAN, ZHOU_XIAOMAN), shares, strict=True)
    ]
    with pytest.raises(Refused):
        await make.enrollment_of(LI_XIUYING, answers={"beneficiaries": rows})


@pytest.mark.rule("R-005")
async def test_a_source_that_is_down_makes_the_case_wait_or_go_on_commitment() -> None:
    await make.source_down(Source.EMPLOYEE_SCHEME)
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    with pytest.raises(Refused, match="不得让居民去开证明"):
        await make.approve(receipt.case_id, SUN_LI)
    assert await make.approve(receipt.case_id, SUN_LI, on_commitment=True) is Status.EFFECTED
    assert await make.column(receipt.case_id, "on_commitment") is True


@pytest.mark.rule("R-497")
async def test_every_answer_a_decision_rests_on_is_kept_with_batch_age_and_purpose() -> None:
    case_id = await effected()
    rows = await engine.fetch(
        "select source, as_of_on, purpose, batch_no from comparison_result where case_id = $1", case_id
    )
    assert len(rows) == 8  # four sources at submission, four at approval
    assert {row["purpose"] for row in rows} == {"受理时比对", "审核时比对"}
    assert all(row["as_of_on"] == FRIDAY.date() and row["batch_no"] for row in rows)


@pytest.mark.rule("R-519")
@pytest.mark.parametrize("name", ["㐂䶮", "阿依·古丽", "欧阳𠮷"])
async def test_rare_characters_and_the_middle_dot_are_kept(name: str) -> None:
    rare = make.Person(name, make.id_number(date(1990, 5, 5), 171), 21)
    await make.sources(household_register=make.household(rare))
    await effected(rare)
    person = await people.read(*(await people.find(rare.index) or (0, 0)))
    assert person is not None
    assert person.name == name


async def test_a_reversal_ends_what_should_not_have_begun_and_another_person_decides_it() -> None:
    from domain.items import case_reversal  # noqa: PLC0415

    case_id = await effected()
    subject = await make.subject(LI_XIUYING)
    answers = {"original_id": case_id, "original_no": "1", "reason": "户籍信息看错，应在邻县参保"}
    reversal = await flow.start(case_reversal.ITEM, subject, QIAN_FANG, "national", FRIDAY, answers)
    await flow.submit(COUNTY, reversal, QIAN_FANG, 0, FRIDAY)
    await make.approve(reversal, make.FENG_YUAN)
    person = await people.read(COUNTY, subject.person_id or 0)
    assert person is not None
    assert (person.participation_status, person.contribution_status) == (4, 3)
    assert await make.column(case_id, "reversed_by") == reversal
    assert await make.column(case_id, "status") == "effected", "the first decision stays on record"


async def test_the_number_typed_must_be_the_subjects() -> None:
    subject = Subject(county_code=COUNTY, name=LI_XIUYING.name, id_index=LI_XIUYING.index)
    ask = enrollment.Enrollment(**{**make.ENROLLMENT, "name": "李秀英", "id_number": WANG_DASHAN.id_number})
    found = enrollment.examine(ask, await enrollment.gather(ask, subject, FRIDAY.date()))
    assert "identity-mismatch" in [finding.code for finding in found]


@pytest.mark.rule("R-053")
@pytest.mark.parametrize(
    ("born", "flagged", "contribution_status"), [(date(1966, 11, 20), True, 3), (date(1966, 11, 21), False, 1)]
)
async def test_from_sixty_on_nobody_contributes_any_more(born: date, flagged: bool, contribution_status: int) -> None:
    elder = make.Person("赵有福", make.id_number(born, 181), 22)
    await make.sources(household_register=make.household(elder))
    receipt = await make.enrollment_of(elder)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert ("pension-age" in [finding.code for finding in looked.findings]) is flagged
    assert looked.bars == []
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, SUN_LI)
    person = await people.read(*(await people.find(elder.index) or (0, 0)))
    assert person is not None
    assert (person.participation_status, person.contribution_status) == (1, contribution_status)


@pytest.mark.rule("R-045")
@pytest.mark.rule("R-065")
async def test_the_pictures_of_the_papers_stay_with_the_approved_case() -> None:
    case_id = await effected()
    kept = await engine.fetch("select material from case_material where case_id = $1 and removed_at is null", case_id)
    assert {row["material"] for row in kept} == {"id_document", "household_front", "household_own"}
