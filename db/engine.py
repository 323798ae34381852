"""The door to PostgreSQL: one pool, transactions that never leak, and the few calls everything else is written with.

Piccolo's own transaction keeps its connection when COMMIT or ROLLBACK fails, lets child tasks share it, and takes a
nested block for nothing; `SafeTransaction` does not. Only SET LOCAL and transaction-level locks may be used: the pool
does not reset a connection between two users (that round trip was half of a query's price).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.querystring import QueryString

Record = asyncpg.Record
if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[Record]
ACQUIRE_SECONDS = 10  # then TimeoutError: better a page that says "busy" than a queue without an end
OLDEST_SERVER = 15


class SafeTransaction(PostgresTransaction):
    """A transaction; inside another one of the same task, a savepoint.

    Raises RuntimeError in a task that inherited its parent's transaction: two tasks cannot share one connection.
    """

    __slots__ = ("_isolation", "_readonly", "failed", "owner")

    def __init__(self, engine: Engine, *, isolation: str, readonly: bool, allow_nested: bool) -> None:
        engine.require_own_transaction()
        super().__init__(engine, allow_nested=allow_nested)
        self._isolation = isolation
        self._readonly = readonly
        self.owner = asyncio.current_task()
        self.failed = False  # the server has met an error and refuses everything up to the next rollback

    async def __aenter__(self) -> SafeTransaction:
        if self._parent is not None:
            self.connection = self._parent.connection
            self.transaction = self.connection.transaction(isolation=self._isolation or None, readonly=self._readonly)
            await self.transaction.start()
            return self
        pool = self.engine.open_pool  # type: ignore[attr-defined]
        self.connection = await pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            self.transaction = self.connection.transaction(isolation=self._isolation or None, readonly=self._readonly)
            await self.transaction.start()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        try:
            if self._rolled_back or self._committed:
                pass
            elif kind is not None:
                await self._undo()
            elif self.failed:
                await self._undo()
                raise RuntimeError("a statement failed and the error was swallowed: COMMIT would silently roll back")
            else:
                await self.transaction.commit()
        finally:
            if self._parent is None:
                self.engine.current_transaction.reset(self.context)
                await self._give_back()
        return False

    async def _undo(self) -> None:
        try:
            await self.transaction.rollback()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            return  # the connection is broken; what the caller must hear of is the error that brought us here
        if self._parent is not None:
            cast("SafeTransaction", self._parent).failed = False

    async def _give_back(self) -> None:
        """Return the connection to the pool, whatever state it is in; asyncpg shields this from cancellation."""
        with suppress(asyncpg.InterfaceError):  # raised when the connection broke and is back already
            if self.connection.is_in_transaction():
                self.connection.terminate()
        await self.engine.open_pool.release(self.connection)  # type: ignore[attr-defined]


class Engine(PostgresEngine):
    """Piccolo's engine with `SafeTransaction`, and without its connection attempt at import time."""

    __slots__ = ()

    async def check_version(self) -> None:
        """Done by `open_pool`, when there is an address."""

    @property
    def open_pool(self) -> asyncpg.Pool[Record]:
        if self.pool is None:
            raise RuntimeError("no database: open_pool() has not been called")
        return self.pool

    def transaction(self, allow_nested: bool = True, *, isolation: str = "", readonly: bool = False) -> SafeTransaction:
        return SafeTransaction(self, isolation=isolation, readonly=readonly, allow_nested=allow_nested)

    def require_own_transaction(self) -> SafeTransaction | None:
        """The transaction of this task, if any."""
        current = cast("SafeTransaction | None", self.current_transaction.get())
        if current is not None and current.owner is not asyncio.current_task():
            raise RuntimeError("this task inherited its parent's transaction: hand it data, not the context")
        return current

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:
        self.require_own_transaction()
        return await super().run_querystring(querystring, in_pool)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:
        self.require_own_transaction()
        return await super().run_ddl(ddl, in_pool)


DB = Engine(config={})


async def open_pool(dsn: str | None = None, *, min_size: int = 1, max_size: int = 10) -> None:
    """Open the process's pool; without `dsn` as DATABASE_URL says. Raises RuntimeError if one is open already."""
    if dsn is None:
        from db.piccolo_conf import database_url  # noqa: PLC0415 - piccolo_conf must import DB from here

        dsn = database_url()
    if DB.pool is not None:
        raise RuntimeError("the pool is open already")
    pool = await asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        reset=_keep_session,
        server_settings={"application_name": "pension", "timezone": "Asia/Shanghai"},
    )
    async with pool.acquire() as connection:
        version = connection.get_server_version()
    if version.major < OLDEST_SERVER:
        await pool.close()
        raise RuntimeError(f"PostgreSQL {version.major} is too old: {OLDEST_SERVER} or newer is needed")
    DB.pool = pool


async def close_pool() -> None:
    pool, DB.pool = DB.pool, None
    if pool is not None:
        await pool.close()


async def _keep_session(_connection: asyncpg.Connection[Record]) -> None:
    """Instead of asyncpg's RESET ALL and friends."""


def transaction(*, readonly: bool = False, isolation: str = "") -> SafeTransaction:
    """`async with transaction():`; nested in another, a savepoint. Isolation in asyncpg's words ("repeatable_read")."""
    return DB.transaction(isolation=isolation, readonly=readonly)


@asynccontextmanager
async def connection() -> AsyncIterator[Connection]:
    """The current transaction's connection, or one of the pool for the length of the block (COPY, cursors)."""
    current = DB.require_own_transaction()
    if current is not None:
        try:
            yield current.connection
        except asyncpg.PostgresError:
            current.failed = True
            raise
        return
    async with DB.open_pool.acquire(timeout=ACQUIRE_SECONDS) as held:
        yield held


async def fetch(sql: str, *args: object) -> list[Record]:
    async with connection() as held:
        return await held.fetch(sql, *args)


async def fetchrow(sql: str, *args: object) -> Record | None:
    async with connection() as held:
        return await held.fetchrow(sql, *args)


async def fetchval(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> str:
    """Run one statement, or several when there are no arguments. Returns the command tag, as in "UPDATE 1"."""
    async with connection() as held:
        return await held.execute(sql, *args)


async def executemany(sql: str, rows: Iterable[Sequence[object]]) -> None:
    async with connection() as held:
        await held.executemany(sql, rows)
