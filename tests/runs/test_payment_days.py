"""Until when each step of a payment month is done, place by place, with holidays on both sides."""

from datetime import date

import asyncpg
import pytest

from db import engine
from domain import payment_days
from domain.actor import Post
from domain.local import PROFILES, profile
from tests.agency.pensioner import drawing
from tests.make import COUNTY
from tests.payments import month as way

pytestmark = pytest.mark.usefixtures("db")
MONEY = (Post.ACCOUNTANT, Post.CASHIER)
BENEFIT = (Post.COUNTY_BENEFIT,)


async def follows(owner: asyncpg.Connection, code: str) -> None:
    """A county's profile is set once, by the owner."""
    await owner.execute("update county set profile = $1", code)


async def limits(owner: asyncpg.Connection, code: str, month: int) -> list[str]:
    """Request, money there, transfer, paid: as month-day."""
    await follows(owner, code)
    found = await payment_days.limits(COUNTY, await payment_days.pay_day_of(COUNTY, month))
    return [f"{found[step]:%m-%d}" for step in ("request", "fund", "transfer", "answer")]


@pytest.mark.rule("R-243", "R-244", "R-245")
@pytest.mark.parametrize(
    ("code", "month", "days"),
    [
        ("hunan", 202611, ["11-23", "11-23", "11-23", "11-25"]),
        # The 25th is a Sunday: paid on Friday.
        ("hunan", 202610, ["10-21", "10-21", "10-21", "10-23"]),
        ("linyi", 202611, ["11-10", "11-13", "11-18", "11-20"]),
        # Spring Festival is from 15 to 23 February; Saturday the 14th is worked: the 20th becomes the 14th, and so on.
        ("linyi", 202602, ["02-10", "02-12", "02-12", "02-14"]),
        # National Day is from 1 to 7 October; Saturday the 10th is worked.
        ("linyi", 202610, ["10-10", "10-15", "10-16", "10-20"]),
        ("national", 202611, ["11-23", "11-23", "11-23", "11-25"]),
    ],
)
async def test_the_days_of_a_place(owner: asyncpg.Connection, code: str, month: int, days: list[str]) -> None:
    assert await limits(owner, code, month) == days


@pytest.mark.rule("R-245")
def test_only_linyi_sets_days_for_the_request_and_the_money() -> None:
    set_there = {place.code: (place.payment_days.request_by, place.payment_days.fund_by) for place in PROFILES}
    assert {code for code, days in set_there.items() if days != (None, None)} == {"linyi"}
    assert set_there["linyi"] == (10, 15)
    assert [place.code for place in PROFILES if not place.payment_days.source] == []
    assert profile("linyi").payment_days.pay_by == 20


@pytest.mark.rule("R-244", "R-245")
@pytest.mark.parametrize(
    ("on", "said"),
    [
        (5, []),
        (8, [("编制、核对、批准", False)]),
        (10, [("编制、核对、批准", False)]),
        (11, [("编制、核对、批准", True)]),
    ],
)
async def test_a_month_without_a_plan_is_called_for_two_working_days_before(
    owner: asyncpg.Connection, on: int, said: list[tuple[str, bool]]
) -> None:
    """By Tuesday, 10 November 2026: two working days before is Friday, the 6th."""
    await follows(owner, "linyi")
    await drawing()
    found = await payment_days.reminders(COUNTY, date(2026, 11, on), BENEFIT)
    assert [(each.title, each.overdue) for each in found] == said
    assert await payment_days.reminders(COUNTY, date(2026, 11, 11), MONEY) == []


async def test_a_county_that_pays_nobody_is_left_alone() -> None:
    assert await payment_days.reminders(COUNTY, date(2026, 11, 30), BENEFIT) == []


@pytest.mark.rule("R-243", "R-245")
@pytest.mark.parametrize(
    ("state", "day", "said"),
    [
        ("approved", 9, [("申请用款", False)]), ("approved", 10, [("申请用款", False)]), ("approved", 11, [("申请用款", True)]),
        ("requested", 10, []), ("requested", 15, [("到支出户", False)]), ("requested", 16, [("到支出户", True)]),
        ("funded", 17, [("划给银行", True)]), ("funded", 16, [("划给银行", False)]), ("funded", 11, []),
        ("sent", 18, [("银行回盘", False)]), ("sent", 19, [("银行回盘", True)]), ("settled", 31, []),
    ],
)  # fmt: skip
async def test_who_handles_money_is_told_of_the_step_that_waits(
    owner: asyncpg.Connection, state: str, day: int, said: list[tuple[str, bool]]
) -> None:
    """December 2026 in Linyi: the 20th is a Sunday, so paid on the 18th, with the bank on the 16th."""
    await follows(owner, "linyi")
    await way.draws(1)
    plan_id = await way.planned()
    await engine.execute("update payment_plan set state = $2 where id = $1", plan_id, state)
    found = await payment_days.reminders(COUNTY, date(2026, 12, day), MONEY)
    assert [(each.title, each.overdue) for each in found] == said
    assert {each.plan_id for each in found} <= {plan_id}
