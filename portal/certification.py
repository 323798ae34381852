"""资格确认 on the phone: until when it holds, the one button, and what was confirmed before (规程第三十一条; R-279…R-284)."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Template

from db.queries import benefits as benefit_query
from db.queries import certifications as queries
from domain.agency import certification
from domain.errors import NotFound
from portal import viewer
from portal.viewer import AnyRequest
from web.guards import assurance
from web.pages import go, page
from web.sessions import actor_of
from web.wall import require_login

LEVEL = 2
SHOWN = 10


@get("/certification", guards=[assurance(LEVEL)])
async def own(request: AnyRequest) -> Template:
    actor, today = actor_of(request), viewer.today(request)
    county, person_id = actor.scope.county_code, await viewer.person_id_of(actor)
    benefit = await benefit_query.benefit(county, person_id) if person_id else None
    if person_id is None or benefit is None or benefit.state == "ended":
        return page(request, "certification/none.html")
    cycle = await certification.cycle(county, today)
    return page(
        request, "certification/page.html", standing=certification.standing(benefit.certified_month, cycle, today), cycle=cycle,
        history=await queries.history(county, person_id, SHOWN), methods=certification.METHODS, done="done" in request.query_params,
    )  # fmt: skip


@post("/certification", guards=[assurance(LEVEL)])
async def certify(request: AnyRequest) -> Response[Any]:
    """A login of the last minutes in which the provider saw a real person is the proof."""
    await require_login(request, level=certification.LEVEL, fresh=True)
    actor = actor_of(request)
    person_id = await viewer.person_id_of(actor)
    if person_id is None:
        raise NotFound
    await certification.certify_self(actor.scope.county_code, person_id, actor, viewer.now(request))
    return go(request, "/certification?done=1")


ROUTES = [own, certify]
