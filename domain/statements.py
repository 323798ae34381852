"""对账单 (规程第十九条; P-15; R-196…R-201): what stands in one, its number, and the packs that are printed for a village."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import statements as queries
from db.queries.statements import Owner, PrintRow, YearSums
from db.stores import account_papers, audit, statements
from domain import identity
from domain.actor import Actor
from domain.contribution_papers import Issued
from domain.errors import NotFound, Problem, Refused
from domain.exchange import workbook
from domain.money import show

KIND, PREFIX = "statement", "DZ"
FIRST_YEAR = 2009  # 新农保 began
PER_FILE = 100  # statements: half a minute of printing
VILLAGE = 10  # digits of its code
PRINT_PURPOSE = "statements"  # what the storage seals the files for
COLUMNS = ("姓名", "证件号码", "村组", "年末储存额（元）", "告知方式", "告知日期", "签收")


class Line(Struct, frozen=True, kw_only=True):
    """One year. `settled`: its interest is in it."""

    year: int
    principal: dict[str, int]
    interest_fen: int
    closing_fen: int
    settled: bool


class Source(Struct, frozen=True, kw_only=True):
    fund: str
    principal_fen: int
    interest_fen: int


class Statement(Struct, frozen=True, kw_only=True):
    """The whole account (`year` None) or one year of it. `sources`: what each holds in the end; they add up to the end."""

    owner: Owner
    year: int | None
    as_of_on: date
    opening_fen: int
    lines: tuple[Line, ...]
    sources: tuple[Source, ...]

    @property
    def total_fen(self) -> int:
        return self.lines[-1].closing_fen if self.lines else self.opening_fen


def as_of(year: int | None, on: date) -> date:
    """The end of a year that is over, else today. NotFound for a year to come."""
    if year is not None and not FIRST_YEAR <= year <= on.year:
        raise NotFound
    return on if year is None else min(on, date(year, 12, 31))


async def prepare(county_code: int, accounts: Sequence[int], year: int | None, on: date) -> list[Statement]:
    """In the order of `accounts`."""
    end = as_of(year, on)
    owners = await queries.owners(county_code, accounts, end)
    found = await queries.sums(county_code, accounts, end.year)
    by_account = {account: list(rows) for account, rows in groupby(found, key=lambda row: row.account_id)}
    return [
        _statement(owners[account], by_account.get(account, []), year, end) for account in accounts if account in owners
    ]


def _statement(owner: Owner, rows: Sequence[YearSums], year: int | None, as_of_on: date) -> Statement:
    lines, standing, opening = [], 0, 0
    for row in rows:
        interest = sum(row.interest.values())
        before, standing = standing, standing + sum(row.principal.values()) + interest
        if year in (None, row.year):
            lines.append(
                Line(year=row.year, principal=row.principal, interest_fen=interest, closing_fen=standing,
                     settled=row.year <= owner.settled_year)
            )  # fmt: skip
            opening = opening if len(lines) > 1 else before
    funds = rows[0].principal if rows else {}
    sources = tuple(
        Source(fund=fund, principal_fen=sum(row.principal[fund] for row in rows), interest_fen=sum(row.interest[fund] for row in rows))
        for fund in funds
    )  # fmt: skip
    return Statement(
        owner=owner,
        year=year,
        as_of_on=as_of_on,
        opening_fen=opening if lines else standing,
        lines=tuple(lines),
        sources=sources,
    )


async def issue(county_code: int, some: Sequence[Statement], by: Actor, at: datetime) -> list[Issued]:
    """A number and a check code each. Asked for again on the same day with nothing changed: the same ones (R-201). Who fetched
    it stays in the log."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    async with transaction():
        await statements.lock_accounts(county_code, [each.owner.account_id for each in some])
        issued = [await _numbered(county_code, each, by, at, midnight) for each in some]
        for statement, paper in zip(some, issued, strict=True):
            await audit.write(county_code, at, by.kind, by.id, by.name, "statement.issued", "account",
                              f"{statement.owner.account_id}", detail=paper.number)  # fmt: skip
    return issued


