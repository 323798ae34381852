"""The engine of batches: dry run, three people, chunks with checkpoints, resumption (architecture §3).

A run goes trying → tried → reviewed → approved → done, or is cancelled before it is approved. The worker does the work, one
chunk a transaction: what a chunk writes and its checkpoint are committed together, so a killed worker loses nothing but the
chunk in its hands, and nothing is done twice. The dry run takes the same path and is rolled back.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import access
from db.stores import audit
from db.stores import runs as store
from db.stores.runs import ChunkRow, RunRow
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post, worker
from domain.errors import NotFound, Problem, Refused


class Plan(Struct, frozen=True, kw_only=True):
    """`settings`: what the whole run is reckoned with, parameter versions included; `chunks`: (title, key)."""

    settings: dict[str, Any]
    chunks: Sequence[tuple[str, str]]


class Worked(Struct, frozen=True, kw_only=True):
    """What one chunk did. `detail`: whole numbers by name, added up over the chunks; `aside`: (account, bucket)."""

    rows: int
    amount_fen: int
    detail: dict[str, int] = {}
    aside: Sequence[tuple[int, str]] = ()


class RunKind(Struct, frozen=True, kw_only=True):
    """One kind of batch. `prepare` is Refused with a reason when its time has not come. `begin` makes the document that the
    chunks post under, in the approval's transaction; `work` writes one chunk, set-based; `finish` closes the books of the
    run after the last chunk. `act`: what it does to each, in words. `keeps_trial`: what the dry run writes stays, as a draft
    that people work on before the approval; `cancel` then takes it back. `authority`: the non-routine power the maker needs, from the
    beginning to the approval (R-439). `sums`: what of `Worked.detail` is 分, with titles; sources of funds without it."""

    code: str
    title: str
    basis: tuple[str, ...]
    makers: tuple[Post, ...]
    reviewers: tuple[Post, ...]
    approvers: tuple[Post, ...]
    buckets: dict[str, str]  # why somebody was put aside, in words
    facts: Callable[[dict[str, Any]], list[tuple[str, str]]]  # the settings as people read them: (title, words)
    prepare: Callable[[int, str, datetime], Awaitable[Plan]]
    begin: Callable[[RunRow, Actor, datetime], Awaitable[int | None]]
    work: Callable[[RunRow, ChunkRow, datetime], Awaitable[Worked]]
    finish: Callable[[RunRow, Worked, Actor, datetime], Awaitable[None]]
    act: str = "登账"
    keeps_trial: bool = False
    cancel: Callable[[RunRow], Awaitable[None]] | None = None
    authority: str = ""
    sums: dict[str, str] = {}


class _TakeBack(Exception):
    """Ends the savepoint of a dry run."""


async def prepare(kind: RunKind, county_code: int, period: str, by: Actor, at: datetime) -> int:
    """A new run, whose dry run the worker begins at once. Refused while one of the same kind and period is open."""
    require_post(by, county_code, kind.makers)
    _another(by)
    await _authorised(kind, county_code, by.id, at)
    plan = await kind.prepare(county_code, period, at)
    settings = msgspec.json.encode(plan.settings).decode()
    async with transaction():
        run_id = await store.insert(county_code, kind.code, period, settings, plan.chunks, by.id, by.name, at)
        if run_id is None:
            raise Refused(Problem("open-run", f"{period}的{kind.title}正在办理，不能再开一个。"))
        await _log(county_code, at, by, "run.prepared", run_id, f"{kind.code} {period}")
    return run_id


async def review(kind: RunKind, county_code: int, run_id: int, by: Actor, at: datetime) -> None:
    """By a second person, who has seen what the dry run found."""
    require_post(by, county_code, kind.reviewers)
    async with transaction():
        run = await _locked(county_code, run_id, "tried")
        _another(by, run.prepared_by)
        await store.stamp(run, "reviewed", by.id, by.name, at)
        await _log(county_code, at, by, "run.reviewed", run_id, kind.code)


async def approve(kind: RunKind, county_code: int, run_id: int, by: Actor, at: datetime) -> None:
    """By a third person; from here the worker posts."""
    require_post(by, county_code, kind.approvers)
    async with transaction():
        run = await _locked(county_code, run_id, "reviewed")
        _another(by, run.prepared_by, run.reviewed_by)
        await _authorised(kind, county_code, run.prepared_by, at)
        await store.stamp(run, "approved", by.id, by.name, at)
        await store.begin_posting(county_code, run_id, await kind.begin(run, by, at))
        await _log(county_code, at, by, "run.approved", run_id, kind.code)


async def cancel(kind: RunKind, county_code: int, run_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Before it is approved; afterwards money has moved and is corrected by other means."""
    require_post(by, county_code, (*kind.makers, *kind.reviewers, *kind.approvers))
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明取消的原因。", "reason"))
    async with transaction():
        run = await _locked(county_code, run_id, "trying", "tried", "reviewed")
        await store.stamp(run, "cancelled", by.id, by.name, at, reason=reason.strip())
        if kind.cancel:
            await kind.cancel(run)
        await _log(county_code, at, by, "run.cancelled", run_id, reason)


