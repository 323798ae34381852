"""Piccolo's view of the tables and the database's own must be the same."""

import asyncpg
import pytest
from piccolo.table import Table

from db import engine
from db.tables import TABLES
from db.tables.reference import FundSource
from tests.conftest import Database

PICCOLO_NAMES = {"timestamp with time zone": "TIMESTAMPTZ"}
COLUMNS = """
select c.relname as table_name, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as null,
       coalesce(a.attnum = any (key.indkey), false) as key
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_index key on key.indrelid = c.oid and key.indisprimary
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migration'
   and not c.relispartition
"""


@pytest.fixture
async def catalogue(owner: asyncpg.Connection) -> dict[str, dict[str, asyncpg.Record]]:
    found: dict[str, dict[str, asyncpg.Record]] = {}
    for row in await owner.fetch(COLUMNS):
        found.setdefault(row["table_name"], {})[row["name"]] = row
    return found


async def test_every_table_has_its_class_and_every_class_its_table(
    catalogue: dict[str, dict[str, asyncpg.Record]],
) -> None:
    assert sorted(table._meta.tablename for table in TABLES) == sorted(catalogue)


async def test_columns_types_nulls_and_keys_are_the_same(catalogue: dict[str, dict[str, asyncpg.Record]]) -> None:
    for table in TABLES:
        columns = catalogue[table._meta.tablename]
        assert seen_by_piccolo(table) == {name: seen_by_the_database(row) for name, row in columns.items()}, table
        assert columns[table._meta.primary_key._meta.name]["key"], table


def seen_by_the_database(row: asyncpg.Record) -> tuple[str, bool]:
    return PICCOLO_NAMES.get(row["type"], row["type"].upper()), row["null"]


def seen_by_piccolo(table: type[Table]) -> dict[str, tuple[str, bool]]:
    return {column._meta.name: (column.column_type, column._meta.null) for column in table._meta.columns}


async def test_piccolo_reads_and_writes_in_our_transaction(db: Database) -> None:
    with pytest.raises(ValueError, match="undone"):
        async with engine.transaction():
            await FundSource.insert(FundSource(code="new", title="新来源", position=99))
            assert await FundSource.count().where(FundSource.code == "new") == 1
            raise ValueError("undone")
    assert await FundSource.count().where(FundSource.code == "new") == 0


def test_a_forgotten_value_is_an_error_and_not_an_empty_text() -> None:
    with pytest.raises(ValueError, match="title"):
        FundSource(code="new", position=99)
