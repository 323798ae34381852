"""The parts of a month's pension are called alike wherever they are columns."""

import asyncpg

from db.benefit_items import COLUMNS


async def test_the_parts_are_the_columns_of_standards_and_lines_in_one_order(owner: asyncpg.Connection) -> None:
    for table in ("benefit_standard", "payment_line"):
        rows = await owner.fetch(
            "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and attname like '%\\_fen'"
            " and attname <> 'total_fen' order by attnum",
            table,
        )  # fmt: skip
        assert tuple(row["attname"] for row in rows) == COLUMNS, table
