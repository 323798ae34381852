"""Recovery: what is asked back, how it is told, what comes back, what is given up; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:14"
VERSION = "1.38.0"
DESCRIPTION = "recovery of what was overpaid: cases, notices, payments, agreements, write-offs"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
