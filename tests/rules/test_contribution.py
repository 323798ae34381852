"""Tiers, entitlements and the years that can be paid."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Problem
from domain.money import Fen, yuan
from domain.parameters import Kind, Missing, Parameters, Row, check_row, check_rules
from domain.rules.contribution import (
    Entitlement,
    beyond_the_top,
    counts,
    day_in_year,
    difference,
    entitled,
    is_a_tier,
    reached,
    rules_for,
    year_problem,
)
from tests.rules.worked import examples

JANUARY = date(2026, 1, 1)
# 城镇 has no rule of its own; 贫困人口一级 of a rural household is the example of the 2017 operation manual, annex 1.
VALUES = {
    ("tier", "100"): "100", ("tier", "300"): "300", ("tier", "1000"): "1000", ("tier", "3000"): "3000",
    **{("subsidy", f"{level}/{tier}"): fen for tier, values in {
        "100": ("30", "0", "0"), "300": ("40", "5", "5"), "1000": ("50", "5", "5"), "3000": ("100", "10", "10"),
    }.items() for level, fen in zip(("province", "city", "county"), values, strict=True)},
    **{("contribution_rule", f"051/20/100/{item}"): value for item, value in {
        "personal": "0.00", "province": "10.00", "city": "10.00", "county": "10.00", "government_paid": "100.00",
    }.items()},
    **{("contribution_rule", f"061/20/300/{item}"): value for item, value in {
        "personal": "200", "province": "40", "city": "0", "county": "0", "government_paid": "100",
    }.items()},
}  # fmt: skip


def parameters(**changed: str | None) -> Parameters:
    """`changed`: key to value, from 2027 on."""
    rows = [Row(id=n, kind=kind, key=key, value=value, effective_on=date(2020, 1, 1), decided_on=date(2020, 1, 1), document="x")
            for n, ((kind, key), value) in enumerate(VALUES.items(), start=1)]  # fmt: skip
    later = date(2027, 1, 1)
    rows += [Row(id=99, kind=Kind.CONTRIBUTION_RULE, key=key, value=value, effective_on=later, decided_on=later, document="y")
             for key, value in changed.items()]  # fmt: skip
    return Parameters(rows)


RULES = parameters().rules(JANUARY)
ORDINARY = rules_for(RULES, "011", "20")


@pytest.mark.parametrize("row", examples("contribution"))
def test_worked_examples_of_a_year(row: dict[str, str]) -> None:
    choices = rules_for(RULES, row["身份类别"], row["户口性质"])
    payments = [yuan(amount) for amount in row["缴费"].split()]
    tier, before = reached(choices, sum(payments)), reached(choices, sum(payments[:-1])) if payments[1:] else None
    assert (tier.tier if tier else "") == row["最后档次"]
    assert entitled(tier).total == yuan(row["政府补贴和代缴"])
    assert difference(entitled(tier), entitled(before)).total == yuan(row["最后一次增加"])
    assert sum(payments) + entitled(tier).total == yuan(row["账户增加"])


@pytest.mark.rule("R-134")
def test_the_example_of_the_manual_brings_130_yuan_into_the_account() -> None:
    (rule,) = rules_for(RULES, "051", "20")
    assert (rule.personal, rule.government_paid, rule.credited) == (0, yuan("100"), yuan("130"))
    assert reached([rule], 0) == rule
    assert entitled(rule).total == yuan("130")


@pytest.mark.rule("R-123")
def test_the_personal_part_is_the_tier_less_what_government_pays() -> None:
    (rule,) = rules_for(RULES, "061", "20")
    assert rule.personal == yuan("300") - yuan("100") == yuan("200")
    assert check_rules([rule]) == []


@pytest.mark.rule("R-123")
@pytest.mark.parametrize(("personal", "good"), [("199.99", False), ("200", True), ("200.01", False)])
def test_personal_and_government_paid_are_the_tier_to_the_fen(personal: str, good: bool) -> None:
    rules = parameters(**{"061/20/300/personal": personal}).rules(date(2027, 1, 1))
    assert (check_rules(rules) == []) is good


@pytest.mark.rule("R-132")
def test_rural_and_urban_households_have_rules_of_their_own() -> None:
    assert {rule.category for rule in rules_for(RULES, "051", "10")} == {"011"}
    assert {rule.category for rule in rules_for(RULES, "051", "20")} == {"051"}


@pytest.mark.rule("R-077")
def test_the_rule_of_one_tier_is_found_by_identity_and_household() -> None:
    found = parameters()
    assert found.rule("051", "20", "100", JANUARY) == rules_for(RULES, "051", "20")[0]
    assert found.rule("011", "10", "100", JANUARY) == ORDINARY[0]
    assert found.rule("051", "20", "300", JANUARY) is None
    assert found.rule("011", "20", "5000", JANUARY) is None


def test_a_rule_is_ended_and_not_deleted() -> None:
    ended = parameters(
        **{f"051/20/100/{item}": None for item in ("personal", "province", "city", "county", "government_paid")}
    )
    assert any(rule.category == "051" for rule in ended.rules(date(2026, 12, 31)))
    assert not any(rule.category == "051" for rule in ended.rules(date(2027, 1, 1)))


def test_a_rule_with_an_item_that_was_never_entered_is_no_rule() -> None:
    with pytest.raises(Missing, match="征缴规则"):
        parameters(**{"051/20/100/city": None}).rules(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("key", "value", "good"),
    [
        ("051/20/100/personal", "0", True), ("051/20/100/central", "0", False), ("051/20/100", "0", False),
        ("051//100/personal", "0", False), ("051/20/100/personal", "1.005", False), ("051/20/100/personal", None, True),
    ],
)  # fmt: skip
def test_the_row_of_a_rule_names_identity_household_tier_and_item(key: str, value: str | None, good: bool) -> None:
    assert (check_row("contribution_rule", key, value) is None) is good


@pytest.mark.rule("R-080", "R-081")
def test_a_second_payment_lifts_the_tier_and_adds_the_difference() -> None:
    first, second = reached(ORDINARY, yuan("300")), reached(ORDINARY, yuan("300") + yuan("700"))
    assert first is not None
    assert second is not None
    assert (first.tier, second.tier) == ("300", "1000")
    assert entitled(second).total == yuan("60")
    assert difference(entitled(second), entitled(first)).total == yuan("10")


@pytest.mark.rule("R-080", "R-155")
def test_the_difference_is_taken_level_by_level_and_may_be_negative() -> None:
    more, less = Entitlement(Fen(50), Fen(7), Fen(3), Fen(0)), Entitlement(Fen(30), Fen(5), Fen(2), Fen(100))
    assert difference(more, less) == Entitlement(Fen(20), Fen(2), Fen(1), Fen(-100))


@pytest.mark.rule("R-081", "R-101")
@pytest.mark.parametrize(
    ("paid", "tier"),
    [("99.99", None), ("100", "100"), ("299.99", "100"), ("300", "300"), ("2999.99", "1000"), ("3000", "3000")],
)
def test_the_tier_of_a_year_is_the_highest_that_is_paid_in_full(paid: str, tier: str | None) -> None:
    rule = reached(ORDINARY, yuan(paid))
    assert (rule.tier if rule else None) == tier
    assert counts(rule) is (tier is not None)


@pytest.mark.rule("R-080")
@pytest.mark.parametrize(("paid", "beyond"), [("3000", False), ("3000.01", True)])
def test_no_year_takes_more_than_the_highest_tier(paid: str, beyond: bool) -> None:
    assert beyond_the_top(ORDINARY, yuan(paid)) is beyond


@pytest.mark.rule("R-090")
@pytest.mark.parametrize(("fen", "good"), [(29999, False), (30000, True), (30001, False), (0, False)])
def test_a_batch_takes_exact_tiers_only(fen: int, good: bool) -> None:
    assert is_a_tier(ORDINARY, fen) is good


@given(payments=st.lists(st.integers(1, 100_000), min_size=1, max_size=6))
def test_however_a_year_is_paid_the_differences_add_up_to_its_entitlement(payments: list[int]) -> None:
    paid, before, added = 0, entitled(None), 0
    for fen in payments:
        paid += fen
        now = entitled(reached(ORDINARY, paid))
        added += difference(now, before).total
        before = now
    assert added == entitled(reached(ORDINARY, sum(payments))).total


BORN = date(1966, 5, 5)  # 46 in 2012, 60 in 2026
START = date(2011, 7, 1)


@pytest.mark.rule("R-095", "R-107", "R-108")
@pytest.mark.parametrize(
    ("year", "by_agency", "born", "code"),
    [
        (2026, False, BORN, None), (2027, False, BORN, "future-year"),
        (2026, False, date(1965, 12, 31), "too-old"), (2026, False, date(1966, 1, 1), None),
        (2011, False, BORN, None), (2010, False, BORN, "before-scheme"),
        (2010, True, date(1964, 1, 1), None), (2010, True, date(1965, 1, 1), "before-scheme-age"),
        (2026, False, date(2011, 1, 1), "too-young"), (2026, False, date(2010, 12, 31), None),
    ],
)  # fmt: skip
def test_which_year_can_be_paid_for(year: int, by_agency: bool, born: date, code: str | None) -> None:
    found = year_problem(year, date(2026, 11, 20), born, START, by_agency=by_agency)
    assert (found.code if isinstance(found, Problem) else None) == code


@pytest.mark.rule("R-077")
@pytest.mark.parametrize(
    ("year", "paid_on", "day"),
    [
        (2026, date(2026, 3, 1), date(2026, 3, 1)), (2025, date(2026, 3, 1), date(2025, 12, 31)),
        (2027, date(2026, 3, 1), date(2027, 1, 1)),
    ],
)  # fmt: skip
def test_the_parameters_of_a_payment_are_those_of_its_year(year: int, paid_on: date, day: date) -> None:
    assert day_in_year(year, paid_on) == day


def test_nothing_paid_reaches_no_tier_and_entitles_to_nothing() -> None:
    assert reached(ORDINARY, Fen(0)) is None
    assert entitled(None).total == 0
