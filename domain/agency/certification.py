"""资格确认 (规程第三十一条; 人社厅发〔2018〕107号; R-279…R-291): by traces first, by oneself, by a visit, at any counter; never
everybody at one place and time (R-281). Any success begins a new cycle and restores what stopped for want of one."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import certifications as queries
from db.queries import people as people_query
from db.queries import regions
from db.stores import audit, messages, suspensions
from db.stores import certifications as store
from db.stores.certifications import NewCertification, Pensioner
from domain import identity, months, names
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.agency.suspensions import REASON_AT_LEAST, REASONS, settle_open, written
from domain.errors import NotFound, Problem, Refused
from domain.exchange import sheets, workbook
from domain.exchange.sheets import Line
from domain.identity import IdType
from domain.rules import certification as rule

COUNTERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_BENEFIT)
IMPORTERS = (Post.COUNTY_BENEFIT,)
LEVEL = 3  # of the login: a real person was seen (standards D6)
METHODS = {
    "comparison": "数据比对",
    "self": "本人手机办理",
    "terminal": "自助终端",
    "visit": "村里上门",
    "counter": "窗口办理",
}
SOURCES = {
    "medical": "医院就诊、住院", "travel": "飞机、火车出行", "services": "政务窗口办事", "bank": "银行柜台办事", "civil_affairs": "民政发放高龄津贴",
}  # fmt: skip
COLUMNS = ("姓名", "身份证号码", "日期")
NOTE = "说明"
MAX_ROWS = 300_000
MOST_TOLD = 100
CHUNK = 1_000


class Standing(Struct, frozen=True, kw_only=True):
    """How long somebody's certification holds. `expired`: the pension waits for a new one."""

    valid_until: date
    expiring: bool
    expired: bool


class Imported(Struct, frozen=True, kw_only=True):
    """`known`: traces no younger than what is known; `left_out`: lines that could not be used (the first MOST_TOLD)."""

    added: int
    restored: int
    known: int
    left_out_count: int
    left_out: list[Problem]


async def cycle(county_code: int, on: date) -> int:
    return (await snapshot(county_code)).certification_cycle(on)


def standing(certified_month: int, cycle_months: int, on: date) -> Standing:
    until = rule.valid_until(certified_month, cycle_months)
    first = rule.reminders(certified_month, cycle_months)[0]
    return Standing(valid_until=until, expiring=first <= on <= until, expired=on > until)


# ------------------------------------------------------------------ successes


async def certify_self(county_code: int, person_id: int, by: Actor, at: datetime, *, face: str = "") -> None:
    """By the person, right after a login in which the provider saw a real person, or after a comparison of faces, whose number
    with its service is `face`. Whose number it is, how old the login, how good the answer, is the caller's to check."""
    if by.kind is not ActorKind.RESIDENT or (by.assurance < LEVEL and not face):
        raise Refused(Problem("level", "请用刷脸登录以后再办。"))
    await _certify(county_code, person_id, "self", by, at, evidence=face)


async def certify_by_visit(county_code: int, person_id: int, evidence: str, note: str, by: Actor, at: datetime) -> None:
    """The village's assistant has seen the person, or a roll with the signature came back to the office (R-291). `evidence`:
    storage key of the picture; without one the note says how the person was seen."""
    sees = by.kind is ActorKind.ASSISTANT or any(by.holds(post) for post in COUNTERS)
    if not sees or by.scope.county_code != county_code:
        raise NotFound
    if not evidence and len(note.strip()) < REASON_AT_LEAST:
        raise Refused(
            Problem("no-picture", "请拍一张和老人在一起的照片；不愿意拍的，请写明怎样见到本人。", "photo")
        )
    await _certify(county_code, person_id, "visit", by, at, evidence=evidence, note=note.strip())


async def certify_at_counter(county_code: int, id_number: str, note: str, by: Actor, at: datetime) -> str:
    """At any counter of the county, also of another township. Returns the name. Refused when nobody draws a pension so."""
    if by.kind is not ActorKind.STAFF or by.scope.county_code != county_code or not any(by.holds(p) for p in COUNTERS):
        raise NotFound
    number = identity.normalise(IdType.RESIDENT_ID_CARD, id_number)
    (found,) = await store.pensioners(county_code, [people_query.id_index_of(number)])
    if found.person_id is None or found.name is None:
        raise Refused(Problem("nobody", "这个证件号码没有在这里领取养老金。", "id_number"))
    note = written(note, "note", "请写明看过什么，例如“本人带身份证到窗口”。")
    await _certify(county_code, found.person_id, "counter", by, at, note=note)
    return found.name


