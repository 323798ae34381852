"""《批量缴费调整登记表》 (R-158, R-165): one year of many people, judged line by line; what cannot be used goes back with
reasons. Nothing on it lowers what a person paid."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import adjustments as queries
from db.queries import people as people_query
from db.stores import contributions as years
from db.stores.adjustments import NewAdjustment
from db.stores.books import NewLine
from db.stores.contributions import LineFacts
from domain import books, identity
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.adjustment import (
    MAKERS,
    REASON_AT_LEAST,
    YearView,
    adjusted,
    authorised,
    not_his_own,
    open_document,
    problems_of,
    view_of,
)
from domain.agency.adjustment_review import locked
from domain.agency.parameters_import import snapshot
from domain.codes import PARTICIPANT_CATEGORIES
from domain.contribution_lines import LineRules
from domain.errors import Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.money import Fen, yuan
from domain.rules import adjustment as rule
from domain.rules.adjustment import ITEMS, Amounts

COLUMNS = ("姓名", "身份证号码", "缴费身份", "调整后档次", *ITEMS.values())
MAX_ROWS = 5_000
HELP = (
    "一、表头不要改，从第二行开始填，一个人一行；一张表只调整一个年度。",
    "二、姓名和身份证号码必须和参保登记的一致。",
    "三、缴费身份不填，就是原来缴费时的身份。",
    "四、填了档次，后面的金额不填就按这个档次计算；没有填档次，金额不填就是不变。金额填调整以后的数。",
    "五、个人缴费不能调减，要调减的请一个人一个人地办。",
)
_CODES = {title: code for code, title in PARTICIPANT_CATEGORIES} | {code: code for code, _ in PARTICIPANT_CATEGORIES}


class Row(Struct, frozen=True):
    """A line that could be read."""

    line: Line
    name: str
    id_number: str
    id_index: bytes


def template() -> bytes:
    """The empty sheet, with how to fill it on a second page."""
    return workbook.write([("批量缴费调整登记表", [list(COLUMNS)]), ("填表说明", [[text] for text in HELP])])


async def take_in(
    county_code: int, data: bytes, file_name: str, year: int, reason: str, by: Actor, at: datetime
) -> int:
    """A draft with every line judged; returns its id. Refused for a file that is no such sheet."""
    require_post(by, county_code, MAKERS)
    await authorised(county_code, by, at, None)
    if not 2009 <= year <= at.year:
        raise Refused(Problem("year", "请填写要调整的年度，例如2025。", "year"))
    if len(reason.strip()) < REASON_AT_LEAST:
        raise Refused(Problem("no-reason", "请写明调整依据，例如文件名称和文号。", "reason"))
    rows, bad = _read(await asyncio.to_thread(sheets.read, data, COLUMNS, max_rows=MAX_ROWS))
    not_his_own(by, [row.id_index for row in rows])
    rules = LineRules(await snapshot(county_code), at.date())
    async with transaction():
        facts = await years.facts(county_code, [row.id_index for row in rows], [year] * len(rows))
        accounts = [known.account_id for known in facts if known.account_id]
        kept = await queries.years_of(county_code, accounts, year)
        busy = await queries.under_way(county_code, accounts, year)
        good: dict[int, tuple[NewLine, NewAdjustment]] = {}
        for row, known in zip(rows, facts, strict=True):
            view = view_of(0, row.id_index, known, kept, busy, year, rules, at.date())
            judged = _judged(row, known, view, reason, good)
            if isinstance(judged, Problem):
                bad.append(_bad(row.line, judged.message))
            else:
                good[judged[1].account_id] = judged
        lines = [*bad, *(line for line, _ in good.values())]
        return await open_document(
            county_code, f"批量缴费调整 {year}年度", lines, [new for _, new in good.values()], by, at, file_name[:200] or "表"
        )  # fmt: skip


def _read(lines: Sequence[Line]) -> tuple[list[Row], list[NewLine]]:
    rows, bad = [], []
    for line in lines:
        name, typed = line.cells[:2]
        number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, typed)
        wrong = "没有姓名。" if not name else identity.check(identity.IdType.RESIDENT_ID_CARD, number)
        if wrong:
            bad.append(_bad(line, wrong))
        else:
            rows.append(Row(line, name, number, people_query.id_index_of(number)))
    return rows, bad


def _judged(
    row: Row, known: LineFacts, view: YearView | Problem, reason: str, done: dict[int, tuple[NewLine, NewAdjustment]]
) -> tuple[NewLine, NewAdjustment] | Problem:
    if known.account_id is None:
        return Problem("unknown", "这个人在本县没有正在使用的个人账户，请核对身份证号码。")
    if known.name != row.name:
        return Problem("other-name", "姓名和参保登记的不一致，请核对。")
    if isinstance(view, Problem):
        return view
    category = _CODES.get(row.line.cells[2]) if row.line.cells[2] else next(iter(view.choices))
    if category is None:
        return Problem("category", "没有这种缴费身份。")
    try:
        after = _after(row.line.cells[3:], view, category)
    except ValueError as wrong:
        return Problem("amount", str(wrong))
    if problems := problems_of(view, category, after, bulk=True):
        return problems[0]
    if view.account_id in done:
        return Problem("twice", "前面已经有一行是同一个人。")
    new = adjusted(view, category, after, reason, line_no=row.line.number)
    line = NewLine(line_no=row.line.number, state="good", name=view.name, id_index=view.id_index, account_id=view.account_id,
                   year=view.year, amount_fen=after.personal - view.before.personal)  # fmt: skip
    return line, new


def _after(cells: Sequence[str], view: YearView, category: str) -> Amounts:
    """ValueError in plain words."""
    tier, *typed = cells
    base = view.before
    if tier and category in view.choices:
        found = next((each for each in view.choices[category] if each.tier == tier), None)
        if found is None:
            raise ValueError(f"这个人这一年没有{tier}这个档次。")
        base = rule.offered(found, subsidised=view.subsidised)
    entered = {item: yuan(cell) for item, cell in zip(ITEMS, typed, strict=True) if cell}
    return Amounts(**{item: Fen(entered.get(item, fen)) for item, fen in base.by_item().items()})


def _bad(line: Line, reason: str) -> NewLine:
    name, number, *others = line.cells
    return NewLine(line_no=line.number, state="bad", reason_code="unusable", reason=reason, name=name[:100],
                   id_number=number[:40] or None, amount_fen=0, note="\t".join(others)[:500])  # fmt: skip


async def declare(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Saves the sheet with its good lines for the finance post's review."""
    require_post(by, county_code, MAKERS)
    await authorised(county_code, by, at, None)
    async with transaction():
        await locked(county_code, document_id, "draft")
        await books.declare(county_code, document_id, by, at)


async def bad_rows(county_code: int, document_id: int) -> bytes:
    """The rows that were not used, as a sheet that can be mended and handed in again; the last column says why."""
    rows = [
        [row.name, row.id_number, *row.cells.split("\t"), row.reason]
        for row in await queries.unused(county_code, document_id)
    ]
    return workbook.write([("没有使用的行", [[*COLUMNS, "原因"], *rows])])
