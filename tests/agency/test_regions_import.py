from datetime import date, timedelta
from pathlib import Path

import pytest

from db import engine
from db.queries import reference as reference_query
from db.queries import regions
from db.stores import reference
from db.stores.reference import RegionWrite
from domain.actor import Actor, Post
from domain.agency import worker
from domain.agency.regions_import import COLUMNS, Imported, import_sheet, preview
from domain.errors import NotFound, Problem, Refused
from tests import make
from tests.agency.sheets import csv, xlsx
from tests.conftest import Database
from tests.rules.worked import read

COUNTY = 430121
HEADER = (*COLUMNS, "说明")
DOCUMENT = "民政部门批复〔2026〕1号"
AT = make.FRIDAY
BY = worker(COUNTY)
FU = "长沙市长沙县富镇"
SHEET = [list(row.values()) for row in read(Path(__file__).parents[1] / "worked" / "region_sheet.csv")]


@pytest.fixture
async def fu_town(db: Database) -> Database:
    """The county as it was before the sheet: 富镇 with its villages and groups, and one village the sheet leaves out."""
    before = [
        ("430121", "长沙县", "长沙市长沙县"), ("43012102", "富镇", FU),
        ("4301210201", "影珠山村", f"{FU}影珠山村"), ("430121020101", "新立村民组", f"{FU}影珠山村新立村民组"),
        ("4301210202", "同心村", f"{FU}同心村"), ("430121020201", "杉山村民组", f"{FU}同心村杉山村民组"),
        ("430121020202", "寺门村民组", f"{FU}同心村寺门村民组"), ("4301210203", "白鹤村", f"{FU}白鹤村"),
    ]  # fmt: skip
    rows = [RegionWrite(*row) for row in before]
    await reference.write_regions(COUNTY, rows, on=date(2011, 7, 1), document="建立", at=AT, by="测试")
    return db


def clerk(*posts: Post, region: str = "439901") -> Actor:
    return make.staff("李岚", *posts, region=region)


async def refusal(*rows: object, by: Actor = BY, county: int = COUNTY, header: object = HEADER) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        await import_sheet(county, xlsx(header, *rows), DOCUMENT, by, AT)  # type: ignore[arg-type]
    return list(caught.value.problems)  # type: ignore[arg-type]


@pytest.mark.rule("R-453", "R-448", "R-450", "R-449")
async def test_the_printed_table_typed_as_it_stands_imports(fu_town: Database) -> None:
    assert len(SHEET) == 13
    done = await import_sheet(COUNTY, xlsx(HEADER, *SHEET), DOCUMENT, BY, AT)
    assert done == Imported(added=7, renamed=1, carried=6)
    assert (await regions.find(COUNTY, "430121010202")).full_name == "长沙市长沙县安砂镇毛塘社区丰塘冲村民组"  # type: ignore[union-attr]
    names = [place.full_name for place in await reference_query.places(COUNTY)]
    assert not [name for name in names if "富镇" in name]
    assert "长沙市长沙县福镇白鹤村" in names, "a village the sheet does not list follows its township"


@pytest.mark.rule("R-448")
async def test_the_old_name_stays_in_the_history_with_its_document(fu_town: Database) -> None:
    await import_sheet(COUNTY, xlsx(HEADER, *SHEET), DOCUMENT, BY, AT, date(2026, 11, 1))
    newest, oldest = await reference_query.place_history(COUNTY, "430121020101")
    assert (newest.full_name, newest.document, newest.effective_on) == (
        "长沙市长沙县福镇影珠山村新立村民组", DOCUMENT, date(2026, 11, 1))  # fmt: skip
    assert (oldest.full_name, oldest.document) == (f"{FU}影珠山村新立村民组", "建立")


async def test_a_name_of_tomorrow_waits_for_tomorrow(fu_town: Database) -> None:
    with pytest.raises(Refused, match="到生效那天再导入"):
        await import_sheet(COUNTY, xlsx(HEADER, *SHEET), DOCUMENT, BY, AT, AT.date() + timedelta(days=1))


async def test_a_second_import_of_the_same_sheet_changes_nothing(fu_town: Database) -> None:
    await import_sheet(COUNTY, xlsx(HEADER, *SHEET), DOCUMENT, BY, AT)
    assert await import_sheet(COUNTY, csv(HEADER, *SHEET), DOCUMENT, BY, AT) == Imported(0, 0, 0)


async def test_codes_typed_as_numbers_and_blank_lines_between_do_no_harm(fu_town: Database) -> None:
    rows = [line for row in SHEET for line in ([int(row[0]), *row[1:]], [])]
    data = xlsx((), HEADER, *rows, merged=[("A1:F1", "行政区划信息采集表")])
    assert (await import_sheet(COUNTY, data, DOCUMENT, BY, AT)).added == 7


async def test_a_merged_explanation_is_fine_a_merged_code_is_told(fu_town: Database) -> None:
    two = [["43012101", f"{FU[:-2]}安砂镇", "乡镇(街道)", "I", "", ""], ["", f"{FU[:-2]}北山镇", "乡镇(街道)", "I", "", ""]]
    with pytest.raises(Refused, match="第3行（）：没有行政代码。合并的单元格"):
        await import_sheet(COUNTY, xlsx(HEADER, *two, merged=[("F2:F3", "新增")]), DOCUMENT, BY, AT)


