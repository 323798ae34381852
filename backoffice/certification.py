"""资格确认: how each township stands, who is missing and why, certification at the counter, traces of trusted sources."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.response import Template

from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, now, on, text
from db.queries import access, regions
from db.queries import certifications as queries
from domain import months
from domain.actor import Post
from domain.agency import certification
from domain.agency.certification import Imported
from domain.errors import Refused
from domain.local import profile as local_profile
from domain.rules.certification import valid_until
from web import forms
from web.guards import post_required
from web.pages import download, page

READERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_BENEFIT, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
SHOWN = 200
BELOW = {6: 8, 8: 10, 10: 10}  # what the places of a board are: townships of the county, villages of a township
readers = post_required(*READERS)
counters = post_required(*certification.COUNTERS)
importers = post_required(*certification.IMPORTERS)


def region_asked(request: AnyRequest) -> str:
    """The viewer's own region where he asks for another."""
    scope, region = actor_of(request).scope, str(request.query_params.get("region", ""))
    inside = region.isascii() and region.isdigit() and len(region) in BELOW and scope.covers(region)
    return region if inside else scope.region_prefix


@get("/certification", guards=[readers])
async def board(request: AnyRequest) -> Template:
    return await board_page(request)


async def board_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, done: Imported | None = None, certified: str = ""
) -> Template:  # fmt: skip
    actor, today, region = actor_of(request), on(request), region_asked(request)
    county, cycle = actor.scope.county_code, await certification.cycle(actor.scope.county_code, today)
    last = months.after(months.month_of(today), -cycle)
    counts = await queries.counts(county, region, BELOW[len(region)], last)
    people = await queries.pensioners(county, region, last, SHOWN + 1)
    place = await regions.find(county, region)
    report_by = local_profile(await access.profile_of(county)).switches["certification_report_by"].value
    return page(
        request, "certification/board.html", status_code=422 if problems else 200, page_title="资格确认", counts=counts,
        sums=[sum(getattr(c, name) for c in counts) for name in ("certified", "expiring", "expired")], cycle=cycle,
        until=months.last_day(months.month_of(today)), people=people[:SHOWN], more=len(people) > SHOWN, region=region, place=place,
        drills=len(region) < 10, up="" if region == actor.scope.region_prefix else region[: 6 if len(region) == 8 else 8], last=last,
        valid_until=valid_until, why_not=certification.why_not, words=months.in_words, methods=certification.METHODS,
        sources=list(certification.SOURCES.items()), counts_at_counter=any(actor.holds(p) for p in certification.COUNTERS),
        imports=any(actor.holds(p) for p in certification.IMPORTERS), problems=problems, typed=typed or {}, done=done,
        certified=certified, report_by=date.fromisoformat(f"{today.year}-{report_by}") if report_by else None,
    )  # fmt: skip


@get("/certification/list.xlsx", guards=[readers])
async def listed(request: AnyRequest) -> Response[bytes]:
    region = region_asked(request)
    data = await certification.sheet(actor_of(request).scope.county_code, region, on(request))
    return download(data, f"certification-{region}.xlsx")


@get("/certification/template.xlsx", guards=[importers])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(certification.template(), "traces.xlsx")


@post("/certification/counter", guards=[counters], status_code=200)
async def at_counter(request: AnyRequest) -> Template:
    """The number is not kept: the answer names the person."""
    actor, form = actor_of(request), await request.form()
    try:
        name = await certification.certify_at_counter(
            actor.scope.county_code, text(form, "id_number"), text(form, "note"), actor, now(request)
        )
    except Refused as refused:
        return await board_page(request, refused.problems, forms.typed(form))
    return await board_page(request, certified=name)


@post("/certification/traces", guards=[importers], request_max_body_size=SHEET_BYTES, status_code=200)
async def traces(request: AnyRequest) -> Template:
    """The answer tells line by line what was left out; it is not kept."""
    actor, form = actor_of(request), await request.form()
    try:
        done = await certification.import_traces(
            actor.scope.county_code,
            text(form, "source"),
            text(form, "list_no"),
            await sheet(request),
            actor,
            now(request),
        )
    except Refused as refused:
        return await board_page(request, refused.problems, forms.typed(form))
    return await board_page(request, done=done)


ROUTES = [board, listed, template, at_counter, traces]
