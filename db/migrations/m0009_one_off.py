"""One-off payments: who gets what beside the pension, once; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:09"
VERSION = "1.38.0"
DESCRIPTION = "one-off payments"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
