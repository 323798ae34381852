"""The year's interest of a county: as the rule says, once, and again only what has changed."""

from datetime import date, timedelta

import msgspec
import pytest

from db import engine
from db.funds import FUNDS
from db.queries import accounts as query
from db.queries import runs as run_query
from db.queries.runs import Township, open_accounts_by_township
from db.stores import runs as store
from db.stores.ledger import Entry
from domain import verify
from domain.errors import Refused
from domain.ledger import Kind
from domain.runs import interest_settlement, run
from tests.account.conftest import document
from tests.make import COUNTY, FRIDAY
from tests.runs.conftest import (
    APPROVER,
    AT,
    DAY,
    KIND,
    MAKER,
    REVIEWER,
    WITHOUT_VOUCHERS,
    by_the_rule,
    interest_in,
    many_accounts,
    posted,
    settle,
    some_entries,
    work,
)


@pytest.mark.rule("R-177", "R-178", "R-179", "R-183")
async def test_every_account_and_fund_gets_what_the_rule_says_over_three_years(accounts: list[int]) -> None:
    years = range(2023, 2026)
    entries = some_entries(accounts, years)
    await posted(entries)
    for year in years:
        await settle(year)
    for account in accounts:
        expected = by_the_rule(entries, account, years)
        assert {year: await interest_in(account, year) for year in years} == expected, account
    broken = await verify.county(COUNTY)
    assert {check.title for check in broken.checks if check.count} <= WITHOUT_VOUCHERS, broken.text()


@pytest.mark.rule("R-183")
async def test_a_fen_that_two_sources_have_equal_claim_to_goes_to_the_earlier(accounts: list[int]) -> None:
    both = {"personal": 22, "collective": 22}
    await posted([Entry(account_id=accounts[0], kind=Kind.ADJUSTMENT, value_on=date(2025, 1, 9), amounts=both)])
    await settle(2025)
    assert await interest_in(accounts[0], 2025) == {"personal": 1}


@pytest.mark.rule("R-176", "R-179")
async def test_money_that_came_before_its_account_was_opened_bears_interest_from_its_own_day(
    accounts: list[int],
) -> None:
    """Paid in December at the tax office, registered in January: the account is younger than the money."""
    paid, empty = accounts[:2]
    await engine.execute(
        "update individual_account set opened_on = '2025-01-09' where id = any($1::bigint[])", [paid, empty]
    )
    await posted(
        [Entry(account_id=paid, kind=Kind.CONTRIBUTION, value_on=date(2024, 6, 30), amounts={"personal": 100_000})]
    )
    run_id = await settle(2024)
    assert await interest_in(paid, 2024) == {"personal": 1500}
    assert await engine.fetchval("select settled_year from account_balance where account_id = $1", empty) == 0
    assert await engine.fetchval("select count(*) from run_exception where run_id = $1", run_id) == 0
    await settle(2025)
    assert await interest_in(paid, 2025) == {"personal": 2538}


@pytest.mark.rule("R-464", "R-185")
async def test_the_settlement_has_one_voucher_for_all_it_wrote(accounts: list[int]) -> None:
    await posted(some_entries(accounts, range(2025, 2026)))
    run_id = await settle(2025)
    total = await engine.fetchval("select sum(amount_fen)::bigint from run_chunk where run_id = $1", run_id)
    lines = await engine.fetch("select account, debit_fen + credit_fen as fen from voucher_line order by position")
    assert [tuple(line) for line in lines] == [("account_interest", total), ("account_interest_payable", total)]
    assert total > 0


@pytest.mark.rule("R-184")
async def test_a_second_run_without_a_change_writes_nothing(accounts: list[int]) -> None:
    await posted(some_entries(accounts, range(2025, 2026)))
    await settle(2025)
    before = await engine.fetchval("select count(*) from ledger_entry")
    run_id = await settle(2025)
    assert await engine.fetchval("select count(*) from ledger_entry") == before
    assert await engine.fetchval("select sum(rows_done)::int from run_chunk where run_id = $1", run_id) == 0


@pytest.mark.rule("R-184", "R-167")
async def test_a_late_payment_brings_its_difference_and_nothing_else(accounts: list[int]) -> None:
    entries = some_entries(accounts, range(2025, 2026))
    await posted(entries)
    await settle(2025)
    one, other = accounts[0], accounts[1]
    kept = await interest_in(other, 2025)
    late = Entry(account_id=one, kind=Kind.CONTRIBUTION, value_on=date(2025, 6, 1), amounts={"personal": 100_000})
    await posted([late])
    await settle(2025)
    assert await interest_in(one, 2025) == by_the_rule([*entries, late], one, range(2025, 2026))[2025]
    assert await interest_in(other, 2025) == kept
    kinds = [row.kind for row in await query.entries(COUNTY, one, 2025)]
    assert kinds.count(Kind.INTEREST_CORRECTION) == 1


