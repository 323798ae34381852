"""Interest by formula, by hand, and month by month."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from domain.funds import Fund
from domain.money import show, yuan
from domain.rules.interest import Movement, NegativeBase, interest_of, millionths, rounded
from tests.rules.worked import examples


def movements(text: str, sign: int) -> list[Movement]:
    pairs = [pair.split(":") for pair in text.split()]
    return [Movement(int(month), Fund.PERSONAL, sign * yuan(amount)) for month, amount in pairs]


@pytest.mark.parametrize("row", examples("interest"))
def test_worked_examples_of_interest(row: dict[str, str]) -> None:
    moved = movements(row["存入"], 1) + movements(row["支出"], -1)
    opening = yuan(row["年初"])
    found = interest_of(
        {Fund.PERSONAL: opening},
        moved,
        Decimal(row["利率"]),
        until=int(row["到几月"]),
        same_month=row["支出当月停息"] == "是",
    )
    assert show(found.total) == row["利息"]
    if row["期末"]:
        closing = opening + sum(each.fen for each in moved) + found.total
        assert closing == yuan(row["期末"])


FUND_AMOUNTS = st.dictionaries(st.sampled_from(Fund), st.integers(0, 5_000_000), max_size=8)
MOVED = st.lists(
    st.builds(Movement, st.integers(1, 12), st.sampled_from(Fund), st.integers(-2_000_00, 500_000)), max_size=15
)
RATES = st.integers(0, 90_000).map(lambda ppm: Decimal(ppm) / 1_000_000)


def month_by_month(
    opening: dict[Fund, int], moved: list[Movement], rate: Decimal, until: int, *, same: bool
) -> Fraction:
    """What stands there at the begin of each month bears a twelfth of the year's rate in that month."""
    held, total = Fraction(sum(opening.values())), Fraction(0)
    for month in range(1, until + 1):
        if same:
            held += sum(each.fen for each in moved if each.month == month and each.fen < 0)
        total += held * Fraction(rate) / 12
        held += sum(each.fen for each in moved if each.month == month and (each.fen > 0 or not same))
    return total


@pytest.mark.rule("R-178", "R-182", "R-183")
@given(opening=FUND_AMOUNTS, moved=MOVED, rate=RATES, until=st.integers(1, 12), same=st.booleans())
def test_the_formula_is_the_sum_of_the_months_and_the_parts_are_the_total(
    opening: dict[Fund, int], moved: list[Movement], rate: Decimal, until: int, same: bool
) -> None:
    within = [each for each in moved if each.month <= until]
    try:
        found = interest_of(opening, within, rate, until=until, same_month=same)
    except NegativeBase:
        reject()
    exact = month_by_month(opening, within, rate, until, same=same)
    assert abs(found.total - exact) <= Fraction(1, 2)
    assert sum(found.by_fund.values()) == found.total
    assert all(part > 0 for part in found.by_fund.values())


@pytest.mark.rule("R-183")
def test_interest_is_split_by_largest_remainder() -> None:
    """35 分 on three equal funds: 11⅔ each; the two 分 left over go to the first two."""
    opening = {Fund.PERSONAL: 1000, Fund.COLLECTIVE: 1000, Fund.LAND_LOSS: 1000}
    found = interest_of(opening, [], Decimal("0.011667"))
    assert found.by_fund == {Fund.PERSONAL: 12, Fund.COLLECTIVE: 12, Fund.LAND_LOSS: 11}


def test_a_fund_that_gave_more_than_it_had_is_not_reckoned() -> None:
    with pytest.raises(NegativeBase):
        interest_of({Fund.PERSONAL: 100}, [Movement(1, Fund.PERSONAL, -200)], Decimal("0.02"))
    exactly = interest_of({Fund.PERSONAL: 1100}, [Movement(1, Fund.PERSONAL, -1200)], Decimal("0.02"))
    assert exactly.total == 0


@pytest.mark.parametrize(("rate", "ppm"), [("0", 0), ("0.0225", 22500), ("0.000001", 1), ("0.999999", 999_999)])
def test_a_rate_in_millionths(rate: str, ppm: int) -> None:
    assert millionths(Decimal(rate)) == ppm


@pytest.mark.parametrize("rate", ["0.0000001", "1", "-0.01"])
def test_a_rate_that_cannot_be_reckoned_with_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="crediting rate"):
        millionths(Decimal(rate))


@pytest.mark.parametrize(("fund_months", "fen"), [(0, 0), (5_999_999, 5000), (6_000_599, 5000), (6_000_600, 5001)])
def test_half_a_fen_is_rounded_up(fund_months: int, fen: int) -> None:
    """At 1 % a year 1,200 fund-months bear one 分."""
    assert rounded(fund_months, 10_000) == fen


@pytest.mark.rule("R-430")
def test_the_explanation_names_the_rate_every_sum_and_its_months() -> None:
    found = interest_of(
        {Fund.PERSONAL: 10_000_00}, [Movement(3, Fund.PERSONAL, 1000_00), Movement(3, Fund.SUBSIDY_CITY, 10_00)],
        Decimal("0.03"), year=2024, versions=(7,),
    )  # fmt: skip
    assert found.trace.inputs == {"记账利率": "3.00%", "年度": "2024年"}
    assert [(step.rule, step.inputs["金额"], step.inputs["计息月数"], step.result) for step in found.trace.children] == [
        ("年初本息", "10,000.00元", "12个月", "约300.00元"), ("3月存入", "1,010.00元", "9个月", "约22.73元"),
    ]  # fmt: skip
    assert found.trace.all_versions() == {7}
