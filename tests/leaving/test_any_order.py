"""Whatever comes first, the death report, the payment month or the deregistration: the family gets the same, to the fen."""

import random
from datetime import date, datetime
from itertools import permutations

import pytest

from db import engine
from db.queries import pension as queries
from db.stores import benefits as benefit_store
from domain import payments, settlement, settlement_reversal
from domain.agency import suspensions
from tests.items.claiming import LIN_JING
from tests.leaving import family
from tests.leaving.family import balance, month, pensioner, received, registered
from tests.make import CHINA, COUNTY, HE_JING, ZHAO_MIN
from tests.payments import month as way
from tests.runs.conftest import REVIEWER

pytestmark = pytest.mark.usefixtures("db")
DIED = date(2026, 12, 15)
JANUARY, FEBRUARY = datetime(2027, 1, 10, 9, tzinfo=CHINA), datetime(2027, 2, 10, 9, tzinfo=CHINA)


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


async def alive(person: int, dice: random.Random) -> None:
    """Something that happens to a pensioner between two months."""
    what = dice.choice(["increase", "suspend", "deposit", "nothing"])
    if what == "increase":
        first = dice.choice([202612, 202701])
        amounts = {"basic_central": 14300 + dice.randint(-3000, 3000), "account_personal": dice.randint(0, 9000)}
        await way.standard(person, first, amounts)
        await benefit_store.recheck(COUNTY, [person], first)
    elif what == "suspend" and not await queries.open_suspensions(COUNTY, person):
        first = dice.choice([202612, 202701])
        await way.suspended(person, first)
        await benefit_store.recheck(COUNTY, [person], first)
    elif what == "deposit":
        await family.deposited(person, date(2026, 12, 1), subsidy_county=dice.randint(1, 9999))


@pytest.mark.rule("R-310", "R-326", "R-340", "R-343")
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_money_in_is_money_out_and_what_is_left(seed: int) -> None:
    """Twelve people, each with a life of his own; after all settlements, supplements and reversals the books agree, no account of
    those who left holds a fen, and another round finds nothing."""
    dice = random.Random(seed)
    people = [await pensioner(n, personal=dice.choice([3000, 20000, 900000]), subsidy_city=dice.randint(1, 9000)) for n in range(12)]
    await way.money(20_000_000, way.AT)
    left = {}
    for which, at in ((202612, way.AT), (202701, JANUARY), (202702, FEBRUARY)):
        for person in dice.sample(people, 4):
            if person not in left:
                await alive(person, dice)
        for person in dice.sample(people, 3):
            if person not in left and which > 202612:
                cause, died = dice.choice(["death", "other_pension"]), date(2026, dice.choice([11, 12]), 20)
                left[person] = await registered(person, died, at, cause=cause, claims_funeral=dice.random() < 0.5)
                await settlement.settle_ready(COUNTY, at)
        plan = await way.planned(which, at)
        for file_id in await way.sent(plan, at):
            rows = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
            await way.returned(file_id, {each: "账户不存在" for each in rows if dice.random() < 0.2}, at)
        for person in await failed(plan):
            await payments.void(COUNTY, plan, person, "下次补", LIN_JING, at)
        await payments.book(COUNTY, plan, REVIEWER, at)
        await settlement.settle_ready(COUNTY, at)
    for person in list(left)[::2]:
        await family.deposited(person, date(2027, 2, 3), subsidy_province=dice.randint(1, 5000))
    while await settlement.settle_ready(COUNTY, FEBRUARY):
        pass
    assert len(left) > 2
    assert [await balance(person) for person in left] == [0] * len(left)
    undone = await engine.fetchval("select id from termination where person_id = $1", next(iter(left)))
    async with engine.transaction():
        await settlement_reversal.reverse(COUNTY, undone, 1, HE_JING, FEBRUARY)
    assert await settlement.settle_ready(COUNTY, FEBRUARY) == 0
    await family.books_agree()


async def failed(plan: int) -> list[int]:
    rows = await engine.fetch("select person_id from payment_transfer where plan_id = $1 and state = 'failed' order by 1", plan)
    return [row["person_id"] for row in rows]
