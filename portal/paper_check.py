"""Whether a paper that somebody holds is genuine: number, day and amount, and nothing about the person (R-201)."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import account_papers
from db.queries.account_papers import IssuedPaper
from domain.contribution_papers import TITLES
from domain.errors import Refused
from portal import viewer
from portal.viewer import AnyRequest
from web.limits import count_paper
from web.pages import page

UNKNOWN = "没有查到这份单据。请对照纸上的编号再填一次；还是查不到，就不要当真，请问一问出具的机构。"
LONGEST = 40


def _shown(
    request: AnyRequest, paper: IssuedPaper | None, problem: str = "", number: str = "", status: int = 200
) -> Template:
    title = TITLES.get(paper.kind, "单据") if paper else "单据"
    return page(
        request, "papers/check.html", status_code=status, paper=paper, title=title, problem=problem, number=number
    )


@get("/papers", opt={"public": True})
async def ask(request: AnyRequest) -> Template:
    return _shown(request, None)


@post("/papers", opt={"public": True}, status_code=200)
async def check_number(request: AnyRequest) -> Template:
    number = viewer.text(await request.form(), "number").upper().replace(" ", "")[:LONGEST]
    try:
        await count_paper(request.client.host if request.client else "", viewer.real_now(request))
    except Refused as refused:
        return _shown(request, None, refused.problems[0].message, number, 429)
    paper = await account_papers.by_number(number)
    return _shown(request, paper, "" if paper else UNKNOWN, number, 200 if paper else 404)


@get("/papers/{token:str}", opt={"public": True})
async def check(request: AnyRequest, token: FromPath[str]) -> Template:
    """The address in the QR picture; nobody guesses a code."""
    paper = await account_papers.by_token(token)
    return _shown(request, paper, "" if paper else UNKNOWN, status=200 if paper else 404)


ROUTES = [ask, check_number, check]
