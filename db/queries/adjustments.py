"""Contribution adjustments as pages and the domain read them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.stores.adjustments import ACCOUNT, ITEMS


class KeptYear(Struct, frozen=True, kw_only=True):
    """缴费记录 of one account and year. `amounts`: 分 in the order of ITEMS."""

    category: str
    household_type: str
    tier: str
    back_payment: bool
    channel: str
    first_paid_on: date
    last_paid_on: date
    amounts: tuple[int, ...]


class Reversible(Struct, frozen=True, kw_only=True):
    """A booked payment for the year, and how much of it nobody has taken back yet."""

    id: int
    value_on: date
    document_id: int
    document_kind: str
    document_number: str
    left_fen: int


class AdjustmentRow(Struct, frozen=True, kw_only=True):
    """One adjusted year with its document. `state`: of the line; `reverses_on`: the value day of what is taken back."""

    document_id: int
    document_state: str
    created_by_name: str
    created_at: datetime
    approved_by_name: str
    approved_at: datetime | None
    line_no: int
    state: str
    problem: str
    amount_fen: int
    person_id: int
    account_id: int
    name: str
    id_index: bytes
    year: int
    reason: str
    category_before: str
    category: str
    tier_before: str
    tier: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    reverses_id: int | None
    reverses_on: date | None
    payee_name: str
    bank: str
    bank_account: str
    payment_state: str


class UnusedRow(Struct, frozen=True, kw_only=True):
    """A line of a sheet that was not used. `cells`: what stood in its other columns, with tabs between."""

    line_no: int
    name: str
    id_number: str
    cells: str
    reason: str


async def years_of(county_code: int, accounts: Sequence[int], year: int) -> dict[int, KeptYear]:
    """By account; only those that have a record for the year."""
    rows = await engine.fetch(
        "select * from contribution_year where county_code = $1 and account_id = any($2::bigint[]) and year = $3",
        county_code, list(accounts), year,
    )  # fmt: skip
    return {row["account_id"]: _kept(row) for row in rows}


def _kept(row: engine.Record) -> KeptYear:
    names = KeptYear.__struct_fields__[:-1]
    return KeptYear(amounts=tuple(row[f"{item}_fen"] for item in ITEMS), **{name: row[name] for name in names})


async def paid_years(county_code: int, person_id: int) -> list[int]:
    """Those with a record, the newest first."""
    rows = await engine.fetch(
        "select y.year from individual_account a join contribution_year y on y.county_code = $1 and y.account_id = a.id"
        " where a.county_code = $1 and a.person_id = $2 order by y.year desc",
        county_code, person_id,
    )  # fmt: skip
    return [row["year"] for row in rows]


async def reversible(county_code: int, account_id: int, year: int) -> list[Reversible]:
    """What the person's payments for the year brought in, as far as it is still there, the oldest first."""
    rows = await engine.fetch(
        "select * from (select e.id, e.value_on, e.document_id, d.kind as document_kind, d.number as document_number, e.personal_fen + coalesce("
        "(select sum(r.personal_fen) from ledger_entry r where r.county_code = $1 and r.account_id = $2 and r.reverses_id = e.id),"
        " 0)::bigint as left_fen from ledger_entry e join fund_document d on d.county_code = $1 and d.id = e.document_id"
        " where e.county_code = $1 and e.account_id = $2 and e.contribution_year = $3 and not e.is_interest and e.personal_fen > 0"
        " ) f where left_fen > 0 order by value_on, id",
        county_code, account_id, year,
    )  # fmt: skip
    return [Reversible(**dict(row)) for row in rows]


async def under_way(county_code: int, accounts: Sequence[int], year: int) -> set[int]:
    """The accounts for whose year another adjustment is not done yet."""
    rows = await engine.fetch(
        "select distinct x.account_id from contribution_adjustment x join fund_document d on d.county_code = $1"
        " and d.id = x.document_id and d.state in ('draft', 'declared', 'approved') where x.county_code = $1"
        " and x.account_id = any($2::bigint[]) and x.year = $3",
        county_code, list(accounts), year,
    )  # fmt: skip
    return {row["account_id"] for row in rows}


