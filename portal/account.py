"""我的账户: how much there is, from whom, year by year, and why (规程第十六条至第十九条; R-196…R-198)."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from db.queries import accounts as queries
from db.queries.accounts import Account
from domain import account_story
from domain.errors import NotFound
from portal import viewer
from portal.viewer import AnyRequest
from web.guards import assurance
from web.pages import page
from web.sessions import actor_of

BAR_HEIGHT = 120  # of the tallest year in the chart
LEVEL = 2  # one's money is shown to somebody whose identity was checked


async def _account(request: AnyRequest) -> Account | None:
    actor = actor_of(request)
    person_id = await viewer.person_id_of(actor)
    return await queries.account_of(actor.scope.county_code, person_id) if person_id else None


@get("/account", guards=[assurance(LEVEL)])
async def account(request: AnyRequest) -> Template:
    found, county = await _account(request), actor_of(request).scope.county_code
    if found is None:
        return page(request, "account/none.html")
    years = await queries.years(county, found.id)
    return page(
        request, "account/page.html", account=found, funds=await queries.balances(county, found.person_id), years=years[::-1],
        bars=_bars([(line.year, line.closing_fen) for line in years]), today=viewer.today(request),
    )  # fmt: skip


def _bars(closing: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Heights of the chart in whole units; the table beside it has the amounts."""
    top = max((fen for _, fen in closing), default=0)
    return [{"year": year, "height": fen * BAR_HEIGHT // top, "fen": fen} for year, fen in closing[-15:]] if top else []


@get("/account/{year:int}", guards=[assurance(LEVEL)])
async def one_year(request: AnyRequest, year: FromPath[int]) -> Template:
    found = await _account(request)
    if found is None or not 2000 < year < 2200:
        raise NotFound
    story = await account_story.year_story(actor_of(request).scope.county_code, found.id, year)
    if not story.lines:
        raise NotFound
    return page(request, "account/year.html", story=story, titles=await queries.fund_titles())


ROUTES = [account, one_year]
