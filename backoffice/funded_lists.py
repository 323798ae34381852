"""The page of one list whose money somebody else brings, and its buttons; assistance and 被征地补贴 share it."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.response import Template

from backoffice.contributions import LINE_STATES, PAGE_SIZE, STATES, TITLES
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import contributions as queries
from db.queries.contributions import DocumentRow
from domain.actor import Post
from domain.agency import funded_lists
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from web.documents import pdf
from web.documents.paper import Paper
from web.pages import as_file, go, page

READERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)


async def list_of(request: AnyRequest, kind: DocumentKind, document_id: int) -> DocumentRow:
    scope = actor_of(request).scope
    found = await queries.document(scope.county_code, scope.region_prefix, document_id)
    if found is None or found.kind != kind:
        raise NotFound
    return found


async def list_page(
    request: AnyRequest, found: DocumentRow, base: str, makers: Sequence[Post], facts: list[tuple[str, Any]],
    problems: tuple[Any, ...] = (),
) -> Template:  # fmt: skip
    """`base`: the address below which this list lies; `facts`: what only this kind has to tell."""
    actor, asked = actor_of(request), request.query_params
    only, after = str(asked.get("only", "")), number(asked, "after") or 0
    states = [only] if only in LINE_STATES else None
    rows = await queries.lines(
        found.county_code, found.id, states=states, after=min(after, 2**31 - 1), limit=PAGE_SIZE + 1
    )
    makes = any(actor.holds(post) for post in makers)
    here = f"{base}/{found.id}"
    return page(
        request, "funded_lists/document.html", status_code=422 if problems else 200, page_title=f"{TITLES[found.kind]} {found.number}",
        d=found, base=base, facts=facts, states=STATES, line_states=LINE_STATES, rows=rows[:PAGE_SIZE], only=only,
        problems=problems, choices=[(code, LINE_STATES[code][0]) for code in ("good", "bad", "booked")],
        may_declare=makes and found.state == "draft",
        may_approve=found.state == "declared" and any(actor.holds(p) for p in funded_lists.CHECKERS) and found.created_by != actor.id,
        may_cancel=makes and found.state in ("draft", "declared", "approved"), paper=found.state not in ("draft", "cancelled"),
        next_url=f"{here}?only={only}&after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None,
        first_url=f"{here}?only={only}" if after else None,
    )  # fmt: skip


async def act(request: AnyRequest, found: DocumentRow, base: str, step: str) -> Response[Any] | tuple[Any, ...]:
    """What a button of the page does: where to go then, or the problems to show on the page."""
    actor, at = actor_of(request), now(request)
    try:
        if step == "declare":
            await funded_lists.declare(found.county_code, found.id, actor, at)
        elif step == "approve":
            await funded_lists.approve(found.county_code, found.id, actor, at)
        elif step == "cancel":
            reason = text(await request.form(), "reason")
            await funded_lists.cancel(found.county_code, found.id, reason, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return refused.problems
    return go(request, f"{base}/{found.id}")


async def paper(kind: str, contents: Paper, name: str) -> Response[bytes]:
    return as_file(await pdf.render(kind, contents), f"{name}.pdf")
