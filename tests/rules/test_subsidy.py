"""The month's estimate, and money that comes in parts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Fen, show, yuan
from domain.rules.contribution import Entitlement
from domain.rules.subsidy import Claim, distribute, estimate, is_over, offset
from tests.rules.worked import examples


@pytest.mark.parametrize("row", examples("subsidy_estimate"))
def test_worked_examples_of_an_estimate(row: dict[str, str]) -> None:
    claims: list[Claim] = []
    for part in row["各档缴费人次"].split():
        tier, people, subsidy = part.split(":")
        owed = Entitlement(province=yuan(subsidy))
        claims += [Claim(202611, tier, yuan(tier), owed)] * int(people)
    lines = estimate(claims)
    assert [line.tier for line in lines] == ["100", "500", "1000"]
    assert sum(line.times for line in lines) == int(row["人次合计"])
    assert sum(line.personal for line in lines) == yuan(row["个人缴费合计"])
    assert sum(line.subsidy for line in lines) == yuan(row["补贴合计"])


@pytest.mark.rule("R-411")
def test_the_sheet_shows_what_each_level_owes() -> None:
    owed = Entitlement(province=Fen(3000), city=Fen(500), county=Fen(200), government_paid=Fen(10000))
    back = Entitlement(province=Fen(-1000))
    (line,) = estimate([Claim(202611, "100", Fen(0), owed), Claim(202611, "100", Fen(-10000), back)])
    assert (line.times, line.personal, line.province, line.city, line.county, line.government_paid) == (
        2, -10000, 2000, 500, 200, 10000,
    )  # fmt: skip
    assert line.subsidy == 12700


@pytest.mark.rule("R-412", "R-415")
@pytest.mark.parametrize(
    ("on", "over"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2027, 1, 1), True)]
)
def test_a_month_is_reckoned_in_the_month_after(on: date, over: bool) -> None:
    assert is_over(202611, on) is over


@pytest.mark.parametrize("row", examples("subsidy_arrival"))
def test_worked_examples_of_an_arrival(row: dict[str, str]) -> None:
    owed = [(int(period), yuan(amount)) for period, amount in (part.split(":") for part in row["应补"].split())]
    assert " ".join(show(part) for part in distribute(yuan(row["到账"]), owed)) == row["分到"]


@pytest.mark.rule("R-414")
@pytest.mark.parametrize("arrived", [6001, -1])
def test_more_than_is_owed_or_less_than_nothing_is_not_distributed(arrived: int) -> None:
    with pytest.raises(ValueError, match="more arrived"):
        distribute(arrived, [(202601, 6000)])
    assert distribute(6000, [(202601, 6000)]) == [6000]


@pytest.mark.rule("R-414", "R-420")
@given(
    owed=st.lists(st.tuples(st.sampled_from([202512, 202601, 202602]), st.integers(0, 100_000)), max_size=12),
    data=st.data(),
)
def test_nothing_is_lost_nobody_gets_too_much_and_no_month_overtakes(
    owed: list[tuple[int, int]], data: st.DataObject
) -> None:
    arrived = data.draw(st.integers(0, sum(fen for _, fen in owed)))
    parts = distribute(arrived, owed)
    assert sum(parts) == arrived
    assert all(0 <= part <= fen for part, (_, fen) in zip(parts, owed, strict=True))
    open_months = {period for part, (period, fen) in zip(parts, owed, strict=True) if part < fen}
    served = {period for part, (period, _) in zip(parts, owed, strict=True) if part}
    assert not open_months or all(period <= min(open_months) for period in served)


@pytest.mark.rule("R-166")
@pytest.mark.parametrize(
    ("owed", "parts"),
    [
        ([60, -60], [60, -60]), ([60, -20], [20, -20]), ([20, -60], [20, -20]), ([-30, 20, 40], [-30, 20, 10]),
        ([20, -10, -30], [20, -10, -10]), ([60], [0]), ([-60], [0]), ([], []),
    ],
)  # fmt: skip
def test_what_was_taken_back_before_its_money_came_cancels_without_money(owed: list[int], parts: list[int]) -> None:
    assert offset(owed) == parts


@pytest.mark.rule("R-166")
@given(owed=st.lists(st.integers(-1000, 1000), max_size=8))
def test_after_cancelling_claims_of_one_account_all_point_one_way(owed: list[int]) -> None:
    parts = offset(owed)
    left = [fen - part for fen, part in zip(owed, parts, strict=True)]
    assert sum(parts) == 0
    assert all(fen >= 0 for fen in left) or all(fen <= 0 for fen in left)
    assert all(abs(part) <= abs(fen) and part * fen >= 0 for fen, part in zip(owed, parts, strict=True))
