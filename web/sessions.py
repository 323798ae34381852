"""Who is here and what time it is: the session of a request, and the Actor it makes.

One statement per request loads the session, the person behind it and the installation's clock. `web.wall` puts the
session into every request.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.types import Scope
from msgspec import Struct

from db.queries.clock import CHINA
from db.stores.security import sessions, tokens
from db.stores.security.sessions import App, Origin
from domain.actor import Actor, ActorKind, Channel, Post
from domain.actor import Scope as Reach
from domain.errors import NotFound

LOGIN = "/login"
FRESH = timedelta(minutes=10)
Connection = ASGIConnection[Any, Any, Any, Any]
Clock = Callable[[], datetime]


def real_time() -> datetime:
    return datetime.now(CHINA)


class Limits(Struct, frozen=True):
    idle: timedelta
    absolute: timedelta


# Residents are slow and borrow phones; staff sit at a counter where people pass (等保三级: time-outs).
LIMITS: dict[App, Limits] = {
    "portal": Limits(timedelta(minutes=30), timedelta(hours=8)),
    "backoffice": Limits(timedelta(minutes=20), timedelta(hours=10)),
}


class LoginNeeded(HTTPException):
    """Not (enough) logged in. Whatever was typed is kept already; `location` leads to the login and back."""

    status_code = 401

    def __init__(self, location: str) -> None:
        super().__init__(detail="login needed")
        self.location = location


class Session:
    """Who is here. `subject` is the resident account or the staff user, None for a visitor.

    `data` may be changed freely: it is saved with the response. Times in it are real time.
    """

    def __init__(self, app: App, scope: Scope, clock: Clock, cookie: str | None) -> None:
        self.app, self.clock = app, clock
        self.cookie = cookie  # what the browser sent, whether it still counts or not
        self.token: str | None = None
        self.subject: int | None = None
        self.county_code: int | None = None
        self.data: dict[str, Any] = {}
        self.user: Any = None
        self.absolute_end: datetime | None = None
        self.parked: str | None = None  # token of a form kept during this request
        self._state = scope["state"]
        self._stored = b"{}"

    async def load(self) -> None:
        """Fill from the database; sets `now`, `mode` and `business_date` of the request."""
        at = self.clock()
        if self.cookie:
            row = await sessions.load(self.app, self.cookie, at, LIMITS[self.app].idle)
            mode, day = row["mode"], row["business_date"]
            # A user behind it who is frozen or gone takes the session with him.
            if row["alive"] and (row["subject"] is None) == (row["user_id"] is None):
                self.token, self.subject = self.cookie, row["subject"]
                self.user = row if self.subject is not None else None
                self.county_code, self.absolute_end = row["county_code"], row["absolute_end"]
                self._stored = row["data"].encode()
                self.data = msgspec.json.decode(self._stored)
        else:
            mode, day = await sessions.clock()
        now = at.astimezone(CHINA)
        self._state["now"] = datetime.combine(day, now.timetz()) if day else now
        self._state |= {"mode": mode, "business_date": day, "csrf": self.csrf, "kept": {}}

    @property
    def csrf(self) -> str:
        """Bound to the session: a token of another session, or of none, does not fit."""
        return tokens.keyed("csrf", self.token).hex() if self.token else ""

    async def login(
        self, subject: int | None, *, county_code: int | None, data: dict[str, Any], origin: Origin | None = None
    ) -> None:
        """Begin anew under a new token; nothing of the old session is carried over but what `data` holds."""
        self.token = await sessions.replace(
            self.app, self.token, county_code=county_code, subject=subject, data=data, origin=origin,
            at=self.clock(), absolute=LIMITS[self.app].absolute,
        )  # fmt: skip
        self.subject, self.county_code, self.data, self.user = subject, county_code, data, None
        self._stored = msgspec.json.encode(data)
        self._state["csrf"] = self.csrf

    async def logout(self) -> None:
        if self.token:
            await sessions.end(self.token)
        self.token = self.subject = self.county_code = self.user = None
        self.data, self._stored = {}, b"{}"
        self._state["csrf"] = ""

    async def save(self) -> None:
        encoded = msgspec.json.encode(self.data)
        if self.token and msgspec.json.decode(self._stored) != self.data:
            await sessions.save(self.token, self.data)
            self._stored = encoded

    @property
    def level(self) -> int:
        return int(self.data.get("level", 0))

    def authenticated_at(self) -> datetime | None:
        """When the provider last saw the person, in real time; None when it did not say."""
        seconds = self.data.get("auth_at")
        return datetime.fromtimestamp(seconds, CHINA) if seconds is not None else None

    def is_fresh(self) -> bool:
        at = self.authenticated_at()
        return at is not None and self.clock() - at <= FRESH

    def ends_in(self) -> int:
        """Seconds until the session ends if nothing more is done; 0 for visitors."""
        if self.subject is None or self.absolute_end is None:
            return 0
        left = min(LIMITS[self.app].idle, self.absolute_end - self.clock())
        return max(int(left.total_seconds()), 1)

    def unfinished(self) -> str | None:
        """Where somebody logged in must go first: prove the number, choose the county."""
        if self.app != "portal" or self.user is None:
            return None
        if self.user["id_index"] is None:
            return "/login/number"
        return "/login/county" if self.user["county_code"] is None else None


def current(request: Connection) -> Session | None:
    """The session of a request; None on error pages outside every route."""
    found: Session | None = request.scope.get("session")  # type: ignore[assignment]
    return found


def actor_of(request: Connection) -> Actor:
    """The staff user, or the resident acting for himself. LoginNeeded for visitors."""
    session = current(request)
    if session is None or session.user is None or session.user["county_code"] is None:
        raise LoginNeeded(LOGIN)
    user = session.user
    if session.app == "portal":
        return Actor(
            kind=ActorKind.RESIDENT, id=user["user_id"], name=user["name"],
            scope=Reach(user["county_code"], str(user["county_code"])), channel=Channel.PORTAL,
            id_index=user["id_index"], assurance=session.level, authenticated_at=_on_business_time(request, session),
        )  # fmt: skip
    in_township = len(user["region_code"]) == 8
    return Actor(
        kind=ActorKind.STAFF, id=user["user_id"], name=user["name"],
        scope=Reach(user["county_code"], user["region_code"]),
        channel=Channel.TOWNSHIP_COUNTER if in_township else Channel.COUNTY_COUNTER,
        organisation=user["organisation"], posts=frozenset(Post(post) for post in user["posts"]),
        id_index=user["id_index"], relatives=frozenset(user["relatives"]),
    )  # fmt: skip


def _on_business_time(request: Connection, session: Session) -> datetime | None:
    """Moved as far as the business date is, so that it can be compared with `now`."""
    at = session.authenticated_at()
    now: datetime = request.scope["state"]["now"]
    return None if at is None else now - (session.clock() - at)


def villages_of(request: Connection) -> dict[str, str]:
    """Codes and names of the villages where the person is an assistant today."""
    session = current(request)
    if session is None or session.app != "portal" or session.user is None:
        return {}
    return dict(session.user["villages"])


def assistant_of(request: Connection, village: str | None = None) -> Actor:
    """The same person as assistant of a village (without one named: the first). NotFound where not appointed."""
    villages = villages_of(request)
    chosen = village or next(iter(villages), None)
    if chosen is None or chosen not in villages:
        raise NotFound
    own = actor_of(request)
    return msgspec.structs.replace(
        own, kind=ActorKind.ASSISTANT, scope=Reach(own.scope.county_code, chosen), channel=Channel.VILLAGE_COUNTER,
        organisation=villages[chosen],
    )  # fmt: skip
