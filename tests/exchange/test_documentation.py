"""docs/exchange.md is what a partner's programmer works from: it shows every file as the code reads it."""

import re
from pathlib import Path

import pytest
from msgspec import Struct

from domain.exchange import bank, finance, tax, transfer
from domain.exchange.columns import columns_of
from domain.exchange.envelope import Acknowledgement, Header

DOCUMENT = (Path(__file__).parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
NUMBERED = {f"### `{name}` {kind.title}": kind.row for module in (tax, bank, finance, transfer) for name, kind in module.TYPES.items()
            if name != "ack"}  # fmt: skip
TABLES = NUMBERED | {
    "The header:": Header,
    "of type `ack`, sent by whoever received:": Acknowledgement,
    "### Debit file `DK<county><batch>.TXT`": bank.Debit,
    "### Sign file `QY<county><batch>.TXT`": bank.Signing,
    "\n`_S`:": bank.Success,
    "\n`_F`:": bank.Failure,
}


@pytest.mark.parametrize("heading", TABLES)
def test_a_table_shows_the_columns_in_their_order_and_form(heading: str) -> None:
    kind: type[Struct] = TABLES[heading]
    assert DOCUMENT.count(heading) == 1
    table = DOCUMENT.partition(heading)[2].partition("| 列 | 写法 |\n|---|---|\n")[2].partition("\n\n")[0]
    shown = re.findall(r"^\| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    assert shown == [(column.title, column.form) for column in columns_of(kind).values()]


def test_the_example_is_a_file() -> None:
    lines = re.findall(r"^    (PENSION1\|.*|\d{16}\|.*)$", DOCUMENT, re.MULTILINE)
    assert tax.decode(("\n".join(lines) + "\n").encode()).header.total_fen == 70050
