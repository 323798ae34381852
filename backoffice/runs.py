"""批次: what the county does for everybody at once, with its dry run, its three people and its progress."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice import run_papers
from backoffice.run_papers import Sums
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import accounts as account_query
from db.queries import portal as county_query
from db.queries import runs as queries
from db.queries.runs import RunRow
from domain.actor import Actor, Post
from domain.errors import NotFound, Refused
from domain.runs import KINDS, run
from domain.runs.run import RunKind
from web import forms
from web.guards import post_required
from web.pages import as_file, go, page, time

READERS = tuple(
    sorted({post for kind in KINDS.values() for post in (*kind.makers, *kind.reviewers, *kind.approvers)}
           | {Post.COUNTY_AUDITOR, Post.COUNTY_COLLECTION}, key=list(Post).index)
)  # fmt: skip
readers = post_required(*READERS)
PAGE_SIZE = 30
ASIDE_SHOWN = 200
STATES = {
    "trying": ("正在试算", "info"), "tried": ("已试算，等复核", "warn"), "reviewed": ("已复核，等批准", "warn"),
    "approved": ("正在办理", "info"), "done": ("已完成", "good"), "cancelled": ("已取消", "neutral"),
}  # fmt: skip
ORDER = ("trying", "tried", "reviewed", "approved", "done")


@get("/runs", guards=[readers])
async def runs(request: AnyRequest) -> Template:
    return await runs_page(request)


async def runs_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    rows = await queries.runs(actor.scope.county_code, before=before, limit=PAGE_SIZE + 1)
    mine = [(kind.code, kind.title) for kind in KINDS.values() if any(actor.holds(post) for post in kind.makers)]
    return page(
        request, "runs/list.html", status_code=422 if problems else 200, page_title="批次", rows=rows[:PAGE_SIZE], kinds=KINDS,
        states=STATES, problems=problems, typed=typed or {}, mine=mine, last_year=now(request).year - 1,
        next_url=f"/runs?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url="/runs" if before else None,
    )  # fmt: skip


@post("/runs", guards=[readers])
async def prepare(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    kind = KINDS.get(text(form, "kind"))
    if kind is None:
        raise NotFound
    try:
        run_id = await run.prepare(kind, actor.scope.county_code, text(form, "period"), actor, now(request))
    except Refused as refused:
        return await runs_page(request, refused.problems, forms.typed(form))
    return go(request, f"/runs/{run_id}")


async def _found(request: AnyRequest, run_id: int) -> tuple[RunRow, RunKind]:
    row = await queries.run(actor_of(request).scope.county_code, run_id)
    if row is None:
        raise NotFound
    return row, KINDS[row.kind]


def _steps(row: RunRow, act: str) -> list[tuple[str, str, str]]:
    """The way of a batch for the timeline: (title, who and when, state)."""
    cancelled = row.state == "cancelled"
    at = 0 if cancelled else ORDER.index(row.state)
    said = [
        ("准备", row.prepared_by_name, row.prepared_at), ("试算", "", None), ("复核", row.reviewed_by_name, row.reviewed_at),
        ("批准", row.approved_by_name, row.approved_at), (act, "", row.finished_at),
    ]  # fmt: skip
    steps = []
    for place, (title, name, when) in enumerate(said):
        state = "done" if place <= at or when else "now" if place == at + 1 and not cancelled else "todo"
        steps.append((title, "，".join(filter(None, (name, time(when)))), state))
    return [*steps, ("已取消", row.reason, "bad")] if cancelled else steps


def _next_step(row: RunRow, kind: RunKind, actor: Actor) -> str:
    """What the viewer may do now: review, approve, or nothing."""
    step, posts = {"tried": ("review", kind.reviewers), "reviewed": ("approve", kind.approvers)}.get(
        row.state, ("", ())
    )
    before = {row.prepared_by, row.reviewed_by}
    return step if any(actor.holds(post) for post in posts) and actor.id not in before else ""


@get("/runs/{run_id:int}", guards=[readers])
async def one(request: AnyRequest, run_id: FromPath[int]) -> Template:
    return await run_page(request, run_id)


async def run_page(request: AnyRequest, run_id: int, problems: tuple[Any, ...] = (), *, part: bool = False) -> Template:
    """`part`: only what changes while the worker is at it; with the end of that, what the viewer may do is another."""
    (row, kind), actor = await _found(request, run_id), actor_of(request)
    chunks = await queries.chunks(row.county_code, run_id)
    trial = row.state in ("trying", "tried", "reviewed")
    counts, aside = await queries.aside(row.county_code, run_id, trial=trial, limit=ASIDE_SHOWN)
    titles = kind.sums or await account_query.fund_titles()
    busy = row.state in ("trying", "approved")
    done = sum(chunk.state == "done" for chunk in chunks)
    rows, amount, detail = queries.numbers(row.totals)
    return page(
        request, "runs/_progress.html" if part else "runs/one.html", status_code=422 if problems else 200,
        headers={"HX-Refresh": "true"} if part and not busy else None,
        page_title=f"{kind.title} {row.period}", steps=_steps(row, kind.act), r=row, kind=kind, states=STATES, problems=problems, chunks=chunks, done=done,
        busy=busy, rows=rows, amount=amount, detail=detail, titles=titles, counts=counts, aside=aside,
        facts=kind.facts(msgspec.json.decode(row.settings)), step=_next_step(row, kind, actor), trial=trial,
        may_cancel=row.state in ("trying", "tried", "reviewed") and any(
            actor.holds(post) for post in (*kind.makers, *kind.reviewers, *kind.approvers)),
    )  # fmt: skip


@get("/runs/{run_id:int}/progress", guards=[readers])
async def progress(request: AnyRequest, run_id: FromPath[int]) -> Template:
    return await run_page(request, run_id, part=True)


async def _sums(row: RunRow) -> Sums:
    """NotFound before it is done."""
    if row.state != "done" or row.document_id is None:
        raise NotFound
    rows = await queries.sums_by_township(row.county_code, row.document_id)
    titles = await account_query.fund_titles()
    used = [code for code in titles if any(each[code] for each in rows)]
    return Sums(
        titles=[titles[code] for code in used],
        rows=[(each["name"] or "没有登记村组的", each["people"], [each[code] for code in used]) for each in rows],
    )


@get("/runs/{run_id:int}/sheet", guards=[readers])
async def sheet(request: AnyRequest, run_id: FromPath[int]) -> Template:
    """What the run wrote, by township and source."""
    row, kind = await _found(request, run_id)
    return page(
        request, "runs/sheet.html", page_title=f"{kind.title}汇总表 {row.period}", r=row, sums=await _sums(row),
        has_paper=row.kind in run_papers.MAKERS,
    )  # fmt: skip


@get("/runs/{run_id:int}/sheet/pdf", guards=[readers])
async def sheet_pdf(request: AnyRequest, run_id: FromPath[int]) -> Response[bytes]:
    """The same to print and sign."""
    row, kind = await _found(request, run_id)
    county = await county_query.county(row.county_code)
    if row.kind not in run_papers.MAKERS or county is None:
        raise NotFound
    data = await run_papers.printed(row, await _sums(row), county.agency_name, now(request))
    return as_file(data, f"{kind.title}汇总表{row.period}-{row.round}.pdf")


@post("/runs/{run_id:int}/{step:str}", guards=[readers])
async def act(request: AnyRequest, run_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    (_, kind), county = await _found(request, run_id), actor.scope.county_code
    try:
        if step == "review":
            await run.review(kind, county, run_id, actor, at)
        elif step == "approve":
            await run.approve(kind, county, run_id, actor, at)
        elif step == "cancel":
            await run.cancel(kind, county, run_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await run_page(request, run_id, refused.problems)
    return go(request, f"/runs/{run_id}")


ROUTES = [runs, prepare, one, progress, sheet, sheet_pdf, act]
