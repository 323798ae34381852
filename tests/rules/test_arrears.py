"""Back pay and deductions, certification, imprisonment: month by month."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import months
from domain.money import Fen, yuan
from domain.rules.arrears import Standard, differences, due, net
from domain.rules.certification import reminders, suspended_from, valid_until
from domain.rules.imprisonment import Situation, Spell, joins_increase, months_owed_after_acquittal, pays
from tests.rules.worked import examples


def amounts(text: str) -> dict[int, Fen]:
    return {int(month): yuan(fen) for month, fen in (pair.split(":") for pair in text.split())}


@pytest.mark.parametrize("row", examples("arrears"))
def test_worked_examples_of_arrears(row: dict[str, str]) -> None:
    first, last = map(int, row["应发月份"].split("-"))
    asked = list(months.between(first, last))
    stopped = [int(month) for month in row["暂停"].split()]
    owed = due([Standard(month, fen) for month, fen in amounts(row["标准"]).items()], asked, stopped)
    paid = dict.fromkeys(asked, yuan(row["已发"])) if row["已发"] else {}
    assert differences(owed, paid) == amounts(row["补扣"])


def test_a_month_before_the_first_standard_is_nobodys() -> None:
    with pytest.raises(ValueError, match="no standard for 202312"):
        due([Standard(202401, Fen(1))], [202312])


MONTHS = st.integers(2011 * 12, 2030 * 12).map(lambda n: n // 12 * 100 + n % 12 + 1)
PAID = st.dictionaries(MONTHS, st.integers(0, 50_000), max_size=20)


@pytest.mark.rule("R-240", "R-301")
@given(owed=PAID, paid=PAID)
def test_what_was_paid_and_the_differences_are_what_is_owed(owed: dict[int, int], paid: dict[int, int]) -> None:
    found = differences(owed, paid)
    assert sum(paid.values()) + sum(found.values()) == sum(owed.values())
    corrected = {month: paid.get(month, 0) + found.get(month, 0) for month in {*owed, *paid}}
    assert differences(owed, corrected) == {}


@pytest.mark.rule("R-264")
@given(month=st.integers(0, 50_000), lines=st.lists(st.integers(-50_000, 50_000)), carried=st.integers(0, 50_000))
def test_nobody_is_paid_less_than_nothing_and_the_rest_is_carried(month: int, lines: list[int], carried: int) -> None:
    found = net(month, lines, carried)
    assert found.pays >= 0 <= found.carried
    assert found.pays - found.carried == month + sum(lines) - carried
    assert 0 in (found.pays, found.carried)


@pytest.mark.parametrize("row", examples("certification"))
def test_worked_examples_of_certification(row: dict[str, str]) -> None:
    last, cycle = int(row["上次认证"]), int(row["周期"])
    assert valid_until(last, cycle) == date.fromisoformat(row["有效到"])
    assert suspended_from(last, cycle) == int(row["从哪月暂停"])


@pytest.mark.rule("R-289")
def test_people_are_reminded_a_month_and_a_week_before() -> None:
    assert reminders(202511) == (date(2026, 10, 31), date(2026, 11, 23))


@pytest.mark.rule("R-363", "R-364", "R-366", "R-367", "R-369")
@pytest.mark.parametrize(
    ("situation", "paid", "increased"),
    [
        (Situation.WANTED_OR_DETAINED, False, True), (Situation.IMPRISONED, False, False),
        (Situation.SERVING_OUTSIDE, True, False), (Situation.PAROLED, True, False),
    ],
)  # fmt: skip
def test_each_situation_has_its_own_rule_from_its_first_to_its_last_month(
    situation: Situation, paid: bool, increased: bool
) -> None:
    spells = [Spell(situation, 202603, 202605)]
    assert [pays(spells, month) for month in (202602, 202603, 202605, 202606)] == [True, paid, paid, True]
    assert [joins_increase(spells, month) for month in (202602, 202603, 202605, 202606)] == [
        True,
        increased,
        increased,
        True,
    ]
    assert pays([Spell(situation, 202603)], 209912) is paid


@pytest.mark.rule("R-369")
def test_only_a_detention_that_came_to_nothing_is_made_good() -> None:
    spells = [Spell(Situation.WANTED_OR_DETAINED, 202511, 202601), Spell(Situation.IMPRISONED, 202602, 202603)]
    assert months_owed_after_acquittal(spells, 202605) == [202511, 202512, 202601]
    assert months_owed_after_acquittal([Spell(Situation.WANTED_OR_DETAINED, 202604)], 202605) == [202604, 202605]


@given(MONTHS, st.integers(-300, 300))
def test_months_are_counted_over_the_years(month: int, count: int) -> None:
    later = months.after(month, count)
    assert months.after(later, -count) == month
    assert (later > month) == (count > 0)
    assert months.month_of(months.first_day(month)) == months.month_of(months.last_day(month)) == month
    assert len(list(months.between(month, later))) == months.count(month, later) == max(0, count + 1)
