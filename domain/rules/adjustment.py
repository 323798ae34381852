"""缴费调整 (湖南省经办工作流程十八; R-153…R-168): what a year may be changed to, and what it then counts as."""

from collections.abc import Sequence

from msgspec import Struct

from domain.errors import Problem
from domain.money import Fen, show
from domain.parameters import ContributionRule

ITEMS = {
    "personal": "个人缴费", "province": "省级补贴", "city": "市级补贴", "county": "县级补贴", "government_paid": "政府代缴",
}  # fmt: skip


class Amounts(Struct, frozen=True, kw_only=True):
    """What one year holds: paid by the person, and owed for it by government. Signed where it is a difference."""

    personal: Fen = Fen(0)
    province: Fen = Fen(0)
    city: Fen = Fen(0)
    county: Fen = Fen(0)
    government_paid: Fen = Fen(0)

    def by_item(self) -> dict[str, Fen]:
        """In the order of ITEMS."""
        return {item: getattr(self, item) for item in ITEMS}


NOTHING = Amounts()


def offered(rule: ContributionRule, *, subsidised: bool) -> Amounts:
    """What a tier makes of the year unless the clerk says otherwise (R-165). `subsidised`: not so for a year paid later,
    where the place grants nothing for it (R-113)."""
    if not subsidised:
        return Amounts(personal=rule.personal)
    return Amounts(
        personal=rule.personal, province=rule.province, city=rule.city, county=rule.county,
        government_paid=rule.government_paid,
    )  # fmt: skip


def difference(after: Amounts, before: Amounts) -> Amounts:
    was = before.by_item()
    return Amounts(**{item: Fen(fen - was[item]) for item, fen in after.by_item().items()})


def tier(choices: Sequence[ContributionRule], after: Amounts) -> str:
    """The highest tier that person and government fund together; empty below the lowest: the year does not count any more and
    can be paid for again (R-101, R-102). `choices`: lowest first."""
    funded = after.personal + after.government_paid
    reached = (rule.tier for rule in reversed(choices) if rule.personal <= after.personal and rule.tier_fen <= funded)
    return next(reached, "")


def problems(
    before: Amounts, after: Amounts, choices: Sequence[ContributionRule], *, year: int, paid: bool, receiving: bool,
    bulk: bool,
) -> list[Problem]:  # fmt: skip
    """Why a year cannot be changed so. `paid`: it counts as paid today; `receiving`: the person draws a pension already;
    `bulk`: it is a line of a sheet."""
    if not paid and not receiving:
        return [Problem("not-paid", f"{year}年没有缴过费，不能调整。还没有缴的年度请按缴费办理。", "year")]
    change = difference(after, before)
    if change == NOTHING:
        return [Problem("no-change", "调整前和调整后一样，没有要调整的。", "personal")]
    return [*_too_little(after), *_too_much(after, choices), *_downwards(change, receiving=receiving, bulk=bulk)]


def _too_little(after: Amounts) -> list[Problem]:
    """No part falls below zero, and so 个人缴费 and 政府代缴 together do not either (R-157)."""
    return [
        Problem("below-zero", f"{ITEMS[item]}不能调整到小于0。", item)
        for item, fen in after.by_item().items()
        if fen < 0
    ]


def _too_much(after: Amounts, choices: Sequence[ContributionRule]) -> list[Problem]:
    """R-080."""
    top = max(rule.tier_fen for rule in choices)
    if after.personal + after.government_paid <= top:
        return []
    return [Problem("beyond-the-top", f"个人缴费加政府代缴超过了最高档次{show(top)}元。", "personal")]


def _downwards(change: Amounts, *, receiving: bool, bulk: bool) -> list[Problem]:
    if receiving:
        return [
            Problem("pensioner-down", f"这个人已经在领取待遇，{ITEMS[item]}只能调增，不能调减。", item)
            for item, fen in change.by_item().items() if fen < 0
        ]  # fmt: skip
    if bulk and change.personal < 0:
        return [Problem("bulk-down", "个人缴费调减不能成批办，请一个人一个人地办。", "personal")]
    return []
