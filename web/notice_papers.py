"""《待遇领取告知书》 as both sites print it: one, or a village's in files (规程第二十二条; R-214)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime

from db.queries import accounts, regions
from db.queries import portal as county_query
from db.queries.benefit_notices import NoticeRow
from db.queries.portal import CountyRow
from domain import benefit_notices, identity
from domain.errors import NotFound
from web.documents import pdf
from web.documents.notice_contents import BenefitNotice, NoticeAmount, NoticeYear
from web.documents.paper import Paper

KIND = "benefit_notice"
PER_FILE = 50  # some ten seconds of printing


def number_of(row: NoticeRow) -> str:
    return f"GZ-{row.period}-{row.id:08d}"


async def papers(county_code: int, rows: Sequence[NoticeRow], at: datetime) -> list[BenefitNotice]:
    county = await county_query.county(county_code)
    if county is None:
        raise NotFound
    titles = await accounts.fund_titles()
    places = await regions.names(sorted({row.region_code for row in rows}))
    return [_paper(row, county, titles, places.get(row.region_code, row.region_code), at) for row in rows]


def _paper(row: NoticeRow, county: CountyRow, titles: dict[str, str], place: str, at: datetime) -> BenefitNotice:
    said = benefit_notices.read_contents(row)
    return BenefitNotice(
        agency=county.agency_name, printed_at=at, number=number_of(row), name=row.name,
        id_number_masked=identity.mask_id(row.id_number), region_name=place, sixty_on=said.sixty_on, enrolled_on=said.enrolled_on,
        as_of_on=said.as_of_on, short=benefit_notices.short_words(said), steps=benefit_notices.STEPS,
        sources=tuple(NoticeAmount(title=titles[fund], amount_fen=said.held[fund]) for fund in titles if fund in said.held),
        parts=tuple(NoticeAmount(title=title, amount_fen=fen) for title, fen in said.parts),
        years=tuple(
            NoticeYear(year=y.year, personal_fen=y.personal_fen, subsidy_fen=y.subsidy_fen, government_paid_fen=y.government_paid_fen)
            for y in said.years
        ), enquiry_phone=county.agency_phone, enquiry_address=county.agency_address,
    )  # fmt: skip


async def printed(county_code: int, row: NoticeRow, at: datetime) -> tuple[bytes, str]:
    """(PDF, file name)."""
    (paper,) = await papers(county_code, [row], at)
    return await pdf.render(KIND, paper), f"待遇领取告知书-{paper.number}.pdf"


def files(rows: Sequence[NoticeRow]) -> list[Sequence[NoticeRow]]:
    """A village's, as they are printed together."""
    return [rows[first : first + PER_FILE] for first in range(0, len(rows), PER_FILE)]


async def pack(county_code: int, rows: Sequence[NoticeRow], at: datetime) -> bytes:
    """One file of them, printed in a process of its own."""
    some = await papers(county_code, rows, at)

    async def each() -> AsyncIterator[Paper]:
        for paper in some:
            yield paper

    async with aclosing(pdf.render_packs(KIND, each(), PER_FILE)) as packs:
        return await anext(packs)
