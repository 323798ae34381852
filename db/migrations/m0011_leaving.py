"""Leaving: why a relation ended and what was settled; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:11"
VERSION = "1.38.0"
DESCRIPTION = "terminations, settlements, who they are paid to"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
