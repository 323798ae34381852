"""我的账户: how much there is, from whom, year by year, and why (规程第十六条至第十九条; R-196…R-198)."""

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from db.queries import accounts as queries
from db.queries.accounts import Account
from domain import account_story
from domain.errors import NotFound
from portal import viewer
from portal.viewer import AnyRequest
from web.account_pages import account_contents
from web.guards import assurance
from web.pages import page
from web.sessions import actor_of

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
    return page(
        request,
        "account/page.html",
        base="/account",
        today=viewer.today(request),
        **await account_contents(county, found),
    )


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
