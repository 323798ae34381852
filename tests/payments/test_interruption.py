"""Killed at every step, a month goes on as if nothing had been: the same bytes, the same rows, nobody paid twice, nobody lost.

Each step is stopped where it holds half of its work, by a lock on what it writes next. Then its process, or the whole
database server, is killed; and the step is taken again by somebody who knows only what the database says.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from db import crypto, engine
from db.stores.security import sessions, staff, tokens
from db.stores.security.staff import NewUser
from domain import payments
from domain.actor import Actor
from domain.money import show
from domain.runs import interest_settlement
from ops import processes, settings
from tests.backoffice.office import COOKIE
from tests.browser.conftest import free_port
from tests.conftest import Database, _quick_place
from tests.contributions.ways import CASHIER
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY
from tests.payments import acting
from tests.payments import month as way
from tests.payments.acting import STEPS
from tests.payments.cluster import Cluster, cluster, left_behind
from tests.runs.conftest import REVIEWER
from tests.runs.test_interruption import DEADLINE, stuck

# The last is what asyncpg says where it has read the server's last words and not yet the end.
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncpg.InternalClientError)
AT_THE_END = "lock table audit_entry in share mode"


def transfer_of(name: str) -> str:
    return f"select from payment_transfer where person_id = (select id from person where name = '{name}') for update"


def benefit_of(name: str) -> str:
    return f"select from benefit where person_id = (select id from person where name = '{name}') for update"


# A line of 乙 for the same month in another hand: whoever writes his waits for it.
LINE_OF_THE_SECOND_TOWNSHIP = (
    "with r as (select id from batch_run), p as (insert into payment_plan (county_code, month, run_id, state, pay_on, created_at)"
    f" select {COUNTY}, 202612, id, 'cancelled', '2026-12-25', now() from r returning id) insert into payment_line (county_code,"
    f" plan_id, person_id, due_month, kind) select {COUNTY}, p.id, x.id, 202612, 'regular' from p, person x where x.name = '老人乙'"
)
CHECKPOINT = "lock table run_exception in share mode"
# Where each step is killed, one after the other.
PLACES: dict[str, list[str]] = {
    "draft": [LINE_OF_THE_SECOND_TOWNSHIP, CHECKPOINT],
    "approve": [AT_THE_END],
    "take in": [benefit_of("老人乙"), CHECKPOINT, "lock table message in share mode", AT_THE_END],
    "fund": [AT_THE_END],
    "transfer": [AT_THE_END],
    "write": [
        transfer_of("老人丙"),
        transfer_of("老人戊"),
        transfer_of("老人庚"),
    ],  # of the first, second and last file
    "take returns": [transfer_of("老人丁"), "lock table message in share mode", AT_THE_END],
    "reissue": [AT_THE_END],
    "void": [benefit_of("老人丁")],
    "write again": [AT_THE_END],
    "take returns again": [AT_THE_END],
    "book": ["select from account_balance for update", "lock table voucher_line in share mode", AT_THE_END],
    "close": [AT_THE_END],
}
# The same for the site, which takes longer to start.
ON_THE_SITE = {
    "write": transfer_of("老人戊"), "take returns": transfer_of("老人丁"), "reissue": AT_THE_END,
    "book": "lock table voucher_line in share mode", "close": AT_THE_END,
}  # fmt: skip


@pytest.fixture(scope="module")
def killable(key_file: Path) -> Iterator[Cluster]:
    crypto.load_keys(key_file)
    before = payments.ROWS, interest_settlement.CHUNK
    acting.in_small_parts()
    with cluster(_quick_place()) as found:
        yield found
    payments.ROWS, interest_settlement.CHUNK = before


@asynccontextmanager
async def held(database: Database, place: str) -> AsyncIterator[None]:
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute("begin")
    await owner.execute(place)
    try:
        yield
    finally:
        owner.terminate()


async def free() -> None:
    """The server has noticed that nobody is there any more."""
    while await engine.fetchval(  # noqa: ASYNC110 - another process is waited for
        "select exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and state <> 'idle')"
    ):
        await asyncio.sleep(0.01)


async def risen(killable: Cluster) -> None:
    """The server serves, and the loop has seen the old connections close."""
    killable.server.start()
    while True:
        with suppress(*BROKEN):
            await engine.fetchval("select 1")
            return


def surroundings(database: Database, keys: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database.app_dsn, "PENSION_KEYS": str(keys)}


def ended(victim: Process) -> None:
    os.killpg(victim.pid, signal.SIGKILL)


async def as_if_nothing_had_been(killable: Cluster) -> None:
    found = await left_behind()
    for one, other in zip(found, killable.expected, strict=True):
        assert one == other
    states = {state for _, _, state, *_ in found[2]}
    assert states == {"paid", "failed", "void", "left_out"}
    paid = await engine.fetchval("select sum(net_fen)::bigint from payment_transfer where state = 'paid'")
    assert paid == 6 * 20923


@pytest.mark.rule("R-255", "R-268")
async def test_the_worker_is_killed_at_every_step(killable: Cluster, key_file: Path) -> None:
    async with killable.copy("worker_killed") as database:
        around = surroundings(database, key_file)
        for name, step in STEPS.items():
            for place in PLACES[name] if step is way.work else ():
                async with held(database, place):
                    victim = await asyncio.create_subprocess_exec(
                        sys.executable, "-m", "tests.payments.acting", name, cwd=settings.TREE, env=around,
                        start_new_session=True,
                    )  # fmt: skip
                    await asyncio.wait_for(stuck(), DEADLINE)
                    ended(victim)
                    await victim.wait()
                await free()
            await step()
        await as_if_nothing_had_been(killable)


@pytest.mark.rule("R-255", "R-268")
async def test_the_database_is_killed_at_every_step(killable: Cluster) -> None:
    """The process and its connections live on, and find the server again. What was answered is kept."""
    async with killable.copy("server_killed") as database:
        for name, step in STEPS.items():
            for place in PLACES.get(name, []):
                async with held(database, place):
                    at_work = asyncio.create_task(step())  # type: ignore[arg-type]
                    await asyncio.wait_for(stuck(), DEADLINE)
                    killable.kill()
                    with pytest.raises(BROKEN):
                        await at_work
                await risen(killable)
            await step()
            killable.kill()
            await risen(killable)
        await as_if_nothing_had_been(killable)


class Site:
    """The staff site as a process, and those who are logged in to it."""

    def __init__(self, database: Database, keys: Path, files: Path) -> None:
        self.port, self.tokens = free_port(), dict[str, str]()
        self.around = surroundings(database, keys) | {
            "PENSION_PORTAL_URL": "http://portal.test", "PENSION_BACKOFFICE_URL": self.address, "PENSION_FILES": f"{files}",
            "PENSION_MODE": "test", "PENSION_SECURE_COOKIES": "0", "PENSION_BACKOFFICE_PORT": f"{self.port}",
            "OIDC_ISSUER": self.address, "OIDC_CLIENT_ID": "-", "OIDC_CLIENT_SECRET": "-",
        }  # fmt: skip

    @property
    def address(self) -> str:
        return f"http://{settings.HOST}:{self.port}"

    async def open(self) -> Process:
        words = [*processes.site("backoffice").arguments[:-1], "tests.payments.serving:app"]
        words[words.index("--port") + 1] = f"{self.port}"
        running = await asyncio.create_subprocess_exec(
            *words, cwd=settings.TREE, env=self.around, start_new_session=True
        )
        async with httpx.AsyncClient(base_url=self.address) as client:
            while True:
                assert running.returncode is None, "the site has ended"
                with suppress(httpx.TransportError):
                    if (await client.get("/healthz")).status_code == 200:
                        return running
                await asyncio.sleep(0.02)

    async def log_in(self, actor: Actor) -> None:
        user = NewUser(county_code=COUNTY, name=actor.name, region_code=f"{COUNTY}", organisation="县社保中心", password_hash="-",
                       must_change=False, id_number=None)  # fmt: skip
        async with engine.transaction():
            staff_id, _ = await staff.insert(user, 0, way.AT)
            for post in actor.posts:
                await staff.assign_post(COUNTY, staff_id, post, way.AT.date(), 0, way.AT)
        self.tokens[actor.name] = await sessions.replace(
            "backoffice", None, county_code=COUNTY, subject=staff_id, data={}, origin=None, at=datetime.now(CHINA),
            absolute=timedelta(hours=1),
        )  # fmt: skip

    async def post(self, actor: Actor, path: str, files: Any = None, **fields: str) -> None:
        token = self.tokens[actor.name]
        async with httpx.AsyncClient(base_url=self.address, cookies={COOKIE: token}, timeout=DEADLINE) as client:
            data = {"_csrf": tokens.keyed("csrf", token).hex(), **fields}
            answer = await client.post(f"/payments/{await acting.plan()}{path}", data=data, files=files)
        assert answer.status_code == 303, answer.text

    async def press(self, step: str) -> None:
        """The buttons of a step, as its people do."""
        if step.startswith("write"):
            await self.post(CASHIER, "/write")
        elif step.startswith("take returns"):
            for file_id in await way.open_files():
                success, failure, total = way.answer(await way.lines_of(file_id), await acting.failing(file_id))
                files = {"success": ("S.TXT", success), "failure": ("F.TXT", failure)}
                await self.post(CASHIER, f"/files/{file_id}", files, total=show(total), paid_on=f"{way.AT:%Y-%m-%d}")
        elif step == "reissue":
            await self.post(LIN_JING, f"/people/{await acting.person(acting.AGAIN)}/again")
        elif step == "void":
            await self.post(LIN_JING, f"/people/{await acting.person(acting.GIVEN_UP)}/void", reason=acting.WHY)
        else:
            await self.post(REVIEWER, f"/{step}")


@pytest.mark.rule("R-255", "R-268")
async def test_the_staff_site_is_killed_at_every_step(killable: Cluster, key_file: Path, tmp_path: Path) -> None:
    """A button is pressed and no answer comes; the site is started anew, and the button is pressed again."""
    async with killable.copy("site_killed") as database:
        site = Site(database, key_file, tmp_path)
        await engine.execute("update installation set business_date = $1", way.AT.date())
        for actor in (LIN_JING, CASHIER, REVIEWER):
            await site.log_in(actor)
        running = await site.open()
        for name, step in STEPS.items():
            if name not in ON_THE_SITE:
                await step()
                continue
            async with held(database, ON_THE_SITE[name]):
                at_work = asyncio.create_task(site.press(name))
                await asyncio.wait_for(stuck(), DEADLINE)
                ended(running)
                with pytest.raises(httpx.TransportError):
                    await at_work
                await running.wait()
            await free()
            running = await site.open()
            await site.press(name)
        ended(running)
        await running.wait()
        await as_if_nothing_had_been(killable)
