"""Applying: the start, then one question a page, kept after every page; coming back goes on where one left off."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import portal as query
from domain.actor import ActorKind
from domain.case import flow
from domain.case.item import ServiceItem
from domain.errors import NotFound
from domain.identity import IdType
from domain.items import BY_CODE
from portal import answering, leaving, viewer
from portal.drafts import EDITABLE, open_draft
from portal.viewer import AnyRequest
from portal.village import NewPerson
from web.pages import go, page
from web.sessions import actor_of
from web.uploads import REQUEST_BYTES


def item_for_residents(code: str) -> ServiceItem:
    item = BY_CODE.get(code)
    if item is None or ActorKind.RESIDENT not in item.applicants:
        raise NotFound
    return item


@get("/apply/{code:str}")
async def begin(request: AnyRequest, code: FromPath[str]) -> Template:
    """What will be asked and why, before anything is asked (R-502)."""
    item, actor = item_for_residents(code), actor_of(request)
    subject = await viewer.self_as_subject(actor)
    lines = await query.open_cases_of(actor.scope.county_code, await viewer.indexes_of(actor), limit=20)
    return page(
        request,
        "draft/begin.html",
        item=item,
        enrolled=subject.person_id is not None,
        known=next((line for line in lines if line.item == code), None),
        subject_name=subject.name,
        year=_year(request),
    )


@post("/apply/{code:str}")
async def start(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    item, actor = item_for_residents(code), actor_of(request)
    subject = await viewer.self_as_subject(actor)
    account = await query.account(actor.id)
    assert account is not None, "the session has just been read from it"
    county = await viewer.county_of(request)
    known = {"name": subject.name, "id_type": account.id_type, "id_number": account.id_number, "phone": account.phone}
    answers = item.first_answers(known)
    if item.for_another:
        assert account.id_type is not None and account.id_number is not None, "the login wall has asked for the number"
        who = NewPerson(name=subject.name, id_type=IdType(account.id_type), id_number=account.id_number)
        answers = leaving.first_answers(who, account.phone or "", own=True)
    if (year := _year(request)) and "year" in item.payload.__struct_fields__:
        answers["year"] = year
    case_id = await flow.start(item, subject, actor, county.profile, viewer.now(request), answers)
    return go(request, f"/drafts/{case_id}")


def _year(request: AnyRequest) -> int | None:
    """The account's year from whose page one came, for a form that asks for a year."""
    asked = viewer.number(request.query_params, "year")
    return asked if asked and 2000 < asked < 2200 else None


@get("/drafts/{case_id:int}")
async def resume(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    draft = await open_draft(request, case_id)
    return go(request, draft.resume_url if draft.case.status in EDITABLE else f"/cases/{case_id}")


@get("/drafts/{case_id:int}/{code:str}")
async def show(request: AnyRequest, case_id: FromPath[int], code: FromPath[str]) -> Response[Any]:
    draft = await open_draft(request, case_id)
    if draft.case.status not in EDITABLE:
        return go(request, f"/cases/{case_id}")
    return await answering.show(request, draft, draft.step(code))


@post("/drafts/{case_id:int}/{code:str}", request_max_body_size=REQUEST_BYTES)
async def answer(request: AnyRequest, case_id: FromPath[int], code: FromPath[str]) -> Response[Any]:
    draft = await open_draft(request, case_id)
    if draft.case.case_no and not draft.is_supplement:
        return go(request, f"/cases/{case_id}/receipt")  # the second click of a double click
    step = draft.step(code)
    return await answering.ANSWER[step.kind](request, draft, step, await request.form())


ROUTES = [begin, start, resume, show, answer]
