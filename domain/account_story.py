"""Why an account stands where it stands: each line of a year in plain words, and its interest with the whole reckoning."""

from datetime import date

from msgspec import Struct

from db.queries import accounts
from db.queries.accounts import EntryRow
from domain.agency.parameters_import import snapshot
from domain.funds import Fund
from domain.ledger import TITLES, Kind
from domain.money import percent
from domain.parameters import Missing, YearRate
from domain.rules.interest import Interest, Movement, NegativeBase, interest_of, weight

INTEREST_KINDS = (Kind.INTEREST, Kind.INTEREST_CORRECTION)


class StoryLine(Struct, frozen=True, kw_only=True):
    """`bears_from`: the month from which the money bears interest (规程第十七条); None for interest itself."""

    entry: EntryRow
    title: str
    bears_from: date | None
    months: int


class YearStory(Struct, frozen=True, kw_only=True):
    """`interest`: the reckoning of the year; None while the year is not settled or cannot be explained by the rule alone.
    `agrees`: whether it gives exactly what was posted."""

    year: int
    opening_fen: int
    lines: tuple[StoryLine, ...]
    posted_fen: int
    closing_fen: int
    rate: YearRate | None
    interest: Interest | None

    @property
    def percent(self) -> str:
        """The year's rate as people read it."""
        return percent(self.rate.rate) if self.rate else ""

    @property
    def agrees(self) -> bool:
        return self.interest is not None and self.interest.total == self.posted_fen


async def year_story(county_code: int, account_id: int, year: int) -> YearStory:
    """Everything that counts in one year."""
    opening = await accounts.held_before(county_code, account_id, year)
    entries = await accounts.entries(county_code, account_id, year)
    posted = sum(entry.total_fen for entry in entries if entry.kind in INTEREST_KINDS)
    rate = await _rate(county_code, year)
    settled = any(entry.kind in INTEREST_KINDS for entry in entries)
    return YearStory(
        year=year, opening_fen=sum(opening.values()), lines=tuple(_line(entry) for entry in entries), posted_fen=posted,
        closing_fen=sum(opening.values()) + sum(entry.total_fen for entry in entries), rate=rate,
        interest=_reckoned(year, opening, entries, rate) if settled and rate else None,
    )  # fmt: skip


async def _rate(county_code: int, year: int) -> YearRate | None:
    try:
        return (await snapshot(county_code)).rate_of_year(year)
    except Missing:
        return None


def _line(entry: EntryRow) -> StoryLine:
    month = entry.value_on.month
    own = entry.kind in INTEREST_KINDS
    first = date(entry.year + month // 12, month % 12 + 1, 1)
    return StoryLine(
        entry=entry, title=TITLES[Kind(entry.kind)], bears_from=None if own else first,
        months=weight(month, 12, out=entry.total_fen < 0, same_month=False),
    )  # fmt: skip


def _reckoned(year: int, opening: dict[str, int], entries: list[EntryRow], rate: YearRate) -> Interest | None:
    moved = [
        Movement(entry.value_on.month, Fund(fund), fen)
        for entry in entries if entry.kind not in INTEREST_KINDS for fund, fen in entry.amounts.items()
    ]  # fmt: skip
    try:
        return interest_of(
            {Fund(fund): fen for fund, fen in opening.items()}, moved, rate.rate, year=year, versions=(rate.version,)
        )
    except NegativeBase:
        return None
