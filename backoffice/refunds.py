"""退费: what the tax bureau asks to pay back, verified and approved by two people, and the orders by which we pay."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.contributions import LINE_STATES, PAGE_SIZE, TITLES
from backoffice.funded_lists import list_of
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, day, now, number, on, text
from db.queries import contributions as document_query
from db.queries import refunds as queries
from db.queries.contributions import DocumentRow
from domain.actor import Post
from domain.agency import payment_orders, refunds
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from domain.exchange.tax import TAX
from domain.identity import mask_id
from web.guards import post_required
from web.pages import Link, go, page

READERS = (
    Post.COUNTY_COLLECTION, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
PARTS = (Link("税务退费申请", "/refunds", ""), Link("支付单", "/refunds/orders", ""))
STATES = {
    "draft": ("等核验", "warn"), "declared": ("已核验，等审核", "warn"), "approved": ("已审核", "info"), "booked": ("已登账", "good"),
    "cancelled": ("已作废", "neutral"),
}  # fmt: skip
ORDER_STATES = {
    "waiting": ("等付款", "warn"), "sent": ("已送银行", "info"), "paid": ("已付", "good"), "failed": ("没有付成", "bad"),
    "cancelled": ("已换支付单", "neutral"),
}  # fmt: skip
ORDER_KINDS = {"F10004": "重复缴费退款", "F10007": "缴费负调整", "F10006": "注销结算", "transfer": "关系转移", "linkage": "制度衔接"}
readers = post_required(*READERS)
verifiers = post_required(*refunds.VERIFIERS)
payers = post_required(*payment_orders.PAYERS)
correctors = post_required(*payment_orders.CORRECTORS)


@get("/refunds", guards=[readers])
async def requests(request: AnyRequest) -> Template:
    """Files of the tax bureau and the refunds of cases, the newest first."""
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    rows = await document_query.documents(
        scope.county_code, scope.region_prefix, [DocumentKind.REFUND.value], before=before, limit=PAGE_SIZE + 1
    )
    return page(
        request, "refunds/list.html", page_title="退费", parts=PARTS, rows=rows[:PAGE_SIZE], states=STATES,
        cases=any(actor_of(request).holds(post) for post in BUSINESS),
        next_url=f"/refunds?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url="/refunds" if before else None,
    )  # fmt: skip


async def _requested(request: AnyRequest, document_id: int) -> DocumentRow:
    found = await list_of(request, DocumentKind.REFUND, document_id)
    if found.partner != TAX:
        raise NotFound  # a case's refund is shown by its case and by the document itself
    return found


@get("/refunds/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await _page(request, await _requested(request, document_id))


async def _page(request: AnyRequest, found: DocumentRow, problems: tuple[Any, ...] = ()) -> Template:
    actor = actor_of(request)
    rows = await queries.requests(found.county_code, found.id)
    verifies = any(actor.holds(post) for post in refunds.VERIFIERS)
    return page(
        request, "refunds/document.html", status_code=422 if problems else 200, page_title=f"税务退费申请 {found.number}", d=found,
        rows=rows, states=STATES, line_states=LINE_STATES | {"good": ("可以退", "good"), "bad": ("不能退", "bad"), "booked": ("已冲减", "good"),
        "returned": ("已从暂收款退回", "good")}, problems=problems, mask=mask_id, verifies=verifies and found.state == "draft",
        approves=verifies and found.state == "declared", good_fen=sum(row.amount_fen for row in rows if row.state != "bad"),
    )  # fmt: skip


@post("/refunds/{document_id:int}/{step:str}", guards=[verifiers])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, at, form = actor_of(request), now(request), await request.form()
    found = await _requested(request, document_id)
    try:
        if step == "refuse":
            line = number(form, "line_no") or 0
            await refunds.refuse(found.county_code, document_id, line, text(form, "why"), actor, at)
        elif step == "verify":
            await refunds.verify(found.county_code, document_id, actor, at)
        elif step == "send-back":
            await refunds.send_back(found.county_code, document_id, actor, at)
        elif step == "approve":
            await refunds.approve(found.county_code, document_id, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await _page(request, await _requested(request, document_id), refused.problems)
    return go(request, f"/refunds/{document_id}")


# ------------------------------------------------------------------ payment orders


@get("/refunds/orders", guards=[readers])
async def orders(request: AnyRequest) -> Template:
    return await orders_page(request)


async def orders_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    actor, asked = actor_of(request), request.query_params
    state, before = str(asked.get("state", "")), number(asked, "before")
    state = state if state in ORDER_STATES else ""
    rows = await queries.orders(actor.scope.county_code, state=state, before=before, limit=PAGE_SIZE + 1)
    here = f"/refunds/orders?state={state}"
    return page(
        request, "refunds/orders.html", status_code=422 if problems else 200, page_title="支付单", parts=PARTS, rows=rows[:PAGE_SIZE],
        states=ORDER_STATES, kinds=ORDER_KINDS, documents=TITLES, state=state, problems=problems, today=on(request),
        choices=[(code, words) for code, (words, _) in ORDER_STATES.items()],
        pays=any(actor.holds(post) for post in payment_orders.PAYERS),
        corrects=any(actor.holds(post) for post in payment_orders.CORRECTORS),
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


@post("/refunds/orders/{order_id:int}/pay", guards=[payers])
async def pay(request: AnyRequest, order_id: FromPath[int]) -> Response[Any] | Template:
    """The bank has paid, or could not."""
    actor, at, form = actor_of(request), now(request), await request.form()
    county = actor.scope.county_code
    try:
        if text(form, "step") == "failed":
            await payment_orders.failed(county, order_id, text(form, "reason"), actor, at)
        else:
            await payment_orders.paid(county, order_id, day(form, "paid_on", "付款日期"), actor, at)
    except Refused as refused:
        return await orders_page(request, refused.problems)
    return go(request, "/refunds/orders")


@post("/refunds/orders/{order_id:int}/again", guards=[correctors])
async def again(request: AnyRequest, order_id: FromPath[int]) -> Response[Any] | Template:
    actor, at, form = actor_of(request), now(request), await request.form()
    bank, account = text(form, "bank"), text(form, "bank_account")
    try:
        await payment_orders.again(actor.scope.county_code, order_id, bank, account, actor, at)
    except Refused as refused:
        return await orders_page(request, refused.problems)
    return go(request, "/refunds/orders")


ROUTES = [requests, orders, pay, again, one, act]
