"""注销结算 (规程第三十四条至第三十九条; R-314…R-345): what is left, who may have it, what is set off against it.

Everything is 分. A settlement is due on one side and overpaid on the other; what remains is paid or asked back.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain import months
from domain.funds import Fund
from domain.money import Fen, split
from domain.parameters import FuneralGrant
from domain.rules.refund import RETURNED


class Cause(StrEnum):
    """规程第三十七条. Settling abroad without losing the nationality is none (X-11 in the conflicts of the sources)."""

    DEATH = "death"
    NATIONALITY = "nationality"
    OTHER_PENSION = "other_pension"


CAUSE_TITLES = {Cause.DEATH: "去世", Cause.NATIONALITY: "丧失国籍", Cause.OTHER_PENSION: "已经享受其他基本养老保障待遇"}


class Inheritance(StrEnum):
    """How much of the account goes to the person or the heirs; the rest stays with the fund."""

    WHOLE = "whole"
    WITHOUT_SUBSIDIES = "without_subsidies"
    PERSONAL = "personal"


def inheritance(cause: Cause, *, serving: bool, subsidies_inherited: bool, whole_while_serving: bool) -> Inheritance:
    """After a death the whole account (国发〔2014〕8号; R-328); without subsidies under the rule of 2009 (R-329) and where another
    pension is drawn (人社部发〔2014〕17号第八条; R-405). `serving`: died in prison, of which some counties return the own part only
    (R-365)."""
    if cause is Cause.OTHER_PENSION or (cause is Cause.DEATH and not subsidies_inherited):
        return Inheritance.WITHOUT_SUBSIDIES
    if cause is Cause.DEATH and serving and not whole_while_serving:
        return Inheritance.PERSONAL
    return Inheritance.WHOLE


_OF = {
    Inheritance.WHOLE: frozenset(Fund),
    Inheritance.WITHOUT_SUBSIDIES: frozenset(RETURNED),
    Inheritance.PERSONAL: frozenset({Fund.PERSONAL}),
}


def returned(balances: Mapping[Fund, int], rule: Inheritance) -> dict[Fund, int]:
    """What of the account is given back, by source, interest included; what is not named the fund keeps."""
    return {fund: fen for fund, fen in balances.items() if fen and fund in _OF[rule]}


def restored(overpaid: Mapping[Fund, int], paid: Mapping[Fund, int], taken: Mapping[Fund, int]) -> dict[Fund, int]:
    """What goes back into the account before anything is set off: account pensions of months that were not owed (R-344).

    `overpaid`: of those months, `paid`: of all months ever paid, `taken`: what of that the account itself gave. An account that
    was used up gave less than was paid: then it gets back only what the other months would have left in it."""
    found = {
        fund: min(fen, max(0, taken.get(fund, 0) - max(0, paid.get(fund, 0) - fen))) for fund, fen in overpaid.items() if fen > 0
    }
    return {fund: fen for fund, fen in found.items() if fen}


def funeral(
    grant: FuneralGrant | None, basic_fen: int, died_on: date, claimed_on: date, *, receiving: bool, serving: bool = False
) -> Fen:
    """丧葬补助金: a fixed amount, or so many times the basic pension of the month of death (R-330, R-331, R-365). The window is
    counted in whole months after that month."""
    if grant is None or serving or (grant.receivers_only and not receiving):
        return Fen(0)
    if grant.window is not None and months.month_of(claimed_on) > months.after(months.month_of(died_on), grant.window):
        return Fen(0)
    return grant.fen if grant.fen is not None else Fen((grant.months or 0) * basic_fen)


class Offset(Struct, frozen=True):
    """Either `payable` or `recover` is 0."""

    from_account: int
    from_funeral: int
    from_arrears: int
    payable: int
    recover: int

    @property
    def total(self) -> int:
        return self.from_account + self.from_funeral + self.from_arrears


def offset(account: int, funeral: int, arrears: int, overpaid: int) -> Offset:
    """多领的 is taken from the account, then from the funeral grant (规程第三十六条; R-327), then from arrears; the rest is asked
    back."""
    from_account = min(account, overpaid)
    from_funeral = min(funeral, overpaid - from_account)
    from_arrears = min(arrears, overpaid - from_account - from_funeral)
    done = from_account + from_funeral + from_arrears
    return Offset(from_account, from_funeral, from_arrears, account + funeral + arrears - done, overpaid - done)


def shares(payable: int, percents: Sequence[int]) -> list[Fen]:
    """What each gets; to the fen (R-333). ValueError where nobody has a share."""
    return split(payable, percents)
