"""我的养老金: what somebody draws, why so much, when the next comes and where it goes; the yes to a standard (规程第二十四条).

A village assistant sees and prints the same for somebody of the own village; that he looked is written down. The yes is the
person's own: here with a fresh login, or on paper at the counter.
"""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import benefits as queries
from db.queries import delegated_payments
from db.queries import pension as pension_query
from db.queries.portal import PersonRow
from domain import benefits, identity, months
from domain.agency.delegated_payments import WHY as NOT_PAID
from domain.errors import NotFound
from domain.rules.contribution import CLAIM_AGE
from domain.rules.eligibility import sixty_on
from portal import papers, viewer
from portal.contribution import LEVEL, own_view, villager_view
from portal.viewer import AnyRequest
from web import sessions
from web.account_papers import desk_of
from web.benefit_pages import benefit_contents
from web.benefit_papers import printed_sheet
from web.guards import assistant_required, assurance
from web.pages import go, page
from web.sessions import actor_of

OWN = "/pension"
LOOKED = "村协办员看养老金"
PRINTED = "村协办员打印待遇核定表"
MENU = "pension"  # in the session: whether the menu has a place for it
SOON = 1  # years before the age of claiming


def home(village: str, person_id: int) -> str:
    return f"/village/{village}/people/{person_id}"


async def concerns(request: AnyRequest) -> bool:
    """Whether the viewer draws a pension, or soon will; asked once a login."""
    session = sessions.current(request)
    if session is None:
        return False
    if MENU not in session.data:
        actor = actor_of(request)
        person_id = await viewer.person_id_of(actor)
        born_on = await pension_query.born_on(actor.scope.county_code, person_id) if person_id else None
        session.data[MENU] = born_on is not None and identity.age_on(born_on, viewer.today(request)) >= CLAIM_AGE - SOON
    return bool(session.data[MENU])


@get(OWN, guards=[assurance(LEVEL)])
async def pension(request: AnyRequest) -> Template:
    await concerns(request)
    view = await own_view(request)
    return await _page(request, view.person if view else None, OWN, "")


@get("/village/{village:str}/people/{person_id:int}/pension", guards=[assistant_required])
async def pension_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    view = await villager_view(request, village, person_id, LOOKED)
    return await _page(request, view.person, f"{home(village, person_id)}/pension", home(village, person_id))


async def _page(request: AnyRequest, person: PersonRow | None, base: str, back: str) -> Template:
    """`back`: empty on one's own page."""
    today, benefit, besides = viewer.today(request), None, dict[str, Any](allowances=())
    if person is not None:
        benefit = await queries.benefit(person.county_code, person.id)
        month = months.month_of(today)
        allowances = await delegated_payments.of_person(person.county_code, person.id, month)
        besides = {"allowances": allowances, "not_paid": NOT_PAID, "word_month": months.in_words}
    if person is None or benefit is None:
        return page(
            request, "pension/none.html", person=person, own=not back, who=person.name if person and back else "您",
            sixty=sixty_on(person.born_on) if person else None,
            is_sixty=person is not None and identity.age_on(person.born_on, today) >= CLAIM_AGE, **besides,
        )  # fmt: skip
    shown = await benefit_contents(person.county_code, person, benefit, today)
    correction = shown["correction"]
    open_stop = next((stop.row for stop in shown["stops"] if stop.row.state in ("proposed", "confirmed")), None)
    waits = benefit.state == "determined" or (correction is not None and correction.row.state == "approved")
    return page(
        request, "pension/page.html", person=person, own=not back, base=base, back=back, waits=waits, open_stop=open_stop,
        done="done" in request.query_params and not waits, **besides | shown,
    )  # fmt: skip


@post(f"{OWN}/confirm", guards=[assurance(benefits.ASSURANCE, fresh=True)])
async def confirm(request: AnyRequest) -> Response[None]:
    view = await own_view(request)
    if view is None:
        raise NotFound
    await benefits.confirm(view.person.county_code, view.person.id, "portal", view.actor, viewer.now(request))
    return go(request, f"{OWN}?done=1")


@get(f"{OWN}/{{name:str}}", guards=[assurance(LEVEL)])
async def sheet(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    view = await own_view(request)
    if view is None:
        raise NotFound
    return await _sheet(request, view.person, name)


@get("/village/{village:str}/people/{person_id:int}/pension/{name:str}", guards=[assistant_required])
async def sheet_for(
    request: AnyRequest, village: FromPath[str], person_id: FromPath[int], name: FromPath[str]
) -> Response[bytes]:
    view = await villager_view(request, village, person_id, PRINTED)
    return await _sheet(request, view.person, name)


async def _sheet(request: AnyRequest, person: PersonRow, name: str) -> Response[bytes]:
    desk = await desk_of(person.county_code, request.app.state.portal_url)
    return papers.as_file(*await printed_sheet(name, person, desk, viewer.now(request)))


ROUTES = [pension, pension_for, confirm, sheet, sheet_for]
