"""集体补（资）助 (湖南省经办工作流程十六; R-138…R-144): a village, an organisation or a person gives for a list of people.

One list is one document (docs/decisions/0012): the township or the county takes the sheet in, the county's collection post
approves it, and the giver pays the sum into 收入户.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import contributions as queries
from db.stores import contributions as years
from db.stores import funded_lists as lists
from db.stores.books import Document, NewDocument, NewLine
from db.stores.contributions import LineFacts
from domain import books
from domain.actor import Actor, Post
from domain.agency.batch_import import paid_of
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.calendar import Calendar, Due
from domain.contribution_lines import NOBODY, LineRules, Paid, nobody, not_paying
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.funds import Fund
from domain.money import show
from domain.parameters import Missing
from domain.rules.contribution import day_in_year

COLUMNS = ("姓名", "身份证号码", "补助年度", "补助金额")
GIVERS = {"village": "村集体补助", "organisation": "其他社会经济组织、公益组织资助", "person": "个人资助"}
MAKERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION)
MAX_ROWS = 20_000
CHUNK = 5_000
TOWNSHIP_DAYS = 5  # 湖南省经办工作流程十六（三）
COUNTY_DAYS = 5  # 湖南省经办工作流程十六（四）
HELP = (
    "一、表头不要改，从第二行开始填，一个人一年一行。",
    "二、姓名和身份证号码必须和参保登记的一致。",
    "三、本人先缴清当年的个人缴费，才能享受当年的补助。",
    "四、一个人一年得到的补（资）助加起来，不能超过当年最高缴费档次。",
)


class Header(Struct, frozen=True, kw_only=True):
    """The head of the 《集体补助申报单》. `giver_kind`: one of GIVERS. `minutes`: date and number of the record of the
    villagers' meeting, for a village only (R-140)."""

    giver_kind: str
    giver: str
    minutes: str
    declared_by: str
    declared_by_id: str
    bank: str
    received_on: date


TITLES = {"giver": "补（资）助人", "declared_by": "申报人", "declared_by_id": "申报人证件号码", "bank": "交款银行"}


async def header_of(document: Document) -> Header:
    """What the declaration said, the ID number in clear."""
    number = await queries.declarant_number(document.county_code, document.id)
    return msgspec.structs.replace(msgspec.json.decode(document.header, type=Header), declared_by_id=number)


def due(header: Header, calendar: Calendar) -> tuple[Due, Due]:
    """The last days of the township and of the county (R-141), both counted from the day the papers were received: the
    county's limit is never later for the township having been quick."""
    first = calendar.due_on(header.received_on, TOWNSHIP_DAYS)
    return first, calendar.due_on(header.received_on, TOWNSHIP_DAYS + COUNTY_DAYS)


def template() -> bytes:
    """The empty sheet, with how to fill it on a second page."""
    return workbook.write([("集体补助明细", [list(COLUMNS)]), ("填表说明", [[text] for text in HELP])])


async def take_in(county_code: int, data: bytes, file_name: str, header: Header, by: Actor, at: datetime) -> int:
    """A draft list with every row judged; returns its id. Bad rows refuse nothing, they are kept with reasons. Refused for a
    file that is no such sheet, a header with a gap, and a village without the record of its meeting."""
    if by.scope.county_code != county_code or not any(by.holds(post) for post in MAKERS):
        raise NotFound
    _check(header, at.date())
    rows = await asyncio.to_thread(sheets.read, data, COLUMNS, max_rows=MAX_ROWS)
    prefix = "" if len(by.scope.region_prefix) == 6 else by.scope.region_prefix
    told, lines = list[Paid](), list[NewLine]()
    for row in rows:
        try:
            told.append(paid_of(row.number, row.cells, at.date(), prefix))
        except ValueError as wrong:
            lines.append(NewLine(line_no=row.number, state="bad", reason_code="unreadable", reason=str(wrong),
                                 name=row.cells[0][:100], id_number=row.cells[1][:40] or None, amount_fen=0))  # fmt: skip
    new = NewDocument(
        kind=DocumentKind.COLLECTIVE_ASSISTANCE, business_on=at.date(), region_code=by.scope.region_prefix,
        file_name=file_name[:200], declarant_number=header.declared_by_id, title=f"集体补助 {header.giver}"[:200],
        header=msgspec.json.encode(msgspec.structs.replace(header, declared_by_id="")).decode(),
    )  # fmt: skip
    judge = _Judge(county_code, LineRules(await snapshot(county_code), at.date()), header)
    async with transaction():
        await lists.one_at_a_time(county_code, DocumentKind.COLLECTIVE_ASSISTANCE)
        for first in range(0, len(told), CHUNK):
            lines += await judge.lines(told[first : first + CHUNK])
        return await books.open_document(county_code, new, lines, by, at)


