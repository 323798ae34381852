"""The fund's books as the finance desk reads them. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class ReceiptLine(Struct, frozen=True, kw_only=True):
    id: int
    account: str
    bank: str
    slip_no: str
    received_on: date
    amount_fen: int
    people: int
    payer: str
    purpose: str
    document_id: int | None
    document_number: str | None
    document_state: str | None
    registered_at: datetime
    registered_by_name: str


class Awaiting(Struct, frozen=True, kw_only=True):
    """A document whose money is not all there. `received_fen`: what was registered for it so far."""

    id: int
    kind: str
    number: str
    title: str
    business_on: date
    total_fen: int
    received_fen: int


class VoucherHead(Struct, frozen=True, kw_only=True):
    period: int
    number: int
    dated_on: date
    summary: str
    total_fen: int
    made_by: int
    made_by_name: str
    reviewed_by_name: str  # empty: nobody yet
    document_id: int
    document_kind: str
    document_number: str


class VoucherRow(Struct, frozen=True, kw_only=True):
    account: str
    title: str
    debit_fen: int
    credit_fen: int
    memo: str


class Period(Struct, frozen=True, kw_only=True):
    """`checks`: JSON of what stood open when it was closed, and why it was closed all the same."""

    period: int
    last_number: int
    state: str
    closed_at: datetime | None
    closed_by_name: str
    checks: str


class Balance(Struct, frozen=True, kw_only=True):
    """`debit_fen` and `credit_fen` of the month, `balance_fen` at its end: positive on the debit side."""

    code: str
    title: str
    side: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


async def receipts(
    county_code: int, *, only_open: bool = False, before: int | None = None, limit: int
) -> list[ReceiptLine]:  # fmt: skip
    """Newest first; `only_open`: those nobody has said yet what they are for."""
    rows = await engine.fetch(
        "select r.id, r.account, r.bank, r.slip_no, r.received_on, r.amount_fen, r.people, r.payer, r.purpose, r.document_id,"
        " d.number as document_number, d.state as document_state, r.registered_at, r.registered_by_name from receipt r"
        " left join fund_document d on d.county_code = r.county_code and d.id = r.document_id where r.county_code = $1"
        f" and ($2::bigint is null or r.id < $2) {'and r.document_id is null' if only_open else ''} order by r.id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [ReceiptLine(**dict(row)) for row in rows]


async def awaiting_money(county_code: int, limit: int) -> list[Awaiting]:
    """Declared or approved documents that need a slip (R-087), the oldest first."""
    rows = await engine.fetch(
        "select d.id, d.kind, d.number, d.title, d.business_on, d.total_fen, coalesce(sum(r.amount_fen), 0)::bigint as received_fen"
        " from fund_document d left join receipt r on r.county_code = d.county_code and r.document_id = d.id"
        " where d.county_code = $1 and d.state in ('declared', 'approved') and d.total_fen > 0"
        " and d.kind not in ('tax_detail', 'refund', 'interest', 'opening_balance', 'suspense_cleared')"
        " group by d.county_code, d.id having d.total_fen > coalesce(sum(r.amount_fen), 0) order by d.id limit $2",
        county_code, limit,
    )  # fmt: skip
    return [Awaiting(**dict(row)) for row in rows]


async def vouchers(county_code: int, period: int, *, before: int | None = None, limit: int) -> list[VoucherHead]:
    """Of one month, the last number first."""
    rows = await engine.fetch(
        "select v.period, v.number, v.dated_on, v.summary, v.total_fen, v.made_by, v.made_by_name,"
        " coalesce(r.reviewed_by_name, '') as reviewed_by_name, v.document_id, d.kind as document_kind,"
        " d.number as document_number from voucher v join fund_document d on d.county_code = v.county_code"
        " and d.id = v.document_id left join voucher_review r on r.county_code = v.county_code and r.period = v.period"
        " and r.number = v.number where v.county_code = $1 and v.period = $2"
        " and ($3::int is null or v.number < $3) order by v.number desc limit $4",
        county_code, period, before, limit,
    )  # fmt: skip
    return [VoucherHead(**dict(row)) for row in rows]


async def voucher(county_code: int, period: int, number: int) -> tuple[VoucherHead, list[VoucherRow]] | None:
    found = await vouchers(county_code, period, before=number + 1, limit=1)
    if not found or found[0].number != number:
        return None
    rows = await engine.fetch(
        "select l.account, a.title, l.debit_fen, l.credit_fen, l.memo from voucher_line l join ledger_account a"
        " on a.code = l.account where l.county_code = $1 and l.period = $2 and l.number = $3 order by l.position",
        county_code, period, number,
    )  # fmt: skip
    return found[0], [VoucherRow(**dict(row)) for row in rows]


async def periods(county_code: int, limit: int) -> list[Period]:
    rows = await engine.fetch(
        "select period, last_number, state, closed_at, closed_by_name, checks from accounting_period where county_code = $1"
        " order by period desc limit $2",
        county_code, limit,
    )  # fmt: skip
    return [Period(**dict(row)) for row in rows]


async def balances(county_code: int, period: int) -> list[Balance]:
    """Every account that ever moved, as it stood at the end of the month."""
    rows = await engine.fetch(
        "select a.code, a.title, a.side, coalesce(sum(l.debit_fen) filter (where l.period = $2), 0)::bigint as debit_fen,"
        " coalesce(sum(l.credit_fen) filter (where l.period = $2), 0)::bigint as credit_fen,"
        " sum(l.debit_fen - l.credit_fen)::bigint as balance_fen from voucher_line l join ledger_account a on a.code = l.account"
        " where l.county_code = $1 and l.period <= $2 group by a.code order by a.position",
        county_code, period,
    )  # fmt: skip
    return [Balance(**dict(row)) for row in rows]


async def balance_of(county_code: int, account: str, until: int = 999912) -> int:
    """Debit less credit of one account up to the end of a month."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where county_code = $1 and account = $2"
        " and period <= $3",
        county_code, account, until,
    )  # fmt: skip
    return fen


