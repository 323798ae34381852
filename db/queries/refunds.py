"""Refunds as pages and the domain read them. The first argument is the county."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.funds import FUNDS
from db.stores.books import LINE_NUMBER
from db.stores.refunds import ACCOUNT


class RequestNote(Struct, frozen=True, kw_only=True):
    """What a line of a request keeps beside its amount. `entry_id` and `document_id`, `line_no`: what it would take back."""

    voucher_no: str
    requested_on: date
    reason: str
    entry_id: int | None = None
    document_id: int = 0
    line_no: int = 0


class RequestRow(Struct, frozen=True, kw_only=True):
    """A request of the tax bureau. `amount_fen` is what was asked for, as a positive amount."""

    line_no: int
    state: str
    problem: str
    name: str
    id_number: str
    id_index: bytes
    person_id: int | None
    account_id: int | None
    year: int
    amount_fen: int
    value_on: date | None
    request_no: str
    note: RequestNote


class OrderRow(Struct, frozen=True, kw_only=True):
    """`account`: in clear, for who pays."""

    id: int
    document_id: int
    document_kind: str
    document_number: str
    case_id: int | None
    kind: str
    payee_name: str
    bank: str
    account: str
    amount_fen: int
    state: str
    paid_on: date | None
    reason: str
    created_at: datetime


class PaidYear(Struct, frozen=True, kw_only=True):
    """What is in an account for one contribution year, by fund, principal only. `overlap_refunded`: whether the months of
    another scheme were returned already; `document_id`: that of the last own payment, 0 without any."""

    booked: dict[str, int]
    overlap_refunded: bool
    document_id: int


async def requests(county_code: int, document_id: int) -> list[RequestRow]:
    """In order of the file."""
    rows = await engine.fetch(
        "select l.line_no, l.state, l.reason as problem, l.name, l.id_number_sealed as line_sealed,"
        " p.id_number_sealed as person_sealed, l.id_index, p.id as person_id, l.account_id, l.year, -l.amount_fen as amount_fen,"
        " l.value_on, l.external_no as request_no, l.note from document_line l left join individual_account a on a.county_code = $1"
        " and a.id = l.account_id left join person p on p.county_code = $1 and p.id = a.person_id where l.county_code = $1"
        " and l.document_id = $2 order by l.line_no",
        county_code, document_id,
    )  # fmt: skip
    made = {"id_number", "note"}
    return [
        RequestRow(
            id_number=unseal_text(row["line_sealed"], LINE_NUMBER) if row["line_sealed"]
            else unseal_text(row["person_sealed"], "person.id_number"),
            note=msgspec.json.decode(row["note"], type=RequestNote),
            **{name: row[name] for name in RequestRow.__struct_fields__ if name not in made},
        )
        for row in rows
    ]  # fmt: skip


async def paid_year(county_code: int, account_id: int, year: int) -> PaidYear:
    row = await engine.fetchrow(
        "select "
        + ", ".join(f"coalesce(sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
        + ", coalesce(bool_or(kind = 22 and reverses_id is null), false) as overlap_refunded,"
        " coalesce((array_agg(document_id order by value_on desc, id desc) filter (where personal_fen > 0))[1], 0) as document_id"
        " from ledger_entry where county_code = $1 and account_id = $2 and contribution_year = $3 and not is_interest",
        county_code, account_id, year,
    )  # fmt: skip
    assert row is not None
    return PaidYear(
        booked={fund: row[fund] for fund in FUNDS},
        overlap_refunded=row["overlap_refunded"],
        document_id=row["document_id"],
    )


async def orders(county_code: int, *, state: str = "", before: int | None = None, limit: int) -> list[OrderRow]:
    """Newest first."""
    rows = await engine.fetch(
        "select o.id, o.document_id, d.kind as document_kind, d.number as document_number, d.case_id, o.kind, o.payee_name, o.bank,"
        " o.bank_account_sealed, o.amount_fen, o.state, o.paid_on, o.reason, o.created_at from payment_order o join fund_document d"
        " on d.county_code = $1 and d.id = o.document_id where o.county_code = $1 and ($2 = '' or o.state = $2)"
        " and ($3::bigint is null or o.id < $3) order by o.id desc limit $4",
        county_code, state, before, limit,
    )  # fmt: skip
    return [
        OrderRow(account=unseal_text(row["bank_account_sealed"], ACCOUNT),
                 **{name: row[name] for name in OrderRow.__struct_fields__ if name != "account"})
        for row in rows
    ]  # fmt: skip
