"""个人账户记账利息 (规程第十七条、第十八条): the convention `resident_monthly_v1`.

Money bears interest from the month after it came; interest is capitalised on 31 December or at a final settlement
(R-176, R-179, R-182). One rounding for the account, then the parts by largest remainder (R-183). The settlement of a whole
county does the same in SQL: both work on fund-months (分 × months) and a rate in millionths, in whole numbers.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from domain.funds import Fund
from domain.money import Fen, show, split
from domain.trace import Trace

NAME = "resident_monthly_v1"
MILLION = 10**6
MONTHS = 12


class NegativeBase(ValueError):
    """A fund has paid out more than it held when the months are counted: somebody must look at the account."""


class Movement(Struct, frozen=True):
    """Money of one fund in one month of the year; negative: it left."""

    month: int
    fund: Fund
    fen: int


class Interest(Struct, frozen=True):
    """`by_fund` adds up to `total`; funds without a fen of interest are not named."""

    total: Fen
    by_fund: dict[Fund, Fen]
    trace: Trace


def millionths(rate: Decimal) -> int:
    """0.0225 as 22500. ValueError for a rate finer than a millionth, or none."""
    exact = rate * MILLION
    if exact != int(exact) or not 0 <= exact < MILLION:
        raise ValueError(f"a crediting rate of {rate} cannot be reckoned with")
    return int(exact)


def rounded(fund_months: int, ppm: int) -> Fen:
    """Interest of the fund-months of one account, 四舍五入到分."""
    return Fen((2 * fund_months * ppm + MONTHS * MILLION) // (2 * MONTHS * MILLION))


def weight(month: int, until: int, *, out: bool, same_month: bool) -> int:
    """For how many months up to and with `until` money of `month` counts: from the month after (R-176). What left stops in
    the month after too, or, `same_month`, in that month itself."""
    return max(0, until - month + (1 if out and same_month else 0))


def interest_of(
    opening: dict[Fund, int], movements: Sequence[Movement], rate: Decimal, *, until: int = MONTHS, same_month: bool = False,
    year: int | None = None, versions: tuple[int, ...] = (),
) -> Interest:  # fmt: skip
    """Interest of a year, or of its months up to `until` (R-178, R-182). `versions`: of the rate, for the explanation.

    Raises NegativeBase.
    """
    base = {fund: opening.get(fund, 0) * until for fund in Fund}
    for each in movements:
        base[each.fund] += each.fen * weight(each.month, until, out=each.fen < 0, same_month=same_month)
    if any(fund_months < 0 for fund_months in base.values()):
        raise NegativeBase
    total = rounded(sum(base.values()), millionths(rate))
    parts = split(total, list(base.values())) if total else []
    trace = _explain(opening, movements, rate, total, until=until, same_month=same_month, year=year, versions=versions)
    return Interest(total, {fund: part for fund, part in zip(base, parts, strict=False) if part}, trace)


def grown(fen: int, paid_on: date, until: date, rate: Decimal) -> int:
    """`fen` with the interest to the end of the month of `until`, at one rate: from the month after the payment, capitalised at
    the end of each year (规程第十七条、第十八条; R-176, R-229). An example, not a promise: rates are published year by year."""
    ppm = millionths(rate)
    for year in range(paid_on.year, until.year + 1):
        first = paid_on.month if year == paid_on.year else 0
        last = until.month if year == until.year else MONTHS
        fen += rounded(fen * max(0, last - first), ppm)
    return fen


def _explain(
    opening: dict[Fund, int], movements: Sequence[Movement], rate: Decimal, total: Fen, *, until: int, same_month: bool,
    year: int | None, versions: tuple[int, ...],
) -> Trace:  # fmt: skip
    start = sum(opening.values())
    steps = []
    if start:
        steps.append(_step("年初本息", start, until, rate))
    by_month: dict[tuple[int, bool], int] = {}
    for each in movements:
        key = (each.month, each.fen < 0)
        by_month[key] = by_month.get(key, 0) + each.fen
    for (month, out), fen in sorted(by_month.items()):
        months = weight(month, until, out=out, same_month=same_month)
        steps.append(_step(f"{month}月{'支出' if out else '存入'}", fen, months, rate))
    inputs = {"记账利率": f"{rate * 100:f}%"} | ({"年度": f"{year}年"} if year else {})
    return Trace(NAME, "规程第十七条、第十八条", inputs, f"{show(total)}元", versions, tuple(steps))


def _step(what: str, fen: int, months: int, rate: Decimal) -> Trace:
    """One sum of money and its months; rounded for reading only."""
    about = rounded(fen * months, millionths(rate))
    return Trace(what, "规程第十七条", {"金额": f"{show(fen)}元", "计息月数": f"{months}个月"}, f"约{show(about)}元")
