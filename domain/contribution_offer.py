"""What somebody has paid, may still pay, and what each tier of a year brings (规程第十一条; R-076…R-137).

The same checks as when a payment comes in (domain/contribution_lines.py) say what is open, so that nobody is told to pay what
would not be booked.
"""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from db.queries import accounts
from db.queries import contribution_page as queries
from db.queries.accounts import Account
from db.queries.contribution_page import AgreementRow, PaymentRow, YearRow
from db.stores import contributions as store
from db.stores.contributions import LineFacts
from db.stores.people import PersonRow
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.contribution_lines import WAYS, LineRules, Paid, choices_of, problem_of
from domain.errors import Problem
from domain.identity import birthday
from domain.money import divide
from domain.parameters import ContributionRule, Missing, Parameters
from domain.rules.back_payment import YEARS_NEEDED, is_back_payment, missed_years
from domain.rules.contribution import CLAIM_AGE, NOTHING, Entitlement, day_in_year, entitled
from domain.rules.interest import grown
from domain.rules.pension import PAYOUT_MONTHS

CHANNELS = {
    "tax": "税务部门", "bank_counter": "银行柜台", "direct_debit": "银行代扣", "agency": "经办机构", "pos": "村里刷卡",
    "government": "政府代缴",
}  # fmt: skip
MONEY_IS_HERE = [kind for kind, way in WAYS.items() if way.money_is_here]
# What concerns the person, not the year: nothing at all can be paid.
OF_THE_PERSON = frozenset({"no-account", "suspended", "terminated", "receiving", "other-county", "unknown"})


class TierOffer(Struct, frozen=True, kw_only=True):
    """One tier. `added`: what government adds; `left_fen`: what the person has yet to pay to reach it, 0 when reached.
    `monthly_fen`: the account's part of a month's pension from this year alone; `grown_fen`: the same with interest until 60,
    as if today's rate stayed, None where no rate is known."""

    rule: ContributionRule
    added: Entitlement
    left_fen: int
    total_fen: int
    monthly_fen: int
    grown_fen: int | None


class Offer(Struct, frozen=True, kw_only=True):
    """What can be chosen for one year, lowest first. `already_fen`: paid or on its way. `rate`: today's, None where there is
    none. `from_on`: the 60th birthday."""

    year: int
    category: str
    back_payment: bool
    already_fen: int
    tiers: tuple[TierOffer, ...]
    rate: Decimal | None
    from_on: date

    @property
    def covered(self) -> TierOffer | None:
        """The highest tier that government pays entirely (R-129)."""
        return next((each for each in reversed(self.tiers) if each.rule.personal == 0), None)

    @property
    def helped(self) -> bool:
        """Whether government pays a part in the person's place."""
        return any(each.rule.government_paid for each in self.tiers)


class Year(Struct, frozen=True, kw_only=True):
    """One contribution year. `received`: by source, without interest; `problem`: why it cannot be paid (any more), None when it
    can; `tier_fen`: the tier reached, 0 where none."""

    year: int
    paid: YearRow | None
    received: dict[str, int]
    payments: tuple[PaymentRow, ...]
    problem: Problem | None
    tier_fen: int

    @property
    def pending(self) -> tuple[PaymentRow, ...]:
        """Paid or declared, and not in the account."""
        return tuple(each for each in self.payments if each.state != "booked")

    @property
    def already_fen(self) -> int:
        return (self.paid.personal_fen if self.paid else 0) + sum(each.amount_fen for each in self.pending)

    @property
    def funded(self) -> bool:
        return is_funded(self.paid)


def is_funded(paid: YearRow | None) -> bool:
    """Whether the year is paid for: one that was taken back to nothing is open again (R-102)."""
    return paid is not None and (paid.counts or paid.personal_fen > 0)


class Standing(Struct, frozen=True, kw_only=True):
    """Everything of one person. `past`: the newest first. `problem`: why nothing can be paid at all. `agency_years`: years before
    the scheme, which only the agency takes (R-107). `offers`: by year, of each year that can be paid."""

    this: Year
    past: tuple[Year, ...]
    problem: Problem | None
    agency_years: tuple[int, ...]
    offers: dict[int, Offer]
    agreement: AgreementRow | None
    consented_on: date | None
    account: Account | None
    subsidises_back_payments: bool

    @property
    def paid_years(self) -> list[Year]:
        """The oldest first."""
        return sorted((year for year in (self.this, *self.past) if year.funded), key=lambda year: year.year)


class _Known(Struct, frozen=True, kw_only=True):
    """What is read once for all years. `missed`: the years that may be paid back."""

    county_code: int
    person: PersonRow
    on: date
    parameters: Parameters
    rules: LineRules
    rate: Decimal | None
    paid: dict[int, YearRow]
    received: dict[int, dict[str, int]]
    payments: list[PaymentRow]
    missed: tuple[int, ...]