async def test_the_next_settlement_says_in_which_settled_years_money_came_afterwards(accounts: list[int]) -> None:
    """The one settled anew by its own document is not among them; nor is anybody after another run of that year."""
    before = await posted(some_entries(accounts, range(2024, 2025)))
    await engine.execute("update fund_document set booked_at = $1 where id = $2", AT - timedelta(days=1), before)
    await settle(2024)
    anew, late = accounts[:2]
    papers = []
    for account in (anew, late):
        entry = Entry(account_id=account, kind=Kind.ADJUSTMENT, value_on=date(2024, 6, 1), amounts={"personal": 50_000})
        papers.append(await posted([entry]))
    await interest_settlement.resettle(COUNTY, [anew], 2024, papers[0], DAY)
    assert await run_query.changed_since_settled(COUNTY, 2025) == {}  # not booked yet
    await engine.execute("update fund_document set booked_at = $1 where id = any($2)", FRIDAY, papers)
    assert await run_query.changed_since_settled(COUNTY, 2025) == {2024: 1}
    assert await run_query.changed_since_settled(COUNTY, 2024) == {}  # of years before only
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    row = await run_query.run(COUNTY, run_id)
    assert row is not None
    assert ("2024年", "结息以后有1人的账又有变动，请先再办一次2024年的结息") in KIND.facts(
        msgspec.json.decode(row.settings)
    )


@pytest.mark.rule("R-167")
async def test_a_correction_in_settled_years_is_carried_through_all_of_them(accounts: list[int]) -> None:
    years = range(2023, 2026)
    entries = some_entries(accounts, years)
    await posted(entries)
    for year in years:
        await settle(year)
    one = accounts[3]
    late = Entry(account_id=one, kind=Kind.ADJUSTMENT, value_on=date(2023, 3, 1), amounts={"personal": 50_000})
    await posted([late])
    async with engine.transaction():
        difference = await interest_settlement.resettle(COUNTY, [one], 2023, await document(), DAY)
    expected = by_the_rule([*entries, late], one, years)
    assert {year: await interest_in(one, year) for year in years} == expected
    without = by_the_rule(entries, one, years)
    assert difference == sum(sum(y.values()) for y in expected.values()) - sum(
        sum(y.values()) for y in without.values()
    )


@pytest.mark.rule("R-167")
async def test_a_year_that_an_account_was_not_settled_for_is_left_to_its_run(accounts: list[int]) -> None:
    early, ahead = accounts[:2]
    await posted([
        Entry(account_id=a, kind=Kind.CONTRIBUTION, value_on=date(2024, 1, 5), amounts={"personal": 100_000}) for a in accounts[:2]
    ])  # fmt: skip
    await settle(2024)
    await engine.execute("update individual_account set status = 'settled' where id = $1", early)
    await settle(2025)
    await engine.execute("update individual_account set status = 'open' where id = $1", early)
    assert await interest_settlement.resettle(COUNTY, [early, ahead], 2024, await document(), DAY) == 0
    assert await interest_in(early, 2025) == {}
    assert await interest_in(ahead, 2025) == {"personal": 2569}  # (1,000.00 + 27.50) × 2.5 %


@pytest.mark.rule("R-189")
async def test_accounts_that_are_not_open_get_nothing_and_suspended_ones_their_due(accounts: list[int]) -> None:
    await posted([
        Entry(account_id=a, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 5), amounts={"personal": 100_000}) for a in accounts
    ])  # fmt: skip
    await engine.execute("update individual_account set status = 'settled' where id = $1", accounts[0])
    await settle(2025)
    assert await interest_in(accounts[0], 2025) == {}
    assert await interest_in(accounts[1], 2025) == {"personal": 2292}  # 1000 × 2.5 % × 11/12


async def test_who_was_not_settled_the_year_before_is_put_aside_with_the_reason(accounts: list[int]) -> None:
    """Also when nothing is left of the earlier money: it may have earned something. Who is new in the year is not late."""
    old, empty, new = accounts[:3]
    await posted([
        Entry(account_id=old, kind=Kind.CONTRIBUTION, value_on=date(2024, 12, 31), amounts={"personal": 120_000}),
        Entry(account_id=empty, kind=Kind.CONTRIBUTION, value_on=date(2024, 2, 1), amounts={"personal": 120_000}),
        Entry(account_id=empty, kind=Kind.REFUND, value_on=date(2024, 8, 1), amounts={"personal": -120_000}),
        Entry(account_id=new, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 1), amounts={"personal": 120_000}),
    ])  # fmt: skip
    run_id = await settle(2025)
    rows = await engine.fetch(
        "select trial, account_id, bucket from run_exception where run_id = $1 order by 1, 2", run_id
    )
    assert [tuple(row) for row in rows] == [
        (trial, account, "year_before") for trial in (False, True) for account in (old, empty)
    ]
    assert await interest_in(new, 2025) == {"personal": 2750}
    assert await interest_in(old, 2025) == {}


