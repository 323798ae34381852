"""Any row of any file, made from the columns that the struct carries."""

from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct

from domain.exchange.columns import Column, columns_of
from domain.exchange.envelope import Header

FREE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="|"), min_size=1, max_size=20
).map(str.strip)
CODES = st.sampled_from([
    "439901198104150127", "43990119790730034X", "439901010201", "6222020000000017", "2026112000000001", "A123-4567",
    "AB" * 32,
])  # fmt: skip


def header(kind: str, sender: str, sequence: int = 1) -> Header:
    return Header(type=kind, sender=sender, county_code=439901, sequence=sequence, business_on=date(2026, 11, 20))


def accepted(column: Column, text: str) -> bool:
    try:
        return bool(column.read(text) == text)
    except ValueError:
        return False


def rows_of(kind: type[Struct]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    fields = {name: _field(name, hints[name], column) for name, column in columns_of(kind).items()}
    return st.fixed_dictionaries(fields).map(partial(_row, kind)).filter(bool)


def _row(kind: type[Struct], fields: dict[str, Any]) -> Struct | None:
    """None for fields that a row refuses together."""
    try:
        return kind(**fields)
    except ValueError:
        return None


def _field(name: str, hint: Any, column: Column) -> st.SearchStrategy[Any]:
    if hint is int:
        return _number(name)
    if hint == date:
        return st.dates()
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if hint is str:
        texts = FREE if accepted(column, "测试") else CODES
        blank = st.just("") if accepted(column, "") else st.nothing()
        return texts.filter(lambda text: accepted(column, text)) | blank
    return st.none() | st.dates()  # a day that may be blank


def _number(name: str) -> st.SearchStrategy[int]:
    if name.endswith("_fen"):
        return st.integers(1, 10**14)
    if name == "year":
        return st.integers(1990, 2100)
    return st.integers(202601, 202612) if name == "period" else st.integers(2, 10**6)
