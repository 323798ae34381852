"""交换: every file to and from partners, what became of it, sending again, files that came another way, determinations."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.contributions import PAGE_SIZE
from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import BUSINESS, AnyRequest, actor_of, day, now, number, text
from db.queries import exchange_board as queries
from db.queries.exchange_board import FileRow
from domain import identity
from domain.actor import Post
from domain.agency import exchange_board, special_contributions
from domain.agency.exchange_board import AGAIN, TITLES, partner_title
from domain.agency.special_contributions import Determination
from domain.contributions import COLLECTION
from domain.errors import NotFound, Problem, Refused
from domain.exchange.envelope import Answer
from domain.finance import REGISTER
from domain.identity import mask_id
from domain.money import yuan
from web import forms
from web.guards import post_required
from web.pages import Link, download, go, page

READERS = (
    Post.COUNTY_COLLECTION, Post.COUNTY_BENEFIT, Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
PARTS = (
    Link("对账", "/exchange", ""),
    Link("收发文件", "/exchange/files", ""),
    Link("特殊缴费核定", "/exchange/determinations", ""),
)
STATES = {
    "waiting": ("等发出", "warn"), "sent": ("已发出，等回执", "info"), "acknowledged": ("对方已收", "good"), "refused": ("对方没有收下", "bad"),
    "received": ("已收", "info"), "processed": ("已处理", "good"), "held": ("有差异，等处理", "bad"),
}  # fmt: skip
DIRECTIONS = {"in": "收到", "out": "发出"}
TOLD = ("已发出", "good")  # answers are not answered
ANSWERS = {
    Answer.ACCEPTED: "文件已经收下。", Answer.REPEATED: "这份文件以前收过，内容一样，没有再登一次。",
}  # fmt: skip
DETERMINED = {
    "waiting": ("等发出", "warn"),
    "sent": ("已发税务", "info"),
    "acknowledged": ("已入库反馈", "good"),
    "refused": ("税务退回", "bad"),
}
readers = post_required(*READERS)
uploaders = post_required(*COLLECTION, Post.COUNTY_BENEFIT, *REGISTER)
collection = post_required(*COLLECTION)
workers = post_required(*COLLECTION, Post.COUNTY_BENEFIT)
deciders = post_required(*exchange_board.DESKS)


def sees_people(request: AnyRequest) -> bool:
    """Finance sees the money, not the people (R-017)."""
    return any(actor_of(request).holds(post) for post in BUSINESS)


def _county(request: AnyRequest) -> int:
    return actor_of(request).scope.county_code


def parts(request: AnyRequest) -> list[Link]:
    return [part for part in PARTS if part.url != "/exchange/determinations" or _decides(request)]


def _decides(request: AnyRequest) -> bool:
    return any(actor_of(request).holds(post) for post in exchange_board.DESKS)


# ------------------------------------------------------------------ files


@get("/exchange/files", guards=[readers])
async def files(request: AnyRequest) -> Template:
    return await files_page(request)


async def files_page(request: AnyRequest, problems: tuple[Any, ...] = (), said: str = "") -> Template:
    actor, asked = actor_of(request), request.query_params
    county, before = actor.scope.county_code, number(asked, "before")
    chosen = {name: str(asked.get(name, ""))[:40] for name in ("partner", "direction", "state")}
    rows = await queries.files(county, **chosen, before=before, limit=PAGE_SIZE + 1)
    here = f"/exchange/files?partner={chosen['partner']}&direction={chosen['direction']}&state={chosen['state']}"
    return page(
        request, "exchange/files.html", status_code=422 if problems else 200, page_title="收发文件", parts=parts(request),
        rows=rows[:PAGE_SIZE], titles=TITLES, state_of=state_of, directions=DIRECTIONS, chosen=chosen, problems=problems, said=said,
        partner_title=partner_title, partners=[(code, partner_title(code)) for code in await queries.partners(county)],
        state_choices=[(code, words) for code, (words, _) in STATES.items()], uploads=_holds(request, *COLLECTION, Post.COUNTY_BENEFIT, *REGISTER),
        next_url=f"{here}&before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


def _holds(request: AnyRequest, *posts: Post) -> bool:
    return any(actor_of(request).holds(post) for post in posts)


def state_of(file: FileRow) -> tuple[str, str]:
    """Words and tone."""
    return TOLD if (file.kind, file.state) == ("ack", "sent") else STATES[file.state]


@post("/exchange/files", guards=[uploaders], request_max_body_size=SHEET_BYTES)
async def upload(request: AnyRequest) -> Template:
    """A file that a partner handed over another way: it is taken as out of the folder."""
    actor, form = actor_of(request), await request.form()
    name = str(getattr(form.get("file"), "filename", ""))
    try:
        taken = await exchange_board.upload(actor.scope.county_code, await sheet(request), name, actor, now(request))
        if taken.answer not in ANSWERS:
            raise Refused(Problem("file", taken.reason, "file"))
    except Refused as refused:
        return await files_page(request, refused.problems)
    return await files_page(request, said=ANSWERS[taken.answer])


async def _file(request: AnyRequest, file_id: int) -> FileRow:
    found = await queries.file(_county(request), file_id)
    if found is None:
        raise NotFound
    return found


@get("/exchange/files/{file_id:int}", guards=[readers])
async def one(request: AnyRequest, file_id: FromPath[int]) -> Template:
    return await file_page(request, await _file(request, file_id))


async def file_page(request: AnyRequest, found: FileRow, problems: tuple[Any, ...] = ()) -> Template:
    title = TITLES.get(found.kind, found.kind)
    works = _holds(request, *exchange_board.workers_of(found.partner))
    return page(
        request, "exchange/file.html", status_code=422 if problems else 200, page_title=f"{DIRECTIONS[found.direction]}第{found.sequence}号{title}",
        f=found, title=title, partner=partner_title(found.partner), state=state_of(found), problems=problems,
        resends=works and found.direction == "out" and found.state in AGAIN and found.kind in TITLES,
        settles=works and exchange_board.may_settle(found.direction, found.kind, found.state, found.reason),
        document=found.document_id if sees_people(request) else None,
        downloads=_holds(request, *exchange_board.readers_of(found.partner)),
    )  # fmt: skip


@get("/exchange/files/{file_id:int}/file", guards=[readers])
async def content(request: AnyRequest, file_id: FromPath[int]) -> Response[bytes]:
    actor = actor_of(request)
    found = await _file(request, file_id)
    _, data = await exchange_board.read(_county(request), file_id, actor, now(request))
    partner = found.partner if found.partner.isascii() else "bank"
    return download(data, f"{partner}-{found.direction}-{found.sequence}.txt", "application/octet-stream")


@post("/exchange/files/{file_id:int}/{step:str}", guards=[workers])
async def act(request: AnyRequest, file_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    found = await _file(request, file_id)
    try:
        if step == "again":
            await exchange_board.send_again(_county(request), file_id, actor, at)
        elif step == "settle":
            await exchange_board.settle(_county(request), file_id, text(form, "why"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await file_page(request, found, refused.problems)
    return go(request, f"/exchange/files/{file_id}")


# ------------------------------------------------------------------ determinations


@get("/exchange/determinations", guards=[deciders])
async def determinations(request: AnyRequest) -> Template:
    return await determinations_page(request)


async def determinations_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    before = number(request.query_params, "before")
    rows = await queries.determinations(_county(request), before=before, limit=PAGE_SIZE + 1)
    here = "/exchange/determinations"
    return page(
        request, "exchange/determinations.html", status_code=422 if problems else 200, page_title="特殊缴费核定", parts=parts(request),
        rows=rows[:PAGE_SIZE], states=DETERMINED, problems=problems, typed=typed or {}, mask=mask_id,
        determines=_holds(request, *COLLECTION), next_url=f"{here}?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url=here if before else None,
    )  # fmt: skip


@post("/exchange/determinations", guards=[collection])
async def determine(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        asked = Determination(
            name=text(form, "name"), year=number(form, "year") or 0, amount_fen=_amount(text(form, "amount")), reason=text(form, "reason"),
            id_number=identity.normalise(identity.IdType.RESIDENT_ID_CARD, text(form, "id_number")),
            pay_by_on=day(form, "pay_by_on", "缴费期限") if text(form, "pay_by_on") else None,
        )  # fmt: skip
        await special_contributions.determine(actor.scope.county_code, asked, actor, now(request))
    except Refused as refused:
        return await determinations_page(request, refused.problems, forms.typed(form))
    return go(request, "/exchange/determinations")


def _amount(typed: str) -> int:
    try:
        return yuan(typed)
    except ValueError as wrong:
        raise Refused(Problem("amount", str(wrong), field="amount")) from None


ROUTES = [files, upload, one, content, act, determinations, determine]
