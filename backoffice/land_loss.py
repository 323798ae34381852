"""被征地补贴: awards on the register, what is due, and the lists for which the finance bureau is asked for the money."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice import funded_lists
from backoffice.contributions import PAGE_SIZE, STATES
from backoffice.funded_lists import list_of
from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, now, number, on, text
from db.queries import contributions as queries
from db.queries import funded_lists as list_query
from db.queries import land, regions
from db.queries.contributions import DocumentRow
from db.queries.reference import agency_name
from domain.agency import land_loss
from domain.agency.land_loss import MAKERS, MANNERS, RECORDERS, Imported
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from web import forms
from web.documents.fund_contents import LandLossDeclaration, LandLossPerson
from web.guards import post_required
from web.pages import Link, download, go, page

KIND = DocumentKind.LAND_LOSS
BASE = "/land-loss/lists"
PARTS = (Link("台账", "/land-loss", ""), Link("可以划入的", "/land-loss/due", ""), Link("申报表", BASE, ""))
readers = post_required(*funded_lists.READERS)
recorders = post_required(*RECORDERS)
makers = post_required(*MAKERS)


def _shown(request: AnyRequest, template: str, title: str, problems: tuple[Any, ...], **context: Any) -> Template:
    actor = actor_of(request)
    return page(
        request, f"land_loss/{template}.html", status_code=422 if problems else 200, page_title=title, parts=PARTS,
        problems=problems, manners=MANNERS, makes=any(actor.holds(p) for p in MAKERS),
        records=any(actor.holds(p) for p in RECORDERS), **context,
    )  # fmt: skip


# ------------------------------------------------------------------ awards


@get("/land-loss", guards=[readers])
async def register(request: AnyRequest) -> Template:
    return await register_page(request)


async def register_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, done: Imported | None = None
) -> Template:
    scope, after = actor_of(request).scope, number(request.query_params, "after")
    rows = await land.awards(scope.county_code, scope.region_prefix, after=after or 0, limit=PAGE_SIZE + 1)
    places = await regions.names([row.region_code for row in rows])
    return _shown(
        request, "register", "被征地农民缴费补贴", problems, rows=rows[:PAGE_SIZE], places=places, typed=typed or {}, done=done,
        next_url=f"/land-loss?after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url="/land-loss" if after else None,
    )  # fmt: skip


@get("/land-loss/template.xlsx", guards=[recorders])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(land_loss.template(), "land-loss.xlsx")


@post("/land-loss", guards=[recorders], request_max_body_size=SHEET_BYTES, status_code=200)
async def import_awards(request: AnyRequest) -> Template:
    """The answer tells line by line what was left out; it is not kept."""
    actor, form = actor_of(request), await request.form()
    try:
        done = await land_loss.import_awards(
            actor.scope.county_code, await sheet(request), text(form, "document"), actor, now(request)
        )
    except Refused as refused:
        return await register_page(request, refused.problems, forms.typed(form))
    return await register_page(request, done=done)


@post("/land-loss/awards/{award_id:int}/stop", guards=[makers])
async def stop(request: AnyRequest, award_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await land_loss.stop(actor.scope.county_code, award_id, text(form, "reason"), actor, now(request))
    except Refused as refused:
        return await register_page(request, refused.problems)
    return go(request, "/land-loss")


# ------------------------------------------------------------------ what is due, and its lists


@get("/land-loss/due", guards=[readers])
async def due(request: AnyRequest) -> Template:
    return await due_page(request)


async def due_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    scope = actor_of(request).scope
    rows = await land_loss.due(scope.county_code, scope.region_prefix, on(request))
    return _shown(
        request, "due", "可以划入的被征地补贴", problems, rows=rows[:PAGE_SIZE], count=len(rows),
        total_fen=sum(row.credit.fen for row in rows), places=await regions.names([r.award.region_code for r in rows[:PAGE_SIZE]]),
    )  # fmt: skip


@post("/land-loss/due", guards=[makers])
async def make_list(request: AnyRequest) -> Response[Any] | Template:
    actor = actor_of(request)
    try:
        found = await land_loss.make_list(actor.scope.county_code, actor, now(request))
    except Refused as refused:
        return await due_page(request, refused.problems)
    return go(request, f"{BASE}/{found}")


@get("/land-loss/lists", guards=[readers])
async def lists(request: AnyRequest) -> Template:
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    rows = await queries.documents(
        scope.county_code, scope.region_prefix, [KIND.value], before=before, limit=PAGE_SIZE + 1
    )
    return _shown(
        request, "lists", "被征地补贴申报表", (), rows=rows[:PAGE_SIZE], states=STATES, base=BASE,
        next_url=f"{BASE}?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=BASE if before else None,
    )  # fmt: skip


@get("/land-loss/lists/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await _page(request, await list_of(request, KIND, document_id))


async def _page(request: AnyRequest, found: DocumentRow, problems: tuple[Any, ...] = ()) -> Template:
    return await funded_lists.list_page(request, found, BASE, MAKERS, [], problems)


@post("/land-loss/lists/{document_id:int}/{step:str}", guards=[makers])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    found = await list_of(request, KIND, document_id)
    answer = await funded_lists.act(request, found, BASE, step)
    return await _page(request, found, answer) if isinstance(answer, tuple) else answer


@get("/land-loss/lists/{document_id:int}/declaration.pdf", guards=[readers])
async def declaration(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《被征地农民缴费补贴申报表》: with it the finance bureau is asked for the money."""
    found = await list_of(request, KIND, document_id)
    if found.state in ("draft", "cancelled"):
        raise NotFound
    people = await list_query.people(found.county_code, document_id)
    places = await regions.names([each.region_code for each in people])
    contents = LandLossDeclaration(
        agency=await agency_name(found.county_code), printed_at=now(request), number=found.number, declared_on=found.business_on,
        maker=found.created_by_name, reviewer=found.approved_by_name,
        people=tuple(
            LandLossPerson(region_name=places.get(p.region_code, ""), name=p.name, id_number=p.id_number, amount_fen=p.amount_fen,
                           year_number=int(p.note or 0), note=f"{p.year}年")
            for p in people
        ),
    )  # fmt: skip
    return await funded_lists.paper("land_loss_declaration", contents, f"被征地补贴申报表{found.number}")


ROUTES = [register, template, import_awards, stop, due, make_list, lists, one, declaration, act]
