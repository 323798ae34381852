"""The residents' site under test: the real application on a real database, used as a browser without script uses it.

Sessions are real rows; only the way through the identity provider is skipped, which has tests of its own.
"""

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar
from PIL import Image

from db import engine
from db.crypto import unseal_text
from db.stores.security import accounts, appointments, sessions, tokens
from domain.identity import IdType
from portal import site
from tests import pages
from tests.make import CHEN_CHUNSHENG, COUNTY, FRIDAY, VILLAGE, Person
from web.settings import Settings
from web.storage import FolderStorage

COOKIE = "pension-portal"
PORTAL_URL = "http://portal.test"

Fields = Mapping[str, str]
Files = Mapping[str, list[tuple[str, bytes]]]


def photo(colour: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


class Town:
    """The site at a settable moment."""

    def __init__(self, files: Path) -> None:
        self.now = FRIDAY
        self.storage = FolderStorage(files)
        settings = Settings(
            portal_url=PORTAL_URL, backoffice_url="http://office.test", issuer="http://identity.test", client_id="portal",
            client_secret="unused", keys=files, files=files, secure_cookies=False,
        )  # fmt: skip
        self.app: Litestar = site.create(settings, self.storage, provider=object(), clock=lambda: self.now)  # type: ignore[arg-type]

    async def account(self, person: Person, *, assurance: int = 3) -> int:
        found = await accounts.log_in(
            provider="sandbox", sub=person.id_number, name=person.name, id_type=IdType.RESIDENT_ID_CARD,
            id_number=person.id_number, phone=person.phone, assurance=assurance, at=self.now,
        )  # fmt: skip
        return found.id

    async def appoint(self, person: Person = CHEN_CHUNSHENG, village: str = VILLAGE) -> None:
        async with engine.transaction():
            await appointments.appoint(COUNTY, person.id_number, person.name, village, date(2020, 1, 1), 1, self.now)

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator["Visitor"]:
        transport = ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with site.from_database(self.app), AsyncClient(transport=transport, base_url=PORTAL_URL) as client:
            yield Visitor(self, client)

    @asynccontextmanager
    async def login(self, person: Person, *, assurance: int = 3) -> AsyncIterator["Visitor"]:
        async with self.visitor() as visitor:
            await visitor.log_in(person, assurance=assurance)
            yield visitor


class Visitor:
    """A browser at one page. Every page that comes back is checked for what all pages owe."""

    def __init__(self, town: Town, client: AsyncClient) -> None:
        self.town, self.client = town, client
        self.url = "/"
        self.page = pages.parse("")
        self.answer: Response | None = None

    async def log_in(self, person: Person, *, assurance: int = 3) -> None:
        account_id = await self.town.account(person, assurance=assurance)
        token = await sessions.replace(
            "portal", None, county_code=None, subject=account_id,
            data={"level": assurance, "auth_at": int(self.town.now.timestamp())}, origin=None, at=self.town.now,
            absolute=timedelta(hours=8),
        )  # fmt: skip
        self.client.cookies.set(COOKIE, token, domain="portal.test")

    @property
    def csrf(self) -> str:
        return tokens.keyed("csrf", self.client.cookies[COOKIE]).hex()

    async def get(self, url: str, status: int = 200) -> pages.Node:
        return await self._arrive(await self.client.get(url), status)

    async def fetch(self, url: str) -> Response:
        """A file."""
        return await self.client.get(url)

    async def follow(self, words: str) -> pages.Node:
        """Clicks the link with these words."""
        found = [a for a in self.page.all("a") if words in a.text]
        assert found, f"{self.url} has no link “{words}”: {self.words[:1500]}"
        return await self.get(found[0].attrs["href"])

    async def press(
        self, words: str, fields: Fields | None = None, *, status: int = 200, files: Files | None = None
    ) -> pages.Node:
        """Presses the button with these words; the form is sent with what stands in it, changed by `fields`."""
        form, pressed = self.button(words)
        sent = self.filled(form)
        if pressed.attrs.get("name"):
            sent[pressed.attrs["name"]] = [pressed.attrs.get("value", "")]
        return await self.send(form, sent, fields or {}, files, status)

    async def send(
        self, form: pages.Node, sent: dict[str, list[str]], fields: Fields, files: Files | None, status: int
    ) -> pages.Node:
        sent |= {name: [value] for name, value in fields.items()}
        uploads = [(name, (filename, data)) for name, some in (files or {}).items() for filename, data in some]
        if form.attrs.get("enctype") == "multipart/form-data" and not uploads:
            uploads = [("nothing", ("", b""))]  # browsers send multipart also when nothing was chosen
        answer = await self.client.post(
            form.attrs["action"], data=sent, files=uploads or None, headers={"Referer": f"{PORTAL_URL}{self.url}"}
        )
        return await self._arrive(answer, status)

    async def post(self, url: str, fields: Fields, status: int = 200) -> pages.Node:
        """A POST no page offers, as a forger would send it."""
        return await self._arrive(await self.client.post(url, data={"_csrf": self.csrf, **fields}), status)

    async def _arrive(self, answer: Response, status: int) -> pages.Node:
        for _ in range(6):
            if answer.status_code != 303:
                break
            answer = await self.client.get(answer.headers["location"])
        self.answer, self.url = answer, answer.url.raw_path.decode()
        read = pages.parse(answer.text).text[:2000]
        assert answer.status_code == status, f"{self.url}: {answer.status_code} instead of {status}\n{read}"
        self.page = pages.check(answer.text, url=self.url)
        return self.page

    def button(self, words: str) -> tuple[pages.Node, pages.Node]:
        """The form and its button with these words."""
        for form in self.page.all("form"):
            for button in form.all("button"):
                if words in button.text:
                    return form, button
        raise AssertionError(f"{self.url} has no button “{words}”: {self.words[:1500]}")

    @staticmethod
    def filled(form: pages.Node) -> dict[str, list[str]]:
        """The successful controls of a form, as browsers send them."""
        sent: dict[str, list[str]] = {}
        for field in form.all("input", "textarea", "select"):
            name, kind = field.attrs.get("name"), field.attrs.get("type", "text")
            if not name or kind in ("file", "submit", "button"):
                continue
            if kind in ("radio", "checkbox") and "checked" not in field.attrs:
                continue
            if field.tag == "select":
                options = field.all("option")
                chosen = [o for o in options if "selected" in o.attrs] or options[:1]
                value = chosen[0].attrs.get("value", "") if chosen else ""
            elif field.tag == "textarea":
                value = "".join(child for child in field.children if isinstance(child, str)).removeprefix("\n")
            else:
                value = field.attrs.get("value", "on" if kind in ("radio", "checkbox") else "")
            sent.setdefault(name, []).append(value)
        return sent

    @property
    def words(self) -> str:
        """What stands on the page."""
        found = self.page.all("main")
        return found[0].text if found else self.page.text

    @property
    def heading(self) -> str:
        return self.page.all("h1")[0].text


async def sms_to(phone: str) -> list[str]:
    """The texts sent to a phone, oldest first."""
    rows = await engine.fetch("select phone_sealed, body_sealed from message where channel = 'sms' order by id")
    told = [
        (unseal_text(r["phone_sealed"], "person.phone"), unseal_text(r["body_sealed"], "message.body")) for r in rows
    ]
    return [body for number, body in told if number == phone]


def day(text: str) -> datetime:
    return FRIDAY.replace(year=int(text[:4]), month=int(text[5:7]), day=int(text[8:10]))
