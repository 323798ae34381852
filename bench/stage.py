"""A server of its own, with the precautions on, and as many databases as a benchmark wants."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from db import crypto, engine
from db.embedded import ADMIN, APP, OWNER, EmbeddedPostgres
from db.migrations.support import create_installation, migrate
from db.seed.base import seed_base

TEMPLATE = "bench_template"


class Stage:
    """`copy(name)` gives a fresh database with the reference data, or with what another one holds; connections are the serving role's."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server

    async def build(self) -> None:
        await self.server.prepare(TEMPLATE)
        await migrate(self.server.dsn(OWNER, TEMPLATE))
        await create_installation(self.server.dsn(OWNER, TEMPLATE), "test", datetime.now(UTC))
        await engine.open_pool(self.server.dsn(APP, TEMPLATE))
        await seed_base(datetime.now(UTC))
        await engine.close_pool()

    async def copy(self, name: str, of: str = TEMPLATE) -> str:
        admin = await asyncpg.connect(self.server.dsn(ADMIN, "postgres"))
        await admin.execute(f"drop database if exists {name} with (force)")
        await admin.execute(f"create database {name} template {of} owner {OWNER}")
        await admin.close()
        return self.server.dsn(APP, name)

    async def owner(self, name: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.server.dsn(OWNER, name))


@contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="pension-bench-") as folder:
        crypto.write_keys(Path(folder) / "keys.json", crypto.new_keys())
        crypto.load_keys(Path(folder) / "keys.json")
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "server")
        server.start()
        try:
            built = Stage(server)
            asyncio.run(built.build())
            yield built
        finally:
            server.stop()
