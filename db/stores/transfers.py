"""Transfers of the relation: the write side. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import seal, unseal
from db.funds import AMOUNTS, FUNDS
from db.stores.messages import EXCHANGE


class TransferRow(Struct, frozen=True, kw_only=True):
    """As db/migrations/m0013_transfers.sql says. `letter` and `form`: as they travelled, in builtins."""

    county_code: int
    id: int
    direction: str
    number: str
    scope: str
    money: str
    other_county: int
    other_name: str
    case_id: int | None
    person_id: int | None
    name: str
    id_index: bytes
    region_code: str
    state: str
    letter: dict[str, Any]
    form: dict[str, Any]
    sent_on: date
    valid_until: date
    due_on: date
    provisional: bool
    out_on: date | None
    settled_month: int | None
    booked_on: date | None
    total_fen: int | None
    advanced_fen: int
    document_id: int | None
    order_id: int | None
    payment_document_id: int | None
    termination_id: int | None
    settlement_run_id: int | None
    reason: str
    opened_at: datetime
    closed_at: datetime | None


class NewTransfer(Struct, frozen=True, kw_only=True):
    direction: str
    number: str
    scope: str
    money: str
    other_county: int
    other_name: str
    case_id: int | None
    person_id: int | None
    name: str
    id_index: bytes
    region_code: str
    state: str
    letter: dict[str, Any]
    sent_on: date
    valid_until: date
    due_on: date
    provisional: bool
    reason: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """A year of the account on its way. `amounts`: signed 分 by source, all of them."""

    line_no: int
    year: int
    kind: str
    counts: bool
    amounts: dict[str, int]

    @property
    def total_fen(self) -> int:
        return sum(self.amounts.values())


_PLAIN = [name for name in TransferRow.__struct_fields__ if name not in ("letter", "form")]
SELECT = f"select {', '.join(_PLAIN)}, letter_sealed, form_sealed from transfer"


def row_of(record: engine.Record) -> TransferRow:
    form = record["form_sealed"]
    return TransferRow(
        **{name: record[name] for name in _PLAIN}, letter=msgspec.json.decode(unseal(record["letter_sealed"], EXCHANGE)),
        form=msgspec.json.decode(unseal(form, EXCHANGE)) if form else {},
    )  # fmt: skip


def sealed(body: dict[str, Any]) -> bytes:
    return seal(msgspec.json.encode(body), EXCHANGE)


async def insert(county_code: int, new: NewTransfer, at: datetime) -> int | None:
    """None when this side of the letter is there already."""
    transfer_id: int | None = await engine.fetchval(
        "insert into transfer (county_code, direction, number, scope, money, other_county, other_name, case_id, person_id, name,"
        " id_index, region_code, state, letter_sealed, sent_on, valid_until, due_on, provisional, reason, opened_at) values ($1, $2,"
        " $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) on conflict do nothing returning id",
        county_code, new.direction, new.number, new.scope, new.money, new.other_county, new.other_name, new.case_id, new.person_id,
        new.name, new.id_index, new.region_code, new.state, sealed(new.letter), new.sent_on, new.valid_until, new.due_on,
        new.provisional, new.reason, at,
    )  # fmt: skip
    return transfer_id


async def lock(county_code: int, transfer_id: int) -> TransferRow | None:
    record = await engine.fetchrow(f"{SELECT} where county_code = $1 and id = $2 for update", county_code, transfer_id)
    return row_of(record) if record else None


async def lock_number(county_code: int, direction: str, number: str) -> TransferRow | None:
    record = await engine.fetchrow(
        f"{SELECT} where county_code = $1 and direction = $2 and number = $3 for update", county_code, direction, number
    )
    return row_of(record) if record else None


async def change(county_code: int, transfer_id: int, **values: Any) -> None:
    """Columns by name; only those that this module's callers know."""
    names = list(values)
    sets = ", ".join(f"{name} = ${position}" for position, name in enumerate(names, start=3))
    await engine.execute(
        f"update transfer set {sets} where county_code = $1 and id = $2", county_code, transfer_id, *values.values()
    )


async def step(county_code: int, transfer_id: int, at: datetime, name: str, by_name: str, note: str = "") -> None:
    await engine.execute(
        "insert into transfer_step (county_code, transfer_id, at, step, by_name, note) values ($1, $2, $3, $4, $5, $6)",
        county_code, transfer_id, at, name, by_name, note,
    )  # fmt: skip


