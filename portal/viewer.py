"""Who is looking, in which of his roles, and which case he may open."""

from datetime import date, datetime

from msgspec import structs

from db.queries import people as people_query
from db.queries import portal as query
from db.queries.portal import CaseRow, CountyRow
from domain.actor import Actor, ActorKind
from domain.case.item import Subject
from domain.errors import NotFound, Problem, Refused
from web import sessions, wall
from web.asked import AnyRequest, now, number, text, version
from web.guards import ASSISTANT_LEVEL

__all__ = ["AnyRequest", "before", "case_of", "county_of", "indexes_of", "is_logged_in", "now", "number", "person_id_of", "real_now", "role_in",
           "self_as_subject", "text", "today", "version"]  # fmt: skip

REPLACED = Problem(
    "number-replaced",
    "您登录用的证件号码在这里已经换成新号码。请用新证件登录；如果这个号码一直是您的，请带身份证到乡镇（街道）事务所核对。",
)


def today(request: AnyRequest) -> date:
    return now(request).date()


def real_now(request: AnyRequest) -> datetime:
    """What codes live by, whatever business date is set."""
    session = sessions.current(request)
    return session.clock() if session else sessions.real_time()


def is_logged_in(request: AnyRequest) -> bool:
    session = sessions.current(request)
    return session is not None and session.user is not None and session.user["county_code"] is not None


async def indexes_of(actor: Actor) -> list[bytes]:
    """Every number the viewer ever had. Refused for a number that was replaced: by now it may be another person's."""
    assert actor.id_index is not None, "the login wall has asked for the number"
    county_code = actor.scope.county_code
    found = await people_query.indexes_of(county_code, actor.id_index)
    if len(found) > 1 and not await people_query.is_in_force(county_code, actor.id_index):
        raise Refused(REPLACED)
    return found


async def person_id_of(actor: Actor) -> int | None:
    """The participant the viewer is, None when he is not enrolled here. Refused as indexes_of."""
    await indexes_of(actor)
    assert actor.id_index is not None, "indexes_of has asked"
    return await people_query.person_id_of(actor.scope.county_code, actor.id_index)


async def county_of(request: AnyRequest) -> CountyRow:
    """The viewer's county, or the first one for visitors."""
    code = sessions.actor_of(request).scope.county_code if is_logged_in(request) else None
    found = await query.county(code)
    if found is None:
        raise NotFound
    return found


async def case_of(request: AnyRequest, case_id: int) -> tuple[CaseRow, Actor]:
    """The case and the role the viewer has in it: the applicant, or the assistant who typed it in. Else NotFound."""
    actor = sessions.actor_of(request)
    case = await query.case(actor.scope.county_code, case_id)
    if case is None:
        raise NotFound
    return case, await role_in(request, actor, case)


async def role_in(request: AnyRequest, actor: Actor, case: CaseRow) -> Actor:
    if case.applicant_index in await indexes_of(actor):
        return structs.replace(actor, id_index=case.applicant_index)  # goes on under the number he applied under
    village = case.region_code[:10]
    if (
        case.filer_kind == ActorKind.ASSISTANT
        and case.filer_id == actor.id
        and village in sessions.villages_of(request)
    ):
        await wall.require_login(request, level=ASSISTANT_LEVEL)
        return sessions.assistant_of(request, village)
    raise NotFound


async def self_as_subject(actor: Actor) -> Subject:
    """The viewer as the one an application is about, under the name the office has."""
    assert actor.id_index is not None, "the login wall has asked for the number"
    county_code, person_id = actor.scope.county_code, await person_id_of(actor)
    person = await query.person(county_code, person_id) if person_id else None
    name = person.name if person else actor.name
    return Subject(county_code=county_code, name=name, id_index=actor.id_index, person_id=person_id)


def before(request: AnyRequest) -> int | None:
    """Where the next page of a list begins; what is no number is ignored."""
    return number(request.query_params, "before")
