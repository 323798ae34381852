"""The staff site under test: the real application on a real database, and people who are logged in to it.

Sessions are real rows; only the password and the code are skipped, which have tests of their own.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from backoffice import site
from db import engine
from db.stores.security import sessions, staff, tokens
from db.stores.security.staff import NewUser
from domain.actor import Post
from tests import pages
from tests.make import CHINA, COUNTY, FRIDAY, Person
from web.storage import FolderStorage

COOKIE = "pension-backoffice"


class Office:
    """The site at a settable moment."""

    def __init__(self, files: Path) -> None:
        self.now = FRIDAY
        self.storage = FolderStorage(files)
        self.app: Litestar = site.create(
            self.storage, portal_url="https://portal.test", secure=False, clock=lambda: self.now
        )

    async def hire(
        self,
        name: str,
        *posts: Post,
        region: str = f"{COUNTY}",
        person: Person | None = None,
        since: date = date(2020, 1, 1),
    ) -> int:
        """A user with posts, past his first login."""
        user = NewUser(
            county_code=COUNTY, name=name, region_code=region, password_hash="never compared here", must_change=False,
            organisation="柳湾镇社会事务办" if len(region) == 8 else "青禾县社保中心",
            id_number=person.id_number if person else None,
        )  # fmt: skip
        async with engine.transaction():
            staff_id, _ = await staff.insert(user, 0, FRIDAY)
            for post in posts:
                await staff.assign_post(COUNTY, staff_id, post, since, 0, FRIDAY)
        return staff_id

    @asynccontextmanager
    async def at_desk(self, staff_id: int) -> AsyncIterator["Desk"]:
        token = await sessions.replace(
            "backoffice",
            None,
            county_code=COUNTY,
            subject=staff_id,
            data={},
            origin=None,
            at=self.now,
            absolute=timedelta(hours=9),
        )
        transport = ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        await site.load_counties(self.app)
        async with AsyncClient(transport=transport, base_url="http://office.test") as client:
            client.cookies.set(COOKIE, token)
            yield Desk(client, tokens.keyed("csrf", token).hex(), staff_id)


class Desk:
    """Somebody logged in. Every page that comes back is checked for what all pages owe."""

    def __init__(self, client: AsyncClient, csrf: str, staff_id: int) -> None:
        self.client, self.csrf, self.staff_id = client, csrf, staff_id

    async def get(self, url: str, status: int = 200, **more: Any) -> pages.Node:
        return self.read(await self.client.get(url, **more), url, status)

    async def post(self, url: str, status: int = 303, *, files: Any = None, **fields: Any) -> Any:
        """The page, or where the answer leads."""
        answer = await self.client.post(url, data={"_csrf": self.csrf, **fields}, files=files, follow_redirects=False)
        if answer.status_code == 303:
            assert status == 303, f"{url} led to {answer.headers['location']}, expected {status}"
            return str(answer.headers["location"])
        return self.read(answer, url, status)

    def read(self, answer: Response, url: str, status: int) -> pages.Node:
        assert answer.status_code == status, f"{url}: {answer.status_code}\n{pages.parse(answer.text).text[:2000]}"
        return pages.check(answer.text, url=url)

    async def decide(self, case_id: int, action: str, status: int = 303, **fields: Any) -> Any:
        """Opens the case and presses a button of its page, as the form there would."""
        page = await self.get(f"/cases/{case_id}")
        form = next((f for f in page.all("form") if f.attrs["action"] == f"/cases/{case_id}/{action}"), None)
        assert form, f"the page of the case offers no {action}: {page.all('main')[0].text[:1500]}"
        hidden = {i.attrs["name"]: i.attrs["value"] for i in form.all("input") if i.attrs.get("type") == "hidden"}
        return await self.post(f"/cases/{case_id}/{action}", status, **{**hidden, **fields, "_csrf": self.csrf})


def case_id_in(location: Any) -> int:
    found = re.search(r"/cases/(\d+)", str(location))
    assert found, location
    return int(found[1])


def day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), CHINA).replace(hour=10)
