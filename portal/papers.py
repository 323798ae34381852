"""Documents for residents, as files of their browser."""

from urllib.parse import quote

from litestar import Response

from db.queries.portal import CaseRow
from domain.actor import Actor
from portal import viewer
from portal.viewer import AnyRequest
from web import case_papers


def verify_url(request: AnyRequest, case: CaseRow) -> str:
    return case_papers.verify_url(request.app.state.portal_url, case)


async def issued(request: AnyRequest, case: CaseRow, kind: str, actor: Actor) -> bytes:
    state = request.app.state
    return await case_papers.issued(
        case, kind, actor=actor, at=viewer.now(request), storage=state.storage, portal_url=state.portal_url
    )


def as_file(pdf: bytes, filename: str) -> Response[bytes]:
    """Shown by the browser, under a name that says what it is when it is saved."""
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(filename)}"}
    return Response(pdf, media_type="application/pdf", headers=headers)
