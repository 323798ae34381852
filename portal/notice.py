"""待遇领取告知书: read by whom it is for; a village assistant prints it and says that it was handed over (规程第二十二条; R-214)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import accounts
from db.queries import benefit_notices as queries
from db.queries.benefit_notices import NoticeRow
from domain import benefit_notices
from domain.errors import NotFound
from domain.money import show
from portal import papers, viewer
from portal.viewer import AnyRequest
from web import notice_papers
from web.guards import assistant_required, assurance
from web.pages import go, page
from web.sessions import actor_of, assistant_of

LEVEL = 2  # one's money is shown to somebody whose identity was checked


async def _own(request: AnyRequest) -> NoticeRow | None:
    actor = actor_of(request)
    person_id = await viewer.person_id_of(actor)
    return await benefit_notices.own(actor.scope.county_code, person_id, viewer.now(request)) if person_id else None


@get("/notice", guards=[assurance(LEVEL)])
async def notice(request: AnyRequest) -> Template:
    row = await _own(request)
    said = benefit_notices.read_contents(row) if row else None
    return page(
        request, "notice/page.html", row=row, said=said, steps=benefit_notices.STEPS, titles=await accounts.fund_titles(),
        short=benefit_notices.short_words(said) if said else (),
        parts=[(title, f"{show(fen)}元") for title, fen in said.parts] if said else [],
    )  # fmt: skip


@get("/notice/notice.pdf", guards=[assurance(LEVEL)])
async def printed(request: AnyRequest) -> Response[bytes]:
    row = await _own(request)
    if row is None:
        raise NotFound
    return papers.as_file(*await notice_papers.printed(actor_of(request).scope.county_code, row, viewer.now(request)))


@get("/village/{village:str}/notices", guards=[assistant_required])
async def to_hand(request: AnyRequest, village: FromPath[str]) -> Template:
    """Who of the village has neither read the notice nor has it on paper."""
    actor = assistant_of(request, village)
    rows = await queries.to_hand(actor.scope.county_code, village)
    return page(
        request, "notice/village.html", village=village, village_name=actor.organisation,
        rows=[(row, benefit_notices.read_contents(row)) for row in rows],
    )  # fmt: skip


@get("/village/{village:str}/notices/{notice_id:int}/notice.pdf", guards=[assistant_required])
async def printed_for(request: AnyRequest, village: FromPath[str], notice_id: FromPath[int]) -> Response[bytes]:
    actor, at = assistant_of(request, village), viewer.now(request)
    row = await benefit_notices.open_one(notice_id, actor, at)
    return papers.as_file(*await notice_papers.printed(actor.scope.county_code, row, at))


@post("/village/{village:str}/notices/{notice_id:int}/handed", guards=[assistant_required])
async def handed(request: AnyRequest, village: FromPath[str], notice_id: FromPath[int]) -> Response[Any]:
    await benefit_notices.handed(notice_id, assistant_of(request, village), viewer.now(request))
    return go(request, f"/village/{village}/notices")


ROUTES = [notice, printed, to_hand, printed_for, handed]
