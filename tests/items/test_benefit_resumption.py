"""恢复发放养老金 (P-23)."""

from datetime import date, datetime

import pytest

from db import engine
from db.stores import benefits as store
from domain.agency import sentences, suspensions
from domain.case import flow
from domain.case.status import Status
from domain.errors import Refused
from domain.items import benefit_resumption
from domain.items.benefit_resumption import BenefitResumption
from tests import make
from tests.agency.pensioner import benefit, only
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY, ZHAO_MIN, Person
from tests.payments import month as way
from tests.payments.month import draws, pensioner, standard

pytestmark = pytest.mark.usefixtures("county")
AT = datetime(2027, 2, 3, 9, tzinfo=CHINA)
OLD: Person = pensioner(1)


async def stopped(reason: str = "suspected_dual", first: int = 202701) -> int:
    """Paid for December; then stopped."""
    person = await draws(1)
    await way.paid()
    held = await suspensions.propose(COUNTY, person, reason, first, "外县说也在领取", ZHAO_MIN, way.AT)
    await suspensions.confirm(COUNTY, [held], LIN_JING, way.AT)
    return person


async def filed(why: str = "not_dual", when: datetime = AT, **more: object) -> int:
    return (await make.handed_in(benefit_resumption.ITEM, {"why": why, **more}, OLD, when=when)).case_id


async def codes(case_id: int, when: datetime = AT) -> list[str]:
    return [finding.code for finding in (await flow.look(COUNTY, case_id, LIN_JING, when))[1].findings]


async def decided(case_id: int, when: datetime = AT) -> None:
    await make.approve(case_id, ZHAO_MIN, when)
    assert await make.approve(case_id, LIN_JING, when) is Status.EFFECTED


@pytest.mark.rule("R-293", "R-301")
async def test_a_pension_comes_back_with_the_stopped_months_at_their_standards_and_says_how_much_and_when() -> None:
    person = await stopped()
    await standard(person, 202702, {"basic_central": 15300, "account_personal": 6623})
    case_id = await filed(when=datetime(2027, 3, 3, 9, tzinfo=CHINA))
    assert await make.column(case_id, "limit_days") == 10
    march = datetime(2027, 3, 4, 9, tzinfo=CHINA)
    (note,) = (await flow.look(COUNTY, case_id, LIN_JING, march))[1].findings
    said = "补发2027年1月到2027年2月共2个月，大约428.46元，3月25日前后和当月的一起发"
    assert (note.code, said in note.message) == ("arrears", True)
    await decided(case_id, march)
    held = await only(person)
    assert (held["state"], held["last_month"], held["pays_arrears"], held["lift_case_id"]) == (
        "lifted",
        202702,
        True,
        case_id,
    )
    (body,) = await told("养老金恢复发放")
    assert said in body
    plan = await way.planned(202703, march)
    assert await way.lines(person, plan) == [
        (202701, "arrears", 20923),
        (202702, "arrears", 21923),
        (202703, "regular", 21923),
    ]


async def test_the_months_told_are_the_months_paid_whatever_else_stops_them() -> None:
    person = await stopped("suspected_dual", 202612)  # December is paid already
    await store.recheck(COUNTY, [person], 202612)
    await suspensions.confirm(
        COUNTY, [await suspensions.propose(COUNTY, person, "other", 202702, "地址找不到人", ZHAO_MIN, way.AT)], LIN_JING, way.AT
    )  # fmt: skip
    case_id = await filed(when=datetime(2027, 3, 3, 9, tzinfo=CHINA))
    (note,) = (await flow.look(COUNTY, case_id, LIN_JING, AT))[1].findings
    assert "补发2027年1月共1个月，大约209.23元" in note.message


@pytest.mark.rule("R-363", "R-366")
async def test_who_was_in_prison_is_paid_from_the_month_after_the_release_and_not_for_the_time_before() -> None:
    person = await stopped("imprisoned", 202701)
    april = datetime(2027, 4, 2, 9, tzinfo=CHINA)
    case_id = await filed("released", april, freed_on="2027-02-10")
    assert await codes(case_id, april) == ["no-arrears"]
    await decided(case_id, april)
    held = await only(person)
    assert (held["last_month"], held["pays_arrears"]) == (202702, False)
    (body,) = await told("养老金恢复发放")
    assert "不补发" in body
    assert "补发2027年3月共1个月" in body
    plan = await way.planned(202704, april)
    assert await way.lines(person, plan) == [(202703, "arrears", 20923), (202704, "regular", 20923)]


