"""Entries are added, balances follow in the same statement, nothing is rewritten."""

import asyncio
from datetime import date

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine
from db.funds import FUNDS
from db.queries import accounts
from db.stores import books, ledger
from db.stores.books import NewLine
from db.stores.ledger import Entry, UnknownAccount
from domain.ledger import Kind
from tests import make
from tests.account.conftest import document
from tests.make import COUNTY

DAY = date(2026, 3, 10)


def paid(account_id: int, fen: int, fund: str = "personal", on: date = DAY, **more: object) -> Entry:
    return Entry(account_id=account_id, kind=Kind.CONTRIBUTION, value_on=on, amounts={fund: fen}, **more)  # type: ignore[arg-type]


async def balance(account_id: int) -> dict[str, int]:
    row = await engine.fetchrow("select * from account_balance where account_id = $1", account_id)
    assert row is not None
    return {name: fen for name, fen in row.items() if name.endswith("_fen") and fen}


@pytest.mark.rule("R-175")
async def test_each_source_of_funds_is_kept_apart_and_interest_beside_its_principal(account_id: int) -> None:
    paper = await document()
    written = await ledger.post(COUNTY, paper, DAY, [
        paid(account_id, 30000, contribution_year=2026),
        Entry(account_id=account_id, kind=Kind.SUBSIDY, value_on=DAY, amounts={"subsidy_province": 3000, "subsidy_county": 1000}),
        Entry(account_id=account_id, kind=Kind.INTEREST, value_on=DAY, amounts={"personal": 7}, is_interest=True),
    ])  # fmt: skip
    assert written == 3
    assert await balance(account_id) == {
        "personal_fen": 30000, "subsidy_province_fen": 3000, "subsidy_county_fen": 1000, "personal_interest_fen": 7,
    }  # fmt: skip


@pytest.mark.rule("R-185")
async def test_two_entries_of_one_account_in_one_statement_both_count(account_id: int) -> None:
    await ledger.post(COUNTY, await document(), DAY, [paid(account_id, 100), paid(account_id, 23)])
    assert await balance(account_id) == {"personal_fen": 123}


@pytest.mark.rule("R-186")
async def test_a_fund_never_falls_below_zero_and_then_nothing_is_written(account_id: int) -> None:
    paper = await document()
    await ledger.post(COUNTY, paper, DAY, [paid(account_id, 100)])
    with pytest.raises(asyncpg.CheckViolationError):
        await ledger.post(COUNTY, paper, DAY, [paid(account_id, -101)])
    await ledger.post(COUNTY, paper, DAY, [paid(account_id, -100)])
    assert await balance(account_id) == {}
    assert await engine.fetchval("select count(*) from ledger_entry") == 2


async def test_an_account_nobody_keeps_is_refused_with_all_that_came_with_it(account_id: int) -> None:
    paper = await document()
    with pytest.raises(UnknownAccount):
        async with engine.transaction():
            await ledger.post(COUNTY, paper, DAY, [paid(account_id, 100), paid(account_id + 1, 100)])
    assert await balance(account_id) == {}
    assert await engine.fetchval("select count(*) from ledger_entry") == 0


@pytest.mark.rule("R-176")
async def test_the_year_and_month_of_an_entry_are_those_of_its_value_day(account_id: int) -> None:
    await ledger.post(
        COUNTY,
        await document(),
        DAY,
        [paid(account_id, 5, on=date(2018, 12, 31)), paid(account_id, 6, on=date(2031, 1, 1))],
    )
    rows = await engine.fetch("select year, month, booked_on from ledger_entry order by year")
    assert [tuple(row) for row in rows] == [(2018, 12, DAY), (2031, 1, DAY)]


@pytest.mark.rule("R-092")
async def test_good_lines_are_booked_once_and_the_others_stay(account_id: int) -> None:
    paper = await document()
    states = ("good", "bad", "good", "exception", "repeated")
    await books.add_lines(COUNTY, paper, [
        NewLine(line_no=n, state=state, name="王大山", amount_fen=1000 * n, account_id=account_id, year=2026, value_on=DAY)
        for n, state in enumerate(states, start=1)
    ])  # fmt: skip
    assert await ledger.post_lines(COUNTY, paper, DAY, Kind.CONTRIBUTION) == 2
    assert await ledger.post_lines(COUNTY, paper, DAY, Kind.CONTRIBUTION) == 0
    assert await balance(account_id) == {"personal_fen": 4000}
    rows = await engine.fetch("select line_no, contribution_year from ledger_entry order by line_no")
    assert [tuple(row) for row in rows] == [(1, 2026), (3, 2026)]