_ROW = (
    "select x.document_id, d.state as document_state, d.created_by_name, d.created_at, d.approved_by_name, d.approved_at, x.line_no,"
    " l.state, l.reason as problem, l.amount_fen, p.id as person_id, x.account_id, p.name, p.id_index, x.year, x.reason,"
    " x.category_before, x.category, x.tier_before, x.tier, x.reverses_id, (select e.value_on from ledger_entry e"
    " where e.county_code = $1 and e.account_id = x.account_id and e.id = x.reverses_id) as reverses_on, x.payee_name, x.bank,"
    " x.bank_account_sealed, coalesce((select o.state from payment_order o where o.county_code = $1 and o.document_id = x.document_id"
    " and o.line_no = x.line_no order by o.id desc limit 1), '') as payment_state, "
    + ", ".join(f"x.{item}_before_fen, x.{item}_fen" for item in ITEMS)
    + " from contribution_adjustment x join fund_document d on d.county_code = $1 and d.id = x.document_id join document_line l"
    " on l.county_code = $1 and l.document_id = x.document_id and l.line_no = x.line_no join individual_account a"
    " on a.county_code = $1 and a.id = x.account_id join person p on p.county_code = $1 and p.id = a.person_id"
    " where x.county_code = $1"
)


async def lines(county_code: int, document_id: int, *, after: int = 0, limit: int | None = None) -> list[AdjustmentRow]:
    """In order of the sheet; `after`: a line number."""
    rows = await engine.fetch(
        f"{_ROW} and x.document_id = $2 and x.line_no > $3 order by x.line_no limit $4",
        county_code, document_id, after, limit,
    )  # fmt: skip
    return [_row(row) for row in rows]


async def history(county_code: int, account_id: int, year: int) -> list[AdjustmentRow]:
    """Every adjustment of the year that was not given up, the newest first."""
    rows = await engine.fetch(
        f"{_ROW} and x.account_id = $2 and x.year = $3 and d.state <> 'cancelled' order by x.document_id desc",
        county_code, account_id, year,
    )  # fmt: skip
    return [_row(row) for row in rows]


def _row(row: engine.Record) -> AdjustmentRow:
    made = {"before", "after", "bank_account"}
    sealed = row["bank_account_sealed"]
    return AdjustmentRow(
        before=tuple(row[f"{item}_before_fen"] for item in ITEMS), after=tuple(row[f"{item}_fen"] for item in ITEMS),
        bank_account=unseal_text(sealed, ACCOUNT) if sealed else "",
        **{name: row[name] for name in AdjustmentRow.__struct_fields__ if name not in made},
    )  # fmt: skip


async def id_numbers(county_code: int, document_id: int) -> dict[int, str]:
    """By person id, for the declaration that is signed."""
    rows = await engine.fetch(
        "select distinct p.id, p.id_number_sealed from contribution_adjustment x join individual_account a on a.county_code = $1"
        " and a.id = x.account_id join person p on p.county_code = $1 and p.id = a.person_id where x.county_code = $1"
        " and x.document_id = $2",
        county_code, document_id,
    )  # fmt: skip
    return {row["id"]: unseal_text(row["id_number_sealed"], "person.id_number") for row in rows}


async def unused(county_code: int, document_id: int) -> list[UnusedRow]:
    """In order of the sheet."""
    rows = await engine.fetch(
        "select line_no, name, id_number_sealed, note as cells, reason from document_line where county_code = $1"
        " and document_id = $2 and state = 'bad' order by line_no",
        county_code, document_id,
    )  # fmt: skip
    return [
        UnusedRow(
            line_no=row["line_no"], name=row["name"], cells=row["cells"], reason=row["reason"],
            id_number=unseal_text(row["id_number_sealed"], "document_line.id_number") if row["id_number_sealed"] else "",
        )
        for row in rows
    ]  # fmt: skip
