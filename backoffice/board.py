"""对账: per partner and day what was sent and what came, our books beside it, and each difference down to its line."""

from datetime import date
from typing import Any

from litestar import get
from litestar.response import Template

from backoffice.exchange import parts, readers, sees_people
from backoffice.viewer import AnyRequest, actor_of, now, on
from db.queries import exchange_board as queries
from domain.agency import exchange_board
from domain.agency.exchange_board import PATIENCE, partner_title
from domain.errors import NotFound
from web import forms
from web.pages import page

GAPS = 20


def _day(request: AnyRequest) -> date:
    """The day that was asked for; today when none was, or nonsense."""
    try:
        return forms.read_date(str(request.query_params.get("on", ""))) or on(request)
    except ValueError:
        return on(request)


@get("/exchange", guards=[readers])
async def board(request: AnyRequest) -> Template:
    county, last = actor_of(request).scope.county_code, _day(request)
    days = await exchange_board.board(county, last)
    return page(
        request, "exchange/board.html", page_title="对账", parts=parts(request), last=last, titles=partner_title,
        rows=[(row, exchange_board.difference_of(row)) for row in days], days=exchange_board.DAYS,
        gaps=await queries.gaps(county, GAPS), standing=await queries.standing(county, now(request) - PATIENCE),
    )  # fmt: skip


@get("/exchange/day", guards=[readers])
async def one_day(request: AnyRequest) -> Template:
    county, day = actor_of(request).scope.county_code, _day(request)
    partner = str(request.query_params.get("partner", ""))[:60]
    figures: Any = next(
        (row for row in await exchange_board.board(county, day) if (row.partner, row.business_on) == (partner, day)),
        None,
    )
    if figures is None:
        raise NotFound
    return page(
        request, "exchange/day.html", page_title=f"{partner_title(partner)} {day:%Y年%m月%d日}", d=figures,
        difference=exchange_board.difference_of(figures), rows=await exchange_board.differences(county, partner, day),
        people=sees_people(request), most=exchange_board.LINES,
    )  # fmt: skip


ROUTES = [board, one_day]
