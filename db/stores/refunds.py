"""退费: payments that are taken back, and the orders by which money leaves. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import index, seal, unseal_text

ACCOUNT = "bank_account"


class Payment(Struct, frozen=True, kw_only=True):
    """A payment of the tax bureau as we have it. `entry_id` None: it stands in suspense. `left_fen`: what nobody has taken
    back of it. The rest is about its owner, None where nobody is known."""

    document_id: int
    line_no: int
    account_id: int | None
    value_on: date | None
    entry_id: int | None
    left_fen: int
    name: str | None
    account_status: str | None
    participation_status: int | None
    contribution_status: int | None


class Order(Struct, frozen=True, kw_only=True):
    """A row of payment_order, the bank account left sealed."""

    id: int
    document_id: int
    line_no: int | None
    kind: str
    payee_name: str
    amount_fen: int
    state: str
    created_at: datetime


async def payment(county_code: int, voucher_no: str, id_index: bytes, year: int) -> Payment | None:
    """What a tax voucher brought for this person and year; what is in an account rather than what waits in suspense."""
    row = await engine.fetchrow(
        "select l.document_id, l.line_no, case when l.state = 'booked' then l.account_id end as account_id, l.value_on, e.id as entry_id,"
        " case when e.id is null then l.amount_fen else e.personal_fen + coalesce((select sum(r.personal_fen) from ledger_entry r"
        " where r.county_code = $1 and r.account_id = l.account_id and r.reverses_id = e.id), 0)::bigint end as left_fen,"
        " p.name, a.status as account_status, n.participation_status, n.contribution_status from document_line l"
        " join fund_document d on d.county_code = $1 and d.id = l.document_id and d.state = 'booked' and d.kind <> 'refund'"
        " left join ledger_entry e on e.county_code = $1 and e.account_id = l.account_id and e.document_id = l.document_id"
        " and e.line_no = l.line_no and l.state = 'booked' and not e.is_interest and e.personal_fen > 0"
        " left join individual_account a on a.county_code = $1 and a.id = l.account_id and l.state = 'booked'"
        " left join person p on p.county_code = $1 and p.id = a.person_id"
        " left join participation n on n.county_code = $1 and n.person_id = a.person_id"
        " where l.county_code = $1 and l.external_no = $2 and l.external_no <> '' and l.id_index = $3 and l.year = $4"
        " and l.state in ('booked', 'exception') order by l.state limit 1",
        county_code, voucher_no, id_index, year,
    )  # fmt: skip
    return Payment(**dict(row)) if row else None


async def asked_before(county_code: int, request_no: str) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select from document_line l join fund_document d on d.county_code = $1 and d.id = l.document_id"
        " and d.kind = 'refund' and d.state <> 'cancelled' where l.county_code = $1 and l.external_no = $2 and l.external_no <> '')",
        county_code, request_no,
    )  # fmt: skip
    return found


async def under_way(county_code: int, id_index: bytes, year: int) -> bool:
    """Whether a refund of this person and year is asked for and not done yet."""
    found: bool = await engine.fetchval(
        "select exists (select from fund_document d join document_line l on l.county_code = $1 and l.document_id = d.id"
        " and l.state = 'good' and l.id_index = $2 and l.year = $3 where d.county_code = $1 and d.kind = 'refund'"
        " and d.state in ('draft', 'declared', 'approved'))",
        county_code, id_index, year,
    )  # fmt: skip
    return found


async def agreed_fen(county_code: int, request_no: str) -> int | None:
    """What the bureau was told it may pay back for this request; None where it was not."""
    fen: int | None = await engine.fetchval(
        "select -l.amount_fen from document_line l join fund_document d on d.county_code = $1 and d.id = l.document_id"
        " and d.kind = 'refund' and d.state = 'booked' where l.county_code = $1 and l.external_no = $2 and l.external_no <> ''"
        " and l.state in ('booked', 'returned')",
        county_code, request_no,
    )  # fmt: skip
    return fen


async def set_lines(county_code: int, document_id: int, lines: Sequence[tuple[int, str]]) -> None:
    """(line, state) of each line whose state becomes another."""
    await engine.executemany(
        "update document_line set state = $4 where county_code = $1 and document_id = $2 and line_no = $3",
        [(county_code, document_id, line_no, state) for line_no, state in lines],
    )


async def refuse_line(county_code: int, document_id: int, line_no: int, reason: str) -> bool:
    """False when it is refused already, or not there."""
    tag = await engine.execute(
        "update document_line set state = 'bad', reason_code = 'refused', reason = $4 where county_code = $1 and document_id = $2"
        " and line_no = $3 and state = 'good'",
        county_code, document_id, line_no, reason,
    )  # fmt: skip
    return tag.endswith(" 1")


async def sign(county_code: int, document_id: int, by: int, by_name: str, at: datetime) -> None:
    """Who has verified every line."""
    await engine.execute(
        "update document_line set settled_by = $3, settled_by_name = $4, settled_at = $5 where county_code = $1 and document_id = $2",
        county_code, document_id, by, by_name, at,
    )  # fmt: skip


async def verifier(county_code: int, document_id: int) -> int | None:
    found: int | None = await engine.fetchval(
        "select settled_by from document_line where county_code = $1 and document_id = $2 limit 1",
        county_code,
        document_id,
    )
    return found


async def lessen_year(county_code: int, account_id: int, year: int, personal_fen: int, *, counts: bool) -> None:
    """The year keeps its tier and what government gives for it: subsidies are not returned (R-170). `counts` False: the
    whole year is one of the employee scheme."""
    await engine.execute(
        "update contribution_year set personal_fen = personal_fen - $4, counts = counts and $5 where county_code = $1"
        " and account_id = $2 and year = $3",
        county_code, account_id, year, personal_fen, counts,
    )  # fmt: skip


# ------------------------------------------------------------------ payment orders


class PaidBack(Struct, frozen=True, kw_only=True):
    """Own contributions that the tax bureau had collected, paid back by us. `request_no`: the number of our document."""

    request_no: str
    voucher_no: str
    social_security_no: str
    amount_fen: int


async def paid_back(county_code: int, document_id: int) -> PaidBack | None:
    """What the tax bureau is to hear of a case's refund; None where it did not collect the money."""
    row = await engine.fetchrow(
        "select d.number as request_no, t.external_no as voucher_no, p.id_number_sealed, -l.amount_fen as amount_fen"
        " from fund_document d join document_line l on l.county_code = $1 and l.document_id = d.id and l.fund = 1"
        " join individual_account a on a.county_code = $1 and a.id = l.account_id join person p on p.county_code = $1"
        " and p.id = a.person_id join lateral (select o.external_no from document_line o join fund_document f"
        " on f.county_code = $1 and f.id = o.document_id and f.kind = 'tax_detail' where o.county_code = $1"
        " and o.account_id = l.account_id and o.year = l.year and o.state = 'booked' and o.external_no <> ''"
        " order by o.value_on = l.value_on desc, o.value_on desc limit 1) t on true"
        " where d.county_code = $1 and d.id = $2 and d.kind = 'refund' and d.partner = ''",
        county_code, document_id,
    )  # fmt: skip
    if row is None:
        return None
    number = unseal_text(row["id_number_sealed"], "person.id_number")
    return PaidBack(
        request_no=row["request_no"],
        voucher_no=row["voucher_no"],
        social_security_no=number,
        amount_fen=row["amount_fen"],
    )