async def standing(county_code: int, person: PersonRow, on: date) -> Standing:
    account = await accounts.account_of(county_code, person.id)
    paid = {row.year: row for row in await queries.years(county_code, account.id)} if account else {}
    counting = [row.year for row in paid.values() if row.counts]
    parameters = await snapshot(county_code)
    rules = LineRules(parameters, on)
    known = _Known(
        county_code=county_code, person=person, on=on, parameters=parameters, rules=rules, rate=_rate(parameters, on),
        paid=paid, received=await queries.received(county_code, account.id) if account else {},
        payments=await queries.payments(county_code, account.id, list(WAYS), MONEY_IS_HERE) if account else [],
        missed=missed_years(person.born_on, on, rules.scheme_start, counting),
    )  # fmt: skip
    joined = person.first_enrolled_on.year if person.first_enrolled_on else on.year
    first = min(joined, *known.missed, *known.paid, *known.received, on.year)
    asked = list(range(first, on.year + 1))
    facts = await store.facts(county_code, [person.id_index] * len(asked), asked)
    *past, this = (_year(known, year, fact) for year, fact in zip(asked, facts, strict=True))
    nothing = this.problem if this.problem and this.problem.code in OF_THE_PERSON else None
    before = missed_years(person.born_on, on, rules.scheme_start, counting, by_agency=True)
    return Standing(
        this=this, past=tuple(reversed(past)), problem=nothing, account=account,
        subsidises_back_payments=rules.subsidises_back_payments,
        agency_years=() if nothing else tuple(year for year in before if year < rules.scheme_start.year),
        offers={
            year.year: _offer(known, year, fact)
            for year, fact in zip([*past, this], facts, strict=True) if year.problem is None
        },
        agreement=await queries.agreement(county_code, person.id),
        consented_on=await queries.consented_on(county_code, person.id, on.year),
    )  # fmt: skip


def _rate(parameters: Parameters, on: date) -> Decimal | None:
    try:
        return parameters.crediting_rate(on)[0]
    except Missing:
        return None


def _year(known: _Known, year: int, fact: LineFacts) -> Year:
    paid, payments = known.paid.get(year), tuple(each for each in known.payments if each.year == year)
    return Year(
        year=year, paid=paid, received=known.received.get(year, {}), payments=payments, tier_fen=_tier_fen(known, paid),
        problem=_problem(known, year, fact, funded=is_funded(paid), on_its_way=any(each.state != "booked" for each in payments)),
    )  # fmt: skip


def _tier_fen(known: _Known, paid: YearRow | None) -> int:
    if paid is None:
        return 0
    try:
        tiers = known.parameters.tiers(day_in_year(paid.year, paid.last_paid_on))
    except Missing:
        return 0
    return next((tier.fen for tier in tiers if tier.code == paid.tier), 0)


def _asked(known: _Known, year: int, fact: LineFacts) -> Paid:
    """A payment of today as it would come in from the tax bureau; the smallest one, because any amount is welcome there."""
    return Paid(line_no=1, name=fact.name or "", id_number="", id_index=known.person.id_index, year=year, amount_fen=1,
                value_on=known.on)  # fmt: skip


def _problem(known: _Known, year: int, fact: LineFacts, *, funded: bool, on_its_way: bool) -> Problem | None:
    """Why the year cannot be paid (any more)."""
    problem = problem_of(_asked(known, year, fact), fact, WAYS[DocumentKind.TAX_DETAIL], known.rules, known.county_code)
    if is_back_payment(year, known.on):
        if funded:
            return Problem("paid", "已经缴过，过去的年度只能缴一次。")
        if on_its_way:
            return Problem("on-its-way", "已经缴了，正在记账。")
        if problem is None and year not in known.missed:
            return Problem("enough", f"已经缴满{YEARS_NEEDED}年，不用再补缴。")
    if problem and problem.code == "no-rules":
        return Problem("no-rules", "这一年的缴费档次还没有录入，请到乡镇（街道）事务所问一问。")
    return problem


def _offer(known: _Known, year: Year, fact: LineFacts) -> Offer:
    back = is_back_payment(year.year, known.on)
    choices = choices_of(_asked(known, year.year, fact), fact, known.rules)
    from_on = birthday(known.person.born_on, CLAIM_AGE)
    return Offer(
        year=year.year, category=choices[0].category, back_payment=back, already_fen=year.already_fen, rate=known.rate,
        from_on=from_on, tiers=tuple(
            _tier(rule, year.already_fen, known, from_on, subsidised=not back or known.rules.subsidises_back_payments) for rule in choices
        ),
    )  # fmt: skip


def _tier(rule: ContributionRule, already: int, known: _Known, from_on: date, *, subsidised: bool) -> TierOffer:
    added = entitled(rule) if subsidised else NOTHING
    total = rule.personal + added.total
    later = None if known.rate is None else grown(total, known.on, from_on, known.rate)
    return TierOffer(
        rule=rule, added=added, left_fen=max(0, rule.personal - already), total_fen=total,
        monthly_fen=divide(total, PAYOUT_MONTHS), grown_fen=None if later is None else divide(later, PAYOUT_MONTHS),
    )  # fmt: skip
