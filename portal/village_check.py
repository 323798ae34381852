"""Scanning the lines of a village's packs: the address in the picture, one screen, and who is left to check (R-021, R-291, R-311)."""

from contextlib import suppress
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import village_packs as queries
from db.queries.village_packs import LineRow
from domain.actor import Actor
from domain.agency import village_checks, village_packs
from domain.errors import NotFound, Refused
from portal import viewer
from portal.viewer import AnyRequest
from web import filling, forms, uploads
from web import village_checks as screen
from web.guards import assistant_required
from web.pages import go, page
from web.sessions import assistant_of, villages_of

SHOWN = 200
guards = [assistant_required]


async def _line(request: AnyRequest, code: str) -> tuple[Actor, LineRow]:
    """In whichever of the viewer's villages it lies; NotFound in none."""
    for village in villages_of(request):
        actor = assistant_of(request, village)
        with suppress(NotFound):
            return actor, await village_checks.line(code, actor)
    raise NotFound


@get("/checks/{code:str}", guards=guards)
async def scanned(request: AnyRequest, code: FromPath[str]) -> Template:
    return await _screen(request, code, {}, {})


async def _screen(request: AnyRequest, code: str, typed: forms.Text, errors: forms.Errors) -> Template:
    _, line = await _line(request, code)
    return page(
        request, "checks/line.html", status_code=422 if errors else 200, line=line, typed=typed, errors=errors, url=f"/checks/{code}",
        kinds=village_packs.KINDS, answers=village_checks.ANSWERS, with_photo=line.kind == "certification",
        done="done" in request.query_params,
    )  # fmt: skip


@post("/checks/{code:str}", guards=guards, request_max_body_size=uploads.REQUEST_BYTES)
async def report(request: AnyRequest, code: FromPath[str]) -> Response[Any] | Template:
    actor, line = await _line(request, code)
    sent = await request.form()
    try:
        new = screen.read(sent)
        photos = await uploads.read_form(sent, "right.photo")
        stored = await filling.stored(request.app.state.storage, photos[0]) if photos else None
        evidence = str(stored["storage_key"]) if stored else ""
        county = actor.scope.county_code
        await village_checks.report(county, line.pack_id, line.line_no, new, evidence, actor, viewer.now(request))
    except Refused as refused:
        return await _screen(request, code, forms.typed(sent), screen.errors(refused, viewer.text(sent, "answer")))
    return go(request, f"/checks/{code}?done=1")


@get("/village/{village:str}/checks", guards=guards)
async def left(request: AnyRequest, village: FromPath[str]) -> Template:
    """How far the village is with each list, and who is left."""
    actor = assistant_of(request, village)
    county = actor.scope.county_code
    packs = await queries.newest(county, village)
    rows = [(pack, await queries.lines(county, pack.id, answer="", limit=SHOWN)) for pack in packs]
    return page(
        request,
        "checks/left.html",
        village=village,
        village_name=actor.organisation,
        rows=rows,
        kinds=village_packs.KINDS,
    )


ROUTES = [scanned, report, left]
