"""补贴: a month's 《缴费补贴测算表》, what is owed, and crediting what came."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.finance import money
from backoffice.viewer import AnyRequest, actor_of, now, number, on, text
from db.queries import books as book_query
from db.queries import subsidies as queries
from domain import months, subsidies
from domain.actor import Post
from domain.agency import subsidy_requests
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from web import forms
from web.guards import post_required
from web.pages import go, page

READERS = (*subsidies.POSTS, Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
RECEIPTS_SHOWN = 50


@get("/subsidies", guards=[post_required(*READERS)])
async def overview(request: AnyRequest) -> Template:
    return await overview_page(request)


async def overview_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, today = actor_of(request), on(request)
    county = actor.scope.county_code
    this_month = months.month_of(today)
    period = months.parse(str(request.query_params.get("period", ""))) or months.after(this_month, -1)
    receipts = await book_query.receipts(county, only_open=True, limit=RECEIPTS_SHOWN)
    return page(
        request, "subsidies/page.html", status_code=422 if problems else 200, page_title="缴费补贴", problems=problems, typed=typed or {},
        period=period, is_over=period < this_month, rows=await queries.estimate(county, period), levels=subsidies.TITLES,
        asked_on=await queries.asked_on(county, period), owed=await queries.open_by_month(county), credits=any(actor.holds(p) for p in subsidies.POSTS),
        receipts=[(r.id, f"{r.received_on} {r.bank} {r.slip_no}，{show(r.amount_fen)}元") for r in receipts
                  if r.account == "fiscal_account"],
    )  # fmt: skip


@post("/subsidies", guards=[post_required(*subsidies.POSTS)])
async def credit(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        receipt = number(form, "receipt_id")
        if receipt is None:
            raise Refused(Problem("no-receipt", "请选择到款。", field="receipt_id"))
        amounts = {
            level: money(form, level, title) if text(form, level) else 0 for level, title in subsidies.TITLES.items()
        }
        await subsidies.credit(actor.scope.county_code, receipt, amounts, actor, now(request))
    except Refused as refused:
        return await overview_page(request, refused.problems, forms.typed(form))
    return go(request, "/subsidies")


@post("/subsidies/{period:int}/request", guards=[post_required(*subsidies.POSTS)])
async def ask(request: AnyRequest, period: FromPath[int]) -> Response[Any] | Template:
    """Of the finance bureau, for a month that is over."""
    actor = actor_of(request)
    if months.parse(f"{period}") is None:
        raise NotFound
    try:
        await subsidy_requests.ask(actor.scope.county_code, period, actor, now(request))
    except Refused as refused:
        return await overview_page(request, refused.problems)
    return go(request, f"/subsidies?period={period}")


ROUTES = [overview, credit, ask]
