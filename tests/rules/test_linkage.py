"""制度衔接: conditions from both sides, years by months, nobody's year twice."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules import linkage as rule
from domain.rules.linkage import Direction, Facts
from tests.rules.worked import examples

GOOD = Facts(
    on=date(2026, 11, 20), retired_on=date(2026, 11, 20), employee_months=180, participates=True, draws=False, under_way=False,
    open_business=(),
)  # fmt: skip


def codes(direction: Direction, **changes: Any) -> list[str]:
    return [each.code for each in rule.findings(direction, msgspec.structs.replace(GOOD, **changes))]


@pytest.mark.rule("R-397", "R-398", "R-399", "R-410")
@pytest.mark.parametrize(
    ("direction", "changes", "expected"),
    [
        ("to_employee", {}, []),
        ("to_employee", {"employee_months": 179}, ["too-few-years"]),
        ("to_resident", {"employee_months": 179}, []),
        ("to_resident", {}, ["enough-years"]),
        ("to_employee", {"retired_on": date(2026, 11, 21)}, ["too-young"]),
        ("to_employee", {"draws": True}, ["receiving"]),
        ("to_employee", {"participates": False}, ["not-participating"]),
        ("to_employee", {"under_way": True}, ["under-way"]),
        ("to_employee", {"open_business": ("1件业务",)}, ["open-business"]),
    ],
)
def test_who_may_link_and_which_way(direction: str, changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(Direction(direction), **changes) == expected


@pytest.mark.rule("R-402", "R-404", "R-406")
@pytest.mark.parametrize("row", examples("linkage"))
def test_years_as_worked_by_hand(row: dict[str, str]) -> None:
    here = [int(year) for year in row["本地年度"].split()]
    found = rule.years(here, rule.parse_months(row["职工年度"]))
    assert " ".join(map(str, found.added)) == row["新增年度"]
    assert (found.months, len({*here, *found.added})) == (int(row["余月"]), int(row["合计年数"]))


@given(st.sets(st.integers(2010, 2030)), st.dictionaries(st.integers(2000, 2030), st.integers(0, 12)))
def test_no_month_counts_twice_and_none_is_lost(here: set[int], employee: dict[int, int]) -> None:
    found = rule.years(here, employee)
    assert not here & set(found.added)
    assert len(found.added) * 12 + found.months == sum(months for year, months in employee.items() if year not in here)
    assert set(rule.overlap(here, employee)) <= here


def test_months_are_typed_plainly_and_refused_in_words() -> None:
    assert rule.parse_months("2015：12，2016:5") == {2015: 12, 2016: 5}
    for wrong, words in (("2015", "年:月数"), ("2015:13", "1到12"), ("2015:0", "1到12"), ("2015:1 2015:2", "两次"), ("x:1", "年:月数")):
        with pytest.raises(ValueError, match=words):
            rule.parse_months(wrong)
    with pytest.raises(ValueError, match="12"):
        rule.years([], {2015: 13})
    assert (rule.in_words(96), rule.in_words(101)) == ("8年", "8年5个月")
