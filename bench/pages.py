"""Server CPU of "my cases" and of the inbox with 100,000 cases, and of a year's statement, beside a bare Litestar page.

The floor looks the session up with the same statement, sends one indexed query and prints the same rows through Jinja;
it has no frame, no menu, no headers, no words. Both are called directly, without a network, in turns in one process, so
that what is compared is the Python between the request and the bytes.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment
from litestar import Litestar, MediaType, Request, get

from backoffice import site as backoffice_site
from bench import lists, screens
from bench.stage import Stage
from db import engine
from db.stores.security import accounts, sessions, staff
from db.stores.security.staff import NewUser
from domain.actor import Post
from portal import site as portal_site
from tests.make import COUNTY, FRIDAY, LI_XIUYING, participant
from web.sessions import LIMITS
from web.settings import Settings
from web.storage import FolderStorage

TABLE = Environment(autoescape=True).from_string(
    "<!doctype html><title>floor</title><table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>"
    "{% endfor %}</tr>{% endfor %}</table>"
)
COOKIES = {"portal": "pension-portal", "backoffice": "pension-backoffice"}
Page = Callable[[], Awaitable[int]]


def floor(app_name: Any, rows: Callable[[], Awaitable[list[Any]]]) -> Litestar:
    @get("/", media_type=MediaType.HTML)
    async def bare(request: Request[Any, Any, Any]) -> str:
        await sessions.load(app_name, request.cookies[COOKIES[app_name]], FRIDAY, LIMITS[app_name].idle)
        found = await rows()
        return TABLE.render(rows=[[getattr(row, name) for name in row.__struct_fields__] for row in found])

    return Litestar([bare], openapi_config=None)


def caller(app: Litestar, path: str, cookie: str, query: str = "") -> Page:
    """One GET straight into the application; the answer's length, after checking that it is a page."""
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"bench.test"), (b"cookie", cookie.encode())], "client": ("127.0.0.1", 1),
        "server": ("bench.test", 80), "state": {},
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def call() -> int:
        size = 0

        async def send(message: Any) -> None:
            nonlocal size
            if message["type"] == "http.response.start":
                assert message["status"] == 200, (path, message["status"])
            else:
                size += len(message.get("body", b""))

        await app({**scope, "state": {}}, receive, send)  # type: ignore[arg-type]
        return size

    return call


async def cpu(pages: dict[str, Page], rounds: int, times: int) -> dict[str, float]:
    """Median over the rounds of the CPU milliseconds a page costs this process, in turns."""
    spent: dict[str, list[float]] = {name: [] for name in pages}
    for page in pages.values():
        for _ in range(20):
            await page()
    for _ in range(rounds):
        for name, page in pages.items():
            gc.collect()
            started = time.process_time()
            for _ in range(times):
                await page()
            spent[name].append((time.process_time() - started) / times * 1000)
    return {name: round(statistics.median(each), 3) for name, each in spent.items()}


async def people_at_work() -> tuple[str, str]:
    """A resident with forty cases and a reviewer, logged in; their session tokens."""
    account = await accounts.log_in(
        provider="bench", sub="1", name=LI_XIUYING.name, id_type="resident_id_card", id_number=LI_XIUYING.id_number,
        phone=LI_XIUYING.phone, assurance=3, at=FRIDAY,
    )  # fmt: skip
    user = NewUser(county_code=COUNTY, name="孙立", region_code=f"{COUNTY}", password_hash="-", must_change=False,
                   organisation="青禾县社保中心", id_number=None)  # fmt: skip
    async with engine.transaction():
        staff_id, _ = await staff.insert(user, 0, FRIDAY)
        await staff.assign_post(COUNTY, staff_id, Post.COUNTY_ENROLLMENT, FRIDAY.date() - timedelta(days=9), 0, FRIDAY)
    absolute = timedelta(hours=8)
    resident = await sessions.replace("portal", None, county_code=COUNTY, subject=account.id, data={"level": 3}, origin=None,
                                      at=FRIDAY, absolute=absolute)  # fmt: skip
    reviewer = await sessions.replace("backoffice", None, county_code=COUNTY, subject=staff_id, data={}, origin=None,
                                      at=FRIDAY, absolute=absolute)  # fmt: skip
    return resident, reviewer


