"""A death that the village reports while a month is being paid: before the file the person is taken out of the plan, after it
what was paid too much is owed back; prison in the same weeks; and a death that was none.

Every desk does its part through the functions the pages call."""

from datetime import date, datetime

import pytest

from db import engine
from domain import payments, verify
from domain.agency import death_reports as reports
from domain.agency import sentences
from domain.agency.death_reports import Reported
from tests import make
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY, VILLAGE, ZHAO_MIN
from tests.payments import month as way
from tests.runs.conftest import REVIEWER, WITHOUT_VOUCHERS

pytestmark = pytest.mark.usefixtures("db")
MONTHLY = 20923
DIED = date(2026, 12, 20)


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=CHINA)


async def stopped(number: int, at: datetime) -> int:
    """The village says that somebody has died, the township hands it on, the county stops the pension; the report."""
    who = way.pensioner(number)
    line = Reported(name=who.name, id_number=who.id_number, happened_on=DIED, note="家里人说的")
    report = await reports.report(COUNTY, VILLAGE, 202612, [line], make.assistant(), at)
    await reports.forward(COUNTY, 202612, ZHAO_MIN, at)
    await reports.suspend(COUNTY, report, 1, LIN_JING, at)
    return report


async def found_true(report: int, at: datetime) -> None:
    await reports.find_true(COUNTY, report, 1, DIED, "看过火化证明", XIA_YU, at)


async def december() -> tuple[int, int]:
    """Two people who were paid for December."""
    people = await way.draws(1, held=100_000), await way.draws(2, held=100_000)
    await ended(await way.paid(202612, on(2026, 12, 8)), on(2026, 12, 10))
    return people


async def ended(plan: int, at: datetime) -> None:
    await payments.book(COUNTY, plan, REVIEWER, at)
    await payments.close(COUNTY, plan, REVIEWER, at)
    report = await verify.county(COUNTY)
    assert not {c.title for c in report.checks if c.count} - WITHOUT_VOUCHERS, report.text()


async def pension(person: int) -> tuple[str, int | None, int]:
    row = await engine.fetchrow("select state, ended_month, carried_fen from benefit where person_id = $1", person)
    assert row is not None
    return tuple(row)


@pytest.mark.rule("R-258", "R-292", "R-311")
async def test_a_death_known_before_the_file_takes_the_person_out_of_the_plan() -> None:
    dead, alive = await december()
    january = await way.planned(202701, on(2027, 1, 8))
    report = await stopped(1, on(2027, 1, 11))
    (file_id,) = await way.sent(january, on(2027, 1, 12))
    assert [line.participant_no for line in await way.lines_of(file_id)] == [f"{COUNTY}-{alive}"]
    assert await way.transfer(january, dead) == ("left_out", MONTHLY)
    assert (await way.plan(january)).total_fen == MONTHLY
    await way.returned(file_id, at=on(2027, 1, 13))
    await ended(january, on(2027, 1, 14))

    await found_true(report, on(2027, 1, 20))
    assert await pension(dead) == ("ended", 202612, 0)
    february = await way.paid(202702, on(2027, 2, 8))
    assert await way.lines(dead, february) == []
    assert await way.lines(alive, february) == [(202702, "regular", MONTHLY)]
    assert await way.lines(dead) == [(202612, "regular", MONTHLY)]  # the month of the death is his
    assert await pension(dead) == ("ended", 202612, 0)


@pytest.mark.rule("R-258", "R-264", "R-311")
@pytest.mark.parametrize("answered", [False, True], ids=["while the bank pays", "after the bank has paid"])
async def test_a_death_known_after_the_file_is_owed_back(answered: bool) -> None:
    dead, alive = await december()
    january = await way.planned(202701, on(2027, 1, 8))
    (file_id,) = await way.sent(january, on(2027, 1, 11))
    if answered:
        await way.returned(file_id, at=on(2027, 1, 12))
    report = await stopped(1, on(2027, 1, 12))
    if not answered:
        await way.returned(file_id, at=on(2027, 1, 12))
    assert await way.transfer(january, dead) == ("paid", MONTHLY)
    await ended(january, on(2027, 1, 14))
    await found_true(report, on(2027, 1, 20))

    february = await way.paid(202702, on(2027, 2, 8))
    assert await way.lines(dead, february) == [(202701, "deduction", -MONTHLY)]
    assert await way.transfer(february, dead) == ("paid", 0)  # nothing for the bank to do
    assert await pension(dead) == ("ended", 202612, MONTHLY)
    assert await way.lines(alive, february) == [(202702, "regular", MONTHLY)]
    await ended(february, on(2027, 2, 10))

    march = await way.paid(202703, on(2027, 3, 8))
    assert await way.lines(dead, march) == []  # asked back once
    assert await pension(dead) == ("ended", 202612, MONTHLY)


@pytest.mark.rule("R-258", "R-363")
@pytest.mark.parametrize(("situation", "state"), [("imprisoned", "left_out"), ("serving_outside", "sent")])
async def test_who_goes_to_prison_before_the_file_is_taken_out_too(situation: str, state: str) -> None:
    person, _ = await december()
    january = await way.planned(202701, on(2027, 1, 8))
    await sentences.record(COUNTY, person, situation, 202701, "判决书", LIN_JING, on(2027, 1, 11))
    await way.sent(january, on(2027, 1, 12))
    assert await way.transfer(january, person) == (state, MONTHLY)


@pytest.mark.rule("R-258", "R-293")
async def test_a_death_that_was_none_is_made_good_with_the_next_month() -> None:
    living, _ = await december()
    january = await way.planned(202701, on(2027, 1, 8))
    report = await stopped(1, on(2027, 1, 11))
    (file_id,) = await way.sent(january, on(2027, 1, 12))
    await way.returned(file_id, at=on(2027, 1, 13))
    assert await way.transfer(january, living) == ("left_out", MONTHLY)
    await reports.find_false(COUNTY, report, 1, "本人到窗口来了", XIA_YU, on(2027, 1, 20))
    february = await way.paid(202702, on(2027, 2, 8))
    assert await way.lines(living, february) == [(202701, "arrears", MONTHLY), (202702, "regular", MONTHLY)]
    assert await pension(living) == ("confirmed", None, 0)
