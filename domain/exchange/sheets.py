"""Sheets that people hand in (xlsx, csv): bytes into lines of text, each with the number it has on their screen.

A file is not believed: its real size is counted while it is unpacked, its cells are counted before anything is laid
out, and only the parts that were looked at are read. Every complaint says where, and what to do.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from xml.parsers import expat

from msgspec import Struct
from python_calamine import CalamineError, load_workbook

from domain.errors import Problem, Refused

MAX_BYTES = 50_000_000
MAX_UNPACKED = 100_000_000
MAX_PARTS = 500
MAX_COLUMNS = 60
MAX_ROWS = 20_000
HEADER_WITHIN = 10  # a title and a few lines of explanation may stand above the header

_READ_PARTS = ("_rels/", "docProps/", "xl/", "[Content_Types].xml")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Cell = object  # what a reader returns for a cell: str, int, float, bool, date, datetime
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, CalamineError, expat.ExpatError)


class Line(Struct, frozen=True):
    """`cells` in the order of the columns asked for; a blank cell is an empty text."""

    number: int
    cells: tuple[str, ...]


def read(data: bytes, columns: Sequence[str], *, optional: Sequence[str] = (), max_rows: int = MAX_ROWS) -> list[Line]:
    """The lines below the header that names `columns` (in any order; other columns are passed over).

    `optional` columns may be missing and then read as blank. Blank lines are left out. Raises Refused.
    """
    if len(data) > MAX_BYTES:
        raise _refused("file-too-big", f"文件超过{MAX_BYTES // 1_000_000}MB，请分成几个文件。")
    if not data.strip():
        raise _refused("file-empty", "文件是空的。")
    if data.startswith(_OLD_EXCEL):
        raise _refused("file-kind", "这是旧版或加密的Excel文件，请去掉密码并另存为“Excel工作簿（.xlsx）”。")
    rows = _xlsx(data, max_rows) if data.startswith(b"PK") else _csv(data, max_rows)
    return _below_header(rows, columns, optional)


def _refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message, "file"))


def _below_header(rows: Iterable[tuple[int, Sequence[Cell]]], columns: Sequence[str], optional: Sequence[str]) -> list[Line]:
    places: list[int | None] | None = None
    lines = []
    for number, row in rows:
        cells = [_text(cell) for cell in row]
        if places is None:
            found = {_bare(cell): position for position, cell in reversed(list(enumerate(cells)))}
            if all(_bare(column) in found for column in columns):
                places = [found.get(_bare(column)) for column in (*columns, *optional)]
            elif number >= HEADER_WITHIN:
                break
            continue
        wanted = tuple(cells[at] if at is not None and at < len(cells) else "" for at in places)
        if any(wanted):
            lines.append(Line(number, wanted))
    if places is None:
        raise _refused("wrong-header", f"没有找到表头。表头应当有这些列：{'、'.join(columns)}。")
    if not lines:
        raise _refused("file-empty", "表头下面没有内容。")
    return lines


def _bare(title: str) -> str:
    """Titles compare without blanks and the kind of brackets."""
    return "".join(title.split()).replace("（", "(").replace("）", ")").casefold()


def _text(cell: Cell) -> str:
    """As people read the cell: whole numbers without a point, days as 2026-11-20."""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


# ------------------------------------------------------------------ csv


def _csv(data: bytes, max_rows: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
    try:
        for row in reader:
            if reader.line_num > max_rows:
                raise _too_long(max_rows)
            yield reader.line_num, row
    except csv.Error as wrong:
        raise _refused("file-damaged", f"第{reader.line_num}行读不懂，请用Excel打开检查后另存为“CSV UTF-8”。") from wrong


def _decoded(data: bytes) -> str:
    """UTF-8, or what Chinese Excel writes. A picture or a PDF is neither, or holds a zero byte."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refused("file-kind", "这不是Excel或CSV文件，请选择“.xlsx”或“.csv”文件。")


def _damaged() -> Refused:
    return _refused("file-damaged", "文件打不开或已损坏，请用Excel打开后另存为“.xlsx”再试。")


def _too_long(max_rows: int) -> Refused:
    return _refused("too-many-rows", f"超过{max_rows}行，请分成几个文件。")


# ------------------------------------------------------------------ xlsx


def _xlsx(data: bytes, max_rows: int) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        checked = _only_checked_parts(data, max_rows)
        workbook = load_workbook(io.BytesIO(checked))
        if not workbook.sheet_names:
            raise _refused("file-empty", "文件里没有工作表。")
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except _DAMAGE as wrong:
        raise _damaged() from wrong
    yield from enumerate(rows, start=1)


def _only_checked_parts(data: bytes, max_rows: int) -> bytes:
    """The same workbook with nothing but the XML parts, each unpacked under the limit and looked through."""
    kept = io.BytesIO()
    left = MAX_UNPACKED
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(kept, "w") as clean:
        if len(packed.infolist()) > MAX_PARTS:
            raise _refused("file-too-big", "文件结构太复杂，请新建一个工作簿，只粘贴数值。")
        for part in packed.infolist():
            name = part.filename
            if not name.startswith(_READ_PARTS) or not name.endswith((".xml", ".rels")):
                continue
            with packed.open(part) as stream:  # what the file claims about its size counts for nothing
                content = stream.read(left + 1)
            left -= len(content)
            if left < 0:
                raise _refused("file-too-big", "文件解压后太大，请删去多余的内容和格式。")
            _Cells(max_rows).check(content)
            clean.writestr(name, content)
    return kept.getvalue()


class _Cells:
    """Looks one XML part through before the reader sees it.

    The reader lays a sheet out as a full rectangle, so one cell far out would cost gigabytes.
    """

    def __init__(self, max_rows: int) -> None:
        self.max_rows = max_rows
        self.row = self.column = 0

    def check(self, content: bytes) -> None:
        parser = expat.ParserCreate("utf-8")  # whatever it declares: the reader goes by the bytes, too
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(content, True)  # noqa: FBT003 - expat takes no keyword: this is the whole part

    def _doctype(self, *_: object) -> None:
        raise _damaged()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        place = attributes.get("r")
        if kind == "row":
            self.row, self.column = self._number(place) if place else self.row + 1, 0
        elif kind == "c" and place:
            letters = place.rstrip("0123456789")
            self.column, self.row = _column_number(letters), self._number(place[len(letters) :])
        elif kind == "c":
            self.column += 1
        elif kind == "f" and self.row:
            raise _refused("formula", f"第{self.row}行第{self.column}列是公式，请复制后“选择性粘贴”为数值。")
        if self.row > self.max_rows:
            raise _too_long(self.max_rows)
        if self.column > MAX_COLUMNS:
            raise _refused("too-many-columns", f"第{self.row}行超过{MAX_COLUMNS}列，请删去右边多余的内容。")


    def _number(self, digits: str) -> int:
        if not (digits.isascii() and digits.isdigit()):
            raise _damaged()
        return int(digits)


def _column_number(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise _damaged()
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
