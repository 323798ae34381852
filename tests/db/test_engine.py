"""The transaction that never leaks: each test is a fault that Piccolo 1.38 alone does not survive."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db import engine
from tests.conftest import Database

BROKEN_AT_COMMIT = """
create table parent (id int primary key);
create table child (parent_id int references parent (id) deferrable initially deferred);
grant select, insert on parent, child to pension_app;
"""


@pytest.fixture
async def small_pool(database: Database, owner: asyncpg.Connection) -> AsyncIterator[None]:
    await owner.execute(BROKEN_AT_COMMIT)
    await engine.open_pool(database.app_dsn, min_size=1, max_size=2)
    yield
    await engine.close_pool()


async def count() -> int:
    return await engine.fetchval("select count(*) from parent")


async def test_a_failing_commit_gives_the_connection_back_each_time(small_pool: None) -> None:
    for _ in range(5):  # more often than the pool has connections
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with engine.transaction():
                await engine.execute("insert into child values (404)")
    assert await engine.fetchval("select 1") == 1
    assert engine.DB.current_transaction.get() is None


async def test_a_failing_rollback_gives_the_connection_back_and_tells_the_first_error(
    small_pool: None, database: Database
) -> None:
    killer = await asyncpg.connect(database.app_dsn)
    for _ in range(5):
        with pytest.raises(ValueError, match="the real reason"):
            async with engine.transaction():
                pid = await engine.fetchval("select pg_backend_pid()")
                await killer.execute("select pg_terminate_backend($1)", pid)
                await asyncio.sleep(0.05)
                raise ValueError("the real reason")
    await killer.close()
    assert await engine.fetchval("select 1") == 1


async def test_a_cancelled_transaction_is_rolled_back_and_gives_the_connection_back(small_pool: None) -> None:
    async def slow() -> None:
        async with engine.transaction():
            await engine.execute("insert into parent values (1)")
            await engine.execute("select pg_sleep(60)")

    for _ in range(5):
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await count() == 0


async def test_an_inner_error_that_is_caught_takes_back_the_inner_writes_only(small_pool: None) -> None:
    async with engine.transaction():
        await engine.execute("insert into parent values (1)")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with engine.transaction():
                await engine.execute("insert into parent values (2)")
                await engine.execute("insert into parent values (1)")
        await engine.execute("insert into parent values (3)")
    assert [row["id"] for row in await engine.fetch("select id from parent order by id")] == [1, 3]


async def test_a_swallowed_error_makes_the_commit_fail_loudly(small_pool: None) -> None:
    with pytest.raises(RuntimeError, match="swallowed"):
        async with engine.transaction():
            await engine.execute("insert into parent values (1)")
            with pytest.raises(asyncpg.UniqueViolationError):
                await engine.execute("insert into parent values (1)")
    assert await count() == 0
    assert engine.DB.current_transaction.get() is None


async def test_a_child_task_may_not_use_the_transaction_of_its_parent(small_pool: None) -> None:
    async def open_own() -> None:
        async with engine.transaction():
            pass

    async with engine.transaction():
        await engine.execute("insert into parent values (1)")
        for call in (engine.fetch("select 1"), open_own(), engine.DB.run_ddl("select 1")):
            with pytest.raises(RuntimeError, match="inherited"):
                await asyncio.gather(call)
    assert await count() == 1


async def test_tasks_started_outside_each_have_their_own_transaction(small_pool: None) -> None:
    async def insert(number: int) -> None:
        async with engine.transaction():
            await engine.execute("insert into parent values ($1)", number)

    await asyncio.gather(*(insert(number) for number in range(8)))
    assert await count() == 8


async def test_waiting_for_a_connection_has_an_end(small_pool: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    async with engine.connection(), engine.connection():  # the pool has no third
        with pytest.raises(TimeoutError):
            await engine.fetch("select 1")
    assert await engine.fetchval("select 1") == 1


async def test_a_readonly_transaction_refuses_to_write(small_pool: None) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with engine.transaction(readonly=True):
            await engine.execute("insert into parent values (1)")
    async with engine.transaction():
        await engine.execute("insert into parent values (1)")  # the next user of the connection may


async def test_the_isolation_asked_for_is_the_isolation_given(small_pool: None) -> None:
    async with engine.transaction(isolation="repeatable_read"):
        assert await engine.fetchval("show transaction_isolation") == "repeatable read"
    async with engine.transaction():
        assert await engine.fetchval("show transaction_isolation") == "read committed"


async def test_a_second_pool_is_refused_and_no_pool_is_an_error(database: Database) -> None:
    with pytest.raises(RuntimeError, match="no database"):
        await engine.fetch("select 1")
    await engine.open_pool(database.app_dsn)
    with pytest.raises(RuntimeError, match="already"):
        await engine.open_pool(database.app_dsn)
    await engine.close_pool()
