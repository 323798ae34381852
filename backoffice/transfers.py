"""关系转移: who comes, who goes, how long each side has left; one transfer with its steps, figures, differences and questions."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from backoffice.finance import money
from backoffice.funded_lists import paper
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, now, number, on, text
from db.queries import regions, review
from db.queries import transfers as queries
from db.queries.reference import agency_name
from db.queries.transfers import TransferRow
from domain import months
from domain.actor import Post
from domain.errors import NotFound, Refused
from domain.identity import mask_id
from domain.transfers import desk
from domain.transfers.writing import OFFICERS
from web import forms, transfer_papers
from web.guards import post_required
from web.pages import Link, go, page

PAGE_SIZE = 100
READERS = (
    Post.TOWNSHIP_CLERK, Post.COUNTY_ENROLLMENT, Post.COUNTY_ACCOUNT, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR,
    Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
STATES = {
    "asked": ("等转出地答复", "info"), "answered": ("等到账或确认", "warn"), "booked": ("已转入", "good"), "received": ("等我们办理", "warn"),
    "sent": ("已转出，等办结反馈", "info"), "finished": ("已办结", "good"), "refused": ("没有同意", "bad"), "lapsed": ("接收函过期", "bad"),
    "cancelled": ("已取消", "neutral"),
}  # fmt: skip
LISTS = {
    "in": ("转入，正在办", "in", ("asked", "answered", "lapsed")),
    "out": ("转出，正在办", "out", ("received", "sent")),
    "in-done": ("转入，已结束", "in", ("booked", "refused", "cancelled")),
    "out-done": ("转出，已结束", "out", ("finished", "refused", "cancelled", "lapsed")),
}
PARTS = (*(Link(title, f"/transfers?list={name}", "") for name, (title, _, _) in LISTS.items()), Link("到账差异", "/transfers/differences", ""))
SCOPES = {"same_province": "省内", "across": "跨省"}
MONEY = {"central": "省里次年结算", "cash": "次月汇款"}
STEPS = {
    "asked": "发出接收函", "received": "收到接收函", "left": "办理转出，发出审批表", "answered": "收到审批表", "booked": "转入记账",
    "finished": "收到办结反馈", "refused": "不予转出", "lapsed": "接收函过期", "not_confirmed": "不予确认", "cancelled": "取消转出",
    "ordered": "开出支付单", "paid": "已经汇款", "difference": "到账差异", "cleared": "差异弄清", "asked_about": "请求核查", "answered_about": "核查结果",
    "recovered": "收回垫付的补贴",
}  # fmt: skip
LINE_KINDS = {"contribution": "缴费和补贴", "other": "以前的余额", "interest": "利息"}
readers = post_required(*READERS)
officers = post_required(*OFFICERS)


class Shown(Struct, frozen=True):
    """A transfer with how long its next step has left. `state`: overdue, today, later or none, as the macro wants it."""

    row: TransferRow
    due: str


def _shown(row: TransferRow, today: date) -> Shown:
    open_now = row.state in ("asked", "answered", "received")
    left = (row.due_on - today).days
    return Shown(row, "none" if not open_now else "overdue" if left < 0 else "today" if left == 0 else "later")


@get("/transfers", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    name = str(request.query_params.get("list", "in"))
    name = name if name in LISTS else "in"
    title, direction, states = LISTS[name]
    rows = await queries.listed(scope.county_code, scope.region_prefix, direction, states, before=before, limit=PAGE_SIZE + 1)
    here = f"/transfers?list={name}"
    return page(
        request, "transfers/list.html", page_title="关系转移", parts=PARTS, here_now=here, title=title, direction=direction,
        rows=[_shown(row, on(request)) for row in rows[:PAGE_SIZE]], states=STATES, scopes=SCOPES, money=MONEY,
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


@get("/transfers/differences", guards=[readers])
async def differences(request: AnyRequest) -> Template:
    """Open ones first (R-378)."""
    rows = await queries.differences(actor_of(request).scope.county_code)
    return page(
        request, "transfers/differences.html", page_title="转移到账差异", parts=PARTS, here_now="/transfers/differences", rows=rows
    )


async def _found(request: AnyRequest, transfer_id: int) -> TransferRow:
    scope = actor_of(request).scope
    row = await queries.one(scope.county_code, transfer_id)
    if row is None or not scope.covers(row.region_code):
        raise NotFound
    return row


@get("/transfers/{transfer_id:int}", guards=[readers])
async def one(request: AnyRequest, transfer_id: FromPath[int]) -> Template:
    return await _page(request, transfer_id)


async def _page(
    request: AnyRequest, transfer_id: int, problems: Sequence[Any] = (), typed: forms.Text | None = None
) -> Template:
    row, actor = await _found(request, transfer_id), actor_of(request)
    county = row.county_code
    return page(
        request, "transfers/page.html", status_code=422 if problems else 200, page_title=f"{row.name} {'转入' if row.direction == 'in' else '转出'}",
        t=row, shown=_shown(row, on(request)), lines=await queries.lines(county, transfer_id), steps=await queries.steps(county, transfer_id),
        differences=await queries.differences(county, transfer_id=transfer_id), questions=await queries.questions(county, transfer_id),
        states=STATES, scopes=SCOPES, money=MONEY, words=STEPS, kinds=LINE_KINDS, month=months.in_words, mask=mask_id,
        cases=any(actor.holds(post) for post in BUSINESS), officer=any(actor.holds(post) for post in OFFICERS), problems=problems, typed=typed or {},
    )  # fmt: skip


@post("/transfers/{transfer_id:int}", guards=[officers])
async def act(request: AnyRequest, transfer_id: FromPath[int]) -> Response[Any] | Template:
    row = await _found(request, transfer_id)
    actor, at, form = actor_of(request), now(request), await request.form()
    county, step = row.county_code, text(form, "step")
    try:
        if step == "confirm":
            await desk.confirm(county, transfer_id, actor, at)
        elif step == "not-confirm":
            await desk.not_confirm(county, transfer_id, text(form, "reason"), actor, at)
        elif step == "again":
            return go(request, f"/transfers/{await desk.ask_again(county, transfer_id, actor, at)}")
        elif step == "ask":
            await desk.ask_about(county, transfer_id, text(form, "asked"), actor, at)
        elif step == "answer":
            await desk.answer(county, text(form, "number"), text(form, "answer"), actor, at)
        elif step == "difference":
            await desk.report_difference(county, transfer_id, money(form, "received", "实际到账"), actor, at)
        elif step == "clear":
            await desk.clear_difference(county, transfer_id, text(form, "outcome"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await _page(request, transfer_id, refused.problems, forms.typed(form))
    return go(request, f"/transfers/{transfer_id}")


@get("/transfers/{transfer_id:int}/{name:str}", guards=[readers])
async def printed(request: AnyRequest, transfer_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    """《转入申请表》, 《接收函》, 《转出审批表》: for who has to carry them, where the transfer system is down (R-392)."""
    row, kind = await _found(request, transfer_id), name.removesuffix(".pdf")
    case = await review.case(row.county_code, row.case_id) if row.case_id and row.direction == "in" else None
    place = await regions.find(row.county_code, row.region_code)
    lines = await queries.lines(row.county_code, transfer_id)
    contents = transfer_papers.contents_of(
        kind, row, lines, case.answers if case else {}, place.full_name if place else "", await agency_name(row.county_code), now(request)
    )
    if contents is None:
        raise NotFound
    return await paper(kind, contents, f"{transfer_papers.TITLES[kind]}{row.number}")


ROUTES = [listed, differences, one, act, printed]
