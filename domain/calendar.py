"""工作日: which days count, and the last day of a limit (民法典第二百零一条、第二百零三条; R-007…R-010)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

OFF = "off"
WORK = "work"

# 法定节假日 that fall on the same day every year (全国年节及纪念日放假办法第二条): all that is known of a year
# whose notice is not loaded. 春节, 清明, 端午, 中秋 follow the lunar calendar and the notice.
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})

_DAY = timedelta(days=1)

Pause = tuple[date, date | None]


class Due(Struct, frozen=True):
    """`provisional`: a day was counted whose year is not loaded; compute again when it is (R-010)."""

    on: date
    provisional: bool


class Calendar:
    """`days`: (day, "off" or "work") for every day that differs from Monday–Friday.

    `years` are those whose notice is loaded. A year without one is never taken for plain Monday–Friday: its fixed
    holidays are off, and whatever is counted through it is provisional.
    """

    def __init__(self, days: Iterable[tuple[date, str]], years: Iterable[int]) -> None:
        self._kinds = dict(days)
        self.years = frozenset(years)

    def is_working_day(self, day: date) -> bool:
        if day.year not in self.years and (day.month, day.day) in FIXED_HOLIDAYS:
            return False
        kind = self._kinds.get(day)
        return kind == WORK if kind else day.weekday() < 5

    def working_day_from(self, day: date) -> Due:
        """`day` itself when people work on it, else the next day they do (民法典第二百零三条)."""
        return self.count(day - _DAY, 1, ())

    def due_on(self, received_on: date, working_days: int) -> Due:
        """The last day of a limit. The day of receipt does not count, also when it is a day off (R-007, R-008).

        0 working days means on the spot: the day of receipt, or the next working day after a day off.
        """
        return self.count(received_on, working_days, ()) if working_days else self.working_day_from(received_on)

    def working_days_before(self, day: date, working_days: int) -> Due:
        """The latest day that lies `working_days` working days before `day` (规程第二十八条; R-243)."""
        left, seen = working_days, {day.year}
        while left:
            day -= _DAY
            seen.add(day.year)
            left -= self.is_working_day(day)
        return Due(day, not seen <= self.years)

    def count(self, start: date, working_days: int, stopped: Sequence[tuple[date, date]]) -> Due:
        """The `working_days`-th working day after `start`, passing over the days of the closed pauses `stopped`."""
        day, left, seen = start, working_days, set[int]()
        while left:
            day += _DAY
            seen.add(day.year)
            if not any(begin < day <= end for begin, end in stopped):
                left -= self.is_working_day(day)
        return Due(day, not seen <= self.years)


def due_with_pauses(received_on: date, working_days: int, pauses: Sequence[Pause], calendar: Calendar) -> Due:
    """The last day of a limit that supplement notices stopped (R-009).

    A pause is (day of the notice, day of the resubmission or None). The day of the notice still counts, the days after
    it up to and including the day of the resubmission do not: like a receipt, it does not count (R-007). Where the
    notice went out on the very last day, one working day is left after the resubmission. With 0 working days (on the
    spot) the resubmission takes the place of the receipt. A notice after the limit heals nothing. A pause without an
    end moves nothing yet: the answer is the earliest the limit can end, to be computed again at the resubmission.
    """
    closed = sorted((begin, end) for begin, end in pauses if end is not None)
    if not working_days:
        return _on_the_spot(received_on, closed, calendar)
    due = calendar.count(received_on, working_days, closed)
    for begin, end in closed:
        if begin == due.on and end > begin:
            after = calendar.due_on(end, 1)
            due = Due(after.on, due.provisional or after.provisional)
    return due


def _on_the_spot(received_on: date, closed: Sequence[tuple[date, date]], calendar: Calendar) -> Due:
    due = calendar.due_on(received_on, 0)
    for begin, end in closed:
        if begin <= due.on:
            due = calendar.due_on(max(end, received_on), 0)
    return due
