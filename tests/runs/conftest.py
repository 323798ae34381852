"""People with accounts in both townships, and the three who settle interest."""

import random
from datetime import date

import pytest

from db import engine
from db.funds import FUNDS
from db.stores import ledger
from db.stores.ledger import Entry
from domain.actor import Post
from domain.ledger import Kind
from tests import make
from tests.account.conftest import document
from tests.make import COUNTY

MAKER = make.HE_JING
REVIEWER = make.staff("严明", Post.FINANCE_SUPERVISOR, staff_id=112)
APPROVER = make.FENG_YUAN
DAY = date(2026, 2, 3)
_REGIONS = ("439901010201", "439901010101", "439901020101", "439901020302")


async def many_accounts(count: int, seed: int = 7) -> list[int]:
    """Accounts of made-up people, spread over four villages; written past the person store, which seals one by one."""
    del seed
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


@pytest.fixture
async def accounts(db: object) -> list[int]:
    return await many_accounts(60)
