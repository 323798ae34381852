"""待遇测算: anybody may try what a pension could be; a participant finds his own figures filled in (规程第二十二条)."""

import contextlib
from datetime import date
from typing import Any

from litestar import get
from litestar.response import Template
from msgspec import structs

from db.queries import accounts as accounts_query
from db.queries import portal as query
from domain import contribution_offer as offers
from domain import estimate, months
from domain.errors import Problem
from domain.estimate import Estimate, Estimates, Start
from domain.identity import age_on
from domain.money import percent, show, yuan
from domain.parameters import Funding, Missing
from domain.rules.contribution import CLAIM_AGE
from domain.rules.pension import LEVEL_TITLES, PART_TITLES, Part
from portal import viewer
from portal.viewer import AnyRequest
from web.account_papers import tier_of
from web.pages import page
from web.sessions import actor_of

BAR_HEIGHT = 120  # of the tallest bar
USUAL_TIER = "300"


@get("/estimate", opt={"public": True})
async def form(request: AnyRequest) -> Template:
    """Every answer stands in the address: nothing is kept."""
    county, today = await viewer.county_of(request), viewer.today(request)
    asked = {name: str(value) for name, value in request.query_params.items()}
    start = await _own(request, today) if viewer.is_logged_in(request) else None
    start, problems = _start(asked, start, today)
    found = None
    is_sixty = start is not None and age_on(start.born_on, today) >= CLAIM_AGE
    if start is not None and not problems and not is_sixty:
        try:
            found = await estimate.estimates(county.county_code, start, today, viewer.number(request.query_params, "pays"))
        except Missing:
            problems = [Problem("missing", "档次或者养老金标准还没有录入，现在算不了，请过些日子再来。", "")]
    return page(
        request, "estimate.html", status_code=422 if problems else 200, county=county, asked=asked, start=start, found=found,
        is_sixty=is_sixty,
        problems=problems, money=show, tier_of=tier_of, rate=percent(found.rate) if found else "", **_chosen(found, asked),
    )  # fmt: skip


async def _own(request: AnyRequest, today: date) -> Start | None:
    """Where the viewer stands; None for who is no participant here."""
    actor = actor_of(request)
    person_id = await viewer.person_id_of(actor)
    person = await query.person(actor.scope.county_code, person_id) if person_id else None
    if person is None:
        return None
    standing = await offers.standing(actor.scope.county_code, person, today)
    held = await accounts_query.balances(actor.scope.county_code, person.id)
    return Start(
        born_on=person.born_on, years=sum(1 for year in standing.paid_years if year.paid and year.paid.counts),
        balance_fen=sum(fund.principal_fen + fund.interest_fen for fund in held),
        own_fen=sum(year.paid.personal_fen for year in standing.paid_years if year.paid), paid_this_year=standing.this.funded,
    )  # fmt: skip


def _start(asked: dict[str, str], own: Start | None, today: date) -> tuple[Start | None, list[Problem]]:
    """What was typed over what is known. (None, []) on a first visit without a login."""
    if "born" not in asked:
        return own, []
    problems = []
    typed = months.parse(asked["born"].strip())
    born = months.first_day(typed) if typed else None
    if born is None or not 0 <= age_on(born, today) <= 100:
        problems.append(Problem("born", "请写6位数字的出生年月，例如196703。", "born"))
    elif age_on(born, today) >= CLAIM_AGE:
        problems.append(Problem("born", "已经满60周岁，不用测算了，可以直接申请领取。", "born"))
    years = asked.get("years", "").strip() or "0"
    if not (years.isascii() and years.isdigit() and int(years) <= 60):
        problems.append(Problem("years", "请写已经缴了几年，例如8；没有缴过写0。", "years"))
    balance: int = -1
    with contextlib.suppress(ValueError):
        balance = yuan(asked.get("balance", "").strip() or "0")
    if not 0 <= balance <= 10**9:
        problems.append(Problem("balance", "请写账户里有多少元，例如3500.50；没有写0。", "balance"))
    if problems or born is None:
        return None, problems
    same = own is not None and months.month_of(own.born_on) == months.month_of(born)
    start = own if own is not None and same else Start(born_on=born)
    return structs.replace(start, years=int(years), balance_fen=balance), []


def _chosen(found: Estimates | None, asked: dict[str, str]) -> dict[str, Any]:
    """The tier that is shown whole, its parts, and the bars of all."""
    if found is None or not found.tiers:
        return {}
    wanted = asked.get("tier") or USUAL_TIER
    chosen = next((each for each in found.tiers if each.rule.tier == wanted), found.tiers[0])
    top = max(each.pension.total for each in found.tiers) or 1
    bars = [
        {"tier": each.rule.tier_fen // 100, "basic": (each.pension.total - _account(each)) * BAR_HEIGHT // top,
         "account": _account(each) * BAR_HEIGHT // top}
        for each in found.tiers
    ]  # fmt: skip
    tiers = [(each.rule.tier, tier_of(each.rule.tier_fen)) for each in found.tiers]
    return {"chosen": chosen, "bars": bars, "parts": _parts(chosen), "tier_choices": tiers}


def _account(each: Estimate) -> int:
    return each.pension.of(Part.ACCOUNT_PENSION)


def _parts(chosen: Estimate) -> list[tuple[str, str]]:
    """Each part of the month with who pays it; the account's as one."""
    lines = [
        (f"{PART_TITLES[item.part]}（{LEVEL_TITLES[Funding(item.funding)]}）", f"{show(item.fen)}元")
        for item in chosen.pension.items if item.funding in LEVEL_TITLES
    ]  # fmt: skip
    return [*lines, (f"{PART_TITLES[Part.ACCOUNT_PENSION]}（您的账户除以139）", f"{show(_account(chosen))}元")]


ROUTES = [form]
