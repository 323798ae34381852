"""我的办件: the list, one case with its progress and its papers, the receipt, withdrawing."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct, json

from db.queries import portal as query
from db.queries import review
from db.queries.portal import CaseRow
from domain.actor import ActorKind
from domain.case import flow
from domain.case.notices import day
from domain.case.status import ON_A_DESK, REJECT_REASONS, REMEDIES, UNDECIDED, Status
from domain.errors import NotFound
from domain.items import BY_CODE
from portal import papers, progress, settled, transfer_progress, viewer
from portal.lists import shown, state_of
from portal.viewer import AnyRequest
from web.answers import read_back
from web.case_papers import basis_of, kinds_of
from web.documents.contents import KINDS
from web.documents.qr import svg
from web.pages import go, page
from web.sessions import actor_of

PAGE_SIZE = 20


@get("/cases")
async def my_cases(request: AnyRequest) -> Template:
    actor = actor_of(request)
    assert actor.id_index is not None, "the login wall has asked for the number"
    found = await query.cases_of(
        actor.scope.county_code, actor.id_index, before=viewer.before(request), limit=PAGE_SIZE + 1
    )
    if not found:
        await viewer.indexes_of(actor)  # says so where the number was replaced
    lines = found[:PAGE_SIZE]
    more = f"/cases?before={lines[-1].id}" if len(found) > PAGE_SIZE else None
    return page(
        request, "cases/list.html", lines=[shown(line) for line in lines], more=more, first=viewer.before(request) is not None,
        saved="saved" in request.query_params,
    )  # fmt: skip


class View(Struct, frozen=True, kw_only=True):
    """A case as its page shows it."""

    state: str
    tone: str
    steps: list[tuple[str, str, str]]
    history: list[tuple[str, str]]
    points: list[str]
    papers: list[tuple[str, str]]
    reason: str
    basis: list[str]
    can_withdraw: bool


async def view_of(case: CaseRow) -> View:
    status = Status(case.status)
    events = await review.events(case.county_code, case.id)
    state, tone = state_of(status, case.awaiting)
    return View(
        state=state,
        tone=tone,
        steps=progress.steps(case, events),
        history=progress.history(events),
        points=json.decode(case.pause_points, type=list[str]) if case.pause_points else [],
        papers=[(KINDS[kind].title, f"/cases/{case.id}/papers/{kind}.pdf") for kind in _kinds(case)],
        reason=REJECT_REASONS.get(case.reason_code or "", ""),
        basis=basis_of(case),
        can_withdraw=status in UNDECIDED | {Status.DRAFT} and ActorKind.RESIDENT in BY_CODE[case.item].applicants,
    )


def _kinds(case: CaseRow) -> list[str]:
    """An heir gets the sheet that says where somebody lived when the case is decided (R-498)."""
    early = case.applicant_index != case.subject_index and Status(case.status) in UNDECIDED
    return [kind for kind in kinds_of(case) if not (early and kind == "deregistration_form")]


def no_link(_field: str) -> str:
    """Answers that cannot be changed any more are read back without a link to their question."""
    return ""


@get("/cases/{case_id:int}")
async def one_case(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    case, actor = await viewer.case_of(request, case_id)
    if case.status == Status.DRAFT:
        by_resident = case.awaiting and actor.kind is ActorKind.RESIDENT
        return go(request, f"/confirm/{case.verify_token}" if by_resident else f"/drafts/{case_id}")
    item, assisted = BY_CODE[case.item], actor.kind is ActorKind.ASSISTANT
    return page(
        request,
        "cases/case.html",
        case=case,
        item=item,
        view=await view_of(case),
        groups=await read_back(item, case.answers, masked=True),
        photos=await query.materials(case.county_code, case_id),
        for_other=assisted,
        remedies=REMEDIES,
        link_of=no_link,
        transfer=await transfer_progress.of_case(case),
        settled=None if assisted else await settled.of_case(case, await viewer.indexes_of(actor_of(request)), viewer.today(request)),
    )


@get("/cases/{case_id:int}/receipt")
async def receipt(request: AnyRequest, case_id: FromPath[int]) -> Template:
    """What to write down, and the code by which anybody can see that it is genuine."""
    case, actor = await viewer.case_of(request, case_id)
    if case.case_no is None:
        raise NotFound
    verify_url = papers.verify_url(request, case)
    return page(
        request,
        "cases/receipt.html",
        case=case,
        item=BY_CODE[case.item],
        at_once=case.status == Status.EFFECTED and case.limit_days == 0,
        qr=svg(verify_url),
        verify_url=verify_url,
        earlier="earlier" in request.query_params,
        village=case.region_code[:10] if actor.kind is ActorKind.ASSISTANT else "",
    )


@get("/cases/{case_id:int}/withdraw")
async def ask_withdraw(request: AnyRequest, case_id: FromPath[int]) -> Template:
    case, actor = await viewer.case_of(request, case_id)
    by_assistant = actor.kind is ActorKind.ASSISTANT and case.case_no is not None
    if by_assistant or case.status not in UNDECIDED | {Status.DRAFT}:
        raise NotFound
    return page(request, "cases/withdraw.html", case=case, item=BY_CODE[case.item])


@post("/cases/{case_id:int}/withdraw")
async def withdraw(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    case, actor = await viewer.case_of(request, case_id)
    if case.status != Status.WITHDRAWN:
        await flow.withdraw(case.county_code, case_id, actor, viewer.now(request))
    if case.case_no:
        return go(request, f"/cases/{case_id}")
    return go(request, f"/village/{case.region_code[:10]}" if actor.kind is ActorKind.ASSISTANT else "/cases")


@get("/cases/{case_id:int}/papers/{name:str}")
async def paper(request: AnyRequest, case_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    case, actor = await viewer.case_of(request, case_id)
    kind = name.removesuffix(".pdf")
    if kind not in _kinds(case):
        raise NotFound
    pdf = await papers.issued(request, case, kind, actor)
    return papers.as_file(pdf, f"{KINDS[kind].title}-{case.case_no}.pdf")


@get("/verify/{token:str}", opt={"public": True})
async def verify(request: AnyRequest, token: FromPath[str]) -> Template:
    """Number, day and state of a receipt, and nothing about the person."""
    case = await query.case_by_token(token)
    if case is None or case.case_no is None:
        raise NotFound
    county = await query.county(case.county_code)
    state, tone = state_of(Status(case.status), None)
    due = day(case.due_on) if case.due_on and case.status in ON_A_DESK else ""
    return page(request, "cases/verify.html", case=case, county=county, state=state, tone=tone, due=due)


ROUTES = [my_cases, one_case, receipt, ask_withdraw, withdraw, paper, verify]
