"""What a settlement comes to (规程第三十四条至第三十九条; R-314…R-345). Reads only: the same call makes the trial that staff look at
and the figures that are booked.

A settlement is a difference: what is owed and not settled yet against what was overpaid and not set off yet.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from db.queries import accounts, leaving, settlement_months
from db.queries.accounts import Account
from db.queries.settlement_months import MonthDifference
from db.stores import relations
from domain import months
from domain.agency.parameters_import import snapshot
from domain.determination import Capitalised, settled
from domain.errors import NotFound, Problem, Refused
from domain.funds import Fund
from domain.money import Fen, show, yuan
from domain.parameters import Kind, Parameters
from domain.rules import settlement as rule
from domain.rules.imprisonment import STOPPING
from domain.rules.interest import NegativeBase
from domain.rules.settlement import Cause, Offset

ACCOUNT_PART = "account_"


class Restored(Struct, frozen=True):
    """Account pensions that go back into the account, on the day they had left it: it earns as if they had stayed."""

    value_on: date
    by_fund: dict[Fund, int]


class Trial(Struct, frozen=True, kw_only=True):
    """分 throughout. `months`: arrears are positive, overpaid ones negative. `balances`: the account with its last interest and what
    was restored; of it `charged` goes into arrears as any account pension, `returned` goes to the heirs or the person, `kept` stays
    with the fund. `carried`: what plans still had to deduct. `under_way`: sent to the bank and not settled here."""

    cause: Cause
    last_month: int
    months: tuple[MonthDifference, ...]
    interest: tuple[Capitalised, ...]
    restored: tuple[Restored, ...]
    balances: dict[Fund, int]
    charged: dict[Fund, int]
    returned: dict[Fund, int]
    kept: dict[Fund, int]
    funeral: int
    carried: int
    offset: Offset
    under_way: int

    @property
    def arrears(self) -> int:
        return sum(max(each.total_fen, 0) for each in self.months)

    @property
    def overpaid(self) -> int:
        return sum(max(-each.total_fen, 0) for each in self.months) + self.carried

    @property
    def returned_fen(self) -> int:
        return sum(self.returned.values())

    @property
    def restored_fen(self) -> int:
        return sum(sum(each.by_fund.values()) for each in self.restored)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to book."""
        return not (self.months or self.interest or self.balances or self.funeral or self.carried)


async def trial(
    county_code: int, person_id: int, cause: str, happened_on: date, on: date, *, claims_funeral: bool = True,
    claimed_on: date | None = None, first: bool = True,
) -> Trial:  # fmt: skip
    """What it would be on a day. `first`: False for a supplement, which has no second funeral grant. NotFound for nobody here,
    Refused for an account that somebody must look at first, parameters.Missing without a rate."""
    account = await accounts.account_of(county_code, person_id)
    if account is None:
        raise NotFound
    parameters, last = await snapshot(county_code), months.month_of(happened_on)
    found = await settlement_months.differences(county_code, person_id, last, STOPPING)
    back = await _restored(county_code, person_id, account.id, found)
    balances, interest = await _final(county_code, account, on, parameters, back)
    serving = await relations.served(county_code, person_id, last, STOPPING)
    charged = _charged(balances, found)
    left = {fund: fen - charged.get(fund, 0) for fund, fen in balances.items()}
    how = rule.inheritance(
        Cause(cause), serving=serving, subsidies_inherited=parameters.inherits_subsidies(happened_on),
        whole_while_serving=parameters.inherits_while_serving(happened_on),
    )  # fmt: skip
    returned = rule.returned(left, how)
    grant = Fen(0)
    if first and claims_funeral and cause == Cause.DEATH:
        grant = await _funeral(county_code, person_id, parameters, happened_on, claimed_on or on, serving=serving)
    carried = await relations.carried(county_code, person_id)
    arrears, overpaid = (sum(max(sign * each.total_fen, 0) for each in found) for sign in (1, -1))
    return Trial(
        cause=Cause(cause), last_month=last, months=tuple(found), interest=interest, restored=back, balances=balances,
        charged=charged, returned=returned, kept={fund: fen for fund, fen in left.items() if fen and fund not in returned},
        funeral=grant, carried=carried, offset=rule.offset(sum(returned.values()), grant, arrears, overpaid + carried),
        under_way=(await leaving.under_way(county_code, person_id)).waiting_fen,
    )  # fmt: skip


