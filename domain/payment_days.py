"""Until when each step of a payment month is to be done: by the place's days of the month, and by working days before the pay day
(规程第二十八条; R-243…R-245). A day on which nobody works means the last working day before it: a pension is never late."""

from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from db.queries import access
from db.queries import payments as queries
from domain import local, months
from domain.actor import Post
from domain.case.clock import load_calendar

DAYS_BEFORE = 2  # working days between the bank's money and the pay day (规程第二十八条; R-243)
SOON = 2  # working days before a step is due somebody is reminded
TITLES = {
    "approve": "编制、核对、批准", "request": "申请用款", "fund": "到支出户", "transfer": "划给银行", "write": "发放文件", "answer": "银行回盘",
}  # fmt: skip
# What a plan in a state waits for, and whose work that is.
NEXT: dict[str, tuple[str, tuple[Post, ...]]] = {
    "draft": ("approve", (Post.COUNTY_BENEFIT, Post.FINANCE_SUPERVISOR, Post.COUNTY_HEAD)),
    "approved": ("request", (Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR)),
    "requested": ("fund", (Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR)),
    "funded": ("transfer", (Post.CASHIER, Post.FINANCE_SUPERVISOR)),
    "transferred": ("write", (Post.CASHIER, Post.FINANCE_SUPERVISOR)),
    "sent": ("answer", (Post.CASHIER, Post.FINANCE_SUPERVISOR)),
}


class Reminder(Struct, frozen=True, kw_only=True):
    """A step that is due soon or overdue. `plan_id` None: there is no plan for the month yet."""

    month: int
    plan_id: int | None
    title: str
    by: date
    overdue: bool


async def pay_day(month: int, latest: int) -> date:
    """The last working day up to the `latest` day of the month."""
    calendar = await load_calendar()
    day = months.first_day(month).replace(day=latest)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


async def pay_day_of(county_code: int, month: int) -> date:
    """On which the county's pensions of a month are on the accounts."""
    return await pay_day(month, (await _days(county_code)).pay_by)


async def transfer_by(pay_on: date) -> date:
    """The last day on which the bank gets the money in time."""
    return (await load_calendar()).working_days_before(pay_on, DAYS_BEFORE).on


async def limits(county_code: int, pay_on: date) -> dict[str, date]:
    """The last day of each step of TITLES. Where the place sets none for the request, the money's own is all there is."""
    days, month = await _days(county_code), months.month_of(pay_on)
    transfer = await transfer_by(pay_on)
    fund = min(transfer, await pay_day(month, days.fund_by)) if days.fund_by else transfer
    request = min(fund, await pay_day(month, days.request_by)) if days.request_by else fund
    return {
        "approve": request,
        "request": request,
        "fund": fund,
        "transfer": transfer,
        "write": pay_on,
        "answer": pay_on,
    }


async def source(county_code: int) -> str:
    """Where the place's days stand."""
    return (await _days(county_code)).source


async def reminders(county_code: int, on: date, posts: Sequence[Post]) -> list[Reminder]:
    """Of the steps that are these posts' work; the earliest month first."""
    if not set(posts) & {post for _, whose in NEXT.values() for post in whose}:
        return []
    found, calendar = [], await load_calendar()
    waiting: list[tuple[int, int | None, str, date]] = [
        (plan.month, plan.id, plan.state, plan.pay_on) for plan in await queries.open_plans(county_code)
    ]
    this, last = months.month_of(on), await queries.latest(county_code)
    if (last is None or last.month < this) and await queries.anybody_paid(county_code):
        waiting.append((this, None, "draft", await pay_day_of(county_code, this)))
    for month, plan_id, state, pay_on in waiting:
        step, whose = NEXT[state]
        by = (await limits(county_code, pay_on))[step]
        if set(whose) & set(posts) and on >= calendar.working_days_before(by, SOON).on:
            found.append(Reminder(month=month, plan_id=plan_id, title=TITLES[step], by=by, overdue=on > by))
    return found


async def _days(county_code: int) -> local.PaymentDays:
    return local.profile(await access.profile_of(county_code)).payment_days
