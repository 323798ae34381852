"""死亡名单上报 (规程第三十二条; R-311…R-313): last month's deaths from the village by way of the township to the county, where each
line stops a pension, is looked into, and is found true or false."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import people as people_query
from db.stores import audit, suspensions
from db.stores import death_reports as store
from db.stores.death_reports import Line, NewLine
from db.stores.suspensions import NewSuspension
from domain import identity, months, names
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post
from domain.agency.suspensions import DECIDERS, settle_open, stop, verify_death, written
from domain.errors import NotFound, Problem, Refused
from domain.identity import IdType

KINDS = {"death": "去世", "detained": "被羁押", "sentenced": "被判刑"}
STATES = {"reported": "待处理", "suspended": "已暂停，待核实", "true": "属实", "false": "不属实"}
MONTHS_BACK = 3  # a village that was late may report so far back
MOST_LINES = 200


class Reported(Struct, frozen=True, kw_only=True):
    """A line as the assistant typed it."""

    kind: str = "death"
    name: str
    id_number: str
    happened_on: date
    note: str = ""


async def report(county_code: int, village: str, month: int, lines: Sequence[Reported], by: Actor, at: datetime) -> int:
    """Once a month and village; no lines: nobody (R-312). Refused with what is wrong, line by line."""
    if by.kind is not ActorKind.ASSISTANT or by.scope.county_code != county_code or by.scope.region_prefix != village:
        raise NotFound
    now = months.month_of(at.date())
    if not months.after(now, -MONTHS_BACK) <= month < now:
        raise Refused(Problem("month", "每个月初报上个月的名单，最多补报三个月。", "month"))
    if len(lines) > MOST_LINES:
        raise Refused(Problem("too-many", f"一次最多报{MOST_LINES}人。"))
    if wrong := [p for number, line in enumerate(lines, start=1) for p in _check(number, line, month)]:
        raise Refused(*wrong)
    async with transaction():
        report_id = await store.add(
            county_code, village, month, [await _new(county_code, line) for line in lines], by.id, by.name, at
        )
        if report_id is None:
            raise Refused(Problem("reported", "这个月已经报过了。漏报的人，下个月一起报。", "month"))
        await _log(county_code, report_id, "death_report.made", f"{month}：{len(lines)}人", by, at)
    return report_id


def _check(number: int, line: Reported, month: int) -> list[Problem]:
    wrong = []
    if line.kind not in KINDS:
        wrong.append(("kind", "请选择是哪一种情况。"))
    if not line.name.strip():
        wrong.append(("name", "请填写姓名。"))
    if said := identity.check(IdType.RESIDENT_ID_CARD, _number(line)):
        wrong.append(("id_number", said))
    if line.happened_on > months.last_day(month):
        wrong.append(("happened_on", f"日期要在{months.in_words(month)}底以前。"))
    return [Problem("line", f"第{number}人：{text}", f"lines.{number - 1}.{name}") for name, text in wrong]


def _number(line: Reported) -> str:
    return identity.normalise(IdType.RESIDENT_ID_CARD, line.id_number)


async def _new(county_code: int, line: Reported) -> NewLine:
    number = _number(line)
    return NewLine(
        kind=line.kind, person_id=await people_query.person_id_of(county_code, people_query.id_index_of(number)),
        name=names.normalise_name(line.name), id_number=number, happened_on=line.happened_on, note=line.note.strip(),
    )  # fmt: skip


async def forward(county_code: int, month: int, by: Actor, at: datetime) -> int:
    """The township's clerk hands on what the villages reported of a month. Returns how many reports."""
    township = by.scope.region_prefix
    if by.scope.county_code != county_code or len(township) != 8 or not by.holds(Post.TOWNSHIP_CLERK):
        raise NotFound
    async with transaction():
        count = await store.forward(county_code, township, month, by.id, by.name, at)
        if not count:
            raise Refused(Problem("nothing", "没有等着上报的名单。"))
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "death_report.forwarded", "region", township,
            detail=f"{month}：{count}个村",
        )  # fmt: skip
    return count