def _check(header: Header, today: date) -> None:
    problems = [
        Problem("required", f"请填写{title}。", name)
        for name, title in TITLES.items()
        if not getattr(header, name).strip()
    ]
    if header.giver_kind not in GIVERS:
        problems.append(Problem("giver-kind", "请选择是哪一种补（资）助。", "giver_kind"))
    if header.giver_kind == "village" and not header.minutes.strip():
        problems.append(
            Problem("minutes", "村集体补助要有村民会议民主确认的记录，请填写会议日期和记录编号。", "minutes")
        )
    if header.received_on > today:
        problems.append(Problem("received-on", "收到申请的日期不能晚于今天。", "received_on"))
    if problems:
        raise Refused(*problems)


class _Judge:
    """Whether the rows of one sheet can be used. `_given`: what earlier rows of the sheet give, by account and year."""

    def __init__(self, county_code: int, rules: LineRules, header: Header) -> None:
        self.county_code, self.rules = county_code, rules
        self.fund = Fund.COLLECTIVE if header.giver_kind == "village" else Fund.OTHER_ASSISTANCE
        self._given: dict[tuple[int, int], int] = {}

    async def lines(self, told: Sequence[Paid]) -> list[NewLine]:
        known = await years.facts(self.county_code, [p.id_index for p in told], [p.year for p in told])
        standings = await lists.standings(
            self.county_code, [fact.account_id or 0 for fact in known], [p.year for p in told]
        )
        return [self._line(*three) for three in zip(told, known, standings, strict=True)]

    def _line(self, paid: Paid, known: LineFacts, standing: lists.Standing) -> NewLine:
        problem = self._problem(paid, known, standing)
        if problem is None and known.account_id is not None:
            key = (known.account_id, paid.year)
            self._given[key] = self._given.get(key, 0) + paid.amount_fen
        return NewLine(
            line_no=paid.line_no, state="bad" if problem else "good", reason_code=problem.code if problem else "",
            reason=problem.message if problem else "", name=paid.name, id_index=paid.id_index, id_number=paid.id_number,
            account_id=None if problem and problem.code in NOBODY else known.account_id, year=paid.year, fund=self.fund,
            amount_fen=paid.amount_fen,
        )  # fmt: skip

    def _problem(self, paid: Paid, known: LineFacts, standing: lists.Standing) -> Problem | None:
        if found := nobody(paid, known, self.county_code):
            return found
        if paid.region_prefix and not (known.region_code or "").startswith(paid.region_prefix):
            return Problem("other-region", "这个人不属于申报的乡镇（村）。")
        if (known.participation_status, known.contribution_status) != (1, 1):
            return not_paying(known)
        if paid.amount_fen <= 0:
            return Problem("amount", "金额要大于0。")
        if paid.year < self.rules.scheme_start.year:
            return Problem("before-scheme", "制度实施以前的年度不能接受集体补助。")
        if not standing.counts:
            return Problem("not-paid", f"本人还没有缴清{paid.year}年的个人缴费，缴清以后才能享受补助。")
        return self._beyond(paid, standing.given_fen + self._given.get((known.account_id or 0, paid.year), 0))

    def _beyond(self, paid: Paid, given: int) -> Problem | None:
        """R-138: all that is given for a year, whoever gives it, stays within the year's highest tier."""
        try:
            top = max(rule.personal for rule in self.rules.on(day_in_year(paid.year, paid.value_on)))
        except Missing as missing:
            return Problem("no-rules", str(missing))
        if given + paid.amount_fen <= top:
            return None
        before = f"这一年已有补（资）助{show(given)}元，" if given else ""
        return Problem("beyond-the-top", f"{before}加起来不能超过当年最高缴费档次{show(top)}元。")
