"""资料: places, days off, policy parameters; the calendar and the parameters are imported here too."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, administration, now, on, text
from db.queries import records, regions
from db.queries import reference as queries
from domain.actor import Post
from domain.agency import calendar_import, parameters_import, regions_import
from domain.errors import NotFound, Problem, Refused
from domain.parameters import KIND_TITLES
from web import forms
from web.guards import post_required
from web.pages import go, page
from web.uploads import BYTES_AT_MOST

SHEET_BYTES = BYTES_AT_MOST + 100_000


@get("/regions")
async def places(request: AnyRequest) -> Template:
    """All levels under the viewer's own, closed ones too: a code is never deleted (R-448, R-455)."""
    return await places_page(request)


async def places_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    scope = actor_of(request).scope
    prefix = scope.region_prefix
    rows = [row for length in (6, 8, 10, 12) if length >= len(prefix)
            for row in await regions.below(scope.county_code, prefix, length, with_closed=True)]  # fmt: skip
    return page(
        request, "records/regions.html", status_code=422 if problems else 200, page_title="行政区划", problems=problems,
        rows=sorted(rows, key=lambda row: row.code), imports=any(actor_of(request).holds(p) for p in regions_import.POSTS),
        done=request.query_params.get("done", ""),
    )  # fmt: skip


@post("/regions", guards=[post_required(*regions_import.POSTS)], request_max_body_size=SHEET_BYTES)
async def import_places(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await regions_import.import_sheet(
            actor.scope.county_code, await sheet(request), text(form, "document"), actor, now(request)
        )
    except Refused as refused:
        return await places_page(request, refused.problems)
    return go(request, "/regions?done=1")


@get("/calendar")
async def calendar(request: AnyRequest) -> Template:
    return await calendar_page(request)


async def calendar_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    asked = request.query_params.get("year", "")
    year = (
        int(asked)
        if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) > 1900
        else on(request).year
    )
    return page(
        request, "records/calendar.html", status_code=422 if problems else 200, page_title="工作日和放假安排", year=year,
        years=await records.calendar_years(), days=await records.calendar_days(year), problems=problems,
        missing=await calendar_import.missing_years(on(request)), imports=actor_of(request).holds(Post.COUNTY_ADMIN),
        loaded=request.query_params.get("loaded", ""),
    )  # fmt: skip


@post("/calendar", guards=[administration], request_max_body_size=SHEET_BYTES)
async def import_calendar(request: AnyRequest) -> Response[Any] | Template:
    try:
        done = await calendar_import.import_year(await sheet(request), actor_of(request), now(request))
    except Refused as refused:
        return await calendar_page(request, refused.problems)
    return go(request, f"/calendar?year={done.year}&loaded={done.year}")


async def sheet(request: AnyRequest) -> bytes:
    """The file of the form. What it really is, the reader of sheets judges by content."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused(Problem("no-file", "请选择要导入的文件。", field="file"))
    return await file.read(BYTES_AT_MOST + 1)


# ------------------------------------------------------------------ parameters, by two people

PARAMETER_POSTS = (*parameters_import.PROPOSERS, *parameters_import.CONFIRMERS)
PAGE_SIZE = 50


@get("/parameters")
async def parameters(request: AnyRequest) -> Template:
    return await parameters_page(request)


async def parameters_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor = actor_of(request)
    county = actor.scope.county_code
    return page(
        request, "records/parameters.html", status_code=422 if problems else 200, page_title="政策参数", problems=problems,
        rows=await records.parameters(county), proposals=await queries.proposals(county, limit=PAGE_SIZE), titles=KIND_TITLES,
        proposes=any(actor.holds(p) for p in parameters_import.PROPOSERS), columns=parameters_import.COLUMNS, typed=typed or {},
        rule_columns=parameters_import.RULE_COLUMNS,
        looks=any(actor.holds(p) for p in PARAMETER_POSTS),
    )  # fmt: skip


@post("/parameters", guards=[post_required(*parameters_import.PROPOSERS)], request_max_body_size=SHEET_BYTES)
async def propose(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        content, document = await sheet(request), text(form, "document")
        name = str(getattr(form.get("file"), "filename", ""))
        number = await parameters_import.propose(actor.scope.county_code, content, name, document, actor, now(request))
    except Refused as refused:
        return await parameters_page(request, refused.problems, forms.typed(form))
    return go(request, f"/parameters/{number}")


@get("/parameters/{proposal_id:int}", guards=[post_required(*PARAMETER_POSTS)])
async def proposal(request: AnyRequest, proposal_id: FromPath[int]) -> Template:
    return await proposal_page(request, proposal_id)


async def proposal_page(request: AnyRequest, proposal_id: int, problems: tuple[Any, ...] = ()) -> Template:
    actor = actor_of(request)
    found = await parameters_import.look(actor.scope.county_code, proposal_id, actor)
    return page(
        request, "records/proposal.html", status_code=422 if problems else 200, page_title="核对政策参数", p=found.line,
        rows=list(zip(found.rows, found.before, strict=True)), titles=KIND_TITLES, problems=problems,
        decides=found.line.state == "proposed" and any(actor.holds(p) for p in parameters_import.CONFIRMERS),
    )  # fmt: skip


@post("/parameters/{proposal_id:int}/{answer:str}", guards=[post_required(*parameters_import.CONFIRMERS)])
async def decide(request: AnyRequest, proposal_id: FromPath[int], answer: FromPath[str]) -> Response[Any] | Template:
    """By somebody other than who handed the sheet in."""
    actor, form = actor_of(request), await request.form()
    county, at = actor.scope.county_code, now(request)
    try:
        if answer == "confirm":
            await parameters_import.confirm(county, proposal_id, actor, at)
        elif answer == "refuse":
            await parameters_import.refuse(county, proposal_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await proposal_page(request, proposal_id, refused.problems)
    return go(request, f"/parameters/{proposal_id}")


ROUTES = [places, import_places, calendar, import_calendar, parameters, propose, proposal, decide]
