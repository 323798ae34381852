"""制度衔接: the three clocks, what came from the employee scheme, what went there, the papers."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from backoffice.finance import money
from backoffice.funded_lists import paper
from backoffice.transfers import READERS
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, now, number, on, text
from db.queries import linkage as queries
from db.queries import portal
from db.queries.linkage import LinkageRow
from domain.agency import linkage
from domain.errors import NotFound, Problem, Refused
from domain.identity import mask_id
from domain.rules import linkage as rule
from web import forms, linkage_papers, transfer_papers
from web.guards import post_required
from web.pages import Link, go, page

PAGE_SIZE = 100
DIRECTIONS = {"to_employee": "转到职工养老保险", "to_resident": "从职工养老保险转来"}
STATES = {
    "asked": ("等对方的信息表", "info"), "answered": ("等钱足额到账", "warn"), "booked": ("已经转来", "good"), "cancelled": ("没有办成", "bad"),
    "sent": ("已转出，等对方办结", "info"), "finished": ("已办结", "good"),
}  # fmt: skip
LISTS = {"open": ("正在办", ("asked", "answered", "sent")), "done": ("已结束", ("booked", "finished", "cancelled"))}
PARTS = tuple(Link(title, f"/linkages?list={name}", "") for name, (title, _) in LISTS.items())
readers = post_required(*READERS)
officers = post_required(*linkage.OFFICERS)


class Shown(Struct, frozen=True):
    """`due`: overdue, today, later or none, as the macro wants it."""

    row: LinkageRow
    due: str


def _shown(row: LinkageRow, today: date) -> Shown:
    left = (row.due_on - today).days
    return Shown(row, "none" if row.closed_at else "overdue" if left < 0 else "today" if left == 0 else "later")


@get("/linkages", guards=[readers])
async def listed(request: AnyRequest) -> Template:
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    name = str(request.query_params.get("list", "open"))
    name = name if name in LISTS else "open"
    title, states = LISTS[name]
    rows = await queries.listed(scope.county_code, scope.region_prefix, states, before=before, limit=PAGE_SIZE + 1)
    here = f"/linkages?list={name}"
    return page(
        request, "linkage/list.html", page_title="制度衔接", parts=PARTS, here_now=here, title=title,
        rows=[_shown(row, on(request)) for row in rows[:PAGE_SIZE]], states=STATES, directions=DIRECTIONS,
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


async def _found(request: AnyRequest, linkage_id: int) -> LinkageRow:
    scope = actor_of(request).scope
    row = await queries.one(scope.county_code, linkage_id)
    if row is None or not scope.covers(row.region_code):
        raise NotFound
    return row


@get("/linkages/{linkage_id:int}", guards=[readers])
async def one(request: AnyRequest, linkage_id: FromPath[int]) -> Template:
    return await _page(request, linkage_id)


async def _page(
    request: AnyRequest, linkage_id: int, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    row, actor = await _found(request, linkage_id), actor_of(request)
    county = row.county_code
    person = await portal.person(county, row.person_id)
    assert person is not None, "a linkage is about somebody here"
    came = await queries.received_fen(county, row.document_id) if row.document_id and row.direction == "to_resident" else 0
    return page(
        request, "linkage/page.html", status_code=422 if problems else 200, page_title=f"{row.name} {DIRECTIONS[row.direction]}", x=row,
        shown=_shown(row, on(request)), months=await queries.months(county, linkage_id), states=STATES, directions=DIRECTIONS,
        id_number=mask_id(person.id_number), came=came, in_words=rule.in_words, problems=problems, typed=typed or {},
        lines=await queries.lines(county, row.account_id) if row.document_id and row.direction == "to_employee" else [],
        kinds=transfer_papers.ITEMS, cases=any(actor.holds(each) for each in BUSINESS),
        officer=any(actor.holds(each) for each in linkage.OFFICERS),
    )  # fmt: skip


@post("/linkages/{linkage_id:int}", guards=[officers])
async def act(request: AnyRequest, linkage_id: FromPath[int]) -> Response[Any] | Template:
    row = await _found(request, linkage_id)
    actor, at, form = actor_of(request), now(request), await request.form()
    county, step = row.county_code, text(form, "step")
    try:
        if step == "answered":
            await linkage.answered(county, row.id, _months(text(form, "months")), money(form, "amount", "个人账户金额"), actor, at)
        elif step == "finished":
            await linkage.finished(county, row.id, text(form, "reason"), actor, at)
        elif step == "cancel":
            await linkage.cancel(county, row.id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await _page(request, linkage_id, refused.problems, forms.typed(form))
    return go(request, f"/linkages/{linkage_id}")


def _months(typed: str) -> dict[int, int]:
    try:
        return rule.parse_months(typed)
    except ValueError as wrong:
        raise Refused(Problem("months", f"{wrong}。", "months")) from None


@get("/linkages/{linkage_id:int}/{name:str}", guards=[readers])
async def printed(request: AnyRequest, linkage_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    """《联系函》 of what comes, 《信息表》 of what goes."""
    row, kind, actor = await _found(request, linkage_id), name.removesuffix(".pdf"), actor_of(request)
    county, person = await portal.county(row.county_code), await portal.person(row.county_code, row.person_id)
    assert county is not None and person is not None and person.first_enrolled_on is not None, "who links has taken part"
    if kind == "linkage_letter" and row.direction == "to_resident":
        account = await linkage.receiving_account(row.county_code) or ("", "", "")
        contents: Any = linkage_papers.letter(
            row, person.id_number, account, county.agency_name, actor.name, county.agency_phone, now(request)
        )
    elif kind == "linkage_sheet" and row.direction == "to_employee" and row.document_id:
        lines = await queries.lines(row.county_code, row.account_id)
        contents = linkage_papers.sheet(
            row, person.id_number, person.first_enrolled_on, lines, county.agency_name, actor.name, now(request)
        )
    else:
        raise NotFound
    return await paper(kind, contents, f"{linkage_papers.TITLES[kind]}{row.number}")


ROUTES = [listed, one, act, printed]
