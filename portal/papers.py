"""Documents for residents, as files of their browser."""

from db.queries.portal import CaseRow
from domain.actor import Actor
from portal import viewer
from portal.viewer import AnyRequest
from web import case_papers
from web.pages import as_file

__all__ = ["as_file", "issued", "verify_url"]


def verify_url(request: AnyRequest, case: CaseRow) -> str:
    return case_papers.verify_url(request.app.state.portal_url, case)


async def issued(request: AnyRequest, case: CaseRow, kind: str, actor: Actor) -> bytes:
    state = request.app.state
    return await case_papers.issued(
        case, kind, actor=actor, at=viewer.now(request), storage=state.storage, portal_url=state.portal_url
    )