async def _certify(
    county_code: int, person_id: int, method: str, by: Actor, at: datetime, *, evidence: str = "", note: str = ""
) -> None:
    async with transaction():
        region = await suspensions.region_of_pensioner(county_code, person_id)
        if region is None or (method == "visit" and not by.scope.covers(region)):
            raise NotFound
        new = NewCertification(
            person_id=person_id, certified_on=at.date(), month=months.month_of(at.date()), method=method, evidence=evidence, note=note,
        )  # fmt: skip
        await store.add(county_code, [new], by.id, by.name, at)
        await settle_open(county_code, person_id, "not_certified", f"{METHODS[method]}，资格确认通过", by, at)
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "benefit.certified", "person", f"{person_id}", detail=method
        )


# ------------------------------------------------------------------ traces


async def import_traces(county_code: int, source: str, list_no: str, file: bytes, by: Actor, at: datetime) -> Imported:
    """Traces of life from a trusted source (R-288): each certifies for its month. Lines that cannot be used are told."""
    require_post(by, county_code, IMPORTERS)
    if source not in SOURCES:
        raise Refused(Problem("no-source", "请选择是哪里的数据。", "source"))
    if not list_no.strip():
        raise Refused(Problem("no-list", "请填写数据的文号或编号。", "list_no"))
    lines = await asyncio.to_thread(sheets.read, file, COLUMNS, optional=(NOTE,), max_rows=MAX_ROWS)
    from_month = months.after(months.month_of(at.date()), -await cycle(county_code, at.date()))
    left_out: list[Problem] = []
    added = restored = known = 0
    async with transaction():
        for first in range(0, len(lines), CHUNK):
            part = lines[first : first + CHUNK]
            good = await _judge(county_code, part, from_month, at.date(), left_out)
            new = [
                NewCertification(
                    person_id=person, certified_on=day, month=months.month_of(day), method="comparison",
                    source=f"{SOURCES[source]}（{list_no.strip()}）", note=note,
                )
                for person, day, note, last in good if months.month_of(day) > last
            ]  # fmt: skip
            await store.add(county_code, new, by.id, by.name, at)
            valid = [n.person_id for n in new if n.month >= from_month]
            for person in await _waiting(county_code, valid):
                restored += await settle_open(
                    county_code, person, "not_certified", f"{SOURCES[source]}的数据，资格确认通过", by, at
                )
            added, known = added + len(new), known + len(good) - len(new)
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "certification.imported", "trace_list", source, list_no.strip(),
            f"确认{added}，已有{known}，未使用{len(left_out)}",
        )  # fmt: skip
    return Imported(
        added=added, restored=restored, known=known, left_out_count=len(left_out), left_out=left_out[:MOST_TOLD]
    )


def template() -> bytes:
    return workbook.write([("数据", [[*COLUMNS, NOTE]])])


async def _waiting(county_code: int, people: Sequence[int]) -> list[int]:
    """Whose pension has stopped, or is about to, for want of a certification."""
    held = await suspensions.lock(county_code, await suspensions.open_ids(county_code, people, "not_certified"))
    return [each.person_id for each in held]


async def _judge(
    county_code: int, lines: Sequence[Line], from_month: int, on: date, left_out: list[Problem]
) -> list[tuple[int, date, str, int]]:
    """(person, day, note, the last month known) of the lines that count, one a person: the youngest trace."""
    numbers = [identity.normalise(IdType.RESIDENT_ID_CARD, line.cells[1]) for line in lines]
    people = await store.pensioners(county_code, [people_query.id_index_of(number) for number in numbers])
    found: dict[int, tuple[int, date, str, int]] = {}
    for line, person in zip(lines, people, strict=True):
        try:
            good = _one(line, person, from_month, on)
        except ValueError as wrong:
            left_out.append(Problem("list-row", f"第{line.number}行：{wrong}", f"{line.number}"))
            continue
        if good[0] not in found or found[good[0]][1] < good[1]:
            found[good[0]] = good
    return list(found.values())


