"""Residents log in through the identity provider; what is still missing (number, county) is asked once."""

import logging
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Template

from domain import identity, names
from domain.errors import Refused
from web import forms, resident_login
from web.identity.provider import FAILURES, LoginFailed, Provider
from web.pages import go, is_local, page
from web.sessions import LOGIN, Session
from web.settings import Settings

AnyRequest = Request[Any, Any, Any]
log = logging.getLogger("portal.login")
REASONS = {
    "level": "这项业务要求更可靠的身份认证，例如刷脸。请重新登录一次。",
    "fresh": "为了保护您的权益，办理这项业务之前要重新确认是您本人。",
    "ended": "您很久没有操作，已经自动退出。刚才填写的内容还在，登录后接着办。",
}


@get("/login", opt={"public": True})
async def show(request: AnyRequest) -> Template:
    """One button and why: nobody is sent to another site without having said so."""
    asked = request.query_params
    return page(
        request, "login/start.html", page_title="登录", reason=next((REASONS[name] for name in REASONS if name in asked), ""),
        next_path=_next(asked.get("next", "/")), level=_level(asked.get("level", "")), fresh=asked.get("fresh") == "1",
    )  # fmt: skip


@post("/login", opt={"public": True}, status_code=200)
async def begin(request: AnyRequest) -> Response[Any] | Template:
    form, session = await request.form(), _session(request)
    fresh, level = form.get("fresh") == "1", _level(str(form.get("level", "")))
    try:
        url, browser = await resident_login.begin(
            _provider(request), _callback(request), _next(str(form.get("next", "/"))), level, fresh, session.clock()
        )
    except LoginFailed as failed:
        return _failed(request, failed)
    response = go(request, url)
    response.set_cookie(_browser_cookie(request, browser))
    return response


@get("/login/callback", opt={"public": True})
async def callback(request: AnyRequest) -> Response[Any] | Template:
    asked, session = request.query_params, _session(request)
    try:
        next_path = await resident_login.finish(
            _provider(request), session, _callback(request),
            browser=request.cookies.get(_browser_cookie(request, "").key, ""),
            answer=resident_login.Answer(asked.get("state", ""), asked.get("code"), asked.get("error"), asked.get("iss")),
        )  # fmt: skip
    except LoginFailed as failed:
        return _failed(request, failed)
    response = go(request, next_path)
    response.set_cookie(_browser_cookie(request, ""))
    return response


def _failed(request: AnyRequest, failed: LoginFailed) -> Template:
    log.warning("login failed: %s %s", failed.code, failed.detail)
    title, advice = FAILURES[failed.code]
    return page(request, "login/failed.html", page_title=title, status_code=403, advice=advice)


@get("/login/number", opt={"unfinished": True})
async def ask_number(request: AnyRequest) -> Template:
    return _number_form(request, request.query_params.get("next", "/"))


def _number_form(
    request: AnyRequest, next_path: str, errors: forms.Errors | None = None, typed: forms.Text | None = None
) -> Template:
    return page(
        request, "login/number.html", page_title="请填写您的姓名和身份证号码", status_code=422 if errors else 200,
        next_path=_next(next_path), errors=errors or {}, values=typed or {},
    )  # fmt: skip


@post("/login/number", opt={"unfinished": True}, status_code=200)
async def bind_number(request: AnyRequest) -> Response[Any] | Template:
    """网络身份认证 gives a pseudonym only: the service is asked whether name and number are this person's."""
    form, session = await request.form(), _session(request)
    name = names.normalise_name(str(form.get("name", "")))
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, str(form.get("id_number", "")))
    wrong = {"name": names.check_name(name), "id_number": identity.check(identity.IdType.RESIDENT_ID_CARD, number)}
    errors = {field: message for field, message in wrong.items() if message}
    next_path = _next(str(form.get("next", "/")))
    try:
        if not errors:
            await resident_login.bind(_provider(request), session, name, number)
    except Refused as refused:
        errors = {getattr(problem, "field", None) or "": problem.message for problem in refused.problems}
    except LoginFailed as failed:
        return _failed(request, failed)
    return _number_form(request, next_path, errors, forms.typed(form)) if errors else go(request, next_path)


@get("/login/county", opt={"unfinished": True})
async def ask_county(request: AnyRequest) -> Template:
    return page(
        request, "login/county.html", page_title="您的户籍在哪个县（市、区）", counties=await resident_login.counties(),
        next_path=_next(request.query_params.get("next", "/")), error="",
    )  # fmt: skip


@post("/login/county", opt={"unfinished": True}, status_code=200)
async def choose_county(request: AnyRequest) -> Response[Any] | Template:
    form = await request.form()
    chosen, counties = str(form.get("county", "")), await resident_login.counties()
    next_path = _next(str(form.get("next", "/")))
    if chosen not in {code for code, _ in counties}:
        return page(
            request, "login/county.html", page_title="您的户籍在哪个县（市、区）", status_code=422, counties=counties,
            next_path=next_path, error="请选择一个县（市、区）。",
        )  # fmt: skip
    await resident_login.choose_county(_session(request), int(chosen))
    return go(request, next_path)


@post("/logout", opt={"public": True}, status_code=200)
async def log_out(request: AnyRequest) -> Response[Any]:
    """Here and at the provider: the next person at this device must not come in by himself."""
    session, settings = _session(request), _settings(request)
    was_in = session.subject is not None
    await session.logout()
    try:
        elsewhere = await _provider(request).logout_url(f"{settings.portal_url}/") if was_in else None
    except LoginFailed:
        elsewhere = None
    return go(request, elsewhere or "/")


@post("/logout/backchannel", opt={"public": True, "machine": True}, status_code=200)
async def log_out_by_provider(request: AnyRequest) -> Response[Any]:
    token = str((await request.form()).get("logout_token", ""))
    try:
        await resident_login.end_by_provider(_provider(request), token)
    except LoginFailed as failed:
        log.warning("back-channel logout refused: %s", failed.detail)
        return Response({"error": "invalid_request"}, status_code=400)
    return Response({}, status_code=200)


def _session(request: AnyRequest) -> Session:
    found: Session = request.scope["session"]  # type: ignore[assignment]
    return found


def _provider(request: AnyRequest) -> Provider:
    found: Provider = request.app.state.identity
    return found


def _settings(request: AnyRequest) -> Settings:
    found: Settings = request.app.state.settings
    return found


def _callback(request: AnyRequest) -> str:
    return f"{_settings(request).portal_url}/login/callback"


def _browser_cookie(request: AnyRequest, value: str) -> Cookie:
    """Ties a login under way to the browser that began it. An empty value takes it away."""
    secure = _settings(request).secure_cookies
    name = "__Host-pension-login" if secure else "pension-login"
    return Cookie(
        key=name, value=value, path="/", httponly=True, secure=secure, samesite="lax", max_age=900 if value else 0
    )


def _next(path: str) -> str:
    return path if is_local(path) and not path.startswith(LOGIN) else "/"


def _level(text: str) -> int:
    return int(text) if text in {"2", "3", "4"} else 0


ROUTES = [
    show, begin, callback, ask_number, bind_number, ask_county, choose_county, log_out, log_out_by_provider,
]  # fmt: skip