def account_parts(found: Iterable[MonthDifference], sign: int) -> dict[Fund, int]:
    """分 by source of the account pensions in arrears (`sign` 1) or overpaid (-1) months."""
    sums = dict.fromkeys(Fund, 0)
    for each in found:
        if each.total_fen * sign > 0:
            for fund in Fund:
                sums[fund] += sign * each.amounts.get(f"{ACCOUNT_PART}{fund}", 0)
    return {fund: fen for fund, fen in sums.items() if fen}


async def _restored(
    county_code: int, person_id: int, account_id: int, found: Sequence[MonthDifference]
) -> tuple[Restored, ...]:
    """Per wrong month, the oldest first, as far as the account gave it (R-344)."""
    wrong = [each for each in found if each.total_fen < 0]
    if not wrong:
        return ()
    paid, taken = (
        {Fund(fund): fen for fund, fen in sums.items()}
        for sums in await settlement_months.account_pensions(county_code, person_id, account_id)
    )
    rest, parts = rule.restored(account_parts(wrong, -1), paid, taken), []
    for each in wrong:
        of_month = {fund: min(fen, max(0, -each.amounts.get(f"{ACCOUNT_PART}{fund}", 0))) for fund, fen in rest.items()}
        rest = {fund: fen - of_month[fund] for fund, fen in rest.items()}
        if any(of_month.values()):
            assert each.paid_on is not None, "what was overpaid was paid"
            parts.append(Restored(each.paid_on, {fund: fen for fund, fen in of_month.items() if fen}))
    return tuple(parts)


async def _final(
    county_code: int, account: Account, on: date, parameters: Parameters, back: Sequence[Restored]
) -> tuple[dict[Fund, int], tuple[Capitalised, ...]]:
    also = [(each.value_on, fund, fen) for each in back for fund, fen in each.by_fund.items()]
    try:
        return await settled(county_code, account, months.month_of(on), parameters, also=also, final=True)
    except NegativeBase:
        text = "个人账户里有一项来源支出多于存入，请先核对个人账户，再办注销结算。"
        raise Refused(Problem("account", text)) from None


def _charged(balances: dict[Fund, int], found: Sequence[MonthDifference]) -> dict[Fund, int]:
    """What of the arrears comes out of the account, as far as it reaches (R-191, R-192)."""
    parts = {fund: min(max(fen, 0), balances.get(fund, 0)) for fund, fen in account_parts(found, 1).items()}
    return {fund: fen for fund, fen in parts.items() if fen}


async def _funeral(
    county_code: int, person_id: int, parameters: Parameters, died_on: date, claimed_on: date, *, serving: bool
) -> Fen:
    standing = await relations.benefit_state(county_code, person_id)
    basic = sum(yuan(value) for _, value, _ in parameters.entered(Kind.BASIC_PENSION, died_on))
    grant = parameters.funeral_grant(died_on)
    return rule.funeral(grant, basic, died_on, claimed_on, receiving=standing is not None, serving=serving)


def in_words(found: Trial) -> str:
    """For the comparison page: what would be settled, to the fen."""
    parts = [
        ("账户应返还", found.returned_fen), ("补发养老金", found.arrears), ("丧葬补助金", found.funeral), ("扣回多领", -found.overpaid),
        ("应付", found.offset.payable), ("应追回", found.offset.recover),
    ]  # fmt: skip
    return "，".join(f"{title}{show(fen)}元" for title, fen in parts if fen) or "没有要结算的钱"
