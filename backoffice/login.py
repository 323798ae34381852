"""Logging in and out of the staff site; the first login sets an own password and the authenticator app."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Template

from domain.errors import Refused
from web import staff_login
from web.documents import qr
from web.pages import go, is_local, page
from web.sessions import LOGIN, Session

AnyRequest = Request[Any, Any, Any]
FIRST = "/login/first"


@get("/login", opt={"public": True})
async def show(request: AnyRequest) -> Template:
    return _form(request, request.query_params.get("next", "/"))


def _form(request: AnyRequest, next_path: str, refused: Refused | None = None, login_name: str = "") -> Template:
    return page(
        request, "login/staff.html", page_title="登录", status_code=422 if refused else 200, next_path=next_path,
        ended="ended" in request.query_params, login_name=login_name,
        problems=refused.problems if refused else (),
    )  # fmt: skip


@post("/login", opt={"public": True}, status_code=200)
async def log_in(request: AnyRequest) -> Template | Response[Any]:
    form, session = await request.form(), _session(request)
    login_name, next_path = str(form.get("login_name", "")).strip(), _next(str(form.get("next", "/")))
    address = request.client.host if request.client else ""
    at = session.clock()
    try:
        user = await staff_login.check(
            login_name, str(form.get("password", "")), str(form.get("code", "")), address, at
        )
    except Refused as refused:
        return _form(request, next_path, refused, login_name)
    if user.must_change or user.totp_secret is None:
        data = staff_login.begin_first(user, at) | {"next": next_path}
        await session.login(None, county_code=user.county_code, data=data)
        return go(request, FIRST)
    await session.login(user.id, county_code=user.county_code, data={})
    return go(request, next_path)


@get(FIRST, opt={"public": True})
async def first(request: AnyRequest) -> Template | Response[Any]:
    return await _first_form(request)


async def _first_form(request: AnyRequest, refused: Refused | None = None) -> Template | Response[Any]:
    session = _session(request)
    pending = staff_login.pending_of(session.data, session.clock())
    user = await staff_login.user_of(pending) if pending else None
    if pending is None or user is None:
        return go(request, LOGIN)
    found = refused.problems if refused else ()
    errors = {getattr(problem, "field", None) or "": problem.message for problem in found}
    return page(
        request, "login/first.html", page_title="设置密码和动态口令", status_code=422 if refused else 200,
        user=user, secret=pending.secret, picture=qr.svg(staff_login.setup_uri(pending, user.login_name)), errors=errors,
    )  # fmt: skip


@post(FIRST, opt={"public": True}, status_code=200)
async def finish_first(request: AnyRequest) -> Template | Response[Any]:
    form, session = await request.form(), _session(request)
    pending = staff_login.pending_of(session.data, session.clock())
    if pending is None:
        return go(request, LOGIN)
    new, repeated, code = (str(form.get(name, "")) for name in ("new_password", "repeat_password", "code"))
    try:
        user = await staff_login.finish_first(pending, new, repeated, code, session.clock())
    except Refused as refused:
        return await _first_form(request, refused)
    next_path = _next(str(session.data.get("next", "/")))
    await session.login(user.id, county_code=user.county_code, data={})
    return go(request, next_path)


@post("/logout", opt={"public": True}, status_code=200)
async def log_out(request: AnyRequest) -> Response[Any]:
    session = _session(request)
    if session.user is not None:
        user = session.user
        await staff_login.logged_out(user["user_id"], user["county_code"], user["name"], session.clock())
    await session.logout()
    return go(request, LOGIN)


def _session(request: AnyRequest) -> Session:
    found: Session = request.scope["session"]  # type: ignore[assignment]
    return found


def _next(path: str) -> str:
    return path if is_local(path) and not path.startswith(LOGIN) else "/"


ROUTES = [show, log_in, first, finish_first, log_out]
