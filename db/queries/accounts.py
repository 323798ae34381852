"""Individual accounts as screens and calculations read them. The first argument is the county."""

from datetime import date

from msgspec import Struct

from db import engine
from db.funds import AMOUNTS, ENTRY_TOTAL, FUNDS, INTEREST, PRINCIPAL


class FundBalance(Struct, frozen=True, kw_only=True):
    """`fund`: a code of fund_source."""

    fund: str
    title: str
    principal_fen: int
    interest_fen: int


class Account(Struct, frozen=True, kw_only=True):
    """`settled_year`: the last year whose interest is capitalised, 0 before the first."""

    id: int
    person_id: int
    opened_on: date
    status: str
    settled_year: int
    principal_fen: int
    interest_fen: int

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.interest_fen


class EntryRow(Struct, frozen=True, kw_only=True):
    """A line of the account with its document. `amounts` by fund code, signed."""

    id: int
    year: int
    value_on: date
    booked_on: date
    kind: int
    contribution_year: int | None
    is_interest: bool
    amounts: dict[str, int]
    total_fen: int
    document_id: int
    document_kind: str
    document_number: str
    reverses_id: int | None


async def account_of(county_code: int, person_id: int) -> Account | None:
    row = await engine.fetchrow(
        f"select a.id, a.person_id, a.opened_on, a.status, b.settled_year, {PRINCIPAL} as principal_fen,"
        f" {INTEREST} as interest_fen from individual_account a join account_balance b on b.county_code = a.county_code"
        " and b.account_id = a.id where a.county_code = $1 and a.person_id = $2",
        county_code, person_id,
    )  # fmt: skip
    return Account(**dict(row)) if row else None


_titles: dict[str, str] = {}


async def fund_titles() -> dict[str, str]:
    """Code to title, in the order in which sheets list them (R-175). Read once: a source comes with a migration and new code."""
    if not _titles:
        rows = await engine.fetch("select code, title from fund_source order by position")
        _titles.update({row["code"]: row["title"] for row in rows})
    return _titles


async def balances(county_code: int, person_id: int) -> list[FundBalance]:
    """The account by source of funds (R-175); empty where there is no account."""
    row = await engine.fetchrow(
        "select b.* from individual_account a join account_balance b on b.county_code = a.county_code and b.account_id = a.id"
        " where a.county_code = $1 and a.person_id = $2",
        county_code, person_id,
    )  # fmt: skip
    if row is None:
        return []
    titles = await fund_titles()
    return [
        FundBalance(
            fund=fund, title=titles[fund], principal_fen=row[f"{fund}_fen"], interest_fen=row[f"{fund}_interest_fen"]
        )
        for fund in FUNDS
    ]


async def entries(county_code: int, account_id: int, year: int) -> list[EntryRow]:
    """The lines whose money counts from this year, in order of value."""
    rows = await engine.fetch(
        f"select e.id, e.year, e.value_on, e.booked_on, e.kind, e.contribution_year, e.is_interest, {AMOUNTS},"
        f" {ENTRY_TOTAL} as total_fen, e.document_id, d.kind as document_kind, d.number as document_number, e.reverses_id"
        " from ledger_entry e join fund_document d on d.county_code = e.county_code and d.id = e.document_id"
        " where e.county_code = $1 and e.account_id = $2 and e.year = $3 order by e.value_on, e.id",
        county_code, account_id, year,
    )  # fmt: skip
    return [_entry(row) for row in rows]


def _entry(row: engine.Record) -> EntryRow:
    amounts = {fund: row[f"{fund}_fen"] for fund in FUNDS if row[f"{fund}_fen"] is not None}
    rest = {name: row[name] for name in EntryRow.__struct_fields__ if name != "amounts"}
    return EntryRow(amounts=amounts, **rest)


class YearLine(Struct, frozen=True, kw_only=True):
    """One year of the account: principal in by fund, interest, and what stood there in the end."""

    year: int
    principal: dict[str, int]
    interest_fen: int
    closing_fen: int


async def years(county_code: int, account_id: int) -> list[YearLine]:
    """Every year with a movement, the oldest first; the closing amount runs through (R-198)."""
    rows = await engine.fetch(
        "select e.year, "
        + ", ".join(f"coalesce(sum({fund}_fen) filter (where not is_interest), 0)::bigint as {fund}" for fund in FUNDS)
        + f", coalesce(sum({ENTRY_TOTAL}) filter (where is_interest), 0)::bigint as interest_fen,"
        f" sum(sum({ENTRY_TOTAL})) over (order by e.year)::bigint as closing_fen from ledger_entry e"
        " where e.county_code = $1 and e.account_id = $2 group by e.year order by e.year",
        county_code, account_id,
    )  # fmt: skip
    return [
        YearLine(
            year=row["year"], principal={fund: row[fund] for fund in FUNDS}, interest_fen=row["interest_fen"],
            closing_fen=row["closing_fen"],
        )
        for row in rows
    ]  # fmt: skip


async def held_before(county_code: int, account_id: int, year: int) -> dict[str, int]:
    """What each source held, principal and interest together, on 1 January of a year."""
    row = await engine.fetchrow(
        "select "
        + ", ".join(f"coalesce(sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
        + " from ledger_entry where county_code = $1 and account_id = $2 and year < $3",
        county_code, account_id, year,
    )  # fmt: skip
    assert row is not None
    return {fund: row[fund] for fund in FUNDS}
