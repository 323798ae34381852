"""待遇发放: the months, the list to be looked at, 《待遇支付审批表》, and the way of the money to the accounts."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from backoffice.direct_debit import FILE_STATES, two_files
from backoffice.due import stands
from backoffice.finance import money
from backoffice.reference import SHEET_BYTES
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import payments as queries
from db.queries.payments import PlanRow, TownshipRow
from domain import months, payment_days, payment_list, payments
from domain.actor import Actor, Post
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from domain.money import show
from domain.payment_list import DECIDERS, DECISIONS, FINDINGS
from domain.payments import ACCOUNTANTS, CLOSERS, PAYERS
from web import forms
from web.guards import post_required
from web.icons import tag
from web.pages import download, go, page

READERS = (
    Post.COUNTY_BENEFIT, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
PAGE_SIZE = 50
SHOWN = 200  # of those whose money did not arrive
STATES = {
    "draft": ("正在编制", "warn"), "approved": ("已批准，等申请用款", "warn"), "requested": ("已申请用款，等到账", "info"),
    "funded": ("钱已到支出户，等划给银行", "warn"), "transferred": ("已划给银行，等发放文件", "warn"),
    "sent": ("文件已生成，等银行回盘", "info"), "settled": ("都有结果了", "info"), "closed": ("已结束", "good"),
    "cancelled": ("已取消", "neutral"),
}  # fmt: skip
TRANSFER_STATES = {
    "planned": ("等发放文件", "info"), "left_out": ("没有列入", "neutral"), "sent": ("银行正在发", "info"), "paid": ("已发", "good"),
    "failed": ("没有发成", "bad"), "void": ("不再重发", "neutral"),
}  # fmt: skip
LEVELS = {"central": "中央", "province": "省级", "city": "市级", "county": "县级", "account": "个人账户"}
# What comes next from a state, and whose work it is.
NEXT: dict[str, tuple[str, tuple[Post, ...]]] = {
    "approved": ("request", ACCOUNTANTS), "requested": ("fund", ACCOUNTANTS), "funded": ("transfer", PAYERS),
    "transferred": ("write", PAYERS), "settled": ("book", ACCOUNTANTS),
}  # fmt: skip
readers = post_required(*READERS)
deciders = post_required(*DECIDERS)
payers = post_required(*PAYERS)


@get("/payments", guards=[readers])
async def plans(request: AnyRequest) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    rows = await queries.plans(actor.scope.county_code, before=before, limit=PAGE_SIZE + 1)
    this = months.month_of(on(request))
    return page(
        request, "payments/list.html", page_title="待遇发放", rows=rows[:PAGE_SIZE], states=STATES, makes=_holds(actor, DECIDERS),
        choices=[(f"{month}", months.in_words(month)) for month in (this, months.after(this))],
        reminders=await payment_days.reminders(actor.scope.county_code, on(request), READERS),
        next_url=f"/payments?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url="/payments" if before else None,
    )  # fmt: skip


def _holds(actor: Actor, posts: tuple[Post, ...]) -> bool:
    return any(actor.holds(each) for each in posts)


async def _found(request: AnyRequest, plan_id: int) -> PlanRow:
    found = await queries.plan(actor_of(request).scope.county_code, plan_id)
    if found is None:
        raise NotFound
    return found


@get("/payments/{plan_id:int}", guards=[readers])
async def one(request: AnyRequest, plan_id: FromPath[int]) -> Template:
    return await plan_page(request, await _found(request, plan_id))


async def plan_page(
    request: AnyRequest, plan: PlanRow, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor = actor_of(request)
    county = actor.scope.county_code
    rows = await queries.by_township(county, plan.id)
    limits = await payment_days.limits(county, plan.pay_on)
    step, posts = NEXT.get(plan.state, ("", ()))
    if plan.state == "settled" and plan.document_id is not None:
        step, posts = "close", CLOSERS
    counts = await queries.counts(county, plan.id)
    if plan.state == "sent" and counts.get("planned"):
        step, posts = "write", PAYERS
    return page(
        request, "payments/one.html", status_code=422 if problems else 200, page_title=f"{months.in_words(plan.month)}待遇发放",
        p=plan, states=STATES, steps=_steps(plan, limits, on(request)), rows=rows, total=_total(rows), levels=LEVELS, counts=counts, problems=problems,
        typed=typed or {}, step=step if _holds(actor, posts) else "", waits_for=step, today=on(request), file_states=FILE_STATES,
        findings=await queries.finding_counts(county, plan.id), titles=FINDINGS, files=await queries.files(county, plan.id),
        latest=limits["transfer"], source=stands(await payment_days.source(county)), transfer_states=TRANSFER_STATES, shown=SHOWN,
        stuck=await queries.in_state(county, plan.id, ["failed"], limit=SHOWN),
        left_out=await queries.in_state(county, plan.id, ["left_out", "void"], limit=SHOWN) if plan.state != "cancelled" else [],
        decides=_holds(actor, DECIDERS), pays=_holds(actor, PAYERS),
    )  # fmt: skip


def _steps(plan: PlanRow, limits: dict[str, date], today: date) -> list[tuple[str, str, str]]:
    """(title, when, state) for the timeline."""
    order = [state for state in STATES if state != "cancelled"]
    at = order.index(plan.state) if plan.state in order else -1
    done = {"request": plan.requested_on, "fund": plan.funded_on, "transfer": plan.transferred_on}
    said = [
        (title, _when(done.get(code), limits[code], today, done=at >= place))
        for place, (code, title) in enumerate(payment_days.TITLES.items(), start=1)
    ]
    said.append(("登账、结束", f"{plan.closed_at:%Y年%m月%d日}" if plan.closed_at else ""))
    return [
        (title, text, "done" if at >= place else "now" if at == place - 1 else "todo")
        for place, (title, text) in enumerate(said, start=1)
    ]


def _when(on: date | None, by: date, today: date, *, done: bool) -> str:
    """When a step was done, or until when it is to be; red once that has passed."""
    if done:
        late = on is not None and on > by
        return Markup("{} {}").format(f"{on:%Y年%m月%d日}" if on else "", tag(f"晚于{by:%m月%d日}", "bad") if late else "")
    words = f"最晚{by:%Y年%m月%d日}"
    return tag(f"{words}，已经晚了", "bad") if today > by else words


def _total(rows: list[TownshipRow]) -> TownshipRow:
    return TownshipRow(
        code="", name="合计", people=sum(row.people for row in rows),
        levels={level: sum(row.levels[level] for row in rows) for level in LEVELS},
        lines_fen=sum(row.lines_fen for row in rows), net_fen=sum(row.net_fen for row in rows),
    )  # fmt: skip


@get("/payments/{plan_id:int}/sheet.xlsx", guards=[readers])
async def sheet(request: AnyRequest, plan_id: FromPath[int]) -> Response[bytes]:
    """《待遇支付审批表》 by township and who pays."""
    plan = await _found(request, plan_id)
    rows = await queries.by_township(actor_of(request).scope.county_code, plan_id)
    head = [
        "乡镇（街道）",
        "人数",
        *(f"{title}（元）" for title in LEVELS.values()),
        "应发合计（元）",
        "实发合计（元）",
    ]
    body = [
        [
            row.name,
            f"{row.people}",
            *(show(row.levels[level]) for level in LEVELS),
            show(row.lines_fen),
            show(row.net_fen),
        ]
        for row in [*rows, _total(rows)]
    ]
    return download(workbook.write([("待遇支付审批表", [head, *body])]), f"待遇支付审批表{plan.month}.xlsx")


@post("/payments/{plan_id:int}/{step:str}", guards=[readers])
async def act(request: AnyRequest, plan_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, at, form = actor_of(request), now(request), await request.form()
    plan = await _found(request, plan_id)
    county = actor.scope.county_code
    try:
        if step == "request":
            await payments.request(county, plan_id, day(form, "on", "申请日期"), actor, at)
        elif step == "fund":
            await payments.fund(county, plan_id, day(form, "on", "到账日期"), actor, at)
        elif step == "transfer":
            slip, why_late = text(form, "slip_no"), text(form, "why_late")
            await payments.transfer(county, plan_id, slip, day(form, "on", "划拨日期"), why_late, actor, at)
        elif step == "write":
            await payments.write_files(county, plan_id, actor, at)
        elif step == "book":
            await payments.book(county, plan_id, actor, at)
        elif step == "close":
            await payments.close(county, plan_id, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await plan_page(request, plan, refused.problems, forms.typed(form))
    return go(request, f"/payments/{plan_id}")


@post("/payments/{plan_id:int}/people/{person_id:int}/{answer:str}", guards=[deciders])
async def settle(
    request: AnyRequest, plan_id: FromPath[int], person_id: FromPath[int], answer: FromPath[str]
) -> Response[Any] | Template:
    """What becomes of money that did not arrive."""
    actor, at, form = actor_of(request), now(request), await request.form()
    plan = await _found(request, plan_id)
    try:
        if answer == "again":
            await payments.reissue(actor.scope.county_code, plan_id, person_id, actor, at)
        elif answer == "void":
            await payments.void(actor.scope.county_code, plan_id, person_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await plan_page(request, plan, refused.problems)
    return go(request, f"/payments/{plan_id}")


# ------------------------------------------------------------------ files


@get("/payments/files/{file_id:int}", guards=[payers])
async def stored_file(request: AnyRequest, file_id: FromPath[int]) -> Response[bytes]:
    found = await queries.file_body(actor_of(request).scope.county_code, file_id)
    if found is None:
        raise NotFound
    return download(found[1], found[0], "text/plain")


@post("/payments/{plan_id:int}/files/{file_id:int}", guards=[payers], request_max_body_size=2 * SHEET_BYTES)
async def take_return(request: AnyRequest, plan_id: FromPath[int], file_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    plan = await _found(request, plan_id)
    try:
        files = await two_files(form)
        total, paid_on = money(form, "total", "银行回单金额"), day(form, "paid_on", "发放日期")
        await payments.take_return(actor.scope.county_code, file_id, *files, total, paid_on, actor, now(request))
    except Refused as refused:
        return await plan_page(request, plan, refused.problems, forms.typed(form))
    return go(request, f"/payments/{plan_id}")


# ------------------------------------------------------------------ the list to be looked at


@get("/payments/{plan_id:int}/list", guards=[readers])
async def to_look_at(request: AnyRequest, plan_id: FromPath[int]) -> Template:
    return await list_page(request, await _found(request, plan_id))


async def list_page(request: AnyRequest, plan: PlanRow, problems: tuple[Any, ...] = ()) -> Template:
    actor, asked = actor_of(request), request.query_params
    finding, all_of_them, after = str(asked.get("finding", "")), asked.get("all") == "1", number(asked, "after") or 0
    finding = finding if finding in FINDINGS else ""
    county = actor.scope.county_code
    rows = await queries.to_look_at(
        county, plan.id, finding=finding, undecided=not all_of_them, after=after, limit=PAGE_SIZE + 1
    )
    here = f"/payments/{plan.id}/list?finding={finding}&all={int(all_of_them)}"
    open_for_words = plan.state == "draft" and await queries.run_state(county, plan.run_id) in ("tried", "reviewed")
    return page(
        request, "payments/look.html", status_code=422 if problems else 200, page_title=f"发放前核对 {plan.month}", p=plan,
        rows=rows[:PAGE_SIZE], titles=FINDINGS, decisions=DECISIONS, finding=finding, all=all_of_them, problems=problems,
        counts=await queries.finding_counts(county, plan.id), decides=open_for_words and _holds(actor, DECIDERS), query=here.partition("?")[2],
        choices=[(code, title) for code, title in FINDINGS.items()], transfer_states=TRANSFER_STATES,
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].person_id}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@post("/payments/{plan_id:int}/list", guards=[deciders])
async def decide(request: AnyRequest, plan_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    plan = await _found(request, plan_id)
    people = [int(value) for value in form.getall("people", []) if value.isascii() and value.isdigit()]
    try:
        await payment_list.decide(
            actor.scope.county_code, plan_id, people, text(form, "decision"), text(form, "note"), actor, now(request)
        )
    except Refused as refused:
        return await list_page(request, plan, refused.problems)
    return go(request, f"/payments/{plan_id}/list?{request.url.query}")


ROUTES = [plans, one, sheet, to_look_at, decide, act, settle, stored_file, take_return]
