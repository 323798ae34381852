"""The agency itself; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:03"
VERSION = "1.38.0"
DESCRIPTION = "parameter proposals, head of the audit chain, calendar applied, delivery of messages"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
