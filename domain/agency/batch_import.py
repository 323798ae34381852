"""《批量缴费表》 (湖南省经办工作流程十四): a sheet of payments, judged line by line; what cannot be used goes back with reasons."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import contributions as queries
from db.queries import people as people_query
from db.stores.books import Document, NewDocument, NewLine
from domain import books, contributions, identity
from domain.actor import Actor, Post
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.money import show, yuan

COLUMNS = ("业务类型", "姓名", "身份证号码", "缴费年度", "缴费金额")
BUSINESS = "PLJF"
KINDS = {DocumentKind.AGENCY_BATCH: "批量缴费申报", DocumentKind.POS_REPORT: "村级刷卡缴费月报"}
MAX_ROWS = 200_000
MAKERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION)
CHECKERS = (Post.COUNTY_COLLECTION,)
HELP = (
    "一、表头不要改，从第二行开始填，业务类型都填PLJF。",
    "二、姓名和身份证号码必须和参保登记的一致。",
    "三、同一个人缴几年，就填几行，一年一行。",
    "四、金额必须正好是当年的一个缴费档次，例如200.00。",
    "五、补缴制度实施以前年度的，只能填46周岁到60周岁的年度。",
)


class Header(Struct, frozen=True, kw_only=True):
    """The head of the 《批量缴费申报单》; every field is required (R-091)."""

    organisation: str
    declared_by: str
    declared_by_id: str
    bank: str


async def header_of(document: Document) -> Header:
    """What the declaration said, the ID number in clear."""
    number = await queries.declarant_number(document.county_code, document.id)
    return msgspec.structs.replace(msgspec.json.decode(document.header, type=Header), declared_by_id=number)


TITLES = {"organisation": "申报机构", "declared_by": "申报人", "declared_by_id": "申报人证件号码", "bank": "代收银行"}


def template() -> bytes:
    """The empty sheet, with how to fill it on a second page."""
    return workbook.write([("批量缴费表", [list(COLUMNS)]), ("填表说明", [[text] for text in HELP])])


async def take_in(
    county_code: int,
    data: bytes,
    file_name: str,
    header: Header,
    by: Actor,
    at: datetime,
    kind: DocumentKind = DocumentKind.AGENCY_BATCH,
) -> int:
    """A draft 《批量缴费申报单》, or a village's POS report (one of KINDS); returns its id. A township's clerk declares for the
    people of his township only.

    Refused for a file that is no such sheet, or a header with a gap; bad rows refuse nothing, they are kept with reasons.
    """
    if by.scope.county_code != county_code or not any(by.holds(post) for post in MAKERS):
        raise NotFound
    if kind not in KINDS:
        raise Refused(Problem("kind", "请选择是哪一种表。", "kind"))
    missing = [
        Problem("required", f"请填写{title}。", name)
        for name, title in TITLES.items()
        if not getattr(header, name).strip()
    ]
    if missing:
        raise Refused(*missing)
    rows = await asyncio.to_thread(sheets.read, data, COLUMNS, max_rows=MAX_ROWS)
    prefix = "" if len(by.scope.region_prefix) == 6 else by.scope.region_prefix
    paid, bad = [], []
    for row in rows:
        try:
            paid.append(_paid(row, at.date(), prefix))
        except ValueError as wrong:
            bad.append(_bad(row, str(wrong)))
    kept = msgspec.structs.replace(header, declared_by_id="")
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=by.scope.region_prefix, file_name=file_name[:200],
        header=msgspec.json.encode(kept).decode(), declarant_number=header.declared_by_id,
        title=f"{KINDS[kind]} {header.organisation}"[:200],
    )  # fmt: skip
    return await contributions.take_in(county_code, new, paid, by, at, bad)


def _paid(row: Line, on: date, prefix: str) -> Paid:
    """ValueError in plain words."""
    business, *rest = row.cells
    if business != BUSINESS:
        raise ValueError(f"业务类型要填{BUSINESS}。")
    return paid_of(row.number, rest, on, prefix)


def paid_of(line_no: int, cells: Sequence[str], on: date, prefix: str) -> Paid:
    """Name, ID number, year and amount as a payment; ValueError in plain words."""
    name, number, year, amount = cells
    if not name:
        raise ValueError("没有姓名。")
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, number)
    if wrong := identity.check(identity.IdType.RESIDENT_ID_CARD, number):
        raise ValueError(wrong)
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise ValueError("缴费年度请写成四位数字，例如2026。")
    return Paid(line_no=line_no, name=name, id_number=number, id_index=people_query.id_index_of(number), year=int(year),
                amount_fen=yuan(amount), value_on=on, region_prefix=prefix)  # fmt: skip


def _bad(row: Line, reason: str) -> NewLine:
    _, name, number, _, _ = row.cells
    return NewLine(line_no=row.number, state="bad", reason_code="unreadable", reason=reason, name=name[:100],
                   id_number=number[:40] or None, amount_fen=0)  # fmt: skip


async def bad_rows(county_code: int, document_id: int) -> bytes:
    """The rows that were not used, as a sheet that can be mended and handed in again; the last column says why (R-090)."""
    rows = await queries.unused_lines(county_code, document_id)
    lines = [[BUSINESS, row.name, row.id_number, f"{row.year or ''}", show(row.amount_fen) if row.amount_fen else "", row.reason]
             for row in rows]  # fmt: skip
    return workbook.write([("没有使用的行", [[*COLUMNS, "原因"], *lines])])


async def declare(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Hands the sheet in with its good lines."""
    async with transaction():
        await books.declare(county_code, document_id, by, at)


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By the county's collection post, never by who made it."""
    if not any(by.holds(post) for post in CHECKERS):
        raise Refused(Problem("wrong-post", "缴费申报由县里的征缴管理岗审核。"))
    async with transaction():
        await books.approve(county_code, document_id, by, at)


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    async with transaction():
        await books.cancel(county_code, document_id, reason, by, at)
