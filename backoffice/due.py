"""When a case is due, and why: derived when it is read, never stored (R-010, R-011)."""

from datetime import date, timedelta
from functools import cache
from typing import Protocol

from msgspec import Struct

from domain import local
from domain.case import clock
from domain.case.notices import day

WEEKDAYS = "一二三四五六日"
TONES = {"overdue": "bad", "today": "warn", "tomorrow": "info", "later": "neutral"}


class Timed(Protocol):
    """What a due date hangs on; a line of the desk and a whole case both have it."""

    @property
    def item(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def received_on(self) -> date | None: ...
    @property
    def limit_days(self) -> int | None: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def target_on(self) -> date | None: ...
    @property
    def provisional(self) -> bool: ...
    @property
    def paused_on(self) -> date | None: ...
    @property
    def resumed_on(self) -> date | None: ...


class Today(Struct, frozen=True):
    """The business day and the next day on which anybody works: what is due then is what comes next."""

    on: date
    next_working_day: date

    def state(self, due_on: date) -> str:
        if due_on < self.on:
            return "overdue"
        if due_on == self.on:
            return "today"
        return "tomorrow" if due_on <= self.next_working_day else "later"

    def words(self, state: str) -> str:
        if state != "tomorrow":
            return {"overdue": "已超期", "today": "今天到期", "later": "以后到期"}[state]
        if self.next_working_day == self.on + timedelta(days=1):
            return "明天到期"
        following = self.next_working_day  # after a weekend or a holiday: the day by its name
        return f"{short(following)}（周{WEEKDAYS[following.weekday()]}）到期"


class Due(Struct, frozen=True):
    """`target` is what the place promises beyond the legal limit, in words; "" where it promises nothing."""

    state: str
    words: str
    tone: str
    on: date
    why: str
    provisional: bool
    target: str
    target_missed: bool


async def today(on: date) -> Today:
    calendar = await clock.load_calendar()
    return Today(on, calendar.working_day_from(on + timedelta(days=1)).on)


def due(case: Timed, now: Today) -> Due | None:
    """None for a case no clock runs for."""
    if case.due_on is None:
        return None
    state = now.state(case.due_on)
    missed = case.target_on is not None and case.target_on < now.on
    target = f"承诺{day(case.target_on)}前办结" if case.target_on else ""
    return Due(state, now.words(state), TONES[state], case.due_on, why(case), case.provisional, target, missed)


def why(case: Timed) -> str:
    """The reason of the due day: receipt, limit, article, pause, and whether a calendar is missing."""
    assert case.received_on is not None
    limit = f"{case.limit_days}个工作日" if case.limit_days else "当场办结"
    parts = [f"{short(case.received_on)}收到，{limit}（{article(case.profile, case.item)}）"]
    if case.paused_on and case.resumed_on:
        parts.append(f"补正期间{short(case.paused_on)}至{short(case.resumed_on)}不计")
    elif case.paused_on:
        parts.append(f"{short(case.paused_on)}起等待补正，暂停计时")
    if case.provisional:
        parts.append("有的年份放假安排还没有录入，日期暂定")
    return "；".join(parts)


@cache
def article(profile: str, item: str) -> str:
    """Where the limit stands."""
    return stands(local.profile(profile).chains[item].source)


def stands(source: str) -> str:
    """A source of the local profiles as people read it; our own choices are called what they are."""
    return "；".join(
        "本机构规定" if part.startswith("design") else part for part in (p.strip() for p in source.split(";"))
    )


def short(on: date) -> str:
    return f"{on.month}月{on.day}日"
