"""The start, the service guides and the privacy notice: what everybody may read without logging in."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from db.queries import portal as query
from domain.actor import POST_TITLES, ActorKind, Post
from domain.case.chain import Chain, Step
from domain.case.item import SOURCE_TITLES, ServiceItem
from domain.items import BY_CODE
from domain.local import profile as local_profile
from portal import leaving, pension, repayment, viewer
from portal.apply import item_for_residents
from portal.lists import shown
from portal.viewer import AnyRequest
from web.answers import read_back
from web.pages import page
from web.sessions import actor_of, villages_of

OPEN_SHOWN = 3
ICONS = {"enrollment": "leaf", "basic_info_change": "phone", "key_info_change": "person", "household_address_change": "map",
         "beneficiary_designation": "people", "direct_debit_agreement": "money", "benefit_claim": "leaf", "bank_account_change": "money",
         "benefit_resumption": "clock", "transfer_in": "map", "contribution_suspension": "clock"}  # fmt: skip


class Group(Struct, frozen=True):
    """Services under one heading. `code`: its place on the page, and which other cards stand there."""

    code: str
    title: str
    items: tuple[str, ...]


GROUPS = (
    Group("pension", "养老金", ("benefit_claim", "bank_account_change", "benefit_resumption", "benefit_dispute")),
    Group("paying", "参加和缴费", ("enrollment", "contribution_suspension", "contribution_resumption", "contribution_refund",
                                  "direct_debit_agreement")),
    Group("own", "个人信息和账户", ("basic_info_change", "key_info_change", "household_address_change", "beneficiary_designation",
                                  "account_dispute")),
    Group("leaving", "搬家、换单位、家里人去世", ("transfer_in", "scheme_linkage", "deregistration")),
)  # fmt: skip


def services() -> list[tuple[Group, list[ServiceItem]]]:
    return [(group, [BY_CODE[code] for code in group.items]) for group in GROUPS]


@get("/", opt={"public": True})
async def home(request: AnyRequest) -> Template:
    mine: dict[str, Any] = {"lines": [], "unread": 0, "pension": False, "share": False, "owes": False}
    if viewer.is_logged_in(request):
        actor = actor_of(request)
        county_code, indexes = actor.scope.county_code, await viewer.indexes_of(actor)
        mine = {
            "lines": [shown(line) for line in await query.open_cases_of(county_code, indexes, OPEN_SHOWN)],
            "unread": await query.unread(county_code, indexes),
        }
        request.state.unread = mine["unread"]
        mine["pension"] = await pension.concerns(request)
        mine["share"] = await leaving.waits(request)
        mine["owes"] = await repayment.waits(request)
    return page(
        request, "home.html", services=services(), icons=ICONS, villages=villages_of(request),
        logged_in=viewer.is_logged_in(request), **mine,
    )  # fmt: skip


class Desk(Struct, frozen=True):
    """One step of the way in words."""

    who: str
    what: str


def _what(step: Step) -> str:
    if not step.preliminary:
        return "审核，决定能不能通过"
    return "初步审核，核对有没有填错" if step.post is Post.TOWNSHIP_CLERK else "经办，核对以后交另一位同事审核"


def way(chain: Chain) -> list[Desk]:
    if not chain.steps:
        return [Desk("您自己", "填好提交，马上生效，不用审核")]
    desks = [
        Desk("乡镇（街道）事务所" if step.post is Post.TOWNSHIP_CLERK else f"县社保经办机构（{POST_TITLES[step.post]}）",
             _what(step))
        for step in chain.steps
    ]  # fmt: skip
    return [
        Desk("您自己", "网上填写提交，也可以到窗口或者请村协办员帮忙"),
        *desks,
        Desk("县社保经办机构", "把结果告诉您"),
    ]


@get("/guide/{code:str}", opt={"public": True})
async def guide(request: AnyRequest, code: FromPath[str]) -> Template:
    """办事指南 (R-500), made from the item itself and the county's chain: it cannot say anything else than what is done."""
    item, county = item_for_residents(code), await viewer.county_of(request)
    chain = local_profile(county.profile).chains[item.code]
    return page(
        request,
        "guide.html",
        item=item,
        chain=chain,
        desks=way(chain),
        county=county,
        asked=[(group.title, [line.title for line in group.lines]) for group in await read_back(item, {})],
        by_assistant=ActorKind.ASSISTANT in item.applicants,
    )


@get("/privacy", opt={"public": True})
async def privacy(request: AnyRequest) -> Template:
    """个人信息保护法第十七条: who collects what, why, for how long, and what one may ask (R-502, R-503)."""
    county = await viewer.county_of(request)
    return page(request, "privacy.html", county=county, sources=list(SOURCE_TITLES.values()))


ROUTES = [home, guide, privacy]
