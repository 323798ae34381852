"""代发: other bureaus' programmes, their lists, and who gets what."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, now, number, on, text
from db.queries import delegated_lists as queries
from db.queries import delegated_payments as month_queries
from db.queries.delegated_lists import ListRow, ProgrammeRow
from domain import months
from domain.actor import Post
from domain.agency import delegated_lists, delegated_programmes
from domain.agency.delegated_lists import CHANGES
from domain.agency.delegated_programmes import CHECKERS, MAKERS, Programme
from domain.errors import NotFound, Problem, Refused
from domain.exchange import workbook
from domain.identity import mask_id
from domain.money import show
from web import forms
from web.guards import post_required
from web.pages import Link, download, go, page

READERS = (
    *MAKERS, Post.COUNTY_BENEFIT, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
BASE = "/delegated"
PAGE_SIZE = 50
SHOWN = 24  # lists and months on the page of a programme
ROWS = 100_000
PARTS = (Link("代发项目", BASE), Link("养老金停了，要问的", f"{BASE}/asked"))
TERM_STATES = {"proposed": ("等复核", "warn"), "approved": ("已复核", "good"), "refused": ("没有通过", "neutral")}
LIST_STATES = {"proposed": ("等复核", "warn"), "approved": ("已生效", "good"), "cancelled": ("已作废", "neutral")}
LINE_STATES = {"good": ("可以用", "info"), "refused": ("不能用", "bad"), "applied": ("已生效", "good")}
MONTH_STATES = {
    "draft": ("等复核", "warn"), "reviewed": ("已复核，等委托单位的钱", "warn"), "funded": ("钱已到，等发放文件", "warn"),
    "sent": ("文件已生成，等银行回盘", "info"), "settled": ("都有结果了，等登账", "warn"), "booked": ("已登账", "info"),
    "closed": ("已结束", "good"), "cancelled": ("已取消", "neutral"),
}  # fmt: skip
readers = post_required(*READERS)
makers = post_required(*MAKERS)
checkers = post_required(*CHECKERS)


def holds(request: AnyRequest, posts: tuple[Post, ...]) -> bool:
    return any(actor_of(request).holds(each) for each in posts)


def _month(form: Any, name: str, title: str) -> int:
    found = months.parse(text(form, name))
    if found is None:
        raise Refused(Problem("no-month", f"请写6位数字的{title}，例如202612。", name))
    return found


async def _found(request: AnyRequest, programme_id: int) -> ProgrammeRow:
    found = await queries.programme(actor_of(request).scope.county_code, programme_id, months.month_of(on(request)))
    if found is None:
        raise NotFound
    return found


# ------------------------------------------------------------------ programmes


@get(BASE, guards=[readers])
async def programmes(request: AnyRequest) -> Template:
    return await programmes_page(request)


async def programmes_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    month = months.month_of(on(request))
    rows = await queries.programmes(actor_of(request).scope.county_code, month)
    return page(
        request, "delegated/programmes.html", status_code=422 if problems else 200, page_title="代发", parts=PARTS, rows=rows, typed=typed or {},
        problems=problems, makes=holds(request, MAKERS), words=months.in_words, this_month=month,
    )  # fmt: skip


@post(BASE, guards=[makers])
async def open_programme(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        new = Programme(
            name=text(form, "name"), principal=text(form, "principal"), purpose=text(form, "purpose"), document=text(form, "document"),
            **_term(form),
        )  # fmt: skip
        programme_id = await delegated_programmes.open_programme(actor.scope.county_code, new, actor, now(request))
    except Refused as refused:
        return await programmes_page(request, refused.problems, forms.typed(form))
    return go(request, f"{BASE}/{programme_id}")


def _term(form: Any) -> dict[str, Any]:
    return {
        "from_month": _month(form, "from_month", "开始的月份"), "pay_day": number(form, "pay_day") or 0,
        "last_month": _month(form, "last_month", "最后一个月") if text(form, "last_month") else None,
    }  # fmt: skip


@get(BASE + "/{programme_id:int}", guards=[readers])
async def one(request: AnyRequest, programme_id: FromPath[int]) -> Template:
    return await programme_page(request, await _found(request, programme_id))


async def programme_page(
    request: AnyRequest,
    found: ProgrammeRow,
    problems: tuple[Any, ...] = (),
    typed: forms.Text | None = None,
    wrong: str = "",
) -> Template:
    """`wrong`: the form that was refused."""
    actor = actor_of(request)
    county, this = actor.scope.county_code, months.month_of(on(request))
    return page(
        request, "delegated/programme.html", status_code=422 if problems else 200, page_title=found.name, p=found, problems=problems,
        typed=typed or {}, wrong=wrong, words=months.in_words, term_states=TERM_STATES, list_states=LIST_STATES, me=actor.id,
        month_states=MONTH_STATES, makes=holds(request, MAKERS), checks=holds(request, CHECKERS), next_month=months.after(this),
        terms=await queries.terms(county, found.id), lists=await queries.lists(county, found.id, SHOWN),
        months=await month_queries.months_of(county, found.id, SHOWN),
        choices=[(f"{month}", months.in_words(month)) for month in (this, months.after(this))],
    )  # fmt: skip


@post(BASE + "/{programme_id:int}/terms", guards=[makers])
async def change(request: AnyRequest, programme_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    found = await _found(request, programme_id)
    try:
        await delegated_programmes.change_programme(
            actor.scope.county_code,
            programme_id,
            **_term(form),
            document=text(form, "document"),
            by=actor,
            at=now(request),
        )
    except Refused as refused:
        return await programme_page(request, found, refused.problems, forms.typed(form), "term")
    return go(request, f"{BASE}/{programme_id}")


@post(BASE + "/{programme_id:int}/terms/{term_id:int}/{answer:str}", guards=[checkers])
async def decide_term(
    request: AnyRequest, programme_id: FromPath[int], term_id: FromPath[int], answer: FromPath[str]
) -> Response[Any] | Template:
    actor = actor_of(request)
    found = await _found(request, programme_id)
    try:
        await delegated_programmes.decide_programme(
            actor.scope.county_code, term_id, actor, now(request), approve=_approves(answer)
        )
    except Refused as refused:
        return await programme_page(request, found, refused.problems)
    return go(request, f"{BASE}/{programme_id}")


def _approves(answer: str) -> bool:
    if answer not in ("approve", "refuse"):
        raise NotFound
    return answer == "approve"


# ------------------------------------------------------------------ lists and people


@get(BASE + "/template.xlsx", guards=[makers])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(delegated_lists.template(), "代发名单.xlsx")


@post(BASE + "/{programme_id:int}/lists", guards=[makers], request_max_body_size=SHEET_BYTES)
async def import_list(request: AnyRequest, programme_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    found = await _found(request, programme_id)
    try:
        list_id = await delegated_lists.import_list(
            actor.scope.county_code, programme_id, text(form, "list_no"), await sheet(request), actor, now(request)
        )
    except Refused as refused:
        return await programme_page(request, found, refused.problems, forms.typed(form), "list")
    return go(request, f"{BASE}/lists/{list_id}")


async def _list(request: AnyRequest, list_id: int) -> ListRow:
    found = await queries.list_of(actor_of(request).scope.county_code, list_id)
    if found is None:
        raise NotFound
    return found


@get(BASE + "/lists/{list_id:int}", guards=[readers])
async def list_of(request: AnyRequest, list_id: FromPath[int]) -> Template:
    return await list_page(request, await _list(request, list_id))


async def list_page(request: AnyRequest, found: ListRow, problems: tuple[Any, ...] = ()) -> Template:
    actor, asked = actor_of(request), request.query_params
    refused, after = asked.get("refused") == "1", number(asked, "after") or 0
    rows = await queries.list_lines(
        actor.scope.county_code, found.id, refused=refused, after=after, limit=PAGE_SIZE + 1
    )
    here = f"{BASE}/lists/{found.id}?refused={int(refused)}"
    return page(
        request, "delegated/list.html", status_code=422 if problems else 200, page_title=f"代发名单 {found.document}", f=found, rows=rows[:PAGE_SIZE],
        p=await _found(request, found.programme_id), problems=problems, refused=refused, states=LIST_STATES, line_states=LINE_STATES,
        changes=CHANGES, mask=mask_id, checks=holds(request, CHECKERS), makes=holds(request, MAKERS), own_list=actor.id == found.proposed_by,
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@get(BASE + "/lists/{list_id:int}/refused.xlsx", guards=[makers])
async def refused_lines(request: AnyRequest, list_id: FromPath[int]) -> Response[bytes]:
    """For the principal to mend: his own lines with what is wrong."""
    found = await _list(request, list_id)
    lines = await queries.list_lines(actor_of(request).scope.county_code, list_id, refused=True, limit=ROWS)
    rows = [
        [f"{line.line_no}", line.name, line.id_number, CHANGES.get(line.change, ""), f"{line.month or ''}", show(line.amount_fen), line.reason]
        for line in lines
    ]  # fmt: skip
    head = ["原名单第几行", "姓名", "身份证号码", "办理", "生效月份", "每月金额", "为什么不能用"]
    return download(workbook.write([("不能用的", [head, *rows])]), f"代发名单{found.document}不能用的.xlsx")


@post(BASE + "/lists/{list_id:int}/{answer:str}", guards=[checkers])
async def decide_list(request: AnyRequest, list_id: FromPath[int], answer: FromPath[str]) -> Response[Any] | Template:
    actor, found = actor_of(request), await _list(request, list_id)
    try:
        await delegated_lists.decide_list(
            actor.scope.county_code, list_id, actor, now(request), approve=_approves(answer)
        )
    except Refused as refused:
        return await list_page(request, found, refused.problems)
    return go(request, f"{BASE}/lists/{list_id}")


@get(BASE + "/{programme_id:int}/people", guards=[readers])
async def people(request: AnyRequest, programme_id: FromPath[int]) -> Template:
    return await people_page(request, programme_id, "")


@post(BASE + "/{programme_id:int}/people", guards=[readers], status_code=200)
async def search(request: AnyRequest, programme_id: FromPath[int]) -> Template:
    """By the whole name; it stays out of the address."""
    return await people_page(request, programme_id, text(await request.form(), "name"))


async def people_page(request: AnyRequest, programme_id: int, name: str) -> Template:
    found, given = await _found(request, programme_id), request.query_params
    only, after = given.get("without_account") == "1", number(given, "after") or 0
    rows = await queries.recipients(
        actor_of(request).scope.county_code, programme_id, months.month_of(on(request)), name=name, without_account=only, after=after,
        limit=PAGE_SIZE + 1,
    )  # fmt: skip
    here = f"{BASE}/{programme_id}/people?without_account={int(only)}"
    more = len(rows) > PAGE_SIZE and not name
    return page(
        request, "delegated/people.html", page_title=f"{found.name}的领取人", p=found, rows=rows[:PAGE_SIZE], name=name, only=only,
        words=months.in_words, next_url=f"{here}&after={rows[PAGE_SIZE - 1].id}" if more else None, first_url=here if after else None,
    )  # fmt: skip


ROUTES = [
    programmes, open_programme, template, one, change, decide_term, import_list, list_of, refused_lines,
    decide_list, people, search,
]  # fmt: skip
