"""A real database for every test: one private server a session, one template, one copy of it per test.

`database`  the copy's addresses, with the environment pointing at it; nothing is open (for tests that start an app)
`db`        the same with this process's pool opened as the serving role
`owner`     a connection as the owning role, for what the serving role may not do
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from db import crypto, engine
from db.embedded import ADMIN, APP, OWNER, EmbeddedPostgres, debian_binaries, find_binaries
from db.migrations.support import create_installation, migrate
from db.seed.base import seed_base

TEMPLATE = "template_pension"
SEEDED_AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
PREFIX = "pension-session-"
ENOUGH_MEMORY = 2 * 1024**3
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """The addresses of one test's database."""

    name: str
    app_dsn: str
    owner_dsn: str


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of db run on every PostgreSQL that is here: the wheel's and, if there is one, the system's."""
    if "server" in metafunc.fixturenames and metafunc.module.__name__.startswith("tests.db."):
        found = [binaries for binaries in (find_binaries(_named_binaries()), debian_binaries()) if binaries]
        ids = ["usual", "system"][: len(found)]
        metafunc.parametrize("server", found, ids=ids, indirect=True, scope="session")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """A private server without the precautions that make commits slow."""
    _remove_leftovers()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_quick_place()))
    private = EmbeddedPostgres(home, binaries=getattr(request, "param", _named_binaries()), durable=False)
    private.start()
    try:
        yield private
    finally:
        private.stop()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def template(server: EmbeddedPostgres, key_file: Path) -> str:
    """The database that each test gets a copy of: migrated, mode `test`, with the reference data."""
    crypto.load_keys(key_file)

    async def build() -> None:
        await server.prepare(TEMPLATE)
        await migrate(server.dsn(OWNER, TEMPLATE))
        await create_installation(server.dsn(OWNER, TEMPLATE), "test", SEEDED_AT)
        await engine.open_pool(server.dsn(APP, TEMPLATE))
        await seed_base(SEEDED_AT)
        await engine.close_pool()

    asyncio.run(build())
    return TEMPLATE


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key ring a session: the template may hold sealed values."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    crypto.write_keys(path, crypto.new_keys())
    return path


@pytest.fixture
async def database(
    server: EmbeddedPostgres, template: str, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    crypto.load_keys(key_file)
    monkeypatch.setenv("PENSION_KEYS", str(key_file))
    monkeypatch.setenv("PENSION_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("PENSION_EXCHANGE", str(tmp_path / "exchange"))
    async with copy_of(server, template) as copy:
        monkeypatch.setenv("DATABASE_URL", copy.app_dsn)
        monkeypatch.setenv("DATABASE_OWNER_URL", copy.owner_dsn)
        yield copy


@asynccontextmanager
async def copy_of(server: EmbeddedPostgres, template: str) -> AsyncIterator[Database]:
    """For the length of the block."""
    name = f"test_{next(_numbers)}"
    admin = await asyncpg.connect(server.dsn(ADMIN, "postgres"))
    await admin.execute(f"create database {name} template {template} owner {OWNER} strategy file_copy")
    try:
        yield Database(name, server.dsn(APP, name), server.dsn(OWNER, name))
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Database]:
    await engine.open_pool(database.app_dsn)
    try:
        yield database
    finally:
        await engine.close_pool()


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        yield connection
    finally:
        await connection.close()


def _quick_place() -> Path:
    """Memory, where there is enough of it: copying a database is mostly making files. Else /tmp.

    Nowhere below the tree: root's server runs as another user.
    """
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > ENOUGH_MEMORY else Path(tempfile.gettempdir())


def _remove_leftovers() -> None:
    """What a session that was killed left behind (its server has ended with it)."""
    for folder in _quick_place().glob(f"{PREFIX}*"):
        if not Path("/proc", folder.name.removeprefix(PREFIX).split("-")[0]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _named_binaries() -> Path | None:
    named = os.environ.get("PENSION_PG_BIN")
    return Path(named) if named else None
