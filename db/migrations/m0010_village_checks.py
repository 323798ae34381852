"""Village packs: lists to be checked on the spot, line by line; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:10"
VERSION = "1.38.0"
DESCRIPTION = "village packs and what villages report of them"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
