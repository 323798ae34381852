"""待遇测算: what a month's pension could be, tier by tier (规程第二十二条 “预估权益”; R-211, R-215, R-224).

An example with today's parameters that creates no right: every year is paid at the tier and subsidised as today, the last
published rate stays, and the basic pension is today's.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from domain.agency.parameters_import import snapshot
from domain.codes import ORDINARY
from domain.funds import Fund
from domain.parameters import ContributionRule, Parameters
from domain.rules.back_payment import years_needed
from domain.rules.contribution import CLAIM_AGE, JOIN_AGE, entitled, rules_for
from domain.rules.eligibility import sixty_on
from domain.rules.interest import grown
from domain.rules.pension import Pension, Standards, pension, standards


class Start(Struct, frozen=True, kw_only=True):
    """Where somebody stands. `years`: contribution years that count; `balance_fen`: the account on 1 January with everything of
    this year; `own_fen`: what of it the person paid himself; `paid_this_year`: so that paying begins next year."""

    born_on: date
    years: int = 0
    balance_fen: int = 0
    own_fen: int = 0
    paid_this_year: bool = False


class Estimate(Struct, frozen=True, kw_only=True):
    """One tier. `own_fen` and `government_fen`: what goes in until 60, what is there already included in `own_fen`; `account_fen`:
    the account at 60 with interest. `months_to_recover`: after how many months the pension has paid back the own money."""

    rule: ContributionRule
    own_fen: int
    government_fen: int
    account_fen: int
    pension: Pension

    @property
    def months_to_recover(self) -> int:
        monthly = self.pension.total
        return -(-self.own_fen // monthly) if monthly else 0


class Estimates(Struct, frozen=True, kw_only=True):
    """`most`: how many years can still be paid until 60; `pays`: how many of them are; `total_years` with those already paid;
    `missing`: how many are then short of what is needed."""

    from_on: date
    most: int
    pays: int
    total_years: int
    missing: int
    rate: Decimal
    standards: Standards
    tiers: tuple[Estimate, ...]


def years_left(start: Start, on: date) -> list[int]:
    """The contribution years until 60 that can still be paid, this one first (R-108, R-110)."""
    first = max(on.year + (1 if start.paid_this_year else 0), start.born_on.year + JOIN_AGE)
    return list(range(first, sixty_on(start.born_on).year + 1))


async def estimates(county_code: int, start: Start, on: date, pays: int | None = None) -> Estimates:
    """For every tier of an ordinary participant. `pays`: of how many years more, all that are left without it. Missing while the
    office has not entered what is needed."""
    parameters = await snapshot(county_code)
    return of(parameters, start, on, pays)


def of(parameters: Parameters, start: Start, on: date, pays: int | None = None) -> Estimates:
    left = years_left(start, on)
    chosen = left if pays is None else left[: max(0, pays)]
    total = start.years + len(chosen)
    valid, (rate, _) = standards(parameters, on), parameters.crediting_rate(on)
    needed = years_needed(start.born_on, parameters.scheme_start(on), final_year_due=parameters.final_year_due(on))
    choices = rules_for(parameters.rules(on), ORDINARY, "")
    return Estimates(
        from_on=sixty_on(start.born_on), most=len(left), pays=len(chosen), total_years=total, missing=max(0, needed - total),
        rate=rate, standards=valid, tiers=tuple(_one(rule, start, chosen, total, on, rate, valid) for rule in choices),
    )  # fmt: skip


def _one(
    rule: ContributionRule, start: Start, chosen: list[int], years: int, on: date, rate: Decimal, valid: Standards
) -> Estimate:
    government = entitled(rule).total
    account = sum(_money(rule.personal + government, start, chosen, on, rate))
    return Estimate(
        rule=rule, own_fen=start.own_fen + rule.personal * len(chosen), government_fen=government * len(chosen),
        account_fen=account, pension=pension({Fund.PERSONAL: account}, years, CLAIM_AGE, valid),
    )  # fmt: skip


def _money(a_year: int, start: Start, chosen: list[int], on: date, rate: Decimal) -> Iterator[int]:
    """Each sum as it will be at 60: what is there now, and one payment a year in the month of today."""
    until = sixty_on(start.born_on)
    yield grown(start.balance_fen, date(on.year - 1, 12, 31), until, rate)
    for year in chosen:
        yield grown(a_year, min(date(year, on.month, 1), until), until, rate)
