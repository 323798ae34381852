"""The limit of one address stops one address, not an office and not everybody behind the proxy."""

import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from httpx import ASGITransport, AsyncClient

from db.stores.security import attempts, staff
from db.stores.security.staff import NewUser
from tests.make import COUNTY
from web import passwords, staff_login

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OFFICE = "10.0.0.9"


async def worn_out(at: datetime, left: int) -> None:
    for _ in range(attempts.ADDRESS.times - left):
        await attempts.take(attempts.ADDRESS, OFFICE, at)


async def test_people_who_log_in_rightly_do_not_shut_the_office_out(db: object) -> None:
    at = datetime.now(UTC)
    _, login_name = await staff.insert(NewUser(
        county_code=COUNTY, name="赵敏", region_code=f"{COUNTY}", organisation="县社保中心", totp_secret=SECRET,
        password_hash=await passwords.hashed("Correct-Horse-7"), must_change=False,
    ), 0, at)  # fmt: skip
    await worn_out(at, left=1)
    for minute in (0, 1, 2):
        moment = at + timedelta(minutes=minute)
        await staff_login.check(login_name, "Correct-Horse-7", pyotp.TOTP(SECRET).at(moment), OFFICE, moment)


@pytest.fixture
def app(database: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As the server loads it."""
    for name, value in {
        "PENSION_PORTAL_URL": "http://portal.test", "PENSION_BACKOFFICE_URL": "http://office.test",
        "OIDC_ISSUER": "http://identity.test", "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "unused",
        "PENSION_FILES": str(tmp_path), "PENSION_SECURE_COOKIES": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return importlib.import_module("backoffice.app").app


@pytest.mark.parametrize(
    ("peer", "forwarded", "words"),
    [("127.0.0.1", OFFICE, "次数太多"), ("127.0.0.1", "10.0.0.8", "动态口令不对"), (OFFICE, "10.0.0.8", "次数太多")],
    ids=["the address the proxy names", "another address the proxy names", "who names himself is not believed"],
)
async def test_the_proxy_beside_the_site_says_who_asks(
    app: Any, db: object, peer: str, forwarded: str, words: str
) -> None:
    await worn_out(datetime.now(UTC), left=0)
    transport = ASGITransport(app, client=(peer, 4711))
    async with AsyncClient(transport=transport, base_url="http://office.test") as client:
        answer = await client.post(
            "/login",
            data={"login_name": "439901999", "password": "x", "code": "0"},
            headers={"X-Forwarded-For": forwarded},
        )
    assert words in answer.text
