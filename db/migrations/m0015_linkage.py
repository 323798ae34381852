"""The employee scheme: who is in both, and linkage between them; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:15"
VERSION = "1.38.0"
DESCRIPTION = "who is in both schemes, linkage with the employee scheme"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
