"""关键信息变更 (P-03): name, birth date, number; reviewed, nothing lost."""

from datetime import date

import pytest

from db import engine
from db.queries import people as people_query
from db.stores import people
from domain.case import flow
from domain.case.status import Status
from domain.items import case_reversal, key_info_change
from tests import make
from tests.make import COUNTY, FRIDAY, HE_JING, WANG_DASHAN, ZHAO_MIN, ZHENG_TAO

pytestmark = pytest.mark.usefixtures("county")

NEW_NUMBER = make.id_number(date(1975, 8, 21), 137)


async def filed(**answers: object) -> flow.Receipt:
    if await people.find(WANG_DASHAN.index) is None:
        await make.participant()
    base = {"name": "王大山", "id_type": "resident_id_card", "id_number": WANG_DASHAN.id_number, "reason": "派出所更正"}
    return await make.handed_in(key_info_change.ITEM, {**base, **answers}, WANG_DASHAN)


async def approved(**answers: object) -> int:
    receipt = await filed(**answers)
    await make.approve(receipt.case_id, ZHAO_MIN)
    assert await make.approve(receipt.case_id, HE_JING) is Status.EFFECTED
    return receipt.case_id


def register(name: str, number: str) -> dict[make.Person, dict[str, str]]:
    return {make.Person(name, number, 99): {"region_code": make.GROUP}}


@pytest.mark.rule("R-063")
@pytest.mark.rule("R-064")
async def test_it_waits_for_two_pairs_of_eyes_and_three_working_days() -> None:
    receipt = await filed(name="王大川")
    assert receipt.status is Status.SUBMITTED
    assert receipt.due_on == date(2026, 11, 25)
    assert await engine.fetchval("select name from person") == "王大山"


@pytest.mark.rule("R-058")
async def test_a_new_name_holds_after_approval_and_the_old_one_is_kept() -> None:
    await make.participant()
    await make.sources(household_register=register("王大川", WANG_DASHAN.id_number))
    case_id = await approved(name="王大川")
    assert await engine.fetchval("select name from person") == "王大川"
    [change] = await people_query.changes_by_case(COUNTY, case_id)
    assert (change.field, change.before, change.after) == ("name", "王大山", "王大川")


@pytest.mark.rule("R-070")
async def test_a_new_number_keeps_one_person_and_both_numbers_lead_there() -> None:
    await make.participant()
    await make.sources(household_register=register("王大山", NEW_NUMBER))
    await approved(id_number=NEW_NUMBER)
    old, new = await people.find(WANG_DASHAN.index), await people.find(people_query.id_index_of(NEW_NUMBER))
    assert old == new != None  # noqa: E711 - the three are compared at once
    person = await people.read(*new)  # type: ignore[misc]
    assert person is not None
    assert (person.id_number, person.born_on) == (NEW_NUMBER, date(1975, 8, 21))
    spells = await engine.fetch("select until_on from person_identity order by id")
    assert [row["until_on"] for row in spells] == [FRIDAY.date(), None]


@pytest.mark.rule("R-070")
async def test_the_number_of_another_participant_is_barred() -> None:
    await make.participant(make.LI_XIUYING)
    receipt = await filed(id_number=make.LI_XIUYING.id_number, name="李秀英")
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert "number-of-another" in [finding.code for finding in looked.bars]


@pytest.mark.rule("R-066")
async def test_a_birth_date_against_the_number_needs_an_authority() -> None:
    receipt = await filed(born_on="1974-01-01")
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert "birth-against-number" in [finding.code for finding in looked.bars]


@pytest.mark.rule("R-069")
@pytest.mark.parametrize(("receiving", "flagged"), [(True, True), (False, False)])
async def test_a_pensioner_s_new_birth_date_is_flagged_and_stops_nothing(receiving: bool, flagged: bool) -> None:
    person_id = await make.participant()
    if receiving:
        await people.enroll(COUNTY, person_id, first_enrolled_on=date(2015, 1, 1), tier_fen=None, categories=[],
                            contributing=False, case_id=None)  # fmt: skip
    await make.sources(household_register=register("王大山", NEW_NUMBER))
    receipt = await filed(id_number=NEW_NUMBER)
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert ("recheck-benefit" in [finding.code for finding in looked.findings]) is flagged
    assert looked.bars == []


@pytest.mark.rule("R-072")
async def test_the_tax_bureau_is_told_the_new_values() -> None:
    await make.participant()
    await make.sources(household_register=register("王大川", WANG_DASHAN.id_number))
    case_id = await approved(name="王大川")
    assert await engine.fetchval("select count(*) from exchange_message where case_id = $1", case_id) == 1


async def test_the_register_s_other_name_is_put_before_the_reviewer() -> None:
    receipt = await filed(name="王大川")
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    assert "identity-mismatch" in [finding.code for finding in looked.bars]
    line = next(line for line in looked.comparisons if line.source == "公安户籍库" and line.title == "姓名")
    assert (line.declared, line.says, line.agrees) == ("王大川", "王大山", False)
    assert line.as_of_on == FRIDAY.date()


async def test_a_reversal_puts_every_old_value_back() -> None:
    await make.participant()
    await make.sources(household_register=register("王大川", NEW_NUMBER))
    case_id = await approved(name="王大川", id_number=NEW_NUMBER)
    answers = {"original_id": case_id, "original_no": "1", "reason": "上传的证件不是本人的"}
    reversal = await flow.start(
        case_reversal.ITEM, await make.subject(WANG_DASHAN), ZHENG_TAO, "national", FRIDAY, answers
    )
    await flow.submit(COUNTY, reversal, ZHENG_TAO, 0, FRIDAY)
    await make.approve(reversal, make.FENG_YUAN)
    person = await people.read(*(await people.find(WANG_DASHAN.index) or (0, 0)))
    assert person is not None
    assert (person.name, person.id_number, person.born_on) == ("王大山", WANG_DASHAN.id_number, date(1975, 8, 20))
