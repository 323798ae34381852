"""What day it is: the real one, or outside production the one that was set for training, a demo or a test."""

from datetime import date, datetime, timedelta, timezone

from db import engine

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991


async def now() -> datetime:
    """The business date, if one is set, at the present time of day; else the present. Aware, Asia/Shanghai."""
    present = datetime.now(CHINA)
    day = await business_date()
    return present if day is None else datetime.combine(day, present.timetz())


async def business_date() -> date | None:
    day: date | None = await engine.fetchval("select business_date from installation")
    return day
