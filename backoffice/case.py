"""办件审核: the review page, and one handler for each thing a reviewer may decide. Every decision is flow's."""

from collections.abc import Awaitable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.review import WORDS, gather
from backoffice.viewer import AnyRequest, actor_of, business, day, now, text, version
from db.queries import review as queries
from domain.case import flow
from domain.case.status import REJECT_REASONS, REMEDIES, SEND_BACK_REASONS
from domain.errors import Finding, NotFound, Problem, Refused
from domain.person_file import find_attachment, open_attachment
from web import case_papers, forms
from web.documents.contents import KINDS
from web.pages import as_file, go, page
from web.storage import Storage

DONE = {
    "taken": "已接手，其他同事不会同时办理。", "given_back": "已放回，其他同事可以接手。", "approved": "已通过。",
    "rejected": "已告知申请人不予通过和救济途径。", "supplement": "已一次性告知申请人补充材料，等待期间不计时。",
    "sent_back": "已退回上一岗位。", "held": "已挂起，法定期限照常计算。", "released": "已取消挂起。",
    "filed": "已受理。", "reversal": "撤销申请已提交，由负责人审核。", "verified": "核实结果已经记录。",
    "marked": "已经记为承诺不实，并告诉了承诺人。",
}  # fmt: skip


@get("/cases/{case_id:int}", guards=[business])
async def show(request: AnyRequest, case_id: FromPath[int]) -> Template:
    return await review_page(request, case_id, typed=request.state.kept)


async def review_page(
    request: AnyRequest, case_id: int, problems: tuple[Problem | Finding, ...] = (), typed: forms.Text | None = None
) -> Template:
    """The page; after a refused click with the reasons beside what was typed."""
    shown = await gather(actor_of(request), case_id, now(request))
    stale = any(problem.code in ("stale", "outcome-changed") for problem in problems)
    return page(
        request, "case/page.html", status_code=409 if stale else 422 if problems else 200,
        page_title=f"{shown.item.title}：{shown.case.subject_name}", r=shown, problems=problems, stale=stale, typed=typed or {},
        said=DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else "",
        send_back_reasons=SEND_BACK_REASONS.items(), reject_reasons=REJECT_REASONS.items(), remedies=REMEDIES, words=WORDS,
        papers=[(kind, KINDS[kind].title) for kind in case_papers.kinds_of(shown.case)],
    )  # fmt: skip


async def act(request: AnyRequest, case_id: int, work: Awaitable[Any], done: str) -> Response[Any] | Template:
    """Runs one decision. What was refused comes back on the page with everything typed; what worked leads on."""
    form = await request.form()
    try:
        await work
    except Refused as refused:
        return await review_page(request, case_id, refused.problems, forms.typed(form))
    if text(form, "then") == "next":
        following = await flow.take_next(actor_of(request), now(request))
        return go(request, f"/cases/{following}?done={done}" if following else "/inbox?empty=1")
    return go(request, f"/cases/{case_id}?done={done}")


def _who(request: AnyRequest, case_id: int) -> tuple[int, int, Any]:
    actor = actor_of(request)
    return actor.scope.county_code, case_id, actor


