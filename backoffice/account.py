"""个人账户 of a person: what the resident sees, for who explains it at the counter, and the papers to hand over (R-196…R-198).

Every look is written down with the file's own reason (R-021); a township sees its own people only.
"""

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template

from backoffice.participation import shown_as
from backoffice.viewer import AnyRequest, actor_of, business, now
from db.queries import account_papers, accounts
from db.queries.accounts import Account
from domain import account_story, contribution_offer, statements
from domain.contribution_papers import TITLES
from domain.errors import NotFound
from domain.person_file import PersonFile, open_file
from web.account_pages import account_contents
from web.account_papers import asked_year, desk_of, printed_certificate, printed_statement
from web.pages import as_file, page

PAPERS_SHOWN = 20


async def _opened(request: AnyRequest, person_id: int, why: str) -> tuple[PersonFile, Account]:
    """NotFound outside the viewer's regions and where there is no account."""
    file = await open_file(actor_of(request), person_id, why, now(request))
    account = await accounts.account_of(file.person.county_code, person_id)
    if account is None:
        raise NotFound
    return file, account


@get("/people/{person_id:int}/account", guards=[business])
async def account(request: AnyRequest, person_id: FromPath[int]) -> Template:
    file, found = await _opened(request, person_id, "查看个人账户")
    county = file.person.county_code
    return page(
        request, "account/page.html", page_title=f"个人账户：{file.person.name}", p=file.person, base=f"/people/{person_id}/account",
        papers=await account_papers.of_account(county, found.id, PAPERS_SHOWN), titles_of=TITLES,
        state=shown_as(file.person.participation_status, file.person.contribution_status),
        **await account_contents(county, found),
    )  # fmt: skip


@get("/people/{person_id:int}/account/{year:int}", guards=[business])
async def one_year(request: AnyRequest, person_id: FromPath[int], year: FromPath[int]) -> Template:
    statements.as_of(year, now(request).date())
    file, found = await _opened(request, person_id, f"查看个人账户{year}年")
    story = await account_story.year_story(file.person.county_code, found.id, year)
    if not story.lines:
        raise NotFound
    return page(
        request, "account/year.html", page_title=f"{year}年的账户：{file.person.name}", story=story,
        titles=await accounts.fund_titles(), base=f"/people/{person_id}/account",
    )  # fmt: skip


@get("/people/{person_id:int}/account/statement/{name:str}", guards=[business])
async def statement(request: AnyRequest, person_id: FromPath[int], name: FromPath[str]) -> Response[bytes]:
    """`name`: 2025.pdf, or all.pdf."""
    year, actor = asked_year(name.removesuffix(".pdf")), actor_of(request)
    file, found = await _opened(request, person_id, "窗口打印对账单")
    desk = await desk_of(file.person.county_code, request.app.state.portal_url, actor.name)
    return as_file(*await printed_statement(found.id, year, desk, actor, now(request)))


@get("/people/{person_id:int}/account/certificate.pdf", guards=[business])
async def certificate(request: AnyRequest, person_id: FromPath[int]) -> Response[bytes]:
    """缴费证明 of every paid year, with the name of who hands it out (R-103)."""
    actor, at = actor_of(request), now(request)
    file, _ = await _opened(request, person_id, "窗口打印缴费证明")
    person = file.person
    found = await contribution_offer.standing(person.county_code, person, at.date())
    desk = await desk_of(person.county_code, request.app.state.portal_url, actor.name)
    status = shown_as(person.participation_status, person.contribution_status)
    return as_file(*await printed_certificate(person, found, found.paid_years, status, desk, actor, at))


ROUTES = [account, one_year, statement, certificate]
