"""What a month's pension is made of (国发〔2014〕8号 六; R-224…R-226, R-230, R-238): basic pension of each level of government,
supplements, and the account divided by 139. Every part says who pays for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from domain.funds import Fund
from domain.money import Fen, divide, share, show, split, yuan
from domain.parameters import Funding, Kind, Parameters
from domain.rules.back_payment import YEARS_NEEDED
from domain.trace import Trace

PAYOUT_MONTHS = 139  # 计发月数; the same for everybody (国发〔2014〕8号 六)
ARTICLE = "国发〔2014〕8号 六"


class Part(StrEnum):
    BASIC_PENSION = "basic_pension"
    LONG_CONTRIBUTION_SUPPLEMENT = "long_contribution_supplement"
    AGE_SUPPLEMENT = "age_supplement"
    ACCOUNT_PENSION = "account_pension"


PART_TITLES = {
    Part.BASIC_PENSION: "基础养老金", Part.LONG_CONTRIBUTION_SUPPLEMENT: "缴费年限加发", Part.AGE_SUPPLEMENT: "高龄加发",
    Part.ACCOUNT_PENSION: "个人账户养老金",
}  # fmt: skip


class Item(Struct, frozen=True):
    """One line of a month's pension. `funding`: the level of government that pays; of the account's parts the source of funds.
    `fen`: a month."""

    part: Part
    funding: Funding | Fund
    fen: Fen


class Basic(Struct, frozen=True):
    """基础养老金 of one level of government, with the version of the parameter it came from."""

    level: Funding
    fen: Fen
    version: int


class LongSupplement(Struct, frozen=True):
    """长缴多得: for each year above 15 either `fen` or `percent` of the whole basic pension; the other is None."""

    level: Funding
    fen: Fen | None
    percent: Decimal | None
    version: int


class AgeSupplement(Struct, frozen=True):
    """高龄: `fen` a month from the age of `age` on. Of several bands the highest reached counts."""

    level: Funding
    age: int
    fen: Fen
    version: int


class Standards(Struct, frozen=True, kw_only=True):
    """What a place pays on one day."""

    basic: Sequence[Basic]
    long: Sequence[LongSupplement] = ()
    ages: Sequence[AgeSupplement] = ()


class Pension(Struct, frozen=True):
    """A month. `items` without those of 0 分."""

    items: tuple[Item, ...]
    trace: Trace

    @property
    def total(self) -> Fen:
        return Fen(sum(item.fen for item in self.items))

    def of(self, part: Part) -> Fen:
        return Fen(sum(item.fen for item in self.items if item.part == part))


def standards(parameters: Parameters, on: date) -> Standards:
    """What the county pays on a day. Missing while no central basic pension was entered."""
    parameters.basic_pension(Funding.CENTRAL, on)
    long, ages = parameters.entered(Kind.LONG_SUPPLEMENT, on), parameters.entered(Kind.AGE_SUPPLEMENT, on)
    return Standards(
        basic=tuple(sorted((Basic(Funding(level), yuan(value), version)
                            for level, value, version in parameters.entered(Kind.BASIC_PENSION, on)), key=_level)),
        long=tuple(_long_rule(Funding(level), value, version) for level, value, version in long),
        ages=tuple(AgeSupplement(Funding(key.partition("/")[0]), int(key.partition("/")[2]), yuan(value), version)
                   for key, value, version in ages),
    )  # fmt: skip


def _level(basic: Basic) -> int:
    """From the centre down."""
    return list(Funding).index(basic.level)


def _long_rule(level: Funding, value: str, version: int) -> LongSupplement:
    if value.endswith("%"):
        return LongSupplement(level, None, Decimal(value.removesuffix("%")), version)
    return LongSupplement(level, yuan(value), None, version)


def pension(balances: Mapping[Fund, int], years: int, age: int, valid: Standards) -> Pension:
    """`balances`: the account by source of funds, principal with interest, settled to the month of eligibility (R-229); `years`:
    缴费年限. The account's part is fixed once; the rest follows the standards of each month (R-190, R-301)."""
    made = [_basic(valid.basic), _long(years, valid), _age(age, valid.ages), _account(balances)]
    items = tuple(item for parts, _ in made for item in parts if item.fen)
    total = Fen(sum(item.fen for item in items))
    steps = tuple(trace for parts, trace in made if any(item.fen for item in parts))
    return Pension(items, Trace("pension", ARTICLE, {"缴费年限": f"{years}年"}, f"{show(total)}元", children=steps))


