"""What statements are made from, for one account or for many at once. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.funds import ENTRY_TOTAL, FUNDS, TOTAL
from db.stores.people import ID_NUMBER


class Owner(Struct, frozen=True, kw_only=True):
    """Whose statement it is. `id_number` in clear."""

    account_id: int
    name: str
    id_number: str
    region_name: str
    enrolled_on: date | None
    contribution_years: int
    settled_year: int


class YearSums(Struct, frozen=True, kw_only=True):
    """One year of one account, by source."""

    account_id: int
    year: int
    principal: dict[str, int]
    interest: dict[str, int]


class PageLine(Struct, frozen=True):
    """A line of the account. `amounts` by fund, signed."""

    value_on: date
    kind: int
    contribution_year: int | None
    amounts: dict[str, int]

    @property
    def total_fen(self) -> int:
        return sum(self.amounts.values())


class YearPage(Struct, frozen=True):
    """A year of an account as the page shows it. `closed`: its interest is in it."""

    opening_fen: int
    closed: bool
    lines: tuple[PageLine, ...]


async def owners(county_code: int, accounts: Sequence[int], as_of_on: date) -> dict[int, Owner]:
    """`contribution_years`: those that count and were paid by that day."""
    rows = await engine.fetch(
        "select a.id as account_id, p.name, p.id_number_sealed, coalesce(r.full_name, p.region_code) as region_name,"
        " n.first_enrolled_on as enrolled_on, b.settled_year, (select count(*)::int from contribution_year y where"
        " y.county_code = $1 and y.account_id = a.id and y.counts and y.first_paid_on <= $3) as contribution_years"
        " from individual_account a join account_balance b on b.county_code = a.county_code and b.account_id = a.id join person p"
        " on p.county_code = a.county_code and p.id = a.person_id left join participation n on n.county_code = p.county_code"
        " and n.person_id = p.id left join region r on r.code = p.region_code where a.county_code = $1 and a.id = any($2::bigint[])",
        county_code, list(accounts), as_of_on,
    )  # fmt: skip
    return {
        row["account_id"]: Owner(
            id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
            **{name: row[name] for name in Owner.__struct_fields__ if name != "id_number"},
        )
        for row in rows
    }


async def sums(county_code: int, accounts: Sequence[int], until_year: int) -> list[YearSums]:
    """Every year with a movement, by account, the oldest first (R-198)."""
    rows = await engine.fetch(
        "select e.account_id, e.year, "
        + ", ".join(
            f"coalesce(sum({fund}_fen) filter (where {which}), 0)::bigint as {name}_{fund}"
            for fund in FUNDS for name, which in (("p", "not is_interest"), ("i", "is_interest"))
        )
        + " from ledger_entry e where e.county_code = $1 and e.account_id = any($2::bigint[]) and e.year <= $3"
        " group by e.account_id, e.year order by e.account_id, e.year",
        county_code, list(accounts), until_year,
    )  # fmt: skip
    return [
        YearSums(
            account_id=row["account_id"], year=row["year"], principal={fund: row[f"p_{fund}"] for fund in FUNDS},
            interest={fund: row[f"i_{fund}"] for fund in FUNDS},
        )
        for row in rows
    ]  # fmt: skip


_FUND_COLUMNS = ", ".join(f"e.{fund}_fen" for fund in FUNDS)


def _page(who: str) -> str:
    return (
        "select o.opening_fen, b.settled_year >= $3, e.value_on, e.kind, e.contribution_year,"
        f" {_FUND_COLUMNS} from person p join individual_account a on a.county_code ="
        " p.county_code and a.person_id = p.id join account_balance b on b.county_code = a.county_code and b.account_id = a.id"
        f" cross join lateral (select {TOTAL} - coalesce(sum({ENTRY_TOTAL}), 0)::bigint as opening_fen from ledger_entry e where"
        " e.county_code = $1 and e.account_id = a.id and e.year >= $3) o left join ledger_entry e on e.county_code = $1 and"
        " e.account_id = a.id and e.year = $3"
        f" where p.county_code = $1 and {who} = $2 order by e.value_on, e.id"
    )


_OF_NUMBER, _OF_PERSON = _page("p.id_index"), _page("p.id")


async def year_of_number(county_code: int, id_index: bytes, year: int) -> YearPage | None:
    """Of whoever has this number today, in one statement: the page residents open most after the account itself."""
    return _year_page(await engine.fetch(_OF_NUMBER, county_code, id_index, year))


async def year_of_person(county_code: int, person_id: int, year: int) -> YearPage | None:
    return _year_page(await engine.fetch(_OF_PERSON, county_code, person_id, year))


def _year_page(rows: list[engine.Record]) -> YearPage | None:
    if not rows:
        return None
    opening_fen, closed, *_ = rows[0]
    lines = tuple(
        PageLine(
            value_on, kind, contribution_year, {fund: fen for fund, fen in zip(FUNDS, amounts, strict=True) if fen}
        )
        for _, _, value_on, kind, contribution_year, *amounts in rows if kind is not None
    )  # fmt: skip
    return YearPage(opening_fen, closed, lines)


class Village(Struct, frozen=True, kw_only=True):
    """What became of a year's notices in one village, and the newest pack that was asked for there."""

    code: str
    name: str
    told: int
    without_phone: int
    files: int
    printed: int
    asked_at: datetime | None


