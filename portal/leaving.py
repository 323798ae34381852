"""家里人去世了: who closes an account for somebody who cannot (规程第三十八条), and what is paid to whom afterwards.

The start asks for a name and a number and always goes on: nobody learns here whether somebody is a participant, lives or has died.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from db.queries import leaving as queries
from db.queries import leaving_family
from db.queries import people as people_query
from db.queries import portal as query
from domain.actor import Actor, ActorKind
from domain.agency import settlement_desk
from domain.case import flow
from domain.case.item import Applicant, Subject
from domain.errors import NotFound, Problem, Refused
from domain.items import deregistration
from portal import papers, settled, viewer
from portal.viewer import AnyRequest
from portal.village import NewPerson
from web import forms, leaving_papers
from web.account_papers import desk_of
from web.guards import assistant_required, assurance
from web.limits import count_bereaved
from web.pages import go, page
from web.sessions import actor_of, assistant_of

ITEM = deregistration.ITEM
LEVEL = 2


def first_answers(who: NewPerson, phone: str, *, own: bool) -> dict[str, Any]:
    """One receiver is there already: who applies. Nothing the office knows of the dead is (R-498)."""
    row = {"name": who.name, "id_type": who.id_type, "id_number": who.id_number, "share_percent": 100}
    told = {"relation": deregistration.SELF} if own else {"cause": "death"}
    row |= {"relation": deregistration.SELF} if own else {}
    return told | {"receivers": [row], "phone": phone}


# ------------------------------------------------------------------ the start


@get("/leaving", opt={"public": True})
async def begin(request: AnyRequest) -> Template:
    return await _ask(request, {}, {})


async def _ask(request: AnyRequest, values: forms.Text, errors: forms.Errors) -> Template:
    """What will happen and what there is to get, before anything is asked (R-502)."""
    return page(
        request, "leaving/begin.html", status_code=422 if errors else 200, specs=forms.fields(NewPerson), values=values, errors=errors,
        logged_in=viewer.is_logged_in(request), county=await viewer.county_of(request), item=ITEM,
    )  # fmt: skip


@post("/leaving", guards=[assurance(LEVEL)])
async def start(request: AnyRequest) -> Response[Any] | Template:
    sent, actor = await request.form(), actor_of(request)
    values, errors = forms.decode(NewPerson, sent)
    if errors:
        return await _ask(request, forms.typed(sent), errors)
    try:
        await count_bereaved(actor.id, viewer.real_now(request))
        return go(request, f"/drafts/{await _draft(request, actor, NewPerson(**values))}")
    except Refused as refused:
        return await _ask(request, forms.typed(sent), {"": "".join(problem.message for problem in refused.problems)})


async def _draft(request: AnyRequest, actor: Actor, dead: NewPerson) -> int:
    """A form about this name and number; one about the same number under another name is given up."""
    own, account, county = (
        await viewer.self_as_subject(actor),
        await query.account(actor.id),
        await viewer.county_of(request),
    )
    assert account is not None, "the session has just been read from it"
    assert account.id_number is not None, "the login wall has asked for the number"
    subject = await _subject(actor, dead)
    if subject.id_index == own.id_index:
        raise Refused(Problem("yourself", "这是您自己的证件号码，请填写去世的家里人的。", field="id_number"))
    who = NewPerson(name=own.name, id_number=account.id_number)
    answers = first_answers(who, account.phone or "", own=False)
    applicant = Applicant(own.name, own.id_index)
    for _ in range(2):
        case_id = await flow.start(ITEM, subject, actor, county.profile, viewer.now(request), answers, applicant)
        case = await query.case(subject.county_code, case_id)
        assert case is not None, "just opened"
        if (case.subject_name, case.subject_person_id) == (subject.name, subject.person_id):
            break
        await flow.withdraw(subject.county_code, case_id, actor, viewer.now(request))
    return case_id


async def _subject(actor: Actor, dead: NewPerson) -> Subject:
    """Without a participant behind it unless name and number belong together."""
    county, index = actor.scope.county_code, people_query.id_index_of(dead.id_number)
    person_id = await people_query.person_id_of(county, index)
    if person_id is not None and await people_query.name_of(county, person_id) != dead.name:
        person_id = None
    return Subject(county_code=county, name=dead.name, id_index=index, person_id=person_id)


# ------------------------------------------------------------------ what is paid to whom


async def waits(request: AnyRequest) -> bool:
    """Whether a share of the viewer waits for an account."""
    actor = actor_of(request)
    found = await leaving_family.shares_of_payee(actor.scope.county_code, await viewer.indexes_of(actor))
    return any(each.needs_account for each in found)


class Mine(Struct, frozen=True):
    who: str
    cause: str
    taker: settled.Taker


@get("/leaving/shares", guards=[assurance(LEVEL)])
async def shares(request: AnyRequest) -> Template:
    actor = actor_of(request)
    found = await leaving_family.shares_of_payee(actor.scope.county_code, await viewer.indexes_of(actor))
    rows = [Mine(each.who, each.cause, settled.taker(each, mine=True)) for each in reversed(found)]
    return page(request, "leaving/shares.html", rows=rows)


@get("/leaving/shares/{settlement_id:int}/{line_no:int}", guards=[assurance(LEVEL)])
async def share(request: AnyRequest, settlement_id: FromPath[int], line_no: FromPath[int]) -> Template:
    return await _share(request, settlement_id, line_no, request.state.kept, {})


async def _share(
    request: AnyRequest, settlement_id: int, line_no: int, values: forms.Text, errors: forms.Errors
) -> Template:
    actor = actor_of(request)
    county, indexes = actor.scope.county_code, await viewer.indexes_of(actor)
    if line_no not in await settlement_desk.lines_of(county, settlement_id, indexes):
        raise NotFound
    found = next(
        (each for each in await leaving_family.shares_of_settlement(county, settlement_id) if each.line_no == line_no),
        None,
    )
    if found is None:
        raise NotFound
    return page(
        request, "leaving/share.html", status_code=422 if errors else 200, share=found, taker=settled.taker(found, mine=True),
        values=values, errors=errors, done="done" in request.query_params,
    )  # fmt: skip


@post("/leaving/shares/{settlement_id:int}/{line_no:int}", guards=[assurance(ITEM.assurance, fresh=True)])
async def bring_account(
    request: AnyRequest, settlement_id: FromPath[int], line_no: FromPath[int]
) -> Response[Any] | Template:
    """With a fresh login (R-517): money goes where this says."""
    sent, actor = await request.form(), actor_of(request)
    try:
        await settlement_desk.own_account(
            actor.scope.county_code, settlement_id, line_no, viewer.text(sent, "bank"), viewer.text(sent, "bank_account"),
            await viewer.indexes_of(actor), actor, viewer.now(request),
        )  # fmt: skip
    except Refused as refused:
        errors = {getattr(problem, "field", None) or "": problem.message for problem in refused.problems}
        return await _share(request, settlement_id, line_no, forms.typed(sent), errors)
    return go(request, f"/leaving/shares/{settlement_id}/{line_no}?done=1")


@get("/cases/{case_id:int}/settlements/{settlement_id:int}")
async def sheet(request: AnyRequest, case_id: FromPath[int], settlement_id: FromPath[int]) -> Response[bytes]:
    """《个人账户返还结算单》, for the applicant, who knows everybody in it."""
    case, actor = await viewer.case_of(request, case_id)
    found = await queries.settlement(case.county_code, settlement_id)
    if actor.kind is not ActorKind.RESIDENT or found is None or found.case_id != case_id or found.state != "booked":
        raise NotFound
    desk = await desk_of(case.county_code, request.app.state.portal_url)
    return papers.as_file(*await leaving_papers.settlement_sheet(found, desk, viewer.now(request)))


# ------------------------------------------------------------------ the village assistant


@get("/village/{village:str}/people/{person_id:int}/leaving", guards=[assistant_required])
async def ask_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    actor = assistant_of(request, village)
    return _ask_for(request, village, await _villager(actor, village, person_id), {}, {})


async def _villager(actor: Actor, village: str, person_id: int) -> Subject:
    on_roster = await query.on_roster(actor.scope.county_code, village, person_id)
    person = await query.person(actor.scope.county_code, person_id) if on_roster else None
    if person is None:
        raise NotFound
    return Subject(county_code=person.county_code, name=person.name, id_index=person.id_index, person_id=person_id)


def _ask_for(request: AnyRequest, village: str, subject: Subject, values: forms.Text, errors: forms.Errors) -> Template:
    return page(
        request, "leaving/for_family.html", status_code=422 if errors else 200, village=village, subject=subject,
        specs=forms.fields(NewPerson), values=values, errors=errors,
    )  # fmt: skip


@post("/village/{village:str}/people/{person_id:int}/leaving", guards=[assistant_required])
async def start_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Response[Any] | Template:
    """In the place of the dead the family applies and signs; who lives applies himself."""
    actor, sent = assistant_of(request, village), await request.form()
    subject, county = await _villager(actor, village, person_id), await viewer.county_of(request)
    applicant, answers = None, dict[str, Any]()
    if viewer.text(sent, "who") != "own":
        values, errors = forms.decode(NewPerson, sent)
        who = None if errors else NewPerson(**values)
        index = people_query.id_index_of(who.id_number) if who else b""
        if index == subject.id_index:
            errors = {"id_number": f"这是{subject.name}自己的号码，请填写来办的家里人的。"}
        if who is None or errors:
            return _ask_for(request, village, subject, forms.typed(sent), errors)
        applicant, answers = Applicant(who.name, index), first_answers(who, "", own=False)
    case_id = await flow.start(ITEM, subject, actor, county.profile, viewer.now(request), answers, applicant)
    return go(request, f"/drafts/{case_id}")


ROUTES = [begin, start, shares, share, bring_account, sheet, ask_for, start_for]
