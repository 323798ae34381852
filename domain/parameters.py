"""政策参数: the dated snapshot that rules are handed. Values are data (procedures P-35), this reads them."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from domain.codes import HOUSEHOLD_TYPES, ORDINARY, PARTICIPANT_CATEGORIES
from domain.money import Fen, show, yuan
from domain.timeline import Dated, Timeline


class Kind(StrEnum):
    """What a parameter is about, and what its key and value say."""

    TIER = "tier"  # key: code of the tier · value: yuan a year
    SUBSIDY = "subsidy"  # key: "level/tier" · value: yuan a year
    CREDITING_RATE = "crediting_rate"  # key: empty · value: fraction a year, 0.03
    BASIC_PENSION = "basic_pension"  # key: level · value: yuan a month
    CONTRIBUTION_RULE = "contribution_rule"  # key: "category/household type/tier/item" · value: yuan a year
    LONG_SUPPLEMENT = "long_supplement"  # key: level · value: yuan a month for each year above 15, or 1% of the basic pension
    AGE_SUPPLEMENT = "age_supplement"  # key: "level/age" · value: yuan a month from that age on
    SCHEME_START = "scheme_start"  # key: empty · value: the day the scheme began here, 2011-07-01
    BACK_PAYMENT_SUBSIDY = "back_payment_subsidy"  # key: empty · value: yes or no
    FINAL_YEAR_DUE = "final_year_due"  # key: empty · value: yes or no
    CERTIFICATION_CYCLE = "certification_cycle"  # key: empty · value: months
    FUNERAL_AMOUNT = "funeral_amount"  # key: empty · value: yuan
    FUNERAL_MONTHS = "funeral_months"  # key: empty · value: how many basic pensions of a month
    FUNERAL_RECEIVERS_ONLY = "funeral_receivers_only"  # key: empty · value: yes or no
    FUNERAL_WINDOW = "funeral_window"  # key: empty · value: months after the month of death
    INHERITED_SUBSIDIES = "inherited_subsidies"  # key: empty · value: yes or no
    INHERITED_WHILE_SERVING = "inherited_while_serving"  # key: empty · value: yes (the whole account) or no (the own part)


class Funding(StrEnum):
    """Who pays (规程第二十七条; R-225)."""

    CENTRAL = "central"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


_PERCENT = re.compile(r"\d{1,2}(\.\d{1,2})?%", re.ASCII)
OF_YES_OR_NO = frozenset({
    Kind.BACK_PAYMENT_SUBSIDY, Kind.FINAL_YEAR_DUE, Kind.FUNERAL_RECEIVERS_ONLY, Kind.INHERITED_SUBSIDIES, Kind.INHERITED_WHILE_SERVING,
})  # fmt: skip
OF_MONTHS = {Kind.CERTIFICATION_CYCLE: 24, Kind.FUNERAL_MONTHS: 60, Kind.FUNERAL_WINDOW: 60}  # and the most it can be
KEYLESS = OF_YES_OR_NO | OF_MONTHS.keys() | {Kind.CREDITING_RATE, Kind.SCHEME_START, Kind.FUNERAL_AMOUNT}
EVERYWHERE = date(2011, 7, 1)  # 国发〔2011〕18号
YES_OR_NO = {"yes": "是", "no": "否"}

# 统筹项目 of a 征缴规则 (湖南省 2017 operation manual, annex 1). One key is one record: a second 个人缴费 cannot be entered.
ITEMS: dict[str, str] = {
    "personal": "个人缴费", "province": "省级财政补贴", "city": "市级财政补贴", "county": "县级财政补贴",
    "government_paid": "政府代缴",
}  # fmt: skip
ANY_HOUSEHOLD = "*"  # rules of ordinary participants are the same for every 户口性质


class Row(Struct, frozen=True, kw_only=True):
    """One version as the database keeps it. `value` None ends the parameter from `effective_on`."""

    id: int
    kind: str
    key: str
    value: str | None
    effective_on: date
    decided_on: date
    document: str


class Missing(LookupError):
    """No value is in force: the message names the parameter and the day, for the office to enter it."""


class Found(Struct, frozen=True):
    """An amount and the version it came from, to be stored with what was calculated (R-430)."""

    fen: Fen
    version: int


class YearRate(Struct, frozen=True):
    """A fraction a year, the paper it stands in, and the version."""

    rate: Decimal
    document: str
    version: int


class Tier(Struct, frozen=True):
    """缴费档次: `fen` a year."""

    code: str
    fen: Fen
    version: int


class ContributionRule(Struct, frozen=True, kw_only=True):
    """征缴规则: what one tier of a year costs whom (R-077, R-123, R-132). 个人缴费 and 政府代缴 make the tier."""

    category: str
    household_type: str
    tier: str
    tier_fen: Fen
    personal: Fen
    province: Fen
    city: Fen
    county: Fen
    government_paid: Fen
    versions: tuple[int, ...]

    @property
    def credited(self) -> Fen:
        """What the account grows by in the end (R-134)."""
        return Fen(self.personal + self.province + self.city + self.county + self.government_paid)


class FuneralGrant(Struct, frozen=True, kw_only=True):
    """丧葬补助金 (R-331): an amount, or so many basic pensions. `window`: months in which it can be claimed; None: no end."""

    fen: Fen | None
    months: int | None
    receivers_only: bool
    window: int | None
    versions: tuple[int, ...]


class Parameters:
    """`known`: the day whose knowledge counts, for asking what a clerk would have seen then."""

    def __init__(self, rows: Iterable[Row], known: date | None = None) -> None:
        gathered: dict[tuple[str, str], list[Dated[str]]] = {}
        for row in rows:
            dated = Dated(row.effective_on, row.decided_on, row.value, row.document, row.id)
            gathered.setdefault((row.kind, row.key), []).append(dated)
        self._lines = {key: Timeline(dated) for key, dated in gathered.items()}
        self._known = known

    def tiers(self, on: date) -> tuple[Tier, ...]:
        """What can be chosen on a day, lowest first. Missing when the office entered none."""
        keys = [key for kind, key in self._lines if kind == Kind.TIER]
        found = [(key, row) for key in keys if (row := self._row(Kind.TIER, key, on))]
        if not found:
            raise Missing(f"{on:%Y年%m月%d日}没有缴费档次，请先录入政策参数。")
        return tuple(sorted((Tier(key, yuan(row.value or ""), row.id) for key, row in found), key=lambda t: t.fen))

    def tier_of(self, fen: int, on: date) -> Tier | None:
        """The tier of exactly this amount, None when there is none on that day (R-077)."""
        return next((tier for tier in self.tiers(on) if tier.fen == fen), None)

    def subsidy(self, level: Funding, tier: str, on: date) -> Found:
        """缴费补贴 of one level of government for one tier and year. Missing when not set, also for 0."""
        return self._amount(Kind.SUBSIDY, f"{level}/{tier}", on)

    def rules(self, on: date) -> tuple[ContributionRule, ...]:
        """Every 征缴规则 of a day: one for each tier for ordinary participants, and those entered for an identity and
        household type. Missing when an item of a rule was not entered: 0 is entered as 0."""
        return (*(self._ordinary(tier, on) for tier in self.tiers(on)), *self.special_rules(on))

    def special_rules(self, on: date) -> tuple[ContributionRule, ...]:
        """Those entered for an identity and household type. Missing as `rules`."""
        tiers = {tier.code: tier for tier in self.tiers(on)}
        entered = sorted({
            key.rpartition("/")[0] for kind, key in self._lines if kind == Kind.CONTRIBUTION_RULE and self._row(kind, key, on)
        })  # fmt: skip
        named = (name.split("/") for name in entered)
        return tuple(
            self._special(category, household, tiers[code], on) for category, household, code in named if code in tiers
        )

    def rule(self, category: str, household_type: str, tier: str, on: date) -> ContributionRule | None:
        """The 征缴规则 of one tier (R-077). None where nobody of that identity can choose it. Missing as `rules`."""
        found = next((each for each in self.tiers(on) if each.code == tier), None)
        if found is None:
            return None
        if category == ORDINARY:
            return self._ordinary(found, on)
        names = [f"{category}/{household_type}/{tier}/{item}" for item in ITEMS]
        entered = any(self._row(Kind.CONTRIBUTION_RULE, name, on) for name in names)
        return self._special(category, household_type, found, on) if entered else None

    def _ordinary(self, tier: Tier, on: date) -> ContributionRule:
        levels = [self.subsidy(level, tier.code, on) for level in (Funding.PROVINCE, Funding.CITY, Funding.COUNTY)]
        return ContributionRule(
            category=ORDINARY, household_type=ANY_HOUSEHOLD, tier=tier.code, tier_fen=tier.fen, personal=tier.fen,
            province=levels[0].fen, city=levels[1].fen, county=levels[2].fen, government_paid=Fen(0),
            versions=(tier.version, *(level.version for level in levels)),
        )  # fmt: skip

    def _special(self, category: str, household: str, tier: Tier, on: date) -> ContributionRule:
        items = {
            item: self._amount(Kind.CONTRIBUTION_RULE, f"{category}/{household}/{tier.code}/{item}", on)
            for item in ITEMS
        }
        return ContributionRule(
            category=category, household_type=household, tier=tier.code, tier_fen=tier.fen,
            versions=(tier.version, *(item.version for item in items.values())),
            **{name: item.fen for name, item in items.items()},
        )  # fmt: skip

    def basic_pension(self, level: Funding, on: date) -> Found:
        """基础养老金 a month that one level of government pays."""
        return self._amount(Kind.BASIC_PENSION, level, on)

    def entered(self, kind: Kind, on: date) -> Iterator[tuple[str, str, int]]:
        """(key, value, version) of everything of a kind that is in force on a day, by key."""
        for key in sorted(key for of, key in self._lines if of == kind):
            row = self._row(kind, key, on)
            if row is not None:
                yield key, row.value or "", row.id

    def crediting_rate(self, on: date) -> tuple[Decimal, int]:
        """记账利率 as a fraction a year, and its version."""
        row = self._found(Kind.CREDITING_RATE, "", on)
        return Decimal(row.value or ""), row.id

    def rate_of_year(self, year: int) -> YearRate:
        """记账利率 of a settlement year, with its document. Missing while none was published for that very year: a settlement
        waits for it and does not carry the year before on (R-181)."""
        row = self._row(Kind.CREDITING_RATE, "", date(year, 12, 31))
        if row is None or row.effective_on.year != year:
            raise Missing(f"{year}年的记账利率还没有公布，请先录入政策参数。")
        return YearRate(Decimal(row.value or ""), row.document, row.id)

    def scheme_start(self, on: date) -> date:
        """制度实施日期: the day 新农保, or 城居保, began in the county (R-107…R-111, R-218); the day it had reached every
        county, unless an earlier one was entered."""
        entered = self.value(Kind.SCHEME_START, "", on)
        return date.fromisoformat(entered) if entered else EVERYWHERE

    def subsidises_back_payments(self, on: date) -> bool:
        """Whether government adds its part to years paid later (R-113); no, unless the county says so."""
        return self.value(Kind.BACK_PAYMENT_SUBSIDY, "", on) == "yes"

    def final_year_due(self, on: date) -> bool:
        """Whether the year of the 60th birthday is to be paid too (R-110); yes, unless the county says no."""
        return self.value(Kind.FINAL_YEAR_DUE, "", on) != "no"

    def certification_cycle(self, on: date) -> int:
        """How many months a 资格确认 holds (R-282); 12, unless the county says otherwise."""
        return int(self.value(Kind.CERTIFICATION_CYCLE, "", on) or 12)

    def funeral_grant(self, died_on: date) -> FuneralGrant | None:
        """For a death of that day (R-330, R-331); None where the county gives none."""
        amount, count = self._row(Kind.FUNERAL_AMOUNT, "", died_on), self._row(Kind.FUNERAL_MONTHS, "", died_on)
        if amount is None and count is None:
            return None
        window = self.value(Kind.FUNERAL_WINDOW, "", died_on)
        return FuneralGrant(
            fen=yuan(amount.value or "") if amount else None, months=int(count.value or "") if count else None,
            receivers_only=self.value(Kind.FUNERAL_RECEIVERS_ONLY, "", died_on) == "yes",
            window=int(window) if window else None, versions=tuple(row.id for row in (amount, count) if row),
        )  # fmt: skip

    def inherits_subsidies(self, died_on: date) -> bool:
        """Whether subsidies of government are inherited too (R-328, R-329); yes, but under the rule of 2009."""
        return self.value(Kind.INHERITED_SUBSIDIES, "", died_on) != "no"

    def inherits_while_serving(self, died_on: date) -> bool:
        """Whether the whole account of somebody who died in prison is inherited (R-365); yes, unless the county says no."""
        return self.value(Kind.INHERITED_WHILE_SERVING, "", died_on) != "no"

    def value(self, kind: str, key: str, on: date) -> str | None:
        """The text in force, as entered; None where there is none."""
        row = self._row(kind, key, on)
        return row.value if row else None

    def _amount(self, kind: Kind, key: str, on: date) -> Found:
        row = self._found(kind, key, on)
        return Found(yuan(row.value or ""), row.id)

    def _found(self, kind: Kind, key: str, on: date) -> Dated[str]:
        row = self._row(kind, key, on)
        if row is None:
            name = " ".join(part for part in (KIND_TITLES[kind], key) if part)
            raise Missing(f"{on:%Y年%m月%d日}没有“{name}”的数值，请先录入政策参数。")
        return row

    def _row(self, kind: str, key: str, on: date) -> Dated[str] | None:
        line = self._lines.get((kind, key))
        row = line.row_at(on, self._known) if line else None
        return row if row and row.value is not None else None


KIND_TITLES: dict[Kind, str] = {
    Kind.TIER: "缴费档次",
    Kind.SUBSIDY: "缴费补贴",
    Kind.CREDITING_RATE: "记账利率",
    Kind.BASIC_PENSION: "基础养老金",
    Kind.CONTRIBUTION_RULE: "征缴规则",
    Kind.LONG_SUPPLEMENT: "缴费年限加发",
    Kind.AGE_SUPPLEMENT: "高龄加发",
    Kind.SCHEME_START: "制度实施日期",
    Kind.BACK_PAYMENT_SUBSIDY: "补缴享受政府补贴",
    Kind.FINAL_YEAR_DUE: "六十周岁当年要缴费",
    Kind.CERTIFICATION_CYCLE: "资格确认周期",
    Kind.FUNERAL_AMOUNT: "丧葬补助金",
    Kind.FUNERAL_MONTHS: "丧葬补助金月数",
    Kind.FUNERAL_RECEIVERS_ONLY: "丧葬补助金只给领取待遇人员",
    Kind.FUNERAL_WINDOW: "丧葬补助金申请期限",
    Kind.INHERITED_SUBSIDIES: "政府补贴可以继承",
    Kind.INHERITED_WHILE_SERVING: "服刑期间去世的全额继承",
}

LEVELS: frozenset[str] = frozenset(Funding)
OF_A_LEVEL = frozenset({Kind.SUBSIDY, Kind.BASIC_PENSION, Kind.LONG_SUPPLEMENT, Kind.AGE_SUPPLEMENT})
WITH_SECOND_KEY = frozenset({Kind.SUBSIDY, Kind.AGE_SUPPLEMENT})  # a tier, an age


def check_row(kind: str, key: str, value: str | None) -> str | None:
    """What is wrong with a row of an import sheet, in plain words, or None."""
    if kind not in set(Kind):
        return f"没有“{kind}”这一类参数。"
    level, _, tier = key.partition("/")
    if kind in OF_A_LEVEL and level not in LEVELS:
        return "请写明由哪一级财政负担：central、province、city、county。"
    if kind == Kind.CONTRIBUTION_RULE:
        parts = key.split("/")
        well = len(parts) == 4 and all(parts) and parts[3] in ITEMS
        return _check_value(kind, value) if well else "参数的“键”写得不对。"
    if kind == Kind.AGE_SUPPLEMENT and not (tier.isascii() and tier.isdigit() and int(tier) >= 60):
        return "高龄加发要在“档次”一栏写从多少岁起，例如65。"
    if (kind in WITH_SECOND_KEY) != bool(tier) or (kind == Kind.TIER and not key) or (kind in KEYLESS and key):
        return "参数的“键”写得不对。"
    return _check_value(kind, value)


def check_rules(rules: Iterable[ContributionRule]) -> list[str]:
    """What is wrong with rules as a whole: 个人缴费 and 政府代缴 together are the tier (R-123)."""
    categories, households = dict(PARTICIPANT_CATEGORIES), dict(HOUSEHOLD_TYPES)
    return [
        f"{categories.get(rule.category, rule.category)}、{households.get(rule.household_type, rule.household_type)}、"
        f"档次{rule.tier}：个人缴费{show(rule.personal)}元加政府代缴{show(rule.government_paid)}元，"
        f"不等于档次金额{show(rule.tier_fen)}元。"
        for rule in rules
        if rule.personal + rule.government_paid != rule.tier_fen
    ]


def _check_value(kind: str, value: str | None) -> str | None:
    if value is None:
        return None
    if kind in OF_YES_OR_NO:
        return None if value in YES_OR_NO else "数值要写“是”或者“否”。"
    if kind == Kind.SCHEME_START:
        return None if _is_day(value) else "数值要写日期，例如 2011-07-01。"
    if most := OF_MONTHS.get(Kind(kind)):
        return None if value.isascii() and value.isdigit() and 1 <= int(value) <= most else f"数值要写1到{most}的月数，例如12。"
    if kind == Kind.LONG_SUPPLEMENT and value.endswith("%"):
        return None if _PERCENT.fullmatch(value) else "按比例加发写成例如 1% 或者 0.5%。"
    try:
        good = 0 <= Decimal(value) < 1 if kind == Kind.CREDITING_RATE else yuan(value) >= 0
    except (ValueError, ArithmeticError):
        good = False
    return None if good else "数值不对：金额写成例如 200.00，利率写成例如 0.0275。"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) >= date(2009, 9, 1)  # 国发〔2009〕32号: the first counties
    except ValueError:
        return False
