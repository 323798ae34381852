"""One line of a sheet of payments: whether it can be booked, and what is wrong with it in plain words (R-089…R-111).

Every way in brings the same lines; a `Way` says how it treats those that cannot be booked.
"""

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct

from db.stores.books import NewLine
from db.stores.contributions import LineFacts, Rules
from domain.books import DocumentKind
from domain.codes import ORDINARY
from domain.errors import Problem
from domain.money import show
from domain.parameters import ContributionRule, Missing, Parameters
from domain.rules.back_payment import is_back_payment
from domain.rules.contribution import beyond_the_top, day_in_year, is_a_tier, rules_for, year_problem
from domain.rules.special_groups import Spell, identity


class Way(Struct, frozen=True):
    """How a way in treats a line it cannot book. `money_is_here`: the money has been paid, so that such a line waits for
    somebody to say whose it is; else it goes back to who made the sheet. `exact`: a line is a whole tier (R-090). `zero`: government pays all
    of it (R-129)."""

    channel: str
    money_is_here: bool
    exact: bool = False
    zero: bool = False
    by_agency: bool = False


WAYS: dict[DocumentKind, Way] = {
    DocumentKind.TAX_DETAIL: Way("tax", money_is_here=True),
    DocumentKind.BANK_COLLECTION: Way("bank_counter", money_is_here=True),
    DocumentKind.DIRECT_DEBIT: Way("direct_debit", money_is_here=False, exact=True),
    DocumentKind.AGENCY_BATCH: Way("agency", money_is_here=False, exact=True, by_agency=True),
    DocumentKind.POS_REPORT: Way("pos", money_is_here=True),
    DocumentKind.ZERO_CONTRIBUTION: Way("government", money_is_here=False, zero=True),
    DocumentKind.SUSPENSE_CLEARED: Way("tax", money_is_here=True),
}


class Paid(Struct, frozen=True, kw_only=True):
    """One payment as it comes in. `id_index` is the keyed index of `id_number`; `value_on` the treasury or slip date."""

    line_no: int
    name: str
    id_number: str
    id_index: bytes
    year: int
    amount_fen: int
    value_on: date
    external_no: str = ""
    region_prefix: str = ""  # narrower than the county: whose sheet it is
    note: str = ""  # of a debit list: the id of the agreement


class LineRules:
    """The parameters' rules by day, and what each identity can choose from, read once each."""

    def __init__(self, parameters: Parameters, today: date) -> None:
        self._parameters = parameters
        self.scheme_start = parameters.scheme_start(today)
        self.subsidises_back_payments = parameters.subsidises_back_payments(today)
        self._by_day: dict[date, tuple[ContributionRule, ...]] = {}
        self._choices: dict[tuple[date, str, str], list[ContributionRule]] = {}

    def on(self, day: date) -> tuple[ContributionRule, ...]:
        """Missing while the office has entered no tiers for that day (R-077, R-131)."""
        if day not in self._by_day:
            self._by_day[day] = self._parameters.rules(day)
        return self._by_day[day]

    def choices(self, day: date, category: str, household_type: str) -> list[ContributionRule]:
        key = (day, category, household_type)
        if key not in self._choices:
            self._choices[key] = rules_for(self.on(day), category, household_type)
        return self._choices[key]

    def lowest_top(self, days: Iterable[date]) -> int:
        """An amount that is too much for nobody."""
        tops: dict[tuple[date, str, str], int] = {}
        for day, rule in [(each, rule) for each in set(days) for rule in self.on(each)]:
            key = (day, rule.category, rule.household_type)
            tops[key] = max(tops.get(key, 0), rule.personal)
        return min(tops.values(), default=0)

    def columns(self, days: Iterable[date]) -> Rules:
        spans: list[tuple[tuple[ContributionRule, ...], list[date]]] = []
        for day in sorted(set(days)):
            if spans and spans[-1][0] == self.on(day):
                spans[-1][1].append(day)
            else:
                spans.append((self.on(day), [day]))
        rows = [(span, rule) for span, (rules, _) in enumerate(spans) for rule in rules]
        return Rules(
            first=[days[0] for _, days in spans], last=[days[-1] for _, days in spans], span=list(range(len(spans))),
            version=[span for span, _ in rows], category=[r.category for _, r in rows], household=[r.household_type for _, r in rows],
            tier=[r.tier for _, r in rows], personal=[r.personal for _, r in rows], province=[r.province for _, r in rows],
            city=[r.city for _, r in rows], county=[r.county for _, r in rows],
            government_paid=[r.government_paid for _, r in rows],
        )  # fmt: skip


