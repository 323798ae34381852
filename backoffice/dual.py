"""重复参保、重复领取: whom the employee scheme's list names too, who is stopped and until when that has to be cleared up."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.certification import READERS as BENEFIT_READERS
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import dual_coverage as queries
from domain.actor import Post
from domain.agency import dual_coverage
from domain.errors import NotFound, Refused
from web import forms
from web.guards import post_required
from web.pages import Link, go, page

READERS = (*BENEFIT_READERS, Post.COUNTY_ACCOUNT)
PAGE_SIZE = 100
SOON = timedelta(days=31)  # before the year ends
STATES = {"found": "新发现", "suspended": "已暂停，待核实", "ended": "属实", "cleared": "不属实"}
KINDS = {"drawing": "两边都领养老金", "coverage": "两边都参保缴费"}
PARTS = tuple(Link(title, f"/dual?state={state}", "") for state, title in STATES.items())
readers = post_required(*READERS)
deciders = post_required(*dual_coverage.POSTS)


@get("/dual", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    return await _page(request, str(request.query_params.get("state", "found")))


async def _page(
    request: AnyRequest, state: str, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, done: str = ""
) -> Template:
    actor, today, after = actor_of(request), on(request), number(request.query_params, "after") or 0
    scope, state = actor.scope, state if state in STATES else "found"
    rows = await queries.listed(scope.county_code, scope.region_prefix, state, after=after, limit=PAGE_SIZE + 1)
    here = f"/dual?state={state}"
    return page(
        request, "dual/list.html", status_code=422 if problems else 200, page_title="重复参保和重复领取", parts=PARTS, here_now=here,
        rows=rows[:PAGE_SIZE], state=state, states=STATES, kinds=KINDS, today=today, soon=today + SOON, problems=problems,
        typed=typed or {}, done=done, me=actor.id, decides=any(actor.holds(each) for each in dual_coverage.POSTS),
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


def _ticked(form: Any) -> list[int]:
    return [int(v) for v in form.getall("id", []) if str(v).isascii() and str(v).isdigit() and len(v) < 19]


@post("/dual/suspend", guards=[deciders])
async def suspend(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await dual_coverage.suspend(actor.scope.county_code, _ticked(form), actor, now(request))
    except Refused as refused:
        return await _page(request, "found", refused.problems)
    return go(request, "/dual?state=suspended")


@post("/dual/end", guards=[deciders])
async def end_clean(request: AnyRequest) -> Response[Any] | Template:
    """Those whose boxes are ticked; who is left over is named with the reason."""
    actor, form = actor_of(request), await request.form()
    try:
        ended = await dual_coverage.end_clean(actor.scope.county_code, _ticked(form), actor, now(request))
    except Refused as refused:
        return await _page(request, "suspended", refused.problems)
    if ended.problems:
        return await _page(request, "suspended", ended.problems, done=f"已经办结{ended.done}人。" if ended.done else "")
    return go(request, "/dual?state=ended")


@post("/dual/{finding_id:int}", guards=[deciders])
async def decide(request: AnyRequest, finding_id: FromPath[int]) -> Response[Any] | Template:
    """It is true, or it is not."""
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, step, note = actor.scope.county_code, text(form, "step"), text(form, "note")
    state = text(form, "state")
    try:
        if step == "clear":
            await dual_coverage.clear(county, finding_id, note, actor, at)
        elif step == "end":
            since = day(form, "since_on", "开始的日期") if text(form, "since_on") else None
            await dual_coverage.end(county, finding_id, since, note, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await _page(request, state, refused.problems, {**forms.typed(form), "finding_id": f"{finding_id}"})
    return go(request, f"/dual?state={'cleared' if step == 'clear' else 'ended'}")


ROUTES = [listed, suspend, end_clean, decide]
