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
from db.queries import access as access_query
from db.queries import clock, installation
from db.stores.security import sessions
from domain import benefit_news, contributions, settlement
from domain.agency import (
    adjustment_review,
    audit_chain,
    calendar_import,
    certification,
    direct_debit,
    drafts,
    dual_coverage,
    funded_lists,
    linkage,
    recovery_money,
    special_groups,
    suspensions,
    worker,
)
from domain.agency.outbox import SandboxTexter, send_texts
from domain.runs import KINDS, benefit_adjustment, run
from ops import exchange, pack_prints, settings, statement_prints

STOP_SECONDS = 30  # a job that is at work when the stop comes may finish

log = structlog.get_logger()


class Job(Struct, frozen=True):
    """`run` gets the business time (aware, Asia/Shanghai)."""

    name: str
    every_seconds: float
    run: Callable[[datetime], Awaitable[object]]


def each_county(work: Callable[[int, datetime], Awaitable[object]]) -> Callable[[datetime], Awaitable[None]]:
    """One county after the other; trouble in one does not keep the others waiting, and is raised in the end."""

    async def run(at: datetime) -> None:
        troubles: list[Exception] = []
        for county in await access_query.counties():
            try:
                await work(county.county_code, at)
            except Exception as trouble:  # noqa: BLE001 - raised below
                troubles.append(trouble)
        if troubles:
            raise ExceptionGroup("not every county's work is done", troubles)

    return run


async def send_waiting_texts(county_code: int, at: datetime) -> None:
    """Until a gateway is built, texts of a production system stay waiting."""
    if await installation.mode() != "production":
        await send_texts(county_code, SandboxTexter(), at)


async def forget_what_is_over(_at: datetime) -> None:
    """Ended sessions, old attempts and codes. They live by real time, whatever business date is set."""
    await sessions.sweep(datetime.now(clock.CHINA))


async def work_on_runs(county_code: int, at: datetime) -> None:
    """Until every batch waits for a person."""
    while await run.advance(KINDS, county_code, at):
        pass


async def book_contributions(county_code: int, at: datetime) -> None:
    """What is approved and paid for."""
    await contributions.book_ready(county_code, worker(county_code), at)


async def book_funded_lists(county_code: int, at: datetime) -> None:
    """Assistance and subsidies whose money came."""
    await funded_lists.book_ready(county_code, worker(county_code), at)


async def book_adjustments(county_code: int, at: datetime) -> None:
    """Those whose money has come."""
    await adjustment_review.book_ready(county_code, worker(county_code), at)


async def follow_identities(county_code: int, at: datetime) -> None:
    """Identities that began or ended with the day."""
    await special_groups.follow(county_code, at.date())


async def follow_ages(county_code: int, at: datetime) -> None:
    """Who grows into a higher band of the age supplement."""
    async with engine.transaction():
        await benefit_adjustment.follow_ages(county_code, at)


async def follow_agreements(county_code: int, at: datetime) -> None:
    """Who need not pay any more is debited no more."""
    await direct_debit.take_out_finished(county_code, at)


async def follow_pensioners(county_code: int, at: datetime) -> None:
    """Who is to be reminded, whose certification has run out, whom a list of deaths or of the employee scheme names, who has not said yes."""
    await certification.follow(county_code, at)
    await suspensions.follow_deaths(county_code, at)
    await dual_coverage.follow(county_code, at)
    await benefit_news.remind_silent(county_code, at)


JOBS: tuple[Job, ...] = (
    Job("texts", 3, each_county(send_waiting_texts)),
    Job("audit seal", 3, each_county(audit_chain.seal)),
    Job("calendar", 10, each_county(calendar_import.follow)),
    Job("tax files", 5, each_county(exchange.exchange_with_tax)),
    Job("bank files", 5, each_county(exchange.exchange_with_banks)),
    Job("finance files", 5, each_county(exchange.exchange_with_finance)),
    Job("transfers", 5, each_county(exchange.exchange_transfers)),
    Job("contributions", 3, each_county(book_contributions)),
    Job("adjustments", 5, each_county(book_adjustments)),
    Job("funded lists", 3, each_county(book_funded_lists)),
    Job("runs", 2, each_county(work_on_runs)),
    Job("statement prints", 3, each_county(statement_prints.print_waiting)),
    Job("village packs", 3, each_county(pack_prints.print_waiting)),
    Job("identities", 3600, each_county(follow_identities)),
    Job("age supplements", 21600, each_county(follow_ages)),
    Job("debit agreements", 3600, each_county(follow_agreements)),
    Job("pensioners", 3600, each_county(follow_pensioners)),
    Job("linkage", 10, each_county(linkage.follow)),
    Job("settlements", 10, each_county(settlement.settle_ready)),
    Job("recoveries", 10, each_county(recovery_money.follow)),
    Job("drafts", 3600, each_county(drafts.expire)),
    Job("ended sessions", 3600, forget_what_is_over),
)


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
