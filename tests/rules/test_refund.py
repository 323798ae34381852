"""What goes back for months that were paid twice, and what does not."""

import pytest

from domain.funds import Fund
from domain.money import yuan
from domain.rules.refund import overlap, problem
from tests.rules.worked import examples

COLUMNS = {"退个人": Fund.PERSONAL, "退集体": Fund.COLLECTIVE, "退其他": Fund.OTHER_ASSISTANCE}


@pytest.mark.parametrize("row", examples("overlap_refund"))
def test_worked_examples_of_overlap(row: dict[str, str]) -> None:
    booked = {
        Fund.PERSONAL: yuan(row["个人缴费"]), Fund.COLLECTIVE: yuan(row["集体补助"]),
        Fund.OTHER_ASSISTANCE: yuan(row["其他资助"]), Fund.SUBSIDY_PROVINCE: yuan(row["政府补贴"]),
    }  # fmt: skip
    found = overlap(booked, int(row["重复月数"]))
    assert {column: found.get(fund, 0) for column, fund in COLUMNS.items()} == {c: yuan(row[c]) for c in COLUMNS}
    assert sum(found.values()) == yuan(row["合计"])
    assert all(found.values())


@pytest.mark.rule("R-170")
@pytest.mark.parametrize("months", [0, 13])
def test_a_year_overlaps_in_one_to_twelve_months(months: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        overlap({Fund.PERSONAL: 100}, months)


@pytest.mark.rule("R-170")
def test_a_fund_that_was_not_paid_is_not_returned() -> None:
    assert overlap({Fund.COLLECTIVE: 100}, 12) == {Fund.COLLECTIVE: 100}
    assert overlap({Fund.SUBSIDY_CITY: 100}, 12) == {}


@pytest.mark.rule("R-172", "R-173")
@pytest.mark.parametrize(
    ("settled", "payee", "code"),
    [(False, "周桂英", None), (False, "周桂芳", "payee"), (True, "周桂英", "settled"), (True, "周桂芳", "settled")],
)
def test_only_an_open_account_is_refunded_and_only_to_its_owner(settled: bool, payee: str, code: str | None) -> None:
    found = problem(settled=settled, person="周桂英", payee=payee)
    assert (found.code if found else None) == code