async def suspend(county_code: int, report_id: int, line_no: int, by: Actor, at: datetime) -> None:
    """Stops the pension from the month after (R-292): the village proposed it, the county confirms."""
    async with transaction():
        line = await _line(county_code, report_id, line_no, by)
        if line.state != "reported":
            raise Refused(Problem("decided", "这一行已经处理过了。"))
        if line.person_id is None or await suspensions.region_of_pensioner(county_code, line.person_id) is None:
            raise Refused(Problem("nobody", "这个人没有在这里领取养老金，不用暂停。请直接登记属实或者不属实。"))
        reason = "suspected_death" if line.kind == "death" else "imprisoned"
        held = await suspensions.open_of(county_code, line.person_id, reason)
        if held is None:
            finding = f"{line.happened_on:%Y-%m-%d}{KINDS[line.kind]}，村里上报的名单"
            new = NewSuspension(
                person_id=line.person_id, reason=reason, origin="death_report", finding=finding,
                first_month=months.after(months.month_of(line.happened_on)),
            )  # fmt: skip
            await suspensions.propose(county_code, new, line.reported_by, line.reported_by_name, at)
            held = await suspensions.open_of(county_code, line.person_id, reason)
        if held is not None and held.state == "proposed":
            await stop(county_code, held, by, at)
        await store.set_line(county_code, line, "suspended", "", by.id, by.name, at)
        await _log(county_code, report_id, "death_report.suspended", f"第{line_no}行", by, at)


async def find_true(
    county_code: int, report_id: int, line_no: int, died_on: date, note: str, by: Actor, at: datetime
) -> None:
    """The pension of the dead ends. Who is detained or sentenced is written down as such (domain.agency.sentences)."""
    async with transaction():
        line = await _line(county_code, report_id, line_no, by)
        held = await suspensions.open_of(county_code, line.person_id, "suspected_death") if line.person_id else None
        if line.kind == "death" and held is not None and held.state == "confirmed":
            await verify_death(county_code, held.id, died_on, note, by, at)
            return
        draws = line.person_id and await suspensions.region_of_pensioner(county_code, line.person_id)
        if draws:
            where = "请先暂停，再登记属实。" if line.kind == "death" else "请在“服刑”里登记，这一行就办完了。"
            raise Refused(Problem("first", where))
        await _settle(county_code, line, "true", written(note, "note", "请写明怎样核实的。"), by, at)


async def find_false(county_code: int, report_id: int, line_no: int, note: str, by: Actor, at: datetime) -> None:
    """The person lives, or is free: restored at once, with the stopped months (R-293)."""
    note = written(note, "note", "请写明怎样核实的。")
    async with transaction():
        line = await _line(county_code, report_id, line_no, by)
        if line.person_id is not None:
            reason = "suspected_death" if line.kind == "death" else "imprisoned"
            await settle_open(county_code, line.person_id, reason, note, by, at)
        await _settle(county_code, line, "false", note, by, at)


async def _settle(county_code: int, line: Line, state: str, note: str, by: Actor, at: datetime) -> None:
    await store.set_line(county_code, line, state, note, by.id, by.name, at)
    await _log(county_code, line.report_id, f"death_report.{state}", f"第{line.line_no}行：{note}", by, at)


async def _line(county_code: int, report_id: int, line_no: int, by: Actor) -> Line:
    """An open line that has come to the county, held for this transaction."""
    require_post(by, county_code, DECIDERS)
    line = await store.lock_line(county_code, report_id, line_no)
    if line is None or not line.forwarded:
        raise NotFound
    if line.state in ("true", "false"):
        raise Refused(Problem("decided", "这一行已经处理过了。"))
    return line


async def _log(county_code: int, report_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "death_report", f"{report_id}", detail=detail)
