"""The individual account, the fund's books, and the ways in; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:05"
VERSION = "1.38.0"
DESCRIPTION = "ledger by source of funds, vouchers, contributions, subsidies, runs, exchange"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
