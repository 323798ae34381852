from datetime import date

import pytest

from domain.timeline import Dated, Timeline

BASE = Timeline(
    [
        Dated(date(2018, 1, 1), date(2018, 5, 10), 8800, "文号乙", 2),
        Dated(date(2014, 7, 1), date(2015, 1, 10), 7000, "文号甲", 1),
    ]
)


def test_a_value_holds_from_its_day_on_and_not_the_day_before() -> None:
    assert BASE.at(date(2017, 12, 31)) == 7000
    assert BASE.at(date(2018, 1, 1)) == 8800
    assert BASE.at(date(2014, 6, 30)) is None
    assert BASE.at(date(2014, 7, 1)) == 7000


@pytest.mark.rule("R-307")
def test_before_the_decision_was_known_the_old_value_was_paid() -> None:
    march = date(2018, 3, 1)
    assert BASE.at(march, known=date(2018, 5, 9)) == 7000
    assert BASE.at(march, known=date(2018, 5, 10)) == 8800
    assert BASE.at(march) == 8800


def test_of_two_rows_for_one_day_the_later_decision_counts() -> None:
    corrected = Timeline([*BASE.rows, Dated(date(2018, 1, 1), date(2018, 9, 1), 8900, "更正", 3)])
    assert corrected.at(date(2018, 1, 1)) == 8900
    assert corrected.at(date(2018, 1, 1), known=date(2018, 8, 31)) == 8800


@pytest.mark.rule("R-427")
def test_an_ending_is_a_row_and_keeps_the_history() -> None:
    ended = Timeline([*BASE.rows, Dated(date(2020, 1, 1), date(2019, 12, 1), None, "废止", 4)])
    assert ended.at(date(2019, 12, 31)) == 8800
    assert ended.at(date(2020, 1, 1)) is None
    row = ended.row_at(date(2020, 1, 1))
    assert row is not None
    assert row.document == "废止"
