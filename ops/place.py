"""The database a command works on: the server that DATABASE_URL names, or this tree's private one."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

import asyncpg

from db import crypto, engine
from db.embedded import APP, OWNER, EmbeddedPostgres, home_of
from db.migrations.support import create_installation, migrate, pending
from db.queries import installation
from ops import settings

T = TypeVar("T")


class NotReady(Exception):
    """The database is not there yet, or not up to date; the message says which command mends it."""


def is_external() -> bool:
    return "DATABASE_URL" in os.environ


def private_server() -> EmbeddedPostgres:
    return EmbeddedPostgres(home_of(settings.TREE), binaries=settings.named_binaries())


@contextmanager
def server() -> Iterator[EmbeddedPostgres | None]:
    """For the length of the block a server answers and DATABASE_URL and DATABASE_OWNER_URL are set.

    A private server that this command had to start is stopped again; one that was running stays. Yields the private one.
    """
    if is_external():
        os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        yield None
        return
    private = private_server()
    started = private.start()
    # Root's databases of all trees lie side by side under hashes: this says whose it is before anybody removes one.
    (private.home / "tree.txt").write_text(f"{settings.TREE}\n", encoding="utf-8")
    addresses = {"DATABASE_URL": private.dsn(APP), "DATABASE_OWNER_URL": private.dsn(OWNER)}
    os.environ.update(addresses)
    try:
        asyncio.run(private.prepare())
        yield private
    finally:
        for name in addresses:
            del os.environ[name]
        if started:
            private.stop()


async def create(mode: str) -> bool:
    """Migrate, and write the mode into a new database. True if it was new. Raises ValueError for another mode's."""
    owner = os.environ["DATABASE_OWNER_URL"]
    await migrate(owner)
    return await create_installation(owner, mode, datetime.now(UTC))


def make_keys() -> None:
    """The key file, made on the first start. Without it sealed data cannot be read: back it up apart from the database."""
    path = settings.keys()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        crypto.write_keys(path, crypto.new_keys())


async def stored_mode() -> str | None:
    """The mode of the database, None while it has none."""
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        if await connection.fetchval("select to_regclass('installation')") is None:
            return None
        mode: str | None = await connection.fetchval("select mode from installation")
        return mode
    finally:
        await connection.close()


def run_with_database(work: Callable[[], Awaitable[T]]) -> T:
    """Run a command's coroutine with the pool open and the keys loaded. Raises NotReady."""

    async def whole() -> T:
        if await stored_mode() is None:
            raise NotReady("there is no database yet: ./pension init --mode …, or ./pension demo")
        await engine.open_pool()
        try:
            if missing := await pending():
                raise NotReady(f"{len(missing)} migrations have not run: ./pension migrate")
            settings.fill_environment(await installation.mode())
            crypto.load_keys(settings.keys())
            return await work()
        finally:
            await engine.close_pool()

    with server():
        return asyncio.run(whole())
