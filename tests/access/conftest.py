import pytest

from tests.conftest import Database
from tests.web.clock import Clock


@pytest.fixture
def clock(db: Database) -> Clock:
    return Clock()
