"""What people read when something cannot be done. One place; nothing internal is ever shown."""

import logging
import secrets
import traceback
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from domain.errors import Finding, NotFound, Problem, Refused
from web import pages
from web.sessions import LoginNeeded

log = logging.getLogger("web")


class Words(Struct, frozen=True):
    """What happened, and what to do next."""

    title: str
    advice: str


WORDS = {
    400: Words("没有看懂您提交的内容", "请返回上一页，检查后再提交一次。"),
    401: Words("请先登录", "登录以后就可以继续办理。"),
    403: Words("不能进行这一步", "可能是页面打开太久已经过期，也可能是您没有这项权限。请返回上一页刷新后再试。"),
    404: Words("没有找到这个页面", "网址可能写错了，内容可能已经移走，或者不在您可以查看的范围内。"),
    405: Words("不能这样打开这个页面", "请从首页或菜单重新进入。"),
    409: Words("内容刚刚有了变化", "您打开页面以后，别人已经处理过这项业务。请刷新页面，看过新的内容再决定。"),
    413: Words("文件太大了", "每个文件不要超过10MB。可以用手机重新拍一张，或者分几次上传。"),
    422: Words("这一步还不能完成", "请按下面的提示修改后再试。"),
    429: Words("操作太频繁了", "为了您的账户安全，请等几分钟再试。"),
    500: Words(
        "系统出了点问题", "已经填好的内容没有丢失。请过几分钟再试；着急的话，可以到乡镇（街道）事务所窗口办理。"
    ),
    503: Words("系统正忙", "请过一会儿再试。已经提交的业务不受影响。"),
}
UNAVAILABLE = (ConnectionError, TimeoutError)


def words(status_code: int) -> Words:
    return WORDS.get(status_code, WORDS[500] if status_code >= 500 else WORDS[400])


def answer(
    request: pages.AnyRequest, status_code: int, problems: tuple[Problem | Finding, ...] = (), reference: str = ""
) -> Response[Any]:
    """The same news as a page, as a partial for htmx, or as problem+json (RFC 9457) for programs."""
    said = words(status_code)
    if _wants_json(request):
        return _as_json(status_code, said, problems)
    if pages.is_htmx(request):
        template, headers = "_problems.html", {"HX-Retarget": "#problems", "HX-Reswap": "innerHTML"}
    else:
        template, headers = "error.html", {}
    return pages.page(
        request,
        template,
        status_code=status_code,
        headers=headers,
        bare=status_code >= 500 or "session" not in request.scope,
        said=said,
        problems=problems,
        status=status_code,
        reference=reference,
    )


def _wants_json(request: pages.AnyRequest) -> bool:
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _as_json(status_code: int, said: Words, problems: tuple[Problem | Finding, ...]) -> Response[Any]:
    details = [{"code": p.code, "message": p.message, "field": getattr(p, "field", None)} for p in problems]
    body = {
        "type": "about:blank",
        "title": said.title,
        "status": status_code,
        "detail": said.advice,
        "problems": details,
    }
    return Response(body, status_code=status_code, media_type="application/problem+json")


def refused(request: pages.AnyRequest, exc: Refused) -> Response[Any]:
    stale = any(problem.code == "stale" for problem in exc.problems)
    return answer(request, 409 if stale else 422, exc.problems)


def not_found(request: pages.AnyRequest, _: NotFound) -> Response[Any]:
    return answer(request, 404)


def http(request: pages.AnyRequest, exc: HTTPException) -> Response[Any]:
    if exc.status_code >= 500:
        return unexpected(request, exc)
    said = answer(request, exc.status_code)
    for name in ("Allow", "Retry-After"):
        if exc.headers and name in exc.headers:
            said.headers[name] = exc.headers[name]
    return said


def unexpected(request: pages.AnyRequest, exc: Exception) -> Response[Any]:
    """The number on the page finds the traceback in the log; the address is left out, it may hold a person's number."""
    reference = secrets.token_hex(4).upper()
    if request.scope.get("state", {}).get("mode", "production") == "production":
        log.error("unhandled error %s\n%s", reference, _without_words(exc))
    else:
        log.error("unhandled error %s", reference, exc_info=exc)
    return answer(request, 503 if isinstance(exc, UNAVAILABLE) else 500, reference=reference)


def _without_words(exc: BaseException | None) -> str:
    """Where it happened and of what kind, without messages: a database's "Failing row contains …" names people."""
    told = []
    while exc is not None:
        state, rule = getattr(exc, "sqlstate", ""), getattr(exc, "constraint_name", "")
        told.append(
            "".join(traceback.format_tb(exc.__traceback__)) + f"{type(exc).__qualname__} {state} {rule}".rstrip()
        )
        exc = exc.__cause__ or exc.__context__
    return "\n".join(told)


def login_needed(request: pages.AnyRequest, exc: LoginNeeded) -> Response[Any]:
    return pages.go(request, exc.location)


HANDLERS: ExceptionHandlersMap = {
    LoginNeeded: login_needed,
    Refused: refused,
    NotFound: not_found,
    HTTPException: http,
    Exception: unexpected,
}
