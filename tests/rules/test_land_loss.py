"""An award spread over the years before 60, and what is left a month before."""

from datetime import date

import pytest

from domain.money import Fen, yuan
from domain.rules.land_loss import Award, Credit, due, remainder, remainder_from, yearly
from tests.rules.worked import examples

EXPROPRIATED = date(2026, 6, 30)


def award(*, at_once: bool = False, born_on: date = date(1974, 1, 1)) -> Award:
    return Award(total_fen=yuan("30000"), years=15, expropriated_on=EXPROPRIATED, born_on=born_on, at_once=at_once)


@pytest.mark.parametrize("row", examples("land_loss"))
def test_worked_examples_of_a_yearly_award(row: dict[str, str]) -> None:
    of_row = Award(
        total_fen=yuan(row["补贴总额"]), years=int(row["补贴年限"]), expropriated_on=date.fromisoformat(row["被征地日期"]),
        born_on=date.fromisoformat(row["出生日期"]), at_once=False,
    )  # fmt: skip
    parts = yearly(of_row)
    assert len(parts) == int(row["划入年数"])
    assert [part.year for part in parts] == [of_row.expropriated_on.year + n for n in range(len(parts))]
    assert sum(part.fen for part in parts) == yuan(row["逐年划入合计"])
    assert remainder(of_row) == yuan(row["60周岁前剩余"])
    if parts:
        assert parts[0].fen == yuan(row["每年划入"])
        assert parts[0].fen - parts[-1].fen in (0, 1)


@pytest.mark.rule("R-145")
def test_a_part_is_credited_when_the_year_is_paid_and_once() -> None:
    on = date(2028, 3, 1)
    found = due(award(), on, paid_years={2026, 2028}, credited={2026: 200000}, receiving=False)
    assert found == [Credit(2028, yuan("2000"))]
    assert due(award(), on, paid_years={2026}, credited={2026: 200000}, receiving=False) == []


@pytest.mark.rule("R-147", "R-149")
def test_no_part_is_for_a_year_to_come_or_before_the_expropriation() -> None:
    years = set(range(2020, 2040))
    assert due(award(), date(2026, 6, 29), paid_years=years, credited={}, receiving=False) == []
    assert [c.year for c in due(award(), EXPROPRIATED, paid_years=years, credited={}, receiving=False)] == [2026]
    assert due(award(at_once=True), EXPROPRIATED, paid_years={2025}, credited={}, receiving=False) == []
    assert due(award(at_once=True), EXPROPRIATED, paid_years={2026}, credited={}, receiving=False) == [
        Credit(2026, yuan("30000"))
    ]


@pytest.mark.rule("R-149")
def test_who_was_past_sixty_at_the_expropriation_gets_nothing_for_the_years_before() -> None:
    past = award(born_on=date(1964, 1, 1))
    assert due(past, EXPROPRIATED, paid_years={2024}, credited={}, receiving=False) == []
    assert due(past, EXPROPRIATED, paid_years={2024}, credited={}, receiving=True) == [Credit(2026, yuan("30000"))]


@pytest.mark.rule("R-148")
@pytest.mark.parametrize(
    ("born", "first"),
    [
        (date(1974, 1, 1), date(2033, 12, 1)), (date(1974, 3, 31), date(2034, 2, 28)),
        (date(1972, 2, 29), date(2032, 1, 29)), (date(1974, 12, 15), date(2034, 11, 15)),
    ],
)  # fmt: skip
def test_the_last_month_before_sixty_begins(born: date, first: date) -> None:
    assert remainder_from(born) == first


@pytest.mark.rule("R-148")
def test_in_the_month_before_sixty_all_that_is_left_comes_at_once() -> None:
    credited = dict.fromkeys(range(2026, 2033), 200000)  # seven parts; 2033 is paid, its part not yet credited
    on = date(2033, 12, 1)
    before = due(award(), date(2033, 11, 30), paid_years={2033}, credited=credited, receiving=False)
    assert before == [Credit(2033, yuan("2000"))]
    assert due(award(), on, paid_years={2033}, credited=credited, receiving=False) == [Credit(2033, yuan("16000"))]
    assert due(award(), on, paid_years=set(), credited=credited, receiving=False) == []


def test_who_is_past_sixty_and_draws_nothing_yet_needs_the_year_of_sixty() -> None:
    on = date(2036, 5, 1)
    assert due(award(), on, paid_years={2034}, credited={}, receiving=False) == [Credit(2034, yuan("30000"))]
    assert due(award(), on, paid_years={2033}, credited={}, receiving=False) == []


@pytest.mark.rule("R-146")
def test_a_pensioner_gets_what_is_left_at_once_and_then_nothing() -> None:
    on = date(2027, 5, 1)
    found = due(award(), on, paid_years=(), credited={2026: 200000}, receiving=True)
    assert found == [Credit(2027, yuan("28000"))]
    assert due(award(), on, paid_years=(), credited={2026: 2999999}, receiving=True) == [Credit(2027, Fen(1))]
    assert due(award(), on, paid_years=(), credited={2026: 3000000}, receiving=True) == []
