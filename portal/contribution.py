"""我的缴费: what was paid, what is on its way, which tier to choose, and how to pay (规程第十一条; R-076…R-137).

Nothing is paid here: the tax bureau, the banks and the village take the money. A village assistant sees the same about somebody
of the own village; that he looked is written down.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from litestar import get
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from db.queries import accounts as accounts_query
from db.queries import portal as query
from db.queries.contribution_page import PaymentRow
from db.queries.portal import PersonRow
from domain import contribution_offer as offers
from domain import identity, money, person_file
from domain.actor import Actor
from domain.books import DocumentKind
from domain.codes import ORDINARY, PARTICIPANT_CATEGORIES
from domain.contribution_lines import WAYS
from domain.contribution_offer import CHANNELS, Offer, Standing, TierOffer, Year
from domain.errors import NotFound
from domain.rules.contribution import JOIN_AGE
from portal import viewer
from portal.viewer import AnyRequest
from web.account_papers import tier_of
from web.guards import assistant_required, assurance
from web.pages import page
from web.sessions import actor_of, assistant_of

BAR_HEIGHT = 120  # of the tallest tier in the chart
LEVEL = 2  # one's money is shown to somebody whose identity was checked
OFFICE = "有疑问，请带身份证到乡镇（街道）事务所问一问。"
# Why somebody cannot pay, as the person reads it, and what to do next: (text, address, its words).
WHY_NOT: dict[str, tuple[str, str, str]] = {
    "suspended": ("现在是暂停缴费状态，要先办续保，才能接着缴。", "/guide/contribution_resumption", "去办续保"),
    "receiving": (f"已经在领养老金，不用再缴费。{OFFICE}", "", ""),
    "terminated": (f"养老保险关系已经终止，不用再缴费。{OFFICE}", "", ""),
    "no-account": (f"在本县没有正在使用的个人账户，现在不能缴费。{OFFICE}", "", ""),
    "too-old": ("今年已经过了60周岁，今年的不用再缴。", "", ""),
    "too-young": ("今年还不满16周岁，满了16周岁、不在学校读书才缴费。", "", ""),
    "no-rules": ("今年的缴费档次还没有公布。公布以后这里会列出来，也会在村里通知。", "", ""),
}

# The same of a year that is over and was not paid.
NOT_ANY_MORE: dict[str, str] = {
    "too-young": "还不满16周岁，不能缴", "too-old": "已经过了60周岁，不用缴", "before-scheme": "制度还没有开始，想补缴只能到经办机构办",
    "before-scheme-age": "制度还没有开始，不能补缴", "no-rules": "档次还没有录入，想补缴请到乡镇（街道）事务所问一问",
    "enough": "已经缴满15年，不用再补缴", **dict.fromkeys(offers.OF_THE_PERSON, "现在不能补缴"),
}  # fmt: skip


class View(Struct, frozen=True, kw_only=True):
    """Whose contributions a page shows. `base`: where its pages lie; `who`: how the person is spoken of."""

    actor: Actor
    person: PersonRow
    base: str
    back: str
    who: str


async def own_view(request: AnyRequest) -> View | None:
    """None for somebody who is not a participant here."""
    actor = actor_of(request)
    person_id = await viewer.person_id_of(actor)
    person = await query.person(actor.scope.county_code, person_id) if person_id else None
    return View(actor=actor, person=person, base="/contribution", back="", who="您") if person else None


async def villager_view(request: AnyRequest, village: str, person_id: int, why: str) -> View:
    """NotFound outside the own village; the look leaves a trace with `why`."""
    actor = assistant_of(request, village)
    file = await person_file.open_file(actor, person_id, why, viewer.now(request))
    home = f"/village/{village}/people/{person_id}"
    return View(actor=actor, person=file.person, base=f"{home}/contribution", back=home, who=file.person.name)


async def standing_of(request: AnyRequest, view: View) -> Standing:
    return await offers.standing(view.actor.scope.county_code, view.person, viewer.today(request))


class Row(Struct, frozen=True, kw_only=True):
    """A line of the table: one year, or years in a row in which nothing happened for the same reason."""

    first: int
    year: Year
    why_not: str


def _rows(past: Sequence[Year]) -> list[Row]:
    rows = []
    for _, group in groupby(
        past, key=lambda y: y.year if y.problem is None or y.payments or y.received else y.problem.code
    ):
        years = list(group)
        problem = years[0].problem
        why_not = NOT_ANY_MORE.get(problem.code, problem.message) if problem else ""
        rows.append(Row(first=years[-1].year, year=years[0], why_not=why_not))
    return rows


def _pending(payment: PaymentRow) -> str:
    """Where a payment is that is not in the account yet."""
    way = WAYS[DocumentKind(payment.kind)]
    if payment.state == "exception":
        return "钱已经收到，工作人员正在核对"
    return "已经缴了，记账以后就能在账户里看到" if way.money_is_here else "已经申报，钱到账以后记入账户"


@get("/contribution", guards=[assurance(LEVEL)])
async def contribution(request: AnyRequest) -> Template:
    view = await own_view(request)
    return await _page(request, view) if view else await _not_enrolled(request)


@get("/village/{village:str}/people/{person_id:int}/contribution", guards=[assistant_required])
async def contribution_of(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    return await _page(request, await villager_view(request, village, person_id, "村协办员看缴费情况"))


async def _not_enrolled(request: AnyRequest) -> Template:
    account = await query.account(actor_of(request).id)
    born_on = identity.birth_of(account.id_type or "", account.id_number or "") if account else None
    young = born_on is not None and identity.age_on(born_on, viewer.today(request)) < JOIN_AGE
    return page(request, "contribution/none.html", young=young)


async def _page(request: AnyRequest, view: View) -> Template:
    found = await standing_of(request, view)
    this, problem = found.this, found.this.problem
    offer = found.offers.get(this.year)
    return page(
        request, "contribution/page.html", view=view, standing=found, this=this, offer=offer, category=_category(offer),
        why_not=WHY_NOT.get(problem.code, (problem.message, "", "")) if problem else None, debit=_debit(found, offer),
        titles=await accounts_query.fund_titles(), rows=_rows(found.past), channel_of=channel_of, tier_of=tier_of,
        pending_words=_pending, certified=[(year.year, f"{year.year}年") for year in found.paid_years],
        slips=[year.year for year in (this, *found.past) if any(each.amount_fen for each in year.payments)],
    )  # fmt: skip


def _debit(found: Standing, offer: Offer | None) -> TierOffer | None:
    """What the agreement takes this year: it names a tier, not an amount (R-118)."""
    if found.agreement is None or offer is None:
        return None
    return next((each for each in offer.tiers if each.rule.tier == found.agreement.tier), None)


def channel_of(kind: str) -> str:
    """Where a payment was made, from the kind of its document."""
    return CHANNELS[WAYS[DocumentKind(kind)].channel]


def _category(offer: Offer | None) -> str:
    """The special group as which somebody pays, in words; empty for everybody else."""
    if offer is None or offer.category == ORDINARY:
        return ""
    return dict(PARTICIPANT_CATEGORIES).get(offer.category, "")


@get("/contribution/choose", guards=[assurance(LEVEL)])
async def choose(request: AnyRequest) -> Template:
    view = await own_view(request)
    return await _choose(request, view) if view else await _not_enrolled(request)


@get("/village/{village:str}/people/{person_id:int}/contribution/choose", guards=[assistant_required])
async def choose_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    return await _choose(request, await villager_view(request, village, person_id, "村协办员帮选缴费档次"))


async def _choose(request: AnyRequest, view: View) -> Template:
    """Which tier of which year, by the address; without one the tier that was registered, of the newest year."""
    found = await standing_of(request, view)
    if not found.offers:
        raise NotFound
    years = sorted(found.offers, reverse=True)
    asked = viewer.number(request.query_params, "year")
    offer = found.offers.get(asked or years[0])
    if offer is None:
        raise NotFound
    tier = request.query_params.get("tier", "")
    wanted = next((each for each in offer.tiers if each.rule.tier == tier), None)
    usual = next((each for each in offer.tiers if each.rule.tier_fen == view.person.tier_fen), None)
    return page(
        request, "contribution/choose.html", view=view, offer=offer, chosen=wanted or usual or offer.tiers[0],
        years=[(year, f"{year}年" if year == found.this.year else f"{year}年（补缴）") for year in years],
        tiers=[(each.rule.tier, tier_of(each.rule.tier_fen)) for each in offer.tiers], tier_of=tier_of,
        bars=_bars(offer), category=_category(offer), rate=money.percent(offer.rate) if offer.rate else "",
    )  # fmt: skip


def _bars(offer: Offer) -> list[dict[str, Any]]:
    """Heights of the chart in whole units, what the person pays below; the table beside it has the amounts."""
    top = max(each.total_fen for each in offer.tiers) or 1
    return [
        {"tier": each.rule.tier_fen // 100, "own": each.rule.personal * BAR_HEIGHT // top,
         "added": each.added.total * BAR_HEIGHT // top}
        for each in offer.tiers
    ]  # fmt: skip


ROUTES = [contribution, contribution_of, choose, choose_for]
