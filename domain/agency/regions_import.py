"""行政区划信息采集表: reading it, showing what it would do, doing it (湖南省经办工作流程三; R-447…R-457)."""

import asyncio
import unicodedata
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import reference as reference_query
from db.stores import audit, reference
from db.stores.reference import RegionWrite
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_document, require_post
from domain.errors import Problem, Refused
from domain.exchange import sheets
from domain.regions import Level, Planned, Region, Row, plan_changes, virtual_group

COLUMNS = ("行政代码", "原行政区划名称", "行政级别", "增(I)/改(U)", "改后行政区划名称")
POSTS = (Post.COUNTY_ENROLLMENT, Post.COUNTY_ADMIN)  # 参保管理岗位 (湖南省经办工作流程三 二(二))


class Imported(Struct, frozen=True):
    """`carried`: places that only follow the renaming of a higher one."""

    added: int
    renamed: int
    carried: int


async def preview(county_code: int, file: bytes, by: Actor) -> list[Planned]:
    """What the sheet would do, in order of code. Writes nothing. Refused with one problem for each bad line."""
    require_post(by, county_code, POSTS)
    return await _plan(county_code, await _read(county_code, file, by))


async def import_sheet(
    county_code: int, file: bytes, document: str, by: Actor, at: datetime, effective_on: date | None = None
) -> Imported:
    """Everything in the sheet or nothing, in force at once. `document`: the civil-affairs paper it rests on (R-450)."""
    require_post(by, county_code, POSTS)
    document = require_document(document)
    if effective_on and effective_on > at.date():
        raise Refused(Problem("too-early", "新名称导入后马上生效，请到生效那天再导入。", "effective_on"))
    rows = await _read(county_code, file, by)
    async with transaction():
        await reference.lock_regions(county_code)
        planned = await _plan(county_code, rows)
        await reference.write_regions(
            county_code, [RegionWrite(p.code, p.name, p.full_name, p.closed) for p in planned],
            on=effective_on or at.date(), document=document, at=at, by=by.name,
        )  # fmt: skip
        done = Imported(
            added=sum(not p.old_full_name for p in planned),
            renamed=sum(bool(p.old_full_name) and not p.carried for p in planned),
            carried=sum(p.carried for p in planned),
        )
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "region.imported", "region", f"{county_code:06d}", document,
            f"新增{done.added}，改名{done.renamed}，随上级改名{done.carried}",
        )  # fmt: skip
    return done


async def _plan(county_code: int, rows: list[Row]) -> list[Planned]:
    known = await reference_query.places(county_code)
    existing = {place.code: Region(place.code, place.name, place.full_name, place.closed) for place in known}
    planned = plan_changes(existing, rows)
    return sorted([*planned, *_virtual_groups(planned)], key=lambda p: p.code)


def _virtual_groups(planned: list[Planned]) -> list[Planned]:
    """A new village that the sheet gives no groups has 一组, so that people can be registered there (附件3; R-454)."""
    parents = {p.code[:-2] for p in planned}
    villages = [p for p in planned if not p.old_full_name and len(p.code) == Level.VILLAGE and p.code not in parents]
    groups = [virtual_group(Region(p.code, p.name, p.full_name)) for p in villages]
    return [Planned(group.code, "", group.name, group.full_name) for group in groups]


async def _read(county_code: int, file: bytes, by: Actor) -> list[Row]:
    lines = await asyncio.to_thread(sheets.read, file, COLUMNS)
    rows = [Row(line.number, *(_one_form(cell) for cell in line.cells)) for line in lines]
    problems = []
    first_seen: dict[str, int] = {}
    for row in rows:
        if message := _misplaced(row, county_code, by, first_seen):
            problems.append(Problem("region-row", f"第{row.number}行（{row.code}）：{message}", str(row.number)))
        first_seen.setdefault(row.code, row.number)
    if problems:
        raise Refused(*problems)
    return rows


def _one_form(cell: str) -> str:
    """Full-width letters and digits made narrow, blanks gone; 汉字 and their brackets stay as typed."""
    narrow = (unicodedata.normalize("NFKC", sign) if "！" <= sign <= "～" and sign.isalnum() else sign for sign in cell)
    return "".join("".join(narrow).split())


def _misplaced(row: Row, county_code: int, by: Actor, first_seen: dict[str, int]) -> str | None:
    if not row.code:
        return "没有行政代码。合并的单元格请先取消合并，每一行都写全。"
    if row.code in first_seen:
        return f"和第{first_seen[row.code]}行的代码重复。"
    if not row.code.startswith(f"{county_code:06d}"):
        return f"不是本县的代码，本县代码以{county_code:06d}开头。"
    if len(row.code) == Level.COUNTY and by.kind is ActorKind.STAFF:
        return "县级区划由省里设置，请上报省中心。"
    return None
