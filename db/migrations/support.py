"""Migrations: hand-written SQL, run through Piccolo.

A migration is `mNNNN_purpose.py` (a few lines, see m0001) with `mNNNN_purpose.sql` beside it. All that are missing run
in one transaction together with the rows that record them, so a crash leaves either everything or nothing. The
statements therefore must be allowed inside a transaction.
"""

import contextlib
import importlib
import io
import os
from datetime import datetime
from pathlib import Path

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards

from db import engine
from db.piccolo_app import MIGRATIONS, NAME

LOCK = 20190084  # any number, always the same


def sql_migration(python_file: str, migration_id: str, description: str) -> MigrationManager:
    """What a migration's `forwards` returns: run the .sql file of the same stem, as it stands."""
    sql = Path(python_file).with_suffix(".sql").read_text(encoding="utf-8")

    async def run() -> None:
        await engine.execute(sql)  # without arguments: many statements, $$ bodies, braces left alone

    manager = MigrationManager(migration_id=migration_id, app_name=NAME, description=description)
    manager.add_raw(run)
    return manager


async def migrate(owner_dsn: str) -> list[str]:
    """Bring the database up to date as its owner; returns the ids that ran now. A second process waits for the first.

    Opens and closes the process's pool: call it before serving.
    """
    os.environ["PICCOLO_CONF"] = "db.piccolo_conf"
    await engine.open_pool(owner_dsn, max_size=1)
    try:
        async with engine.transaction():
            await engine.fetchval("select pg_advisory_xact_lock($1)", LOCK)
            before = await _recorded()
            with contextlib.redirect_stdout(io.StringIO()):  # Piccolo prints its progress
                result = await run_forwards(NAME)
            if not result.success:
                raise RuntimeError(result.message)
            ran = await _recorded() - before
    finally:
        await engine.close_pool()
    return sorted(ran)


async def create_installation(owner_dsn: str, mode: str, at: datetime) -> bool:
    """Write the mode into a fresh database. False if it has one; it is never changed (the serving role cannot either).

    Raises ValueError if the database was made for another mode.
    """
    connection = await asyncpg.connect(owner_dsn)
    try:
        sql = "insert into installation (mode, created_at) values ($1, $2) on conflict do nothing returning mode"
        if await connection.fetchval(sql, mode, at) is not None:
            return True
        stored = await connection.fetchval("select mode from installation")
        if stored != mode:
            raise ValueError(f"this database was made for mode {stored}, and stays so")
        return False
    finally:
        await connection.close()


async def pending() -> list[str]:
    """Ids that are written but have not run on the database of the open pool."""
    return sorted(set(known()) - await _recorded())


def known() -> list[str]:
    """Ids of all migrations of this version, in order."""
    stems = sorted(path.stem for path in MIGRATIONS.glob("m*.py"))
    return [importlib.import_module(f"db.migrations.{stem}").ID for stem in stems]


async def _recorded() -> set[str]:
    if await engine.fetchval("select to_regclass('migration')") is None:
        return set()
    return {row["name"] for row in await engine.fetch("select name from migration where app_name = $1", NAME)}
