"""Lines of fields separated by `|`: bytes ⇄ structs whose fields carry their columns.

A file is taken whole or not at all: every complaint says which line, which column and what to do. What stood in the field
is never repeated, because complaints are kept and sent back, and the field may hold somebody's ID number. A complaint has
no `|` in it, so that it can be sent back.
"""

import codecs
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from domain.errors import Problem, Refused
from domain.exchange.columns import columns_of

MAX_BYTES = 50_000_000
MAX_ROWS = 150_000  # of a file; larger lists are sent in several
MAX_PROBLEMS = 50

Encoding = Literal["utf-8", "gb18030"]
Row = TypeVar("Row", bound=Struct)


def refused(code: str, message: str) -> Refused:
    return Refused(Problem(code, message, "file"))


def problem(line: int, message: str) -> Problem:
    return Problem("bad-line", f"第{line}行{message}", "file")


def refuse(problems: Sequence[Problem]) -> None:
    """Raises Refused when there are any; of very many only the first are told."""
    if len(problems) > MAX_PROBLEMS:
        rest = Problem("more", f"另外还有{len(problems) - MAX_PROBLEMS}处错误。", "file")
        raise Refused(*problems[:MAX_PROBLEMS], rest)
    if problems:
        raise Refused(*problems)


# ---------------------------------------------------------------- writing


def write(row: Struct, line: int) -> str:
    """One line without its end. Refused when a value has not the form that the reader would insist on."""
    texts = []
    for column, value in zip(columns_of(type(row)).values(), astuple(row), strict=True):
        text = column.write(value)
        try:
            same = column.read(text) == value
        except ValueError:
            same = False
        if not same:
            raise Refused(problem(line, f"的{column.title}写不进文件：应当是{column.form}。"))
        texts.append(text)
    return "|".join(texts)


def write_all(rows: Iterable[Struct], *, first_line: int, encoding: Encoding, end: str) -> bytes:
    written = [write(row, line) + end for line, row in enumerate(rows, start=first_line)]
    if len(written) > MAX_ROWS:
        raise refused("too-many-rows", f"一份文件最多{MAX_ROWS}行，请分成几份。")
    return "".join(written).encode(encoding)


# ---------------------------------------------------------------- reading


def text_of(data: bytes, encoding: Encoding) -> tuple[bytes, str]:
    """The bytes without a byte order mark, and their text. A file of GB18030 may also come as UTF-8 that says so by its
    mark; without one it is refused, because it would be read as other characters and nobody would notice."""
    if len(data) > MAX_BYTES:
        raise refused("file-too-big", f"文件超过{MAX_BYTES // 1_000_000}MB，请分成几份。")
    if not data.strip():
        raise refused("file-empty", "文件是空的，请重新发送。")
    actual: Encoding = encoding
    if data.startswith(codecs.BOM_UTF8):
        actual, data = "utf-8", data.removeprefix(codecs.BOM_UTF8)
    elif encoding == "gb18030" and _is_utf8(data):
        raise refused("encoding", "文件是UTF-8编码，请按GB18030保存，或者按“带BOM的UTF-8”保存，再重新发送。")
    try:
        return data, data.decode(actual)
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        message = f"有读不懂的字符。文件应当用{encoding.upper()}编码，请重新生成后整份发送。"
        raise Refused(Problem("encoding", f"第{line}行{message}", "file")) from None


def _is_utf8(data: bytes) -> bool:
    """Chinese written in GB18030 is now and then valid UTF-8, but then it reads as Greek or Arabic, never as Chinese."""
    try:
        foreign = {letter for letter in data.decode("utf-8") if not letter.isascii()}
    except UnicodeDecodeError:
        return False
    return bool(foreign) and all(ord(letter) >= 0x800 or letter == "·" for letter in foreign)


def lines_of(text: str) -> list[str]:
    """Refused when the last line has no end: the file was cut off."""
    if not text.endswith("\n"):
        raise refused("file-cut", "文件不完整：最后一行没有写完。请重新发送整份文件。")
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def read(kind: type[Row], line: str, number: int, problems: list[Problem]) -> Row | None:
    """The struct of a line, or None and why not at the end of `problems`. A struct may refuse its values together: its
    ValueError says how they disagree."""
    columns = columns_of(kind)
    texts = [field.strip() for field in line.split("|")]
    if len(texts) != len(columns):
        problems.append(
            problem(number, f"应当有{len(columns)}列，实际{len(texts)}列。请检查分隔用的竖线，改正后整份重发。")
        )
        return None
    values: dict[str, Any] = {}
    for position, ((name, column), text) in enumerate(zip(columns.items(), texts, strict=True), start=1):
        try:
            values[name] = column.read(text)
        except ValueError:
            place = f"第{position}列（{column.title}）"
            problems.append(problem(number, f"{place}应当是{column.form}。请改正后整份重发。"))
    if len(values) < len(columns):
        return None
    try:
        return kind(**values)
    except ValueError as disagreement:
        problems.append(problem(number, f"{disagreement}。请改正后整份重发。"))
        return None


def read_all(kind: type[Row], lines: Sequence[str], *, first_line: int, problems: list[Problem]) -> list[Row]:
    found = [read(kind, line, number, problems) for number, line in enumerate(lines, start=first_line)]
    return [row for row in found if row is not None]
