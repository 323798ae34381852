"""What is asked back, how it is divided, when an agreement is broken."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import show, yuan
from domain.rules import recovery as rule
from domain.rules.recovery import Cause, Instalment, Notice
from tests.rules.worked import examples

FIRST = date(2027, 1, 31)


@pytest.mark.parametrize("row", examples("recovery"))
def test_worked_instalments(row: dict[str, str]) -> None:
    parts = [each.amount_fen for each in rule.instalments(yuan(row["金额"]), int(row["期数"]), FIRST)]
    assert [show(fen) for fen in (parts[0], parts[-1])] == [row["每期"], row["最后一期"]]
    assert set(parts[:-1]) == {parts[0]}
    assert sum(parts) == yuan(row["金额"])


@pytest.mark.rule("R-356")
@given(total=st.integers(200, 10**9), count=st.integers(2, 60))
def test_instalments_sum_exactly_and_none_is_nothing(total: int, count: int) -> None:
    if total < 100 * count:
        with pytest.raises(ValueError, match="too many"):
            rule.instalments(total, count, FIRST)
        return
    parts = rule.instalments(total, count, FIRST)
    assert sum(each.amount_fen for each in parts) == total
    assert min(each.amount_fen for each in parts) > 0
    assert len({each.due_on for each in parts}) == count


def test_instalments_are_due_on_the_same_day_or_the_last_of_the_month() -> None:
    days = [each.due_on for each in rule.instalments(10000, 4, FIRST)]
    assert days == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert rule.instalments(10000, 2, date(2026, 12, 5))[1].due_on == date(2027, 1, 5)


@pytest.mark.parametrize("count", [1, 61])
def test_one_instalment_is_none_and_sixty_are_enough(count: int) -> None:
    with pytest.raises(ValueError, match="too many"):
        rule.instalments(10**6, count, FIRST)


AGREED = [Instalment(date(2027, month, 10), 100) for month in (1, 2, 3)]


@pytest.mark.rule("R-355")
@pytest.mark.parametrize(
    ("paid", "on", "missed", "next_on", "broken"),
    [
        (0, date(2027, 1, 10), [], date(2027, 1, 10), False),  # the day itself is in time
        (0, date(2027, 1, 11), [0], date(2027, 1, 10), False),
        (99, date(2027, 1, 11), [0], date(2027, 1, 10), False),
        (100, date(2027, 1, 11), [], date(2027, 2, 10), False),
        (100, date(2027, 3, 10), [1], date(2027, 2, 10), False),
        (100, date(2027, 3, 11), [1, 2], date(2027, 2, 10), True),
        (300, date(2027, 5, 1), [], None, False),
    ],
)
def test_what_was_missed(paid: int, on: date, missed: list[int], next_on: date | None, broken: bool) -> None:
    found = rule.standing(AGREED, paid, on)
    assert (found.missed, found.next_on, found.broken) == (missed, next_on, broken)


@pytest.mark.rule("R-358")
@pytest.mark.parametrize(
    ("open_fen", "recovered", "limit", "asked"),
    [
        (500, 0, None, 500),
        (500, 0, 500, 500),
        (500, 0, 499, 499),
        (500, 0, 0, 0),
        (300, 200, 400, 200),
        (300, 200, 100, 0),
    ],
)
def test_heirs_owe_no_more_than_they_inherited(open_fen: int, recovered: int, limit: int | None, asked: int) -> None:
    assert rule.demandable(open_fen, recovered, limit) == asked


@pytest.mark.rule("R-348")
@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**6), min_size=1), st.data())
def test_an_amount_over_items_is_never_more_of_one_than_is_open(left: dict[str, int], data: st.DataObject) -> None:
    fen = data.draw(st.integers(1, sum(left.values())))
    parts = rule.spread(fen, left)
    assert sum(parts.values()) == fen
    assert all(0 < parts[item] <= left[item] for item in parts)
    with pytest.raises(ValueError, match="more than is open"):
        rule.spread(sum(left.values()) + 1, left)


@pytest.mark.rule("R-352", "R-353")
def test_which_notice_goes_to_whom() -> None:
    assert {cause for cause in Cause if rule.notice_of(cause) is Notice.DEMAND} == {Cause.DEATH, Cause.IMPRISONED}


@pytest.mark.parametrize(("taken", "ours"), [(0, 0), (300, 0), (301, 1), (800, 500), (900, 500)])
def test_plans_take_off_first_what_they_had_to_before(taken: int, ours: int) -> None:
    assert rule.deducted(500, 300, taken) == ours
