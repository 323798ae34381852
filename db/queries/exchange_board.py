"""Exchange with partners as the reconciliation board and the log read it. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import unseal
from db.stores.messages import EXCHANGE

# Kinds of files in which money is told.
MONEY = ("payment_detail", "special_contribution_booked", "collection", "arrival_notice")


class Day(Struct, frozen=True, kw_only=True):
    """One partner's files of one business day. `told_fen`: what the partner's reconciliation of the day says, None without one;
    `file_fen`: what its files brought; `booked_fen`, `open_fen`: of that, in our books and not yet; `waiting_fen`: booked, but
    nobody knows whose; `aside_fen`: came before, not booked again."""

    partner: str
    business_on: date
    came: int
    held: int
    refused: int
    sent: int
    accepted: int
    failed: int
    unanswered: int
    rows: int
    file_fen: int
    told_fen: int | None
    booked_fen: int
    open_fen: int
    waiting_fen: int
    aside_fen: int


_DAYS = """
with files as (select * from exchange_file where county_code = $1 and business_on between $2 and $3),
told as (
  select partner, business_on, count(*) filter (where direction = 'in' and kind <> 'ack')::int as came,
         count(*) filter (where direction = 'in' and state = 'held')::int as held,
         count(*) filter (where direction = 'out' and kind = 'ack' and reason <> '' and state <> 'processed')::int as refused,
         count(*) filter (where direction = 'out' and kind <> 'ack')::int as sent,
         count(*) filter (where direction = 'out' and kind <> 'ack' and state in ('acknowledged', 'processed'))::int as accepted,
         count(*) filter (where direction = 'out' and kind <> 'ack' and state = 'refused')::int as failed,
         count(*) filter (where direction = 'out' and kind <> 'ack' and state in ('waiting', 'sent'))::int as unanswered,
         coalesce(sum(row_count) filter (where direction = 'in' and kind = any($4)), 0)::int as rows,
         coalesce(sum(total_fen) filter (where direction = 'in' and kind = any($4)), 0)::bigint as file_fen,
         (array_agg(total_fen order by sequence desc) filter (where direction = 'in' and kind = 'daily_reconciliation'))[1] as told_fen
    from files group by partner, business_on),
booked as (
  select f.partner, f.business_on, coalesce(sum(d.total_fen) filter (where d.state = 'booked'), 0)::bigint as booked_fen,
         coalesce(sum(d.total_fen) filter (where d.state in ('draft', 'declared', 'approved')), 0)::bigint as open_fen,
         sum(w.fen)::bigint as waiting_fen, coalesce(sum(d.declared_fen - d.total_fen), 0)::bigint as aside_fen
    from files f join fund_document d on d.county_code = $1 and d.id = f.document_id
   cross join lateral (select coalesce(sum(l.amount_fen), 0) as fen from document_line l where l.county_code = $1
         and l.document_id = d.id and l.state = 'exception' and d.state = 'booked') w
   where f.direction = 'in' and f.kind = any($4) group by f.partner, f.business_on)
select t.*, coalesce(b.booked_fen, 0) as booked_fen, coalesce(b.open_fen, 0) as open_fen,
       coalesce(b.waiting_fen, 0)::bigint as waiting_fen, coalesce(b.aside_fen, 0) as aside_fen
  from told t left join booked b using (partner, business_on) where t.came + t.sent + t.refused > 0
 order by t.business_on desc, t.partner
