"""Server CPU of the trial settlement of a pensioner, beside a bare Litestar page over the same reads.

Two years of pension, six of contributions, three months overpaid. The floor looks the session up, reads what a settlement stands on
with the same statements and prints the rows through Jinja: no reckoning, no frame, no words. Called as in bench.pages, in turns.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from litestar import Litestar, MediaType, Request, get

from backoffice import site
from bench.pages import COOKIES, TABLE, caller, cpu
from bench.stage import Stage
from db import engine
from db.queries import accounts, leaving, reference, regions, settlement_months
from db.queries import benefits as benefit_query
from db.queries import portal as person_query
from db.stores import relations
from db.stores.security import sessions, staff
from db.stores.security.staff import NewUser
from domain import months
from domain.actor import Post
from domain.rules.imprisonment import STOPPING
from tests.leaving import family
from tests.make import COUNTY, FRIDAY
from tests.payments import month as way
from web.sessions import LIMITS
from web.storage import FolderStorage

FIRST, LAST, DIED = 202412, 202611, date(2026, 8, 10)
TARGET = 1.5


async def pensioner(owner: asyncpg.Connection) -> int:
    """Who died in August and was paid to November, every month booked."""
    person = await family.pensioner(first=FIRST)
    account = await accounts.account_of(COUNTY, person)
    assert account is not None
    await way.was_paid(person, dict.fromkeys(months.between(FIRST, LAST), 20923))
    await owner.execute("update payment_line set basic_central_fen = 14300, account_personal_fen = 6623")
    await owner.execute("update payment_plan set document_id = (select min(id) from fund_document)")
    await owner.execute(
        "insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind, contribution_year, is_interest,"
        " personal_fen) select $1, 2026, $2, (select min(id) from fund_document), make_date(2026, m, 10), make_date(2026, m, 10), 20, null,"
        " false, -6623 from generate_series(1, 10) m", COUNTY, account.id,
    )  # fmt: skip
    return person


def floor(reads: Callable[[], Awaitable[list[list[Any]]]]) -> Litestar:
    @get("/", media_type=MediaType.HTML)
    async def bare(request: Request[Any, Any, Any]) -> str:
        await sessions.load("backoffice", request.cookies[COOKIES["backoffice"]], FRIDAY, LIMITS["backoffice"].idle)
        return TABLE.render(rows=await reads())

    return Litestar([bare], openapi_config=None)


async def reads(person: int) -> list[list[Any]]:
    """What the page stands on, as rows."""
    last = months.month_of(DIED)
    who, account = await person_query.person(COUNTY, person), await accounts.account_of(COUNTY, person)
    assert who is not None
    assert account is not None
    await reference.parameter_versions(COUNTY)
    differences = await settlement_months.differences(COUNTY, person, last, STOPPING)
    parts = await settlement_months.account_pensions(COUNTY, person, account.id)
    await benefit_query.first_entry_year(COUNTY, account.id)
    held = await accounts.held_before(COUNTY, account.id, 2026)
    await accounts.entries(COUNTY, account.id, 2026)
    await relations.served(COUNTY, person, last, STOPPING)
    standing = await relations.benefit_state(COUNTY, person), await relations.carried(COUNTY, person)
    way_there, titles = await leaving.under_way(COUNTY, person), await accounts.fund_titles()
    ended, place = await leaving.termination(COUNTY, person), await regions.names([who.region_code])
    assert len(differences) == 3
    return [[each.due_month, each.total_fen] for each in differences] + [[titles[fund], fen] for fund, fen in held.items()] + [
        [who.name, place, *parts], [standing, ended, way_there.waiting_fen]]  # fmt: skip


async def at_work() -> str:
    user = NewUser(county_code=COUNTY, name="何静", region_code=f"{COUNTY}", password_hash="-", must_change=False,
                   organisation="青禾县社保中心", id_number=None)  # fmt: skip
    async with engine.transaction():
        staff_id, _ = await staff.insert(user, 0, FRIDAY)
        await staff.assign_post(COUNTY, staff_id, Post.COUNTY_ACCOUNT, FRIDAY.date() - timedelta(days=9), 0, FRIDAY)
    return await sessions.replace("backoffice", None, county_code=COUNTY, subject=staff_id, data={}, origin=None, at=FRIDAY,
                                  absolute=timedelta(hours=8))  # fmt: skip


async def run(stage: Stage, rounds: int, times: int) -> dict[str, Any]:
    await engine.open_pool(await stage.copy("bench_trial"), max_size=4)
    try:
        owner = await stage.owner("bench_trial")
        person = await pensioner(owner)
        await owner.execute("analyze")
        await owner.close()
        token = f"{COOKIES['backoffice']}={await at_work()}"
        with tempfile.TemporaryDirectory() as folder:
            storage = FolderStorage(Path(folder))
            ours = site.create(storage, secure=False, portal_url="http://bench.test", clock=lambda: FRIDAY)
            bare = floor(lambda: reads(person))
            async with AsyncExitStack() as open_sites:
                for app in (ours, bare):
                    await open_sites.enter_async_context(app.lifespan())
                asked = caller(ours, f"/people/{person}/leaving", token, query=f"happened_on={DIED}")
                spent = await cpu({"trial": asked, "trial_floor": caller(bare, "/", token)}, rounds, times)
    finally:
        await engine.close_pool()
    return {
        "what": "server CPU ms of a page, no network",
        **{f"{name}_ms": value for name, value in spent.items()},
        "trial_ratio": round(spent["trial"] / spent["trial_floor"], 2), "target": f"<= {TARGET}",
    }  # fmt: skip


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    return asyncio.run(run(stage, 3, 30) if quick else run(stage, 9, 150))