async def unbooked(county_code: int, first: date) -> int:
    """Approved documents of the month that begins on `first`, or older ones, which are not booked."""
    count: int = await engine.fetchval(
        "select count(*) from fund_document where county_code = $1 and state = 'approved'"
        " and business_on < $2::date + interval '1 month'",
        county_code, first,
    )  # fmt: skip
    return count


async def open_before(county_code: int, period: int) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select from accounting_period where county_code = $1 and period < $2 and state = 'open')",
        county_code, period,
    )  # fmt: skip
    return found


class BankAccount(Struct, frozen=True, kw_only=True):
    """`until_on`: the day it was replaced; None while it is in use."""

    kind: str
    bank: str
    account_name: str
    account_no: str
    from_on: date
    until_on: date | None


async def bank_accounts(county_code: int) -> list[BankAccount]:
    """Those in use first, then what they replaced, the newest first."""
    rows = await engine.fetch(
        "select kind, bank, account_name, account_no, from_on, until_on from agency_bank_account where county_code = $1"
        " order by until_on desc nulls first, id desc",
        county_code,
    )  # fmt: skip
    return [BankAccount(**dict(row)) for row in rows]


async def unreviewed(county_code: int, period: int) -> int:
    count: int = await engine.fetchval(
        "select count(*) from voucher v where county_code = $1 and period = $2 and not exists (select from voucher_review r"
        " where r.county_code = v.county_code and r.period = v.period and r.number = v.number)",
        county_code, period,
    )  # fmt: skip
    return count


async def account_titles() -> dict[str, str]:
    rows = await engine.fetch("select code, title from ledger_account order by position")
    return {row["code"]: row["title"] for row in rows}
