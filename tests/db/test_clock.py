"""The settable business date: everywhere but in production."""

from datetime import date, datetime, timedelta

import asyncpg
import pytest

from db.queries import clock, installation
from db.stores.installation import set_business_date
from tests.conftest import Database

AT = datetime(2026, 11, 20, 9, tzinfo=clock.CHINA)


async def test_without_a_set_date_now_is_now_in_china(db: Database) -> None:
    now = await clock.now()
    assert now.utcoffset() == timedelta(hours=8)
    assert abs(datetime.now(clock.CHINA) - now) < timedelta(seconds=5)


async def test_a_set_date_is_everybodys_day_and_can_be_taken_back(db: Database) -> None:
    await set_business_date(date(2027, 2, 10), AT)
    assert (await clock.now()).date() == date(2027, 2, 10)
    assert (await clock.now()).utcoffset() == timedelta(hours=8)
    await set_business_date(None, AT)
    assert (await clock.now()).date() == datetime.now(clock.CHINA).date()


async def test_in_production_the_date_cannot_be_set(db: Database, owner: asyncpg.Connection) -> None:
    await owner.execute("update installation set mode = 'production'")
    assert await installation.mode() == "production"
    with pytest.raises(asyncpg.CheckViolationError):
        await set_business_date(date(2027, 2, 10), AT)
    assert await clock.business_date() is None
