"""退费 (规程第十三条、第十四条; 人社部发〔2014〕17号; R-169…R-174): what goes back, and to whom."""

from collections.abc import Mapping

from domain.errors import Problem
from domain.funds import Fund
from domain.money import Fen, divide

MONTHS = 12
# Assistance of villages, organisations and people alike (湖南省经办工作流程十六). Subsidies of government are never returned.
RETURNED = (Fund.PERSONAL, Fund.COLLECTIVE, Fund.OTHER_ASSISTANCE)


def overlap(booked: Mapping[Fund, int], months: int) -> dict[Fund, Fen]:
    """Of a year's principal, the part of the months paid in the employee scheme too (R-170). Each fund is rounded; funds
    with nothing to return are not named. ValueError unless 1 to 12 months."""
    if not 1 <= months <= MONTHS:
        raise ValueError("a year overlaps in 1 to 12 months")
    parts = {fund: divide(booked.get(fund, 0) * months, MONTHS) for fund in RETURNED}
    return {fund: fen for fund, fen in parts.items() if fen}


def problem(*, settled: bool, person: str, payee: str) -> Problem | None:
    """`settled`: the account was paid out already (R-172). `payee`: the name the bank account is in (R-173)."""
    if settled:
        return Problem("settled", "这个人的个人账户已经结清，钱已经付出，不能再退费。")
    if person != payee:
        return Problem("payee", "退费只能退到本人的银行账户，户名要和本人姓名一样。", "payee")
    return None
