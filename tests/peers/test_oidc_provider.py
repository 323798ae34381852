"""Logging in at a provider written by others, in another language: npm's oidc-provider, pinned, fetched on first use."""

import asyncio
import re
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest

from db import engine
from portal import site
from tests.conftest import Database
from tests.sandbox.house import CALLBACK, PORTAL, Browser, House
from tests.web.forger import ask
from web import identity
from web.identity.provider import LoginFailed
from web.settings import Settings
from web.storage import FolderStorage

VERSION = "9.13.3"
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
CACHE = Path(tempfile.gettempdir()) / f"pension-peers-oidc-provider-{VERSION}"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def modules() -> Path:
    if shutil.which("node") is None or shutil.which("npm") is None:
        warnings.warn("NODE IS MISSING: logging in at a foreign provider was NOT tested", stacklevel=1)
        pytest.skip("NODE IS MISSING: logging in at a foreign provider was NOT tested")
    if not (CACHE / "node_modules" / "oidc-provider" / "lib" / "index.js").exists():
        CACHE.mkdir(exist_ok=True)
        install = [
            "npm",
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            f"oidc-provider@{VERSION}",
        ]
        subprocess.run(install, cwd=CACHE, check=True, capture_output=True, timeout=300)
    return CACHE


class Peer:
    """The foreign provider, and an ear for what it says behind the browser's back."""

    def __init__(self, port: int, logout_tokens: "asyncio.Queue[str]") -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.logout_tokens = logout_tokens


@pytest.fixture(scope="module")
def port(modules: Path) -> Iterator[tuple[int, int]]:
    """(port of the provider, port it sends logout tokens to)."""
    port, ear = free_port(), free_port()
    backchannel = f"http://127.0.0.1:{ear}/logout/backchannel"
    process = subprocess.Popen(
        ["node", str(SCRIPT), str(port), str(modules), CALLBACK, backchannel],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout
    try:
        for line in process.stdout:
            if line.strip() == "ready":
                break
        assert process.poll() is None, "the provider did not start"
        yield port, ear
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@pytest.fixture
async def peer(port: tuple[int, int]) -> AsyncIterator[Peer]:
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index]
        form = parse_qs((await reader.readexactly(length)).decode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        heard.put_nowait(form["logout_token"][0])

    server = await asyncio.start_server(listen, "127.0.0.1", port[1])
    async with server:
        yield Peer(port[0], heard)


class ForeignHouse(House):
    """Our portal, with the foreign provider on the network."""

    def __init__(self, folder: Path, peer: Peer) -> None:
        self.issuer = peer.issuer
        settings = Settings(
            portal_url=PORTAL, backoffice_url="http://office.test", issuer=peer.issuer, client_id="pension-portal",
            client_secret="a secret of thirty-two characters", keys=folder, files=folder, secure_cookies=False,
        )  # fmt: skip
        self.provider = identity.provider(settings, production=True)
        self.portal = self.sandbox = site.create(settings, FolderStorage(folder), provider=self.provider)

    def browser(self) -> Browser:
        opened = Browser(self)
        opened.clients[self.issuer] = httpx2.AsyncClient(base_url=self.issuer, trust_env=False)
        return opened


@pytest.fixture
async def house(db: Database, tmp_path: Path, peer: Peer) -> ForeignHouse:
    return ForeignHouse(tmp_path, peer)


async def test_a_login_at_a_provider_that_others_wrote(house: ForeignHouse) -> None:
    browser = await house.browser().go(f"{PORTAL}/login?next=/cases")
    await browser.press("/login")
    assert (browser.path, browser.status) == ("/cases", 200)
    assert "刘㐂梅" in browser.text
    row = await engine.fetchrow("select provider, provider_sub, assurance from resident_account")
    assert row is not None
    assert tuple(row) == (house.issuer, "peer-1", 3)


async def test_a_fresh_login_there_is_proved_by_its_time(house: ForeignHouse) -> None:
    browser = await house.browser().go(f"{PORTAL}/login?level=4&fresh=1&next=/cases")
    await browser.press("/login")
    assert browser.path == "/cases"
    data = await engine.fetchrow("select data ->> 'level' as level, data ->> 'auth_at' as auth_at from web_session")
    assert data is not None
    assert data["level"] == "4"
    assert data["auth_at"]


async def test_its_logout_ends_our_session_behind_the_browsers_back(house: ForeignHouse, peer: Peer) -> None:
    browser = await house.browser().go(f"{PORTAL}/login")
    await browser.press("/login")
    await browser.go(f"{house.issuer}/session/end")
    await browser.press(f"{house.issuer}/session/end/confirm", logout="yes")
    token = await asyncio.wait_for(peer.logout_tokens.get(), 10)
    assert await engine.fetchval("select count(*) from web_session") == 1
    machine = house.browser().clients[PORTAL]
    assert (await machine.post("/logout/backchannel", data={"logout_token": token})).status_code == 200
    assert await engine.fetchval("select count(*) from web_session") == 0
    assert (await machine.post("/logout/backchannel", data={"logout_token": token})).status_code == 400


async def test_a_code_is_worth_nothing_to_who_lacks_the_verifier(house: ForeignHouse) -> None:
    at = house.provider.clock()  # type: ignore[attr-defined]
    with pytest.raises(LoginFailed, match="invalid_grant"):
        await house.provider.finish("stolen-code", ask(at))
