from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.actor import Post
from tests.backoffice.office import Desk, Office


@pytest.fixture
async def office(db: object, tmp_path: Path) -> Office:
    return Office(tmp_path / "files")


@pytest.fixture
async def clerk(office: Office) -> AsyncIterator[Desk]:
    """赵敏, the clerk of 柳湾镇."""
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        yield desk


@pytest.fixture
async def reviewer(office: Office) -> AsyncIterator[Desk]:
    """孙立, who decides enrollments and changes at the county."""
    posts = (Post.COUNTY_ENROLLMENT, Post.COUNTY_ACCOUNT)
    async with office.at_desk(await office.hire("孙立", *posts)) as desk:
        yield desk


@pytest.fixture
async def head(office: Office) -> AsyncIterator[Desk]:
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as desk:
        yield desk


@pytest.fixture
async def administrator(office: Office) -> AsyncIterator[Desk]:
    async with office.at_desk(await office.hire("罗敏", Post.COUNTY_ADMIN)) as desk:
        yield desk
