"""特殊人群身份 (湖南省经办工作流程十五; R-122…R-137): as whom somebody pays for a year."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from domain.codes import ORDINARY
from domain.parameters import ContributionRule
from domain.rules.contribution import day_in_year


class Spell(Struct, frozen=True):
    """One identity of one person from a list, both days included; `until_on` None: it lasts."""

    category: str
    from_on: date
    until_on: date | None


def identity(
    spells: Iterable[Spell], year: int, paid_on: date, rules: Sequence[ContributionRule], household_type: str
) -> str:
    """The identity under which a payment for `year` is booked; the ordinary one where none applies (R-137).

    It must have begun by the payment, and within the year (R-122). One that ended in the year still counts for it and not
    for the next (R-125, R-126). Of several the one government pays most for, then the lower code: there is one payment by
    government a year (R-124). Identities without rules of their own are passed over (R-131).
    """
    paid: dict[str, int] = {}
    for rule in rules:
        if rule.household_type == household_type and rule.category != ORDINARY:
            paid[rule.category] = max(paid.get(rule.category, 0), rule.government_paid)
    held = {spell.category for spell in spells if spell.category in paid and _counts(spell, year, paid_on)}
    return min(held, key=lambda category: (-paid[category], category), default=ORDINARY)


def _counts(spell: Spell, year: int, paid_on: date) -> bool:
    begun = spell.from_on <= day_in_year(year, paid_on)
    return begun and (spell.until_on is None or spell.until_on >= date(year, 1, 1))
