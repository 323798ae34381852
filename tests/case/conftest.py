"""The county, its calendar, its places and its sources, ready for cases."""

import pytest

from tests import make
from tests.conftest import Database


@pytest.fixture
async def county(db: Database) -> Database:
    """Everybody of the cast is known to the household register, nobody to the other sources."""
    register = make.household(make.LI_XIUYING) | make.household(make.WANG_DASHAN) | make.household(make.ZHOU_XIAOMAN)
    await make.sources(household_register=register)
    return db