def account_pension(balances: Mapping[Fund, int]) -> dict[Fund, Fen]:
    """个人账户养老金 by source of funds: the whole divided by 139 and rounded once, its parts by largest remainder (R-191, R-230).
    ValueError when a source is below 0: somebody must look at the account first."""
    if any(fen < 0 for fen in balances.values()):
        raise ValueError("a source of funds is below 0")
    weights = [balances.get(fund, 0) for fund in Fund]
    whole = divide(sum(weights), PAYOUT_MONTHS)
    if not whole:
        return {}
    return {fund: part for fund, part in zip(Fund, split(whole, weights), strict=True) if part}


def _account(balances: Mapping[Fund, int]) -> tuple[list[Item], Trace]:
    parts = account_pension(balances)
    trace = Trace(
        Part.ACCOUNT_PENSION, ARTICLE, {"账户储存额": f"{show(sum(balances.values()))}元", "计发月数": f"{PAYOUT_MONTHS}"},
        f"{show(sum(parts.values()))}元",
    )  # fmt: skip
    return [Item(Part.ACCOUNT_PENSION, fund, fen) for fund, fen in parts.items()], trace


def _basic(levels: Sequence[Basic]) -> tuple[list[Item], Trace]:
    total = sum(each.fen for each in levels)
    trace = Trace(
        Part.BASIC_PENSION, ARTICLE, {LEVEL_TITLES[each.level]: f"{show(each.fen)}元" for each in levels}, f"{show(total)}元",
        tuple(each.version for each in levels),
    )  # fmt: skip
    return [Item(Part.BASIC_PENSION, each.level, each.fen) for each in levels], trace


def _long(years: int, valid: Standards) -> tuple[list[Item], Trace]:
    """From the 16th year on (人社部发〔2018〕21号; R-238)."""
    beyond = max(0, years - YEARS_NEEDED)
    basic = sum(each.fen for each in valid.basic)
    items = [
        Item(Part.LONG_CONTRIBUTION_SUPPLEMENT, rule.level,
             Fen(beyond * rule.fen) if rule.fen is not None else share(basic, beyond * (rule.percent or Decimal(0)) / 100))
        for rule in valid.long
    ]  # fmt: skip
    trace = Trace(
        Part.LONG_CONTRIBUTION_SUPPLEMENT, "人社部发〔2018〕21号 三", {"超过十五年": f"{beyond}年"},
        f"{show(sum(item.fen for item in items))}元", tuple(rule.version for rule in valid.long),
    )  # fmt: skip
    return items, trace


def _age(age: int, bands: Sequence[AgeSupplement]) -> tuple[list[Item], Trace]:
    reached = {level: max((b for b in bands if b.level == level and b.age <= age), key=lambda b: b.age, default=None)
               for level in dict.fromkeys(band.level for band in bands)}  # fmt: skip
    items = [Item(Part.AGE_SUPPLEMENT, band.level, band.fen) for band in reached.values() if band]
    trace = Trace(
        Part.AGE_SUPPLEMENT, "人社部发〔2018〕21号 三", {"年龄": f"{age}周岁"}, f"{show(sum(item.fen for item in items))}元",
        tuple(band.version for band in reached.values() if band),
    )  # fmt: skip
    return items, trace


LEVEL_TITLES = {
    Funding.CENTRAL: "中央", Funding.PROVINCE: "省级", Funding.CITY: "市级", Funding.COUNTY: "县级",
}  # fmt: skip
