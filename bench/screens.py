"""What people open most, two lists and the statement of a year: their queries, and the rows for the pages around them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from msgspec import defstruct

from db import engine
from db.funds import AMOUNTS, FUNDS
from db.queries import inbox, portal
from db.queries.inbox import Filter
from domain.actor import Post
from tests.make import COUNTY, LI_XIUYING

DESK, POSTS, STAFF = f"{COUNTY}", [Post.COUNTY_ENROLLMENT.value], 1
YEAR, STATEMENT_ROWS = 2025, 13
INBOX_ROWS, CASE_ROWS = 26, 21  # a page and the one row that says whether there is another


async def inbox_rows(on: date) -> list[Any]:
    rows = await inbox.lines(COUNTY, DESK, POSTS, STAFF, Filter(), on, after=None, limit=INBOX_ROWS)
    assert len(rows) == INBOX_ROWS
    return rows


async def my_rows() -> list[Any]:
    rows = await portal.cases_of(COUNTY, LI_XIUYING.index, limit=CASE_ROWS)
    assert len(rows) == CASE_ROWS
    return rows


StatementRow = defstruct("StatementRow", ["value_on", "kind", "contribution_year", *FUNDS], frozen=True)


async def statement_rows() -> list[Any]:
    """The lines of a year by one indexed query, as the floor of the statement page needs them."""
    rows = await engine.fetch(
        f"select e.value_on, e.kind, e.contribution_year, {AMOUNTS} from person p join individual_account a"
        " on a.county_code = p.county_code and a.person_id = p.id join ledger_entry e on e.county_code = a.county_code"
        " and e.account_id = a.id"
        " where p.county_code = $1 and p.id_index = $2 and e.year = $3 order by e.value_on, e.id",
        COUNTY, LI_XIUYING.index, YEAR,
    )  # fmt: skip
    assert len(rows) == STATEMENT_ROWS
    return [StatementRow(*row) for row in rows]


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
