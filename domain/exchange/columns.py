"""What may stand in one field of an exchanged line: each column knows its title, its form, how to read it and write it.

A struct's field carries its column: `amount_fen: Annotated[int, amount("金额")]`. docs/exchange.md shows the same columns.
"""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

from msgspec import Struct

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff|]")  # what would break a line or a field
_AMOUNT = re.compile(r"(-?)(\d{1,13})\.(\d{2})", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)


class Column(Struct, frozen=True):
    """`read` raises ValueError for a text that has not the `form`; `write` gives the text of a value."""

    title: str
    form: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


@cache
def columns_of(row: type[Struct]) -> dict[str, Column]:
    """Field name → column, in the order of the file."""
    hints = get_type_hints(row, include_extras=True)
    return {name: hints[name].__metadata__[0] for name in row.__struct_fields__}


def text(title: str, longest: int = 64, *, blank: bool = False) -> Column:
    def read(found: str) -> str:
        if len(found) > longest or found != found.strip() or _CONTROL.search(found) or not (found or blank):
            raise ValueError
        return found

    return Column(title, f"不超过{longest}个字的文字{'，可以空着' if blank else ''}", read)


def code(title: str, pattern: str, form: str) -> Column:
    """Letters and digits as `pattern` wants them; small letters come back as capitals."""
    wanted = re.compile(pattern, re.ASCII)

    def read(found: str) -> str:
        if not wanted.fullmatch(found.upper()):
            raise ValueError
        return found.upper()

    return Column(title, form, read)


def word(title: str, form: str) -> Column:
    """The name of a kind or of a partner, as it is written."""
    wanted = re.compile(r"[A-Za-z][A-Za-z_]{1,39}", re.ASCII)

    def read(found: str) -> str:
        if not wanted.fullmatch(found):
            raise ValueError
        return found

    return Column(title, form, read)


def id_number(title: str = "社会保障号码", *, blank: bool = False) -> Column:
    """Only its form: a wrong check digit is no reason to refuse a file in which money lies; the booking looks at it."""
    tail = "，可以空着" if blank else ""
    return code(title, r"[0-9A-Z()/-]{4,32}" + ("|" if blank else ""), f"4到32位字母和数字{tail}")


def account_number(*, blank: bool = False) -> Column:
    tail = "，可以空着" if blank else ""
    return code("账号", r"\d{6,32}" + ("|" if blank else ""), f"6到32位数字{tail}")


def amount(title: str, *, least: int = 0) -> Column:
    """A field of fen, written in yuan. `least`: the smallest that may stand there."""

    def read(found: str) -> int:
        match = _AMOUNT.fullmatch(found)
        if not match:
            raise ValueError
        fen = int(match[2]) * 100 + int(match[3])
        fen = -fen if match[1] else fen
        if fen < least:
            raise ValueError
        return fen

    def write(fen: int) -> str:
        return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

    smallest = "大于0，" if least > 0 else "不小于0，" if least == 0 else ""
    return Column(title, f"{smallest}以元为单位，正好两位小数，不带千分位，例如1234.50", read, write)


def day(title: str, *, blank: bool = False) -> Column:
    """None where it may be blank and is."""

    def read(found: str) -> date | None:
        if blank and not found:
            return None
        if not _DAY.fullmatch(found):
            raise ValueError
        return date(int(found[:4]), int(found[4:6]), int(found[6:]))

    def write(on: date | None) -> str:
        return f"{on.year:04d}{on.month:02d}{on.day:02d}" if on else ""

    return Column(title, f"8位日期，例如20261120{'，可以空着' if blank else ''}", read, write)


def number(title: str, first: int, last: int, form: str, *, width: int = 0) -> Column:
    """A whole number from `first` to `last`, with `width` digits (0: as many as it needs)."""
    shape = re.compile(rf"\d{{{width}}}" if width else r"0|[1-9]\d{0,17}", re.ASCII)

    def read(found: str) -> int:
        if not shape.fullmatch(found) or not first <= int(found) <= last:
            raise ValueError
        return int(found)

    return Column(title, form, read, lambda value: f"{value:0{width}d}")


def year(title: str) -> Column:
    return number(title, 1990, 2100, "4位年份，例如2026", width=4)


def month(title: str) -> Column:
    def read(found: str) -> int:
        if not re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", found, re.ASCII):
            raise ValueError
        return int(found)

    return Column(title, "6位年月，例如202611", read)


def count(title: str) -> Column:
    return number(title, 0, 10**9, "不带小数的数")


def choice(title: str, choices: type[StrEnum]) -> Column:
    return Column(title, f"“{'”“'.join(choices)}”之一", choices)
