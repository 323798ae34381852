"""Sheets that are handed out: texts only, never a formula, so that nothing in a name can act on who opens it."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

WIDTH = 22


def write(pages: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    """An xlsx of pages (title, rows). Rows are taken one after the other and not kept."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        for title, rows in pages:
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 10, WIDTH)
            for at, row in enumerate(rows):
                for column, text in enumerate(row):
                    sheet.write_string(at, column, text)
    return out.getvalue()
