"""集体补（资）助: sheets of those who give, judged line by line, approved by a second person, paid into 收入户."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice import funded_lists
from backoffice.contributions import PAGE_SIZE, STATES
from backoffice.fund_papers import bank_slip, income_account
from backoffice.funded_lists import list_of
from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import contributions as queries
from db.queries import funded_lists as list_query
from db.queries import regions
from db.queries.contributions import DocumentRow
from db.queries.reference import agency_name
from domain.agency import collective_assistance
from domain.agency.collective_assistance import GIVERS, MAKERS, TITLES, Header
from domain.books import DocumentKind
from domain.case.clock import load_calendar
from domain.errors import NotFound, Refused
from web import forms
from web.documents.fund_contents import AssistedPerson, CollectiveAssistanceDeclaration
from web.guards import post_required
from web.pages import download, go, page

KIND = DocumentKind.COLLECTIVE_ASSISTANCE
BASE = "/assistance"
readers = post_required(*funded_lists.READERS)
makers = post_required(*MAKERS)


@get("/assistance", guards=[readers])
async def lists(request: AnyRequest) -> Template:
    return await register_page(request)


async def register_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    rows = await queries.documents(
        actor.scope.county_code, actor.scope.region_prefix, [KIND.value], before=before, limit=PAGE_SIZE + 1
    )
    return page(
        request, "assistance/list.html", status_code=422 if problems else 200, page_title="集体补助", rows=rows[:PAGE_SIZE],
        states=STATES, problems=problems, typed=typed or {}, makes=any(actor.holds(post) for post in MAKERS), header=TITLES,
        givers=list(GIVERS.items()), today=on(request),
        next_url=f"{BASE}?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=BASE if before else None,
    )  # fmt: skip


@get("/assistance/template.xlsx", guards=[makers])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(collective_assistance.template(), "assistance.xlsx")


@post("/assistance", guards=[makers], request_max_body_size=SHEET_BYTES)
async def take_in(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        header = Header(
            giver_kind=text(form, "giver_kind"), minutes=text(form, "minutes"),
            received_on=day(form, "received_on", "收到申请的日期"), **{name: text(form, name) for name in TITLES},
        )  # fmt: skip
        name = str(getattr(form.get("file"), "filename", ""))
        found = await collective_assistance.take_in(
            actor.scope.county_code, await sheet(request), name, header, actor, now(request)
        )
    except Refused as refused:
        return await register_page(request, refused.problems, forms.typed(form))
    return go(request, f"{BASE}/{found}")


@get("/assistance/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await _page(request, await list_of(request, KIND, document_id))


async def _page(request: AnyRequest, found: DocumentRow, problems: tuple[Any, ...] = ()) -> Template:
    header = await collective_assistance.header_of(found)
    township, county = collective_assistance.due(header, await load_calendar())
    facts = [
        ("补（资）助人", header.giver), ("种类", GIVERS[header.giver_kind]), ("村民会议记录", header.minutes or "不需要"),
        ("收到申请", f"{header.received_on}"), ("乡镇初审期限", f"{township.on}{'（暂定）' if township.provisional else ''}"),
        ("县里审核期限", f"{county.on}{'（暂定）' if county.provisional else ''}"),
    ]  # fmt: skip
    return await funded_lists.list_page(request, found, BASE, MAKERS, facts, problems)


@post("/assistance/{document_id:int}/{step:str}", guards=[makers])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    found = await list_of(request, KIND, document_id)
    answer = await funded_lists.act(request, found, BASE, step)
    return await _page(request, found, answer) if isinstance(answer, tuple) else answer


@get("/assistance/{document_id:int}/declaration.pdf", guards=[readers])
async def declaration(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《集体补助申报单》: with it the giver pays into 收入户 (湖南省经办工作流程十六)."""
    found = await list_of(request, KIND, document_id)
    if found.state in ("draft", "cancelled"):
        raise NotFound
    header = await collective_assistance.header_of(found)
    slips = await queries.slip_numbers(found.county_code, document_id)
    people = await list_query.people(found.county_code, document_id)
    places = await regions.names([each.region_code for each in people])
    account = await income_account(found.county_code, header.bank)
    contents = CollectiveAssistanceDeclaration(
        agency=await agency_name(found.county_code), printed_at=now(request), number=found.number, office=header.giver,
        declarant=header.declared_by, declarant_id_number=header.declared_by_id, declared_on=found.business_on,
        bank=account.bank if account else header.bank, bank_account=account.account_no if account else "",
        account_name=account.account_name if account else "",
        payment_state="已缴费" if slips else "未缴费", slip_number="、".join(slips), handler=found.created_by_name,
        handled_on=found.created_at.date(), giver=header.giver, giver_kind=GIVERS[header.giver_kind], minutes=header.minutes,
        people=tuple(
            AssistedPerson(name=p.name, id_number=p.id_number, region_name=places.get(p.region_code, ""), year=p.year,
                           amount_fen=p.amount_fen)
            for p in people
        ),
    )  # fmt: skip
    return await funded_lists.paper("collective_assistance_declaration", contents, f"集体补助申报单{found.number}")


@get("/assistance/{document_id:int}/slip.pdf", guards=[readers])
async def slip(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """进账单 for the bank, filled in but for the day."""
    found = await list_of(request, KIND, document_id)
    if found.state in ("draft", "cancelled"):
        raise NotFound
    header = await collective_assistance.header_of(found)
    return await bank_slip(request, found, header.bank, f"集体补助 {header.giver}")


ROUTES = [lists, template, take_in, one, declaration, slip, act]
