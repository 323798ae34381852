"""代扣: agreements by bank, what is to be debited this year, the lists, the bank's files and what it says of them."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Template

from backoffice import fund_papers, funded_lists
from backoffice.contributions import LINE_STATES, PAGE_SIZE
from backoffice.finance import money
from backoffice.reference import SHEET_BYTES
from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import agreements
from db.queries import contributions as queries
from db.queries.contributions import DocumentRow
from domain.actor import Post
from domain.agency import direct_debit
from domain.agency.direct_debit import KIND, MAKERS, Slip
from domain.errors import NotFound, Problem, Refused
from web import forms
from web.guards import post_required
from web.pages import download, go, page
from web.uploads import BYTES_AT_MOST

READERS = (Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
BASE = "/direct-debit"
STATES = {
    "draft": ("没有申报", "warn"), "declared": ("已申报，等审核", "warn"), "approved": ("已审核，等银行扣款和到款", "info"),
    "booked": ("已登账", "good"), "cancelled": ("已作废", "neutral"),
}  # fmt: skip
FILE_STATES = {"sent": ("等银行回盘", "warn"), "processed": ("已回盘", "good")}
readers = post_required(*READERS)
makers = post_required(*MAKERS)


@get("/direct-debit", guards=[readers])
async def lists(request: AnyRequest) -> Template:
    return await register_page(request)


async def register_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    county = actor.scope.county_code
    rows = await queries.documents(county, actor.scope.region_prefix, [KIND.value], before=before, limit=PAGE_SIZE + 1)
    return page(
        request, "direct_debit/list.html", status_code=422 if problems else 200, page_title="银行代扣", rows=rows[:PAGE_SIZE],
        states=STATES, file_states=FILE_STATES, problems=problems, makes=_makes(request), banks=await agreements.banks(county),
        signings=await agreements.files(county, "signing", PAGE_SIZE), said=_said(request),
        next_url=f"{BASE}?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=BASE if before else None,
    )  # fmt: skip


def _makes(request: AnyRequest) -> bool:
    return any(actor_of(request).holds(post) for post in MAKERS)


def _said(request: AnyRequest) -> str:
    """What became of a return, on the page it leads back to."""
    words = {"taken": "回盘已经收下。", "again": "这份回盘以前已经收过，内容一样，没有重复处理。"}
    return words.get(str(request.query_params.get("done", "")), "")


@get("/direct-debit/due", guards=[readers])
async def due(request: AnyRequest) -> Template:
    return await due_page(request, str(request.query_params.get("bank", "")))


async def due_page(request: AnyRequest, bank: str, problems: tuple[Any, ...] = ()) -> Template:
    """The figures of a list before there is one."""
    found = await direct_debit.due(actor_of(request).scope.county_code, bank, now(request))
    wanted = [each for each in found if not each.why_not]
    return page(
        request, "direct_debit/due.html", status_code=422 if problems else 200, page_title=f"{on(request).year}年要扣的人：{bank}",
        bank=bank, wanted=len(wanted), total=sum(each.amount_fen for each in wanted), skipped=len(found) - len(wanted),
        rows=found[:MOST_SHOWN], more=max(len(found) - MOST_SHOWN, 0), problems=problems, makes=_makes(request),
    )  # fmt: skip


MOST_SHOWN = 200


@post("/direct-debit", guards=[makers])
async def make(request: AnyRequest) -> Response[Any] | Template:
    bank = text(await request.form(), "bank")
    try:
        found = await direct_debit.make(actor_of(request).scope.county_code, bank, actor_of(request), now(request))
    except Refused as refused:
        return await due_page(request, bank, refused.problems)
    return go(request, f"{BASE}/{found}")


@post("/direct-debit/signings", guards=[makers])
async def ask_bank(request: AnyRequest) -> Response[Any] | Template:
    bank = text(await request.form(), "bank")
    try:
        await direct_debit.ask_bank(actor_of(request).scope.county_code, bank, actor_of(request), now(request))
    except Refused as refused:
        return await register_page(request, refused.problems)
    return go(request, BASE)


# ------------------------------------------------------------------ one list


@get("/direct-debit/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await document_page(request, await funded_lists.list_of(request, KIND, document_id))


async def document_page(
    request: AnyRequest, found: DocumentRow, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor, asked, makes = actor_of(request), request.query_params, _makes(request)
    only, after = str(asked.get("only", "")), number(asked, "after") or 0
    states = [only] if only in LINE_STATES else None
    rows = await queries.lines(
        found.county_code, found.id, states=states, after=min(after, 2**31 - 1), limit=PAGE_SIZE + 1
    )
    file, here = await agreements.file_of(found.county_code, found.id), f"{BASE}/{found.id}?only={only}"
    return page(
        request, "direct_debit/document.html", status_code=422 if problems else 200, page_title=f"代扣名单 {found.number}", d=found,
        bank=direct_debit.header_of(found).bank, file=file, states=STATES, file_states=FILE_STATES, line_states=LINE_STATES,
        rows=rows[:PAGE_SIZE], only=only, problems=problems, typed=typed or {}, today=on(request), said=_said(request),
        choices=[(code, LINE_STATES[code][0]) for code in ("good", "failed", "bad", "exception", "booked")],
        may_declare=makes and found.state == "draft",
        may_approve=makes and found.state == "declared" and found.created_by != actor.id,
        may_cancel=makes and found.state in ("draft", "declared"), may_return=makes and file is not None,
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@post("/direct-debit/{document_id:int}/{step:str}", guards=[makers])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    found, actor, at = await funded_lists.list_of(request, KIND, document_id), actor_of(request), now(request)
    try:
        if step == "declare":
            await direct_debit.declare(found.county_code, document_id, actor, at)
        elif step == "approve":
            await direct_debit.approve(found.county_code, document_id, actor, at)
        elif step == "cancel":
            reason = text(await request.form(), "reason")
            await direct_debit.cancel(found.county_code, document_id, reason, actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await document_page(request, found, refused.problems)
    return go(request, f"{BASE}/{document_id}")


@post("/direct-debit/{document_id:int}/return", guards=[makers], request_max_body_size=2 * SHEET_BYTES)
async def take_return(request: AnyRequest, document_id: FromPath[int]) -> Response[Any] | Template:
    found, form = await funded_lists.list_of(request, KIND, document_id), await request.form()
    file = await agreements.file_of(found.county_code, document_id)
    if file is None:
        raise NotFound
    try:
        slip = Slip(money(form, "total", "进账单金额"), day(form, "debited_on", "扣款日期"))
        new = await direct_debit.take_return(
            found.county_code, file.id, *await two_files(form), slip, actor_of(request), now(request)
        )
    except Refused as refused:
        return await document_page(request, found, refused.problems, forms.typed(form))
    return go(request, f"{BASE}/{document_id}?done={'taken' if new else 'again'}")


async def two_files(form: Any) -> tuple[bytes, bytes]:
    """The `_S` and the `_F` file. A bank that has nothing to say in one of them may leave it out, not both."""
    files = [form.get(name) for name in ("success", "failure")]
    if not any(isinstance(file, UploadFile) and file.filename for file in files):
        raise Refused(Problem("no-file", "请选择银行的回盘文件：成功（_S）和失败（_F）。", field="success"))
    success, failure = [await file.read(BYTES_AT_MOST + 1) if isinstance(file, UploadFile) else b"" for file in files]
    if max(len(success), len(failure)) > BYTES_AT_MOST:
        raise Refused(Problem("too-large", "文件超过10MB。", field="success"))
    return success, failure


@get("/direct-debit/{document_id:int}/failed.xlsx", guards=[readers])
async def failed(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    found = await funded_lists.list_of(request, KIND, document_id)
    data = await direct_debit.failed_rows(found.county_code, document_id)
    return download(data, f"没有扣成的人{found.number}.xlsx")


@get("/direct-debit/{document_id:int}/slip.pdf", guards=[readers])
async def slip(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《银行代扣代缴进账单》: with what the bank took, for its stamp (湖南省经办工作流程十三)."""
    found = await funded_lists.list_of(request, KIND, document_id)
    file = await agreements.file_of(found.county_code, document_id)
    if file is None or file.state != "processed":
        raise NotFound
    return await fund_papers.bank_slip(
        request, found, direct_debit.header_of(found).bank, "银行代扣代缴城乡居民个人缴费"
    )


# ------------------------------------------------------------------ files of the bank


@get("/direct-debit/files/{file_id:int}/download", guards=[makers])
async def stored_file(request: AnyRequest, file_id: FromPath[int]) -> Response[bytes]:
    found = await agreements.body_of(actor_of(request).scope.county_code, file_id)
    if found is None:
        raise NotFound
    return download(found[1], found[0], "text/plain")


@post("/direct-debit/files/{file_id:int}/return", guards=[makers], request_max_body_size=2 * SHEET_BYTES)
async def take_signing_return(request: AnyRequest, file_id: FromPath[int]) -> Response[Any] | Template:
    actor = actor_of(request)
    try:
        files = await two_files(await request.form())
        new = await direct_debit.take_signing_return(actor.scope.county_code, file_id, *files, actor, now(request))
    except Refused as refused:
        return await register_page(request, refused.problems)
    return go(request, f"{BASE}?done={'taken' if new else 'again'}")


ROUTES = [
    lists, due, make, ask_bank, one, act, take_return, failed, slip, stored_file, take_signing_return,
]  # fmt: skip
