"""代发一个月: the steps from the list to the report, each by its post."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.delegated import BASE, MONTH_STATES, READERS, holds, programme_page
from backoffice.direct_debit import FILE_STATES, two_files
from backoffice.finance import money
from backoffice.reference import SHEET_BYTES
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import delegated_lists as list_queries
from db.queries import delegated_payments as queries
from db.queries.delegated_payments import MonthRow
from domain import months
from domain.actor import Actor, Post
from domain.agency import delegated_files, delegated_payments
from domain.agency.delegated_payments import WHY, Slip
from domain.agency.delegated_programmes import CHECKERS, MAKERS
from domain.errors import NotFound, Refused
from domain.payments import ACCOUNTANTS, PAYERS
from web import forms
from web.guards import post_required
from web.pages import download, go, page

PAGE_SIZE = 50
SHOWN = 200  # of those whose money did not arrive, or who get none
TRANSFER_STATES = {
    "planned": ("等发放文件", "info"), "left_out": ("这个月不发", "neutral"), "sent": ("银行正在发", "info"), "paid": ("已发", "good"),
    "failed": ("没有发成", "bad"), "returned": ("退回委托单位", "warn"),
}  # fmt: skip
# What comes next from a state, and whose work it is.
NEXT: dict[str, tuple[str, tuple[Post, ...]]] = {
    "draft": ("review", CHECKERS), "reviewed": ("fund", PAYERS), "funded": ("write", PAYERS), "settled": ("book", ACCOUNTANTS),
}  # fmt: skip
readers = post_required(*READERS)
makers = post_required(*MAKERS)
payers = post_required(*PAYERS)


async def _found(request: AnyRequest, month_id: int) -> MonthRow:
    found = await queries.month(actor_of(request).scope.county_code, month_id)
    if found is None:
        raise NotFound
    return found


@post(BASE + "/{programme_id:int}/months", guards=[makers])
async def draft(request: AnyRequest, programme_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    county = actor.scope.county_code
    programme = await list_queries.programme(county, programme_id, months.month_of(on(request)))
    if programme is None:
        raise NotFound
    try:
        month_id = await delegated_payments.draft(county, programme_id, number(form, "month") or 0, actor, now(request))
    except Refused as refused:
        return await programme_page(request, programme, refused.problems, forms.typed(form), "month")
    return go(request, f"{BASE}/months/{month_id}")


@get(BASE + "/months/{month_id:int}", guards=[readers])
async def one(request: AnyRequest, month_id: FromPath[int]) -> Template:
    return await month_page(request, await _found(request, month_id))


async def month_page(
    request: AnyRequest, m: MonthRow, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, after = actor_of(request), number(request.query_params, "after") or 0
    county = actor.scope.county_code
    counts = await queries.counts(county, m.id)
    step, posts = _next(m, counts)
    programme = await list_queries.programme(county, m.programme_id, m.month)
    assert programme is not None, "a month has its programme"
    rows = await queries.transfers(county, m.id, ["planned", "sent", "paid"], after=after, limit=PAGE_SIZE + 1)
    here = f"{BASE}/months/{m.id}"
    return page(
        request, "delegated/month.html", status_code=422 if problems else 200, page_title=f"{programme.name} {months.in_words(m.month)}", m=m,
        p=programme, states=MONTH_STATES, transfer_states=TRANSFER_STATES, why=WHY, counts=counts, problems=problems, typed=typed or {},
        today=on(request), steps=_steps(m), step=step if holds(request, posts) and not (step == "review" and m.drafted_by == actor.id) else "",
        cancels=holds(request, MAKERS) and m.state in ("draft", "reviewed"), makes=holds(request, MAKERS), pays=holds(request, PAYERS),
        files=await queries.files(county, m.id), file_states=FILE_STATES, back=counts.get("returned", (0, 0))[1], shown=SHOWN,
        stuck=await queries.transfers(county, m.id, ["failed"], limit=SHOWN), rows=rows[:PAGE_SIZE],
        left_out=await queries.transfers(county, m.id, ["left_out", "returned"], limit=SHOWN),
        next_url=f"{here}?after={rows[PAGE_SIZE - 1].person_id}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


def _next(m: MonthRow, counts: dict[str, tuple[int, int]]) -> tuple[str, tuple[Post, ...]]:
    if m.state == "sent" and "planned" in counts:
        return "write", PAYERS
    if m.state == "booked":
        return ("give_back", PAYERS) if "returned" in counts and m.return_id is None else ("close", MAKERS)
    return NEXT.get(m.state, ("", ()))


def _steps(m: MonthRow) -> list[tuple[str, str, str]]:
    """(title, when, state) for the timeline."""
    order = [state for state in MONTH_STATES if state != "cancelled"]
    at = order.index(m.state) if m.state in order else -1
    said = [
        ("编名单", f"{m.drafted_by_name}", 0), ("复核", m.reviewed_by_name, 1), ("委托单位的钱到账", f"{m.funded_on or ''}", 2),
        ("发放文件", "", 3), ("银行回盘", "", 4), ("登账、退回没有发成的", "", 5), ("结束", m.closed_by_name, 6),
    ]  # fmt: skip
    return [
        (title, words, "done" if at >= place else "now" if at == place - 1 else "todo") for title, words, place in said
    ]


@post(BASE + "/months/{month_id:int}/{step:str}", guards=[readers])
async def act(request: AnyRequest, month_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    m = await _found(request, month_id)
    try:
        await _step(step, request, m, form, actor)
    except Refused as refused:
        return await month_page(request, m, refused.problems, forms.typed(form))
    return go(request, f"{BASE}/months/{month_id}")


async def _step(step: str, request: AnyRequest, m: MonthRow, form: Any, actor: Actor) -> None:
    given = (actor.scope.county_code, m.id)
    plain = {
        "review": delegated_payments.review, "cancel": delegated_payments.cancel, "write": delegated_files.write_files,
        "book": delegated_payments.book, "close": delegated_payments.close,
    }  # fmt: skip
    with_slip = {"fund": delegated_payments.fund, "give_back": delegated_payments.give_back}
    if step in plain:
        await plain[step](*given, actor, now(request))
    elif step in with_slip:
        await with_slip[step](*given, _slip(form), actor, now(request))
    else:
        raise NotFound


def _slip(form: Any) -> Slip:
    return Slip(
        bank=text(form, "bank"),
        slip_no=text(form, "slip_no"),
        on=day(form, "on", "日期"),
        amount_fen=money(form, "amount", "金额"),
    )


@post(BASE + "/months/{month_id:int}/people/{person_id:int}/{answer:str}", guards=[makers])
async def settle(
    request: AnyRequest, month_id: FromPath[int], person_id: FromPath[int], answer: FromPath[str]
) -> Response[Any] | Template:
    """What becomes of money that did not arrive."""
    actor, at, form = actor_of(request), now(request), await request.form()
    m = await _found(request, month_id)
    try:
        if answer == "again":
            await delegated_files.reissue(actor.scope.county_code, month_id, person_id, actor, at)
        elif answer == "back":
            await delegated_files.give_up(actor.scope.county_code, month_id, person_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await month_page(request, m, refused.problems)
    return go(request, f"{BASE}/months/{month_id}")


@get(BASE + "/files/{file_id:int}", guards=[payers])
async def stored_file(request: AnyRequest, file_id: FromPath[int]) -> Response[bytes]:
    found = await queries.file_body(actor_of(request).scope.county_code, file_id)
    if found is None:
        raise NotFound
    return download(found[1], found[0], "text/plain")


@post(BASE + "/months/{month_id:int}/files/{file_id:int}", guards=[payers], request_max_body_size=2 * SHEET_BYTES)
async def take_return(request: AnyRequest, month_id: FromPath[int], file_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    m = await _found(request, month_id)
    try:
        files = await two_files(form)
        total, paid_on = money(form, "total", "银行回单金额"), day(form, "paid_on", "发放日期")
        await delegated_files.take_return(actor.scope.county_code, file_id, *files, total, paid_on, actor, now(request))
    except Refused as refused:
        return await month_page(request, m, refused.problems, forms.typed(form))
    return go(request, f"{BASE}/months/{month_id}")


@get(BASE + "/months/{month_id:int}/report.xlsx", guards=[readers])
async def report(request: AnyRequest, month_id: FromPath[int]) -> Response[bytes]:
    actor, m = actor_of(request), await _found(request, month_id)
    data = await delegated_payments.report(actor.scope.county_code, month_id, actor, now(request))
    return download(data, f"代发结果{m.month}.xlsx")


ROUTES = [draft, one, report, act, settle, stored_file, take_return]