@pytest.mark.rule("R-020")
async def test_the_import_stands_in_the_audit_log(fu_town: Database) -> None:
    await import_sheet(COUNTY, xlsx(HEADER, *SHEET), DOCUMENT, BY, AT)
    entry = await engine.fetchrow("select * from audit_entry where county_code = $1", COUNTY)
    assert entry is not None
    assert (entry["action"], entry["reason"], entry["detail"]) == ("region.imported", DOCUMENT, "新增7，改名1，随上级改名6")


@pytest.mark.rule("R-450")
async def test_without_a_document_nothing_is_imported(fu_town: Database) -> None:
    with pytest.raises(Refused, match="依据"):
        await import_sheet(COUNTY, xlsx(HEADER, *SHEET), "  ", BY, AT)


async def test_one_bad_line_and_nothing_of_the_sheet_is_done(fu_town: Database) -> None:
    (problem,) = problems = await refusal(*SHEET, ["4301210203", f"{FU}白鹤村", "村(居委会)", "D", "", "撤销"])
    assert problem.field == "15"
    assert "不允许删除" in problems[0].message
    assert await regions.find(COUNTY, "43012101") is None


@pytest.mark.rule("R-448")
@pytest.mark.parametrize("row, said", [
    (["43012199", f"{FU[:-2]}远镇", "乡镇(街道)", "I", "", ""], "缺"),
    (["4301210", f"{FU}村", "村(居委会)", "I", "", ""], "6、8、10或12位"),
    (["439901", "青禾县", "县(市区)", "I", "", ""], "不是本县的代码"),
    (["43012102", f"{FU[:-2]}别镇", "乡镇(街道)", "I", "", ""], "代码不允许改给别的单位"),
    (["43012102", f"{FU[:-2]}贵镇", "乡镇(街道)", "U", f"{FU[:-2]}福镇", ""], "原名称对不上"),
])  # fmt: skip
async def test_a_wrong_code_is_told_with_its_line(fu_town: Database, row: list[str], said: str) -> None:
    (problem,) = await refusal(row)
    assert said in problem.message


async def test_the_same_code_twice_is_told(fu_town: Database) -> None:
    row = ["43012102", FU, "乡镇(街道)", "U", f"{FU[:-2]}福镇", ""]
    (problem,) = await refusal(row, [*row[:4], f"{FU[:-2]}寿镇", ""])
    assert problem.message == "第3行（43012102）：和第2行的代码重复。"


async def test_a_wrong_header_is_told(fu_town: Database) -> None:
    (problem,) = await refusal(SHEET[0], header=("代码", "名称"))
    assert problem.code == "wrong-header"


@pytest.mark.rule("R-455")
async def test_an_abolished_place_is_closed_with_all_below_it_and_stays(fu_town: Database) -> None:
    row = ["43012102", FU, "乡镇(街道)", "U", f"{FU[:-2]}（原）富镇", "撤销"]
    await import_sheet(COUNTY, xlsx(HEADER, row), DOCUMENT, BY, AT, date(2026, 11, 1))
    town, village = await regions.find(COUNTY, "43012102"), await regions.find(COUNTY, "4301210203")
    assert town is not None and village is not None
    assert (town.name, town.closed_on, village.closed_on) == ("（原）富镇", date(2026, 11, 1), date(2026, 11, 1))


@pytest.mark.rule("R-452")
async def test_the_county_itself_is_not_for_its_own_staff(db: Database) -> None:
    row = ["439901", "青禾县", "县(市区)", "U", "青禾市", ""]
    problems = await refusal(row, by=clerk(Post.COUNTY_ENROLLMENT), county=439901)
    assert "县级区划由省里设置" in problems[0].message


async def test_only_the_enrollment_post_and_the_administrator_may_import(db: Database) -> None:
    row = ["43990103", "青禾县新镇", "乡镇(街道)", "I", "", ""]
    for by in (clerk(Post.COUNTY_HEAD), clerk(Post.COUNTY_ENROLLMENT, region="43990101")):
        assert (await refusal(row, by=by, county=439901))[0].code == "wrong-post"
    with pytest.raises(NotFound):
        await preview(COUNTY, xlsx(HEADER, row), clerk(Post.COUNTY_ENROLLMENT))
    assert (await import_sheet(439901, xlsx(HEADER, row), DOCUMENT, clerk(Post.COUNTY_ADMIN), AT)).added == 1


async def test_the_preview_writes_nothing(fu_town: Database) -> None:
    planned = await preview(COUNTY, xlsx(HEADER, *SHEET), BY)
    assert len(planned) == 14
    assert await regions.find(COUNTY, "43012101") is None


@pytest.mark.rule("R-454", "R-049")
async def test_a_new_village_without_groups_gets_the_virtual_one(fu_town: Database) -> None:
    village = ["4301210204", f"{FU}新村", "村(居委会)", "I", "", ""]
    assert (await import_sheet(COUNTY, xlsx(HEADER, village), DOCUMENT, BY, AT)).added == 2
    group = await regions.find(COUNTY, "430121020401")
    assert group is not None and group.full_name == f"{FU}新村一组"
    with_group = ["430121020402", f"{FU}新村二组", "组", "I", "", ""]
    assert (await import_sheet(COUNTY, xlsx(HEADER, with_group), DOCUMENT, BY, AT)).added == 1