async def test_a_line_goes_to_the_fund_it_names(account_id: int) -> None:
    paper = await document()
    await books.add_lines(COUNTY, paper, [
        NewLine(line_no=n, state="good", name="王大山", amount_fen=n, fund=fund, account_id=account_id, value_on=DAY)
        for n, fund in enumerate(FUNDS, start=1)
    ])  # fmt: skip
    await ledger.post_lines(COUNTY, paper, DAY, Kind.ASSISTANCE)
    assert await balance(account_id) == {f"{fund}_fen": n for n, fund in enumerate(FUNDS, start=1)}


async def test_lines_of_a_range_only(account_id: int) -> None:
    paper = await document()
    await books.add_lines(COUNTY, paper, [
        NewLine(line_no=n, state="good", name="王大山", amount_fen=1, account_id=account_id, value_on=DAY) for n in range(1, 8)
    ])  # fmt: skip
    counts = [await ledger.post_lines(COUNTY, paper, DAY, 1, first, first + 2) for first in (1, 4, 7)]
    assert counts == [3, 3, 1]
    assert await balance(account_id) == {"personal_fen": 7}


async def test_postings_to_one_account_at_the_same_time_are_all_there(account_id: int) -> None:
    paper = await document()
    await asyncio.gather(*(ledger.post(COUNTY, paper, DAY, [paid(account_id, n)]) for n in range(1, 31)))
    assert await balance(account_id) == {"personal_fen": sum(range(1, 31))}


AMOUNTS = st.dictionaries(st.sampled_from(FUNDS), st.integers(-500, 1000), min_size=1, max_size=4)


@pytest.mark.rule("R-185")
@given(events=st.lists(st.tuples(AMOUNTS, st.booleans(), st.integers(2015, 2030)), max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_posted_the_entries_add_up_to_the_balances(
    account_id: int, events: list[tuple[dict[str, int], bool, int]]
) -> None:
    paper = await document()
    for amounts, is_interest, year in events:
        entry = Entry(account_id=account_id, kind=Kind.ADJUSTMENT, value_on=date(year, 5, 1), amounts=amounts,
                      is_interest=is_interest)  # fmt: skip
        try:
            await ledger.post(COUNTY, paper, DAY, [entry])
        except asyncpg.CheckViolationError:
            continue
    for fund in FUNDS:
        for column, which in ((f"{fund}_fen", "not is_interest"), (f"{fund}_interest_fen", "is_interest")):
            kept = await engine.fetchval(f"select {column} from account_balance where account_id = $1", account_id)
            added = await engine.fetchval(f"select coalesce(sum({fund}_fen), 0) from ledger_entry where {which}")
            assert kept == added >= 0


async def test_what_pages_read_is_what_was_posted(account_id: int) -> None:
    paper = await document()
    await ledger.post(COUNTY, paper, DAY, [paid(account_id, 30000, on=date(2024, 5, 6)), paid(account_id, 20000)])
    await ledger.post(COUNTY, paper, DAY, [
        Entry(account_id=account_id, kind=Kind.INTEREST, value_on=date(2024, 12, 31), amounts={"personal": 525}, is_interest=True)
    ])  # fmt: skip
    lines = await accounts.years(COUNTY, account_id)
    assert [(y.year, y.principal["personal"], y.interest_fen, y.closing_fen) for y in lines] == [
        (2024, 30000, 525, 30525), (2026, 20000, 0, 50525),
    ]  # fmt: skip
    rows = await accounts.entries(COUNTY, account_id, 2024)
    assert [(row.amounts, row.is_interest, row.document_kind) for row in rows] == [
        ({"personal": 30000}, False, "tax_detail"), ({"personal": 525}, True, "tax_detail"),
    ]  # fmt: skip
    person_id = await engine.fetchval("select person_id from individual_account where id = $1", account_id)
    found = await accounts.account_of(make.COUNTY, person_id)
    assert found is not None
    assert (found.principal_fen, found.interest_fen, found.total_fen) == (50000, 525, 50525)