async def _numbered(county_code: int, statement: Statement, by: Actor, at: datetime, since: datetime) -> Issued:
    account, figures = statement.owner.account_id, account_papers.digest(msgspec.json.encode(statement).decode())
    known = await statements.numbered_since(county_code, account, statement.year, figures, since)
    if known:
        return Issued(*known)
    token = f"{county_code:06d}-{secrets.token_urlsafe(12)}"
    number = await account_papers.issue(
        county_code,
        account,
        KIND,
        PREFIX,
        statement.year,
        token,
        statement.total_fen,
        statement.as_of_on,
        at,
        by.name,
        figures,
    )
    return Issued(number, token)


# ------------------------------------------------------------------ packs for a village


async def ask_pack(village: str, year: int, by: Actor, at: datetime, *, without_phone: bool) -> None:
    """The statements of everybody in the village who was told, or only of those whom no text message reaches; the worker prints
    them. Refused while the last pack is not done and where there is nobody."""
    county_code = by.scope.county_code
    if not by.scope.covers(village) or len(village) != VILLAGE:
        raise NotFound
    async with transaction():
        if any(file.storage_key is None for file in await queries.newest_pack(county_code, village, year)):
            raise Refused(Problem("printing", "上一次还没有印完，请等一等。"))
        told = await queries.told_in(county_code, village, year)
        accounts = [each.account_id for each in told if not (without_phone and each.by_phone)]
        if not accounts:
            raise Refused(Problem("nobody", "没有要打印的人。"))
        files = [accounts[first : first + PER_FILE] for first in range(0, len(accounts), PER_FILE)]
        await statements.ask_print(county_code, year, village, files, by.id, by.name, at)
        await audit.write(county_code, at, by.kind, by.id, by.name, "statement.pack", "region", village,
                          detail=f"{year} {len(accounts)}")  # fmt: skip


async def village_list(village: str, year: int, by: Actor, at: datetime) -> list[tuple[str, ...]]:
    """Everybody of the village who was told, for whoever hands the statements out: the cells of COLUMNS. That the list was
    opened stays in the log."""
    county_code = by.scope.county_code
    if not by.scope.covers(village) or len(village) != VILLAGE:
        raise NotFound
    async with transaction():
        rows = await queries.told_in(county_code, village, year)
        if not rows:
            raise NotFound
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "statement.list", "region", village, detail=f"{year}"
        )
    return [
        (row.name, identity.mask_id(row.id_number), row.group, show(row.closing_fen), "消息和短信" if row.by_phone else "消息；打印送到",
         f"{row.told_at.astimezone(at.tzinfo):%Y-%m-%d}", "")
        for row in rows
    ]  # fmt: skip


def village_sheet(year: int, rows: Sequence[tuple[str, ...]]) -> bytes:
    """The same as an xlsx."""
    return workbook.write([(f"{year}年对账单名单", [COLUMNS, *rows])])


async def open_file(village: str, year: int, number: int, by: Actor, at: datetime) -> str:
    """The storage key of a printed file of the village's newest pack. NotFound outside the reader's regions."""
    county_code = by.scope.county_code
    files = await queries.newest_pack(county_code, village, year) if by.scope.covers(village) else []
    key = next((file.storage_key for file in files if file.number == number), None)
    if key is None:
        raise NotFound
    async with transaction():
        await audit.write(county_code, at, by.kind, by.id, by.name, "statement.file", "region", village,
                          detail=f"{year} {number}")  # fmt: skip
    return key


async def of_file(county_code: int, file: PrintRow, by: Actor, at: datetime) -> list[tuple[Statement, Issued]]:
    """The statements of one file with their numbers."""
    some = await prepare(county_code, file.account_ids, file.year, at.date())
    return list(zip(some, await issue(county_code, some, by, at), strict=True))


async def keep_printed(county_code: int, print_id: int, storage_key: str, at: datetime) -> None:
    """Whoever printed the same file a moment ago was first."""
    async with transaction():
        await statements.printed(county_code, print_id, storage_key, at)
