"""The write side of the fund's books: documents and their lines, receipts, vouchers, periods. Inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import seal
from db.funds import FUNDS

LINE_NUMBER = "document_line.id_number"
DECLARANT = "fund_document.declarant"
ENTRUSTED = frozenset({"entrusted_account", "entrusted_payable"})  # money of others that is paid out for them (代发)


class Document(Struct, frozen=True, kw_only=True):
    """A row of fund_document. `header`: JSON of the fields only its kind has."""

    county_code: int
    id: int
    kind: str
    number: str
    state: str
    business_on: date
    region_code: str
    title: str
    partner: str
    external_no: str
    file_name: str
    file_digest: str
    header: str
    line_count: int
    bad_count: int
    total_fen: int
    declared_count: int | None
    declared_fen: int | None
    run_id: int | None
    case_id: int | None
    created_at: datetime
    created_by: int
    created_by_name: str
    approved_at: datetime | None
    approved_by: int | None
    approved_by_name: str
    booked_at: datetime | None
    booked_by_name: str
    reason: str
    version: int


class NewDocument(Struct, frozen=True, kw_only=True):
    """`number` may stay empty: it is then made from kind, year and id (申报编号). `declarant_number`: the ID number of who
    declares; it is kept sealed and nowhere else."""

    kind: str
    business_on: date
    region_code: str
    number: str = ""
    title: str = ""
    partner: str = ""
    external_no: str = ""
    file_name: str = ""
    file_digest: str = ""
    header: str = "{}"
    declarant_number: str | None = None
    declared_count: int | None = None
    declared_fen: int | None = None
    run_id: int | None = None
    case_id: int | None = None


class NewLine(Struct, frozen=True, kw_only=True):
    """`id_number` is kept, sealed, only where no account was found. `fund`: a code of fund_source."""

    line_no: int
    state: str
    name: str
    amount_fen: int
    fund: str = "personal"
    id_index: bytes | None = None
    id_number: str | None = None
    account_id: int | None = None
    year: int | None = None
    value_on: date | None = None
    external_no: str = ""
    reason_code: str = ""
    reason: str = ""
    note: str = ""


class VoucherLine(Struct, frozen=True):
    """`account`: a code of ledger_account; exactly one of debit and credit is not 0."""

    account: str
    debit_fen: int
    credit_fen: int
    memo: str = ""


COLUMNS = ", ".join(Document.__struct_fields__)
_FUND_NUMBER = {fund: number for number, fund in enumerate(FUNDS, start=1)}


async def insert(county_code: int, new: NewDocument, by: int, by_name: str, at: datetime) -> int | None:
    """A draft without lines; None when the partner's document of this number, or our own, is there already."""
    document_id: int | None = await engine.fetchval(
        "insert into fund_document (county_code, kind, number, state, business_on, region_code, title, partner, external_no,"
        " file_name, file_digest, header, declared_count, declared_fen, run_id, case_id, created_at, created_by, created_by_name,"
        " declarant_sealed) values ($1, $2, coalesce(nullif($3, ''), 'new-' || gen_random_uuid()), 'draft', $4, $5, $6, $7, $8, $9,"
        " $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) on conflict do nothing returning id",
        county_code, new.kind, new.number, new.business_on, new.region_code, new.title, new.partner, new.external_no,
        new.file_name, new.file_digest, new.header, new.declared_count, new.declared_fen, new.run_id, new.case_id, at, by, by_name,
        seal(new.declarant_number, DECLARANT) if new.declarant_number else None,
    )  # fmt: skip
    if document_id is not None and not new.number:
        await engine.execute(
            "update fund_document set number = $3 where county_code = $1 and id = $2",
            county_code, document_id, f"{county_code}{new.business_on:%Y%m%d}{document_id:08d}",
        )  # fmt: skip
    return document_id


async def add_lines(county_code: int, document_id: int, lines: Iterable[NewLine]) -> None:
    """By COPY: as many as there are, memory flat. Call `count_lines` afterwards."""
    records = (
        (county_code, document_id, line.line_no, line.state, line.reason_code, line.reason, line.name, line.id_index,
         seal(line.id_number, LINE_NUMBER) if line.id_number and line.account_id is None else None, line.account_id,
         line.year, _FUND_NUMBER[line.fund], line.amount_fen, line.value_on, line.external_no, line.note)
        for line in lines
    )  # fmt: skip
    async with engine.connection() as held:
        await held.copy_records_to_table(
            "document_line",
            records=records,
            columns=["county_code", "document_id", "line_no", "state", "reason_code", "reason", "name", "id_index",
                     "id_number_sealed", "account_id", "year", "fund", "amount_fen", "value_on", "external_no", "note"],
        )  # fmt: skip


