"""Sheets as people make them, for the import tests."""

import io
from collections.abc import Sequence

import xlsxwriter


def xlsx(*rows: Sequence[object], merged: Sequence[tuple[str, str]] = ()) -> bytes:
    """`merged`: ("A1:F1", text)."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for area, text in merged:
            sheet.merge_range(area, text)
    return kept.getvalue()


def csv(*rows: Sequence[object], encoding: str = "utf-8-sig") -> bytes:
    return "".join(",".join(str(cell) for cell in row) + "\r\n" for row in rows).encode(encoding)
