"""The worker process (`python -m ops.worker`): jobs that come round by themselves.

A job takes its work from the database, so two workers, a restart or a missed round do no harm: what is due is still
due at the next round. To add one, add a line to JOBS.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from msgspec import Struct

from db import crypto, engine
from db.queries import clock
from ops import settings

STOP_SECONDS = 30  # a job that is at work when the stop comes may finish

log = structlog.get_logger()


class Job(Struct, frozen=True):
    """`run` gets the business time (aware, Asia/Shanghai)."""

    name: str
    every_seconds: float
    run: Callable[[datetime], Awaitable[object]]


JOBS: tuple[Job, ...] = ()


async def work(jobs: Sequence[Job], stop: asyncio.Event) -> None:
    """Run the jobs until `stop` is set; a job that fails is logged and tried again in its next round."""
    rounds = [asyncio.create_task(_rounds(job, stop)) for job in jobs]
    await stop.wait()
    if rounds:
        _, late = await asyncio.wait(rounds, timeout=STOP_SECONDS)
        for task in late:
            log.error("job cut off", task=task.get_name())
            task.cancel()


async def _rounds(job: Job, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await job.run(await clock.now())
        except Exception:  # whatever it is, it must not end the other jobs
            log.exception("job failed", job=job.name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), job.every_seconds)


async def main() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    crypto.load_keys(settings.keys())
    await engine.open_pool(max_size=4)
    try:
        log.info("worker ready", jobs=[job.name for job in JOBS])
        await work(JOBS, stop)
    finally:
        await engine.close_pool()


if __name__ == "__main__":
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], structlog.processors.format_exc_info,
                                    structlog.processors.JSONRenderer(ensure_ascii=False)])  # fmt: skip
    asyncio.run(main())
