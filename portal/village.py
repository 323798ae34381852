"""The village assistant: the people of the village first, then what is done for one of them (R-021, R-023).

The person acted for stands in the address and in the form, never in the session; between two residents the page is clean.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from db.queries import people as people_query
from db.queries import portal as query
from db.queries.portal import RosterRow
from domain import identity, names
from domain.actor import Actor, ActorKind
from domain.case import fields, flow
from domain.case.item import ServiceItem, Subject
from domain.errors import NotFound
from domain.items import BY_CODE, ITEMS
from portal import viewer
from portal.lists import shown
from portal.viewer import AnyRequest
from web import forms
from web.guards import assistant_required
from web.pages import go, page
from web.sessions import assistant_of, villages_of

PAGE_SIZE = 30
CASES_SHOWN = 10
FOUND_AT_MOST = 50

guards = [assistant_required]


class NewPerson(Struct, frozen=True, kw_only=True):
    """Somebody who is on no roster yet. The number decides who it is; the assistant has seen the document."""

    name: fields.Name
    id_type: fields.IdType = identity.IdType.RESIDENT_ID_CARD
    id_number: fields.IdNumber

    def __post_init__(self) -> None:
        fields.tidy_identity(self)


def services(*, for_enrolled: bool) -> list[ServiceItem]:
    return [item for item in ITEMS if ActorKind.ASSISTANT in item.applicants and item.for_enrolled is for_enrolled]


@get("/village", guards=guards)
async def villages(request: AnyRequest) -> Response[Any]:
    appointed = villages_of(request)
    if len(appointed) == 1:
        return go(request, f"/village/{next(iter(appointed))}")
    return page(request, "village/choose.html", villages=appointed)


@get("/village/{village:str}", guards=guards)
async def roster(request: AnyRequest, village: FromPath[str]) -> Template:
    actor = assistant_of(request, village)
    county_code = actor.scope.county_code
    found = await query.roster(county_code, village, after=_after(request), limit=PAGE_SIZE + 1)
    people = found[:PAGE_SIZE]
    lines = await query.cases_of_assistant(county_code, actor.id, village, limit=CASES_SHOWN)
    more = f"/village/{village}?after={people[-1].region_code}.{people[-1].id}" if len(found) > PAGE_SIZE else None
    return page(
        request, "village/roster.html", village=village, village_name=actor.organisation, people=people, more=more,
        first=_after(request) is not None, lines=[shown(line, for_assistant=True) for line in lines], sought="", searched=False,
        saved="saved" in request.query_params,
    )  # fmt: skip


def _after(request: AnyRequest) -> tuple[str, int] | None:
    region, _, person_id = request.query_params.get("after", "").partition(".")
    numbers = all(part.isascii() and part.isdigit() and len(part) < 19 for part in (region, person_id))
    return (region, int(person_id)) if numbers else None


@post("/village/{village:str}/search", guards=guards, status_code=200)
async def search(request: AnyRequest, village: FromPath[str]) -> Template:
    """By the beginning of a name or the whole ID number. A POST: numbers do not belong in addresses."""
    actor = assistant_of(request, village)
    sought = viewer.text(await request.form(), "sought")
    people = await _find(actor, village, sought) if sought else []
    return page(
        request, "village/roster.html", village=village, village_name=actor.organisation, people=people, more=None,
        first=True, lines=[], sought=sought, searched=True, saved=False,
    )  # fmt: skip


async def _find(actor: Actor, village: str, sought: str) -> list[RosterRow]:
    county_code = actor.scope.county_code
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, sought)
    if not any(character.isdigit() for character in number):
        return await query.roster_named(county_code, village, names.normalise_name(sought), FOUND_AT_MOST)
    person_id = await people_query.person_id_of(county_code, people_query.id_index_of(number))
    found = await query.on_roster(county_code, village, person_id) if person_id else None
    return [found] if found else []


@get("/village/{village:str}/people/{person_id:int}", guards=guards)
async def one_person(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    actor = assistant_of(request, village)
    found = await query.on_roster(actor.scope.county_code, village, person_id)
    person = await query.person(actor.scope.county_code, person_id) if found else None
    if person is None:
        raise NotFound
    return page(
        request, "village/person.html", village=village, person=person, services=services(for_enrolled=True),
        number=identity.mask_id(person.id_number), phone=identity.mask_phone(person.phone or ""),
    )  # fmt: skip


@post("/village/{village:str}/people/{person_id:int}/apply/{code:str}", guards=guards)
async def start_for(
    request: AnyRequest, village: FromPath[str], person_id: FromPath[int], code: FromPath[str]
) -> Response[Any]:
    actor, item = assistant_of(request, village), BY_CODE.get(code)
    found = await query.on_roster(actor.scope.county_code, village, person_id)
    person = await query.person(actor.scope.county_code, person_id) if found else None
    if person is None or item is None or item.for_another:  # who applies is asked first (portal.leaving)
        raise NotFound
    subject = Subject(county_code=person.county_code, name=person.name, id_index=person.id_index, person_id=person_id)
    return await _start(request, actor, item, subject, {})


@get("/village/{village:str}/new", guards=guards)
async def new_person(request: AnyRequest, village: FromPath[str]) -> Template:
    return _ask_person(request, assistant_of(request, village), {}, {})


def _ask_person(request: AnyRequest, actor: Actor, values: forms.Text, errors: forms.Errors) -> Template:
    return page(
        request, "village/new.html", status_code=422 if errors else 200, village=actor.scope.region_prefix,
        village_name=actor.organisation, specs=forms.fields(NewPerson), values=values, errors=errors,
        services=services(for_enrolled=False),
    )  # fmt: skip


@post("/village/{village:str}/new", guards=guards)
async def start_new(request: AnyRequest, village: FromPath[str]) -> Response[Any]:
    """Somebody of the village who is on the roster after all is shown there; everybody else may apply, and the county
    answers, so that an assistant learns nothing about people of other places."""
    actor, sent = assistant_of(request, village), await request.form()
    values, errors = forms.decode(NewPerson, sent)
    item = BY_CODE.get(viewer.text(sent, "item"))
    if item is None or item.for_enrolled:
        raise NotFound
    if errors:
        return _ask_person(request, actor, forms.typed(sent), errors)
    person = NewPerson(**values)
    id_index = people_query.id_index_of(person.id_number)
    person_id = await people_query.person_id_of(actor.scope.county_code, id_index)
    if person_id and await query.on_roster(actor.scope.county_code, village, person_id):
        return go(request, f"/village/{village}/people/{person_id}")
    subject = Subject(county_code=actor.scope.county_code, name=person.name, id_index=id_index)
    known = {"name": person.name, "id_type": person.id_type.value, "id_number": person.id_number}
    return await _start(request, actor, item, subject, item.first_answers(known))


async def _start(
    request: AnyRequest, actor: Actor, item: ServiceItem, subject: Subject, answers: dict[str, Any]
) -> Response[Any]:
    county = await viewer.county_of(request)
    case_id = await flow.start(item, subject, actor, county.profile, viewer.now(request), answers)
    return go(request, f"/drafts/{case_id}")


@get("/village/{village:str}/next", guards=guards)
async def next_resident(request: AnyRequest, village: FromPath[str]) -> Template:
    """A clean slate: nothing of the resident before is on the page, nor in what the browser keeps."""
    actor = assistant_of(request, village)
    headers = {"Clear-Site-Data": '"cache"'}
    return page(request, "village/next.html", headers=headers, village=village, village_name=actor.organisation)


ROUTES = [villages, roster, search, one_person, start_for, new_person, start_new, next_resident]
