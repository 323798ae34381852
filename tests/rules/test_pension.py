"""A month's pension, who may draw it and from when."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.funds import Fund
from domain.money import Fen, show, yuan
from domain.parameters import Funding
from domain.rules.eligibility import Facts, first_month, missing_years, problems
from domain.rules.pension import (
    AgeSupplement,
    Basic,
    LongSupplement,
    Part,
    Standards,
    account_pension,
    pension,
)
from tests.rules.worked import examples


def standards(row: dict[str, str]) -> Standards:
    long = [LongSupplement(Funding.COUNTY, yuan(row["每年加发"]), None, 2)] if row["每年加发"] else []
    if row["按比例加发"]:
        long.append(LongSupplement(Funding.PROVINCE, None, Decimal(row["按比例加发"]), 3))
    bands = [band.split(":") for band in row["高龄加发"].split()]
    return Standards(
        basic=[Basic(Funding.CENTRAL, yuan(row["基础养老金"]), 1)], long=long,
        ages=[AgeSupplement(Funding.COUNTY, int(age), yuan(fen), 4) for age, fen in bands],
    )  # fmt: skip


@pytest.mark.parametrize("row", examples("pension"))
def test_worked_examples_of_pensions(row: dict[str, str]) -> None:
    found = pension({Fund.PERSONAL: yuan(row["账户"])}, int(row["缴费年限"]), int(row["年龄"]), standards(row))
    assert show(found.of(Part.ACCOUNT_PENSION)) == row["个人账户养老金"]
    assert show(found.of(Part.LONG_CONTRIBUTION_SUPPLEMENT)) == row["年限加发"]
    assert show(found.of(Part.AGE_SUPPLEMENT)) == row["高龄"]
    assert show(found.total) == row["合计"]
    assert found.trace.result == f"{row['合计']}元"


@pytest.mark.parametrize("row", examples("account_parts"))
def test_worked_examples_of_the_parts_of_an_account(row: dict[str, str]) -> None:
    """The parts are the rounded whole, whatever each would be rounded to."""
    parts = account_pension(dict(zip(Fund, map(yuan, row["各来源余额"].split()), strict=False)))
    assert [show(fen) for fen in parts.values()] == row["各部分"].split()
    assert show(sum(parts.values())) == row["合计"]


@pytest.mark.rule("R-224", "R-230")
@given(st.dictionaries(st.sampled_from(Fund), st.integers(0, 10**9)))
def test_the_account_is_divided_by_139_to_the_fen(balances: dict[Fund, int]) -> None:
    parts = account_pension(balances)
    total = sum(balances.values())
    assert abs(139 * sum(parts.values()) - total) <= 69
    assert all(fen > 0 and balances[fund] for fund, fen in parts.items())


def test_an_account_with_a_source_below_nothing_is_not_divided() -> None:
    with pytest.raises(ValueError, match="below 0"):
        account_pension({Fund.PERSONAL: 13_901, Fund.COLLECTIVE: -1})


@pytest.mark.rule("R-237", "R-430")
def test_the_sheet_names_every_version_it_was_made_with_and_only_those() -> None:
    everything = Standards(
        basic=[Basic(Funding.CENTRAL, Fen(14300), 11), Basic(Funding.COUNTY, Fen(500), 12)],
        long=[LongSupplement(Funding.COUNTY, Fen(100), None, 13)],
        ages=[AgeSupplement(Funding.COUNTY, 65, Fen(500), 14), AgeSupplement(Funding.COUNTY, 80, Fen(900), 15)],
    )
    assert pension({Fund.PERSONAL: 139}, 16, 66, everything).trace.all_versions() == {11, 12, 13, 14}
    assert pension({}, 15, 60, everything).trace.all_versions() == {11, 12}


@pytest.mark.parametrize("row", examples("benefit_start"))
def test_worked_examples_of_the_first_month(row: dict[str, str]) -> None:
    born, met = date.fromisoformat(row["出生日期"]), date.fromisoformat(row["条件满足"])
    assert f"{first_month(born, met)}" == row["首发月份"]


def facts(**more: object) -> Facts:
    usual = {"born_on": date(1966, 11, 20), "years": range(2011, 2026), "scheme_start": date(2011, 7, 1),
             "final_year_due": True, "participates": True}  # fmt: skip
    return Facts(**(usual | more))  # type: ignore[arg-type]


@pytest.mark.rule("R-216", "R-217")
@pytest.mark.parametrize(
    ("on", "more", "codes"),
    [
        (date(2026, 11, 20), {}, []),
        (date(2026, 11, 19), {}, ["too-young"]),
        (date(2026, 11, 20), {"years": range(2012, 2026)}, ["too-few-years"]),
        (date(2026, 11, 20), {"other_pension": "职工养老保险"}, ["other-pension"]),
        (date(2026, 11, 20), {"participates": False, "years": ()}, ["not-participating", "too-few-years"]),
        (date(2026, 11, 20), {"died_on": date(2026, 11, 20)}, ["died"]),
        (date(2026, 11, 20), {"died_on": date(2026, 11, 21)}, []),
    ],
)
def test_everything_that_stands_in_the_way_is_told_at_once(on: date, more: dict[str, object], codes: list[str]) -> None:
    assert [problem.code for problem in problems(facts(**more), on)] == codes


@pytest.mark.rule("R-218", "R-110")
@pytest.mark.parametrize(
    ("born", "years", "final", "missing"),
    [
        (date(1951, 7, 1), 0, True, 0),  # sixty when the scheme began
        (date(1951, 7, 2), 0, True, 1),  # sixty the day after: that year only
        (date(1951, 7, 2), 0, False, 0),
        (date(1956, 8, 1), 5, True, 1),  # 2011 to 2016
        (date(1956, 8, 1), 5, False, 0),
        (date(1966, 11, 20), 15, True, 0),
        (date(1966, 11, 20), 14, True, 1),
    ],
)
def test_who_was_near_sixty_when_the_scheme_began_needs_fewer_years(
    born: date, years: int, final: bool, missing: int
) -> None:
    asked = facts(born_on=born, years=range(2011, 2011 + years), final_year_due=final)
    assert missing_years(asked) == missing
