"""Missed years: which, how often, how many."""

from datetime import date

import pytest

from domain.rules.back_payment import is_back_payment, missed_years, once_problem, was_near_sixty, years_needed
from tests.rules.worked import examples

START = date(2011, 7, 1)


@pytest.mark.parametrize("row", examples("back_payment"))
def test_worked_examples_of_missed_years(row: dict[str, str]) -> None:
    found = missed_years(
        date.fromisoformat(row["出生日期"]), date.fromisoformat(row["办理日期"]), date.fromisoformat(row["制度实施"]),
        {int(year) for year in row["已缴年度"].split()}, by_agency=row["经办机构办理"] == "是",
    )  # fmt: skip
    assert [str(year) for year in found] == row["可补年度"].split()


@pytest.mark.rule("R-113", "R-115")
@pytest.mark.parametrize(("year", "back"), [(2025, True), (2026, False)])
def test_a_year_that_is_over_is_paid_back(year: int, back: bool) -> None:
    assert is_back_payment(year, date(2026, 1, 1)) is back


@pytest.mark.rule("R-106")
@pytest.mark.parametrize(
    ("year", "paid_fen", "refused"), [(2025, 0, False), (2025, 1, True), (2026, 30000, False), (2026, 0, False)]
)
def test_a_missed_year_is_paid_once_and_the_running_year_in_parts(year: int, paid_fen: int, refused: bool) -> None:
    assert (once_problem(year, date(2026, 11, 1), paid_fen) is not None) is refused


@pytest.mark.rule("R-109")
@pytest.mark.parametrize(
    ("born", "near"), [(date(1966, 7, 1), False), (date(1966, 6, 30), True), (date(1970, 1, 1), False)]
)
def test_who_was_less_than_fifteen_years_from_sixty(born: date, near: bool) -> None:
    assert was_near_sixty(born, START) is near


@pytest.mark.rule("R-109")
@pytest.mark.parametrize("born", [date(year, 6, 30) for year in range(1951, 1966)])
def test_ages_46_to_60_are_fifteen_years_however_the_scheme_cuts_them(born: date) -> None:
    """All years together, before the scheme and within it, when none is paid yet: he is past 60 by then."""
    assert len(missed_years(born, date(2030, 1, 1), START, (), by_agency=True)) == 15


@pytest.mark.rule("R-109")
@pytest.mark.parametrize(("born", "left"), [(date(1966, 6, 30), 0), (date(1966, 7, 1), 1)])
def test_who_was_near_sixty_stops_at_fifteen_years(born: date, left: int) -> None:
    """Both had sixteen calendar years from the begin of the scheme to 60; the younger one may pay them all."""
    paid = set(range(2011, 2026))
    assert len(missed_years(born, date(2027, 1, 1), START, paid)) == left
    assert len(missed_years(born, date(2027, 1, 1), START, paid - {2015})) == 2


@pytest.mark.rule("R-109", "R-110")
@pytest.mark.parametrize(
    ("born", "with_final", "without"),
    [
        (date(1951, 7, 1), 0, 0),  # 60 on the day the scheme began
        (date(1951, 7, 2), 1, 0),  # 60 on the day after
        (date(1956, 5, 1), 6, 5),
        (date(1965, 5, 1), 15, 14),
        (date(1966, 5, 1), 15, 15),
        (date(1990, 5, 1), 15, 15),
    ],
)  # fmt: skip
def test_how_many_years_are_needed(born: date, with_final: int, without: int) -> None:
    assert years_needed(born, START) == with_final
    assert years_needed(born, START, final_year_due=False) == without
