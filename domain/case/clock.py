"""法定时限: one clock from the first receipt to the result told; only a supplement notice pauses it (R-006…R-010)."""

from datetime import date

from msgspec import Struct

from db.queries import calendar as calendar_query
from domain.calendar import Calendar, due_with_pauses
from domain.case.chain import Chain


class Clock(Struct, frozen=True):
    """`provisional`: the calendar of a year the period touches is not loaded yet (R-010)."""

    due_on: date
    target_on: date | None
    provisional: bool


async def load_calendar() -> Calendar:
    rows = await calendar_query.load()
    return Calendar(rows.days, rows.years)


def statutory(chain: Chain, received_on: date, pause: tuple[date, date | None] | None, calendar: Calendar) -> Clock:
    """Due and target day of a case received on `received_on`. `pause`: (day of the notice, day of the resubmission)."""
    return reckon(received_on, chain.limit_working_days, chain.target_working_days, pause, calendar)


def reckon(
    received_on: date, limit: int, target: int | None, pause: tuple[date, date | None] | None, calendar: Calendar
) -> Clock:
    pauses = [pause] if pause else []
    due = due_with_pauses(received_on, limit, pauses, calendar)
    aim = None if target is None else due_with_pauses(received_on, target, pauses, calendar)
    return Clock(due.on, aim.on if aim else None, due.provisional)
