"""比对数据: what a source left with us, as a batch with the day it speaks of; and whether the source can be asked (P-46)."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.stores import audit, comparison
from domain import identity, names
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.case.item import SOURCE_TITLES, Source
from domain.errors import Problem, Refused
from domain.exchange import sheets
from domain.exchange.sheets import Line
from domain.regions import is_code

NUMBER, NAME = "证件号码", "姓名"
MOST_ROWS = 300_000
MOST_TOLD = 100  # lines left out that are named one by one
POSTS = (Post.COUNTY_ENROLLMENT, Post.COUNTY_ADMIN)


class Fact(Struct, frozen=True):
    """A column of a source's sheet. `read` gives the stored text; ValueError in plain words."""

    title: str
    key: str
    read: Callable[[str], str] = str
    required: bool = False


class Imported(Struct, frozen=True, kw_only=True):
    """`left_out`: lines that name nobody, and why (the first MOST_TOLD of them); `left_out_count` counts all."""

    batch_id: int
    rows: int
    left_out_count: int
    left_out: list[Problem]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"“{text}”不是日期，请写成例如 2026-01-31。") from None


def _code(text: str) -> str:
    if not is_code(text):
        raise ValueError(f"“{text}”不是行政区划代码。")
    return text


def _one_of(**words: str) -> Callable[[str], str]:
    """`words`: stored word=what the sheet says."""
    said = {title: code for code, title in words.items()}

    def read(text: str) -> str:
        if text not in said:
            raise ValueError(f"“{text}”不认识，可以写：{'、'.join(said)}。")
        return said[text]

    return read


_STATUS = _one_of(insured="正在参保", receiving="正在领取待遇", ended="已终止")

FACTS: dict[Source, tuple[Fact, ...]] = {
    Source.HOUSEHOLD_REGISTER: (
        Fact("出生日期", "born_on", _day),
        Fact("户籍地址", "address"),
        Fact("区划代码", "region_code", _code),
    ),
    Source.NATIONAL_REGISTRY: (
        Fact("险种", "scheme", _one_of(resident="城乡居民养老保险", employee="职工养老保险"), required=True),
        Fact("状态", "status", _STATUS, required=True),
        Fact("参保地", "place"),
        Fact("区划代码", "county_code", _code),
    ),
    Source.EMPLOYEE_SCHEME: (Fact("状态", "status", _STATUS, required=True), Fact("起始日期", "since", _day), Fact("单位", "unit")),
    Source.DEATHS: (Fact("死亡日期", "died_on", _day, required=True), Fact("说明", "source_note")),
}  # fmt: skip


async def import_snapshot(
    county_code: int, source: Source, file: bytes, *, batch_no: str, as_of_on: date, purpose: str, by: Actor, at: datetime
) -> Imported:
    """A whole snapshot as one batch; from now on it answers for the source, which is up again.

    Lines without a usable number or name, or with a fact that cannot be read, are left out and told. Refused for a
    sheet of another kind, a batch number used before, a day to come, a number that stands twice.
    """
    require_post(by, county_code, POSTS)
    _check(batch_no, as_of_on, purpose, at.date())
    rows, left_out = await asyncio.to_thread(_read, source, file)
    async with transaction():
        if await comparison.batch_exists(county_code, source, batch_no):
            raise Refused(Problem("batch-known", f"批次号{batch_no}已经导入过。", "batch_no"))
        batch_id = await comparison.import_snapshot(
            county_code=county_code, source=source, batch_no=batch_no, as_of_on=as_of_on, purpose=purpose, rows=rows,
            imported_at=at, imported_by=by.name,
        )  # fmt: skip
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "source.imported", "source", source, purpose,
            f"批次{batch_no}，{as_of_on:%Y-%m-%d}的数据，{len(rows)}行，未导入{len(left_out)}行",
        )  # fmt: skip
    return Imported(batch_id=batch_id, rows=len(rows), left_out_count=len(left_out), left_out=left_out[:MOST_TOLD])


async def switch(county_code: int, source: Source, *, available: bool, note: str, by: Actor, at: datetime) -> None:
    """Whether the source counts as reachable. Down needs a note: cases wait for it, or go on the commitment."""
    require_post(by, county_code, POSTS)
    if not available and not note.strip():
        raise Refused(Problem("no-reason", "请写明为什么停用。", "note"))
    async with transaction():
        await comparison.set_available(county_code, source, available=available, note=note.strip(), at=at)
        action = "source.up" if available else "source.down"
        await audit.write(county_code, at, by.kind, by.id, by.name, action, "source", source, note.strip())


def _check(batch_no: str, as_of_on: date, purpose: str, today: date) -> None:
    if not batch_no.strip():
        raise Refused(Problem("no-batch", "请填写批次号。", "batch_no"))
    if not purpose.strip():
        raise Refused(Problem("no-purpose", "请写明使用目的。", "purpose"))  # 个人信息 is fetched for a stated purpose
    if as_of_on > today:
        raise Refused(Problem("future", "数据日期不能晚于今天。", "as_of_on"))


def _read(source: Source, file: bytes) -> tuple[list[tuple[str, str, dict[str, str]]], list[Problem]]:
    facts = FACTS[source]
    required = [fact.title for fact in facts if fact.required]
    lines = sheets.read(
        file, (NUMBER, NAME, *required), optional=[fact.title for fact in facts if not fact.required], max_rows=MOST_ROWS
    )
    ordered = [fact for fact in facts if fact.required] + [fact for fact in facts if not fact.required]
    rows, left_out = [], []
    seen: dict[str, int] = {}
    twice = []
    for line in lines:
        try:
            number, name, told = _row(line, ordered)
        except ValueError as wrong:
            left_out.append(_problem(line, str(wrong)))
            continue
        if seen.setdefault(number, line.number) != line.number:
            twice.append(_problem(line, f"和第{seen[number]}行是同一个证件号码，请核实后只留一行。"))
        rows.append((number, name, told))
    if twice:
        raise Refused(*twice[:MOST_TOLD])
    if not rows:
        raise Refused(Problem("file-empty", f"“{SOURCE_TITLES[source]}”的表里没有一行可以导入。", "file"), *left_out[:MOST_TOLD])
    return rows, left_out


def _row(line: Line, facts: list[Fact]) -> tuple[str, str, dict[str, str]]:
    number, name, *cells = line.cells
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, number)
    if not number:
        raise ValueError("没有证件号码。")
    if len(number) == 18 and (wrong := identity.check(identity.IdType.RESIDENT_ID_CARD, number)):
        raise ValueError(wrong)
    if not names.normalise_name(name):
        raise ValueError("没有姓名。")
    told = {fact.key: fact.read(cell) for fact, cell in zip(facts, cells, strict=True) if cell or fact.required}
    return number, names.normalise_name(name), told


def _problem(line: Line, message: str) -> Problem:
    return Problem("source-row", f"第{line.number}行：{message}", str(line.number))
