"""一次性待遇调整: what is asked for one person, the finance post's word on it, and with which month it was paid."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.finance import money
from backoffice.suspensions import person_of
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import access
from db.queries import one_off as queries
from domain import months
from domain.actor import Post
from domain.agency import one_off
from domain.determination import title_of
from domain.errors import NotFound, Refused
from domain.rules.pension import LEVEL_TITLES
from web import forms
from web.benefit_pages import PAYERS
from web.benefit_pages import STATES as PAYMENT_STATES
from web.guards import post_required
from web.pages import Link, go, page

READERS = (*one_off.MAKERS, *one_off.CHECKERS, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
STATES = {"proposed": "等审核", "approved": "已审核", "cancelled": "没有发"}
LINKS = tuple(Link(title, f"/one-offs?state={state}", "") for state, title in STATES.items())
PARTS = {prefix: title_of(f"{prefix}_county") for prefix in ("basic", "long", "age")}
LEVELS = {level.value: title for level, title in LEVEL_TITLES.items()}
PAGE_SIZE = 50
readers = post_required(*READERS)
makers = post_required(*one_off.MAKERS)
actors = post_required(*one_off.MAKERS, *one_off.CHECKERS)


@get("/one-offs", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    return await _page(request, str(request.query_params.get("state", "proposed")))


async def _page(
    request: AnyRequest, state: str, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    state = state if state in STATES else "proposed"
    rows = await queries.listed(actor.scope.county_code, state, before=before, limit=PAGE_SIZE + 1)
    here = f"/one-offs?state={state}"
    return page(
        request, "one_off/list.html", status_code=422 if problems else 200, page_title="一次性待遇调整", parts=LINKS, here_now=here,
        rows=rows[:PAGE_SIZE], state=state, states=STATES, problems=problems, typed=typed or {}, kinds=PARTS, levels=LEVELS,
        payers=PAYERS, title_of=title_of, payments=PAYMENT_STATES, word_month=months.in_words, me=actor.id,
        makes=any(actor.holds(each) for each in one_off.MAKERS), checks=any(actor.holds(each) for each in one_off.CHECKERS),
        power=await access.has_authority(actor.scope.county_code, actor.id, one_off.BUSINESS, now(request)),
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


@post("/one-offs", guards=[makers])
async def propose(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        kind = text(form, "kind") if text(form, "kind") in PARTS else "basic"
        amounts = {
            f"{kind}_{level}": money(form, level, f"{title}的金额") for level, title in LEVELS.items() if text(form, level)
        }  # fmt: skip
        person_id = await person_of(actor.scope, form)
        await one_off.propose(
            actor.scope.county_code, person_id, amounts, text(form, "reason"), text(form, "document"), actor, now(request)
        )  # fmt: skip
    except Refused as refused:
        return await _page(request, "proposed", refused.problems, forms.typed(form))
    return go(request, "/one-offs?state=proposed")


@post("/one-offs/{one_off_id:int}", guards=[actors])
async def decide(request: AnyRequest, one_off_id: FromPath[int]) -> Response[Any] | Template:
    """Approved, or given up with a reason."""
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, step = actor.scope.county_code, text(form, "step")
    try:
        if step == "approve":
            await one_off.approve(county, one_off_id, actor, at)
        elif step == "cancel":
            await one_off.cancel(county, one_off_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await _page(request, text(form, "state"), refused.problems)
    return go(request, f"/one-offs?state={'approved' if step == 'approve' else 'cancelled'}")


ROUTES = [listed, propose, decide]