def judged(paid: Paid, known: LineFacts, way: Way, rules: LineRules, county_code: int) -> NewLine:
    problem = problem_of(paid, known, way, rules, county_code)
    unusable = "exception" if way.money_is_here else "bad"
    return NewLine(
        line_no=paid.line_no, state=unusable if problem else "good", reason_code=problem.code if problem else "",
        reason=problem.message if problem else "", name=paid.name, id_index=paid.id_index, id_number=paid.id_number,
        account_id=None if problem and problem.code in NOBODY else known.account_id, year=paid.year,
        amount_fen=paid.amount_fen, value_on=paid.value_on, external_no=paid.external_no, note=paid.note,
    )  # fmt: skip


NOBODY = frozenset({"unknown", "other-county", "no-account", "other-name"})


def problem_of(paid: Paid, known: LineFacts, way: Way, rules: LineRules, county_code: int) -> Problem | None:
    """Why this line cannot be booked as it stands; None when it can, as far as one line tells."""
    if found := nobody(paid, known, county_code):
        return found
    if paid.region_prefix and not (known.region_code or "").startswith(paid.region_prefix):
        return Problem("other-region", "这个人不属于申报的乡镇（村）。")
    if (known.participation_status, known.contribution_status) != (1, 1):
        return not_paying(known)
    if paid.amount_fen <= 0 and not way.zero:
        return Problem("amount", "金额要大于0。")
    if found := _year_problem(paid, known, way, rules):
        return found
    try:
        rules.on(day_in_year(paid.year, paid.value_on))
    except Missing as missing:
        return Problem("no-rules", str(missing))
    return _tier_problem(paid, known, rules) if way.exact else None


def _year_problem(paid: Paid, known: LineFacts, way: Way, rules: LineRules) -> Problem | None:
    assert known.born_on is not None
    if known.brought:
        return Problem("brought", "这一年已经在原参保地缴过，随关系一起转来了，不能重复缴。")
    if way.zero and paid.year != paid.value_on.year:
        return Problem("not-this-year", "零缴费只能办当年的。")
    return year_problem(paid.year, paid.value_on, known.born_on, rules.scheme_start, by_agency=way.by_agency)


def nobody(paid: Paid, known: LineFacts, county_code: int) -> Problem | None:
    """Name and number must be one participant of this county (R-090)."""
    if known.county_code is None:
        return Problem("unknown", "没有查到这个人的参保登记，请先办参保登记，或核对身份证号码。")
    if known.county_code != county_code:
        return Problem("other-county", "这个人在别的县参保，不能在本县缴费。")
    if known.account_id is None:
        return Problem("no-account", "这个人在本县没有正在使用的个人账户。")
    if known.name != paid.name:
        return Problem("other-name", "姓名和参保登记的不一致，请核对。")
    return None


def not_paying(known: LineFacts) -> Problem:
    """R-095, R-096."""
    if known.participation_status == 2:
        return Problem("suspended", "这个人已经暂停缴费，要先办续保。")
    if known.participation_status == 4:
        return Problem("terminated", "这个人的养老保险关系已经终止。")
    return Problem("receiving", "这个人已经在领取待遇，不用再缴费。")


def _tier_problem(paid: Paid, known: LineFacts, rules: LineRules) -> Problem | None:
    """For sheets only: a whole tier of the person's own identity, and a year once (R-090, R-106)."""
    if known.paid_fen:
        return Problem("paid", f"{paid.year}年已经缴过{show(known.paid_fen)}元。")
    choices = choices_of(paid, known, rules)
    if is_a_tier(choices, paid.amount_fen):
        return None
    if beyond_the_top(choices, paid.amount_fen):
        return Problem("beyond-the-top", f"{show(paid.amount_fen)}元超过了最高档次。")
    offered = "、".join(dict.fromkeys(show(rule.personal) for rule in choices))
    return Problem("no-tier", f"{show(paid.amount_fen)}元不是这个人{paid.year}年可以缴的档次（{offered}）。")


def choices_of(paid: Paid, known: LineFacts, rules: LineRules) -> list[ContributionRule]:
    """The tiers this person can choose for this payment, lowest first. Missing as LineRules.on."""
    day = day_in_year(paid.year, paid.value_on)
    return rules.choices(day, _category(paid, known, rules, day), known.household_type or "")


def _category(paid: Paid, known: LineFacts, rules: LineRules, day: date) -> str:
    """As whom somebody pays; a missed year as an ordinary participant while back payments are not subsidised (R-113)."""
    if is_back_payment(paid.year, paid.value_on) and not rules.subsidises_back_payments:
        return ORDINARY
    if known.year_category:
        return known.year_category
    spells = msgspec.json.decode(known.spells, type=list[Spell]) if known.spells else ()
    return identity(spells, paid.year, paid.value_on, rules.on(day), known.household_type or "")
