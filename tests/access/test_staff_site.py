"""The login pages of the staff site."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx2
import pyotp
import pytest

from backoffice import site
from db import engine
from db.stores.security import staff
from db.stores.security.staff import NewUser
from domain import access
from tests import pages
from tests.conftest import Database
from tests.make import COUNTY, WORKER
from tests.web.clock import Clock
from web import passwords
from web.storage import FolderStorage

OWN = "My-Own-Pass-99"


@pytest.fixture
async def client(db: Database, clock: Clock, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = site.create(FolderStorage(tmp_path), secure=False, portal_url="http://portal.test", clock=clock)
    await site.load_counties(app)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://office.test", headers={"sec-fetch-site": "same-origin"}
    ) as opened:
        yield opened


async def hire() -> tuple[str, str]:
    """(login name, first password)."""
    password, hashed = await passwords.first()
    user = NewUser(county_code=COUNTY, name="罗敏", region_code="439901", organisation="社保中心", password_hash=hashed)
    _, login_name = await access.add_user(user, (), WORKER, datetime(2026, 11, 20, 9, 0).astimezone())
    return login_name, password


def fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


async def test_from_the_first_password_to_the_daily_login(client: httpx2.AsyncClient, clock: Clock) -> None:
    login_name, password = await hire()
    answer = await client.get("/statistics")
    assert answer.headers["location"] == "/login?next=%2Fstatistics"
    page = await client.get(answer.headers["location"])
    pages.check(page.text, url="/login")
    typed = fields(page.text) | {"login_name": login_name, "password": password, "code": ""}
    answer = await client.post("/login", data=typed)
    assert answer.headers["location"] == "/login/first"
    assert (await client.get("/statistics")).headers["location"].startswith("/login?"), "half a login opens nothing"

    page = await client.get("/login/first")
    pages.check(page.text, url="/login/first")
    secret = re.search(r"<code>(\w+)</code>", page.text)
    assert secret
    assert '<svg class="qr"' in page.text
    own = fields(page.text) | {"new_password": OWN, "repeat_password": OWN}
    wrong = await client.post("/login/first", data=own | {"code": "000000"})
    assert (wrong.status_code, "动态口令不对" in wrong.text) == (422, True)
    pages.check(wrong.text, url="/login/first")
    answer = await client.post("/login/first", data=own | {"code": _code(secret[1], clock)})
    assert answer.headers["location"] == "/statistics"
    assert (await client.get("/statistics")).status_code == 200

    page = await client.get("/statistics")
    assert (await client.post("/logout", data=fields(page.text))).headers["location"] == "/login"
    assert await engine.fetchval("select count(*) from web_session") == 0
    clock.move(minutes=1)
    daily = {"login_name": login_name, "password": OWN, "next": "/statistics"}
    assert (await client.post("/login", data=daily | {"code": _code(secret[1], clock)})).headers[
        "location"
    ] == "/statistics"
    assert await engine.fetchval("select count(*) from audit_entry where action in ('login', 'logout')") == 3


def _code(secret: str, clock: Clock) -> str:
    return pyotp.TOTP(secret).at(clock())


async def test_a_wrong_login_keeps_the_name_and_tells_nothing(client: httpx2.AsyncClient) -> None:
    login_name, _ = await hire()
    answer = await client.post("/login", data={"login_name": login_name, "password": "wrong", "code": "1"})
    assert answer.status_code == 422
    pages.check(answer.text, url="/login")
    assert f'value="{login_name}"' in answer.text
    assert "wrong" not in answer.text
    assert "set-cookie" not in answer.headers


async def test_the_first_login_page_without_a_first_password_leads_back(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/login/first")).headers["location"] == "/login"
    assert (await client.post("/login/first", data={"code": "1"})).headers["location"] == "/login"


async def test_a_half_finished_login_is_bound_to_its_browser(client: httpx2.AsyncClient, clock: Clock) -> None:
    login_name, password = await hire()
    await client.post("/login", data={"login_name": login_name, "password": password, "code": ""})
    page = await client.get("/login/first")
    client.cookies.clear()
    secret = re.search(r"<code>(\w+)</code>", page.text)
    assert secret
    own = fields(page.text) | {"new_password": OWN, "repeat_password": OWN, "code": _code(secret[1], clock)}
    await client.post("/login/first", data=own)
    found = await staff.by_login(login_name)
    assert found is not None
    assert found.must_change
