"""What a year may be changed to, and what it then counts as."""

import pytest

from domain.codes import ORDINARY
from domain.money import Fen, yuan
from domain.parameters import ANY_HOUSEHOLD, ContributionRule
from domain.rules.adjustment import ITEMS, NOTHING, Amounts, difference, offered, problems, tier
from tests.rules.worked import examples

SUBSIDIES = {"200": (30, 5, 5), "300": (35, 5, 10), "500": (40, 10, 10), "1000": (60, 10, 10), "2000": (90, 15, 15),
             "3000": (120, 20, 20)}  # fmt: skip


def rule(code: str, *, government_paid: int = 0, category: str = ORDINARY) -> ContributionRule:
    fen = yuan(code)
    province, city, county = (Fen(each * 100) for each in SUBSIDIES[code])
    return ContributionRule(
        category=category, household_type=ANY_HOUSEHOLD, tier=code, tier_fen=fen, personal=Fen(fen - government_paid),
        province=province, city=city, county=county, government_paid=Fen(government_paid), versions=(),
    )  # fmt: skip


ORDINARY_TIERS = [rule(code) for code in SUBSIDIES]


def amounts(row: dict[str, str], prefix: str) -> Amounts:
    return Amounts(**{item: yuan(row[prefix + title]) for item, title in ITEMS.items()})


@pytest.mark.parametrize("row", examples("adjustment"))
def test_worked_examples_of_adjustments(row: dict[str, str]) -> None:
    before, after = amounts(row, "原"), amounts(row, "调后")
    found = problems(
        before, after, ORDINARY_TIERS, year=2025, paid=before != NOTHING, receiving=row["参保状态"] == "领取",
        bulk=row["批量"] == "是",
    )  # fmt: skip
    assert [each.code for each in found] == ([] if row["结果"] == "可以" else [row["结果"]])
    if row["结果"] == "可以":
        assert tier(ORDINARY_TIERS, after) == row["达到档次"]


@pytest.mark.rule("R-165")
def test_a_tier_brings_its_own_amounts_and_no_subsidy_for_a_year_paid_later() -> None:
    poor = rule("200", government_paid=10000, category="051")
    assert offered(poor, subsidised=True) == Amounts(
        personal=Fen(10000), province=Fen(3000), city=Fen(500), county=Fen(500), government_paid=Fen(10000)
    )
    assert offered(rule("200"), subsidised=False) == Amounts(personal=Fen(20000))


@pytest.mark.rule("R-155", "R-157")
def test_government_may_take_over_a_part_that_the_person_paid() -> None:
    before = Amounts(personal=Fen(20000), province=Fen(3000))
    after = Amounts(personal=Fen(10000), province=Fen(3000), government_paid=Fen(10000))
    poor = [rule("200", government_paid=10000, category="051")]
    assert problems(before, after, poor, year=2025, paid=True, receiving=False, bulk=False) == []
    assert tier(poor, after) == "200"


@pytest.mark.rule("R-102", "R-129")
def test_a_tier_that_government_pays_counts_only_while_government_pays_it() -> None:
    """Its personal part is 0, so that the person's payment alone does not tell."""
    paid = [rule("200", government_paid=20000, category="051")]
    assert tier(paid, Amounts(government_paid=Fen(20000))) == "200"
    assert tier(paid, Amounts(government_paid=Fen(19999))) == ""
    assert tier(paid, NOTHING) == ""


@pytest.mark.rule("R-165")
def test_the_difference_of_each_part_is_what_is_added() -> None:
    before = Amounts(personal=Fen(20000), province=Fen(3000))
    after = Amounts(personal=Fen(10000), province=Fen(3000), government_paid=Fen(10000))
    assert difference(after, before) == Amounts(personal=Fen(-10000), government_paid=Fen(10000))
