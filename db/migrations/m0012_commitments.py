"""Promises: what was found out about them before and after the decision; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:12"
VERSION = "1.38.0"
DESCRIPTION = "what becomes of promises; who should have come to deregister"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
