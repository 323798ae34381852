"""Village packs: who draws a pension in a village, on paper and as a sheet, each line with a code that is scanned when the line has
been checked on the spot (湖南省经办工作流程二十一; 规程第六条; R-285, R-291)."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import regions
from db.queries import village_packs as queries
from db.queries.village_packs import FileRow, PackRow, PrintedLine
from db.stores import audit
from db.stores import village_packs as store
from domain import identity, months
from domain.actor import Actor, Post
from domain.agency import certification
from domain.errors import NotFound, Problem, Refused
from domain.exchange import workbook
from domain.money import show
from domain.rules.certification import valid_until

MAKERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_BENEFIT)
KINDS = {"check_list": "待遇领取人员核对名册", "calculation": "养老金计算表（全村）", "certification": "资格确认名册"}
PER_FILE = {"check_list": 200, "calculation": 50, "certification": 200}  # about half a minute of printing
VILLAGE = 10  # digits of its code
PURPOSE = "village_packs"  # what the storage seals the files for
ADDRESS = "checks"  # on both sites: what is scanned leads there
EVERYBODY = 999912


class Column(Struct, frozen=True):
    """`width`: its part of the page."""

    title: str
    width: int


CHECKED = (
    Column("姓名", 4), Column("证件号码", 7), Column("村组", 3), Column("每月（元）", 4), Column("发放账户", 5), Column("确认有效期到", 4),
    Column("核对情况", 4),
)  # fmt: skip
CERTIFIED = (
    Column("姓名", 4), Column("证件号码", 7), Column("村组", 3), Column("上次确认", 4), Column("有效期到", 5), Column("见到本人的日期", 4),
    Column("本人或家人签名", 6),
)  # fmt: skip
COLUMNS = {"check_list": CHECKED, "calculation": CHECKED, "certification": CERTIFIED}


def address(site_url: str, code: str) -> str:
    """What a line's picture says: where to go, and a code that means nothing to anybody else."""
    return f"{site_url}/{ADDRESS}/{code}"


async def ask(village: str, kind: str, by: Actor, at: datetime) -> int:
    """A new pack; the worker prints it. Refused while the last one of the kind is not printed, and where there is nobody."""
    county_code = by.scope.county_code
    require_village(village, by, MAKERS)
    if kind not in KINDS:
        raise NotFound
    async with transaction():
        await store.lock_village(county_code, village)
        if any(p.kind == kind and p.printed < p.files for p in await queries.newest(county_code, village)):
            raise Refused(Problem("printing", "上一份还没有印完，请等一等。"))
        people = await queries.members(county_code, village, await _until(county_code, kind, at.date()))
        if not people:
            said = "现在没有要办资格确认的人。" if kind == "certification" else "这个村没有人在领取养老金。"
            raise Refused(Problem("nobody", said))
        lines = [(person, secrets.token_urlsafe(12)) for person in people]
        pack_id = await store.add(county_code, village, kind, lines, PER_FILE[kind], by.id, by.name, at)
        await _log(county_code, pack_id, "village_pack.made", f"{village} {kind} {len(people)}", by, at)
    return pack_id


async def _until(county_code: int, kind: str, on: date) -> int:
    """Certified up to which month: for the certification roll those that have run out or end with this or the next month."""
    if kind != "certification":
        return EVERYBODY
    return months.after(months.month_of(on), 1 - await certification.cycle(county_code, on))


def require_village(village: str, by: Actor, posts: Sequence[Post]) -> None:
    """NotFound for what is no village, outside the own region, and without one of these posts."""
    if len(village) != VILLAGE or not by.scope.covers(village) or not any(by.holds(post) for post in posts):
        raise NotFound


async def found(pack_id: int, by: Actor) -> PackRow:
    """NotFound outside the own region."""
    pack = await queries.pack(by.scope.county_code, pack_id)
    if pack is None or not by.scope.covers(pack.region_code):
        raise NotFound
    return pack


async def open_file(pack_id: int, number: int, by: Actor, at: datetime) -> str:
    """The storage key of a printed file. NotFound while it is not printed."""
    pack, county_code = await found(pack_id, by), by.scope.county_code
    files = await queries.files(county_code, pack.id)
    key = next((file.storage_key for file in files if file.number == number), None)
    if key is None:
        raise NotFound
    async with transaction():
        await _log(county_code, pack_id, "village_pack.opened", f"{number}", by, at)
    return key


async def sheet(pack_id: int, site_url: str, by: Actor, at: datetime) -> bytes:
    """The whole pack as an xlsx, with the address of each line."""
    pack, county_code = await found(pack_id, by), by.scope.county_code
    async with transaction():
        await _log(county_code, pack_id, "village_pack.opened", "xlsx", by, at)
    lines = await queries.printed_lines(county_code, pack_id, 1, pack.person_count, months.month_of(at.date()))
    cycle = await certification.cycle(county_code, at.date())
    rows = [[f"{line.line_no}", *cells(pack.kind, line, cycle), address(site_url, line.code)] for line in lines]
    head = ["序号", *(column.title for column in COLUMNS[pack.kind]), "报告网址"]
    place = await regions.find(county_code, pack.region_code)
    return workbook.write([("名册", [[f"{place.full_name if place else ''}{KINDS[pack.kind]}"], head, *rows])])


def cells(kind: str, line: PrintedLine, cycle: int) -> tuple[str, ...]:
    """Under COLUMNS; the last ones are for the pen."""
    who = (line.name, identity.mask_id(line.id_number), line.group)
    until = f"{valid_until(line.certified_month, cycle)}"
    if kind == "certification":
        return (*who, months.in_words(line.certified_month), until, "", "")
    account = f"{line.bank} 尾号{line.tail}" if line.tail else "还没有"
    return (*who, show(line.amount_fen), account, until, "已暂停发放" if line.stopped else "")


async def lines_of(county_code: int, file: FileRow, on: date) -> list[PrintedLine]:
    return await queries.printed_lines(county_code, file.pack_id, file.first_line, file.last_line, months.month_of(on))


async def keep_printed(county_code: int, file: FileRow, storage_key: str, at: datetime) -> None:
    async with transaction():
        await store.printed(county_code, file.pack_id, file.number, storage_key, at)


async def _log(county_code: int, pack_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "village_pack", f"{pack_id}", detail=detail)
