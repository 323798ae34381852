"""The portal and the sandbox provider as two origins, and one browser that goes between them."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from litestar import Litestar

from portal import site as portal_site
from sandbox.identity.app import build
from sandbox.identity.state import Settings as SandboxSettings
from tests import pages
from web import identity
from web.identity.face import face_check
from web.settings import Settings
from web.storage import FolderStorage

PORTAL, PROVIDER = "http://portal.test", "http://id.test"
PEOPLE = Path(__file__).parents[2] / "db" / "seed" / "people.json"
CALLBACK = f"{PORTAL}/login/callback"


class House:
    def __init__(self, folder: Path, kind: str = "oidc") -> None:
        client = {"client_id": "pension-portal", "client_secret": "secret"}
        self.sandbox: Litestar = build(SandboxSettings(
            issuer=PROVIDER, **client, redirect_uris=frozenset({CALLBACK}), backchannel_uri=f"{PORTAL}/logout/backchannel",
            people=PEOPLE,
        ))  # fmt: skip
        self.settings = Settings(
            portal_url=PORTAL, backoffice_url="http://office.test", issuer=PROVIDER, **client, keys=folder, files=folder,
            secure_cookies=False, identity_kind=kind, face_issuer=PROVIDER, face_client_id="pension-portal", face_client_secret="secret",
        )  # fmt: skip
        way = httpx2.ASGITransport(app=self.sandbox)
        provider = identity.provider(self.settings, production=False, transport=way)
        face = face_check(self.settings, production=False, transport=way)
        self.portal = portal_site.create(self.settings, FolderStorage(folder), provider=provider, face=face)

    def browser(self) -> "Browser":
        return Browser(self)


class Browser:
    """Follows redirects from one origin to the other; `page` is the last page, `url` its address."""

    def __init__(self, house: House) -> None:
        self.clients = {
            origin: httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False), base_url=origin
            )
            for origin, app in ((PORTAL, house.portal), (PROVIDER, house.sandbox))
        }
        self.url = f"{PORTAL}/"
        self.text = ""
        self.status = 0

    async def go(self, url: str, data: dict[str, str] | None = None) -> "Browser":
        absolute = url if url.startswith("http") else self._origin(self.url) + url
        headers = {"sec-fetch-site": "same-origin"} if data is not None else {}
        client = self.clients[self._origin(absolute)]
        answer = await client.request("GET" if data is None else "POST", absolute, data=data, headers=headers)
        self.url, self.text, self.status = absolute, answer.text, answer.status_code
        if answer.is_redirect:
            return await self.go(answer.headers["location"])
        if self._origin(absolute) == PORTAL and "html" in answer.headers.get("content-type", ""):
            pages.check(self.text, url=absolute)
        return self

    async def press(self, action: str, **typed: str) -> "Browser":
        """Sends the form with this action as it stands on the page, with what was typed."""
        form = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', self.text, re.DOTALL)
        assert form, f"no form {action} on {self.url}:\n{self.text}"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
        return await self.go(action, {name: unescape(value) for name, value in hidden.items()} | typed)

    async def log_in(self, sub: str = "demo-01", level: int = 3, start: str = "/login") -> "Browser":
        await self.go(f"{PORTAL}{start}")
        await self.press("/login")
        assert self._origin(self.url) == PROVIDER, self.text
        return await self.press("/authorize", person=sub, level=str(level), do="agree")

    @property
    def path(self) -> str:
        return self.url.removeprefix(PORTAL)

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""

    @staticmethod
    def _origin(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}"
