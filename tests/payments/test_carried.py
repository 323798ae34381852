"""What is still to be taken off stays so when the plan that took it off comes to nothing."""

from datetime import datetime

import pytest

from db import engine
from db.stores import benefits as store
from domain import payments
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY
from tests.payments import month as way
from tests.payments.month import AT, MONTH

pytestmark = pytest.mark.usefixtures("db")
JANUARY = datetime(2027, 1, 11, 9, tzinfo=CHINA)


async def carries(fen: int) -> int:
    person = await way.draws(amounts={"basic_central": 14300})
    await engine.execute("update benefit set carried_fen = $1", fen)
    return person


async def carried() -> int:
    return int(await engine.fetchval("select carried_fen from benefit"))


@pytest.mark.rule("R-253", "R-264")
async def test_a_payment_given_up_gives_back_its_deduction() -> None:
    person = await carries(5000)
    plan = await way.paid(failing={(await engine.fetchval("select id from person")): "账户不存在"})
    assert await way.transfer(plan, person) == ("failed", 9300)
    assert await carried() == 0
    await payments.void(COUNTY, plan, person, "下个月一起发", LIN_JING, AT)
    assert await carried() == 5000
    january = await way.paid(202701, JANUARY)
    assert await way.transfer(january, person) == ("paid", 2 * 14300 - 5000)
    assert await carried() == 0


@pytest.mark.rule("R-258", "R-264")
@pytest.mark.parametrize(("before", "meanwhile"), [(5000, 0), (20000, 5700)])
async def test_who_is_taken_out_before_the_file_owes_what_he_owed_before(before: int, meanwhile: int) -> None:
    person = await carries(before)
    plan = await way.planned()
    assert await carried() == meanwhile
    await way.suspended(person, MONTH)
    await way.sent(plan)
    assert (await way.transfer(plan, person))[0] == "left_out"
    assert await carried() == before


@pytest.mark.rule("R-240", "R-258", "R-264")
async def test_a_deduction_of_the_same_plan_is_not_counted_twice_when_it_is_taken_out() -> None:
    person = await carries(0)
    await way.was_paid(person, {202611: 20000})
    await store.recheck(COUNTY, [person], 202611)  # nothing was owed for November
    plan = await way.planned()
    assert await way.lines(person, plan) == [(202611, "deduction", -20000), (MONTH, "regular", 14300)]
    assert await carried() == 5700
    await way.suspended(person, MONTH)
    await way.sent(plan)
    assert await carried() == 0
    await engine.execute("update benefit_suspension set state = 'dismissed'")
    january = await way.paid(202701, JANUARY)
    assert await way.transfer(january, person) == ("paid", 2 * 14300 - 20000)
