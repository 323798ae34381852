"""The worker's rounds: one job's trouble is its own."""

import asyncio
from datetime import datetime

from ops.worker import Job, work
from tests.conftest import Database


async def test_a_job_comes_round_and_gets_the_business_time(db: Database) -> None:
    times: list[datetime] = []
    stop = asyncio.Event()

    async def note(at: datetime) -> None:
        times.append(at)
        if len(times) == 3:
            stop.set()

    await asyncio.wait_for(work([Job("note", 0.01, note)], stop), 5)
    assert len(times) == 3
    assert all(at.tzinfo is not None for at in times)


async def test_a_job_that_fails_is_tried_again_and_does_not_disturb_the_others(db: Database) -> None:
    tries: list[str] = []
    stop = asyncio.Event()

    async def fail(_at: datetime) -> None:
        tries.append("failed")
        raise OSError("the gateway is away")

    async def go_on(_at: datetime) -> None:
        if tries.count("failed") > 1:
            stop.set()

    await asyncio.wait_for(work([Job("fail", 0.01, fail), Job("go_on", 0.01, go_on)], stop), 5)


async def test_a_stop_lets_the_job_at_work_finish(db: Database) -> None:
    finished = asyncio.Event()
    begun = asyncio.Event()
    stop = asyncio.Event()

    async def slow(_at: datetime) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        finished.set()

    working = asyncio.create_task(work([Job("slow", 60, slow)], stop))
    await begun.wait()
    stop.set()
    await asyncio.wait_for(working, 5)
    assert finished.is_set()