async def order(
    county_code: int, document_id: int, line_no: int | None, kind: str, payee: str, bank: str, account: str, fen: int, at: datetime
) -> int:  # fmt: skip
    order_id: int = await engine.fetchval(
        "insert into payment_order (county_code, document_id, line_no, kind, payee_name, bank, bank_account_sealed,"
        " bank_account_index, amount_fen, state, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', $10) returning id",
        county_code, document_id, line_no, kind, payee, bank, seal(account, ACCOUNT), index(account, ACCOUNT), fen, at,
    )  # fmt: skip
    return order_id


async def lock_order(county_code: int, order_id: int) -> Order | None:
    row = await engine.fetchrow(
        f"select {', '.join(Order.__struct_fields__)} from payment_order where county_code = $1 and id = $2 for update",
        county_code, order_id,
    )  # fmt: skip
    return Order(**dict(row)) if row else None


async def owner(county_code: int, document_id: int, line_no: int) -> tuple[str, bytes] | None:
    """Name and keyed index of whose line an order pays."""
    row = await engine.fetchrow(
        "select p.name, p.id_index from document_line l join individual_account a on a.county_code = $1 and a.id = l.account_id"
        " join person p on p.county_code = $1 and p.id = a.person_id where l.county_code = $1 and l.document_id = $2"
        " and l.line_no = $3",
        county_code, document_id, line_no,
    )  # fmt: skip
    return (row["name"], row["id_index"]) if row else None


async def set_order(county_code: int, order_id: int, state: str, paid_on: date | None = None, reason: str = "") -> None:
    await engine.execute(
        "update payment_order set state = $3, paid_on = $4, reason = $5 where county_code = $1 and id = $2",
        county_code, order_id, state, paid_on, reason,
    )  # fmt: skip