def _one(line: Line, person: Pensioner, from_month: int, on: date) -> tuple[int, date, str, int]:
    """ValueError in plain words."""
    name, _, text, note = line.cells
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"日期“{text}”读不懂，请写成例如 2026-01-31。") from None
    if person.person_id is None or person.certified_month is None:
        raise ValueError("这个证件号码没有在这里领取养老金。")
    if person.name != names.normalise_name(name):
        raise ValueError("姓名和登记的不一致，请核对。")
    if day > on:
        raise ValueError("日期晚于今天。")
    if months.month_of(day) < from_month:
        raise ValueError("日期太早，已经超过一个确认周期。")
    return person.person_id, day, note, person.certified_month


# ------------------------------------------------------------------ the worker's round


async def follow(county_code: int, at: datetime) -> int:
    """Reminds those whose certification ends soon, and proposes to stop whose has ended. Returns how many were proposed."""
    cycle_months = await cycle(county_code, at.date())
    now = months.month_of(at.date())
    for certified in (months.after(now, -cycle_months), months.after(now, 1 - cycle_months)):
        await _remind(county_code, certified, cycle_months, at)
    finding = f"资格确认超过{cycle_months}个月，没有新的确认"
    async with transaction():
        return await suspensions.propose_uncertified(
            county_code, months.after(now, -cycle_months - 1), now, finding, "系统", at
        )


async def _remind(county_code: int, certified: int, cycle_months: int, at: datetime) -> None:
    """Each of the reminders once; one that was missed is not sent beside the next (R-289)."""
    until = rule.valid_until(certified, cycle_months)
    due = [number for number, day in enumerate(rule.reminders(certified, cycle_months), start=1) if day <= at.date()]
    if not due:
        return
    title = f"请在{until:%Y年%m月%d日}以前办资格确认（第{due[-1]}次提醒）"
    body = (
        f"您的资格确认到{until:%Y年%m月%d日}为止。最近看过病、坐过火车飞机、到窗口办过事的，系统可能会自动确认，不用再办。"
        "没有的，请在手机上刷脸登录办理，几分钟就好；不方便的，请村协办员上门，或者到任一窗口。不用到指定的地方集中办理。"
    )
    while True:
        async with transaction():
            people = await store.to_remind(county_code, certified, title, CHUNK)
            for each in people:
                await messages.tell(
                    county_code=county_code, recipient_index=each.id_index, case_id=None, title=title, body=body, at=at,
                    phone=each.phone,
                )  # fmt: skip
        if len(people) < CHUNK:
            return


# ------------------------------------------------------------------ lists


async def sheet(county_code: int, prefix: str, on: date) -> bytes:
    """By place, the reasons counted, and everybody with until when and why not (R-285): of the county, a township or a village."""
    cycle_months = await cycle(county_code, on)
    last = months.after(months.month_of(on), -cycle_months)
    length = {6: 8, 8: 10}.get(len(prefix), 10)
    counts = await queries.counts(county_code, prefix, length, last)
    everybody = await queries.pensioners(county_code, prefix, 999912, MAX_ROWS)
    place = await regions.find(county_code, prefix)
    summary = [[c.name, f"{c.certified + c.expiring}", f"{c.expiring}", f"{c.expired}"] for c in counts]
    rows = [
        [p.region_name, p.name, f"{p.born_on}", METHODS.get(p.method, "领取时核定"), months.in_words(p.certified_month),
         f"{rule.valid_until(p.certified_month, cycle_months)}", "已确认" if p.certified_month >= last else "未确认", why_not(p, last)]
        for p in everybody
    ]  # fmt: skip
    reasons = Counter((p.region_name, why_not(p, last)) for p in everybody if p.certified_month < last)
    return workbook.write([
        ("汇总", [[f"{place.full_name if place else ''}资格确认情况，{on}"], ["地方", "已确认", "其中本月到期", "未确认"], *summary]),
        ("未确认原因", [["村", "原因", "人数"], *([place, why, f"{count}"] for (place, why), count in sorted(reasons.items()))]),
        ("名单", [["村", "姓名", "出生日期", "最近一次怎样确认", "确认月份", "有效期到", "现在", "原因"], *rows]),
    ])  # fmt: skip


def why_not(person: queries.Pensioner, last: int) -> str:
    """Why somebody is not certified; `last`: a certification of that month holds yet."""
    if person.certified_month >= last:
        return ""
    if person.reason in ("", "not_certified"):
        return "没有找到数据，本人也没有办" + ("，已停发" if person.state == "confirmed" else "")
    return REASONS[person.reason]
