"""待遇: who has not confirmed yet, and the pension of one person: standards, reckoning, account, stops, payments (P-18, P-19, P-21).

Every look is written down with the file's own reason (R-021); a township sees its own people only.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, now, number, on, text
from db.queries import accounts, pension
from db.queries import benefits as queries
from db.queries.benefits import BenefitRow
from domain import benefit_news, benefits, redetermination
from domain.actor import Post
from domain.errors import NotFound, Problem, Refused
from domain.funds import Fund
from domain.money import show, yuan
from domain.person_file import PersonFile, open_file
from web import forms
from web.account_papers import desk_of
from web.benefit_pages import benefit_contents
from web.benefit_papers import printed_sheet
from web.guards import post_required
from web.pages import as_file, go, page

HOW = {"counter": "本人在窗口看过，同意", "paper": "本人在核定表上签了字"}
CONFIRMERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_BENEFIT)
SHOWN = 200
confirmers = post_required(*CONFIRMERS)
deciders = post_required(*redetermination.POSTS)


@get("/benefits", guards=[business])
async def waiting(request: AnyRequest) -> Template:
    """Who was determined and has not said yes, the longest silent first (R-222)."""
    scope, today = actor_of(request).scope, on(request)
    rows = await pension.unconfirmed(scope.county_code, scope.region_prefix, benefit_news.ASKED, SHOWN + 1)
    zone = now(request).tzinfo
    return page(
        request, "benefits/waiting.html", page_title="待遇核定", rows=rows[:SHOWN], more=len(rows) > SHOWN,
        days={row.person_id: (today - row.told_at.astimezone(zone).date()).days for row in rows},
    )  # fmt: skip


async def _opened(request: AnyRequest, person_id: int, why: str) -> tuple[PersonFile, BenefitRow]:
    """NotFound outside the viewer's regions and where nothing was determined."""
    file = await open_file(actor_of(request), person_id, why, now(request))
    benefit = await queries.benefit(file.person.county_code, person_id)
    if benefit is None:
        raise NotFound
    return file, benefit


@get("/people/{person_id:int}/benefit", guards=[business])
async def one(request: AnyRequest, person_id: FromPath[int]) -> Template:
    return await _page(request, person_id)


async def _page(
    request: AnyRequest, person_id: int, problems: Sequence[Any] = (), typed: forms.Text | None = None
) -> Template:
    file, benefit = await _opened(request, person_id, "查看养老金")
    actor, person = actor_of(request), file.person
    shown = await benefit_contents(person.county_code, person, benefit, on(request))
    standard, correction = shown["standard"], shown["correction"]
    held = msgspec.json.decode(standard.balances, type=dict[str, int]) if standard.balances else {}
    decides = any(actor.holds(post) for post in redetermination.POSTS)
    waits = benefit.state == "determined" or (correction is not None and correction.row.state == "approved")
    return page(
        request, "benefits/one.html", status_code=422 if problems else 200, page_title=f"养老金：{person.name}", p=person,
        base=f"/people/{person_id}/benefit", problems=problems, typed=typed or {}, hows=HOW, confirmed=benefits.HOW,
        confirms=waits and any(actor.holds(post) for post in CONFIRMERS), decides=decides, funds=await accounts.fund_titles(),
        own_proposal=correction is not None and correction.row.proposed_by == actor.id,
        balances={fund.value: show(held.get(fund.value, 0)) for fund in Fund}, **shown,
    )  # fmt: skip


@get("/people/{person_id:int}/benefit/{name:str}", guards=[business])
async def sheet(request: AnyRequest, person_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    """`name`: determination.pdf or calculation.pdf."""
    actor = actor_of(request)
    file, _ = await _opened(request, person_id, "窗口打印待遇核定表")
    desk = await desk_of(file.person.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await printed_sheet(name, file.person, desk, now(request)))


@post("/people/{person_id:int}/benefit/confirm", guards=[confirmers])
async def confirm(request: AnyRequest, person_id: FromPath[int]) -> Response[Any] | Template:
    """The person's yes, given here or on paper."""
    form, actor = await request.form(), actor_of(request)
    file, _ = await _opened(request, person_id, "登记本人确认待遇")
    try:
        await benefits.confirm(file.person.county_code, person_id, text(form, "how"), actor, now(request))
    except Refused as refused:
        return await _page(request, person_id, refused.problems, forms.typed(form))
    return go(request, f"/people/{person_id}/benefit")


@post("/people/{person_id:int}/benefit/account", guards=[deciders])
async def clear(request: AnyRequest, person_id: FromPath[int]) -> Response[Any] | Template:
    """Takes a wrong account away (R-269)."""
    form, actor = await request.form(), actor_of(request)
    file, _ = await _opened(request, person_id, "清除发放账户")
    try:
        await benefits.clear_account(file.person.county_code, person_id, text(form, "why"), actor, now(request))
    except Refused as refused:
        problems = [msgspec.structs.replace(p, field="why") if isinstance(p, Problem) else p for p in refused.problems]
        return await _page(request, person_id, problems, forms.typed(form))
    return go(request, f"/people/{person_id}/benefit")


@post("/people/{person_id:int}/benefit/correction", guards=[deciders])
async def propose(request: AnyRequest, person_id: FromPath[int]) -> Response[Any] | Template:
    """重新核定 (规程第二十五条)."""
    form, actor = await request.form(), actor_of(request)
    file, _ = await _opened(request, person_id, "重新核定待遇")
    month, years = number(form, "month"), number(form, "years")
    try:
        await redetermination.propose(
            file.person.county_code, person_id, month or 0, -1 if years is None else years, _balances(form), text(form, "reason"),
            actor, now(request),
        )  # fmt: skip
    except Refused as refused:
        return await _page(request, person_id, refused.problems, forms.typed(form))
    return go(request, f"/people/{person_id}/benefit")


def _balances(form: Any) -> dict[Fund, int]:
    """The account by source as it was typed, in yuan. Refused beside the one that is no amount."""
    found: dict[Fund, int] = {}
    for fund in Fund:
        try:
            found[fund] = yuan(text(form, fund.value) or "0")
        except ValueError as wrong:
            raise Refused(Problem("amount", "请填写金额，例如9206.25。", fund.value)) from wrong
    return found


@post("/people/{person_id:int}/benefit/correction/{answer:str}", guards=[deciders])
async def decide(request: AnyRequest, person_id: FromPath[int], answer: FromPath[str]) -> Response[Any] | Template:
    if answer not in ("approve", "cancel"):
        raise NotFound
    actor = actor_of(request)
    file, _ = await _opened(request, person_id, "审核重新核定")
    try:
        await redetermination.decide(
            file.person.county_code, person_id, actor, now(request), approves=answer == "approve"
        )
    except Refused as refused:
        return await _page(request, person_id, refused.problems)
    return go(request, f"/people/{person_id}/benefit")


ROUTES = [waiting, one, sheet, confirm, clear, propose, decide]
