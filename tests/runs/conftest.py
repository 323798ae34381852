"""People with accounts in both townships, and the three who settle interest."""

import random
from datetime import date, datetime
from decimal import Decimal

import pytest

from db import engine
from db.funds import FUNDS
from db.queries import accounts as query
from db.stores import ledger
from db.stores.ledger import Entry
from domain.actor import Post
from domain.funds import Fund
from domain.ledger import Kind
from domain.rules.interest import Movement, interest_of
from domain.runs import KINDS, interest_settlement, run
from tests import make
from tests.account.conftest import document
from tests.make import CHINA, COUNTY

MAKER = make.HE_JING
REVIEWER = make.staff("严明", Post.FINANCE_SUPERVISOR, staff_id=112)
APPROVER = make.FENG_YUAN
DAY = date(2026, 2, 3)
KIND = interest_settlement.KIND
AT = datetime(2026, 2, 3, 9, tzinfo=CHINA)
RATES = {2021: "0.021", 2022: "0.0225", 2023: "0.0275", 2024: "0.03", 2025: "0.025"}  # of the sample parameters
# What `ledger verify` finds because the deposits of these tests were posted past the books.
WITHOUT_VOUCHERS = {
    "no entry without its document", "documents agree with their vouchers", "accounts agree with the control accounts",
}  # fmt: skip
_REGIONS = ("439901010201", "439901010101", "439901020101", "439901020302")


async def many_accounts(count: int) -> list[int]:
    """Accounts of made-up people, spread over four villages; written past the person store, which seals one by one."""
    rows = await engine.fetch(
        "with p as (insert into person (county_code, name, id_type, id_number_sealed, id_index, sex, ethnic_group, born_on,"
        " household_type, household_address, region_code, created_at) select $1, '村民' || n, 'resident_id_card', '\\x00',"
        " decode(lpad(to_hex(n), 64, '0'), 'hex'), '1', '01', '1970-01-01', '20', '', ($2::text[])[n % 4 + 1], now()"
        " from generate_series(1, $3) n returning id), a as (insert into individual_account (county_code, person_id, opened_on)"
        " select $1, id, '2015-01-01' from p order by id returning id)"
        " insert into account_balance (county_code, account_id) select $1, id from a order by id returning account_id",
        COUNTY, list(_REGIONS), count,
    )  # fmt: skip
    return sorted(row["account_id"] for row in rows)


def some_entries(accounts: list[int], years: range, seed: int = 7) -> list[Entry]:
    """A few deposits and now and then a payout smaller than what is there, for every account and year."""
    dice = random.Random(seed)
    entries = []
    for account in accounts:
        held = dict.fromkeys(FUNDS, 0)
        for year in years:
            for month in sorted(dice.randint(1, 12) for _ in range(dice.randint(0, 6))):
                fund = dice.choice(FUNDS)
                fen = dice.randint(1, 300_000)
                if held[fund] and dice.random() < 0.2:
                    fen = -dice.randint(1, held[fund])
                held[fund] += fen
                entries.append(
                    Entry(account_id=account, kind=Kind.ADJUSTMENT, value_on=date(year, month, 15), amounts={fund: fen})
                )
    return entries


async def posted(entries: list[Entry]) -> int:
    paper = await document()
    await ledger.post(COUNTY, paper, DAY, entries)
    return paper


async def work(at: datetime = AT) -> None:
    while await run.advance(KINDS, COUNTY, at):
        pass


async def settle(year: int, at: datetime = AT) -> int:
    """The whole way of a run; returns its id."""
    run_id = await run.prepare(KIND, COUNTY, f"{year}", MAKER, at)
    await work(at)
    await run.review(KIND, COUNTY, run_id, REVIEWER, at)
    await run.approve(KIND, COUNTY, run_id, APPROVER, at)
    await work(at)
    assert await state(run_id) == "done"
    return run_id


async def state(run_id: int) -> str:
    found: str = await engine.fetchval("select state from batch_run where id = $1", run_id)
    return found


async def interest_in(account: int, year: int) -> dict[str, int]:
    rows = await query.entries(COUNTY, account, year)
    found = dict.fromkeys(FUNDS, 0)
    for row in rows:
        if row.kind in (Kind.INTEREST, Kind.INTEREST_CORRECTION):
            for fund, fen in row.amounts.items():
                found[fund] += fen
    return {fund: fen for fund, fen in found.items() if fen}


def by_the_rule(entries: list[Entry], account: int, years: range) -> dict[int, dict[str, int]]:
    """What the pure rule gives, year after year."""
    held: dict[Fund, int] = dict.fromkeys(Fund, 0)
    found = {}
    for year in years:
        moved = [
            Movement(e.value_on.month, Fund(fund), fen)
            for e in entries if e.account_id == account and e.value_on.year == year for fund, fen in e.amounts.items()
        ]  # fmt: skip
        gained = interest_of(held, moved, Decimal(RATES[year])).by_fund
        for each in moved:
            held[each.fund] += each.fen
        for fund, fen in gained.items():
            held[fund] += fen
        found[year] = {fund.value: int(fen) for fund, fen in gained.items()}
    return found


@pytest.fixture
async def accounts(db: object) -> list[int]:
    return await many_accounts(60)
