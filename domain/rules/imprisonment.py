"""服刑人员的待遇 (劳社厅函〔2001〕44号, 〔2003〕315号, to which 规程第三十条 refers; R-363…R-371): when the pension goes on and who takes
part in increases."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from domain import months


class Situation(StrEnum):
    WANTED_OR_DETAINED = "wanted_or_detained"  # 通缉、在押未定罪
    IMPRISONED = "imprisoned"  # 拘役、有期徒刑以上收监执行
    SERVING_OUTSIDE = "serving_outside"  # 管制、缓刑、监外执行
    PAROLED = "paroled"  # 暂予监外执行、假释


class Rule(Struct, frozen=True):
    """`arrears_if_acquitted`: the stopped months are paid when it turns out that there was no guilt."""

    pays: bool
    joins_increases: bool
    arrears_if_acquitted: bool = False


RULES = {
    Situation.WANTED_OR_DETAINED: Rule(pays=False, joins_increases=True, arrears_if_acquitted=True),
    Situation.IMPRISONED: Rule(pays=False, joins_increases=False),
    Situation.SERVING_OUTSIDE: Rule(pays=True, joins_increases=False),
    Situation.PAROLED: Rule(pays=True, joins_increases=False),
}


STOPPING = tuple(situation.value for situation, rule in RULES.items() if not rule.pays)


class Spell(Struct, frozen=True):
    """`first` and `last`: months, both included; `last` None: it goes on."""

    situation: Situation
    first: int
    last: int | None = None

    def covers(self, month: int) -> bool:
        return self.first <= month and (self.last is None or month <= self.last)


def pays(spells: Sequence[Spell], month: int) -> bool:
    return all(RULES[spell.situation].pays for spell in spells if spell.covers(month))


def joins_increase(spells: Sequence[Spell], month: int) -> bool:
    """Whether an increase from this month on is for this person. Who has served the time goes on at the standard before it
    and joins the later ones only (R-364)."""
    return all(RULES[spell.situation].joins_increases for spell in spells if spell.covers(month))


def months_owed_after_acquittal(spells: Sequence[Spell], until: int) -> list[int]:
    """The months that were stopped for a detention that came to nothing, up to `until`."""
    return sorted({
        month for spell in spells if RULES[spell.situation].arrears_if_acquitted
        for month in months.between(spell.first, min(spell.last or until, until))
    })  # fmt: skip