"""


async def days(county_code: int, first: date, last: date, partner: str | None = None) -> list[Day]:
    """Newest first. Arrival notices make no document: what became of their slips stands with the slips (`slips`)."""
    rows = await engine.fetch(_DAYS, county_code, first, last, MONEY)
    return [Day(**dict(row)) for row in rows if partner in (None, row["partner"])]


class Gap(Struct, frozen=True):
    """Numbers of a partner that never came, while later ones did."""

    partner: str
    first: int
    last: int


async def gaps(county_code: int, limit: int) -> list[Gap]:
    """Only of those who number their files, who are named by a code: returns of debit files bear the number of what they answer."""
    rows = await engine.fetch(
        "select partner, before + 1 as first, sequence - 1 as last from (select partner, sequence, lag(sequence, 1, 0::bigint) over"
        " (partition by partner order by sequence) as before from exchange_file where county_code = $1 and direction = 'in'"
        " and partner ~ '^[A-Za-z]+$') n where sequence > before + 1 order by partner, sequence limit $2",
        county_code, limit,
    )  # fmt: skip
    return [Gap(**dict(row)) for row in rows]


class Standing(Struct, frozen=True):
    """What of a partner is still open, whatever day it is of."""

    partner: str
    held: int
    unanswered: int
    queued: int


async def standing(county_code: int, before: datetime) -> list[Standing]:
    """`unanswered`: sent before that moment, and not a word since; `queued`: not even in a file yet."""
    rows = await engine.fetch(
        "select partner, sum(held)::int as held, sum(unanswered)::int as unanswered, sum(queued)::int as queued from ("
        " select partner, (state = 'held')::int as held, (direction = 'out' and state in ('waiting', 'sent') and kind <> 'ack'"
        " and created_at < $2)::int as unanswered, 0 as queued from exchange_file where county_code = $1"
        " and state in ('held', 'sent', 'waiting') union all"
        " select partner, 0, 0, 1 from exchange_message where county_code = $1 and state = 'waiting') o group by partner order by partner",
        county_code, before,
    )  # fmt: skip
    return [Standing(**dict(row)) for row in rows if row["held"] or row["unanswered"] or row["queued"]]


# ---------------------------------------------------------------- files


class FileRow(Struct, frozen=True, kw_only=True):
    id: int
    partner: str
    direction: str
    kind: str
    sequence: int
    file_name: str
    business_on: date
    row_count: int
    total_fen: int
    state: str
    reason: str
    times: int
    created_at: datetime
    done_at: datetime | None
    document_id: int | None


_FILE = f"select {', '.join(FileRow.__struct_fields__)} from exchange_file where county_code = $1"


async def files(
    county_code: int,
    *,
    partner: str = "",
    direction: str = "",
    state: str = "",
    before: int | None = None,
    limit: int,
) -> list[FileRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"{_FILE} and ($2 = '' or partner = $2) and ($3 = '' or direction = $3) and ($4 = '' or state = $4)"
        " and ($5::bigint is null or id < $5) order by id desc limit $6",
        county_code, partner, direction, state, before, limit,
    )  # fmt: skip
    return [FileRow(**dict(row)) for row in rows]


async def file(county_code: int, file_id: int) -> FileRow | None:
    row = await engine.fetchrow(f"{_FILE} and id = $2", county_code, file_id)
    return FileRow(**dict(row)) if row else None


async def body(county_code: int, file_id: int) -> bytes:
    """What the file holds, in clear: whoever shows it writes down who read it."""
    sealed = await engine.fetchval(
        "select body_sealed from exchange_file where county_code = $1 and id = $2", county_code, file_id
    )
    return unseal(sealed, EXCHANGE) if sealed else b""


async def files_of_day(county_code: int, partner: str, on: date) -> list[FileRow]:
    rows = await engine.fetch(
        f"{_FILE} and partner = $2 and business_on = $3 order by direction, sequence", county_code, partner, on
    )
    return [FileRow(**dict(row)) for row in rows]


async def partners(county_code: int) -> list[str]:
    rows = await engine.fetch(
        "select distinct partner from exchange_file where county_code = $1 order by partner", county_code
    )
    return [row["partner"] for row in rows]


# ---------------------------------------------------------------- lines


class OddLine(Struct, frozen=True, kw_only=True):
    """A line of a file that is not in an account, and the document it stands in."""

    sequence: int
    document_id: int
    document_state: str
    line_no: int
    state: str
    reason: str
    name: str
    year: int | None
    amount_fen: int


async def odd_lines(county_code: int, partner: str, on: date, limit: int) -> list[OddLine]:
    rows = await engine.fetch(
        "select f.sequence, l.document_id, d.state as document_state, l.line_no, l.state, l.reason, l.name, l.year, l.amount_fen"
        " from exchange_file f join fund_document d on d.county_code = $1 and d.id = f.document_id"
        " join document_line l on l.county_code = $1 and l.document_id = d.id and l.state in ('exception', 'repeated', 'bad')"
        " where f.county_code = $1 and f.partner = $2 and f.business_on = $3 and f.direction = 'in' and f.kind = any($4)"
        " order by f.sequence, l.line_no limit $5",
        county_code, partner, on, MONEY, limit,
    )  # fmt: skip
    return [OddLine(**dict(row)) for row in rows]


class OpenDocument(Struct, frozen=True, kw_only=True):
    """`received_fen`: what was registered for it so far."""

    id: int
    sequence: int
    state: str
    total_fen: int
    received_fen: int


async def open_documents(county_code: int, partner: str, on: date) -> list[OpenDocument]:
    """Of that day's files, not booked yet."""
    rows = await engine.fetch(
        "select d.id, f.sequence, d.state, d.total_fen, (select coalesce(sum(r.amount_fen), 0)::bigint from receipt r"
        " where r.county_code = $1 and r.document_id = d.id) as received_fen from exchange_file f join fund_document d"
        " on d.county_code = $1 and d.id = f.document_id and d.state in ('draft', 'declared', 'approved')"
        " where f.county_code = $1 and f.partner = $2 and f.business_on = $3 and f.direction = 'in' and f.kind = any($4)"
        " order by f.sequence",
        county_code, partner, on, MONEY,
    )  # fmt: skip
    return [OpenDocument(**dict(row)) for row in rows]


