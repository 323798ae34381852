"""特殊人群: lists of the source offices, who is on the register, who a new list does not name, and zero contributions."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import regions
from db.queries import special_groups as queries
from domain.actor import Post, Scope
from domain.agency import special_groups, zero_contribution
from domain.agency.special_groups import CATEGORIES, SOURCES, Imported
from domain.errors import Refused
from web import forms
from web.guards import post_required
from web.pages import Link, download, go, page

READERS = (
    Post.TOWNSHIP_CLERK, Post.COUNTY_ENROLLMENT, Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
PAGE_SIZE = 50
PARTS = (
    Link("台账", "/special-groups", ""), Link("名单中不再有的人", "/special-groups/missing", ""),
    Link("政府全额代缴", "/special-groups/zero", ""),
)  # fmt: skip
readers = post_required(*READERS)
office = post_required(*special_groups.POSTS)
makers = post_required(*zero_contribution.MAKERS)


def _shown(request: AnyRequest, template: str, title: str, problems: tuple[Any, ...], **context: Any) -> Template:
    actor = actor_of(request)
    return page(
        request, f"special_groups/{template}.html", status_code=422 if problems else 200, page_title=title, parts=PARTS,
        problems=problems, categories=CATEGORIES, decides=any(actor.holds(p) for p in special_groups.POSTS),
        makes=any(actor.holds(p) for p in zero_contribution.MAKERS), **context,
    )  # fmt: skip


def _chosen(request: AnyRequest, scope: Scope) -> tuple[str, str]:
    """Region and identity asked for; the viewer's own region where he asks for another."""
    region, category = str(request.query_params.get("region", "")), str(request.query_params.get("category", ""))
    inside = region.isascii() and region.isdigit() and len(region) in (8, 10) and scope.covers(region)
    return region if inside else scope.region_prefix, category if category in CATEGORIES else ""


@get("/special-groups", guards=[readers])
async def register(request: AnyRequest) -> Template:
    return await register_page(request)


async def register_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, done: Imported | None = None
) -> Template:
    scope, after = actor_of(request).scope, number(request.query_params, "after")
    region, category = _chosen(request, scope)
    everybody = request.query_params.get("ended") == "1"
    rows = await queries.members(
        scope.county_code, region, category=category, on=None if everybody else on(request), after=after or 0, limit=PAGE_SIZE + 1
    )  # fmt: skip
    here = f"/special-groups?region={region}&category={category}&ended={int(everybody)}"
    return _shown(
        request, "register", "特殊人群台账", problems, rows=rows[:PAGE_SIZE], region=region, category=category, everybody=everybody,
        places=[(p.code, p.full_name) for length in (8, 10) for p in await regions.below(scope.county_code, scope.region_prefix, length)],
        sources=list(SOURCES.items()), typed=typed or {}, done=done,
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@get("/special-groups/template.xlsx", guards=[office])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(special_groups.template(), "special-groups.xlsx")


@get("/special-groups/register.xlsx", guards=[readers])
async def register_sheet(request: AnyRequest) -> Response[bytes]:
    scope = actor_of(request).scope
    region, category = _chosen(request, scope)
    return download(
        await special_groups.register(scope.county_code, region, category, on(request)), f"register-{region}.xlsx"
    )


@post("/special-groups", guards=[office], request_max_body_size=SHEET_BYTES, status_code=200)
async def import_list(request: AnyRequest) -> Template:
    """The answer tells line by line what was left out; it is not kept."""
    actor, form = actor_of(request), await request.form()
    try:
        done = await special_groups.import_list(
            actor.scope.county_code, text(form, "source"), text(form, "list_no"), await sheet(request),
            full=text(form, "full") == "on", by=actor, at=now(request),
        )  # fmt: skip
    except Refused as refused:
        return await register_page(request, refused.problems, forms.typed(form))
    return await register_page(request, done=done)


@get("/special-groups/missing", guards=[readers])
async def missing(request: AnyRequest) -> Template:
    return await missing_page(request)


async def missing_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    scope, after = actor_of(request).scope, number(request.query_params, "after")
    rows = await queries.members(
        scope.county_code, scope.region_prefix, missing=True, after=after or 0, limit=PAGE_SIZE + 1
    )
    return _shown(
        request, "missing", "名单中不再有的人", problems, rows=rows[:PAGE_SIZE], today=on(request),
        next_url=f"/special-groups/missing?after={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url="/special-groups/missing" if after else None,
    )  # fmt: skip


@post("/special-groups/{spell_id:int}", guards=[office])
async def decide(request: AnyRequest, spell_id: FromPath[int]) -> Response[Any] | Template:
    """The identity ends, or stays."""
    actor, form = actor_of(request), await request.form()
    county, at = actor.scope.county_code, now(request)
    try:
        if text(form, "step") == "keep":
            await special_groups.keep(county, spell_id, actor, at)
        else:
            until = day(form, "until_on", "终止日期")
            await special_groups.end(county, spell_id, until, text(form, "reason"), actor, at)
    except Refused as refused:
        return await missing_page(request, refused.problems)
    return go(request, "/special-groups/missing")


@get("/special-groups/zero", guards=[readers])
async def zero(request: AnyRequest) -> Template:
    return await zero_page(request)


async def zero_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    scope, after = actor_of(request).scope, number(request.query_params, "after")
    rows = await zero_contribution.candidates(
        scope.county_code, scope.region_prefix, on(request), after=after or 0, limit=PAGE_SIZE + 1
    )
    return _shown(
        request, "zero", "政府全额代缴", problems, rows=rows[:PAGE_SIZE], year=on(request).year, today=on(request),
        manners=zero_contribution.MANNERS,
        next_url=f"/special-groups/zero?after={rows[PAGE_SIZE - 1].person_id}" if len(rows) > PAGE_SIZE else None,
        first_url="/special-groups/zero" if after else None,
    )  # fmt: skip


@post("/special-groups/zero", guards=[makers])
async def declare(request: AnyRequest) -> Response[Any] | Template:
    actor = actor_of(request)
    try:
        document = await zero_contribution.declare(actor.scope.county_code, actor, now(request))
    except Refused as refused:
        return await zero_page(request, refused.problems)
    return go(request, f"/contributions/{document}")


@post("/special-groups/zero/{person_id:int}", guards=[makers])
async def consent(request: AnyRequest, person_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await zero_contribution.record_consent(
            actor.scope.county_code, person_id, on(request).year, day(form, "given_on", "同意的日期"), text(form, "manner"),
            actor, now(request),
        )  # fmt: skip
    except Refused as refused:
        return await zero_page(request, refused.problems)
    return go(request, "/special-groups/zero")


ROUTES = [register, template, register_sheet, import_list, missing, zero, declare, consent, decide]
