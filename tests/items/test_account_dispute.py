"""个人账户核查 (P-16)."""

from datetime import date
from typing import Any

import pytest

from db import engine
from domain.case import flow
from domain.case.status import Status
from domain.errors import Refused
from domain.items import account_dispute
from tests import make
from tests.contributions.ways import booked, paid
from tests.make import COUNTY, FRIDAY, HE_JING, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("county")
MONDAY = date(2026, 11, 23)
ANSWERS = {
    "year": 2026,
    "wrong": "missing",
    "what": "5月在村里交了200元，账上没有",
    "place": "township",
    "day": MONDAY.isoformat(),
}


async def filed(**answers: Any) -> int:
    return (await make.handed_in(account_dispute.ITEM, {**ANSWERS, **answers}, WANG_DASHAN)).case_id


async def looked(case_id: int, actor: Any = ZHAO_MIN) -> Any:
    return (await flow.look(COUNTY, case_id, actor, FRIDAY))[1]


@pytest.mark.rule("R-199", "R-200")
async def test_a_dispute_goes_from_the_township_to_the_county_which_answers() -> None:
    await make.participant()
    case_id = await filed()
    assert await make.column(case_id, "limit_days") == 10
    await make.approve(case_id, ZHAO_MIN)
    assert await make.approve(case_id, HE_JING) is Status.EFFECTED


@pytest.mark.rule("R-199")
async def test_where_there_is_no_error_the_reasons_are_told_with_the_remedies() -> None:
    await make.participant()
    case_id = await filed()
    await make.approve(case_id, ZHAO_MIN)
    await flow.reject(
        COUNTY, case_id, HE_JING, await make.version(case_id), "NO_ERROR_FOUND", "5月的200元记在2025年补缴", FRIDAY
    )
    assert await make.column(case_id, "status") == Status.REJECTED


@pytest.mark.rule("R-199")
async def test_every_line_of_the_year_stands_beside_what_is_said() -> None:
    await make.participant()
    await booked(paid(20000))
    lines = (await looked(await filed())).comparisons
    assert lines[0].declared == "5月在村里交了200元，账上没有"
    assert lines[0].says == "2026-11-23 乡镇（街道）事务所"
    assert lines[1].says.startswith("200.00元，单据")


@pytest.mark.rule("R-193")
async def test_an_answer_changes_no_entry() -> None:
    await make.participant()
    await booked(paid(20000))
    before = await engine.fetch("select * from ledger_entry order by id")
    case_id = await filed()
    await make.approve(case_id, ZHAO_MIN)
    await make.approve(case_id, HE_JING)
    assert await engine.fetch("select * from ledger_entry order by id") == before


@pytest.mark.parametrize(
    ("day", "codes"),
    [("2026-11-20", []), ("2026-11-19", ["day-over"]), ("2026-11-22", ["not-working"])],
)
async def test_an_appointment_that_cannot_be_kept_is_noted_and_stops_nobody(day: str, codes: list[str]) -> None:
    await make.participant()
    await booked(paid(20000))
    found = await looked(await filed(day=day))
    assert [finding.code for finding in found.findings] == codes
    assert found.bars == []


async def test_a_year_without_a_line_can_be_disputed_too() -> None:
    await make.participant()
    assert [finding.code for finding in (await looked(await filed(year=2024))).findings] == ["nothing-booked"]


@pytest.mark.parametrize("change", [{"what": "不对"}, {"wrong": ""}, {"place": ""}])
async def test_a_dispute_says_what_is_wrong_and_where_one_comes(change: dict[str, str]) -> None:
    await make.participant()
    with pytest.raises(Refused):
        await filed(**change)
