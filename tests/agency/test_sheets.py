import io
import resource
import zipfile

import pytest

from domain.errors import Problem, Refused
from domain.exchange import sheets
from tests.agency.sheets import csv, xlsx

HEADER = ("代码", "名称")


def read(data: bytes, **more: object) -> list[tuple[int, tuple[str, ...]]]:
    return [(line.number, line.cells) for line in sheets.read(data, HEADER, **more)]  # type: ignore[arg-type]


def refusal(data: bytes, **more: object) -> Problem:
    with pytest.raises(Refused) as caught:
        read(data, **more)
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert problem.field == "file"
    return problem


def repacked(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return kept.getvalue()


def with_cells(cells: str) -> bytes:
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(xlsx(HEADER))) as book:
        text = book.read(sheet).decode()
    start, end = text.index("<sheetData>"), text.index("</sheetData>")
    return repacked(xlsx(HEADER), sheet, (text[:start] + "<sheetData>" + cells + text[end:]).encode())


@pytest.mark.parametrize("make", [xlsx, csv, lambda *rows: csv(*rows, encoding="gb18030")], ids=["xlsx", "csv", "gb18030"])
def test_lines_keep_the_number_they_have_on_the_screen(make) -> None:  # type: ignore[no-untyped-def]
    assert read(make(HEADER, ("01", "东坪村"), ("", ""), ("02", "㐂𠮷村"))) == [(2, ("01", "东坪村")), (4, ("02", "㐂𠮷村"))]


def test_a_code_typed_as_a_number_stays_a_code() -> None:
    assert read(xlsx(HEADER, (430121010101, "石牛山"))) == [(2, ("430121010101", "石牛山"))]


def test_a_merged_title_above_the_header_does_no_harm() -> None:
    data = xlsx((), HEADER, ("01", "东坪村"), merged=[("A1:B1", "采集表")])
    assert read(data) == [(3, ("01", "东坪村"))]


def test_columns_are_found_by_their_titles_in_any_order_and_kind_of_brackets() -> None:
    data = xlsx(("说明", "名称", " 代 码"), ("新增", "东坪村", "01"))
    assert read(data, optional=("备注",)) == [(2, ("01", "东坪村", ""))]


def test_a_wrong_header_is_told_with_the_right_one() -> None:
    problem = refusal(xlsx(("编号", "名称"), ("01", "东坪村")))
    assert problem.code == "wrong-header"
    assert "代码、名称" in problem.message


@pytest.mark.parametrize("data", [b"", b"  \n", xlsx(), xlsx(HEADER), csv(HEADER)], ids=["nothing", "blank", "no rows", "header", "csv"])
def test_an_empty_file_is_called_empty_or_without_header(data: bytes) -> None:
    assert refusal(data).code in {"file-empty", "wrong-header"}


def test_a_formula_is_refused_with_its_place() -> None:
    problem = refusal(xlsx(HEADER, ("01", "=A2&B1")))
    assert problem.code == "formula"
    assert "第2行第2列" in problem.message


@pytest.mark.parametrize("data, code", [
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file-kind"),
    (b"%PDF-1.7\n\x00\xff\xfe", "file-kind"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file-kind"),
    (b"PK\x03\x04 no archive at all", "file-damaged"),
    (xlsx(HEADER)[:-400], "file-damaged"),
    (b'\xe4\xbb\xa3,\xe5\x90\x8d\n"open', "file-damaged"),
], ids=["png", "pdf", "xls", "half a zip", "cut off", "open quote"])  # fmt: skip
def test_what_is_no_sheet_is_refused_in_plain_words(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_the_row_limit_holds_on_both_sides() -> None:
    rows = [("01", "村")] * 9
    for make in (xlsx, csv):
        assert len(read(make(HEADER, *rows), max_rows=10)) == 9
        assert refusal(make(HEADER, *rows, rows[0]), max_rows=10).code == "too-many-rows"


def test_one_cell_at_the_far_end_costs_no_memory() -> None:
    """Laid out as a rectangle this sheet would have 17 thousand million cells."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(with_cells(far)).code == "too-many-rows"
    wide = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
    assert refusal(with_cells(wide)).code == "too-many-columns"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


@pytest.mark.parametrize("place", ["AAAA1", "a1", "A-1", "A٣", "A", "1"])
def test_a_cell_address_that_is_none_is_refused(place: str) -> None:
    assert refusal(with_cells(f'<row r="1"><c r="{place}"><v>1</v></c></row>')).code == "file-damaged"


def test_a_zip_bomb_is_stopped_while_unpacking() -> None:
    bomb = repacked(xlsx(HEADER), "xl/sharedStrings.xml", b" " * (sheets.MAX_UNPACKED + 1))
    assert len(bomb) < 200_000
    assert refusal(bomb).code == "file-too-big"


def test_entities_are_not_expanded() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'
    assert refusal(repacked(xlsx(HEADER), "xl/sharedStrings.xml", laughs)).code == "file-damaged"


def test_a_file_over_the_size_limit_is_not_opened() -> None:
    assert refusal(b"PK" + bytes(sheets.MAX_BYTES)).code == "file-too-big"
