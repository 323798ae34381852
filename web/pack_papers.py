"""The files of village packs as papers: lists and calculation sheets whose every line can be scanned (P-18; R-285, R-291)."""

from datetime import datetime

from db.queries import regions
from db.queries.village_packs import FileRow
from domain.agency import certification, village_packs
from domain.agency.village_packs import COLUMNS, KINDS
from web.account_papers import Desk
from web.benefit_papers import calculation_papers
from web.documents.fund_contents import Column, VillageList
from web.documents.paper import Paper

SCAN = "核对一个，用手机扫一个：登录以后点“无误”“有误”“已去世”或者“已搬走”。二维码里没有个人信息，别人扫了看不到。"
NOTES = {
    "check_list": f"请和本人核对姓名、金额和发放账户。{SCAN}",
    "certification": f"请上门见本人，不要叫大家集中到一个地方。{SCAN}",
}


async def papers(file: FileRow, desk: Desk, at: datetime) -> tuple[str, list[Paper]]:
    """(kind of document, its papers) of one file of a pack."""
    county_code = desk.county.county_code
    lines = await village_packs.lines_of(county_code, file, at.date())
    codes = [village_packs.address(desk.portal_url, line.code) for line in lines]
    if file.kind == "calculation":
        people = [(line.person_id, code) for line, code in zip(lines, codes, strict=True)]
        return "calculation_sheet", list(await calculation_papers(people, desk, at))
    cycle = await certification.cycle(county_code, at.date())
    place = await regions.find(county_code, file.region_code)
    contents = VillageList(
        agency=desk.county.agency_name, printed_at=at, number=f"HD-{file.region_code}-{file.pack_id}-{file.number}",
        title=KINDS[file.kind], region_name=place.full_name if place else file.region_code, as_of_on=at.date(),
        columns=tuple(Column(title=c.title, width=c.width, is_number="元" in c.title) for c in COLUMNS[file.kind]),
        rows=tuple(village_packs.cells(file.kind, line, cycle) for line in lines), codes=tuple(codes), first=file.first_line,
        note=NOTES[file.kind],
    )  # fmt: skip
    return "village_list", [contents]