async def add_lines(county_code: int, transfer_id: int, lines: Sequence[Line]) -> None:
    values = ", ".join(f"${n}" for n in range(1, len(FUNDS) + 7))
    await engine.executemany(
        f"insert into transfer_line (county_code, transfer_id, line_no, year, kind, counts, {AMOUNTS}) values ({values})",
        [
            (county_code, transfer_id, line.line_no, line.year, line.kind, line.counts, *(line.amounts[fund] for fund in FUNDS))
            for line in lines
        ],
    )  # fmt: skip


# ------------------------------------------------------------------ what goes to other counties


class Outgoing(Struct, frozen=True):
    id: int
    kind: str
    body: dict[str, Any]


async def outgoing(county_code: int, partner: str, limit: int) -> list[Outgoing]:
    """Messages that wait, the oldest first."""
    rows = await engine.fetch(
        "select id, kind, body_sealed from exchange_message where county_code = $1 and partner = $2 and state = 'waiting'"
        " order by id limit $3",
        county_code, partner, limit,
    )  # fmt: skip
    return [Outgoing(row["id"], row["kind"], msgspec.json.decode(unseal(row["body_sealed"], EXCHANGE))) for row in rows]


async def delivered(county_code: int, message_ids: Sequence[int], file_id: int | None, at: datetime) -> int:
    """How many of them were still waiting."""
    tag = await engine.execute(
        "update exchange_message set state = 'sent', sent_at = $4, file_id = $3 where county_code = $1 and id = any($2::bigint[])"
        " and state = 'waiting'",
        county_code, list(message_ids), file_id, at,
    )  # fmt: skip
    return int(tag.rpartition(" ")[2])


# ------------------------------------------------------------------ differences and questions


async def open_difference(county_code: int, transfer_id: int, expected: int, received: int, by_name: str, at: datetime) -> bool:
    """False when one is open already."""
    tag = await engine.execute(
        "insert into transfer_difference (county_code, transfer_id, expected_fen, received_fen, opened_at, opened_by_name)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        county_code, transfer_id, expected, received, at, by_name,
    )  # fmt: skip
    return tag.endswith(" 1")


async def close_difference(county_code: int, transfer_id: int, outcome: str, by_name: str, at: datetime) -> bool:
    tag = await engine.execute(
        "update transfer_difference set closed_at = $3, closed_by_name = $4, outcome = $5 where county_code = $1 and transfer_id = $2"
        " and closed_at is null",
        county_code, transfer_id, at, by_name, outcome,
    )  # fmt: skip
    return tag.endswith(" 1")


async def ask(county_code: int, transfer_id: int, number: str, asked: str, by_name: str, at: datetime) -> bool:
    tag = await engine.execute(
        "insert into transfer_question (county_code, transfer_id, number, asked, asked_at, asked_by_name)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        county_code, transfer_id, number, asked, at, by_name,
    )  # fmt: skip
    return tag.endswith(" 1")


async def answer(county_code: int, number: str, answer: str, by_name: str, at: datetime) -> int | None:
    """Returns the transfer; None when it is answered already or was never asked."""
    transfer_id: int | None = await engine.fetchval(
        "update transfer_question set answer = $3, answered_at = $4, answered_by_name = $5 where county_code = $1 and number = $2"
        " and answered_at is null returning transfer_id",
        county_code, number, answer, at, by_name,
    )  # fmt: skip
    return transfer_id


# ------------------------------------------------------------------ settled by the province


class Settled(Struct, frozen=True, kw_only=True):
    people_in: int
    in_fen: int
    people_out: int
    out_fen: int


_SETTLE = """
with counted as (
  update transfer set settlement_run_id = $2 where county_code = $1 and money = 'central' and settlement_run_id is null
     and state in ('booked', 'finished') and booked_on between $4 and $5
  returning other_county, direction, total_fen),
kept as (
  insert into province_settlement (county_code, run_id, other_county, year, people_in, in_fen, people_out, out_fen)
  select $1, $2, other_county, $3, count(*) filter (where direction = 'in'), coalesce(sum(total_fen) filter (where direction = 'in'), 0),
         count(*) filter (where direction = 'out'), coalesce(sum(total_fen) filter (where direction = 'out'), 0)
    from counted group by other_county
  returning people_in, in_fen, people_out, out_fen)
select coalesce(sum(people_in), 0)::int as people_in, coalesce(sum(in_fen), 0)::bigint as in_fen,
       coalesce(sum(people_out), 0)::int as people_out, coalesce(sum(out_fen), 0)::bigint as out_fen from kept
"""


async def settle_province(county_code: int, run_id: int, year: int) -> Settled:
    """Counts what was taken in within the year and no run has counted, by the other county."""
    row = await engine.fetchrow(_SETTLE, county_code, run_id, year, date(year, 1, 1), date(year, 12, 31))
    assert row is not None
    return Settled(**dict(row))
