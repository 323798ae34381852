"""Values that change by date. Two dates each: from when a value is in force, and since when the office knew it.

Rows are added, never edited; an ending is a row whose value is None.
"""

from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

from msgspec import Struct

V = TypeVar("V")


class Dated(Struct, Generic[V], frozen=True):
    """`document` is the paper that decided it; `id` the database row, for calculations that keep what they used."""

    effective_on: date
    decided_on: date
    value: V | None
    document: str
    id: int = 0


class Timeline(Generic[V]):
    """The value on a day is the one that came into force last; of two for the same day, the one decided last."""

    def __init__(self, rows: Iterable[Dated[V]]) -> None:
        self.rows = tuple(sorted(rows, key=lambda row: (row.effective_on, row.decided_on, row.id)))

    def row_at(self, day: date, known: date | None = None) -> Dated[V] | None:
        """The row in force on `day`, an ending included; with `known`, as a clerk would have seen it that day."""
        for row in reversed(self.rows):
            if row.effective_on <= day and (known is None or row.decided_on <= known):
                return row
        return None

    def at(self, day: date, known: date | None = None) -> V | None:
        """None before the first row and after an ending."""
        row = self.row_at(day, known)
        return row.value if row else None
