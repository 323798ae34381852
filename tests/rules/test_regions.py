import pytest

from domain.errors import Problem, Refused
from domain.regions import (
    ABOLISHED,
    Level,
    Planned,
    Region,
    Row,
    StatisticalCode,
    level_of,
    next_code,
    parent_of,
    plan_changes,
    virtual_group,
)
from tests.rules.worked import ROOT, examples, read

COUNTY = "长沙市长沙县"
BEFORE = {
    region.code: region
    for region in (
        Region("430121", "长沙县", COUNTY),
        Region("43012102", "富镇", f"{COUNTY}富镇"),
        Region("4301210201", "影珠山村", f"{COUNTY}富镇影珠山村"),
        Region("430121020101", "新立村民组", f"{COUNTY}富镇影珠山村新立村民组"),
        Region("4301210202", "同心村", f"{COUNTY}富镇同心村"),
        Region("430121020201", "杉山村民组", f"{COUNTY}富镇同心村杉山村民组"),
        Region("430121020202", "寺门村民组", f"{COUNTY}富镇同心村寺门村民组"),
        # Not in the sheet: it must follow its township all the same.
        Region("4301210203", "白鹤村", f"{COUNTY}富镇白鹤村"),
    )
}
SHEET = [
    Row(number, row["行政代码"], row["原行政区划名称"], row["行政级别"], row["增(I)/改(U)"], row["改后行政区划名称"])
    for number, row in enumerate(read(ROOT / "tests" / "worked" / "region_sheet.csv"), start=2)
]
INSERT = Row(2, "43012101", f"{COUNTY}安砂镇", "乡镇(街道)", "I")
RENAME = Row(3, "43012102", f"{COUNTY}富镇", "乡镇(街道)", "U", f"{COUNTY}福镇")


def after(plan: list[Planned], before: dict[str, Region] = BEFORE) -> dict[str, Region]:
    return before | {each.code: Region(each.code, each.name, each.full_name, each.closed) for each in plan}


def complaints(*rows: Row) -> list[Problem | object]:
    with pytest.raises(Refused) as caught:
        plan_changes(BEFORE, rows)
    return list(caught.value.problems)


def complaint(*rows: Row) -> str:
    (problem,) = complaints(*rows)
    assert isinstance(problem, Problem)
    return problem.message


@pytest.mark.parametrize("example", examples("region_codes"))
def test_the_next_code(example: dict[str, str]) -> None:
    parent, given = example["上级代码"], example["已有下级"].split()
    if given and "-" in given[0]:
        first, last = given[0].split("-")
        given = [f"{parent}{number:02d}" for number in range(int(first), int(last) + 1)]
    if example["下一个代码"]:
        assert next_code(parent, given) == example["下一个代码"]
    else:
        with pytest.raises(Refused, match="用完"):
            next_code(parent, given)


@pytest.mark.rule("R-447")
def test_a_code_has_four_levels_of_6_2_2_2_digits() -> None:
    assert [level_of("430121020101"[:digits]) for digits in (6, 8, 10, 12)] == list(Level)
    assert parent_of("430121020101") == "4301210201"
    assert parent_of("430121") is None
    with pytest.raises(ValueError, match="9"):
        level_of("430121020")


@pytest.mark.rule("R-447")
def test_nothing_lies_below_a_group() -> None:
    with pytest.raises(Refused, match="小组下面"):
        next_code("430121020101", [])


@pytest.mark.rule("R-049")
@pytest.mark.rule("R-454")
def test_a_village_without_groups_has_a_virtual_first_one() -> None:
    group = virtual_group(BEFORE["4301210203"])
    assert group == Region("430121020301", "一组", f"{COUNTY}富镇白鹤村一组")


@pytest.mark.rule("R-453")
def test_the_printed_sheet_plans_as_it_stands() -> None:
    plan = plan_changes(BEFORE, SHEET)
    done = after(plan)
    inserted = {each.code: each.name for each in plan if not each.old_full_name}
    assert inserted == {
        "43012101": "安砂镇",
        "4301210101": "安沙社区",
        "430121010101": "石牛山村民组",
        "430121010102": "桂花塘村民组",
        "4301210102": "毛塘社区",
        "430121010201": "长塘冲村民组",
        "430121010202": "丰塘冲村民组",
    }
    assert done["43012102"] == Region("43012102", "福镇", f"{COUNTY}福镇")
    for code, region in BEFORE.items():
        if code.startswith("43012102"):
            assert done[code].full_name == region.full_name.replace("富镇", "福镇")
    assert done["430121"] == BEFORE["430121"]
    assert len(plan) == 7 + 7


@pytest.mark.rule("R-453")
def test_one_row_renames_a_township_and_all_below_it() -> None:
    plan = plan_changes(BEFORE, [RENAME])
    assert after(plan) == after(plan_changes(BEFORE, [row for row in SHEET if row.action == "U"]))
    assert [each.code for each in plan if not each.carried] == ["43012102"]


@pytest.mark.rule("R-453")
def test_a_village_below_may_get_a_name_of_its_own_in_the_same_sheet() -> None:
    for old in ("富镇", "福镇"):
        own = Row(9, "4301210201", f"{COUNTY}{old}影珠山村", "", "U", f"{COUNTY}福镇影珠村")
        done = after(plan_changes(BEFORE, [own, RENAME]))
        assert done["430121020101"].full_name == f"{COUNTY}福镇影珠村新立村民组"
        assert done["4301210202"].full_name == f"{COUNTY}福镇同心村"


