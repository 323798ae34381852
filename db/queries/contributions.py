"""Contributions as pages and the worker read them. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.stores import books
from db.stores.books import DECLARANT, LINE_NUMBER
from db.stores.people import ID_NUMBER

DocumentRow = books.Document


class Owner(Struct, frozen=True):
    """Who a waiting line is given to."""

    person_id: int
    name: str
    id_index: bytes


async def declarant_number(county_code: int, document_id: int) -> str:
    """The ID number of who declared the document; empty where none was asked for."""
    sealed = await engine.fetchval(
        "select declarant_sealed from fund_document where county_code = $1 and id = $2", county_code, document_id
    )
    return unseal_text(sealed, DECLARANT) if sealed else ""


async def slip_numbers(county_code: int, document_id: int) -> list[str]:
    """Of the money that was registered for the document."""
    rows = await engine.fetch(
        "select slip_no from receipt where county_code = $1 and document_id = $2 order by id", county_code, document_id
    )
    return [row["slip_no"] for row in rows]


async def ready(county_code: int, kinds: list[str], without_slip: list[str]) -> list[int]:
    """Approved documents whose money is all there, the oldest first; none of which the bank has still to say whom it
    debited. `without_slip`: kinds that need no receipt."""
    rows = await engine.fetch(
        "select d.id from fund_document d where d.county_code = $1 and d.state = 'approved' and d.kind = any($2)"
        " and (d.kind = any($3) or d.total_fen = (select coalesce(sum(r.amount_fen), 0) from receipt r"
        " where r.county_code = $1 and r.document_id = d.id)) and not exists (select from exchange_file f where f.county_code = $1"
        " and f.document_id = d.id and f.direction = 'out' and f.state = 'sent') order by d.id",
        county_code, kinds, without_slip,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def owner(county_code: int, person_id: int) -> Owner | None:
    row = await engine.fetchrow(
        "select id as person_id, name, id_index from person where county_code = $1 and id = $2", county_code, person_id
    )
    return Owner(**dict(row)) if row else None


class LineRow(Struct, frozen=True, kw_only=True):
    """A line as pages show it. `id_number`: only of lines whose person was not found, else empty."""

    line_no: int
    state: str
    reason_code: str
    reason: str
    name: str
    id_number: str
    person_id: int | None
    year: int | None
    amount_fen: int
    value_on: date | None
    external_no: str
    settled_by_name: str


class WaitingRow(Struct, frozen=True, kw_only=True):
    """Money that came and belongs to nobody yet, or to a year that is full."""

    document_id: int
    kind: str
    number: str
    line_no: int
    name: str
    year: int | None
    amount_fen: int
    value_on: date | None
    reason: str
    created_at: datetime


async def documents(
    county_code: int, prefix: str, kinds: list[str], *, state: str = "", before: int | None = None, limit: int
) -> list[DocumentRow]:
    """Newest first; those of the viewer's own region and below."""
    rows = await engine.fetch(
        f"select {books.COLUMNS} from fund_document where county_code = $1 and region_code like $2 || '%' and kind = any($3)"
        " and ($4 = '' or state = $4) and ($5::bigint is null or id < $5) order by id desc limit $6",
        county_code, prefix, kinds, state, before, limit,
    )  # fmt: skip
    return [DocumentRow(**dict(row)) for row in rows]


async def document(county_code: int, prefix: str, document_id: int) -> DocumentRow | None:
    row = await engine.fetchrow(
        f"select {books.COLUMNS} from fund_document where county_code = $1 and id = $2 and region_code like $3 || '%'",
        county_code, document_id, prefix,
    )  # fmt: skip
    return DocumentRow(**dict(row)) if row else None


async def lines(
    county_code: int, document_id: int, *, states: list[str] | None = None, after: int = 0, limit: int
) -> list[LineRow]:
    """In order of the sheet."""
    rows = await engine.fetch(
        "select l.line_no, l.state, l.reason_code, l.reason, l.name, l.id_number_sealed, a.person_id, l.year, l.amount_fen,"
        " l.value_on, l.external_no, l.settled_by_name from document_line l left join individual_account a"
        " on a.county_code = l.county_code and a.id = l.account_id where l.county_code = $1 and l.document_id = $2"
        " and ($3::text[] is null or l.state = any($3)) and l.line_no > $4 order by l.line_no limit $5",
        county_code, document_id, states, after, limit,
    )  # fmt: skip
    return [_line(row) for row in rows]


class BackPaidRow(Struct, frozen=True, kw_only=True):
    """A line of a year that was over when it was paid."""

    name: str
    id_number: str
    region_name: str
    year: int
    amount_fen: int
    value_on: date | None
    state: str


async def has_back_paid(county_code: int, document_id: int) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select from document_line where county_code = $1 and document_id = $2 and state in ('good', 'booked')"
        " and year < extract(year from value_on))",
        county_code, document_id,
    )  # fmt: skip
    return found


async def back_paid(county_code: int, document_id: int) -> list[BackPaidRow]:
    """The good and booked lines of past years, in order of the sheet; ID numbers in clear, for the paper."""
    rows = await engine.fetch(
        "select l.name, p.id_number_sealed, coalesce(r.full_name, p.region_code) as region_name, l.year, l.amount_fen, l.value_on,"
        " l.state from document_line l join individual_account a on a.county_code = l.county_code and a.id = l.account_id"
        " join person p on p.county_code = l.county_code and p.id = a.person_id left join region r on r.county_code = l.county_code"
        " and r.code = p.region_code where l.county_code = $1 and l.document_id = $2 and l.state in ('good', 'booked')"
        " and l.year < extract(year from l.value_on) order by l.line_no",
        county_code, document_id,
    )  # fmt: skip
    return [
        BackPaidRow(id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
                    **{name: row[name] for name in BackPaidRow.__struct_fields__ if name != "id_number"})
        for row in rows
    ]  # fmt: skip


async def unused_lines(county_code: int, document_id: int, limit: int = 200_000) -> list[LineRow]:
    return await lines(county_code, document_id, states=["bad", "repeated", "failed"], limit=limit)


def _line(row: engine.Record) -> LineRow:
    sealed = row["id_number_sealed"]
    rest = {name: row[name] for name in LineRow.__struct_fields__ if name != "id_number"}
    return LineRow(id_number=unseal_text(sealed, LINE_NUMBER) if sealed else "", **rest)


async def waiting(county_code: int, *, after: tuple[int, int] = (0, 0), limit: int) -> list[WaitingRow]:
    """Of booked documents, the oldest first: their money stands in suspense. `after`: (document, line)."""
    rows = await engine.fetch(
        "select l.document_id, d.kind, d.number, l.line_no, l.name, l.year, l.amount_fen, l.value_on, l.reason, d.created_at"
        " from document_line l join fund_document d on d.county_code = l.county_code and d.id = l.document_id"
        " where l.county_code = $1 and l.state = 'exception' and d.state = 'booked' and (l.document_id, l.line_no) > ($2, $3)"
        " order by l.document_id, l.line_no limit $4",
        county_code, *after, limit,
    )  # fmt: skip
    return [WaitingRow(**dict(row)) for row in rows]