async def count_lines(county_code: int, document_id: int) -> None:
    """Brings the header's counts and total in line with the rows. The total is the money that comes with the document: also
    that of lines whose owner is not known yet."""
    await engine.execute(
        "update fund_document d set line_count = s.all_lines, bad_count = s.bad, total_fen = s.total from (select"
        " count(*)::int as all_lines, (count(*) filter (where state not in ('good', 'booked')))::int as bad,"
        " coalesce(sum(amount_fen) filter (where state in ('good', 'booked', 'exception')), 0)::bigint as total from document_line"
        " where county_code = $1 and document_id = $2) s where d.county_code = $1 and d.id = $2",
        county_code, document_id,
    )  # fmt: skip


async def lock(county_code: int, document_id: int) -> Document | None:
    row = await engine.fetchrow(
        f"select {COLUMNS} from fund_document where county_code = $1 and id = $2 for update", county_code, document_id
    )
    return Document(**dict(row)) if row else None


async def set_state(
    document: Document, state: str, by: int, by_name: str, at: datetime, *, reason: str = ""
) -> None:  # fmt: skip
    """`approved` and `booked` keep who and when; a reason goes with a cancellation or a return."""
    stamp = {"approved": ", approved_by = $5, approved_by_name = $6, approved_at = $7",
             "booked": ", booked_by = $5, booked_by_name = $6, booked_at = $7"}.get(state, "")  # fmt: skip
    args = (by, by_name, at) if stamp else ()
    await engine.execute(
        f"update fund_document set state = $3, reason = $4, version = version + 1{stamp} where county_code = $1 and id = $2",
        document.county_code, document.id, state, reason, *args,
    )  # fmt: skip


async def sums_by_fund(county_code: int, document_id: int, years: Sequence[int]) -> dict[tuple[str, bool], int]:
    """(fund, is_interest) to the sum of the document's entries. `years`: where they lie, for the partitions."""
    row = await engine.fetchrow(
        "select "
        + ", ".join(
            f"coalesce(sum({fund}_fen) filter (where not is_interest), 0)::bigint as {fund},"
            f" coalesce(sum({fund}_fen) filter (where is_interest), 0)::bigint as {fund}_interest"
            for fund in FUNDS
        )
        + " from ledger_entry where county_code = $1 and document_id = $2 and year = any($3)",
        county_code, document_id, list(years),
    )  # fmt: skip
    assert row is not None
    found = {(fund, False): row[fund] for fund in FUNDS} | {(fund, True): row[f"{fund}_interest"] for fund in FUNDS}
    return {key: fen for key, fen in found.items() if fen}


async def line_totals(county_code: int, document_id: int) -> tuple[int, int]:
    """Count and 分 of every line, whatever became of it: what is compared with the partner's own total (R-089)."""
    row = await engine.fetchrow(
        "select count(*)::int, coalesce(sum(amount_fen), 0)::bigint from document_line where county_code = $1"
        " and document_id = $2",
        county_code, document_id,
    )  # fmt: skip
    assert row is not None
    return row[0], row[1]


async def value_years(county_code: int, document_id: int) -> list[int]:
    """The years in which the money of the good and booked lines counts."""
    rows = await engine.fetch(
        "select distinct extract(year from value_on)::int as year from document_line where county_code = $1"
        " and document_id = $2 and value_on is not null",
        county_code, document_id,
    )  # fmt: skip
    return [row["year"] for row in rows]


# ------------------------------------------------------------------ periods and vouchers


async def lock_period(county_code: int, period: int) -> str:
    """State of the month, which is opened when it is new. Holds the row: vouchers of one month are numbered one by one."""
    await engine.execute(
        "insert into accounting_period (county_code, period) values ($1, $2) on conflict do nothing",
        county_code,
        period,
    )
    state: str = await engine.fetchval(
        "select state from accounting_period where county_code = $1 and period = $2 for update", county_code, period
    )
    return state


