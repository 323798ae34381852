"""The wall around the sites: every request gets its session, and nobody comes further than he may.

Everything needs a login unless its route says `opt={"public": True}`. Pages for somebody whose county or number is not
known yet say `opt={"unfinished": True}`; addresses that other machines post to say `opt={"public": True, "machine": True}`.
What a POST carried when the session had ended is kept, sealed, for an hour and shown again after the login.
"""

import hmac
from typing import Any, cast
from urllib.parse import quote, urlsplit

import msgspec
from litestar.datastructures import Cookie, MutableScopeHeaders, UploadFile
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.plugins.htmx import HTMXRequest
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from db.stores.security import logins, sessions
from db.stores.security.sessions import App
from web import forms, pages
from web.sessions import LOGIN, Clock, Connection, LoginNeeded, Session, current, real_time

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_LENGTH = 43
UNGUARDED = ("/static/", "/healthz")
PARKED_AT_MOST = 64_000  # bytes of typed text


async def require_login(request: Connection, *, level: int = 0, fresh: bool = False) -> None:
    """Raises LoginNeeded unless the login is of `level` and, where `fresh`, a few minutes old (R-517).

    What a POST carried is kept and shown again on the page it came from.
    """
    session = current(request)
    if session is None:
        raise LoginNeeded(LOGIN)
    if session.subject is not None and session.level >= level and (not fresh or session.is_fresh()):
        return
    query = f"&level={level}" if level else ""
    raise LoginNeeded(await _way_to_login(request, session, query + ("&fresh=1" if fresh else "")))


async def _way_to_login(request: Connection, session: Session, query: str) -> str:
    back = _page_of(request)
    if _method(request) not in SAFE:
        await _park(HTMXRequest(request.scope, request.receive), session, back)
    ended = "&ended=1" if session.cookie and session.subject is None else ""
    return f"{LOGIN}?next={quote(back, safe='')}{query}{ended}"


def _method(request: Connection) -> str:
    return cast("HTTPScope", request.scope)["method"]


def _page_of(request: Connection) -> str:
    """The page a request belongs to: itself, or for a POST the page that holds its form."""
    if _method(request) in SAFE and request.headers.get("hx-request") != "true":
        return _path(request.url.path, request.url.query)
    came_from = urlsplit(str(request.headers.get("hx-current-url") or request.headers.get("referer", "")))
    local = came_from.netloc == request.headers.get("host") and pages.is_local(came_from.path)
    return _path(came_from.path, came_from.query) if local else request.url.path


def _path(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


async def _park(request: HTMXRequest, session: Session, back: str) -> None:
    form = await request.form()
    for value in form.multi_items():
        if isinstance(value[1], UploadFile):
            await value[1].close()
    kept = {name: text for name, text in forms.typed(form).items() if name != "_csrf" and "password" not in name}
    if not kept or len(msgspec.json.encode(kept)) > PARKED_AT_MOST:
        return
    owner = (session.county_code, session.subject)
    if session.subject is None and session.cookie:
        owner = await sessions.whose(session.app, session.cookie)
    if session.app == "portal":  # the county may be settled by the login in between
        owner = (None, owner[1])
    session.parked = await logins.park(session.app, owner, back, kept, session.clock())


class Sessions(ASGIMiddleware):
    """`host_prefix`: cookies bound to this host and https, as production has them."""

    scopes = (ScopeType.HTTP,)
    should_bypass_for_scope = staticmethod(lambda scope: scope["path"].startswith(UNGUARDED))

    def __init__(self, app: App, *, secure: bool, clock: Clock = real_time) -> None:
        self.app, self.secure, self.clock = app, secure, clock
        prefix = "__Host-" if secure else ""
        self.cookie, self.parked_cookie = f"{prefix}pension-{app}", f"{prefix}pension-{app}-kept"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = HTMXRequest(scope, receive=receive)
        token = request.cookies.get(self.cookie, "")
        session = Session(self.app, scope, self.clock, token if len(token) == TOKEN_LENGTH else None)
        scope["session"] = cast("Any", session)
        await session.load()
        send = self._with_cookies(request, session, send)
        opt = scope["route_handler"].opt
        if request.method not in SAFE and not opt.get("machine"):
            _refuse_other_sites(request)
        wall = await self._wall(request, session, opt)
        if wall is not None:
            await _answer(request, wall, receive, send)
            return
        if request.method in SAFE:
            await self._unpark(request, session)
        await next_app(scope, receive, send)

    async def _wall(self, request: HTMXRequest, session: Session, opt: dict[str, Any]) -> str | None:
        """Where the request must go instead, or None."""
        if session.subject is None and not opt.get("public"):
            return await _way_to_login(request, session, "")
        if not opt.get("public") and not opt.get("unfinished") and (first := session.unfinished()):
            return f"{first}?next={quote(_page_of(request), safe='')}"
        if request.method not in SAFE and session.token and not opt.get("machine"):
            sent = request.headers.get("x-csrf-token") or (await request.form()).get("_csrf", "")
            if not hmac.compare_digest(str(sent).encode(), session.csrf.encode()):
                # Logged in again in another window: the page is old, what was typed is not lost.
                back = _page_of(request)
                await _park(request, session, back)
                return back
        return None

    async def _unpark(self, request: HTMXRequest, session: Session) -> None:
        token = request.cookies.get(self.parked_cookie, "")
        if len(token) != TOKEN_LENGTH or session.subject is None:
            return
        owner = (None if self.app == "portal" else session.county_code, session.subject)
        here = _path(request.url.path, request.url.query)
        kept = await logins.unpark(self.app, token, owner, here, self.clock())
        if kept is not None:
            request.scope["state"]["kept"] = kept
            session.parked = ""

    def _with_cookies(self, request: HTMXRequest, session: Session, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                await session.save()
                headers = MutableScopeHeaders.from_message(message)
                if (session.token or "") != request.cookies.get(self.cookie, ""):
                    headers.add("set-cookie", self._cookie(self.cookie, session.token or ""))
                if session.parked is not None:
                    seconds = int(logins.PARKED_LIFETIME.total_seconds())
                    headers.add("set-cookie", self._cookie(self.parked_cookie, session.parked, seconds))
            await send(message)

        return sending

    def _cookie(self, name: str, value: str, seconds: int | None = None) -> str:
        """An empty value takes the cookie away."""
        cookie = Cookie(
            key=name, value=value, path="/", httponly=True, secure=self.secure, samesite="lax",
            max_age=seconds if value else 0,
        )  # fmt: skip
        return cookie.to_header(header="")


async def _answer(request: HTMXRequest, location: str, receive: Receive, send: Send) -> None:
    response = pages.go(request, location).to_asgi_response(None, request)
    await response(request.scope, receive, send)


def _refuse_other_sites(request: HTMXRequest) -> None:
    """Browsers say where a POST comes from: Sec-Fetch-Site, or Origin where they are old."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if site not in (None, "same-origin", "none") or (site is None and foreign):
        raise PermissionDeniedException("a POST from another site")
