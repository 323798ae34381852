"""追缴 (规程第三十五条、第三十六条; R-346…R-362): what is asked for, how it is divided, when an agreement is broken. 分 throughout."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain import months
from domain.money import Fen, divide, split

INSTALMENT_AT_LEAST = 100  # 分: so the last one, which takes the rounding, is always something
INSTALMENTS_AT_MOST = 60
MISSED_AT_MOST = 2  # so many missed instalments end an agreement, and all of the rest is due

# What can be asked back beside the parts of a pension (db/benefit_items.py).
CARRIED = "carried"  # what payment plans had still to take off earlier
SETTLEMENT = "settlement"  # a settlement paid to a family whose relative lives
INTEREST = "interest"
FUNERAL = "funeral"
OTHERS = {CARRIED: "以前多发、没有扣完的", SETTLEMENT: "已付的注销结算款", INTEREST: "利息", FUNERAL: "丧葬补助金"}


class Cause(StrEnum):
    DEATH = "death"
    NATIONALITY = "nationality"
    OTHER_PENSION = "other_pension"
    IMPRISONED = "imprisoned"
    DUAL = "dual"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_SETTLEMENT = "wrong_settlement"


CAUSE_TITLES = {
    Cause.DEATH: "去世以后多领", Cause.NATIONALITY: "丧失国籍以后多领", Cause.OTHER_PENSION: "享受其他养老保障待遇以后多领",
    Cause.IMPRISONED: "羁押、服刑期间多领", Cause.DUAL: "重复领取", Cause.WRONG_AMOUNT: "待遇算错、多发",
    Cause.WRONG_SETTLEMENT: "注销撤销，结算款已付",
}  # fmt: skip


class Notice(StrEnum):
    RETURN = "return"  # 《社会保险待遇返还通知书》 (松山办法第二十八条; R-352)
    DEMAND = "demand"  # 《冒领社会保险待遇追缴通知书》 (松山办法第二十九条; R-353)


def notice_of(cause: Cause) -> Notice:
    """After a death or a sentence it is a demand, to the heirs or to the prisoner and the family."""
    return Notice.DEMAND if cause in (Cause.DEATH, Cause.IMPRISONED) else Notice.RETURN


def demandable(open_fen: int, recovered_fen: int, limit_fen: int | None) -> Fen:
    """Heirs owe no more than they inherited, what they have paid counted in (民法典第一千一百六十一条; R-358)."""
    return Fen(open_fen if limit_fen is None else min(open_fen, max(limit_fen - recovered_fen, 0)))


def spread(amount_fen: int, left: Mapping[str, int]) -> dict[str, int]:
    """An amount over what is open by item, in proportion; never more of an item than is open. ValueError beyond the whole."""
    if not 0 < amount_fen <= sum(left.values()):
        raise ValueError("more than is open, or nothing")
    parts = split(amount_fen, list(left.values()))
    return {item: fen for item, fen in zip(left, parts, strict=True) if fen}


class Instalment(Struct, frozen=True):
    due_on: date
    amount_fen: int


def instalments(total_fen: int, count: int, first_on: date) -> list[Instalment]:
    """Equal parts, month by month from `first_on`; the last takes the rounding, so they sum exactly (R-356). ValueError for too
    many, or parts too small."""
    if not 2 <= count <= INSTALMENTS_AT_MOST or total_fen < INSTALMENT_AT_LEAST * count:
        raise ValueError("too many instalments")
    each = divide(total_fen, count)
    parts = [each] * (count - 1) + [Fen(total_fen - each * (count - 1))]
    return [Instalment(_month_later(first_on, number), fen) for number, fen in enumerate(parts)]


def _month_later(first_on: date, number: int) -> date:
    """The same day, or the last one of a shorter month."""
    month = months.after(months.month_of(first_on), number)
    year, in_year = divmod(month, 100)
    return date(year, in_year, min(first_on.day, calendar.monthrange(year, in_year)[1]))


class Standing(Struct, frozen=True):
    """`missed`: places (from 0) of instalments whose day is over and that are not covered; `next_on`: of the first not covered."""

    missed: list[int]
    next_on: date | None

    @property
    def broken(self) -> bool:
        return len(self.missed) >= MISSED_AT_MOST


def standing(agreed: Sequence[Instalment], paid_fen: int, on: date) -> Standing:
    """What has come covers the earliest instalments first; the day itself is still in time."""
    due, missed, next_on = 0, [], None
    for place, each in enumerate(agreed):
        due += each.amount_fen
        if paid_fen >= due:
            continue
        next_on = next_on or each.due_on
        missed += [place] if each.due_on < on else []
    return Standing(missed, next_on)


def deducted(amount_fen: int, before_fen: int, taken_fen: int) -> Fen:
    """What plans have taken off for this debt: they take off first what they had to before it was handed over."""
    return Fen(min(max(taken_fen - before_fen, 0), amount_fen))
