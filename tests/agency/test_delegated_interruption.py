"""Killed between two files or within a bank's answer, a month is gone on with as if nothing had been: nobody gets it twice."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process

import asyncpg
import pytest

from db import engine
from domain.agency import delegated_files
from ops import settings
from tests.agency import delegating as way
from tests.agency.delegating import person, row
from tests.contributions.ways import CASHIER
from tests.make import COUNTY
from tests.runs.test_interruption import DEADLINE, stuck

pytestmark = pytest.mark.usefixtures("db")
ACTING = "tests.agency.delegated_acting"


class Undo(Exception):
    """Ends what was only tried."""


async def begin(*words: object) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", ACTING, *map(str, words), cwd=settings.TREE, env=os.environ
    )  # fmt: skip


async def killed(owner: asyncpg.Connection, held: str, *words: object) -> None:
    """Begins, waits until it stands before what is held, kills it."""
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin(*words)
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()


async def done(*words: object) -> None:
    assert await asyncio.wait_for((await begin(*words)).wait(), DEADLINE) == 0


async def files() -> list[tuple[str, str]]:
    rows = await engine.fetch("select file_name, digest from exchange_file where kind = 'delegated' order by sequence")
    return [tuple(each) for each in rows]


async def listed() -> tuple[int, list[int]]:
    programme = await way.programme()
    people = [await way.lives(number) for number in range(1, 6)]
    await way.listed(programme, *(row(person(number)) for number in range(1, 6)))
    return programme, people


@pytest.mark.rule("R-268", "R-265")
@pytest.mark.parametrize("stopped_at", [1, 2], ids=["at the second file", "at the last"])
async def test_files_are_written_on_with_the_same_bytes(
    owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    monkeypatch.setattr(delegated_files, "ROWS", 2)
    programme, people = await listed()
    month = await way.funded(programme)
    expected: list[tuple[str, str]] = []
    try:
        async with engine.transaction():
            await delegated_files.write_files(COUNTY, month, CASHIER, way.AT)
            expected = await files()
            raise Undo
    except Undo:
        pass
    assert await files() == []
    last = people[min(stopped_at * 2 + 1, 4)]
    await killed(owner, f"select from delegated_transfer where person_id = {last} for update", "files", month)
    assert len(await files()) == stopped_at
    await done("files", month)
    await done("files", month)
    assert await files() == expected
    assert len(expected) == 3
    assert {each[0] for each in (await way.transfers(month)).values()} == {"sent"}


@pytest.mark.rule("R-268", "R-251")
@pytest.mark.parametrize(
    "held",
    ["select from delegated_transfer where person_id = {person} for update", "lock table audit_entry in share mode"],
    ids=["at the results", "at the end"],
)
async def test_a_bank_s_answer_is_taken_once(owner: asyncpg.Connection, held: str) -> None:
    programme, people = await listed()
    month = await way.funded(programme)
    await delegated_files.write_files(COUNTY, month, CASHIER, way.AT)
    (file_id,) = await way.open_files()
    words = ("return", file_id, people[1])
    await killed(owner, held.format(person=people[2]), *words)
    assert {each[0] for each in (await way.transfers(month)).values()} == {"sent"}
    await done(*words)
    await done(*words)
    assert [each[0] for each in (await way.transfers(month)).values()] == ["paid", "failed", "paid", "paid", "paid"]
    assert await engine.fetchval("select count(*) from exchange_file where direction = 'in'") == 1
    assert await engine.fetchval("select count(*) from message where title like '%没有发成'") == 1


@pytest.mark.rule("R-268")
async def test_a_draft_is_there_whole_or_not_at_all(owner: asyncpg.Connection) -> None:
    programme, people = await listed()
    await killed(owner, "lock table audit_entry in share mode", "draft", programme)
    assert await engine.fetchval("select count(*) from delegated_month") == 0
    assert await engine.fetchval("select count(*) from delegated_line") == 0
    await done("draft", programme)
    month = await engine.fetchval("select id from delegated_month")
    assert sorted(await way.due(month)) == people
