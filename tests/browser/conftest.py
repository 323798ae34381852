"""The whole system as processes on real ports, and a real Chromium in front of it."""

import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Browser, Page, async_playwright

from db import engine
from db.queries import clock
from db.stores.security import staff
from db.stores.security.staff import NewUser
from domain.actor import Post
from ops import processes, settings
from tests import make
from tests.conftest import Database
from tests.make import COUNTY, Person
from web import passwords

PEOPLE = {one["sub"]: one for one in json.loads((settings.TREE / "db/seed/people.json").read_text(encoding="utf-8"))}
PASSWORD = "Qinghe-2026-test"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip


def person(sub: str) -> Person:
    one = PEOPLE[sub]
    return Person(one["name"], one["id_number"], 0, one["phone"])


class Town:
    """Where the sites listen, and who works there."""

    def __init__(self, portal: str, office: str, browser: Browser) -> None:
        self.portal, self.office, self.browser = portal, office, browser
        self.secrets: dict[str, tuple[str, str]] = {}

    async def resident(self, sub: str, *, script: bool = True, size: dict[str, int] | None = None) -> Page:
        """Somebody logged in on the portal, at the width of a phone."""
        context = await self.browser.new_context(viewport=size or PHONE, java_script_enabled=script, locale="zh-CN")  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{self.portal}/login")
        await page.get_by_role("button").filter(has_text="登录").first.click()
        await page.locator(f'input[name=person][value="{sub}"]').check()
        await page.locator("button[value=agree]").click()
        await page.wait_for_url(lambda url: url.startswith(self.portal) and "/login" not in url)
        return page

    async def hire(self, name: str, *posts: Post, region: str = f"{COUNTY}") -> None:
        at = await clock.now()
        user = NewUser(county_code=COUNTY, name=name, region_code=region, organisation="柳湾镇" if len(region) == 8 else "县社保中心",
                       password_hash=await passwords.hashed(PASSWORD), must_change=False, id_number=None)  # fmt: skip
        secret = pyotp.random_base32()
        async with engine.transaction():
            staff_id, login_name = await staff.insert(user, 0, at)
            for post in posts:
                await staff.assign_post(COUNTY, staff_id, post, at.date(), 0, at)
        credentials = await staff.by_login(login_name)
        assert credentials is not None
        await staff.enroll(credentials, credentials.password_hash, secret, 0, at)
        self.secrets[name] = (login_name, secret)

    async def clerk(self, name: str, *, size: dict[str, int] | None = None) -> Page:
        """Somebody logged in on the staff site, with password and code."""
        login_name, secret = self.secrets[name]
        context = await self.browser.new_context(viewport=size or DESK, locale="zh-CN")  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{self.office}/login")
        await page.fill("[name=login_name]", login_name)
        await page.fill("[name=password]", PASSWORD)
        await page.fill("[name=code]", pyotp.TOTP(secret).now())
        await page.get_by_role("button", name="登录").click()
        await page.wait_for_url(lambda url: "/login" not in url)
        return page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((settings.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def sites(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, str]]:
    """Portal, back office and sandbox as processes; the sources know everybody of the demo county."""
    for name in ("portal", "backoffice", "sandbox"):
        monkeypatch.setenv(f"PENSION_{name.upper()}_PORT", f"{free_port()}")
    for name in ("PENSION_PORTAL_URL", "PENSION_BACKOFFICE_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET",
                 "PENSION_SECURE_COOKIES"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(settings, "LOGS", tmp_path / "log")
    settings.fill_environment("test")
    await register_everybody()
    group = processes.Group()
    try:
        for command in (processes.sandbox_identity(), processes.site("portal"), processes.site("backoffice")):
            group.start(command)
        yield os.environ["PENSION_PORTAL_URL"], os.environ["PENSION_BACKOFFICE_URL"]
    finally:
        group.stop()


async def register_everybody() -> None:
    when = await clock.now()
    household = {
        person(sub): {"region_code": one["region_code"], "address": one["household_address"]}
        for sub, one in PEOPLE.items()
    }
    await make.sources(when=when, household_register=household)


@pytest.fixture
async def town(sites: tuple[str, str]) -> AsyncIterator[Town]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("PENSION_CHROMIUM") or chromium(), args=ARGUMENTS
        )
        try:
            yield Town(*sites, browser)
        finally:
            await browser.close()


def chromium() -> str:
    from ops import machine  # noqa: PLC0415

    found = machine.chromium()
    assert found, f"the browser tests need Chromium: {machine.line(machine.CHROMIUM)}"
    return found


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A picture as a phone takes it."""
    from PIL import Image  # noqa: PLC0415

    path = tmp_path / "photo.jpg"
    Image.effect_noise((900, 600), 60).convert("RGB").save(path, quality=80)
    return str(path)


@pytest.fixture(autouse=True)
def no_address_of_others() -> Iterator[None]:
    """Whatever fill_environment set goes away with the test."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]
