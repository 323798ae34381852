"""A list that runs dry."""

import pytest

from domain.money import yuan
from domain.rules.direct_debit import covered
from tests.rules.worked import examples


@pytest.mark.parametrize("row", examples("direct_debit"))
def test_worked_examples_of_a_debit_list(row: dict[str, str]) -> None:
    amounts = [yuan(amount) for amount in row["名单"].split()]
    paid = covered(yuan(row["余额"]), amounts)
    assert paid == int(row["扣成"])
    assert yuan(row["余额"]) - sum(amounts[:paid]) == yuan(row["余下"])
