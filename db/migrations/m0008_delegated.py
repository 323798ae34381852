"""Payments on behalf of other bureaus; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:08"
VERSION = "1.38.0"
DESCRIPTION = "payments on behalf of others: programmes, lists, months"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