async def test_a_fund_that_paid_out_before_it_had_the_money_is_put_aside_and_the_others_go_on(
    accounts: list[int],
) -> None:
    odd, good = accounts[:2]
    await posted([
        Entry(account_id=odd, kind=Kind.ADJUSTMENT, value_on=date(2025, 11, 1), amounts={"personal": 1000}),
        Entry(account_id=odd, kind=Kind.ADJUSTMENT, value_on=date(2025, 1, 1), amounts={"personal": -900}),
        Entry(account_id=good, kind=Kind.ADJUSTMENT, value_on=date(2025, 1, 1), amounts={"personal": 120_000}),
    ])  # fmt: skip
    run_id = await settle(2025)
    assert await engine.fetchval("select account_id from run_exception where run_id = $1 and not trial", run_id) == odd
    assert await interest_in(good, 2025) == {"personal": 2750}
    assert await engine.fetchval("select settled_year from account_balance where account_id = $1", odd) == 0


@pytest.mark.rule("R-181")
@pytest.mark.parametrize(
    ("period", "words"), [("2026", "已经过完"), ("2008", "已经过完"), ("abcd", "已经过完"), ("2019", "还没有公布")]
)
async def test_a_year_that_is_not_over_or_has_no_rate_waits(accounts: list[int], period: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        await run.prepare(KIND, COUNTY, period, MAKER, AT)


async def test_the_dry_run_writes_nothing_but_says_the_same_as_the_posting(accounts: list[int]) -> None:
    await posted(some_entries(accounts, range(2025, 2026)))
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    await work()
    tried = await engine.fetchrow("select state, totals, settings from batch_run where id = $1", run_id)
    assert tried is not None
    assert tried["state"] == "tried"
    assert await engine.fetchval("select count(*) from ledger_entry where kind = 10") == 0
    assert await engine.fetchval("select max(settled_year) from account_balance") == 0
    assert msgspec.json.decode(tried["settings"])["rate"] == "0.0250"
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    await work()
    assert await engine.fetchval("select totals from batch_run where id = $1", run_id) == tried["totals"]


@pytest.mark.parametrize(
    ("sizes", "chunks"),
    [
        ([], [("全县", "-x")]),
        ([50_000], [("1镇", "-x")]),
        ([20_000, 30_000], [("1镇、2镇", "-x")]),
        ([20_000, 30_001], [("1镇", "-43990102"), ("2镇", "43990102-x")]),
        ([90_000, 5, 5], [("1镇", "-43990102"), ("2镇、3镇", "43990102-x")]),
    ],
)
def test_chunks_are_whole_townships_and_cover_every_code(sizes: list[int], chunks: list[tuple[str, str]]) -> None:
    townships = [Township(f"439901{n:02d}", f"{n}镇", size) for n, size in enumerate(sizes, start=1)]
    assert interest_settlement.chunks_of(townships) == chunks


async def test_every_open_account_of_the_county_is_in_a_chunk(accounts: list[int]) -> None:
    assert [(t.name, t.accounts) for t in await open_accounts_by_township(COUNTY)] == [("柳湾镇", 30), ("石桥乡", 30)]
    run_id = await settle(2025)
    assert sum(c.rows_done for c in await store.chunks(COUNTY, run_id)) == 0
    assert await engine.fetchval("select count(*) from account_balance where settled_year = 2025") == len(accounts)


async def test_six_hundred_accounts_agree_with_the_rule_to_the_fen(db: object) -> None:
    accounts = await many_accounts(600)
    entries = some_entries(accounts, range(2025, 2026), seed=11)
    await posted(entries)
    await settle(2025)
    rows = await engine.fetch(
        f"select account_id, {', '.join(f'{f}_interest_fen as {f}' for f in FUNDS)} from account_balance"
    )
    mine: dict[int, list[Entry]] = {}
    for entry in entries:
        mine.setdefault(entry.account_id, []).append(entry)
    for row in rows:
        expected = by_the_rule(mine.get(row["account_id"], []), row["account_id"], range(2025, 2026))[2025]
        assert {fund: row[fund] for fund in FUNDS if row[fund]} == expected
