"""开卡、发卡 and 账户核对: who has no account, what banks were asked and wrote back, who has the card in hand, which accounts a bank has
not said yes to, and accounts of many people."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.certification import BELOW, region_asked
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import cards as queries
from db.queries import regions
from db.queries.reference import agency_name
from domain.actor import Actor, Post
from domain.agency import cards
from domain.agency.exchange_board import TITLES
from domain.errors import NotFound, Refused
from web import forms
from web.documents import pdf
from web.documents.fund_contents import Column, VillageList
from web.guards import post_required
from web.pages import Link, as_file, download, go, page

READERS = (*cards.HANDERS, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
PARTS = (
    Link("开卡", "/cards"), Link("发卡", "/cards/handing"), Link("账户核对", "/cards/checks"), Link("多人共用的账户", "/cards/shared"),
)  # fmt: skip
PURPOSES = {"benefit": "享受待遇人员", "contribution": "缴费人员"}
STATES = {
    "sent": ("等银行回写", "info"), "opened": ("已开好", "good"), "refused": ("没有开成", "bad"), "withdrawn": ("不再等", "neutral"),
}  # fmt: skip
WIDTHS = (3, 5, 5, 4, 2, 3, 3, 4)
SHOWN = 200
readers = post_required(*READERS)
handers = post_required(*cards.HANDERS)
desks = post_required(*cards.EVERY_DESK)
checkers = post_required(*cards.CHECKERS)


def _holds(actor: Actor, posts: tuple[Post, ...]) -> bool:
    return len(actor.scope.region_prefix) == 6 and any(actor.holds(post) for post in posts)


def _chosen(form: Any, name: str) -> list[int]:
    return [int(value) for value in form.getall(name, []) if value.isascii() and value.isdigit() and len(value) < 19]


async def _place(request: AnyRequest) -> dict[str, Any]:
    """What every list narrowed to a place needs."""
    scope, region = actor_of(request).scope, region_asked(request)
    found = await regions.find(scope.county_code, region)
    below = await regions.below(scope.county_code, region, BELOW[len(region)]) if len(region) < 10 else []
    return {
        "region": region, "place": found.full_name if found else region, "below": [(each.code, each.name) for each in below],
        "up": "" if region == scope.region_prefix else region[: 6 if len(region) == 8 else 8], "parts": PARTS,
    }  # fmt: skip


# ------------------------------------------------------------------ cards


@get("/cards", guards=[readers])
async def wanting(request: AnyRequest) -> Template:
    return await wanting_page(request)


async def wanting_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, said: str = ""
) -> Template:
    actor, where = actor_of(request), await _place(request)
    county, purpose = actor.scope.county_code, _purpose(request)
    rows = await queries.wanting(county, purpose, where["region"], SHOWN + 1)
    sent = await queries.requests(county, where["region"], ("sent",), SHOWN)
    return page(
        request, "cards/wanting.html", status_code=422 if problems else 200, page_title="开卡", rows=rows[:SHOWN], more=len(rows) > SHOWN,
        purpose=purpose, purposes=list(PURPOSES.items()), counts=await queries.counts(county, where["region"]), sent=sent,
        without=await queries.wanting_count(county, "benefit", where["region"]), kinds=list(cards.KINDS.items()), states=STATES,
        banks=[(bank.code, bank.title) for bank in await queries.banks(county)], asks=_holds(actor, cards.DESKS[purpose]),
        withdraws=_holds(actor, cards.EVERY_DESK), adds=_holds(actor, cards.CHECKERS), problems=problems, typed=typed or {}, said=said,
        lists=await queries.lists(county, 12) if len(actor.scope.region_prefix) == 6 else [], days=_days(now(request), sent),
        held=await queries.held(county) if _holds(actor, cards.EVERY_DESK) else [], titles=TITLES, **where,
    )  # fmt: skip


def _purpose(request: AnyRequest) -> str:
    """Who is asked for; the collection post begins with those who pay in."""
    actor, asked = actor_of(request), str(request.query_params.get("purpose", ""))
    if asked in PURPOSES:
        return asked
    collects = actor.holds(Post.COUNTY_COLLECTION) and not actor.holds(Post.COUNTY_BENEFIT)
    return "contribution" if collects else "benefit"


def _days(at: datetime, rows: list[queries.RequestRow]) -> dict[int, int]:
    return {row.id: (at.date() - row.asked_at.astimezone(at.tzinfo).date()).days for row in rows}


@post("/cards", guards=[desks], status_code=200)
async def ask(request: AnyRequest) -> Template:
    """`who`: all of the place, or those ticked."""
    actor, form, purpose = actor_of(request), await request.form(), _purpose(request)
    people = None if text(form, "who") == "all" else _chosen(form, "people")
    try:
        count = await cards.ask(
            actor.scope.county_code, purpose, region_asked(request), people, text(form, "bank"), text(form, "kind"), actor, now(request)
        )  # fmt: skip
    except Refused as refused:
        return await wanting_page(request, refused.problems, forms.typed(form))
    return await wanting_page(
        request, said=f"开卡文件已经生成，共{count}人，几秒钟后放进银行的文件夹。银行回写以后，账户自动登记。"
    )


@post("/cards/withdraw", guards=[desks], status_code=200)
async def withdraw(request: AnyRequest) -> Template:
    actor, form = actor_of(request), await request.form()
    try:
        count = await cards.withdraw(
            actor.scope.county_code, _chosen(form, "requests"), text(form, "reason"), actor, now(request)
        )
    except Refused as refused:
        return await wanting_page(request, refused.problems, forms.typed(form))
    return await wanting_page(request, said=f"{count}人不再等银行回写，可以重新开卡。")


@post("/cards/banks", guards=[checkers])
async def add_bank(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await cards.add_bank(
            actor.scope.county_code, text(form, "code").upper(), text(form, "title"), actor, now(request)
        )
    except Refused as refused:
        return await wanting_page(request, refused.problems, forms.typed(form))
    return go(request, "/cards")


# ------------------------------------------------------------------ handing out


@get("/cards/handing", guards=[readers])
async def handing(request: AnyRequest) -> Template:
    return await handing_page(request)


async def handing_page(request: AnyRequest, problems: tuple[Any, ...] = (), said: str = "") -> Template:
    actor, where, handed = actor_of(request), await _place(request), request.query_params.get("handed") == "1"
    rows = await queries.opened(actor.scope.county_code, where["region"], SHOWN + 1, handed=handed)
    return page(
        request, "cards/handing.html", status_code=422 if problems else 200, page_title="发卡", rows=rows[:SHOWN],
        more=len(rows) > SHOWN, handed=handed, counts=await queries.counts(actor.scope.county_code, where["region"]),
        kinds=cards.KINDS, hands=any(actor.holds(post) for post in cards.HANDERS), problems=problems, said=said, **where,
    )  # fmt: skip


@post("/cards/handing", guards=[handers], status_code=200)
async def hand_out(request: AnyRequest) -> Template:
    actor, form = actor_of(request), await request.form()
    try:
        count = await cards.hand_out(actor.scope.county_code, _chosen(form, "requests"), actor, now(request))
    except Refused as refused:
        return await handing_page(request, refused.problems)
    return await handing_page(request, said=f"已登记{count}人领到卡（折）。")


async def _roster(request: AnyRequest) -> tuple[str, str, list[queries.RequestRow]]:
    """(title, region, people): of a place, or with `file` the 《开卡明细清单》 of one list."""
    actor, region, file_id = actor_of(request), region_asked(request), number(request.query_params, "file")
    handed = {"0": False, "1": True}.get(str(request.query_params.get("handed", "")))
    rows = await cards.roster(
        actor.scope.county_code, region, actor, now(request), handed=None if file_id else handed, file_id=file_id
    )
    return "开卡（折）明细清单" if file_id else "银行卡（折）发放花名册", region, rows


@get("/cards/roster/{name:str}", guards=[handers])
async def roster(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """`name`: list.pdf, to be signed, or list.xlsx."""
    if name not in ("list.pdf", "list.xlsx"):
        raise NotFound
    title, region, rows = await _roster(request)
    actor, at = actor_of(request), now(request)
    if name == "list.xlsx":
        return download(cards.sheet(title, rows, at), f"cards-{region}.xlsx")
    contents = VillageList(
        agency=await agency_name(actor.scope.county_code), printed_at=at, number=f"FK-{region}-{at:%Y%m%d}", title=title,
        region_name=(await regions.names([region])).get(region, region), as_of_on=at.date(), maker=actor.name,
        rows=tuple(cards.cells(rows, at)), columns=tuple(
            Column(title=column, width=width) for column, width in zip(cards.COLUMNS, WIDTHS, strict=True)
        ),
        note="卡（折）由本人带身份证领取、当场激活并签名；没有身份证的，带户口簿，确认是本人再激活。",
    )  # fmt: skip
    return as_file(await pdf.render("village_list", contents), f"{title}{region}.pdf")


# ------------------------------------------------------------------ accounts


@get("/cards/checks", guards=[readers])
async def checks(request: AnyRequest) -> Template:
    return await checks_page(request)


async def checks_page(request: AnyRequest, problems: tuple[Any, ...] = (), said: str = "") -> Template:
    actor, where = actor_of(request), await _place(request)
    rows = await queries.unverified(actor.scope.county_code, where["region"], SHOWN + 1)
    banks = await queries.banks(actor.scope.county_code)
    return page(
        request, "cards/checks.html", status_code=422 if problems else 200, page_title="账户核对", rows=rows[:SHOWN], more=len(rows) > SHOWN,
        banks=[(bank.code, bank.title) for bank in banks], own_banks={bank.title for bank in banks}, problems=problems, said=said,
        asks=_holds(actor, cards.CHECKERS), **where,
    )  # fmt: skip


@post("/cards/checks", guards=[checkers], status_code=200)
async def ask_about(request: AnyRequest) -> Template:
    actor, form = actor_of(request), await request.form()
    accounts = None if text(form, "who") == "all" else _chosen(form, "accounts")
    try:
        count = await cards.ask_about(actor.scope.county_code, text(form, "bank"), accounts, actor, now(request))
    except Refused as refused:
        return await checks_page(request, refused.problems)
    return await checks_page(request, said=f"已请银行核对{count}个账户，几秒钟后放进银行的文件夹。")


@get("/cards/shared", guards=[readers])
async def shared(request: AnyRequest) -> Template:
    where = await _place(request)
    rows = await queries.shared(actor_of(request).scope.county_code, where["region"], SHOWN + 1)
    return page(
        request, "cards/shared.html", page_title="多人共用的账户", rows=rows[:SHOWN], more=len(rows) > SHOWN, **where
    )


ROUTES = [wanting, ask, withdraw, add_bank, handing, hand_out, roster, checks, ask_about, shared]
