"""暂停和恢复发放: what is proposed, who is stopped and for how long already, what was lifted; and 服刑."""

from datetime import date, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.certification import READERS
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import access
from db.queries import people as people_query
from db.queries import suspensions as queries
from domain import identity, months
from domain.actor import Scope
from domain.agency import sentences, suspensions
from domain.errors import NotFound, Problem, Refused
from domain.identity import IdType
from domain.local import profile as local_profile
from domain.rules.imprisonment import RULES
from web import forms
from web.guards import post_required
from web.pages import Link, go, page

PAGE_SIZE = 100
SOON = timedelta(days=31)  # before the year ends
STATES = {"proposed": "待确认", "confirmed": "正在暂停", "lifted": "已恢复", "dismissed": "不暂停"}
ORIGINS = {
    "comparison": "数据比对", "certification": "资格确认过期", "death_report": "村里上报", "case": "业务办理", "desk": "经办人员提出", "village_check": "村里核对名册",
}  # fmt: skip
PARTS = (
    *(Link(title, f"/suspensions?state={state}", "") for state, title in STATES.items()),
    Link("服刑", "/sentences", ""),
)
readers = post_required(*READERS)
proposers = post_required(*suspensions.PROPOSERS)
deciders = post_required(*suspensions.DECIDERS)
recorders = post_required(*sentences.POSTS)


def month(form: Any, name: str, title: str) -> int:
    """A month as people type it. Refused beside the field when it is none."""
    typed = number(form, name)
    if typed is None or not (190001 <= typed <= 299912 and 1 <= typed % 100 <= 12):
        raise Refused(Problem("no-month", f"请写6位数字的{title}，例如202611。", name))
    return typed


async def person_of(scope: Scope, form: Any) -> int:
    """Whom the typed ID number means. Refused when nobody here has it."""
    typed = identity.normalise(IdType.RESIDENT_ID_CARD, text(form, "id_number"))
    found = await people_query.person_id_of(scope.county_code, people_query.id_index_of(typed))
    if found is None:
        raise Refused(Problem("nobody", "没有查到这个证件号码，请核对。", "id_number"))
    return found


def _holds(request: AnyRequest, posts: tuple[Any, ...]) -> bool:
    return any(actor_of(request).holds(post) for post in posts)


@get("/suspensions", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    return await list_page(request, str(request.query_params.get("state", "proposed")))


async def list_page(
    request: AnyRequest, state: str, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    scope, today, after = actor_of(request).scope, on(request), number(request.query_params, "after") or 0
    state = state if state in STATES else "proposed"
    rows = await queries.listed(scope.county_code, scope.region_prefix, state, after=after, limit=PAGE_SIZE + 1)
    here = f"/suspensions?state={state}"
    within_year = local_profile(await access.profile_of(scope.county_code)).allows("suspensions_within_year")
    return page(
        request, "suspensions/list.html", status_code=422 if problems else 200, page_title="暂停和恢复发放", parts=PARTS, here_now=here,
        rows=rows[:PAGE_SIZE], state=state, states=STATES, origins=ORIGINS, reasons=suspensions.REASONS, words=months.in_words, today=today,
        this_month=months.month_of(today), problems=problems, typed=typed or {}, me=actor_of(request).id,
        due={row.id: _due(row) for row in rows} if within_year and state == "confirmed" else {}, soon=today + SOON,
        proposes=_holds(request, suspensions.PROPOSERS), decides=_holds(request, suspensions.DECIDERS),
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


def _due(row: queries.SuspensionRow) -> date:
    """By when it has to be cleared up where a place says within the year (R-296)."""
    return date(max(row.first_month // 100, row.proposed_at.year), 12, 31)


@post("/suspensions", guards=[proposers])
async def propose(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        first = month(form, "first_month", "月份")
        person_id = await person_of(actor.scope, form)
        await suspensions.propose(
            actor.scope.county_code, person_id, text(form, "reason"), first, text(form, "finding"), actor, now(request)
        )
    except Refused as refused:
        return await list_page(request, "proposed", refused.problems, forms.typed(form))
    return go(request, "/suspensions?state=proposed")


@post("/suspensions/confirm", guards=[deciders])
async def confirm(request: AnyRequest) -> Response[Any] | Template:
    """Those whose boxes are ticked."""
    actor, form = actor_of(request), await request.form()
    ids = [
        int(value)
        for value in form.getall("id", [])
        if str(value).isascii() and str(value).isdigit() and len(value) < 19
    ]
    try:
        await suspensions.confirm(actor.scope.county_code, ids, actor, now(request))
    except Refused as refused:
        return await list_page(request, "proposed", refused.problems)
    return go(request, "/suspensions?state=proposed")


@post("/suspensions/{suspension_id:int}", guards=[deciders])
async def decide(request: AnyRequest, suspension_id: FromPath[int]) -> Response[Any] | Template:
    """It is dismissed, lifted, or the death is true."""
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, step, reason = actor.scope.county_code, text(form, "step"), text(form, "reason")
    state = "proposed" if step == "dismiss" else "confirmed"
    try:
        if step == "dismiss":
            await suspensions.dismiss(county, suspension_id, reason, actor, at)
        elif step == "lift":
            acquitted = text(form, "acquitted") == "on"
            await suspensions.lift(county, suspension_id, reason, actor, at, acquitted=acquitted)
        elif step == "dead":
            died_on = day(form, "died_on", "死亡日期")
            await suspensions.verify_death(county, suspension_id, died_on, reason, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await list_page(request, state, refused.problems)
    return go(request, f"/suspensions?state={state}")


# ------------------------------------------------------------------ 服刑


@get("/sentences", guards=[readers])
async def spells(request: AnyRequest) -> Template:
    return await spells_page(request)


async def spells_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    scope, after = actor_of(request).scope, number(request.query_params, "after") or 0
    rows = await queries.spells(scope.county_code, scope.region_prefix, after=after, limit=PAGE_SIZE + 1)
    return page(
        request, "suspensions/sentences.html", status_code=422 if problems else 200, page_title="服刑", parts=PARTS, here_now="/sentences",
        rows=rows[:PAGE_SIZE], titles=sentences.TITLES, rules=RULES, words=months.in_words, problems=problems, typed=typed or {},
        records=_holds(request, sentences.POSTS), this_month=months.month_of(on(request)),
        next_url=f"/sentences?after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url="/sentences" if after else None,
    )  # fmt: skip


@post("/sentences", guards=[recorders])
async def record(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        first = month(form, "first_month", "月份")
        person_id = await person_of(actor.scope, form)
        await sentences.record(
            actor.scope.county_code,
            person_id,
            text(form, "situation"),
            first,
            text(form, "document"),
            actor,
            now(request),
        )
    except Refused as refused:
        return await spells_page(request, refused.problems, forms.typed(form))
    return go(request, "/sentences")


@post("/sentences/{spell_id:int}", guards=[recorders])
async def end(request: AnyRequest, spell_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        last = month(form, "last_month", "月份")
        await sentences.end(
            actor.scope.county_code, spell_id, last, text(form, "document"), actor, now(request),
            acquitted=text(form, "acquitted") == "on",
        )  # fmt: skip
    except Refused as refused:
        return await spells_page(request, refused.problems)
    return go(request, "/sentences")


ROUTES = [listed, propose, confirm, decide, spells, record, end]