@post("/cases/{case_id:int}/take", guards=[business])
async def take(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    shown = version(await request.form())
    return await act(request, case_id, flow.take(*_who(request, case_id), shown, now(request)), "taken")


@post("/cases/{case_id:int}/give-back", guards=[business])
async def give_back(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    shown = version(await request.form())
    return await act(request, case_id, flow.give_back(*_who(request, case_id), shown, now(request)), "given_back")


@post("/cases/{case_id:int}/approve", guards=[business])
async def approve(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    form = await request.form()
    work = flow.approve(
        *_who(request, case_id), version(form), text(form, "seen"), now(request), text(form, "note"),
        on_commitment=text(form, "on_commitment") == "on",
    )  # fmt: skip
    return await act(request, case_id, work, "approved")


@post("/cases/{case_id:int}/supplement", guards=[business])
async def supplement(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    form = await request.form()
    points = text(form, "points").splitlines()
    work = flow.request_supplement(*_who(request, case_id), version(form), points, now(request))
    return await act(request, case_id, work, "supplement")


@post("/cases/{case_id:int}/send-back", guards=[business])
async def send_back(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    form = await request.form()
    work = flow.send_back(
        *_who(request, case_id), version(form), text(form, "send_back_code"), text(form, "send_back_note"), now(request)
    )
    return await act(request, case_id, work, "sent_back")


@post("/cases/{case_id:int}/reject", guards=[business])
async def reject(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    form = await request.form()
    work = flow.reject(
        *_who(request, case_id), version(form), text(form, "reason_code"), text(form, "reason"), now(request)
    )
    return await act(request, case_id, work, "rejected")


@post("/cases/{case_id:int}/hold", guards=[business])
async def hold(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    return await act(request, case_id, _hold(request, case_id, await request.form()), "held")


async def _hold(request: AnyRequest, case_id: int, form: Any) -> None:
    until = day(form, "until", "挂起到哪一天")
    await flow.hold(*_who(request, case_id), version(form), until, text(form, "hold_reason"), now(request))


@post("/cases/{case_id:int}/release", guards=[business])
async def release(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    shown = version(await request.form())
    return await act(request, case_id, flow.release(*_who(request, case_id), shown, now(request)), "released")


@get("/cases/{case_id:int}/attachments/{attachment_id:int}", guards=[business])
async def attachment(request: AnyRequest, case_id: FromPath[int], attachment_id: FromPath[int]) -> Template:
    """A picture at full size on a page of its own; looking at it is logged when its bytes are read."""
    found = await find_attachment(actor_of(request), case_id, attachment_id)
    return page(request, "case/attachment.html", page_title=f"附件：{found.filename}", file=found, case_id=case_id)


@get("/cases/{case_id:int}/attachments/{attachment_id:int}/file", guards=[business])
async def attachment_file(request: AnyRequest, case_id: FromPath[int], attachment_id: FromPath[int]) -> Response[Any]:
    found = await open_attachment(actor_of(request), case_id, attachment_id, now(request))
    return await streamed(request, found.storage_key, "attachment", found.media_type)


@get("/cases/{case_id:int}/attachments/{attachment_id:int}/thumbnail", guards=[business])
async def thumbnail(request: AnyRequest, case_id: FromPath[int], attachment_id: FromPath[int]) -> Response[Any]:
    found = await find_attachment(actor_of(request), case_id, attachment_id)
    if found.thumbnail_key is None:
        raise NotFound
    return await streamed(request, found.thumbnail_key, "thumbnail", "image/jpeg")


@get("/cases/{case_id:int}/documents/{kind:str}", guards=[business])
async def document(request: AnyRequest, case_id: FromPath[int], kind: FromPath[str]) -> Response[bytes]:
    """A paper for the resident at the counter: printed once, the same afterwards."""
    actor = actor_of(request)
    case = await queries.case(actor.scope.county_code, case_id)
    if case is None or not actor.scope.covers(case.region_code) or kind not in case_papers.kinds_of(case):
        raise NotFound
    state = request.app.state
    printed = await case_papers.issued(
        case, kind, actor=actor, at=now(request), storage=state.storage, portal_url=state.portal_url
    )
    return as_file(printed, f"{KINDS[kind].title}{case.case_no}.pdf")


async def streamed(request: AnyRequest, key: str, purpose: str, media_type: str) -> Response[Any]:
    """Opened on the way out; web.headers lets no cache keep it."""
    storage: Storage = request.app.state.storage
    return Response(await storage.get(key, purpose), media_type=media_type)


ROUTES = [
    show, take, give_back, approve, supplement, send_back, reject, hold, release, attachment, attachment_file, thumbnail,
    document,
]  # fmt: skip
