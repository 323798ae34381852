"""追缴: the board of debts, and one case with what was done, what comes next and who may do it (R-346…R-362)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.case import streamed
from backoffice.finance import money
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, day, now, number, on, text
from db.queries import access, regions
from db.queries import recovery as queries
from db.queries.recovery import Debt, NoticeLine
from domain.actor import Actor, Post
from domain.agency import (
    recovery,
    recovery_decisions,
    recovery_deductions,
    recovery_money,
    recovery_notices,
    recovery_offsets,
)
from domain.agency.recovery import RELATIONS, Debtor
from domain.agency.recovery_money import WAYS, Slip
from domain.agency.recovery_notices import FILES, NOTICE_TITLES, Delivery
from domain.errors import NotFound, Problem, Refused
from domain.finance import REGISTER as FINANCE
from domain.money import show
from domain.rules.imprisonment import STOPPING
from domain.rules.recovery import CARRIED, CAUSE_TITLES, OTHERS, Cause, demandable, notice_of
from web import filling, forms, recovery_papers, uploads
from web.account_papers import desk_of
from web.guards import post_required
from web.pages import Link, as_file, download, go, page

READERS = (*recovery.REGISTRARS, Post.COUNTY_HEAD, *FINANCE, Post.ACCOUNTANT)
PAGE_SIZE = 50
VIEWS = {
    "open": ("正在追", ("registered", "verified", "noticed", "transferred")),
    "overdue": ("过了期限", ("noticed", "transferred")),
    "closed": ("已还清", ("closed",)),
    "written_off": ("已核销", ("written_off",)),
    "withdrawn": ("已撤回", ("withdrawn",)),
}
STATES = {
    "registered": ("等核实", "warn"), "verified": ("已核实，等通知", "warn"), "noticed": ("已通知，等退还", "info"),
    "transferred": ("已移送", "bad"), "closed": ("已还清", "good"), "written_off": ("已核销", "neutral"), "withdrawn": ("已撤回", "neutral"),
}  # fmt: skip
PAYMENT_STATES = {
    "declared": ("等复核", "warn"), "approved": ("等财务到款", "warn"), "booked": ("已入账", "good"), "cancelled": ("已作废", "neutral"),
}  # fmt: skip
ORIGINS = {"settlement": "注销结算", "deduction": "发放计划扣不回来", "desk": "手工登记"}
PARTS = (
    *(Link(title, f"/recovery?view={view}", "") for view, (title, _) in VIEWS.items()), Link("失职记录", "/recovery/neglect", ""),
    Link("手工登记", "/recovery/new", ""),
)  # fmt: skip
BY_HAND = (*(item for item in queries.PARTS if not item.startswith("account_")), *(item for item in queries.PARTS if item.startswith("account_")),
           *(item for item in OTHERS if item != CARRIED))  # fmt: skip
readers = post_required(*READERS)
makers = post_required(*recovery.REGISTRARS)
actors = post_required(*recovery.REGISTRARS, *recovery_decisions.DECIDERS)


# ------------------------------------------------------------------ the board


@get("/recovery", guards=[readers])
async def board(request: AnyRequest) -> Template:
    scope, asked = actor_of(request).scope, request.query_params
    view, before = str(asked.get("view", "open")), number(asked, "before")
    view = view if view in VIEWS else "open"
    rows = await queries.listed(
        scope.county_code, scope.region_prefix, VIEWS[view][1], overdue_on=on(request) if view == "overdue" else None, before=before,
        limit=PAGE_SIZE + 1,
    )  # fmt: skip
    places, here = await queries.townships(scope.county_code, scope.region_prefix), f"/recovery?view={view}"
    return page(
        request, "recovery/board.html", page_title="追缴", parts=PARTS, here_now=here, view=view, views=VIEWS, rows=rows[:PAGE_SIZE],
        places=places, causes=CAUSE_TITLES, states=STATES, today=on(request),
        sums=[sum(getattr(each, name) for each in places) for name in ("principal_fen", "recovered_fen", "written_off_fen", "open_fen")],
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


@get("/recovery/neglect", guards=[readers])
async def neglect(request: AnyRequest) -> Template:
    scope = actor_of(request).scope
    rows = await queries.neglects(scope.county_code, scope.region_prefix)
    return page(
        request, "recovery/neglect.html", page_title="失职记录", parts=PARTS, here_now="/recovery/neglect", rows=rows
    )


# ------------------------------------------------------------------ registered by hand


@get("/recovery/new", guards=[makers])
async def new(request: AnyRequest) -> Template:
    return await _new_page(request)


async def _new_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    return page(
        request, "recovery/new.html", status_code=422 if problems else 200, page_title="手工登记追缴", parts=PARTS, here_now="/recovery/new",
        causes=CAUSE_TITLES.items(), titles=await recovery_papers.item_titles(), items=[item for item in BY_HAND if not item.startswith("account_")],
        account_items=[item for item in BY_HAND if item.startswith("account_")],
        stuck=await queries.stuck(found_county(request), actor_of(request).scope.region_prefix, sorted(STOPPING)), problems=problems, typed=typed or {},
    )  # fmt: skip


@post("/recovery", guards=[makers])
async def register(request: AnyRequest) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, cause, facts = actor.scope.county_code, text(form, "cause"), text(form, "facts")
    try:
        if text(form, "step") == "take-over":
            made = await recovery.take_over(county, number(form, "person_id") or 0, cause, facts, actor, at)
        else:
            items = {item: money(form, item, "金额") for item in BY_HAND if text(form, item)}
            made = await recovery.register(county, text(form, "id_number"), cause, items, facts, actor, at)
    except Refused as refused:
        return await _new_page(request, refused.problems, forms.typed(form))
    return go(request, f"/recovery/{made}")


# ------------------------------------------------------------------ one case


async def _debt(request: AnyRequest, recovery_id: int) -> Debt:
    scope = actor_of(request).scope
    found = await queries.one(scope.county_code, recovery_id)
    if found is None or not found.region_code.startswith(scope.region_prefix):
        raise NotFound
    return found


@get("/recovery/{recovery_id:int}", guards=[readers])
async def one(request: AnyRequest, recovery_id: FromPath[int]) -> Template:
    return await _page(request, await _debt(request, recovery_id))


async def _page(
    request: AnyRequest, found: Debt, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, county = actor_of(request), found_county(request)
    open_now = found.state in recovery.OPEN
    notices = await queries.notices(county, found.id)
    registers = any(actor.holds(each) for each in recovery.REGISTRARS)
    townships = await regions.below(county, f"{county:06d}", 8)
    return page(
        request, "recovery/one.html", status_code=422 if problems else 200, page_title=f"追缴：{found.name}", d=found, problems=problems,
        typed=typed or {}, states=STATES, causes=CAUSE_TITLES, origins=ORIGINS, relations=RELATIONS, relation_choices=RELATIONS.items(),
        titles=await recovery_papers.item_titles(), items=await queries.items(county, found.id), notices=notices,
        notice_title=NOTICE_TITLES[notice_of(Cause(found.cause))], notice_titles=NOTICE_TITLES, payments=await queries.payments(county, found.id),
        payment_states=PAYMENT_STATES, ways=WAYS, agreements=await queries.agreements(county, found.id),
        orders=await queries.offsettable(county, found.person_id, found.debtor_index) if found.debtor_index else [],
        deductions=await queries.deductions(county, found.id), decisions=await queries.decisions(county, found.id),
        decision_titles=recovery_decisions.TITLES, files=await queries.files(county, found.id), file_kinds=FILES,
        neglects=await queries.neglects(county, f"{county:06d}", found.id), townships=[(each.code, each.name) for each in townships],
        colleagues=[(each.id, each.name) for each in await access.staff(county, f"{county:06d}", on(request)) if each.id != actor.id],
        steps=_way(found, notices, now(request)), step=_next(found, notices), today=on(request), open_now=open_now,
        room=max(demandable(found.open_fen, found.recovered_fen, found.limit_fen) - found.pending_fen - found.deducting_fen, 0),
        registers=registers, verifies=actor.holds(Post.COUNTY_AUDITOR), decides=actor.holds(Post.COUNTY_HEAD), me=actor.id,
        sees_people=any(actor.holds(each) for each in BUSINESS), earliest=on(request) + recovery_notices.DEADLINE_AT_LEAST * 4,
    )  # fmt: skip


def found_county(request: AnyRequest) -> int:
    return actor_of(request).scope.county_code


def _way(found: Debt, notices: list[NoticeLine], at: datetime) -> list[tuple[str, str, str]]:
    """How far it is: rows of the timeline."""

    def told(moment: datetime, who: str) -> str:
        return f"{moment.astimezone(at.tzinfo):%Y-%m-%d}，{who}"

    withdrawn = found.state == "withdrawn"
    served = next((each for each in reversed(notices) if each.served_on), None)
    rows = [("发现、登记", told(found.registered_at, found.registered_by_name), "done")]
    if found.verified_at:
        rows.append(
            (
                "不成立，撤回" if withdrawn else "稽核核实",
                told(found.verified_at, found.verified_by_name),
                "bad" if withdrawn else "done",
            )
        )
    elif not withdrawn:
        rows.append(("稽核核实", "", "now"))
    if withdrawn:
        return rows if found.verified_at else [*rows, ("注销撤销，不用再追", "", "bad")]
    waits = found.state == "verified"
    last = notices[-1] if notices else None
    rows.append(
        (
            "发出通知书",
            told(last.issued_at, last.issued_by_name) if last else "",
            "done" if last else "now" if waits else "todo",
        )
    )
    way = (
        f"{served.served_on:%Y-%m-%d}，{served.served_by_name}、{served.second_name}"
        if served and served.served_on
        else ""
    )
    rows.append(("两人送达，留回执和影像", way, "done" if served else "now" if last else "todo"))
    if found.state == "transferred":
        rows.append(("到期没有退还，已移送", "", "done"))
    ended = {"closed": "全部还清", "written_off": "负责人批准核销"}.get(found.state)
    rows.append(
        (ended or "退还", f"已收回{show(found.recovered_fen)}元", "done" if ended else "now" if last else "todo")
    )
    return rows


def _next(found: Debt, notices: list[NoticeLine]) -> str:
    """What is to be done now, in a sentence."""
    if found.asked:
        return f"等负责人决定：{recovery_decisions.TITLES[found.asked]}。"
    if found.state == "registered":
        return "由稽核岗位核实事实和金额。核实以前不向任何人要钱。"
    if found.state == "verified":
        return "发出通知书。" if found.debtor_name else "先填写由谁退还，再发通知书。"
    if notices and notices[-1].served_on is None and found.state in recovery.OPEN:
        return "两名工作人员送达，登记回执和影像编号。"
    if found.pending_fen:
        return f"有{show(found.pending_fen)}元已登记，等复核、财务到款。"
    if found.state in ("noticed", "transferred"):
        return "等退还。到期不退的，申请移送。" if found.state == "noticed" else "已移送；仍来退还的照样登记。"
    return ""


# ------------------------------------------------------------------ steps


Step = Callable[[Any, int, int, Actor, datetime], Awaitable[Any]]


async def _verify(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery.verify(county, case, text(form, "note"), by, at, agrees=text(form, "answer") == "yes")


async def _debtor(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    limit = money(form, "limit", "继承到的金额") if text(form, "limit") else None
    new = Debtor(name=text(form, "name"), id_number=text(form, "id_number"), relation=text(form, "relation"), limit_fen=limit,
                 limit_note=text(form, "limit_note"))  # fmt: skip
    await recovery.set_debtor(county, case, new, by, at)


async def _fraud(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery.mark_fraud(county, case, text(form, "note"), by, at)


async def _notice(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_notices.give_notice(county, case, day(form, "deadline_on", "退还的期限"), by, at)


async def _serve(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    how = Delivery(served_on=day(form, "served_on", "送达日期"), second_id=number(form, "second_id") or 0, receiver=text(form, "receiver"),
                   recording=text(form, "recording"))  # fmt: skip
    await recovery_notices.serve(county, case, number(form, "notice_id") or 0, how, by, at)


async def _pay(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    parts = {item: money(form, item, "分项金额") for item in (*queries.PARTS, *OTHERS) if text(form, item)}
    slip = Slip(
        amount_fen=money(form, "amount", "退款金额"), payer=text(form, "payer"), way=text(form, "way"), slip_no=text(form, "slip_no"),
        paid_on=day(form, "paid_on", "交款日期"), parts=parts, voluntary=text(form, "voluntary") == "on",
    )  # fmt: skip
    await recovery_money.register(county, case, slip, by, at)


async def _review(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_money.review(county, await _payment(form, county, case), by, at)


async def _cancel(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_money.cancel(county, await _payment(form, county, case), text(form, "reason"), by, at)


async def _payment(form: Any, county: int, case: int) -> int:
    """A payment of this case."""
    document = number(form, "document_id")
    if document not in [each.document_id for each in await queries.payments(county, case)]:
        raise NotFound
    assert document is not None, "found"
    return document


async def _agree(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_money.agree(county, case, number(form, "count") or 0, day(form, "first_on", "第一期的日期"), by, at)


async def _deduct(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_deductions.deduct(county, case, money(form, "deducted", "从养老金里扣的金额"), by, at)


async def _end_deduction(_: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_deductions.end_deduction(county, case, by, at)


async def _offset(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_offsets.offset(county, case, number(form, "order_id") or 0, by, at)


async def _ask(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_decisions.ask(county, case, text(form, "decision"), text(form, "reason"), by, at)


async def _decide(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_decisions.decide(county, case, by, at, approves=text(form, "answer") == "yes")


async def _neglect(form: Any, county: int, case: int, by: Actor, at: datetime) -> None:
    await recovery_notices.neglect(county, case, text(form, "region_code"), text(form, "finding"), by, at)


STEPS: dict[str, Step] = {
    "verify": _verify, "debtor": _debtor, "fraud": _fraud, "notice": _notice, "serve": _serve, "pay": _pay, "review": _review,
    "cancel": _cancel, "agree": _agree, "offset": _offset, "deduct": _deduct, "end-deduction": _end_deduction, "ask": _ask, "decide": _decide,
    "neglect": _neglect,
}  # fmt: skip


@post("/recovery/{recovery_id:int}/{step:str}", guards=[actors])
async def act(request: AnyRequest, recovery_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    found = await _debt(request, recovery_id)
    if step not in STEPS:
        raise NotFound
    try:
        await STEPS[step](form, actor.scope.county_code, recovery_id, actor, now(request))
    except Refused as refused:
        return await _page(
            request, await _debt(request, recovery_id), refused.problems, forms.typed(form) | {"step": step}
        )
    return go(request, f"/recovery/{found.id}")


# ------------------------------------------------------------------ papers and files


@post("/recovery/{recovery_id:int}/files", guards=[makers])
async def add_file(request: AnyRequest, recovery_id: FromPath[int]) -> Response[Any] | Template:
    """Receipts, recordings, what was found out: put away as the papers of a case are."""
    actor, form, found = actor_of(request), await request.form(), await _debt(request, recovery_id)
    try:
        sent = await uploads.read_form(form, "file")
        if not sent:
            raise Refused(Problem("no-file", "请选择文件。", "file"))
        for each in sent:
            kept = await filling.stored(request.app.state.storage, each)
            await recovery_notices.add_file(
                actor.scope.county_code, recovery_id, text(form, "file_kind"), kept["filename"], kept["storage_key"], kept["media_type"], actor,
                now(request),
            )  # fmt: skip
    except Refused as refused:
        return await _page(request, found, refused.problems, forms.typed(form) | {"step": "files"})
    return go(request, f"/recovery/{recovery_id}")


@get("/recovery/{recovery_id:int}/files/{file_id:int}", guards=[readers])
async def file(request: AnyRequest, recovery_id: FromPath[int], file_id: FromPath[int]) -> Response[Any]:
    found = await _debt(request, recovery_id)
    kept = next((each for each in await queries.files(found_county(request), found.id) if each.id == file_id), None)
    if kept is None:
        raise NotFound
    return await streamed(request, kept.storage_key, "attachment", kept.media_type)


@get("/recovery/{recovery_id:int}/notices/{number:int}", guards=[readers])
async def notice(request: AnyRequest, recovery_id: FromPath[int], number: FromPath[int]) -> Response[bytes]:
    found, actor = await _debt(request, recovery_id), actor_of(request)
    line = next((each for each in await queries.notices(actor.scope.county_code, found.id) if each.id == number), None)
    if line is None:
        raise NotFound
    desk = await desk_of(actor.scope.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await recovery_papers.notice(found, line, desk, now(request)))


@get("/recovery/{recovery_id:int}/payments/{number:int}", guards=[readers])
async def payment(request: AnyRequest, recovery_id: FromPath[int], number: FromPath[int]) -> Response[bytes]:
    """《稽核退款登记单》."""
    found, actor = await _debt(request, recovery_id), actor_of(request)
    lines = await queries.payments(actor.scope.county_code, found.id)
    line = next((each for each in lines if each.document_id == number), None)
    if line is None:
        raise NotFound
    desk = await desk_of(actor.scope.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await recovery_papers.slip(found, line, desk, now(request)))


@get("/recovery/{recovery_id:int}/agreements/{number:int}", guards=[readers])
async def agreement(request: AnyRequest, recovery_id: FromPath[int], number: FromPath[int]) -> Response[bytes]:
    found, actor = await _debt(request, recovery_id), actor_of(request)
    both = await queries.agreements(actor.scope.county_code, found.id)
    line = next((each for each in both if each[0].id == number), None)
    if line is None:
        raise NotFound
    desk = await desk_of(actor.scope.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await recovery_papers.agreement(found, *line, desk, now(request)))


@get("/recovery/{recovery_id:int}/file.zip", guards=[actors])
async def dossier(request: AnyRequest, recovery_id: FromPath[int]) -> Response[bytes]:
    """Everything for the authority (R-350)."""
    found, actor, state = await _debt(request, recovery_id), actor_of(request), request.app.state
    desk = await desk_of(actor.scope.county_code, state.portal_url, actor.name)
    data, name = await recovery_papers.dossier(found, desk, state.storage, now(request))
    return download(data, name, "application/zip")


ROUTES = [board, neglect, new, register, one, add_file, file, notice, payment, agreement, dossier, act]