def test_the_order_of_the_rows_does_not_matter_and_a_second_import_does_nothing() -> None:
    plan = plan_changes(BEFORE, SHEET)
    assert plan_changes(BEFORE, SHEET[::-1]) == plan
    assert plan_changes(after(plan), SHEET) == []


@pytest.mark.parametrize("example", examples("region_deletion"))
def test_nothing_is_deleted(example: dict[str, str]) -> None:
    row = Row(2, example["行政代码"], example["行政区划名称"], "乡镇(街道)", example["标志"])
    assert example["提示"] in complaint(row)


@pytest.mark.rule("R-448")
def test_a_code_in_use_is_not_given_to_another_unit() -> None:
    assert "代码不允许改给别的单位" in complaint(Row(2, "43012102", f"{COUNTY}安砂镇", "乡镇(街道)", "I"))


@pytest.mark.rule("R-449")
def test_a_sheet_may_close_a_gap_and_must_not_open_one() -> None:
    assert [each.code for each in plan_changes(BEFORE, [INSERT])] == ["43012101"]
    message = complaint(INSERT, Row(3, "43012104", f"{COUNTY}黄花镇", "乡镇(街道)", "I"))
    assert "不得空号，缺03" in message
    assert "从01开始" in complaint(Row(2, "43012100", f"{COUNTY}黄花镇", "乡镇(街道)", "I"))


@pytest.mark.rule("R-451")
def test_a_unit_needs_the_one_above_it_first() -> None:
    village = Row(3, "4301210101", f"{COUNTY}安砂镇安沙社区", "村(居委会)", "I")
    assert "43012101还不存在" in complaint(village)
    assert len(plan_changes(BEFORE, [village, INSERT])) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row(5, "43012103", f"{COUNTY}富镇", "", "U", f"{COUNTY}福镇"), "代码还不存在"),
        (Row(5, "43012102", f"{COUNTY}付镇", "", "U", f"{COUNTY}福镇"), "系统里是“长沙市长沙县富镇”"),
        (Row(5, "43012102", f"{COUNTY}富镇", "", "U", ""), "请填写改后"),
        (Row(5, "43012102", f"{COUNTY}富镇", "", "U", "望城区福镇"), "应当以上一级名称“长沙市长沙县”开头"),
        (Row(5, "43012102", f"{COUNTY}富镇", "", "U", COUNTY), "应当以上一级名称"),
        (Row(5, "43012102", f"{COUNTY}富镇", "村(居委会)", "U", f"{COUNTY}福镇"), "行政级别应当是“乡镇(街道)”"),
        (Row(5, "4301210", f"{COUNTY}富镇", "", "U", f"{COUNTY}福镇"), "6、8、10或12位"),
        (Row(5, "４３０１２１０２", f"{COUNTY}富镇", "", "U", f"{COUNTY}福镇"), "6、8、10或12位"),
    ],
)
def test_a_bad_row_is_named_with_its_line(row: Row, words: str) -> None:
    message = complaint(row)
    assert message.startswith("第5行")
    assert words in message


def test_all_bad_rows_are_told_at_once() -> None:
    bad = Row(8, "43012199", "x", "", "D")
    assert len(complaints(INSERT, bad, Row(9, "430", "x", "", "I"))) == 2


def test_level_titles_may_have_wide_brackets() -> None:
    wide = Row(2, "43012101", f"{COUNTY}安砂镇", "乡镇（街道）", "I")
    assert len(plan_changes(BEFORE, [wide])) == 1


@pytest.mark.rule("R-455")
def test_an_abolished_township_stays_marked_and_closed_with_all_below_it() -> None:
    closing = Row(2, "43012102", f"{COUNTY}富镇", "", "U", f"{COUNTY}{ABOLISHED}富镇")
    done = after(plan_changes(BEFORE, [closing]))
    assert done["43012102"] == Region("43012102", "（原）富镇", f"{COUNTY}（原）富镇", closed=True)
    assert all(region.closed for code, region in done.items() if code.startswith("43012102"))
    assert not done["430121"].closed
    with pytest.raises(Refused, match="已经撤销"):
        plan_changes(done, [Row(3, "4301210204", f"{COUNTY}（原）富镇新村", "", "I")])
    assert next_code("430121", [code for code in done if len(code) == 8]) == "43012101"


@pytest.mark.rule("R-452")
def test_a_county_is_inserted_and_renamed_with_all_below_it() -> None:
    new = plan_changes({}, [Row(2, "439901", "青禾市青禾县", "县(市区)", "I")])
    assert new == [Planned("439901", "", "青禾市青禾县", "青禾市青禾县")]
    done = after(plan_changes(BEFORE, [Row(2, "430121", COUNTY, "", "U", "长沙市星沙县")]))
    assert done["430121"].name == "星沙县"
    assert done["430121020101"].full_name == "长沙市星沙县富镇影珠山村新立村民组"


@pytest.mark.rule("R-457")
def test_the_statistical_code_has_6_3_3_digits_of_the_same_county() -> None:
    assert StatisticalCode("4301210201", "430121102201").problem() is None
    assert StatisticalCode("43012102", "430121102000").problem() is None
    assert "末3位" in (StatisticalCode("43012102", "430121102201").problem() or "")
    assert "末6位" in (StatisticalCode("430121", "430121100000").problem() or "")
    assert "前6位" in (StatisticalCode("4301210201", "430122102201").problem() or "")
    assert "12位" in (StatisticalCode("4301210201", "43012110220").problem() or "")
