"""个人缴费 (规程第十一条; R-076…R-115): which tier a year has reached, what it entitles to, which year may be paid."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from domain.codes import ORDINARY
from domain.errors import Problem
from domain.money import Fen
from domain.parameters import ANY_HOUSEHOLD, ContributionRule

CLAIM_AGE = 60
JOIN_AGE = 16  # 国发〔2014〕8号 三
PRE_SCHEME_AGE = 46  # 湖南省经办工作流程十四 附件2 说明3


class Entitlement(Struct, frozen=True):
    """What government owes for one contribution year, by level; negative where an entitlement is taken back."""

    province: Fen = Fen(0)
    city: Fen = Fen(0)
    county: Fen = Fen(0)
    government_paid: Fen = Fen(0)

    @property
    def total(self) -> Fen:
        return Fen(self.province + self.city + self.county + self.government_paid)


NOTHING = Entitlement()


def rules_for(rules: Iterable[ContributionRule], category: str, household_type: str) -> list[ContributionRule]:
    """The tiers one identity and household type can choose, lowest first: its own where there are any, else the ordinary
    ones (R-131, R-132, R-137)."""
    rules = list(rules)
    own = [rule for rule in rules if (rule.category, rule.household_type) == (category, household_type)]
    ordinary = [rule for rule in rules if (rule.category, rule.household_type) == (ORDINARY, ANY_HOUSEHOLD)]
    return sorted(own or ordinary, key=lambda rule: rule.tier_fen)


def reached(choices: Sequence[ContributionRule], paid: int) -> ContributionRule | None:
    """The year's tier: the highest whose personal part is paid (R-081). None below the lowest."""
    return next((rule for rule in reversed(choices) if rule.personal <= paid), None)


def entitled(rule: ContributionRule | None) -> Entitlement:
    """Subsidy follows the tier reached (R-081)."""
    return Entitlement(rule.province, rule.city, rule.county, rule.government_paid) if rule else NOTHING


def difference(now: Entitlement, before: Entitlement) -> Entitlement:
    """What a further payment of the same year adds (R-080)."""
    return Entitlement(
        Fen(now.province - before.province), Fen(now.city - before.city), Fen(now.county - before.county),
        Fen(now.government_paid - before.government_paid),
    )  # fmt: skip


def beyond_the_top(choices: Sequence[ContributionRule], paid: int) -> bool:
    """Several payments of a year are welcome up to the highest tier (R-080)."""
    return paid > max(rule.personal for rule in choices)


def is_a_tier(choices: Sequence[ContributionRule], fen: int) -> bool:
    """Whether it is exactly what some tier costs the person (R-090)."""
    return any(rule.personal == fen for rule in choices)


def counts(rule: ContributionRule | None) -> bool:
    """A year of 缴费年限: the lowest tier at least is funded, the government's part included (R-101, R-102)."""
    return rule is not None


def day_in_year(year: int, paid_on: date) -> date:
    """The day whose parameters hold for a payment: within the contribution year the day of payment (R-077)."""
    return min(max(paid_on, date(year, 1, 1)), date(year, 12, 31))


def year_problem(year: int, paid_on: date, born_on: date, scheme_start: date, *, by_agency: bool) -> Problem | None:
    """Why a year cannot be paid for at all, whoever pays (R-095, R-107, R-108).

    Years before the scheme began are paid through the agency only, and only those in which the person was 46 to 60.
    """
    age = year - born_on.year
    if year > paid_on.year:
        return Problem("future-year", f"{year}年还没有到，不能预缴。", "year")
    if age < JOIN_AGE:
        return Problem("too-young", f"{year}年还不满16周岁，不能缴费。", "year")
    if age > CLAIM_AGE:
        return Problem("too-old", f"{year}年已经过了60周岁，不用再缴费。", "year")
    if year < scheme_start.year:
        if not by_agency:
            return Problem("before-scheme", f"{year}年制度还没有实施，只能到经办机构补缴。", "year")
        if age < PRE_SCHEME_AGE:
            return Problem(
                "before-scheme-age", f"制度实施以前的年度，只能补缴46周岁到60周岁的，{year}年不在其中。", "year"
            )
    return None
