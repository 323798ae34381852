"""A server of its own, with the precautions on, and as many databases as a benchmark wants."""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg

from db import crypto, engine
from db.embedded import ADMIN, APP, OWNER, EmbeddedPostgres
from db.migrations.support import create_installation, migrate
from db.seed.base import seed_base

TEMPLATE = "bench_template"


class Spent(NamedTuple):
    """Seconds by the clock, and of processors: these swing less beside other work."""

    wall: float
    cpu: float


def compared(ours: list[dict[str, Spent]], floor: list[dict[str, Spent]]) -> dict[str, Any]:
    """Medians of the rounds, step by step."""
    result: dict[str, Any] = {}
    for kind in Spent._fields:
        mine, bare = (
            {step: median(getattr(each[step], kind) for each in rounds) for step in rounds[0]}
            for rounds in (ours, floor)
        )
        result[kind] = {
            "seconds": mine,
            "floor_seconds": bare,
            "ratio": {step: mine[step] / bare[step] for step in bare},
        }
    return result


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

    @contextmanager
    def timed(self, spent: dict[str, "Spent"], step: str) -> Iterator[None]:
        """Adds what the block takes to `spent`."""
        wall, cpu = time.monotonic(), self._cpu()
        yield
        spent[step] = Spent(time.monotonic() - wall, self._cpu() - cpu)

    def _cpu(self) -> float:
        """Seconds of this process, of the server and of everything that it started."""
        master = (self.server.data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # ended meanwhile; then it is among what the server has waited for
                fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                if stat.parent.name == master:
                    ticks += sum(map(int, fields[11:15]))
                elif fields[1] == master:
                    ticks += sum(map(int, fields[11:13]))
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")

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
