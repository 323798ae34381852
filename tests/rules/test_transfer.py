"""Who may move his relation, how, and on which day (规程第四十条至第四十五条)."""

from datetime import date

import pytest
from msgspec import structs

from domain.errors import Weight
from domain.money import yuan
from domain.rules import transfer as rule
from domain.rules.transfer import Leaving, Money, Scope
from tests.rules.worked import examples

ON = date(2026, 11, 20)
GOOD = Leaving(participates=True, receives=False, suspended=False, same_person=True, on=ON, valid_until=ON, open_business=(), unreceived_fen=0,
               carried=False)  # fmt: skip


@pytest.mark.rule("R-387", "R-376")
@pytest.mark.parametrize("row", examples("transfer"))
def test_worked_examples_of_what_goes(row: dict[str, str]) -> None:
    found = rule.amount(yuan(row["余额"]), yuan(row["应到未到补贴"]), carried=row["随同转出"] == "是")
    assert found == yuan(row["转出金额"])


@pytest.mark.parametrize(
    ("home", "other", "scope"),
    [(439901, 439901, Scope.SAME_COUNTY), (439901, 439902, Scope.SAME_PROVINCE), (439901, 519901, Scope.ACROSS), (439901, 449901, Scope.ACROSS)],
)
def test_the_first_two_digits_are_the_province(home: int, other: int, scope: Scope) -> None:
    assert rule.scope_of(home, other) is scope


@pytest.mark.rule("R-385", "R-376")
@pytest.mark.parametrize("inside", list(Money))
def test_across_provinces_money_always_follows(inside: Money) -> None:
    assert rule.money_of(Scope.ACROSS, inside) is Money.CASH
    assert rule.money_of(Scope.SAME_PROVINCE, inside) is inside


@pytest.mark.rule("R-380")
@pytest.mark.parametrize(
    ("sent", "last"),
    [(date(2026, 11, 20), date(2026, 12, 20)), (date(2026, 1, 31), date(2026, 2, 28)), (date(2028, 1, 30), date(2028, 2, 29)),
     (date(2026, 12, 31), date(2027, 1, 31))],
)  # fmt: skip
def test_a_letter_is_good_for_a_month(sent: date, last: date) -> None:
    assert rule.valid_until(sent) == last


@pytest.mark.rule("R-383")
@pytest.mark.parametrize(
    ("decided", "last", "out"),
    [(ON, date(2026, 5, 1), ON), (date(2026, 11, 21), date(2026, 5, 1), date(2026, 5, 1)), (date(2026, 11, 21), None, date(2026, 11, 21)),
     (date(2026, 11, 21), date(2026, 12, 31), date(2026, 11, 21))],
)  # fmt: skip
def test_a_late_decision_counts_from_the_last_day_of_business(decided: date, last: date | None, out: date) -> None:
    assert rule.out_on(decided, ON, last) == out


@pytest.mark.rule("R-376")
@pytest.mark.parametrize(("out", "month"), [(ON, 202612), (date(2026, 12, 1), 202701)])
def test_the_money_follows_next_month(out: date, month: int) -> None:
    assert rule.payment_month(out) == month


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, []),
        ({"receives": True}, ["receiving"]),
        ({"participates": False}, ["not-participating"]),
        ({"suspended": True}, ["suspended"]),
        ({"same_person": False}, ["identity-mismatch"]),
        ({"on": date(2026, 11, 21)}, ["letter-lapsed"]),
        ({"open_business": ("1件办理中的业务",)}, ["open-business"]),
    ],
)
@pytest.mark.rule("R-372", "R-380", "R-382", "R-396")
def test_what_bars_the_transfer_out(change: dict[str, object], codes: list[str]) -> None:
    found = rule.findings(structs.replace(GOOD, **change))
    assert [each.code for each in found] == codes
    assert all(each.weight is Weight.BARS for each in found)


@pytest.mark.rule("R-387")
@pytest.mark.parametrize(("carried", "code"), [(True, "subsidy-carried"), (False, "subsidy-later")])
def test_subsidies_that_have_not_come_bar_nobody(carried: bool, code: str) -> None:
    (found,) = rule.findings(structs.replace(GOOD, unreceived_fen=6000, carried=carried))
    assert (found.code, found.weight) == (code, Weight.NOTE)


@pytest.mark.rule("R-390")
def test_years_add_up_and_count_once() -> None:
    assert rule.years_together([2011, 2012], [2012, 2013]) == [2011, 2012, 2013]


@pytest.mark.rule("R-381")
@pytest.mark.parametrize(("lines", "name", "good"), [(100, "王大山", True), (101, "王大山", False), (100, "王大川", False)])
def test_a_form_is_confirmed_when_name_and_sum_agree(lines: int, name: str, good: bool) -> None:
    assert (rule.confirmed(lines, 100, "王大山", name) == "") is good