async def an_account() -> None:
    """Six years of an account, twelve payments and subsidies a year and its interest."""
    await participant(LI_XIUYING)
    await engine.execute(
        "insert into fund_document (county_code, kind, number, state, business_on, region_code, created_at, created_by,"
        " created_by_name) values ($1, 'tax_detail', '1', 'booked', '2025-01-01', $2, $3, 1, '周会')", COUNTY, f"{COUNTY}", FRIDAY,
    )  # fmt: skip
    await engine.execute(
        "insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind, contribution_year,"
        " is_interest, personal_fen, subsidy_province_fen, subsidy_county_fen) select $1::int, y, a.id, d.id, make_date(y, m, 15),"
        " make_date(y, m, 15), case when m > 9 then 4 else 1 end, y, false, case when m <= 9 then 20000 end,"
        " case when m > 9 then 1000 end, case when m > 9 then 1000 end from generate_series(2020, 2025) y, generate_series(1, 12) m,"
        " individual_account a, fund_document d union all select $1::int, y, a.id, d.id, make_date(y, 12, 31), make_date(y + 1, 2, 3), 10,"
        " null, true, 5000, 20, 20 from generate_series(2020, 2025) y, individual_account a, fund_document d", COUNTY,
    )  # fmt: skip
    await engine.execute(
        "update account_balance set settled_year = 2025, personal_fen = 6 * 185000, subsidy_province_fen = 18120, subsidy_county_fen = 18120"
    )


async def run(stage: Stage, cases: int, rounds: int, times: int) -> dict[str, Any]:
    await engine.open_pool(await stage.copy("bench_pages"), max_size=4)
    await lists.fill(1, cases)
    owner = await stage.owner("bench_pages")
    await owner.execute("update service_case set applicant_index = $1 where id <= 40", LI_XIUYING.index)
    await owner.execute("analyze")
    await owner.close()
    await an_account()
    resident, reviewer = await people_at_work()
    with tempfile.TemporaryDirectory() as folder:
        storage = FolderStorage(Path(folder))
        ours = (
            portal_site.create(_settings(Path(folder)), storage, clock=lambda: FRIDAY),
            backoffice_site.create(storage, secure=False, portal_url="http://bench.test", clock=lambda: FRIDAY),
        )
        floors = (
            floor("portal", screens.my_rows), floor("backoffice", lambda: screens.inbox_rows(FRIDAY.date())),
            floor("portal", screens.statement_rows),
        )  # fmt: skip
        async with AsyncExitStack() as open_sites:
            for site in (*ours, *floors):
                await open_sites.enter_async_context(site.lifespan())
            tokens = f"{COOKIES['portal']}={resident}", f"{COOKIES['backoffice']}={reviewer}"
            pages = {
                "my_cases": caller(ours[0], "/cases", tokens[0]), "my_cases_floor": caller(floors[0], "/", tokens[0]),
                "inbox": caller(ours[1], "/inbox", tokens[1]), "inbox_floor": caller(floors[1], "/", tokens[1]),
                "statement": caller(ours[0], f"/account/statement/{screens.YEAR}", tokens[0]),
                "statement_floor": caller(floors[2], "/", tokens[0]),
            }  # fmt: skip
            spent = await cpu(pages, rounds, times)
    await engine.close_pool()
    return {
        "what": "server CPU ms of a page, no network",
        "cases": cases,
        **{f"{name}_ms": value for name, value in spent.items()},
        "my_cases_ratio": round(spent["my_cases"] / spent["my_cases_floor"], 2),
        "inbox_ratio": round(spent["inbox"] / spent["inbox_floor"], 2),
        "statement_ratio": round(spent["statement"] / spent["statement_floor"], 2),
        "target": "<= 1.5",
    }


def _settings(folder: Path) -> Settings:
    return Settings(
        portal_url="http://bench.test", backoffice_url="http://bench.test", issuer="http://127.0.0.1:1", client_id="bench",
        client_secret="bench", keys=folder, files=folder, secure_cookies=False,
    )  # fmt: skip


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    return asyncio.run(run(stage, 10_000, 3, 50) if quick else run(stage, 100_000, 9, 200))
