"""The staff site: its routes, and what stands around every page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, get

from backoffice import (
    account,
    adjustment,
    assistance,
    authority,
    benefits,
    board,
    bulk,
    cards,
    case,
    certification,
    contributions,
    counter,
    deaths,
    delegated,
    delegated_asked,
    delegated_months,
    direct_debit,
    dual,
    exchange,
    finance,
    fund_papers,
    funded_lists,
    inbox,
    land_loss,
    leaving,
    linkage,
    login,
    notices,
    one_off,
    payment_check,
    payment_papers,
    payments,
    people,
    records,
    recovery,
    reference,
    refunds,
    reversal,
    runs,
    search,
    special_groups,
    staff,
    statements,
    statistics,
    subsidies,
    suspensions,
    transfers,
    village_packs,
)
from backoffice.viewer import BUSINESS, SUPERVISION, AnyRequest, actor_of
from db.queries import access
from domain.actor import Actor
from web import sessions
from web.app import site
from web.pages import Link, go
from web.sessions import Clock, real_time
from web.storage import Storage

MODULES = (
    login,
    inbox,
    case,
    bulk,
    reversal,
    search,
    people,
    account,
    benefits,
    statements,
    notices,
    counter,
    statistics,
    contributions,
    direct_debit,
    adjustment,
    special_groups,
    assistance,
    land_loss,
    refunds,
    finance,
    fund_papers,
    board,
    exchange,
    payments,
    one_off,
    payment_check,
    payment_papers,
    cards,
    certification,
    suspensions,
    dual,
    transfers,
    linkage,
    deaths,
    leaving,
    recovery,
    delegated,
    delegated_asked,
    delegated_months,
    village_packs,
    runs,
    subsidies,
    staff,
    authority,
    records,
    reference,
)


# The desks of each kind of work: whose they are, and where they lie.
CONTRIBUTIONS = (
    (contributions.READERS, Link("缴费", "/contributions", "plus")),
    (direct_debit.READERS, Link("代扣", "/direct-debit", "money")),
    (adjustment.READERS, Link("缴费调整", "/adjustments", "edit")),
    (special_groups.READERS, Link("特殊人群", "/special-groups", "people")),
    (funded_lists.READERS, Link("集体补助", "/assistance", "plus")),
    (funded_lists.READERS, Link("被征地补贴", "/land-loss", "leaf")),
    (refunds.READERS, Link("退费", "/refunds", "list")),
    (subsidies.READERS, Link("补贴", "/subsidies", "chart")),
    (BUSINESS, Link("对账单", "/statements", "file")),
)
BENEFITS = (
    (BUSINESS, Link("待遇核定", "/benefits", "leaf")),
    (payments.READERS, Link("待遇发放", "/payments", "money")),
    (one_off.READERS, Link("一次性调整", "/one-offs", "plus")),
    (cards.READERS, Link("银行卡和账户", "/cards", "money")),
    (certification.READERS, Link("资格确认", "/certification", "people")),
    (certification.READERS, Link("暂停发放", "/suspensions", "clock")),
    (dual.READERS, Link("重复参保领取", "/dual", "people")),
    (certification.READERS, Link("死亡名单", "/deaths", "list")),
    (leaving.READERS, Link("注销结算", "/leaving", "list")),
    (recovery.READERS, Link("追缴", "/recovery", "money")),
    (certification.READERS, Link("村里名册", "/village-packs", "check")),
    (delegated.READERS, Link("代发", "/delegated", "money")),
    (BUSINESS, Link("告知书", "/notices", "file")),
)
FUND = (
    (finance.READERS, Link("财务", "/finance", "money")),
    (exchange.READERS, Link("对账", "/exchange", "list")),
    (runs.READERS, Link("批次", "/runs", "leaf")),
)


TRANSFERS = (Link("关系转移", "/transfers", "map"), Link("制度衔接", "/linkages", "map"))


@get("/")
async def home(request: AnyRequest) -> Response[Any]:
    """Where work begins for the posts of whoever came in."""
    actor = actor_of(request)
    if _has(actor, BUSINESS):
        return go(request, "/inbox")
    if _has(actor, finance.READERS):
        return go(request, "/finance")
    return go(request, delegated.BASE if _has(actor, delegated.READERS) else "/staff")


def context(request: AnyRequest) -> Mapping[str, Any]:
    session = sessions.current(request)
    if session is None or session.user is None:
        return {}
    actor = actor_of(request)
    return {
        "viewer_name": f"{actor.organisation} {actor.name}",
        "county_name": request.app.state.counties.get(actor.scope.county_code, ""),
        "nav": menu(actor, production=request.state.mode == "production"),
    }


def menu(actor: Actor, *, production: bool) -> list[Link]:
    """Only what the viewer's posts can open, under a heading for each kind of work."""
    cases = [Link("待办", "/inbox", "list"), Link("查询", "/search", "search"), Link("窗口录入", "/counter", "edit")]
    office = [Link("办理统计", "/statistics", "chart"), Link("人员和岗位", "/staff", "people")]
    if _has(actor, SUPERVISION):
        office += [Link("协办员", "/assistants", "person"), Link("操作记录", "/audit", "file")]
    office += [
        Link("非常规权限", "/authority", "lock"), Link("比对来源", "/sources", "info"), Link("放假安排", "/calendar", "clock"),
        Link("政策参数", "/parameters", "text"), Link("行政区划", "/regions", "map"),
    ]  # fmt: skip
    if _has(actor, SUPERVISION) and not production:
        office.append(Link("待发消息", "/outbox", "message"))
    groups = {
        "办件": [*(cases if _has(actor, BUSINESS) else []), *(TRANSFERS if _has(actor, transfers.READERS) else [])],
        "缴费": [link for readers, link in CONTRIBUTIONS if _has(actor, readers)],
        "待遇": [link for readers, link in BENEFITS if _has(actor, readers)],
        "基金": [link for readers, link in FUND if _has(actor, readers)],
        "机构": office,
    }
    return [link for title, links in groups.items() if links for link in (Link(title), *links)]


def _has(actor: Actor, posts: tuple[Any, ...]) -> bool:
    return any(actor.holds(post) for post in posts)


async def load_counties(app: Litestar) -> None:
    """Names of the counties, for the foot of every page."""
    app.state.counties = {county.county_code: county.name for county in await access.counties()}


def create(
    storage: Storage, *, portal_url: str, secure: bool, clock: Clock = real_time, lifespan: Any = ()
) -> Litestar:
    """`lifespan` opens what the site needs (the database) before it starts. `portal_url` stands on what is printed."""
    routes = [home, *(route for module in MODULES for route in module.ROUTES)]
    return site(
        "backoffice", routes, Path(__file__).parent / "templates", context=context, secure=secure, clock=clock,
        state={"storage": storage, "counties": {}, "portal_url": portal_url}, lifespan=[*lifespan], on_startup=[load_counties],
    )  # fmt: skip
