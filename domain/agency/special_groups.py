"""特殊人群身份认定 (湖南省经办工作流程十五; R-122…R-137): lists of the source offices become spells of identity.

Nobody drops out because a list does not name him any more: he is marked, and a person decides.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import people as people_query
from db.queries import special_groups as queries
from db.stores import audit
from db.stores import special_groups as store
from db.stores.special_groups import Named, NewSpell, Spell
from domain import codes, identity, names
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.identity import IdType
from domain.parameters import Missing

POSTS = (Post.COUNTY_ENROLLMENT, Post.COUNTY_COLLECTION)
SOURCES = {"civil_affairs": "民政", "disabled_federation": "残联", "rural_revitalisation": "乡村振兴", "health": "卫健"}
COLUMNS = ("姓名", "身份证号码", "身份类别", "开始日期")
UNTIL = "截止日期"
CATEGORIES = {code: title for code, title in codes.PARTICIPANT_CATEGORIES if code != codes.ORDINARY}
MAX_ROWS = 100_000
CHUNK = 5_000
MOST_TOLD = 100


class Told(Struct, frozen=True, kw_only=True):
    """A line of a list, read. `until_on` None: it lasts."""

    number: int
    name: str
    id_index: bytes
    category: str
    from_on: date
    until_on: date | None


class Imported(Struct, frozen=True, kw_only=True):
    """`known`: spells that were there already; `missing`: spells a full list does not name any more; `left_out`: lines that
    could not be used (the first MOST_TOLD of them), `left_out_count` counts all."""

    added: int
    known: int
    ended: int
    missing: int
    left_out_count: int
    left_out: list[Problem]


async def import_list(
    county_code: int, source: str, list_no: str, file: bytes, *, full: bool, by: Actor, at: datetime
) -> Imported:
    """Takes a list of one office; `full`: it names everybody of this office, so that who is missing is marked.

    An identity needs its 征缴规则 first (R-131). Lines that cannot be used are left out and told. Refused for a sheet of
    another kind.
    """
    require_post(by, county_code, POSTS)
    if source not in SOURCES:
        raise Refused(Problem("no-source", "请选择是哪个部门的名单。", "source"))
    if not list_no.strip():
        raise Refused(Problem("no-list", "请填写名单的文号或编号。", "list_no"))
    lines = await asyncio.to_thread(sheets.read, file, COLUMNS, optional=(UNTIL,), max_rows=MAX_ROWS)
    ruled = await _ruled(county_code, at.date())
    told, left_out = _read(lines)
    async with transaction():
        sorted_out = _Sorted()
        for first in range(0, len(told), CHUNK):
            await _sort(county_code, told[first : first + CHUNK], ruled, sorted_out)
        if not sorted_out.there:
            raise Refused(
                Problem("file-empty", "名单里没有一行可以使用。", "file"), *(left_out + sorted_out.left_out)[:MOST_TOLD]
            )
        await store.add(county_code, SOURCES[source], list_no.strip(), sorted_out.new, by.name, at)
        await store.end(county_code, sorted_out.endings, f"名单{list_no.strip()}写明截止日期", by.name, at)
        missing = (
            await store.mark_missing(county_code, SOURCES[source], list_no.strip(), sorted_out.there, at.date())
            if full
            else 0
        )
        await store.follow(county_code, at.date(), codes.ORDINARY)
        left_out = sorted([*left_out, *sorted_out.left_out], key=lambda problem: int(problem.field or 0))
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "special_groups.imported", "special_group_list", source, list_no.strip(),
            f"新增{len(sorted_out.new)}，已有{sorted_out.known}，未使用{len(left_out)}，名单中不再有{missing}",
        )  # fmt: skip
    return Imported(
        added=len(sorted_out.new), known=sorted_out.known, ended=len(sorted_out.endings), missing=missing,
        left_out_count=len(left_out), left_out=left_out[:MOST_TOLD],
    )  # fmt: skip


def template() -> bytes:
    """The empty list, with what may stand in it."""
    kinds = [[code, title] for code, title in CATEGORIES.items()]
    return workbook.write([("名单", [[*COLUMNS, UNTIL]]), ("身份类别", [["编码", "名称"], *kinds])])


def _read(lines: list[Line]) -> tuple[list[Told], list[Problem]]:
    told, left_out = [], []
    seen: dict[tuple[bytes, str], int] = {}
    for line in lines:
        try:
            found = _line(line)
            first = seen.setdefault((found.id_index, found.category), line.number)
            if first != line.number:
                raise ValueError(f"和第{first}行是同一个人的同一种身份。")
            told.append(found)
        except ValueError as wrong:
            left_out.append(_problem(line.number, str(wrong)))
    return told, left_out


def _line(line: Line) -> Told:
    """ValueError in plain words."""
    name, number, category, first, last = line.cells
    number = identity.normalise(IdType.RESIDENT_ID_CARD, number)
    if wrong := identity.check(IdType.RESIDENT_ID_CARD, number):
        raise ValueError(wrong)
    code = next((code for code, title in CATEGORIES.items() if category in (code, title)), None)
    if code is None:
        raise ValueError(f"没有“{category}”这种身份类别，请照“身份类别”页填写。")
    from_on, until_on = _day(first, "开始日期"), _day(last, UNTIL) if last else None
    if until_on and until_on < from_on:
        raise ValueError("截止日期早于开始日期。")
    return Told(number=line.number, name=names.normalise_name(name), id_index=people_query.id_index_of(number), category=code,
                from_on=from_on, until_on=until_on)  # fmt: skip


def _day(text: str, title: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{title}“{text}”不是日期，请写成例如 2026-01-31。") from None


def _problem(number: int, message: str) -> Problem:
    return Problem("list-row", f"第{number}行：{message}", f"{number}")


async def _ruled(county_code: int, on: date) -> frozenset[tuple[str, str]]:
    """The identities and household types that have 征缴规则. Refused while there are no tiers at all."""
    try:
        return frozenset((rule.category, rule.household_type) for rule in (await snapshot(county_code)).rules(on))
    except Missing as missing:
        raise Refused(Problem("no-rules", str(missing))) from None


class _Sorted:
    """What is to be done with the lines of a list. `there`: every (person, identity) the list names."""

    def __init__(self) -> None:
        self.new: list[NewSpell] = []
        self.endings: list[tuple[int, date]] = []
        self.known = 0
        self.there: list[tuple[int, str]] = []
        self.left_out: list[Problem] = []


async def _sort(county_code: int, told: Sequence[Told], ruled: frozenset[tuple[str, str]], out: _Sorted) -> None:
    people = await store.named(county_code, [each.id_index for each in told])
    held: dict[tuple[int, str], list[Spell]] = {}
    for spell in await store.spells_of(county_code, [p.person_id for p in people if p.person_id is not None]):
        held.setdefault((spell.person_id, spell.category), []).append(spell)
    for each, person in zip(told, people, strict=True):
        try:
            _place(county_code, each, person, ruled, held, out)
        except ValueError as wrong:
            out.left_out.append(_problem(each.number, str(wrong)))


def _place(
    county_code: int, told: Told, person: Named, ruled: frozenset[tuple[str, str]], held: dict[tuple[int, str], list[Spell]],
    out: _Sorted,
) -> None:  # fmt: skip
    """ValueError when the line cannot be used."""
    if person.person_id is None or person.household_type is None:
        known = person.county_code not in (None, county_code)
        raise ValueError("这个人在别的县参保。" if known else "没有查到这个人的参保登记。")
    key = (person.person_id, told.category)
    out.there.append(key)
    if person.name != told.name:
        raise ValueError("姓名和参保登记的不一致，请核对。")
    if (told.category, person.household_type) not in ruled:
        raise ValueError(f"还没有“{CATEGORIES[told.category]}”这种户口的征缴规则，请先录入政策参数。")
    overlapping = [s for s in held.get(key, ()) if _overlap(s, told)]
    if not overlapping:
        out.new.append(
            NewSpell(person_id=person.person_id, category=told.category, from_on=told.from_on, until_on=told.until_on)
        )
        return
    last = max(overlapping, key=lambda spell: spell.until_on or date.max)
    if told.until_on and (last.until_on is None or told.until_on < last.until_on):
        if told.until_on < last.from_on:
            raise ValueError(f"截止日期早于已登记的开始日期{last.from_on}。")
        out.endings.append((last.id, told.until_on))
    elif last.until_on and (told.until_on is None or told.until_on > last.until_on):
        raise ValueError(f"这种身份登记到{last.until_on}为止，以后重新认定的，开始日期要晚于这一天。")
    else:
        out.known += 1


def _overlap(spell: Spell, told: Told) -> bool:
    return spell.from_on <= (told.until_on or date.max) and told.from_on <= (spell.until_on or date.max)


async def end(county_code: int, spell_id: int, until_on: date, reason: str, by: Actor, at: datetime) -> None:
    """The identity ends with that day; the year it ends in still counts (R-125). Refused without a reason, before it began,
    and when it ended earlier already: an ending is not taken back, a new list begins anew."""
    require_post(by, county_code, POSTS)
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么终止。", "reason"))
    async with transaction():
        spell = await store.lock(county_code, spell_id)
        if spell is None:
            raise NotFound
        if until_on < spell.from_on or (spell.until_on and until_on >= spell.until_on):
            raise Refused(Problem("until", "终止日期要在这个身份的有效期以内。", "until_on"))
        await store.end(county_code, [(spell_id, until_on)], reason.strip(), by.name, at)
        await store.follow(county_code, at.date(), codes.ORDINARY)
        await _log(county_code, spell_id, "special_group.ended", f"{reason.strip()}，{until_on}", by, at)


async def keep(county_code: int, spell_id: int, by: Actor, at: datetime) -> None:
    """The identity goes on although the newest list does not name the person."""
    require_post(by, county_code, POSTS)
    async with transaction():
        if await store.lock(county_code, spell_id) is None:
            raise NotFound
        await store.not_missing(county_code, spell_id)
        await _log(county_code, spell_id, "special_group.kept", "名单中没有，仍然保留", by, at)


async def _log(county_code: int, spell_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "category_spell", f"{spell_id}", detail=detail)


async def follow(county_code: int, on: date) -> int:
    """The daily round: who is of which group today, as validity begins and ends (R-137). Returns how many changed."""
    async with transaction():
        return await store.follow(county_code, on, codes.ORDINARY)


async def register(county_code: int, prefix: str, category: str, on: date) -> bytes:
    """台账 of a village, a township or the county as a sheet (R-136)."""
    rows = await queries.members(county_code, prefix, category=category, on=on, limit=MAX_ROWS)
    rows.sort(key=lambda row: (row.region_code, row.id))
    heading = ["村", "姓名", "出生日期", "身份类别", "开始日期", UNTIL, "名单来源", "名单编号"]
    lines = [
        [row.village, row.name, f"{row.born_on}", CATEGORIES.get(row.category, row.category), f"{row.from_on}",
         f"{row.until_on or ''}", row.list_source, row.list_no]
        for row in rows
    ]  # fmt: skip
    return workbook.write([("特殊人群台账", [heading, *lines])])
