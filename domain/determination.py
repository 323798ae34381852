"""待遇核定 (规程第二十四条、第二十六条; R-216…R-237): from when somebody draws what, reckoned from the account and the parameters alone.

`reckon` only reads; the same call at submission, at each desk and at approval must give the same (R-237).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from msgspec import Struct

from db.queries import accounts
from db.queries import benefits as queries
from db.queries.accounts import Account, EntryRow
from db.queries.benefits import CountedYear
from db.stores.people import PersonRow
from domain import months
from domain.agency.parameters_import import snapshot
from domain.funds import Fund
from domain.identity import age_on
from domain.ledger import Kind
from domain.money import show
from domain.parameters import Parameters
from domain.rules.back_payment import years_needed
from domain.rules.eligibility import Facts, first_month, sixty_on
from domain.rules.interest import MONTHS, Movement, interest_of
from domain.rules.pension import PART_TITLES, Item, Part, Pension, pension, standards
from domain.trace import Trace

INTEREST_KINDS = (Kind.INTEREST, Kind.INTEREST_CORRECTION)
_PREFIX = {Part.BASIC_PENSION: "basic", Part.LONG_CONTRIBUTION_SUPPLEMENT: "long", Part.AGE_SUPPLEMENT: "age", Part.ACCOUNT_PENSION: "account"}


class Capitalised(Struct, frozen=True):
    """Interest that is due now, of one year: `on` the day it counts from, 分 by source, and the reckoning."""

    on: date
    by_fund: dict[Fund, int]
    trace: Trace


class Determination(Struct, frozen=True, kw_only=True):
    """`eligible_on`: the day the last condition was met. `balances`: the account at the end of that month, its interest
    included; `interest`: what of it is not in the books yet."""

    eligible_on: date
    first_month: int
    years: int
    balances: dict[Fund, int]
    interest: tuple[Capitalised, ...]
    pension: Pension

    @property
    def amounts(self) -> dict[str, int]:
        """By part and who pays, as the columns are called (db/benefit_items.py)."""
        return {column_of(item): item.fen for item in self.pension.items}

    @property
    def trace(self) -> Trace:
        """Down to the segments of interest."""
        children = (*self.pension.trace.children, *(each.trace for each in self.interest))
        return msgspec.structs.replace(self.pension.trace, children=children)


def column_of(item: Item) -> str:
    return f"{_PREFIX[item.part]}_{item.funding.value}"


def title_of(column: str) -> str:
    """A column in words, without who pays."""
    prefix = column.partition("_")[0]
    return next(PART_TITLES[part] for part, name in _PREFIX.items() if name == prefix)


async def eligibility(county_code: int, person: PersonRow, on: date, *, died_on: date | None, other_pension: str) -> Facts:
    """What rules.eligibility asks."""
    parameters = await snapshot(county_code)
    account = await accounts.account_of(county_code, person.id)
    years = await queries.counted_years(county_code, account.id) if account else []
    return Facts(
        born_on=person.born_on, years=[year.year for year in years], scheme_start=parameters.scheme_start(on),
        final_year_due=parameters.final_year_due(on), participates=person.participation_status in (1, 2), died_on=died_on,
        other_pension=other_pension,
    )  # fmt: skip


async def reckon(county_code: int, person: PersonRow, on: date) -> Determination:
    """For somebody who meets the conditions. parameters.Missing while the office has not entered what is needed; ValueError for
    an account that somebody must look at first."""
    account = await accounts.account_of(county_code, person.id)
    assert account is not None, "every participant has an account"
    parameters = await snapshot(county_code)
    years = await queries.counted_years(county_code, account.id)
    met = _met_on(person.born_on, years, parameters, on)
    month = months.month_of(met)
    start = first_month(person.born_on, met)
    balances, interest = await settled(county_code, account, month, parameters)
    first = months.first_day(start)
    return Determination(
        eligible_on=met, first_month=start, years=len(years), balances=balances, interest=interest,
        pension=pension(balances, len(years), age_on(person.born_on, first), standards(parameters, first)),
    )  # fmt: skip


def _met_on(born_on: date, years: list[CountedYear], parameters: Parameters, on: date) -> date:
    """The sixtieth birthday, or the later day on which the last missing year was paid (R-227)."""
    needed = years_needed(born_on, parameters.scheme_start(on), final_year_due=parameters.final_year_due(on))
    paid = sorted(year.paid_on for year in years)
    return max([sixty_on(born_on), *paid[needed - 1 : needed]]) if needed else sixty_on(born_on)


async def settled(
    county_code: int, account: Account, month: int, parameters: Parameters, *, also: Sequence[tuple[date, Fund, int]] = (),
    final: bool = False,
) -> tuple[dict[Fund, int], tuple[Capitalised, ...]]:  # fmt: skip
    """The account at the end of `month` with all its interest (R-182, R-229), and what of that is not posted yet. Years without
    a published rate go by the last one (R-181). `also`: money that is to be posted before, with its day of value. `final`: the
    account ends here, so that interest of closed years that `also` changes is due too. rules.interest.NegativeBase as there."""
    last_year, last_month = divmod(month, 100)
    first = await queries.first_entry_year(county_code, account.id)
    if first is None:
        return {}, ()
    year = min(max(first, account.settled_year + 1), last_year, *(day.year for day, _, _ in also))
    held = {Fund(fund): fen for fund, fen in (await accounts.held_before(county_code, account.id, year)).items()}
    due: list[Capitalised] = []
    for current in range(year, last_year + 1):
        until = last_month if current == last_year else MONTHS
        entries = [e for e in await accounts.entries(county_code, account.id, current) if e.value_on.month <= until]
        moved = [*_moved(entries), *(Movement(day.month, fund, fen) for day, fund, fen in also if day.year == current)]
        rate, version = _rate(parameters, current)
        found = interest_of(held, moved, rate, until=until, year=current, versions=(version,))
        rest = {fund: found.by_fund.get(fund, 0) - fen for fund, fen in _interest(entries).items()}
        for fund, fen in [(each.fund, each.fen) for each in moved] + list(_at_year_end(entries)) + list(rest.items()):
            held[fund] += fen
        missing = {fund: fen for fund, fen in rest.items() if fen}
        if missing and (final or current > account.settled_year):
            due.append(Capitalised(months.last_day(current * 100 + until), missing, found.trace))
    return {fund: fen for fund, fen in held.items() if fen}, tuple(due)


def _moved(entries: Sequence[EntryRow]) -> list[Movement]:
    """Money of the year; interest that was capitalised within the year counts as money."""
    return [
        Movement(entry.value_on.month, Fund(fund), fen)
        for entry in entries
        if entry.kind not in INTEREST_KINDS or entry.value_on.month < MONTHS
        for fund, fen in entry.amounts.items()
    ]


def _at_year_end(entries: Sequence[EntryRow]) -> Iterator[tuple[Fund, int]]:
    """Interest that was capitalised when the year had ended."""
    for entry in entries:
        if entry.kind in INTEREST_KINDS and entry.value_on.month == MONTHS:
            yield from ((Fund(fund), fen) for fund, fen in entry.amounts.items())


def _interest(entries: Sequence[EntryRow]) -> dict[Fund, int]:
    """Of the year, as far as it stands in the books."""
    found = dict.fromkeys(Fund, 0)
    for entry in entries:
        if entry.kind in INTEREST_KINDS:
            for fund, fen in entry.amounts.items():
                found[Fund(fund)] += fen
    return found


def _rate(parameters: Parameters, year: int) -> tuple[Decimal, int]:
    return parameters.crediting_rate(date(year, 12, 31))


def in_words(found: Determination) -> str:
    """For the comparison page: what would be determined, to the fen."""
    parts = "、".join(f"{PART_TITLES[part]}{show(found.pension.of(part))}元" for part in Part if found.pension.of(part))
    return f"从{months.in_words(found.first_month)}起，每月{show(found.pension.total)}元（{parts}）"
