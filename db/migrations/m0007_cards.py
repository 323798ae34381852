"""Cards: accounts that banks open for people, and what banks say of an account; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:07"
VERSION = "1.38.0"
DESCRIPTION = "agency banks, card requests, account checks"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
