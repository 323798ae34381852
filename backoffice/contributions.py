"""缴费: sheets of payments, their lines and what is wrong with them, and money whose owner is not known yet."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import contributions as queries
from db.queries import people as people_query
from db.queries import regions, search
from db.queries.contributions import DocumentRow
from domain import contributions, identity, names
from domain.actor import Actor, Post
from domain.agency import batch_import
from domain.agency.batch_import import Header
from domain.books import KINDS, DocumentKind
from domain.contribution_lines import WAYS
from domain.contributions import COLLECTION
from domain.errors import NotFound, Problem, Refused
from domain.person_file import log_search
from web import forms
from web.guards import post_required
from web.pages import download, go, page

READERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
PAGE_SIZE = 50
TITLES = {kind.value: rules.title for kind, rules in KINDS.items()}
STATES = {
    "draft": ("没有申报", "warn"), "declared": ("已申报，等审核", "warn"), "approved": ("已审核，等到款登账", "info"),
    "booked": ("已登账", "good"), "cancelled": ("已作废", "neutral"),
}  # fmt: skip
LINE_STATES = {
    "good": ("可以登账", "good"), "bad": ("不能使用", "bad"), "exception": ("等认定", "warn"), "repeated": ("重复", "neutral"),
    "failed": ("没有扣成", "bad"), "booked": ("已登账", "good"), "settled": ("已认定", "good"), "returned": ("已退回", "neutral"),
}  # fmt: skip
OURS = WAYS.keys() - {DocumentKind.DIRECT_DEBIT}
KIND_OF = {kind.value: kind for kind in batch_import.KINDS}
readers = post_required(*READERS)
makers = post_required(*batch_import.MAKERS)
collection = post_required(*COLLECTION)


@get("/contributions", guards=[readers])
async def documents(request: AnyRequest) -> Template:
    return await list_page(request)


async def list_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    actor, asked = actor_of(request), request.query_params
    state, before = str(asked.get("state", "")), number(asked, "before")
    state = state if state in STATES else ""
    rows = await queries.documents(
        actor.scope.county_code, actor.scope.region_prefix, [kind.value for kind in WAYS], state=state, before=before,
        limit=PAGE_SIZE + 1,
    )  # fmt: skip
    return page(
        request, "contributions/list.html", status_code=422 if problems else 200, page_title="缴费", rows=rows[:PAGE_SIZE], kinds=TITLES,
        states=STATES, state=state, choices=[(code, words) for code, (words, _) in STATES.items()], problems=problems,
        typed=typed or {}, makes=any(actor.holds(post) for post in batch_import.MAKERS), collects=_collects(request),
        next_url=f"/contributions?state={state}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url=f"/contributions?state={state}" if before else None, header=batch_import.TITLES,
        forms=[(kind.value, title) for kind, title in batch_import.KINDS.items()],
    )  # fmt: skip


def _collects(request: AnyRequest) -> bool:
    return any(actor_of(request).holds(post) for post in COLLECTION)


@get("/contributions/template.xlsx", guards=[makers])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(batch_import.template(), "pljf.xlsx")


@post("/contributions", guards=[makers], request_max_body_size=SHEET_BYTES)
async def take_in(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        data = await sheet(request)
        header = Header(**{name: text(form, name) for name in batch_import.TITLES})
        name = str(getattr(form.get("file"), "filename", ""))
        kind = KIND_OF.get(text(form, "kind") or DocumentKind.AGENCY_BATCH)
        if kind is None:
            raise Refused(Problem("kind", "请选择是哪一种表。", field="kind"))
        found = await batch_import.take_in(actor.scope.county_code, data, name, header, actor, now(request), kind)
    except Refused as refused:
        return await list_page(request, refused.problems, forms.typed(form))
    return go(request, f"/contributions/{found}")


async def document_of(request: AnyRequest, document_id: int) -> DocumentRow:
    scope = actor_of(request).scope
    found = await queries.document(scope.county_code, scope.region_prefix, document_id)
    if found is None or found.kind not in TITLES:
        raise NotFound
    return found


@get("/contributions/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await document_page(request, document_id)


async def document_page(request: AnyRequest, document_id: int, problems: tuple[Any, ...] = ()) -> Template:
    found, actor, asked = await document_of(request, document_id), actor_of(request), request.query_params
    only = str(asked.get("only", ""))
    states = [only] if only in LINE_STATES else None
    after = number(asked, "after") or 0
    rows = await queries.lines(
        found.county_code, document_id, states=states, after=min(after, 2**31 - 1), limit=PAGE_SIZE + 1
    )
    here, ours = f"/contributions/{document_id}?only={only}", found.kind in OURS
    return page(
        request, "contributions/document.html", status_code=422 if problems else 200, page_title=f"{TITLES[found.kind]} {found.number}",
        d=found, kinds=TITLES, states=STATES, line_states=LINE_STATES, rows=rows[:PAGE_SIZE], only=only, problems=problems,
        choices=[(code, words) for code, (words, _) in LINE_STATES.items()],
        paper=found.kind in KIND_OF and found.state not in ("draft", "cancelled"),
        back=found.kind in KIND_OF and await queries.has_back_paid(found.county_code, document_id),
        may_declare=ours and found.state == "draft" and any(actor.holds(p) for p in batch_import.MAKERS),
        may_approve=ours and found.state == "declared" and _collects(request) and found.created_by != actor.id,
        may_cancel=ours and found.state in ("draft", "declared", "approved") and any(actor.holds(p) for p in batch_import.MAKERS),
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@get("/contributions/{document_id:int}/bad.xlsx", guards=[readers])
async def bad(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    found = await document_of(request, document_id)
    return download(await batch_import.bad_rows(found.county_code, document_id), f"bad-{document_id}.xlsx")


@post("/contributions/{document_id:int}/{step:str}", guards=[makers])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    found = await document_of(request, document_id)
    county = found.county_code
    if found.kind not in OURS:  # the others have desks of their own
        raise NotFound
    try:
        if step == "declare":
            await batch_import.declare(county, document_id, actor, at)
        elif step == "approve":
            await batch_import.approve(county, document_id, actor, at)
        elif step == "cancel":
            await batch_import.cancel(county, document_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await document_page(request, document_id, refused.problems)
    return go(request, f"/contributions/{document_id}")


# ------------------------------------------------------------------ money whose owner is not known


@get("/contributions/waiting", guards=[collection])
async def waiting(request: AnyRequest) -> Template:
    return await waiting_page(request)


async def waiting_page(request: AnyRequest) -> Template:
    document, _, line = str(request.query_params.get("after", "")).partition("-")
    after = (
        (int(document), int(line))
        if document.isdigit() and line.isdigit() and len(document) < 18 and len(line) < 9
        else (0, 0)
    )
    rows = await queries.waiting(actor_of(request).scope.county_code, after=after, limit=PAGE_SIZE + 1)
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return page(
        request, "contributions/waiting.html", page_title="等认定的缴费", rows=rows[:PAGE_SIZE], kinds=TITLES,
        next_url=f"/contributions/waiting?after={last.document_id}-{last.line_no}" if last else None,
        first_url="/contributions/waiting" if after != (0, 0) else None,
    )  # fmt: skip


@get("/contributions/waiting/{document_id:int}/{line_no:int}", guards=[collection])
async def waiting_line(request: AnyRequest, document_id: FromPath[int], line_no: FromPath[int]) -> Template:
    """Who it may be: those of the same name stand there already."""
    return await line_page(request, document_id, line_no)


async def line_page(
    request: AnyRequest, document_id: int, line_no: int, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    found, actor = await document_of(request, document_id), actor_of(request)
    rows = await queries.lines(found.county_code, document_id, states=["exception"], after=line_no - 1, limit=1)
    if found.state != "booked" or not rows or rows[0].line_no != line_no:
        raise NotFound
    words = str((typed or {}).get("who", "")) or rows[0].name
    people = await found_people(actor, words)
    await log_search(actor, "id_number" if words[:1].isdigit() else "name", len(people), now(request))
    places = await regions.names([row.region_code for row in people])
    return page(
        request, "contributions/waiting_line.html", status_code=422 if problems else 200, page_title="这笔缴费是谁的",
        d=found, line=rows[0], kinds=TITLES, problems=problems, typed=typed or {}, words=words,
        people=[(row.id, f"{row.name}，{row.born_on:%Y年%m月%d日}出生，{places.get(row.region_code, '')}") for row in people],
    )  # fmt: skip


async def found_people(actor: Actor, words: str) -> list[search.FoundPerson]:
    """By the whole name, or by the whole number."""
    county, prefix = actor.scope.county_code, actor.scope.region_prefix
    if not words[:1].isdigit():
        return await search.people_named(county, prefix, names.normalise_name(words), limit=PAGE_SIZE)
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, words)
    person_id = await people_query.person_id_of(county, people_query.id_index_of(number))
    person = await search.person(county, prefix, person_id) if person_id else None
    return [person] if person else []


@post("/contributions/waiting/{document_id:int}/{line_no:int}", guards=[collection])
async def settle(request: AnyRequest, document_id: FromPath[int], line_no: FromPath[int]) -> Response[Any] | Template:
    """Looks for somebody, or decides: his it is, or it goes back."""
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, step, why = (await document_of(request, document_id)).county_code, text(form, "step"), text(form, "why")
    try:
        if step == "return":
            await contributions.give_back(county, document_id, line_no, text(form, "back_why"), actor, at)
        elif step == "settle":
            person = number(form, "person_id")
            if person is None:
                raise Refused(Problem("no-person", "请选择这笔钱是谁的。", field="person_id"))
            await contributions.settle(county, document_id, line_no, person, why, actor, at, year=number(form, "year"))
        else:
            return await line_page(request, document_id, line_no, typed=forms.typed(form))
    except Refused as refused:
        return await line_page(request, document_id, line_no, refused.problems, forms.typed(form))
    return go(request, "/contributions/waiting")


ROUTES = [documents, template, take_in, waiting, waiting_line, settle, one, bad, act]
