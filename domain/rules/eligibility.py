"""Who may draw the pension, and from which month (国发〔2014〕8号 七; 规程第二十二条至第二十六条; R-216…R-236)."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from domain import months
from domain.errors import Problem
from domain.identity import birthday
from domain.rules.back_payment import years_needed
from domain.rules.contribution import CLAIM_AGE


class Facts(Struct, frozen=True, kw_only=True):
    """`years`: contribution years that count. `other_pension`: in words, empty for none. `scheme_start` and `final_year_due`:
    as the county's parameters say."""

    born_on: date
    years: Collection[int]
    scheme_start: date
    final_year_due: bool
    participates: bool
    died_on: date | None = None
    other_pension: str = ""


def sixty_on(born_on: date) -> date:
    return birthday(born_on, CLAIM_AGE)


def missing_years(facts: Facts) -> int:
    """How many contribution years are still to be paid; 0 when there are enough (R-217, R-218)."""
    needed = years_needed(facts.born_on, facts.scheme_start, final_year_due=facts.final_year_due)
    return max(0, needed - len(facts.years))


def problems(facts: Facts, on: date) -> tuple[Problem, ...]:
    """Everything that stands in the way of a pension on this day, in plain words with what can be done; none: it is due."""
    found = []
    if facts.died_on is not None and facts.died_on <= on:
        found.append(Problem("died", "这个人已经去世，请家属办理注销登记，领取账户余额。"))
    if not facts.participates:
        found.append(Problem("not-participating", "还没有参加城乡居民养老保险，请先办参保登记。"))
    if on < sixty_on(facts.born_on):
        found.append(Problem("too-young", f"{sixty_on(facts.born_on):%Y年%m月%d日}满60周岁，满了以后才能领取。"))
    if facts.other_pension:
        found.append(Problem("other-pension", f"已经在领取{facts.other_pension}，两份养老金不能同时领，请办制度衔接。"))
    if missing := missing_years(facts):
        found.append(Problem("too-few-years", f"缴费年限还差{missing}年，请先补缴，补够以后就能领取。"))
    return tuple(found)


def first_month(born_on: date, conditions_met_on: date) -> int:
    """The month from which the pension is paid: the one after the conditions were met, whenever it was claimed
    (规程第二十六条; R-227, R-228). `conditions_met_on`: the day the last missing year was paid; the 60th birthday when that
    came later."""
    return months.after(months.month_of(max(sixty_on(born_on), conditions_met_on)))
