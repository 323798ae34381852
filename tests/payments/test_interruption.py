"""Killed at any point, a month is gone on with as if nothing had been: nobody is paid twice, nobody is lost."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process

import asyncpg
import pytest

from db import engine
from domain import payments
from domain.runs import interest_settlement, run
from ops import settings
from tests.contributions.ways import CASHIER
from tests.make import COUNTY, FENG_YUAN, GROUP, OTHER_GROUP
from tests.payments import month as way
from tests.payments.month import AT, KIND
from tests.runs.conftest import REVIEWER
from tests.runs.test_interruption import DEADLINE, stuck

pytestmark = pytest.mark.usefixtures("db")


class Undo(Exception):
    """Ends what was only tried."""


async def begin(*words: object) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", *map(str, words), cwd=settings.TREE, env=os.environ
    )  # fmt: skip


async def killed(owner: asyncpg.Connection, held: str, *words: object) -> None:
    """Begins, waits until it stands before what is held, kills it."""
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin(*words)
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()


async def done(*words: object) -> None:
    assert await asyncio.wait_for((await begin(*words)).wait(), DEADLINE) == 0


async def states() -> list[str]:
    rows = await engine.fetch("select state from payment_transfer order by person_id, round")
    return [row["state"] for row in rows]


async def bodies() -> list[tuple[str, str]]:
    rows = await engine.fetch("select file_name, digest from exchange_file where kind = 'payment' order by sequence")
    return [tuple(row) for row in rows]


@pytest.mark.rule("R-268", "R-255")
@pytest.mark.parametrize(
    "held",
    [
        "select from benefit where person_id = {person} for update",
        "lock table run_exception in share mode",
        "lock table audit_entry in share mode",
    ],
    ids=["while it takes in the second township", "between the work and its checkpoint", "at the end"],
)
async def test_a_worker_killed_while_a_plan_is_approved(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)  # a chunk a township
    people = [await way.draws(n, region=(GROUP, OTHER_GROUP)[n % 2]) for n in range(1, 6)]
    run_id, plan_id = await way.drafted()
    await way.accepted(plan_id)
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, FENG_YUAN, AT)
    await killed(owner, held.format(person=people[0]), "tests.runs.posting")
    assert (await way.plan(plan_id)).state == "draft"
    await done("tests.runs.posting")
    assert (await way.plan(plan_id)) == way.PlanState(plan_id, "approved", 5, 5 * 20923)
    assert [await way.lines(person) for person in people] == [[(202612, "regular", 20923)]] * 5
    assert await engine.fetchval("select count(*) from benefit where paid_until = 202612") == 5


@pytest.mark.rule("R-268", "R-265")
@pytest.mark.parametrize("stopped_at", [0, 1, 2], ids=["at the first file", "at the second", "at the third"])
async def test_a_server_killed_while_it_writes_files_writes_the_same_ones_later(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    monkeypatch.setattr(payments, "ROWS", 2)
    people = [await way.draws(n) for n in range(1, 6)]
    plan_id = await way.planned()
    await way.money((await way.plan(plan_id)).total_fen)
    await payments.request(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await payments.fund(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await payments.transfer(COUNTY, plan_id, "T1", AT.date(), "", CASHIER, AT)
    expected: list[tuple[str, str]] = []
    try:
        async with engine.transaction():
            await payments.write_files(COUNTY, plan_id, CASHIER, AT)
            expected = await bodies()
            raise Undo
    except Undo:
        pass
    assert await bodies() == []
    last = people[min(stopped_at * 2 + 1, 4)]
    held = f"select from payment_transfer where person_id = {last} for update"
    await killed(owner, held, "tests.payments.acting", "files", plan_id)
    assert len(await bodies()) == stopped_at
    await done("tests.payments.acting", "files", plan_id)
    assert await bodies() == expected
    assert len(expected) == 3
    assert await states() == ["sent"] * 5


@pytest.mark.rule("R-268", "R-251")
@pytest.mark.parametrize(
    "held",
    ["select from payment_transfer where person_id = {person} for update", "lock table message in share mode",
     "lock table audit_entry in share mode"],
    ids=["at the results", "at the messages", "at the end"],
)  # fmt: skip
async def test_a_server_killed_while_it_takes_a_return_has_taken_nothing(owner: asyncpg.Connection, held: str) -> None:
    people = [await way.draws(n) for n in range(1, 4)]
    plan_id = await way.planned()
    (file_id,) = await way.sent(plan_id)
    words = ("tests.payments.acting", "return", file_id, people[1])
    await killed(owner, held.format(person=people[2]), *words)
    assert await states() == ["sent"] * 3
    await done(*words)
    await done(*words)
    assert await states() == ["paid", "failed", "paid"]
    assert await engine.fetchval("select count(*) from exchange_file where direction = 'in'") == 1
    assert await engine.fetchval("select count(*) from message where title = '养老金没有发成'") == 1
