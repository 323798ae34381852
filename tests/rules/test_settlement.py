"""What is left of an account, who may have it, and what is set off against it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.funds import Fund
from domain.money import Fen, yuan
from domain.parameters import FuneralGrant, Parameters
from domain.rules.settlement import Cause, Inheritance, funeral, inheritance, offset, restored, returned, shares
from tests.rules.test_parameters import NATIONAL, SAMPLE
from tests.rules.worked import examples

FEN = st.integers(0, 10**8)
YES = {"是": True, "否": False}


@pytest.mark.parametrize("row", examples("settlement"))
def test_worked_examples_of_settlements(row: dict[str, str]) -> None:
    account, basic, personal = yuan(row["扣款后账户"]), yuan(row["多发的基础养老金"]), yuan(row["多发的个人账户养老金"])
    ever = {Fund.PERSONAL: 10 * personal}
    back = restored({Fund.PERSONAL: personal}, ever, ever)
    balance = account + sum(back.values())
    assert balance == yuan(row["恢复后账户"])
    found = offset(balance, yuan(row["丧葬补助金"]), yuan(row["补发"]), basic + personal)
    assert (found.from_account, found.from_funeral, found.from_arrears, found.payable, found.recover) == tuple(
        yuan(row[name]) for name in ("从账户抵扣", "从丧葬补助金抵扣", "从补发抵扣", "应付", "应追回")
    )


@pytest.mark.parametrize("row", examples("funeral"))
def test_worked_examples_of_funeral_grants(row: dict[str, str]) -> None:
    grant = FuneralGrant(
        fen=yuan(row["固定金额"]) if row["固定金额"] else None, months=int(row["月数"]) if row["月数"] else None,
        receivers_only=YES[row["只给领取人员"]], window=int(row["期限"]) if row["期限"] else None, versions=(),
    )  # fmt: skip
    died, claimed = date.fromisoformat(row["死亡日期"]), date.fromisoformat(row["申请日期"])
    found = funeral(grant, yuan(row["基础养老金"]), died, claimed, receiving=YES[row["正在领取"]], serving=YES[row["服刑"]])
    assert found == yuan(row["丧葬补助金"])


@pytest.mark.rule("R-331")
def test_a_county_that_gives_no_funeral_grant_gives_none() -> None:
    assert funeral(None, 14300, date(2025, 3, 10), date(2025, 4, 1), receiving=True) == 0


@pytest.mark.parametrize("row", examples("dual"))
def test_worked_examples_of_two_pensions(row: dict[str, str]) -> None:
    balances = {
        Fund.PERSONAL: yuan(row["个人"]), Fund.COLLECTIVE: yuan(row["集体"]), Fund.SUBSIDY_PROVINCE: yuan(row["补贴"]),
    }  # fmt: skip
    rule = inheritance(Cause.OTHER_PENSION, serving=False, subsidies_inherited=True, whole_while_serving=True)
    back = sum(returned(balances, rule).values())
    assert back == yuan(row["应返还"])
    found = offset(back, 0, 0, yuan(row["已领基础养老金"]))
    assert found.total + found.recover == yuan(row["应退"])
    assert (found.payable, found.recover) == (yuan(row["净付"]), yuan(row["追回"]))


@pytest.mark.rule("R-328", "R-329", "R-365", "R-405")
@pytest.mark.parametrize(
    ("cause", "serving", "subsidies", "whole", "rule"),
    [
        (Cause.DEATH, False, True, False, Inheritance.WHOLE),
        (Cause.DEATH, False, False, True, Inheritance.WITHOUT_SUBSIDIES),
        (Cause.DEATH, True, True, True, Inheritance.WHOLE),
        (Cause.DEATH, True, True, False, Inheritance.PERSONAL),
        (Cause.NATIONALITY, True, False, False, Inheritance.WHOLE),
        (Cause.OTHER_PENSION, False, True, True, Inheritance.WITHOUT_SUBSIDIES),
    ],
)
def test_how_much_is_returned_follows_the_cause(
    cause: Cause, serving: bool, subsidies: bool, whole: bool, rule: Inheritance
) -> None:
    found = inheritance(cause, serving=serving, subsidies_inherited=subsidies, whole_while_serving=whole)
    assert found is rule


@pytest.mark.rule("R-329")
@pytest.mark.parametrize(("day", "inherited"), [("2014-02-20", False), ("2014-02-21", True)])
def test_subsidies_are_inherited_since_the_rule_of_2014(day: str, inherited: bool) -> None:
    assert Parameters(NATIONAL).inherits_subsidies(date.fromisoformat(day)) is inherited
    assert Parameters(SAMPLE).inherits_subsidies(date.fromisoformat(day))


@pytest.mark.rule("R-331")
@pytest.mark.parametrize(("day", "there"), [("2024-12-31", False), ("2025-01-01", True)])
def test_a_funeral_grant_begins_with_its_day(day: str, there: bool) -> None:
    found = Parameters(SAMPLE).funeral_grant(date.fromisoformat(day))
    assert (found is not None) is there
    if found:
        assert (found.fen, found.months, found.receivers_only, found.window) == (None, 10, True, 24)


@pytest.mark.rule("R-344")
@pytest.mark.parametrize(
    ("paid", "taken", "back"),
    [
        (50000, 50000, 10000),  # the account gave all of it
        (50000, 45000, 5000),  # the last 50.00 came from the fund: of 400.00 owed it would have kept 50.00
        (50000, 40000, 0),  # the account was used up before the wrong months
        (10000, 10000, 10000),  # nothing was owed at all
    ],
)
def test_an_account_gets_back_what_it_gave_for_wrong_months(paid: int, taken: int, back: int) -> None:
    found = restored({Fund.PERSONAL: 10000}, {Fund.PERSONAL: paid}, {Fund.PERSONAL: taken})
    assert found.get(Fund.PERSONAL, 0) == back


@pytest.mark.rule("R-327")
@given(account=FEN, grant=FEN, arrears=FEN, overpaid=FEN)
def test_what_is_due_and_what_was_overpaid_meet_and_nothing_is_lost(account: int, grant: int, arrears: int, overpaid: int) -> None:
    found = offset(account, grant, arrears, overpaid)
    assert found.payable - found.recover == account + grant + arrears - overpaid
    assert 0 in (found.payable, found.recover)
    assert found.total + found.recover == overpaid
    assert not found.from_funeral or found.from_account == account
    assert not found.from_arrears or found.from_funeral == grant


@pytest.mark.rule("R-333")
@given(payable=FEN, first=st.integers(1, 99))
def test_shares_add_up_to_the_fen(payable: int, first: int) -> None:
    found = shares(payable, [first, 100 - first])
    assert sum(found) == payable
    assert all(isinstance(each, int) and each >= 0 for each in found)
    assert abs(found[0] * 100 - payable * first) < 100


@pytest.mark.rule("R-333")
def test_three_heirs_of_a_hundred_yuan() -> None:
    assert shares(10000, [33, 33, 34]) == [Fen(3300), Fen(3300), Fen(3400)]
    assert shares(10001, [50, 50]) == [Fen(5001), Fen(5000)]