async def write_voucher(
    county_code: int, period: int, document_id: int, dated_on: date, summary: str, lines: Sequence[VoucherLine],
    by: int, by_name: str, at: datetime,
) -> int:  # fmt: skip
    """The next number of the month, whose row the caller has locked. ValueError for a voucher in which entrusted money meets the fund's."""
    if len({line.account in ENTRUSTED for line in lines}) > 1:
        raise ValueError("entrusted money never stands in one voucher with the fund's")
    number: int = await engine.fetchval(
        "update accounting_period set last_number = last_number + 1 where county_code = $1 and period = $2"
        " returning last_number",
        county_code, period,
    )  # fmt: skip
    await engine.execute(
        "insert into voucher (county_code, period, number, document_id, dated_on, summary, total_fen, made_at, made_by,"
        " made_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        county_code, period, number, document_id, dated_on, summary, sum(line.debit_fen for line in lines), at, by, by_name,
    )  # fmt: skip
    await engine.executemany(
        "insert into voucher_line (county_code, period, number, position, account, debit_fen, credit_fen, memo)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (county_code, period, number, position, line.account, line.debit_fen, line.credit_fen, line.memo)
            for position, line in enumerate(lines, start=1)
        ],
    )
    return number


async def review_vouchers(
    county_code: int, period: int, first: int, last: int, by: int, by_name: str, at: datetime
) -> int:
    """Those from `first` to `last` that nobody reviewed yet and somebody else made; how many."""
    rows = await engine.fetch(
        "insert into voucher_review (county_code, period, number, reviewed_at, reviewed_by, reviewed_by_name)"
        " select county_code, period, number, $7, $5, $6 from voucher where county_code = $1 and period = $2"
        " and number between $3 and $4 and made_by <> $5 on conflict do nothing returning number",
        county_code, period, first, last, by, by_name, at,
    )  # fmt: skip
    return len(rows)


# ------------------------------------------------------------------ where the agency's money lies


async def set_bank_account(
    county_code: int, kind: str, bank: str, account_name: str, account_no: str, from_on: date
) -> None:
    """Ends what was there of this kind at this bank, on the day the new one begins. Nothing is overwritten."""
    await engine.execute(
        "update agency_bank_account set until_on = $4 where county_code = $1 and kind = $2 and bank = $3 and until_on is null",
        county_code, kind, bank, from_on,
    )  # fmt: skip
    await engine.execute(
        "insert into agency_bank_account (county_code, kind, bank, account_name, account_no, from_on)"
        " values ($1, $2, $3, $4, $5, $6)",
        county_code, kind, bank, account_name, account_no, from_on,
    )  # fmt: skip


# ------------------------------------------------------------------ receipts


class NewReceipt(Struct, frozen=True, kw_only=True):
    """`account`: where the money lies, a code of ledger_account of side asset."""

    account: str
    bank: str
    slip_no: str
    received_on: date
    amount_fen: int
    people: int
    payer: str = ""
    purpose: str = ""
    document_id: int | None = None
    suspense_id: int | None = None


class Receipt(NewReceipt, frozen=True, kw_only=True):
    id: int


async def register_receipt(county_code: int, new: NewReceipt, by: int, by_name: str, at: datetime) -> int | None:
    """None when the slip is registered already (R-471)."""
    found: int | None = await engine.fetchval(
        "insert into receipt (county_code, account, bank, slip_no, received_on, amount_fen, people, payer, purpose,"
        " document_id, suspense_id, registered_at, registered_by, registered_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8,"
        " $9, $10, $11, $12, $13, $14) on conflict (county_code, bank, slip_no) do nothing returning id",
        county_code, new.account, new.bank, new.slip_no, new.received_on, new.amount_fen, new.people, new.payer,
        new.purpose, new.document_id, new.suspense_id, at, by, by_name,
    )  # fmt: skip
    return found


async def lock_receipt(county_code: int, receipt_id: int) -> Receipt | None:
    row = await engine.fetchrow(
        f"select {', '.join(Receipt.__struct_fields__)} from receipt where county_code = $1 and id = $2 for update",
        county_code, receipt_id,
    )  # fmt: skip
    return Receipt(**dict(row)) if row else None


async def match_receipt(county_code: int, receipt_id: int, document_id: int) -> None:
    await engine.execute(
        "update receipt set document_id = $3 where county_code = $1 and id = $2", county_code, receipt_id, document_id
    )


async def received(county_code: int, document_id: int) -> list[tuple[str, int, date]]:
    """(account, fen, day) of what was registered for the document; what stood in suspense is taken from there."""
    rows = await engine.fetch(
        "select case when suspense_id is null then account else 'suspense_received' end as account, amount_fen, received_on"
        " from receipt where county_code = $1 and document_id = $2 order by id",
        county_code, document_id,
    )  # fmt: skip
    return [(row["account"], row["amount_fen"], row["received_on"]) for row in rows]


async def close_period(county_code: int, period: int, checks: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update accounting_period set state = 'closed', checks = $3, closed_by = $4, closed_by_name = $5, closed_at = $6"
        " where county_code = $1 and period = $2",
        county_code, period, checks, by, by_name, at,
    )  # fmt: skip
