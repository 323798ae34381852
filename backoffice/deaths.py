"""死亡名单: which villages have reported, the township forwards, the county works line by line."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.certification import READERS
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import suspensions as queries
from domain import months
from domain.actor import Post
from domain.agency import death_reports as reports
from domain.agency.suspensions import DECIDERS
from domain.errors import NotFound, Refused
from web.guards import post_required
from web.pages import go, page

readers = post_required(*READERS)
forwarders = post_required(Post.TOWNSHIP_CLERK)
deciders = post_required(*DECIDERS)
SHOWN_MONTHS = 12


def _month(asked: Any, today: date) -> int:
    """What was asked for, last month without."""
    last = months.after(months.month_of(today), -1)
    choices = [months.after(last, -back) for back in range(SHOWN_MONTHS)]
    found = number(asked, "month")
    return found if found in choices else last


@get("/deaths", guards=[readers])
async def board(request: AnyRequest) -> Template:
    return await board_page(request, _month(request.query_params, on(request)))


async def board_page(request: AnyRequest, month: int, problems: tuple[Any, ...] = ()) -> Template:
    actor, last = actor_of(request), months.after(months.month_of(on(request)), -1)
    county, prefix = actor.scope.county_code, actor.scope.region_prefix
    villages = await queries.reports(county, prefix, month)
    lines = await queries.report_lines(county, prefix, month)
    return page(
        request, "deaths/board.html", status_code=422 if problems else 200, page_title="死亡名单", month=month, villages=villages,
        lines=lines, missing=[v for v in villages if v.id is None], kinds=reports.KINDS, states=reports.STATES, words=months.in_words,
        month_choices=[(m, months.in_words(m)) for m in (months.after(last, -back) for back in range(SHOWN_MONTHS))], problems=problems,
        waiting=sum(1 for v in villages if v.id is not None and v.forwarded_at is None),
        forwards=actor.holds(Post.TOWNSHIP_CLERK) and len(prefix) == 8, decides=any(actor.holds(p) for p in DECIDERS),
    )  # fmt: skip


@post("/deaths/forward", guards=[forwarders])
async def forward(request: AnyRequest) -> Response[Any] | Template:
    actor, month = actor_of(request), _month(await request.form(), on(request))
    try:
        await reports.forward(actor.scope.county_code, month, actor, now(request))
    except Refused as refused:
        return await board_page(request, month, refused.problems)
    return go(request, f"/deaths?month={month}")


@post("/deaths/{report_id:int}/{line_no:int}", guards=[deciders])
async def decide(request: AnyRequest, report_id: FromPath[int], line_no: FromPath[int]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    county, step, note, month = (
        actor.scope.county_code,
        text(form, "step"),
        text(form, "note"),
        _month(form, on(request)),
    )
    try:
        if step == "suspend":
            await reports.suspend(county, report_id, line_no, actor, at)
        elif step == "true":
            happened_on = day(form, "happened_on", "日期")
            await reports.find_true(county, report_id, line_no, happened_on, note, actor, at)
        elif step == "false":
            await reports.find_false(county, report_id, line_no, note, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await board_page(request, month, refused.problems)
    return go(request, f"/deaths?month={month}")


ROUTES = [board, forward, decide]
