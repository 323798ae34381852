"""Migrations: whole or not at all, once, whoever starts them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from db import engine
from db.embedded import APP, OWNER, EmbeddedPostgres
from db.migrations import support
from db.migrations.support import create_installation, known, migrate, pending
from db.piccolo_app import MIGRATIONS
from tests.conftest import Database

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
async def empty(server: EmbeddedPostgres) -> AsyncIterator[Database]:
    await server.prepare("empty")
    yield Database("empty", server.dsn(APP, "empty"), server.dsn(OWNER, "empty"))
    admin = await asyncpg.connect(server.dsn("postgres", "postgres"))
    await admin.execute("drop database empty with (force)")
    await admin.close()


async def ask(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_an_empty_database_is_brought_up_to_date_and_then_nothing_is_left_to_do(empty: Database) -> None:
    assert await migrate(empty.owner_dsn) == known()
    assert await migrate(empty.owner_dsn) == []
    await engine.open_pool(empty.app_dsn)
    assert await pending() == []
    await engine.close_pool()


async def test_a_database_without_migrations_has_them_all_pending(empty: Database) -> None:
    await engine.open_pool(empty.app_dsn)
    assert await pending() == known()
    await engine.close_pool()


async def test_two_processes_migrating_at_once_do_it_once(empty: Database) -> None:
    script = "import asyncio, sys; from db.migrations.support import migrate; print(asyncio.run(migrate(sys.argv[1])))"
    both = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, empty.owner_dsn, stdout=asyncio.subprocess.PIPE, cwd=MIGRATIONS.parents[1]
        )
        for _ in range(2)
    ]
    answers = [(await process.communicate())[0].decode().strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(answers) == sorted([str(known()), "[]"])


async def test_a_migration_that_fails_leaves_nothing_behind(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = support.engine.execute

    async def fail_at_the_second(sql: str) -> str:
        await real(sql)
        if "web_session" in sql:
            raise OSError("power cut")
        return ""

    monkeypatch.setattr(support.engine, "execute", fail_at_the_second)
    with pytest.raises(OSError, match="power cut"):
        await migrate(empty.owner_dsn)
    monkeypatch.undo()
    assert await ask(empty.owner_dsn, "select to_regclass('installation')") is None
    assert await migrate(empty.owner_dsn) == known()


def test_every_migration_has_its_sql_beside_it_and_a_stem_of_its_own() -> None:
    stems = [path.stem for path in sorted(MIGRATIONS.glob("m*.py"))]
    assert [path.stem for path in sorted(MIGRATIONS.glob("m*.sql"))] == stems
    assert known() == sorted(known())
    assert len(set(known())) == len(stems)


async def test_the_mode_is_written_once_and_never_changes(empty: Database) -> None:
    await migrate(empty.owner_dsn)
    assert await create_installation(empty.owner_dsn, "training", AT) is True
    assert await create_installation(empty.owner_dsn, "training", AT) is False
    with pytest.raises(ValueError, match="training"):
        await create_installation(empty.owner_dsn, "production", AT)
    for attempt in ("update installation set mode = 'production'", "insert into installation values (false, 'demo', now())",
                    "delete from installation"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(empty.app_dsn, attempt)
