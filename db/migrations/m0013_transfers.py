"""Transfers of the relation between counties; the SQL stands beside this file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from db.migrations.support import sql_migration

ID = "2026-11-21T00:00:13"
VERSION = "1.38.0"
DESCRIPTION = "transfers in and out, what travels, differences, questions, settlement by the province"


async def forwards() -> MigrationManager:
    return sql_migration(__file__, ID, DESCRIPTION)
