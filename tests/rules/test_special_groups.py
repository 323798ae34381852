"""As whom somebody pays: lists that overlap, begin late and end."""

from datetime import date

import pytest

from domain.money import Fen
from domain.parameters import ContributionRule
from domain.rules.special_groups import Spell, identity
from tests.rules.worked import examples

MARCH = date(2026, 3, 1)


def rule(category: str, paid: int, household: str = "20") -> ContributionRule:
    zero = Fen(0)
    return ContributionRule(
        category=category, household_type=household, tier="100", tier_fen=Fen(10000), personal=Fen(10000 - paid),
        province=zero, city=zero, county=zero, government_paid=Fen(paid), versions=(),
    )  # fmt: skip


RULES = [
    rule("011", 0, "*"),
    rule("021", 5000),
    rule("031", 10000),
    rule("051", 10000),
    rule("061", 3000),
    rule("022", 9000, "10"),
]


def spell(category: str, from_on: date = date(2020, 1, 1), until_on: date | None = None) -> Spell:
    return Spell(category, from_on, until_on)


@pytest.mark.rule("R-124")
@pytest.mark.parametrize(
    ("held", "found"),
    [
        ([], "011"), (["021"], "021"), (["061", "021"], "021"), (["021", "051"], "051"), (["051", "031"], "031"),
    ],
)  # fmt: skip
def test_of_several_identities_the_one_government_pays_most_for_counts(held: list[str], found: str) -> None:
    assert identity([spell(category) for category in held], 2026, MARCH, RULES, "20") == found


@pytest.mark.rule("R-122")
@pytest.mark.parametrize(("from_on", "found"), [(MARCH, "061"), (date(2026, 3, 2), "011")])
def test_an_identity_must_have_begun_before_the_payment(from_on: date, found: str) -> None:
    assert identity([spell("061", from_on)], 2026, MARCH, RULES, "20") == found


@pytest.mark.rule("R-122")
@pytest.mark.parametrize(("from_on", "found"), [(date(2025, 12, 31), "061"), (date(2026, 1, 1), "011")])
def test_a_year_paid_back_is_paid_as_who_one_was_then(from_on: date, found: str) -> None:
    assert identity([spell("061", from_on)], 2025, MARCH, RULES, "20") == found


@pytest.mark.rule("R-125", "R-126", "R-137")
@pytest.mark.parametrize(
    ("category", "until_on", "found"),
    [
        ("051", date(2026, 1, 1), "051"), ("051", date(2025, 12, 31), "011"),
        ("061", date(2026, 2, 1), "061"), ("061", date(2025, 12, 31), "011"), ("061", None, "061"),
    ],
)  # fmt: skip
def test_an_identity_that_ended_keeps_its_year_and_not_the_next(
    category: str, until_on: date | None, found: str
) -> None:
    assert identity([spell(category, until_on=until_on)], 2026, MARCH, RULES, "20") == found


@pytest.mark.parametrize("row", examples("identity_end"))
def test_worked_examples_of_leaving_a_list(row: dict[str, str]) -> None:
    begun, ended, paid = (date.fromisoformat(row[name]) if row[name] else None for name in ("开始日期", "结束日期", "缴费日期"))
    assert begun is not None
    assert paid is not None
    found = identity([spell(row["身份"], begun, ended)], int(row["缴费年度"]), paid, RULES, "20")
    assert found == (row["身份"] if row["政府代缴"] == "是" else "011")


@pytest.mark.rule("R-131", "R-132")
def test_an_identity_without_rules_for_the_household_pays_as_anybody() -> None:
    assert identity([spell("022")], 2026, MARCH, RULES, "20") == "011"
    assert identity([spell("022")], 2026, MARCH, RULES, "10") == "022"
    assert identity([spell("022"), spell("061")], 2026, MARCH, RULES, "20") == "061"
