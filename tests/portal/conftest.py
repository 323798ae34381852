from pathlib import Path

import pytest

from tests import make
from tests.portal.town import Town


@pytest.fixture
async def town(db: object, tmp_path: Path) -> Town:
    """Everybody of the cast is known to the household register, nobody to the other sources."""
    register = make.household(make.LI_XIUYING) | make.household(make.WANG_DASHAN) | make.household(make.ZHOU_XIAOMAN)
    await make.sources(household_register=register)
    return Town(tmp_path / "files")
