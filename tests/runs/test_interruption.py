"""A worker killed in the middle of a settlement: another one goes on, nothing is lost and nothing doubled."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process

import asyncpg
import pytest

from db import engine
from db.stores import runs as store
from domain import verify
from domain.runs import KINDS, interest_settlement, run
from ops import settings
from tests.make import COUNTY
from tests.runs.conftest import (
    APPROVER,
    AT,
    KIND,
    MAKER,
    REVIEWER,
    WITHOUT_VOUCHERS,
    by_the_rule,
    interest_in,
    posted,
    some_entries,
    state,
    work,
)

DEADLINE = 30
YEARS = range(2025, 2026)


async def begin() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runs.posting", cwd=settings.TREE, env=os.environ
    )  # fmt: skip


async def stuck() -> None:
    """Until the worker waits for what the test holds."""
    while not await engine.fetchval(  # noqa: ASYNC110 - another process is waited for
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
    ):
        await asyncio.sleep(0.02)


async def approved_in_two_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)  # a chunk a township
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    await work()
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    return run_id


@pytest.mark.parametrize(
    ("held", "done"),
    [
        (
            "select from account_balance where account_id = (select id from individual_account order by id offset 1 limit 1) for update",
            1,
        ),
        ("lock table run_exception in share mode", 0),
        ("lock table voucher in share mode", 2),
    ],
    ids=["while it writes the second chunk", "between the work and its checkpoint", "at the voucher"],
)
@pytest.mark.rule("R-184")
async def test_killed_at_any_point_the_run_ends_as_if_nothing_had_been(
    accounts: list[int], owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, held: str, done: int
) -> None:
    entries = some_entries(accounts, YEARS)
    await posted(entries)
    run_id = await approved_in_two_chunks(monkeypatch)
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin()
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()
    assert await state(run_id) == "approved"
    assert [c.state for c in await store.chunks(COUNTY, run_id)].count("done") == done

    heir = await begin()
    assert await asyncio.wait_for(heir.wait(), DEADLINE) == 0
    assert await state(run_id) == "done"
    for account in accounts:
        assert await interest_in(account, 2025) == by_the_rule(entries, account, YEARS)[2025]
    assert (
        await engine.fetchval(
            "select max(n) from (select count(*) as n from ledger_entry where kind = 10 group by account_id)"
        )
        == 1
    )
    assert await engine.fetchval("select count(*) from ledger_entry where kind = 11") == 0
    total = await engine.fetchval("select sum(amount_fen)::bigint from run_chunk where run_id = $1", run_id)
    assert await engine.fetchval("select sum(total_fen)::bigint from voucher") == total > 0
    report = await verify.county(COUNTY)
    assert not {c.title for c in report.checks if c.count} - WITHOUT_VOUCHERS, report.text()


async def test_two_workers_one_of_them_killed(
    accounts: list[int], owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other takes the chunk that was in its hands."""
    entries = some_entries(accounts, YEARS)
    await posted(entries)
    run_id = await approved_in_two_chunks(monkeypatch)
    lock = owner.transaction()
    await lock.start()
    await owner.execute(
        "select from account_balance where account_id in (select min(account_id) from account_balance) for update"
    )
    victim = await begin()
    await asyncio.wait_for(stuck(), DEADLINE)
    while await run.advance(KINDS, COUNTY, AT):
        pass
    assert [c.state for c in await store.chunks(COUNTY, run_id)].count("done") == 1
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()
    heir = await begin()
    assert await asyncio.wait_for(heir.wait(), DEADLINE) == 0
    for account in accounts:
        assert await interest_in(account, 2025) == by_the_rule(entries, account, YEARS)[2025]
