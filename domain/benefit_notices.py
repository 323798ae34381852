"""待遇领取告知书 (规程第二十二条; R-210…R-215): what it says, and that it has arrived.

It creates no right: the figures are reckoned with the parameters of the day on which it was made, and say so (R-215).
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import benefit_notices as queries
from db.queries.benefit_notices import Candidate, NoticeRow, YearPaid
from db.stores import audit
from db.stores import benefit_notices as store
from domain import estimate
from domain.actor import Actor
from domain.codes import ORDINARY
from domain.errors import NotFound
from domain.estimate import Start
from domain.money import show
from domain.parameters import Funding, Parameters
from domain.rules.back_payment import missed_years, years_needed
from domain.rules.contribution import rules_for
from domain.rules.eligibility import sixty_on
from domain.rules.pension import LEVEL_TITLES, PART_TITLES, Part, Pension

TITLE = "您快满60周岁了，请看待遇领取告知书"
VILLAGE = 10  # digits of its code
STEPS = (
    "满60周岁以后，登录网上服务办“待遇领取申请”，或者本人带有效身份证件到村（社区）、乡镇（街道）事务所办。只要身份证件，不收费。",
    "经办机构5个工作日内算好，请您核对《待遇核定表》并确认，确认以后才开始发。",
    "从满60周岁、缴够年限的下个月算起，晚申请的会补发。",
    "领取以后每年要做一次资格确认；万一人不在了，请家里人及时告诉村（社区），账户里剩下的钱可以继承。",
)


class Contents(Struct, frozen=True, kw_only=True):
    """`needed`: 缴费年限 to draw at 60. `open_years`: those that can still be paid, `agency_years` through the agency only; both
    empty for who has enough. `lowest_fen`: what the lowest tier costs a year. `parts`: of the estimated month, the missing years
    paid at the lowest tier."""

    sixty_on: date
    as_of_on: date
    enrolled_on: date
    years: tuple[YearPaid, ...]
    held: dict[str, int]
    needed: int
    open_years: tuple[int, ...]
    agency_years: tuple[int, ...]
    lowest_fen: int
    parts: tuple[tuple[str, int], ...]

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.years))

    @property
    def account_fen(self) -> int:
        return sum(self.held.values())

    @property
    def monthly_fen(self) -> int:
        return sum(fen for _, fen in self.parts)


def contents_of(parameters: Parameters, who: Candidate, years: Sequence[YearPaid], on: date) -> Contents:
    """Raises parameters.Missing while the office has not entered what is needed."""
    paid, start = {year.year for year in years}, parameters.scheme_start(on)
    needed = years_needed(who.born_on, start, final_year_due=parameters.final_year_due(on))
    missing = max(0, needed - len(paid))
    lowest = rules_for(parameters.rules(on), ORDINARY, "")[0].personal
    running = estimate.years_left(Start(born_on=who.born_on, paid_this_year=on.year in paid), on)
    missed = missed_years(who.born_on, on, start, paid, by_agency=True)
    found = estimate.of(parameters, Start(
        born_on=who.born_on, years=len(paid), balance_fen=sum(who.held.values()) + missing * lowest,
    ), on, pays=0)  # fmt: skip
    return Contents(
        sixty_on=sixty_on(who.born_on), as_of_on=on, enrolled_on=who.enrolled_on, years=tuple(years),
        held={fund: fen for fund, fen in who.held.items() if fen}, needed=needed, lowest_fen=lowest,
        open_years=(*(y for y in missed if y >= start.year), *running) if missing else (),
        agency_years=tuple(y for y in missed if y < start.year) if missing else (), parts=_parts(found.tiers[0].pension),
    )  # fmt: skip


def _parts(pension: Pension) -> tuple[tuple[str, int], ...]:
    """The account's as one."""
    lines = [
        (f"{PART_TITLES[item.part]}（{LEVEL_TITLES[item.funding]}）", int(item.fen))
        for item in pension.items if isinstance(item.funding, Funding)
    ]  # fmt: skip
    return (*lines, (PART_TITLES[Part.ACCOUNT_PENSION], int(pension.of(Part.ACCOUNT_PENSION))))


def read_contents(row: NoticeRow) -> Contents:
    return msgspec.json.decode(row.contents, type=Contents)


def short_words(said: Contents) -> tuple[str, ...]:
    """What is missing and how it can be paid; empty for who has enough years."""
    if not said.missing:
        return ()
    lines = [f"按月领养老金要缴满{said.needed}年，您还差{said.missing}年。"]
    if said.open_years:
        whole = show(said.lowest_fen * said.missing)
        lines.append(
            f"还可以缴的年份：{in_ranges(said.open_years)}。按最低档次每年{show(said.lowest_fen)}元，缴{said.missing}年要{whole}元。"
        )
    if said.agency_years:
        lines.append(f"{in_ranges(said.agency_years)}只能到经办机构补缴。")
    if len(said.open_years) + len(said.agency_years) < said.missing:
        lines.append("能缴的年份不够，请到乡镇（街道）事务所问一问怎么办。")
    return tuple(lines)


def in_ranges(years: Sequence[int]) -> str:
    """2012年至2014年、2016年."""
    ranges: list[list[int]] = []
    for year in years:
        if ranges and year == ranges[-1][-1] + 1:
            ranges[-1].append(year)
        else:
            ranges.append([year])
    return "、".join(f"{r[0]}年" if len(r) == 1 else f"{r[0]}年至{r[-1]}年" for r in ranges)


# ------------------------------------------------------------------ that it has arrived


async def own(county_code: int, person_id: int, at: datetime) -> NoticeRow | None:
    """The newest of somebody who reads it himself; that he has read it is kept (R-214)."""
    found = await queries.newest_of(county_code, person_id)
    if found is not None and found.read_at is None:
        await store.mark_read(county_code, found.id, at)
    return found


async def open_one(notice_id: int, by: Actor, at: datetime) -> NoticeRow:
    """For somebody who prints it to hand it over; that it was opened stays in the log. NotFound outside the reader's regions."""
    county_code = by.scope.county_code
    found = await queries.notice(county_code, notice_id)
    if found is None or not by.scope.covers(found.region_code):
        raise NotFound
    async with transaction():
        await audit.write(county_code, at, by.kind, by.id, by.name, "notice.opened", "person", f"{found.person_id}")
    return found


async def handed(notice_id: int, by: Actor, at: datetime) -> None:
    """The paper is in the person's hands (R-214). Said twice it stays as it was said first."""
    county_code = by.scope.county_code
    found = await queries.notice(county_code, notice_id)
    if found is None or not by.scope.covers(found.region_code):
        raise NotFound
    async with transaction():
        if await store.mark_handed(county_code, notice_id, by.name, at):
            await audit.write(county_code, at, by.kind, by.id, by.name, "notice.handed", "person", f"{found.person_id}")


async def of_village(village: str, period: int, by: Actor, at: datetime) -> list[NoticeRow]:
    """Everybody of a village who was told, for whoever hands the papers out; that the list was opened stays in the log. NotFound
    where nobody was told and outside the reader's regions."""
    county_code = by.scope.county_code
    covered = by.scope.covers(village) and len(village) == VILLAGE
    rows = await queries.in_village(county_code, village, period) if covered else []
    if not rows:
        raise NotFound
    async with transaction():
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "notice.list", "region", village, detail=f"{period}"
        )
    return rows
