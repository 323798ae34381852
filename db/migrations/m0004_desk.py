"""Indexes of the staff's lists; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:04"
VERSION = "1.38.0"
DESCRIPTION = "taken cases by person, cases by day of receipt"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
