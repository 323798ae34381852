from datetime import UTC, datetime

import pytest

from db import engine
from db.queries import calendar, regions
from db.seed.base import seed_base
from tests.conftest import Database

AT = datetime(2026, 11, 20, tzinfo=UTC)


async def counted() -> list[int]:
    tables = ("county", "region", "region_version", "region_mapping", "calendar_year", "calendar_day", "policy_parameter")
    return [await engine.fetchval(f"select count(*) from {table}") for table in tables]


async def test_the_base_seed_can_run_twice(db: Database) -> None:
    await seed_base(AT)
    before = await counted()
    await seed_base(AT)
    assert await counted() == before
    assert before[:4] == [1, 21, 21, 9]


@pytest.mark.rule("R-447")
async def test_every_group_of_the_county_has_twelve_digits_and_its_full_name(db: Database) -> None:
    await seed_base(AT)
    group = await regions.find(439901, "439901010201")
    assert group is not None
    assert group.full_name == "青禾县柳湾镇东坪村一组"
    assert len(await regions.below(439901, "439901", 12)) == 12


@pytest.mark.rule("R-457")
async def test_villages_have_their_code_for_statistics(db: Database) -> None:
    await seed_base(AT)
    sql = "select statistical_code from region_mapping where code = $1"
    assert await engine.fetchval(sql, "4399010203") == "439901002003"
    assert await engine.fetchval(sql, "439901") == "439901000000"


@pytest.mark.rule("R-010")
async def test_the_years_2019_to_2026_are_loaded_and_2027_is_not(db: Database) -> None:
    await seed_base(AT)
    assert (await calendar.load()).years == frozenset(range(2019, 2027))


async def test_no_seeded_parameter_is_called_verified(db: Database) -> None:
    await seed_base(AT)
    assert await engine.fetchval("select count(*) from policy_parameter where verified") == 0
    assert await engine.fetchval("select count(*) from policy_parameter where kind = 'tier'") > 3
