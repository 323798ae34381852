"""批量办理 of cases without findings: a list, a sample that must really have been opened, then one approval after another."""

import math

from litestar import post
from litestar.response import Template
from msgspec import Struct

from backoffice import due as clocks
from backoffice.inbox import Row, as_rows
from backoffice.viewer import AnyRequest, actor_of, business, now, on
from db.queries import inbox
from domain.actor import Actor
from domain.case import flow
from domain.case.examination import fingerprint
from domain.case.status import TITLES
from domain.errors import NotFound, Problem, Refused
from web.pages import page

AT_MOST = 50
SAMPLE_SHARE = 5  # one in five, at least two
CLEAN = fingerprint([])  # what flow.approve must find again: nothing


class Outcome(Struct, frozen=True):
    row: Row
    approved: bool
    words: str


@post("/bulk", guards=[business])
async def confirm(request: AnyRequest) -> Template:
    """The second look: how many, which, and the sample."""
    form = await request.form()
    return await confirm_page(request, chosen(form.getall("case", [])))


@post("/bulk/approve", guards=[business])
async def approve(request: AnyRequest) -> Template:
    form = await request.form()
    actor, ids = actor_of(request), chosen(form.getall("case", []))
    rows = await selected(request, ids)
    looked_at = set(chosen(form.getall("looked", [])))
    if missing := await not_looked_at(actor, rows, looked_at):
        return await confirm_page(request, ids, (missing,), looked_at)
    versions = dict(value.split(".", 1) for value in form.getall("version", []) if value.count(".") == 1)
    outcomes = [await approve_one(request, row, versions.get(str(row.line.id), "")) for row in rows]
    return page(request, "bulk/done.html", page_title="批量办理结果", outcomes=outcomes, left_out=len(ids) - len(rows))


async def confirm_page(
    request: AnyRequest,
    ids: list[int],
    problems: tuple[Problem, ...] = (),
    looked_at: set[int] = frozenset(),  # type: ignore[assignment]
) -> Template:
    rows = await selected(request, ids)
    taken = sample(rows)
    opened = await inbox.opened_by(
        actor_of(request).scope.county_code, actor_of(request).id, {r.line.id: r.line.touched_at for r in taken}
    )
    return page(
        request, "bulk/confirm.html", status_code=422 if problems or not rows else 200, page_title="批量办理：再看一遍",
        rows=rows, sample=taken, opened=opened, looked_at=looked_at, problems=problems, left_out=len(ids) - len(rows), at_most=AT_MOST,
    )  # fmt: skip


async def selected(request: AnyRequest, ids: list[int]) -> list[Row]:
    """Those of the selection that lie on the viewer's desk without findings and in nobody else's hands."""
    actor = actor_of(request)
    posts = sorted(post.value for post in actor.posts)
    lines = await inbox.lines_of(actor.scope.county_code, actor.scope.region_prefix, posts, ids)
    rows = as_rows(actor, lines, await clocks.today(on(request)))
    return [row for row in rows if row.selectable]


def sample(rows: list[Row]) -> list[Row]:
    """Spread over the list and the same at each reload, so that nobody picks his own sample."""
    size = min(len(rows), max(2, math.ceil(len(rows) / SAMPLE_SHARE)))
    return sorted(rows, key=lambda row: fingerprint_of(row.line.id))[:size]


def fingerprint_of(case_id: int) -> int:
    return case_id * 2654435761 % 2**32  # Knuth's multiplicative hash: a fixed shuffle


async def not_looked_at(actor: Actor, rows: list[Row], looked_at: set[int]) -> Problem | None:
    """Ticked, and opened by this person since the case last changed: the log of openings says so."""
    wanted = {row.line.id: row.line.touched_at for row in sample(rows)}
    opened = await inbox.opened_by(actor.scope.county_code, actor.id, wanted)
    if set(wanted) <= opened & looked_at:
        return None
    return Problem("not-looked-at", "请把抽查的业务逐件打开看过，并打上勾，再批量办理。")


async def approve_one(request: AnyRequest, row: Row, version: str) -> Outcome:
    """In a transaction of its own: what fails stays on the desk with its reason, the others are not touched by it."""
    actor = actor_of(request)
    try:
        if not chosen([version]):
            raise Refused(Problem("stale", "没有收到核对时的版本，请重新选择。"))
        status = await flow.approve(
            actor.scope.county_code, row.line.id, actor, int(version), CLEAN, now(request), "批量办理，已抽查"
        )
        return Outcome(row=row, approved=True, words=TITLES[status])
    except Refused as refused:
        return Outcome(row=row, approved=False, words="；".join(problem.message for problem in refused.problems))
    except NotFound:
        return Outcome(row=row, approved=False, words="这件业务已经不在您的岗位上。")


def chosen(values: list[str]) -> list[int]:
    return [int(value) for value in dict.fromkeys(values) if value.isascii() and value.isdigit() and len(value) < 19][
        :AT_MOST
    ]


ROUTES = [confirm, approve]
