"""放假调休通知, one year at a time: loading it, and letting every running clock follow (R-007…R-010)."""

import asyncio
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import calendar as calendar_query
from db.queries import reference as reference_query
from db.stores import audit, reference
from domain.actor import Actor, Post
from domain.agency import require_document, require_post, worker
from domain.calendar import FIXED_HOLIDAYS, OFF, WORK
from domain.case import flow
from domain.errors import Problem, Refused
from domain.exchange import sheets
from domain.exchange.sheets import Line

HEADERS = (("日期", "类别", "名称", "依据"), ("day", "kind", "name", "notice"))
KINDS = {"放假": OFF, "上班": WORK, OFF: OFF, WORK: WORK}
POSTS = (Post.COUNTY_ADMIN,)
MOST_ROWS = 400
NOTICE_MONTH = 11  # the State Council announces the next year's days off by then


class Day(Struct, frozen=True):
    number: int  # the line in the sheet
    day: date
    kind: str
    name: str
    notice: str


class Imported(Struct, frozen=True):
    year: int
    days_off: int
    days_worked: int


async def missing_years(on: date) -> list[int]:
    """Years whose notice should be loaded by now and is not; due dates that touch them are provisional (R-010)."""
    loaded = (await calendar_query.load()).years
    needed = [on.year, *([on.year + 1] if on.month >= NOTICE_MONTH else [])]
    return [year for year in needed if year not in loaded]


async def import_year(file: bytes, by: Actor, at: datetime) -> Imported:
    """Replaces the days of the one year the sheet is about. Due dates follow with `follow`, which the worker calls.

    The calendar is one for all counties; the audit entry stands with the county of the one who loaded it.
    """
    county_code = by.scope.county_code
    require_post(by, county_code, POSTS)
    days = _days(await asyncio.to_thread(_read, file))
    notice = require_document("；".join(dict.fromkeys(day.notice for day in days if day.notice)))
    done = Imported(days[0].day.year, sum(d.kind == OFF for d in days), sum(d.kind == WORK for d in days))
    async with transaction():
        await reference.write_calendar_year(
            done.year, notice, [(d.day, d.kind, d.name) for d in days], at=at, by=by.name
        )
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "calendar.imported", "calendar", str(done.year), notice,
            f"放假{done.days_off}天，调休上班{done.days_worked}天",
        )  # fmt: skip
    return done


async def follow(county_code: int, at: datetime) -> bool:
    """Reckons the county's running clocks anew, chunk by chunk, if the calendar has changed since the last time.

    Cut off half-way it begins again: a clock that is right already is left alone.
    """
    loaded_at = await reference_query.calendar_stamp()
    if loaded_at is None or await reference_query.calendar_applied(county_code) == loaded_at:
        return False
    after: int | None = 0
    while after is not None:
        after = await flow.recompute_clocks(county_code, worker(county_code), at, after)
    await reference.calendar_was_applied(county_code, loaded_at)
    return True


def _read(file: bytes) -> list[Line]:
    try:
        return sheets.read(file, HEADERS[0], max_rows=MOST_ROWS)
    except Refused as refused:
        if refused.problems[0].code != "wrong-header":
            raise
        return sheets.read(file, HEADERS[1], max_rows=MOST_ROWS)


def _days(lines: list[Line]) -> list[Day]:
    """Refused with one problem for each bad line, or for the year as a whole."""
    days, problems = [], []
    seen: set[str] = set()
    for line in lines:
        if message := _wrong(line, seen):
            problems.append(Problem("calendar-row", f"第{line.number}行：{message}", str(line.number)))
        else:
            text, kind, name, notice = line.cells
            days.append(Day(line.number, date.fromisoformat(text), KINDS[kind], name, notice))
        seen.add(line.cells[0])
    if problems or (problems := _wrong_year(days)):
        raise Refused(*problems)
    return days


def _wrong(line: Line, seen: set[str]) -> str | None:
    text, kind, name, _ = line.cells
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return f"“{text}”不是日期，请写成例如 2027-01-01。"
    if text in seen:
        return "这一天写了两次。"
    if kind not in KINDS:
        return "类别请写“放假”或“上班”。"
    if not name:
        return "请写明是什么节日或调休。"
    if KINDS[kind] == WORK and day.weekday() < 5:
        return "这一天是星期一到星期五，本来就上班，不用写。"
    return None


def _wrong_year(days: list[Day]) -> list[Problem]:
    years = sorted({day.day.year for day in days})
    if len(years) > 1:
        return [Problem("calendar-years", f"一个文件只能写一年，这里有{'、'.join(map(str, years))}年。", "file")]
    off = {day.day for day in days if day.kind == OFF}
    holidays = [date(years[0], month, day) for month, day in sorted(FIXED_HOLIDAYS)]
    missing = [day for day in holidays if day not in off and day.weekday() < 5]
    return [
        Problem("calendar-incomplete", f"{day:%Y-%m-%d}是法定节假日，表里没有写放假。请写全一整年的通知。", "file")
        for day in missing
    ]

