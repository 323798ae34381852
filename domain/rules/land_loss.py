"""被征地农民缴费补贴 (湖南省经办工作流程十七; R-145…R-150): what of an award goes into the account, and when."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from msgspec import Struct

from domain.identity import age_on, birthday
from domain.money import Fen, split
from domain.rules.contribution import CLAIM_AGE


class Award(Struct, frozen=True, kw_only=True):
    """`years`: 缴费补贴年限, over which a yearly award is spread from the year of expropriation."""

    total_fen: int
    years: int
    expropriated_on: date
    born_on: date
    at_once: bool


class Credit(Struct, frozen=True):
    """A part of an award. `year`: the contribution year that must be paid first, unless the person draws a pension."""

    year: int
    fen: Fen


def yearly(award: Award) -> list[Credit]:
    """The equal parts of the years before 60; what they leave of the award comes as one remainder (R-147, R-148)."""
    until_sixty = max(0, CLAIM_AGE - age_on(award.born_on, award.expropriated_on))
    parts = split(award.total_fen, [1] * award.years)
    return [Credit(award.expropriated_on.year + n, fen) for n, fen in enumerate(parts[:until_sixty])]


def remainder(award: Award) -> Fen:
    """What the yearly parts leave for the month before 60 (R-148)."""
    return Fen(award.total_fen - sum(credit.fen for credit in yearly(award)))


def remainder_from(born_on: date) -> date:
    """A month before the 60th birthday, from when all that is left is credited at once (R-148)."""
    sixty = birthday(born_on, CLAIM_AGE)
    last_of_month_before = sixty.replace(day=1) - timedelta(days=1)
    return last_of_month_before.replace(day=min(sixty.day, last_of_month_before.day))


def due(
    award: Award, on: date, *, paid_years: Collection[int], credited: Mapping[int, int], receiving: bool
) -> list[Credit]:
    """What can be credited on a day. `paid_years`: the person's contribution years; `credited`: fen by year, so far.

    A contributor must have paid the year himself (R-145), and no year before the expropriation counts (R-149); a pensioner
    gets all that is left at once (R-146).
    """
    left = Fen(award.total_fen - sum(credited.values()))
    if left <= 0 or on < award.expropriated_on:
        return []
    if receiving:
        return [Credit(on.year, left)]
    if award.at_once or on >= remainder_from(award.born_on):
        year = min(on.year, award.born_on.year + CLAIM_AGE)  # the last year that can be paid for
        return [Credit(year, left)] if year in paid_years and year >= award.expropriated_on.year else []
    return [
        credit for credit in yearly(award)
        if credit.year <= on.year and credit.year in paid_years and credit.year not in credited
    ]  # fmt: skip
