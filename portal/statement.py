"""对账单: each year of the account to look at and to print (规程第十九条; R-196…R-198, R-201).

A village assistant sees and prints the same for somebody of the own village; that he looked is written down.
"""

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from db.queries import accounts as accounts_query
from db.queries import statements as queries
from db.queries.statements import PageLine, YearPage
from domain import statements
from domain.account_story import INTEREST_KINDS
from domain.errors import NotFound
from domain.ledger import TITLES, Kind
from domain.money import show
from portal import papers, viewer
from portal.contribution import LEVEL, View, own_view, villager_view
from portal.viewer import AnyRequest
from web.account_papers import asked_year, desk_of, printed_statement
from web.guards import assistant_required, assurance
from web.pages import day, page
from web.sessions import actor_of

BASE = "/account/statement"
LOOKED = "村协办员看对账单"
PRINTED = "村协办员打印对账单"


def home(village: str, person_id: int) -> str:
    return f"/village/{village}/people/{person_id}/statement"


@get("/account/statement", guards=[assurance(LEVEL)])
async def all_years(request: AnyRequest) -> Template:
    return await _list(request, await own_view(request), BASE)


@get("/village/{village:str}/people/{person_id:int}/statement", guards=[assistant_required])
async def all_years_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    return await _list(request, await villager_view(request, village, person_id, LOOKED), home(village, person_id))


async def _list(request: AnyRequest, view: View | None, base: str) -> Template:
    county = actor_of(request).scope.county_code
    account = await accounts_query.account_of(county, view.person.id) if view else None
    if view is None or account is None:
        return page(request, "account/none.html")
    years = await accounts_query.years(county, account.id)
    return page(
        request, "statement/list.html", view=view, base=base, years=years[::-1], settled_year=account.settled_year
    )


@get("/account/statement/{year:int}", guards=[assurance(LEVEL)])
async def one_year(request: AnyRequest, year: FromPath[int]) -> Template:
    actor = actor_of(request)
    statements.as_of(year, viewer.today(request))
    assert actor.id_index is not None, "the login wall has asked for the number"
    found = await queries.year_of_number(actor.scope.county_code, actor.id_index, year)
    if found is None:
        await viewer.indexes_of(actor)  # says so when the number was replaced
    return await _year(request, found, year, BASE, "/account")


@get("/village/{village:str}/people/{person_id:int}/statement/{year:int}", guards=[assistant_required])
async def one_year_for(
    request: AnyRequest, village: FromPath[str], person_id: FromPath[int], year: FromPath[int]
) -> Template:
    view = await villager_view(request, village, person_id, LOOKED)
    statements.as_of(year, viewer.today(request))
    found = await queries.year_of_person(view.actor.scope.county_code, person_id, year)
    return await _year(request, found, year, home(village, person_id), "")


async def _year(request: AnyRequest, found: YearPage | None, year: int, base: str, story: str) -> Template:
    """`story`: where the reckoning of the year lies."""
    if found is None or not (found.lines or found.opening_fen):
        raise NotFound
    titles, standing = await accounts_query.fund_titles(), found.opening_fen
    lines, interest = [], 0
    for line in found.lines:
        standing += line.total_fen
        interest += line.total_fen if line.kind in INTEREST_KINDS else 0
        lines.append(
            (day(line.value_on), _what(line, year), _sources(line, titles), show(line.total_fen), show(standing))
        )
    return page(
        request, "statement/year.html", statement=found, year=year, base=base, story=story, closing_fen=standing, lines=lines,
        interest_fen=interest, as_of_on=statements.as_of(year, viewer.today(request)),
    )  # fmt: skip


def _what(line: PageLine, year: int) -> str:
    other = line.contribution_year and line.contribution_year != year
    return TITLES[Kind(line.kind)] + (f"（{line.contribution_year}年度的）" if other else "")


def _sources(line: PageLine, titles: dict[str, str]) -> str:
    """Amounts only where there is more than one."""
    if len(line.amounts) == 1:
        return titles[next(iter(line.amounts))]
    return "、".join(f"{titles[fund]}{show(fen)}" for fund, fen in line.amounts.items())


@get("/account/statement/{name:str}/statement.pdf", guards=[assurance(LEVEL)])
async def printed(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    return await _printed(request, await own_view(request), name)


@get("/village/{village:str}/people/{person_id:int}/statement/{name:str}/statement.pdf", guards=[assistant_required])
async def printed_for(
    request: AnyRequest, village: FromPath[str], person_id: FromPath[int], name: FromPath[str]
) -> Response[bytes]:
    return await _printed(request, await villager_view(request, village, person_id, PRINTED), name)


async def _printed(request: AnyRequest, view: View | None, name: str) -> Response[bytes]:
    """`name`: a year, or all."""
    account = await accounts_query.account_of(view.actor.scope.county_code, view.person.id) if view else None
    if view is None or account is None:
        raise NotFound
    desk = await desk_of(view.actor.scope.county_code, request.app.state.portal_url)
    return papers.as_file(*await printed_statement(account.id, asked_year(name), desk, view.actor, viewer.now(request)))


ROUTES = [all_years, all_years_for, one_year, one_year_for, printed, printed_for]
