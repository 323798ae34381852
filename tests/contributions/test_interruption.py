"""A process killed while it takes in a file, or while it books one: nothing is there by half, nothing doubled afterwards."""

import asyncio
import os
import signal
import sys

import asyncpg
import pytest

from db import engine
from domain import contributions, verify
from ops import settings
from tests import make
from tests.contributions.ways import AT, approved, lines, paid, taken, year_of
from tests.make import COUNTY, LI_XIUYING, WORKER

DEADLINE = 30
WRITTEN = ("ledger_entry", "contribution_year", "subsidy_due", "voucher", "message")


async def killed_at(owner: asyncpg.Connection, held: str) -> None:
    """Starts the process, waits until it stands before what the test holds, and kills it there."""
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contributions.booking", cwd=settings.TREE, env=os.environ
    )
    try:
        async with asyncio.timeout(DEADLINE):
            while not await engine.fetchval(  # noqa: ASYNC110 - another process is waited for
                "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
            ):
                await asyncio.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        await lock.rollback()


@pytest.mark.parametrize("table", ["account_balance", "contribution_year", "voucher", "message"])
@pytest.mark.rule("R-086")
async def test_killed_at_any_point_a_booking_ends_as_if_nothing_had_been(
    db: object, owner: asyncpg.Connection, table: str
) -> None:
    await make.participant()
    document = await approved(paid(20000), paid(30000, LI_XIUYING, line=2))
    await killed_at(owner, f"lock table {table} in exclusive mode")
    for each in WRITTEN:
        assert await engine.fetchval(f"select count(*) from {each}") == 0, each
    assert await lines(document) == [("good", ""), ("exception", "unknown")]
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1
    assert (await year_of())["personal_fen"] == 20000
    assert await engine.fetchval("select personal_fen from account_balance") == 20000
    assert [await engine.fetchval(f"select count(*) from {each}") for each in WRITTEN] == [1, 1, 1, 1, 1]
    report = await verify.county(COUNTY)
    assert not [check.title for check in report.checks if check.count]
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 0


async def test_a_file_whose_import_is_killed_is_not_there_and_can_come_again(
    db: object, owner: asyncpg.Connection
) -> None:
    await make.participant()
    await killed_at(owner, "lock table document_line in exclusive mode")
    assert await engine.fetchval("select count(*) from fund_document") == 0
    assert await lines(await taken(paid(20000, external_no="T1"))) == [("good", "")]
