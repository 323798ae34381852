"""资格确认 on the phone: until when it holds, the buttons, and what was confirmed before (规程第三十一条; R-279…R-284). Other ways
stand beside it always: a face is nobody's only way (R-286)."""

import logging
from typing import Any

from litestar import Response, get, post
from litestar.response import Template

from db.queries import benefits as benefit_query
from db.queries import certifications as queries
from db.queries import portal as query
from domain.agency import certification
from domain.errors import NotFound, Refused
from portal import viewer
from portal.viewer import AnyRequest
from web import face_check
from web.guards import assurance
from web.identity.face import FaceCheck
from web.identity.provider import LoginFailed
from web.pages import go, page
from web.sessions import actor_of
from web.wall import require_login

LEVEL = 2
SHOWN = 10
FAILED = {
    "unreachable": "刷脸服务暂时连不上，请过几分钟再试，或者用下面别的办法。",
    "cancelled": "刷脸没有做完。想继续，请再点一次；也可以用下面别的办法。",
    "expired": "这次刷脸的时间太久了，或者已经用过了，请再点一次；也可以用下面别的办法。",
}
UNKNOWN = "这次刷脸的结果不能用，请再试一次，或者用下面别的办法。"
log = logging.getLogger("portal.certification")


@get("/certification", guards=[assurance(LEVEL)])
async def own(request: AnyRequest) -> Template:
    return await _own(request)


async def _own(request: AnyRequest, problem: str = "") -> Template:
    actor, today = actor_of(request), viewer.today(request)
    county, person_id = actor.scope.county_code, await viewer.person_id_of(actor)
    benefit = await benefit_query.benefit(county, person_id) if person_id else None
    if person_id is None or benefit is None or benefit.state in ("ended", "settled"):
        return page(request, "certification/none.html")
    cycle = await certification.cycle(county, today)
    return page(
        request, "certification/page.html", status_code=422 if problem else 200, cycle=cycle, problem=problem,
        standing=certification.standing(benefit.certified_month, cycle, today), face=_service(request) is not None,
        history=await queries.history(county, person_id, SHOWN), methods=certification.METHODS, done="done" in request.query_params,
    )  # fmt: skip


@post("/certification", guards=[assurance(LEVEL)])
async def certify(request: AnyRequest) -> Response[Any]:
    """A login of the last minutes in which the provider saw a real person is the proof."""
    await require_login(request, level=certification.LEVEL, fresh=True)
    actor = actor_of(request)
    await certification.certify_self(actor.scope.county_code, await _person_id(request), actor, viewer.now(request))
    return go(request, "/certification?done=1")


async def _person_id(request: AnyRequest) -> int:
    found = await viewer.person_id_of(actor_of(request))
    if found is None:
        raise NotFound
    return found


def _service(request: AnyRequest) -> FaceCheck | None:
    found: FaceCheck | None = request.app.state.face
    return found


@post("/certification/face", guards=[assurance(LEVEL)])
async def begin(request: AnyRequest) -> Response[Any] | Template:
    """On to the service, which is told name and number of who is logged in."""
    actor, service, person_id = actor_of(request), _service(request), await _person_id(request)
    person = await query.person(actor.scope.county_code, person_id)
    benefit = await benefit_query.benefit(actor.scope.county_code, person_id)
    if service is None or person is None or benefit is None or benefit.state in ("ended", "settled"):
        raise NotFound
    back = f"{request.app.state.portal_url}/certification/face/done"
    try:
        url = await face_check.begin(service, actor.id, back, person.name, person.id_number, viewer.real_now(request))
    except LoginFailed as failed:
        return await _failed(request, failed)
    except Refused as refused:
        return await _own(request, refused.problems[0].message)
    return go(request, url)


@get("/certification/face/done", guards=[assurance(LEVEL)])
async def finish(request: AnyRequest) -> Response[Any] | Template:
    """The browser is back with the service's answer."""
    actor, service, asked = actor_of(request), _service(request), request.query_params
    if service is None:
        raise NotFound
    try:
        answer = await face_check.finish(
            service, actor.id, asked.get("state", ""), asked.get("result", ""), viewer.real_now(request)
        )
    except LoginFailed as failed:
        return await _failed(request, failed)
    if not answer.same_person:
        return await _own(request, face_check.AGAIN)
    await certification.certify_self(
        actor.scope.county_code, await _person_id(request), actor, viewer.now(request), face=f"face:{answer.reference}"
    )
    return go(request, "/certification?done=1")


async def _failed(request: AnyRequest, failed: LoginFailed) -> Template:
    log.warning("face check failed: %s %s", failed.code, failed.detail)
    return await _own(request, FAILED.get(failed.code, UNKNOWN))


ROUTES = [own, certify, begin, finish]
