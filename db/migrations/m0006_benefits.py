"""Benefits: who draws a pension, whether it goes on, and every month's payments; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:06"
VERSION = "1.38.0"
DESCRIPTION = "benefits, standards, certification, suspensions, payment plans"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
