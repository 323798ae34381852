"""Whatever is done to a debt, in any order: principal is what was recovered, written off and is open, and the books say the same."""

import random
from datetime import date, datetime, timedelta

import pytest

from db import engine
from domain.agency import recovery, recovery_decisions, recovery_deductions, recovery_money
from domain.errors import Refused
from tests.make import COUNTY, FENG_YUAN
from tests.recovery import debts
from tests.recovery.debts import LU_PING, QIN_LAN, agrees, slip

pytestmark = pytest.mark.usefixtures("db")
STEPS = 40


async def do(dice: random.Random, case: int, at: datetime) -> None:  # noqa: C901 - a list of what can be done
    rows = await engine.fetch(
        "select id from fund_document where kind = 'recovery' and state in ('declared', 'approved') order by id"
    )
    document = dice.choice(rows)["id"] if rows else None
    what = dice.choice(
        (
            "pay",
            "pay",
            "review",
            "review",
            "receive",
            "receive",
            "cancel",
            "agree",
            "deduct",
            "end",
            "limit",
            "ask",
            "decide",
        )
    )
    fen = dice.choice((1, 59, 60, 61, 5000, 12345, 100000))
    if what == "pay":
        await recovery_money.register(
            COUNTY, case, slip(fen, paid_on=at.date(), voluntary=dice.random() < 0.5), QIN_LAN, at
        )
    elif what == "review" and document:
        await recovery_money.review(COUNTY, document, LU_PING, at)
    elif what == "receive" and document:
        await debts.received(
            document, await engine.fetchval("select total_fen from fund_document where id = $1", document), at
        )
    elif what == "cancel" and document and dice.random() < 0.3:
        await recovery_money.cancel(COUNTY, document, "登记错了", QIN_LAN, at)
    elif what == "agree":
        await recovery_money.agree(COUNTY, case, dice.randint(2, 6), at.date() + timedelta(days=5), QIN_LAN, at)
    elif what == "deduct":
        await recovery_deductions.deduct(COUNTY, case, fen, QIN_LAN, at)
    elif what == "end":
        await recovery_deductions.end_deduction(COUNTY, case, QIN_LAN, at)
    elif what == "limit" and dice.random() < 0.3:
        await recovery.set_debtor(COUNTY, case, debts.heir(dice.choice((0, 8000))), QIN_LAN, at)
    elif what == "ask":
        await recovery_decisions.ask(
            COUNTY, case, dice.choice(("write_off", "transfer")), "债务人没有财产可以执行", QIN_LAN, at
        )
    elif what == "decide":
        await recovery_decisions.decide(COUNTY, case, FENG_YUAN, at, approves=dice.random() < 0.3)


@pytest.mark.rule("R-360")
@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_steps(seed: int) -> None:
    dice, at = random.Random(seed), debts.AT
    case = await debts.noticed(await debts.of_the_living(basic_central=30000, interest=60), date(2027, 3, 20))
    done = 0
    for _ in range(STEPS):
        at += timedelta(hours=dice.choice((0, 5, 40)))
        try:
            await do(dice, case, at)
            done += 1
        except Refused:  # never a check of the database
            pass
        await recovery_money.follow(COUNTY, at)
        state, recovered, written_off, open_ = await debts.standing(case)
        assert recovered + written_off + open_ == 30060, state
        assert await debts.owed_by_the_books() == open_
    await agrees()
    assert done > 5


@pytest.mark.rule("R-343")
async def test_a_debt_goes_with_the_end_that_was_taken_back() -> None:
    case = await debts.noticed(await debts.of_the_dead())
    await engine.execute("update settlement set state = 'reversed'")
    await recovery_money.follow(COUNTY, debts.AT)
    await recovery_money.follow(COUNTY, debts.AT)
    assert (await debts.standing(case))[0] == "withdrawn"
    assert await engine.fetchval("select count(*) from recovery") == 1


async def test_what_was_taken_twice_is_found() -> None:
    case = await debts.verified(await debts.of_the_living())
    await engine.execute("update recovery set recovered_fen = 1 where id = $1", case)
    with pytest.raises(AssertionError, match="debts are what was recovered"):
        await agrees()
