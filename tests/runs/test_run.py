"""What every batch keeps: three people, one at a time, shared by workers, in trouble without harm to others."""

import asyncio
import contextlib
from datetime import datetime

import pytest
from msgspec import structs

from db import engine
from db.stores.runs import ChunkRow, RunRow
from domain.actor import Actor, Post
from domain.errors import NotFound, Problem, Refused
from domain.runs import KINDS, interest_settlement, run
from domain.runs.run import Plan, RunKind, Worked
from tests.make import COUNTY, WORKER
from tests.runs.conftest import (
    APPROVER,
    AT,
    KIND,
    MAKER,
    REVIEWER,
    by_the_rule,
    interest_in,
    posted,
    some_entries,
    state,
    work,
)

MADE_UP = "made_up"


async def _plan(_county: int, _period: str, _at: datetime) -> Plan:
    return Plan(settings={"word": "x"}, chunks=[("一", "1"), ("二", "2"), ("三", "3")])


async def _no_document(_run: RunRow, _by: Actor, _at: datetime) -> None:
    return None


async def _nothing_more(_run: RunRow, _total: Worked, _by: Actor, _at: datetime) -> None:
    return None


async def _one_receipt(run_row: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    """Writes a row that can be counted."""
    await engine.execute(
        "insert into receipt (county_code, account, bank, slip_no, received_on, amount_fen, people, registered_at,"
        " registered_by, registered_by_name) values ($1, 'income_account', $2, $3, $4, 1, 1, $5, 0, '')",
        COUNTY, f"{run_row.id}", chunk.key, at.date(), at,
    )  # fmt: skip
    return Worked(
        rows=1,
        amount_fen=100,
        detail={"seen": int(chunk.key)},
        aside=[(int(chunk.key), "odd")] if chunk.key == "2" else [],
    )


def made_up(work_on: object = _one_receipt) -> RunKind:
    return RunKind(
        code=MADE_UP, title="试一试", basis=(), makers=KIND.makers, reviewers=KIND.reviewers, approvers=KIND.approvers,
        buckets={"odd": "单数"}, facts=lambda settings: [("词", settings["word"])], prepare=_plan, begin=_no_document,
        work=work_on, finish=_nothing_more,  # type: ignore[arg-type]
    )  # fmt: skip


async def to_approval(kind: RunKind) -> int:
    run_id = await run.prepare(kind, COUNTY, "1", MAKER, AT)
    while await run.advance({MADE_UP: kind}, COUNTY, AT):
        pass
    await run.review(kind, COUNTY, run_id, REVIEWER, AT)
    await run.approve(kind, COUNTY, run_id, APPROVER, AT)
    return run_id


async def receipts() -> int:
    count: int = await engine.fetchval("select count(*)::int from receipt")
    return count


async def test_the_dry_run_is_taken_back_chunk_by_chunk_and_its_findings_stay(db: object) -> None:
    kind = made_up()
    run_id = await run.prepare(kind, COUNTY, "1", MAKER, AT)
    while await run.advance({MADE_UP: kind}, COUNTY, AT):
        assert await receipts() == 0
    row = await engine.fetchrow("select state, totals from batch_run where id = $1", run_id)
    assert row is not None
    assert tuple(row) == ("tried", '{"rows":3,"amount_fen":300,"detail":{"seen":6}}')
    assert await engine.fetchval("select account_id from run_exception where trial") == 2


async def test_every_step_of_a_run_is_in_the_audit_log(db: object) -> None:
    kind = made_up()
    run_id = await to_approval(kind)
    while await run.advance({MADE_UP: kind}, COUNTY, AT):
        pass
    rows = await engine.fetch(
        "select action, actor_name from audit_entry where object_kind = 'batch_run' and object_id = $1 order by id",
        f"{run_id}",
    )
    assert [tuple(row) for row in rows] == [
        ("run.prepared", "何静"), ("run.tried", "系统"), ("run.reviewed", "严明"), ("run.approved", "冯远"), ("run.done", "系统"),
    ]  # fmt: skip
    assert await receipts() == 3


@pytest.mark.rule("R-016")
async def test_the_system_stands_for_none_of_the_three(db: object) -> None:
    kind = made_up()
    run_id = await run.prepare(kind, COUNTY, "1", MAKER, AT)
    while await run.advance({MADE_UP: kind}, COUNTY, AT):
        pass
    with pytest.raises(Refused, match="三个人"):
        await run.review(kind, COUNTY, run_id, WORKER, AT)
    await run.review(kind, COUNTY, run_id, REVIEWER, AT)
    with pytest.raises(Refused, match="三个人"):
        await run.approve(kind, COUNTY, run_id, WORKER, AT)
    await run.cancel(kind, COUNTY, run_id, "试过了", MAKER, AT)
    with pytest.raises(Refused, match="三个人"):
        await run.prepare(kind, COUNTY, "1", WORKER, AT)


@pytest.mark.parametrize("fault", [Refused(Problem("x", "没有钱")), ZeroDivisionError()], ids=["refused", "broken"])
async def test_a_chunk_that_fails_waits_with_its_reason_and_the_others_of_the_county_go_on(
    db: object, fault: Exception
) -> None:
    """Nothing half done stays, and when the fault is mended the run goes on where it stood."""
    failing = True

    async def sometimes(run_row: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
        done = await _one_receipt(run_row, chunk, at)
        if failing and chunk.key == "2" and run_row.period == "1" and run_row.state == "approved":
            raise fault
        return done

    kind = made_up(sometimes)
    run_id = await to_approval(kind)
    other = await run.prepare(kind, COUNTY, "2", MAKER, AT)

    async def rounds() -> None:
        for _ in range(12):
            with contextlib.suppress(ZeroDivisionError):
                await run.advance({MADE_UP: kind}, COUNTY, AT)

    await rounds()
    assert await receipts() == 1
    trouble = await engine.fetchval("select trouble from batch_run where id = $1", run_id)
    assert ("没有钱" if isinstance(fault, Refused) else "技术人员") in trouble
    assert await state(other) == "tried"
    failing = False
    assert await run.advance({MADE_UP: kind}, COUNTY, AT)
    assert await engine.fetchval("select trouble from batch_run where id = $1", run_id) == ""
    await rounds()
    assert await state(run_id) == "done"
    assert await receipts() == 3


@pytest.mark.rule("R-016")
async def test_three_people_settle_a_year_and_nobody_twice(accounts: list[int]) -> None:
    everything = frozenset({Post.COUNTY_ACCOUNT, Post.FINANCE_SUPERVISOR, Post.COUNTY_HEAD})
    maker = structs.replace(MAKER, posts=everything)
    run_id = await run.prepare(KIND, COUNTY, "2025", maker, AT)
    with pytest.raises(Refused, match="刚刚"):
        await run.review(KIND, COUNTY, run_id, REVIEWER, AT)  # the dry run is not over
    await work()
    with pytest.raises(Refused, match="三个人"):
        await run.review(KIND, COUNTY, run_id, maker, AT)
    reviewer = structs.replace(REVIEWER, posts=everything)
    await run.review(KIND, COUNTY, run_id, reviewer, AT)
    for again in (maker, reviewer):
        with pytest.raises(Refused, match="三个人"):
            await run.approve(KIND, COUNTY, run_id, again, AT)
    with pytest.raises(Refused, match="岗位"):
        await run.approve(KIND, COUNTY, run_id, MAKER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    with pytest.raises(Refused, match="刚刚"):
        await run.cancel(KIND, COUNTY, run_id, "算错", MAKER, AT)


async def test_one_run_of_a_year_at_a_time_and_a_cancelled_one_makes_room(accounts: list[int]) -> None:
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    with pytest.raises(Refused, match="正在办理"):
        await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    with pytest.raises(Refused, match="原因"):
        await run.cancel(KIND, COUNTY, run_id, " ", MAKER, AT)
    await run.cancel(KIND, COUNTY, run_id, "利率录错", MAKER, AT)
    await work()
    assert await state(run_id) == "cancelled"
    again = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    assert await engine.fetchval("select round from batch_run where id = $1", again) == 2
    with pytest.raises(NotFound):
        await run.cancel(KIND, COUNTY, again + 1, "利率录错", MAKER, AT)


async def test_workers_share_the_chunks_and_none_is_done_twice(
    accounts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)
    entries = some_entries(accounts, range(2025, 2026))
    await posted(entries)
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    await asyncio.gather(*(work() for _ in range(4)))
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    await asyncio.gather(*(work() for _ in range(4)))
    await work()
    assert await state(run_id) == "done"
    for account in accounts:
        assert await interest_in(account, 2025) == by_the_rule(entries, account, range(2025, 2026))[2025]


async def test_a_closed_month_stops_the_end_of_a_run_and_says_why(accounts: list[int]) -> None:
    await posted(some_entries(accounts, range(2025, 2026)))
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    await work()
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    await engine.execute(
        "insert into accounting_period (county_code, period, state) values ($1, 202602, 'closed')", COUNTY
    )
    await work()
    row = await engine.fetchrow("select state, trouble from batch_run where id = $1", run_id)
    assert row is not None
    assert row["state"] == "approved"
    assert "已经封账" in row["trouble"]
    await engine.execute("update accounting_period set state = 'open'")
    await work()
    assert await state(run_id) == "done"


@pytest.mark.rule("R-185")
async def test_a_run_whose_entries_are_not_what_its_chunks_say_is_not_booked(accounts: list[int]) -> None:
    await posted(some_entries(accounts, range(2025, 2026)))
    run_id = await run.prepare(KIND, COUNTY, "2025", MAKER, AT)
    await work()
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    assert await run.advance(KINDS, COUNTY, AT)
    await engine.execute("update run_chunk set amount_fen = amount_fen + 1")
    await work()
    row = await engine.fetchrow("select state, trouble from batch_run where id = $1", run_id)
    assert row is not None
    assert row["state"] == "approved"
    assert "不一致" in row["trouble"]
    assert await engine.fetchval("select count(*) from voucher") == 0
