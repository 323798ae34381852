"""What is known about somebody's benefits. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.benefit_items import AMOUNTS, ITEMS


class CountedYear(Struct, frozen=True):
    """A contribution year that counts, and the day on which it was paid whole."""

    year: int
    paid_on: date


class BenefitRow(Struct, frozen=True, kw_only=True):
    """As db/migrations/m0006_benefits.sql says; months are 202611."""

    person_id: int
    account_id: int
    case_id: int | None
    eligible_on: date
    first_month: int
    years: int
    state: str
    determined_at: datetime
    confirmed_at: datetime | None
    confirmed_how: str
    confirmed_by_name: str
    certified_month: int
    paid_until: int
    carried_fen: int
    ended_month: int | None
    end_reason: str
    version: int


class StandardRow(Struct, frozen=True, kw_only=True):
    """`amounts`: 分 by part (db/benefit_items.py), those that are 0 left out. `balances` and `trace`: JSON."""

    id: int
    from_month: int
    reason: str
    amounts: dict[str, int]
    total_fen: int
    balances: str
    trace: str
    document: str
    decided_at: datetime
    decided_by_name: str


class PaymentAccountRow(Struct, frozen=True, kw_only=True):
    """`tail`: the last digits, by which people recognise it; the number itself is for who pays and for the owner."""

    id: int
    kind: str
    bank: str
    holder_name: str
    tail: str
    state: str
    state_reason: str
    since: datetime


async def counted_years(county_code: int, account_id: int) -> list[CountedYear]:
    rows = await engine.fetch(
        "select year, last_paid_on from contribution_year where county_code = $1 and account_id = $2 and counts order by year",
        county_code, account_id,
    )  # fmt: skip
    return [CountedYear(row["year"], row["last_paid_on"]) for row in rows]


async def account_id(county_code: int, person_id: int) -> int:
    """Every participant has one."""
    found: int = await engine.fetchval(
        "select id from individual_account where county_code = $1 and person_id = $2", county_code, person_id
    )
    return found


async def first_entry_year(county_code: int, account_id: int) -> int | None:
    year: int | None = await engine.fetchval(
        "select min(year) from ledger_entry where county_code = $1 and account_id = $2", county_code, account_id
    )
    return year


async def benefit(county_code: int, person_id: int) -> BenefitRow | None:
    row = await engine.fetchrow(
        f"select {', '.join(BenefitRow.__struct_fields__)} from benefit where county_code = $1 and person_id = $2",
        county_code, person_id,
    )  # fmt: skip
    return BenefitRow(**dict(row)) if row else None


async def standards(county_code: int, person_id: int) -> list[StandardRow]:
    """Everything that was ever said, the newest first."""
    rows = await engine.fetch(
        f"select id, from_month, reason, {AMOUNTS}, total_fen, balances, trace, document, decided_at, decided_by_name"
        " from benefit_standard where county_code = $1 and person_id = $2 order by id desc",
        county_code, person_id,
    )  # fmt: skip
    return [_standard(row) for row in rows]


async def standard_of(county_code: int, person_id: int, month: int) -> StandardRow | None:
    """What holds for a month; None before the first."""
    row = await engine.fetchrow(
        f"select id, from_month, reason, {AMOUNTS}, total_fen, balances, trace, document, decided_at, decided_by_name"
        " from benefit_standard where county_code = $1 and person_id = $2 and from_month <= $3"
        " order by from_month desc, id desc limit 1",
        county_code, person_id, month,
    )  # fmt: skip
    return _standard(row) if row else None


def _standard(row: engine.Record) -> StandardRow:
    amounts = {item: row[f"{item}_fen"] for item in ITEMS if row[f"{item}_fen"]}
    rest = {name: row[name] for name in StandardRow.__struct_fields__ if name != "amounts"}
    return StandardRow(amounts=amounts, **rest)


async def payment_account(county_code: int, person_id: int) -> PaymentAccountRow | None:
    """The one in use."""
    row = await engine.fetchrow(
        "select id, kind, bank, holder_name, account_tail as tail, state, state_reason, since from payment_account"
        " where county_code = $1 and person_id = $2 and ended_at is null",
        county_code, person_id,
    )  # fmt: skip
    return PaymentAccountRow(**dict(row)) if row else None
