"""资格确认 (规程第三十一条; 人社厅发〔2018〕107号; R-279…R-284): until when somebody is certified, and from when the pension waits."""

from datetime import date

from domain import months

CYCLE_MONTHS = 12  # R-282, where the county has not set another
REMIND_DAYS = (30, 7)


def valid_until(last_month: int, cycle: int = CYCLE_MONTHS) -> date:
    """The last day on which a certification of `last_month` holds: the end of the month a cycle later (R-283). For a new
    pensioner `last_month` is that of the approval (R-284). Any success begins a new cycle."""
    return months.last_day(months.after(last_month, cycle))


def suspended_from(last_month: int, cycle: int = CYCLE_MONTHS) -> int:
    """The first month that is not paid without a new certification."""
    return months.after(last_month, cycle + 1)


def reminders(last_month: int, cycle: int = CYCLE_MONTHS) -> tuple[date, ...]:
    """The days on which people are reminded, the earliest first."""
    end = valid_until(last_month, cycle)
    return tuple(date.fromordinal(end.toordinal() - days) for days in REMIND_DAYS)