_NEWEST = (
    "select s.region_code, max(s.asked_at) as asked_at from statement_print s where s.county_code = $1 and s.year = $2"
    " group by s.region_code"
)


async def villages(county_code: int, prefix: str, year: int) -> list[Village]:
    """The villages below `prefix` with anybody who was told, in order of code."""
    rows = await engine.fetch(
        "with told as (select left(p.region_code, 10) as code, count(*)::int as told, count(*) filter (where not n.by_phone)::int"
        " as without_phone from statement_notice n join individual_account a on a.county_code = n.county_code and a.id = n.account_id"
        " join person p on p.county_code = a.county_code and p.id = a.person_id where n.county_code = $1 and n.year = $2 and"
        " p.region_code like $3 || '%' group by 1),"
        f" newest as ({_NEWEST}),"
        " files as (select s.region_code, s.asked_at, count(*)::int as files, count(s.storage_key)::int as printed"
        " from statement_print s join newest using (region_code, asked_at) where s.county_code = $1 and s.year = $2 group by 1, 2)"
        " select told.code, coalesce(r.name, told.code) as name, told, without_phone, coalesce(files, 0) as files,"
        " coalesce(printed, 0) as printed, asked_at from told left join region r on r.code = told.code left join files"
        " on files.region_code = told.code order by told.code",
        county_code, year, prefix,
    )  # fmt: skip
    return [Village(**dict(row)) for row in rows]


async def village(county_code: int, code: str, year: int) -> Village | None:
    """One of them; None where nobody was told."""
    found = await villages(county_code, code, year)
    return found[0] if len(found) == 1 and found[0].code == code else None


class Told(Struct, frozen=True, kw_only=True):
    """Somebody on a village's list. `group`: name of the group."""

    account_id: int
    person_id: int
    name: str
    id_number: str
    group: str
    by_phone: bool
    told_at: datetime
    closing_fen: int


async def told_in(county_code: int, village: str, year: int) -> list[Told]:
    """Everybody of a village, group by group. A village has some thousands at most."""
    rows = await engine.fetch(
        "select n.account_id, p.id as person_id, p.name, p.id_number_sealed, coalesce(r.name, '') as group, n.by_phone, n.told_at,"
        f" {TOTAL} - coalesce((select sum({ENTRY_TOTAL}) from ledger_entry e where e.county_code = $1 and e.account_id ="
        " n.account_id and e.year > $3), 0)::bigint as closing_fen from person p join individual_account a on a.county_code ="
        " p.county_code and a.person_id = p.id join account_balance b on b.county_code = a.county_code and b.account_id = a.id"
        " join statement_notice n on n.county_code = a.county_code and n.account_id = a.id and n.year = $3"
        " left join region r on r.code = p.region_code where p.county_code = $1 and p.region_code like $2 || '%'"
        " order by p.region_code, p.name, p.id",
        county_code, village, year,
    )  # fmt: skip
    return [
        Told(
            id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
            **{name: row[name] for name in Told.__struct_fields__ if name != "id_number"},
        )
        for row in rows
    ]


class PrintRow(Struct, frozen=True, kw_only=True):
    """One file of a pack. `storage_key`: None while it is not printed."""

    id: int
    year: int
    region_code: str
    number: int
    account_ids: list[int]
    asked_at: datetime
    asked_by_name: str
    storage_key: str | None
    printed_at: datetime | None


_PRINT = ", ".join(PrintRow.__struct_fields__)


async def newest_pack(county_code: int, village: str, year: int) -> list[PrintRow]:
    """Its files in order; empty where nobody asked for one."""
    rows = await engine.fetch(
        f"select {_PRINT} from statement_print where county_code = $1 and region_code = $2 and year = $3 and asked_at = (select"
        " max(asked_at) from statement_print where county_code = $1 and region_code = $2 and year = $3) order by number",
        county_code, village, year,
    )  # fmt: skip
    return [PrintRow(**dict(row)) for row in rows]


async def next_print(county_code: int) -> PrintRow | None:
    """The file that waits longest."""
    row = await engine.fetchrow(
        f"select {_PRINT} from statement_print where county_code = $1 and storage_key is null order by id limit 1", county_code
    )  # fmt: skip
    return PrintRow(**dict(row)) if row else None


async def told_years(county_code: int) -> list[int]:
    """Years of which statements were announced, the newest first."""
    rows = await engine.fetch(
        "select distinct period from batch_run where county_code = $1 and kind = 'annual_statements' and state in ('approved', 'done')",
        county_code,
    )  # fmt: skip
    return sorted({int(row["period"][:4]) for row in rows}, reverse=True)


async def is_settled(county_code: int, year: int) -> bool:
    """Whether the interest of the year was settled, once at least."""
    found: bool = await engine.fetchval(
        "select exists (select from batch_run where county_code = $1 and kind = 'interest_settlement' and period = $2"
        " and state = 'done')",
        county_code, f"{year}",
    )  # fmt: skip
    return found