@pytest.mark.rule("R-369")
async def test_a_recorded_detention_ends_with_the_case_and_is_paid_where_nobody_was_guilty() -> None:
    person = await draws(1)
    await way.paid()
    await sentences.record(COUNTY, person, "wanted_or_detained", 202701, "拘留通知书", LIN_JING, way.AT)
    case_id = await filed("not_guilty", freed_on="2027-01-20")
    assert await codes(case_id) == []
    await decided(case_id)
    spell = await engine.fetchrow("select last_month, acquitted from sentence_spell")
    assert spell is not None
    assert tuple(spell) == (202701, True)
    plan = await way.planned(202702, AT)
    assert await way.lines(person, plan) == [(202701, "arrears", 20923), (202702, "regular", 20923)]


@pytest.mark.parametrize(
    ("why", "freed_on", "found"),
    [
        ("not_guilty", "2027-01-20", ["sentenced"]), ("released", "2026-12-31", ["before-spell", "no-arrears"]),
        ("released", "2027-02-03", ["no-arrears"]), ("released", "2027-02-04", ["not-yet", "no-arrears"]),
    ],
)  # fmt: skip
async def test_a_release_must_fit_what_is_recorded(why: str, freed_on: str, found: list[str]) -> None:
    person = await draws(1)
    await sentences.record(COUNTY, person, "imprisoned", 202701, "判决书", LIN_JING, way.AT)
    assert await codes(await filed(why, freed_on=freed_on)) == found


@pytest.mark.rule("R-299")
async def test_somebody_who_draws_another_pension_is_not_restored() -> None:
    await stopped()
    await make.sources(employee_scheme={OLD: {"status": "receiving"}})
    case_id = await filed()
    assert await codes(case_id) == ["draws-another", "arrears"]
    await make.approve(case_id, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="正在领取待遇"):
        await make.approve(case_id, LIN_JING, AT)


@pytest.mark.rule("R-293", "R-300")
async def test_who_was_taken_for_dead_is_seen_and_restored_although_the_list_still_names_him() -> None:
    await draws(1)
    await make.sources(deaths={OLD: {"died_on": "2026-12-20"}})
    await suspensions.follow_deaths(COUNTY, AT)
    case_id = await filed("alive")  # only proposed yet: it is dropped
    assert await codes(case_id) == ["see-the-person", "arrears"]
    await decided(case_id)
    assert await engine.fetchval("select state from benefit_suspension") == "dismissed"
    assert len(await told("养老金照常发放")) == 1


@pytest.mark.rule("R-285")
async def test_a_certification_restores_by_itself_and_without_one_the_way_is_shown() -> None:
    person = await draws(1, certified=202512)
    held = await suspensions.propose(COUNTY, person, "not_certified", 202701, "资格确认过期", ZHAO_MIN, way.AT)
    await suspensions.confirm(COUNTY, [held], LIN_JING, way.AT)
    assert "not-certified" in await codes(await filed("certified"))


async def test_another_reason_than_the_one_that_stops_is_answered_with_the_right_one() -> None:
    await stopped()
    (finding,) = (await flow.look(COUNTY, await filed("alive"), LIN_JING, AT))[1].findings
    assert (finding.code, "可能重复领取养老金" in finding.message) == ("not-stopped", True)


async def test_the_form_begins_with_the_answer_that_fits_and_wants_what_belongs_to_it() -> None:
    person = await stopped("suspected_death")
    assert await benefit_resumption.prefill(await make.subject(OLD)) == {"why": "alive"}
    assert (await benefit(person))["state"] == "confirmed"
    for wrong in ({"why": "x"}, {"why": "released"}, {"why": "other", "note": "错"}):
        with pytest.raises(ValueError, match=r"请|写明"):
            BenefitResumption(**wrong)  # type: ignore[arg-type]
    assert BenefitResumption(why="released", freed_on=date(2027, 2, 10)).last_month == 202702
    assert BenefitResumption(why="other", note="搬家了没有联系上").last_month is None


async def test_the_county_checks_and_another_decides_what_staff_filed() -> None:
    await stopped()
    case_id = (await make.handed_in(benefit_resumption.ITEM, {"why": "not_dual"}, OLD, actor=LIN_JING, when=AT)).case_id
    with pytest.raises(Refused, match="别人办理"):
        await make.approve(case_id, LIN_JING, AT)
    assert await make.approve(case_id, XIA_YU, AT) is Status.EFFECTED
