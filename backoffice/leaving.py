"""注销结算: what it would be, what was settled and for whom it waits; who should have come and did not; promises looked into."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.case import act
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, business, day, now, number, on, text
from db.queries import accounts, leaving, regions
from db.queries import commitments as promise_query
from db.queries import portal as county_query
from db.queries.leaving import SettlementView
from domain import codes, months, settlement
from domain.actor import Post
from domain.agency import commitments, deregistration_notices, settlement_desk
from domain.agency.settlement_desk import Heir
from domain.errors import NotFound, Problem, Refused
from domain.funds import Fund
from domain.parameters import Missing
from domain.rules.settlement import CAUSE_TITLES, Cause
from web import forms, leaving_papers
from web.account_papers import desk_of
from web.guards import post_required
from web.pages import Link, as_file, go, page

READERS = (*BUSINESS, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR)
PAGE_SIZE = 50
STATES = {"waiting": "等结算", "held": "等人来领", "recover": "要追回", "booked": "已结算", "reversed": "已撤销"}
KINDS = {"settlement": "结算", "supplement": "补充结算", "reversal": "撤销后追回"}
EVIDENCE = {"comparison": "数据比对", "field": "核实", "judgment": "法院判决", "own_word": "只凭承诺"}
SOURCES = {"deaths": "死亡人员名单", "employee_scheme": "职工养老保险库", "benefit": "待遇岗位核实已去世"}
PARTS = (
    *(Link(title, f"/leaving?state={state}", "") for state, title in STATES.items()),
    Link("应注销未注销", "/leaving/due", ""), Link("承诺抽查", "/leaving/checks", ""),
)  # fmt: skip
readers = post_required(*READERS)
deciders = post_required(*settlement_desk.POSTS)
checkers = post_required(*commitments.CHECKERS)


def _holds(request: AnyRequest, posts: tuple[Any, ...]) -> bool:
    return any(actor_of(request).holds(each) for each in posts)


@get("/leaving", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    state = str(request.query_params.get("state", "waiting"))
    state = state if state in STATES else "waiting"
    rows = await leaving.listed(scope.county_code, scope.region_prefix, state, before=before, limit=PAGE_SIZE + 1)
    here = f"/leaving?state={state}"
    return page(
        request, "leaving/list.html", page_title="注销结算", parts=PARTS, here_now=here, state=state, states=STATES, rows=rows[:PAGE_SIZE],
        kinds=KINDS, causes=CAUSE_TITLES,
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


# ------------------------------------------------------------------ one settlement


async def _settlement(request: AnyRequest, settlement_id: int) -> SettlementView:
    scope = actor_of(request).scope
    found = await leaving.settlement(scope.county_code, settlement_id)
    if found is None or not scope.covers(found.region_code):
        raise NotFound
    return found


@get("/leaving/settlements/{settlement_id:int}", guards=[readers])
async def one(request: AnyRequest, settlement_id: FromPath[int]) -> Template:
    return await _page(request, await _settlement(request, settlement_id))


async def _page(
    request: AnyRequest, found: SettlementView, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    county = actor_of(request).scope.county_code
    person = await county_query.person(county, found.person_id)
    assert person is not None, "who has left was here"
    return page(
        request, "leaving/settlement.html", status_code=422 if problems else 200, page_title=f"注销结算：{person.name}", s=found,
        person=person, months=await leaving.settled_months(county, found.id), takers=await leaving.payments_of(county, found.id),
        kinds=KINDS, causes=CAUSE_TITLES, evidence=EVIDENCE, states=STATES, funds=await accounts.fund_titles(), words=months.in_words,
        month_kinds=leaving_papers.MONTH_KINDS, order_states=leaving_papers.ORDER_STATES, relations=codes.RELATIONS,
        relation_titles=leaving_papers.RELATIONS, problems=problems, typed=typed or {},
        decides=_holds(request, settlement_desk.POSTS) and found.state == "booked",
    )  # fmt: skip


@get("/leaving/settlements/{settlement_id:int}/sheet.pdf", guards=[readers])
async def sheet(request: AnyRequest, settlement_id: FromPath[int]) -> Response[bytes]:
    found, actor = await _settlement(request, settlement_id), actor_of(request)
    if found.settled_on is None:
        raise NotFound
    desk = await desk_of(actor.scope.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await leaving_papers.settlement_sheet(found, desk, now(request)))


@post("/leaving/settlements/{settlement_id:int}/account", guards=[deciders])
async def account(request: AnyRequest, settlement_id: FromPath[int]) -> Response[Any] | Template:
    """Somebody for whom money is held brings an account."""
    actor, form = actor_of(request), await request.form()
    found = await _settlement(request, settlement_id)
    heir = Heir(name=text(form, "name"), id_number=text(form, "id_number"), relation=text(form, "relation")) if "name" in form else None
    try:
        await settlement_desk.bring_account(
            actor.scope.county_code, found.id, number(form, "line_no") or 0, text(form, "bank"), text(form, "bank_account"), actor,
            now(request), heir,
        )  # fmt: skip
    except Refused as refused:
        return await _page(request, found, refused.problems, forms.typed(form))
    return go(request, f"/leaving/settlements/{settlement_id}")


# ------------------------------------------------------------------ what it would be


@get("/people/{person_id:int}/leaving", guards=[business])
async def trial(request: AnyRequest, person_id: FromPath[int]) -> Template:
    """试算 for a day and a cause; reads only."""
    scope, asked, today = actor_of(request).scope, request.query_params, on(request)
    person = await county_query.person(scope.county_code, person_id)
    if person is None or not scope.covers(person.region_code):
        raise NotFound
    cause = str(asked.get("cause", Cause.DEATH))
    cause = cause if cause in CAUSE_TITLES else Cause.DEATH
    found, problems = None, tuple[Problem, ...]()
    try:
        happened = day(asked, "happened_on", "哪一天") if asked.get("happened_on") else today
        settled_on = day(asked, "on", "结算日期") if asked.get("on") else today
        if not happened <= settled_on <= date(today.year + 1, 12, 31):
            raise Refused(Problem("days", "结算日期不能早于注销原因的日期，也不能晚于明年年底。", "on"))
        found = await settlement.trial_at_one_moment(
            scope.county_code, person_id, cause, happened, settled_on, claims_funeral=asked.get("funeral") != "no"
        )
    except Refused as refused:
        problems = tuple(each if isinstance(each, Problem) else Problem(each.code, each.message) for each in refused.problems)
    except Missing as missing:
        problems = (Problem("missing", str(missing)),)
    return page(
        request, "leaving/trial.html", status_code=422 if problems else 200, page_title=f"注销试算：{person.name}", person=person,
        found=found, problems=problems, cause=cause, causes=CAUSE_TITLES.items(), titles=CAUSE_TITLES,
        happened_on=asked.get("happened_on") or today, settled_on=asked.get("on") or today, funeral=asked.get("funeral", "yes"),
        funds=await accounts.fund_titles(), words=months.in_words, ended=await leaving.termination(scope.county_code, person_id),
        place=(await regions.names([person.region_code])).get(person.region_code, ""), all_funds=list(Fund),
    )  # fmt: skip


# ------------------------------------------------------------------ who did not come


@get("/leaving/due", guards=[business])
async def due(request: AnyRequest) -> Template:
    return await _due_page(request)


async def _due_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    scope = actor_of(request).scope
    return page(
        request, "leaving/due.html", status_code=422 if problems else 200, page_title="应注销未注销", parts=PARTS, here_now="/leaving/due",
        rows=await promise_query.due(scope.county_code, scope.region_prefix, PAGE_SIZE), causes=CAUSE_TITLES, sources=SOURCES,
        served=await promise_query.served(scope.county_code, scope.region_prefix, PAGE_SIZE), today=on(request), problems=problems,
        typed=typed or {}, decides=_holds(request, deregistration_notices.POSTS), me=actor_of(request).id,
        earliest=on(request) + deregistration_notices.AT_LEAST,
    )  # fmt: skip


@post("/leaving/notices", guards=[deciders])
async def serve(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        person_id = number(form, "person_id")
        if person_id is None:
            raise NotFound
        happened_on, come_by = day(form, "happened_on", "日期"), day(form, "come_by", "来办理的期限")
        await deregistration_notices.serve(
            actor.scope.county_code, person_id, text(form, "cause"), happened_on, text(form, "finding"), come_by, actor, now(request)
        )
    except Refused as refused:
        return await _due_page(request, refused.problems, forms.typed(form))
    return go(request, "/leaving/due")


@get("/leaving/notices/{notice_id:int}/notice.pdf", guards=[business])
async def notice(request: AnyRequest, notice_id: FromPath[int]) -> Response[bytes]:
    actor = actor_of(request)
    found = await promise_query.notice(actor.scope.county_code, notice_id)
    if found is None or not actor.scope.covers(found.region_code):
        raise NotFound
    desk = await desk_of(actor.scope.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await leaving_papers.notice_sheet(found, desk, now(request)))


@post("/leaving/notices/{notice_id:int}/{step:str}", guards=[deciders])
async def close(request: AnyRequest, notice_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, at, form = actor_of(request), now(request), await request.form()
    county, note = actor.scope.county_code, text(form, "note")
    try:
        if step == "deregister":
            settled = await deregistration_notices.deregister(county, notice_id, note, actor, at)
            return go(request, f"/leaving/settlements/{settled}")
        if step != "withdraw":
            raise NotFound
        await deregistration_notices.withdraw(county, notice_id, note, actor, at)
    except Refused as refused:
        return await _due_page(request, refused.problems, forms.typed(form))
    return go(request, "/leaving/due")


# ------------------------------------------------------------------ promises


@get("/leaving/checks", guards=[business])
async def checks(request: AnyRequest) -> Template:
    return await _checks_page(request)


async def _checks_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    county = actor_of(request).scope.county_code
    return page(
        request, "leaving/checks.html", status_code=422 if problems else 200, page_title="承诺抽查", parts=PARTS,
        here_now="/leaving/checks", rows=await promise_query.to_check(county, PAGE_SIZE), broken=await promise_query.broken(county, PAGE_SIZE),
        problems=problems, decides=_holds(request, commitments.CHECKERS), me=actor_of(request).id,
    )  # fmt: skip


@post("/leaving/checks/{case_id:int}", guards=[checkers])
async def check(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        kept = text(form, "result") == "kept"
        await commitments.check(actor.scope.county_code, case_id, text(form, "note"), actor, now(request), kept=kept)
    except Refused as refused:
        return await _checks_page(request, refused.problems)
    return go(request, "/leaving/checks")


@post("/leaving/promises/{false_id:int}/repair", guards=[checkers])
async def repair(request: AnyRequest, false_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await commitments.repair(actor.scope.county_code, false_id, text(form, "note"), actor, now(request))
    except Refused as refused:
        return await _checks_page(request, refused.problems)
    return go(request, "/leaving/checks")


@post("/cases/{case_id:int}/verification", guards=[business])
async def verify(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    """How the office made sure of what no comparison confirms (R-323)."""
    actor, form = actor_of(request), await request.form()
    work = commitments.verify(
        actor.scope.county_code, case_id, text(form, "how"), text(form, "found"), actor, now(request)
    )
    return await act(request, case_id, work, "verified")


@post("/cases/{case_id:int}/false-promise", guards=[business])
async def mark_false(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    work = commitments.mark_false(actor.scope.county_code, case_id, text(form, "untrue"), actor, now(request))
    return await act(request, case_id, work, "marked")


ROUTES = [
    listed, one, sheet, account, trial, due, serve, notice, close, checks, check, repair, verify, mark_false,
]  # fmt: skip
