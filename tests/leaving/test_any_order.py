"""Whatever comes first, the death report, the payment month or the deregistration: the family gets the same, to the fen."""

from datetime import date, datetime
from itertools import permutations

import pytest

from db import engine
from domain import payments, settlement
from domain.agency import suspensions
from tests.items.claiming import LIN_JING
from tests.leaving import family
from tests.leaving.family import balance, month, pensioner, received, registered
from tests.make import CHINA, COUNTY, HE_JING, ZHAO_MIN
from tests.payments import month as way
from tests.runs.conftest import REVIEWER

pytestmark = pytest.mark.usefixtures("db")
DIED = date(2026, 12, 15)
JANUARY = datetime(2027, 1, 10, 9, tzinfo=CHINA)


async def report(person: int) -> None:
    held = await suspensions.propose(COUNTY, person, "suspected_death", 202701, "村里上报去世", ZHAO_MIN, JANUARY)
    await suspensions.confirm(COUNTY, [held], LIN_JING, JANUARY)


async def pay(_person: int) -> None:
    """January, which may find nobody to pay."""
    plan = await way.planned(202701, JANUARY)
    for file_id in await way.sent(plan, JANUARY):
        await way.returned(file_id, at=JANUARY)
    await payments.book(COUNTY, plan, REVIEWER, JANUARY)


async def deregister(person: int) -> None:
    settlement_id = await registered(person, DIED, JANUARY)
    async with engine.transaction():
        await settlement.settle(COUNTY, settlement_id, HE_JING, JANUARY)




STEPS = {"report": report, "pay": pay, "deregister": deregister}
ORDERS = [order for n in (2, 3) for order in permutations(STEPS, n) if "deregister" in order and "pay" in order]


@pytest.mark.rule("R-320", "R-327", "R-339", "R-344")
async def test_the_order_of_what_the_office_does_makes_no_difference() -> None:
    """Everybody dies on the same day with the same account; each is somebody else's order of events. Who is stopped in time is
    overpaid nothing; who is not gets the months set off and the account restored with its interest."""
    totals = {}
    people = {order: await pensioner(number) for number, order in enumerate(ORDERS, start=1)}
    await month(202612, way.AT)
    await way.money(10_000_000, JANUARY)  # for what settlements take before the month is paid
    before = {order: order[: order.index("pay")] for order in ORDERS}
    for order, person in people.items():
        for step in before[order]:
            if STEPS[step] is deregister or (step == "report" and "deregister" not in before[order][: before[order].index("report")]):
                await STEPS[step](person)
    await pay(0)
    for order, person in people.items():
        for step in order[order.index("pay") + 1 :]:
            if step == "deregister" or (step == "report" and "deregister" not in order[: order.index("report")]):
                await STEPS[step](person)
    assert await settlement.settle_ready(COUNTY, JANUARY) == 0
    for order, person in people.items():
        totals[order] = await received(person)
        assert await balance(person) == 0
    assert len(set(totals.values())) == 1, totals
    overpaid = {row["fen"] for row in await engine.fetch("select overpaid_fen as fen from settlement")}
    assert overpaid == {0, 20923}
    await family.books_agree()


@pytest.mark.rule("R-182", "R-344")
async def test_an_account_that_was_charged_for_wrong_months_of_last_year_earns_as_if_it_had_not_been() -> None:
    """One was stopped in time, one was paid for two months too many, over the turn of the year."""
    stopped, paid = await pensioner(1), await pensioner(2)
    held = await suspensions.propose(COUNTY, stopped, "suspected_death", 202612, "村里上报去世", ZHAO_MIN, way.AT)
    await suspensions.confirm(COUNTY, [held], LIN_JING, way.AT)
    await month(202612, way.AT)
    await month(202701, JANUARY)
    at = datetime(2027, 3, 1, 9, tzinfo=CHINA)
    for person in (stopped, paid):
        settlement_id = await registered(person, date(2026, 11, 20), at)
        async with engine.transaction():
            await settlement.settle(COUNTY, settlement_id, HE_JING, at)
    assert await received(stopped) == await received(paid) > 0
    await family.books_agree()
