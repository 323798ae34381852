"""The two lists people open most: their queries, and the pages around them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from db.queries import inbox, portal
from db.queries.inbox import Filter
from domain.actor import Post
from tests.make import COUNTY, LI_XIUYING

DESK, POSTS, STAFF = f"{COUNTY}", [Post.COUNTY_ENROLLMENT.value], 1
INBOX_ROWS, CASE_ROWS = 26, 21  # a page and the one row that says whether there is another


async def inbox_rows(on: date) -> list[Any]:
    rows = await inbox.lines(COUNTY, DESK, POSTS, STAFF, Filter(), on, after=None, limit=INBOX_ROWS)
    assert len(rows) == INBOX_ROWS
    return rows


async def my_rows() -> list[Any]:
    rows = await portal.cases_of(COUNTY, LI_XIUYING.index, limit=CASE_ROWS)
    assert len(rows) == CASE_ROWS
    return rows


def queries(on: date) -> dict[str, Callable[[], Awaitable[Any]]]:
    """By name, each the first page and one far down."""

    async def far_down() -> None:
        rows = await inbox.lines(
            COUNTY, DESK, POSTS, STAFF, Filter(), on, after=(date(2026, 11, 15), 0), limit=INBOX_ROWS
        )
        assert len(rows) == INBOX_ROWS

    async def counts() -> None:
        await inbox.counts(COUNTY, DESK, POSTS, on, on)

    return {"inbox": lambda: inbox_rows(on), "inbox_far_down": far_down, "inbox_counts": counts, "my_cases": my_rows}
