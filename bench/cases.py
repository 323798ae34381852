"""From submission to approval, beside the very same statements sent by bare asyncpg.

Every statement of the measured run is written down with its arguments and sent again, one connection, the same
transactions, to a fresh copy of the database: that is the floor. What lies between is Python: reading forms, rules,
sealing, and the layers.
"""

import asyncio
import time
from datetime import date, timedelta
from typing import Any

import asyncpg

from bench.stage import Stage
from db import engine
from domain.case import flow
from domain.case.flow import Signature
from domain.items import enrollment
from tests import make
from tests.make import COUNTY, FRIDAY

Script = list[tuple[str, tuple[Any, ...]]]
BEGIN, COMMIT = "begin", "commit"


class Recorder:
    """Notes every statement that goes through a connection, with the borders of transactions."""

    def __init__(self) -> None:
        self.script: Script = []

    def watch(self, connection: asyncpg.Connection) -> None:
        connection.add_query_logger(self._note)

    def _note(self, query: asyncpg.connection.LoggedQuery) -> None:
        text = query.query.lower()
        if text.startswith(("begin", "commit")):
            self.script.append((text.rstrip(";"), ()))
        else:
            self.script.append((query.query, query.args))


async def prepare(people: list[make.Person]) -> None:
    register: dict[make.Person, dict[str, str]] = {}
    for person in people:
        register |= make.household(person)
    await make.sources(household_register=register)


async def one(person: make.Person) -> None:
    """Three photos are linked before the clock starts: uploading is measured elsewhere."""
    answers = {**make.ENROLLMENT, "name": person.name, "id_number": person.id_number}
    actor = make.resident(person)
    case_id = await make.draft(enrollment.ITEM, answers, actor, person)
    await flow.submit(COUNTY, case_id, actor, 0, FRIDAY, Signature("typed", person.name))
    for clerk in (make.ZHAO_MIN, make.SUN_LI):
        case, looked = await flow.look(COUNTY, case_id, clerk, FRIDAY)
        await flow.approve(COUNTY, case_id, clerk, case.version, looked.outcome, FRIDAY)


def crowd(count: int, serial: int = 200) -> list[make.Person]:
    return [
        make.Person(f"乡亲{'甲乙丙丁'[n % 4]}", make.id_number(date(1960, 1, 1) + timedelta(days=n), serial), 100 + n)
        for n in range(count)
    ]


async def run(stage: Stage, count: int = 300) -> dict[str, Any]:
    people = crowd(count)
    recorder = Recorder()
    await engine.open_pool(await stage.copy("bench_ours"), max_size=1)
    await prepare(people)
    async with engine.connection() as held:
        recorder.watch(held._con)  # noqa: SLF001 - the pool's proxy does not offer the logger
    ours = await _timed(people)
    await engine.close_pool()

    await engine.open_pool(await stage.copy("bench_floor"), max_size=1)
    await prepare(people)
    await engine.close_pool()
    floor = await _replay(await asyncpg.connect(stage.server.dsn("pension_app", "bench_floor")), recorder.script)

    return {
        "what": "cases from draft to effect, one connection, durable commits",
        "cases": count,
        "statements_per_case": round(len(recorder.script) / count, 1),
        "ours_per_second": round(count / ours[0], 1),
        "floor_per_second": round(count / floor[0], 1),
        "ratio": round(floor[0] / ours[0], 2),
        "target": ">= 0.5",
        "ours_python_cpu_ms_per_case": round(ours[1] / count * 1000, 2),
        "floor_python_cpu_ms_per_case": round(floor[1] / count * 1000, 2),
    }


async def _timed(people: list[make.Person]) -> tuple[float, float]:
    started, cpu = time.perf_counter(), time.process_time()
    for person in people:
        await one(person)
    return time.perf_counter() - started, time.process_time() - cpu


async def _replay(connection: asyncpg.Connection, script: Script) -> tuple[float, float]:
    started, cpu = time.perf_counter(), time.process_time()
    for sql, args in script:
        if args and isinstance(args[0], tuple):  # what executemany was given
            await connection.executemany(sql, args)
        elif args:
            await connection.fetch(sql, *args)
        else:
            await connection.execute(sql)
    elapsed = time.perf_counter() - started, time.process_time() - cpu
    await connection.close()
    return elapsed


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    return asyncio.run(run(stage, 60 if quick else 300))
