"""补缴 (国发〔2014〕8号 七; 湖南省经办工作流程十四; R-106…R-115): the years somebody missed and can still pay for."""

from collections.abc import Collection
from datetime import date

from domain.errors import Problem
from domain.identity import age_on, birthday
from domain.rules.contribution import CLAIM_AGE, PRE_SCHEME_AGE, year_problem

YEARS_NEEDED = 15
NEAR_SIXTY = CLAIM_AGE - YEARS_NEEDED


def is_back_payment(year: int, paid_on: date) -> bool:
    """A year that is over. Interest runs from its own treasury date (R-115), subsidy only where the county allows it
    (R-113), no collective assistance before the scheme (R-112)."""
    return year < paid_on.year


def once_problem(year: int, paid_on: date, paid_fen: int) -> Problem | None:
    """A missed year is paid once only; the running year may be paid in parts (R-080, R-106)."""
    if paid_fen and is_back_payment(year, paid_on):
        return Problem("paid", f"{year}年已经缴过，过去的年度只能补缴一次。", "year")
    return None


def missed_years(
    born_on: date, on: date, scheme_start: date, paid: Collection[int], *, by_agency: bool = False
) -> tuple[int, ...]:
    """Years that are over, not paid, and can be paid on this day, oldest first. `paid`: the contribution years that count.

    Somebody who was near 60 when the scheme began pays for 15 years at most (R-109).
    """
    if was_near_sixty(born_on, scheme_start) and len(paid) >= YEARS_NEEDED:
        return ()
    first = min(scheme_start.year, born_on.year + PRE_SCHEME_AGE)
    return tuple(
        year for year in range(first, on.year)
        if year not in paid and year_problem(year, on, born_on, scheme_start, by_agency=by_agency) is None
    )  # fmt: skip


def was_near_sixty(born_on: date, scheme_start: date) -> bool:
    """Less than 15 years from 60 on the day the scheme began (R-109)."""
    return birthday(born_on, NEAR_SIXTY) < scheme_start


def years_needed(born_on: date, scheme_start: date, *, final_year_due: bool = True) -> int:
    """缴费年限 to draw at 60 (R-109, R-110). `final_year_due`: whether the year of the 60th birthday must be paid too."""
    if age_on(born_on, scheme_start) >= CLAIM_AGE:
        return 0
    years = born_on.year + CLAIM_AGE - scheme_start.year + (1 if final_year_due else 0)
    return min(years, YEARS_NEEDED)
