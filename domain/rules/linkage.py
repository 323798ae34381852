"""城乡养老保险制度衔接 (人社部发〔2014〕17号; R-397…R-406, R-410): who may, which way, and how the years count.

Months of the employee scheme are given by calendar year, 1 to 12 each; a year paid here counts as 12.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain.errors import Finding

MONTHS = 12
ENOUGH_MONTHS = 15 * MONTHS  # 按月计算
EACH_STEP_DAYS = 15  # working days of each of the three clocks
BASIS = "人社部发〔2014〕17号"


class Direction(StrEnum):
    TO_EMPLOYEE = "to_employee"
    TO_RESIDENT = "to_resident"


class Facts(Struct, frozen=True, kw_only=True):
    """`retired_on`: when the employee scheme's retirement age is reached; `employee_months`: paid there in all, also later
    extended; `draws`: either pension; `open_business`: in words."""

    on: date
    retired_on: date
    employee_months: int
    participates: bool
    draws: bool
    under_way: bool
    open_business: tuple[str, ...]


def findings(direction: Direction, facts: Facts) -> list[Finding]:
    """What bars a linkage; which way is open is decided by the employee years alone."""
    found = []
    if facts.draws:
        found.append(Finding("receiving", "已经在领取养老金的，不能再办制度衔接。", basis=f"{BASIS}第三条"))
    if not facts.participates:
        found.append(Finding("not-participating", "现在没有在本县参加城乡居民养老保险，没有可以衔接的关系。", basis=f"{BASIS}第四条"))
    if facts.retired_on > facts.on:
        text = f"要到职工养老保险法定退休年龄（{facts.retired_on:%Y年%m月%d日}）以后才能办。"
        found.append(Finding("too-young", text, basis=f"{BASIS}第三条"))
    enough = facts.employee_months >= ENOUGH_MONTHS
    years = in_words(facts.employee_months)
    if direction is Direction.TO_EMPLOYEE and not enough:
        text = f"职工养老保险缴了{years}，不满15年，不能转到职工养老保险；可以把职工养老保险转到城乡居民养老保险。"
        found.append(Finding("too-few-years", text, basis=f"{BASIS}第三条"))
    if direction is Direction.TO_RESIDENT and enough:
        text = f"职工养老保险缴了{years}，满15年的在职工养老保险领取；可以把城乡居民养老保险转过去。"
        found.append(Finding("enough-years", text, basis=f"{BASIS}第三条"))
    if facts.under_way:
        found.append(Finding("under-way", "这个人的制度衔接正在办理。", basis=f"{BASIS}第九条"))
    if facts.open_business:
        text = f"还有没办完的业务：{'、'.join(facts.open_business)}。办完再衔接。"
        found.append(Finding("open-business", text, basis=f"{BASIS}第九条"))
    return found


def in_words(months: int) -> str:
    """12 months are a year; the rest stays months (R-406)."""
    years, rest = divmod(months, MONTHS)
    return f"{years}年{rest}个月" if rest else f"{years}年"


class Years(Struct, frozen=True):
    """`added`: calendar years that count here from now on because of the employee scheme; `months` left over that make no year."""

    added: tuple[int, ...]
    months: int


def years(here: Iterable[int], employee: Mapping[int, int]) -> Years:
    """R-402, R-404: a year paid here counts once, however many of its months were paid there too. Of the years not paid here whole
    ones count, and what is left of the others together, 12 months a year; the latest of them stand for it. ValueError for a
    year of more than 12 months."""
    if any(not 0 <= months <= MONTHS for months in employee.values()):
        raise ValueError("a year has 12 months")
    own = set(here)
    only_there = {year: months for year, months in employee.items() if year not in own and months}
    whole = [year for year, months in only_there.items() if months == MONTHS]
    parts = sorted(year for year, months in only_there.items() if months < MONTHS)
    count, rest = divmod(sum(only_there[year] for year in parts), MONTHS)
    return Years(tuple(sorted([*whole, *parts[len(parts) - count:]])), rest)


def overlap(here: Iterable[int], employee: Mapping[int, int]) -> dict[int, int]:
    """Years paid in both, with the months of them that are refunded here (R-404)."""
    own = set(here)
    return {year: months for year, months in sorted(employee.items()) if year in own and months}


def parse_months(text: str) -> dict[int, int]:
    """As it is typed from 《参保缴费凭证》: years and months, `2015:12 2016:5`. ValueError with words where it cannot be read."""
    found = dict[int, int]()
    for part in text.replace("，", " ").replace(",", " ").replace("：", ":").split():
        year, _, months = part.partition(":")
        if not (year.isascii() and year.isdigit() and months.isascii() and months.isdigit()):
            raise ValueError("请写成“年:月数”，例如2015:12 2016:5")
        if not 1990 <= int(year) <= 2100 or not 1 <= int(months) <= MONTHS:
            raise ValueError(f"“{part}”不对，一年是1到12个月")
        if int(year) in found:
            raise ValueError(f"{year}年写了两次")
        found[int(year)] = int(months)
    return found
