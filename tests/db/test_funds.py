"""The sources of funds are written three times: as an enum, as columns, as rows. All say the same, in the same order."""

import pytest

from db import engine
from db.funds import FUNDS
from domain.funds import Fund
from tests.conftest import Database


@pytest.mark.rule("R-175")
async def test_code_columns_and_rows_name_the_same_sources_of_funds(db: Database) -> None:
    rows = await engine.fetch("select code from fund_source order by position")
    assert tuple(row["code"] for row in rows) == FUNDS == tuple(Fund)


@pytest.mark.rule("R-175")
@pytest.mark.parametrize(
    ("table", "endings"), [("account_balance", ("_fen", "_interest_fen")), ("ledger_entry", ("_fen",))]
)
async def test_every_source_has_its_columns(db: Database, table: str, endings: tuple[str, ...]) -> None:
    rows = await engine.fetch(
        "select column_name as name from information_schema.columns where table_name = $1 and column_name like '%\\_fen'"
        " order by ordinal_position",
        table,
    )
    assert [row["name"] for row in rows] == [f"{fund}{ending}" for ending in endings for fund in FUNDS]