def _another(by: Actor, *others: int | None) -> None:
    if by.kind is ActorKind.SYSTEM or by.id in others:
        raise Refused(Problem("same-person", "准备、复核、批准要由三个人分别办理，不能由系统或办过前面一步的人代办。"))


async def _authorised(kind: RunKind, county_code: int, maker_id: int, at: datetime) -> None:
    if kind.authority and not await access.has_authority(county_code, maker_id, kind.authority, at):
        raise Refused(Problem("no-authority", f"{kind.title}是非常规业务，准备的人请先在“非常规权限”里申请，负责人批准以后才能办。"))


async def _locked(county_code: int, run_id: int, *states: str) -> RunRow:
    run = await store.lock(county_code, run_id)
    if run is None:
        raise NotFound
    if run.state not in states:
        raise Refused(Problem("other-state", "这一批刚刚已经有变化，请刷新页面。"))
    return run


# ------------------------------------------------------------------ the worker


async def advance(kinds: dict[str, RunKind], county_code: int, at: datetime) -> bool:
    """One step of one run: a chunk, or the end of the trial or of the run. False when there is nothing to do.

    Several workers share the chunks. What goes wrong stays on the run as its trouble, and the next round tries again.
    """
    run: RunRow | None = None
    try:
        async with transaction():
            claimed = await store.claim(county_code)
            if claimed is None:
                return False
            run, chunk = claimed
            if chunk is not None:
                await _chunk(kinds[run.kind], run, chunk, at)
        if chunk is None:
            async with transaction():
                await _end(kinds[run.kind], county_code, run.id, at)
        elif run.trouble:
            await _trouble(run, "")
    except Refused as refused:
        assert run is not None
        await _trouble(run, refused.problems[0].message)
        return False
    except Exception:
        if run is not None:
            await _trouble(run, "系统出错，已停下，请联系技术人员。已经办好的不受影响。")
        raise
    return True


async def _trouble(run: RunRow, text: str) -> None:
    async with transaction():
        await store.keep_trouble(run.county_code, run.id, text)


async def _chunk(kind: RunKind, run: RunRow, chunk: ChunkRow, at: datetime) -> None:
    trial = run.state == "trying"
    worked = None
    try:
        async with transaction():
            worked = await kind.work(run, chunk, at)
            if trial and not kind.keeps_trial:
                raise _TakeBack
    except _TakeBack:
        pass
    assert worked is not None
    await store.put_aside(run.county_code, run.id, chunk.number, worked.aside, trial=trial)
    detail = msgspec.json.encode(worked.detail).decode()
    await store.chunk_done(run.county_code, run.id, chunk.number, worked.rows, worked.amount_fen, detail, at)


async def _end(kind: RunKind, county_code: int, run_id: int, at: datetime) -> None:
    run = await store.lock(county_code, run_id)
    if run is None or run.state not in ("trying", "approved") or await store.waiting(county_code, run_id):
        return  # another worker was quicker
    total = added(await store.chunks(county_code, run_id))
    if run.state == "approved":
        await kind.finish(run, total, worker(county_code), at)
    totals = msgspec.json.encode({"rows": total.rows, "amount_fen": total.amount_fen, "detail": total.detail}).decode()
    await store.keep_totals(run, "tried" if run.state == "trying" else "done", totals, at)
    await _log(
        county_code, at, worker(county_code), "run.tried" if run.state == "trying" else "run.done", run_id, run.kind
    )


def added(chunks: Sequence[ChunkRow]) -> Worked:
    """All chunks together."""
    detail: dict[str, int] = {}
    for chunk in chunks:
        for name, number in msgspec.json.decode(chunk.detail, type=dict[str, int]).items():
            detail[name] = detail.get(name, 0) + number
    return Worked(
        rows=sum(chunk.rows_done for chunk in chunks),
        amount_fen=sum(chunk.amount_fen for chunk in chunks),
        detail=detail,
    )


async def _log(county_code: int, at: datetime, by: Actor, action: str, run_id: int, detail: str) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "batch_run", f"{run_id}", detail=detail)
