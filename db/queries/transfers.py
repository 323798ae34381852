"""Transfers as desks and people see them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.funds import FUNDS
from db.stores.transfers import SELECT, Line, TransferRow, row_of

__all__ = ["Line", "TransferRow"]  # screens read them too


class StepRow(Struct, frozen=True):
    at: datetime
    step: str
    by_name: str
    note: str


class DifferenceRow(Struct, frozen=True, kw_only=True):
    id: int
    transfer_id: int
    name: str
    number: str
    other_name: str
    expected_fen: int
    received_fen: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by_name: str
    outcome: str


class QuestionRow(Struct, frozen=True, kw_only=True):
    number: str
    asked: str
    asked_at: datetime
    asked_by_name: str
    answer: str
    answered_at: datetime | None
    answered_by_name: str


async def one(county_code: int, transfer_id: int) -> TransferRow | None:
    record = await engine.fetchrow(f"{SELECT} where county_code = $1 and id = $2", county_code, transfer_id)
    return row_of(record) if record else None


async def of_case(county_code: int, case_id: int) -> TransferRow | None:
    """The newest of a case: a letter may have been sent again. Supplements go with it and are not it."""
    record = await engine.fetchrow(
        f"{SELECT} where county_code = $1 and case_id = $2 and number not like '%-S%' order by id desc limit 1", county_code, case_id
    )
    return row_of(record) if record else None


async def by_number(county_code: int, direction: str, number: str) -> TransferRow | None:
    record = await engine.fetchrow(
        f"{SELECT} where county_code = $1 and direction = $2 and number = $3", county_code, direction, number
    )
    return row_of(record) if record else None


async def listed(
    county_code: int, prefix: str, direction: str, states: Sequence[str], *, before: int | None = None, limit: int
) -> list[TransferRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"{SELECT} where county_code = $1 and region_code like $2 || '%' and direction = $3 and state = any($4)"
        " and ($5::bigint is null or id < $5) order by id desc limit $6",
        county_code, prefix, direction, list(states), before, limit,
    )  # fmt: skip
    return [row_of(row) for row in rows]


async def to_follow(county_code: int, on: date) -> list[int]:
    """What the worker has to do something about: a letter that ran out, money that came, a case that was refused, a payment of an
    earlier month's transfer that is not in the books."""
    rows = await engine.fetch(
        "select t.id from transfer t where t.county_code = $1 and (t.state = 'asked' and t.valid_until < $2"
        " or t.state = 'answered' and t.document_id is not null and exists (select from receipt r where r.county_code = $1"
        " and r.document_id = t.document_id)"
        " or t.state = 'received' and exists (select from service_case c where c.county_code = $1 and c.id = t.case_id"
        " and c.status = 'rejected')"
        " or t.state in ('sent', 'finished') and t.money = 'cash' and t.total_fen > 0 and t.payment_document_id is null"
        " and t.out_on < date_trunc('month', $2::date)) order by t.id",
        county_code, on,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def is_open(county_code: int, id_index: bytes, but: int | None) -> bool:
    """Whether a transfer to this county is under way for this number, of another case than `but`."""
    found: bool = await engine.fetchval(
        "select exists (select from transfer where county_code = $1 and id_index = $2 and direction = 'in'"
        " and state in ('asked', 'answered') and case_id is distinct from $3)",
        county_code, id_index, but,
    )  # fmt: skip
    return found


async def lines(county_code: int, transfer_id: int) -> list[Line]:
    rows = await engine.fetch(
        "select * from transfer_line where county_code = $1 and transfer_id = $2 order by line_no", county_code, transfer_id
    )
    return [
        Line(line_no=r["line_no"], year=r["year"], kind=r["kind"], counts=r["counts"], amounts={f: r[f"{f}_fen"] for f in FUNDS})
        for r in rows
    ]  # fmt: skip


async def steps(county_code: int, transfer_id: int) -> list[StepRow]:
    rows = await engine.fetch(
        "select at, step, by_name, note from transfer_step where county_code = $1 and transfer_id = $2 order by id",
        county_code, transfer_id,
    )  # fmt: skip
    return [StepRow(**dict(row)) for row in rows]


async def differences(county_code: int, *, transfer_id: int | None = None, limit: int = 100) -> list[DifferenceRow]:
    """Open ones first."""
    rows = await engine.fetch(
        "select d.id, d.transfer_id, t.name, t.number, t.other_name, d.expected_fen, d.received_fen, d.opened_at, d.closed_at,"
        " d.closed_by_name, d.outcome from transfer_difference d join transfer t on t.county_code = $1 and t.id = d.transfer_id"
        " where d.county_code = $1 and ($2::bigint is null or d.transfer_id = $2)"
        " order by (d.closed_at is null) desc, d.id desc limit $3",
        county_code, transfer_id, limit,
    )  # fmt: skip
    return [DifferenceRow(**dict(row)) for row in rows]


async def questions(county_code: int, transfer_id: int) -> list[QuestionRow]:
    rows = await engine.fetch(
        f"select {', '.join(QuestionRow.__struct_fields__)} from transfer_question where county_code = $1 and transfer_id = $2"
        " order by id",
        county_code, transfer_id,
    )  # fmt: skip
    return [QuestionRow(**dict(row)) for row in rows]


# ------------------------------------------------------------------ what stands in the way of leaving


class Open(Struct, frozen=True, kw_only=True):
    """Business of somebody that is not finished (R-382)."""

    cases: int
    lines: int
    waiting_money: int
    orders: int


async def open_business(
    county_code: int, account_id: int, id_index: bytes, undecided: Sequence[str], but_case: int | None
) -> Open:
    """`undecided`: states of a case in which nothing has been decided; `but_case`: the case of the transfer itself."""
    row = await engine.fetchrow(
        "select (select count(*) from service_case where county_code = $1 and subject_index = $3 and status = any($4)"
        " and id is distinct from $5 and item not in ('transfer_out', 'scheme_linkage'))::int as cases,"
        " (select count(*) from document_line l join fund_document d on d.county_code = $1 and d.id = l.document_id"
        " and d.state in ('draft', 'declared', 'approved') where l.county_code = $1 and l.account_id = $2 and l.state = 'good')::int as lines,"
        " (select count(*) from document_line l join fund_document d on d.county_code = $1 and d.id = l.document_id"
        " and d.state <> 'cancelled' where l.county_code = $1 and l.id_index = $3 and l.state = 'exception')::int as waiting_money,"
        " (select count(*) from payment_order o join document_line l on l.county_code = $1 and l.document_id = o.document_id"
        " and l.account_id = $2 where o.county_code = $1 and o.state in ('waiting', 'sent', 'failed'))::int as orders",
        county_code, account_id, id_index, list(undecided), but_case,
    )  # fmt: skip
    assert row is not None
    return Open(**dict(row))


async def last_business_on(county_code: int, account_id: int) -> date | None:
    """The last day on which money of the account counted (R-383)."""
    found: date | None = await engine.fetchval(
        "select max(value_on) from ledger_entry where county_code = $1 and account_id = $2", county_code, account_id
    )
    return found


async def draws(county_code: int, person_id: int) -> bool:
    """Whether a pension was ever determined and has not been wholly settled."""
    found: bool = await engine.fetchval(
        "select exists (select from benefit where county_code = $1 and person_id = $2 and state <> 'settled')", county_code, person_id
    )
    return found


async def order_state(county_code: int, order_id: int) -> tuple[str, date | None]:
    row = await engine.fetchrow(
        "select state, paid_on from payment_order where county_code = $1 and id = $2", county_code, order_id
    )
    assert row is not None
    return row["state"], row["paid_on"]


async def newest_order(county_code: int, document_id: int) -> int | None:
    """A failed order is followed by another one under the same document (R-393)."""
    found: int | None = await engine.fetchval(
        "select max(id) from payment_order where county_code = $1 and document_id = $2", county_code, document_id
    )
    return found


async def county_codes() -> set[int]:
    """Counties of this installation."""
    return {row["county_code"] for row in await engine.fetch("select county_code from county")}


class ProvinceRow(Struct, frozen=True, kw_only=True):
    """What one year's transfers with one other county come to, 分."""

    other_county: int
    people_in: int
    in_fen: int
    people_out: int
    out_fen: int


async def to_settle(county_code: int, year: int) -> int:
    """How many transfers of the year the province has yet to settle."""
    found: int = await engine.fetchval(
        "select count(*) from transfer where county_code = $1 and money = 'central' and settlement_run_id is null"
        " and state in ('booked', 'finished') and booked_on between $2 and $3",
        county_code, date(year, 1, 1), date(year, 12, 31),
    )  # fmt: skip
    return found


async def settled_by_county(county_code: int, run_id: int) -> list[ProvinceRow]:
    rows = await engine.fetch(
        "select other_county, people_in, in_fen, people_out, out_fen from province_settlement where county_code = $1 and run_id = $2"
        " order by other_county",
        county_code, run_id,
    )  # fmt: skip
    return [ProvinceRow(**dict(row)) for row in rows]


async def late_ids(county_code: int) -> list[int]:
    """Transfers out whose account, closed then, has money again: a subsidy that came late. The newest of each account."""
    fen = " + ".join(f"b.{fund}_fen + b.{fund}_interest_fen" for fund in FUNDS)
    rows = await engine.fetch(
        "select max(t.id) as id from transfer t join individual_account a on a.county_code = $1 and a.person_id = t.person_id"
        " and a.status = 'settled' join account_balance b on b.county_code = $1 and b.account_id = a.id"
        f" where t.county_code = $1 and t.direction = 'out' and t.state in ('sent', 'finished') and {fen} > 0"
        " and t.number not like '%-S%' group by t.person_id",
        county_code,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def supplements(county_code: int, number: str) -> int:
    """How many have followed a transfer."""
    found: int = await engine.fetchval(
        "select count(*) from transfer where county_code = $1 and number like $2 || '-S%'", county_code, number
    )
    return found
