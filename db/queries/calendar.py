"""The working-day table, kept in memory until somebody loads a year."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class CalendarRows(Struct, frozen=True):
    """`days`: (day, kind) for every day that differs from Monday–Friday; `years`: those whose notice was loaded."""

    days: tuple[tuple[date, str], ...]
    years: frozenset[int]


_kept: dict[tuple[str, int, datetime | None], CalendarRows] = {}


async def load() -> CalendarRows:
    """One small query a call; the whole table only after a change."""
    stamp = await engine.fetchrow(
        "select current_database() as name, count(*) as years, max(loaded_at) as changed from calendar_year"
    )
    assert stamp is not None
    key = (stamp["name"], stamp["years"], stamp["changed"])
    if key not in _kept:
        days = await engine.fetch("select day, kind from calendar_day where kind <> 'plain' order by day")
        years = await engine.fetch("select year from calendar_year")
        _kept.clear()
        _kept[key] = CalendarRows(tuple((d["day"], d["kind"]) for d in days), frozenset(y["year"] for y in years))
    return _kept[key]