class SlipRow(Struct, frozen=True, kw_only=True):
    """A slip as it is registered; without a document it stands in suspense."""

    bank: str
    slip_no: str
    received_on: date
    amount_fen: int
    document_id: int | None


async def slips(county_code: int, banks: Sequence[str], numbers: Sequence[str]) -> dict[tuple[str, str], SlipRow]:
    """Those of these slips (bank and number side by side) that are registered."""
    rows = await engine.fetch(
        "select r.bank, r.slip_no, r.received_on, r.amount_fen, r.document_id from unnest($2::text[], $3::text[]) as t (bank, slip_no)"
        " join receipt r on r.county_code = $1 and r.bank = t.bank and r.slip_no = t.slip_no",
        county_code, list(banks), list(numbers),
    )  # fmt: skip
    return {(row["bank"], row["slip_no"]): SlipRow(**dict(row)) for row in rows}


async def waiting_list(county_code: int, number: str) -> int | None:
    """The list of ours with this number that waits for its money."""
    found: int | None = await engine.fetchval(
        "select id from fund_document where county_code = $1 and number = $2 and state in ('declared', 'approved') and total_fen > 0"
        " and kind not in ('tax_detail', 'refund', 'interest', 'opening_balance', 'suspense_cleared') order by id limit 1",
        county_code, number,
    )  # fmt: skip
    return found


# ---------------------------------------------------------------- determinations


class DeterminationRow(Struct, frozen=True, kw_only=True):
    """`body`: the row as it is told to the tax bureau."""

    id: int
    number: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    body: dict[str, Any]


async def determinations(county_code: int, *, before: int | None = None, limit: int) -> list[DeterminationRow]:
    """特殊缴费核定 of ours, newest first."""
    rows = await engine.fetch(
        "select id, reference as number, state, created_at, sent_at, body_sealed from exchange_message where county_code = $1"
        " and partner = 'tax' and kind = 'special_contribution_determination' and reference <> ''"
        " and ($2::bigint is null or id < $2) order by id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [
        DeterminationRow(
            id=row["id"], number=row["number"], state=row["state"], created_at=row["created_at"], sent_at=row["sent_at"],
            body=msgspec.json.decode(unseal(row["body_sealed"], EXCHANGE)),
        )
        for row in rows
    ]  # fmt: skip
