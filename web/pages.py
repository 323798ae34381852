"""Pages: the template engine, what every template is given, and how a handler answers."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.enums import MediaType
from litestar.plugins.htmx import ClientRedirect, HTMXRequest
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from markupsafe import Markup
from msgspec import Struct

from domain import money
from web import forms
from web.icons import SHAPES, icon, tag

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TEMPLATES = Path(__file__).resolve().parent / "templates"
SERVICE_NAME = "城乡居民养老保险"
BEIJING = ZoneInfo("Asia/Shanghai")
ELDER_SIZES = (0, 1, 2, 3)  # 0 standard; 1, 2, 3 are about 22, 26 and 30 px of main text
_YEAR_SECONDS = 365 * 24 * 3600

# One digest for the whole folder: change any file and every address changes, so browsers may keep them for ever.
_FILES = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix != ".md"}
STATIC_PATH = f"/static/{hashlib.sha256(b''.join(_FILES.values())).hexdigest()[:12]}"

AnyRequest = Request[Any, Any, Any]


class Link(Struct, frozen=True):
    """An entry of the main menu or the footer. `icon` is a name of web.icons; without `url` it is the heading of those below."""

    title: str
    url: str = ""
    icon: str = ""
    count: int = 0


class Site(Struct, frozen=True):
    """`context` gives what base.html shows around every page of a site: any of SURROUNDINGS."""

    name: str  # portal or backoffice
    context: Callable[[AnyRequest], Mapping[str, Any]]


SURROUNDINGS: dict[str, Any] = {
    "county_name": "",
    "nav": (),  # of Link
    "footer_links": (),  # of Link
    "viewer_name": "",
}


def engine(*folders: Path) -> JinjaTemplateEngine:
    """Templates of the site first, then those both sites share. An unknown name in a template is an error."""
    environment = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "asset": asset,
        "row_indexes": forms.row_indexes,
        "icon": icon,
        "tag": tag,
        "remembered": remembered,
        "icon_names": tuple(SHAPES),
    }
    environment.filters |= {"day": day, "time": time, "yuan": money.show}
    return JinjaTemplateEngine.from_environment(environment)


@lru_cache(maxsize=1000)
def remembered(macro: Callable[..., Markup], *given: Any) -> Markup:
    """A macro's answer, remembered. For what stands on many pages alike; never for anything about one person."""
    return macro(*given)


def asset(name: str) -> str:
    if name not in _FILES:
        raise LookupError(f"static/{name} does not exist")
    return f"{STATIC_PATH}/{name}"


def day(on: date | None) -> str:
    """2026年1月2日; a moment is shown as the day it is in China."""
    if on is None:
        return ""
    on = on.astimezone(BEIJING) if isinstance(on, datetime) and on.tzinfo else on
    return f"{on.year}年{on.month}月{on.day}日"


def time(at: datetime | None) -> str:
    """2026年1月2日 15:04, in China."""
    return f"{day(at)} {at.astimezone(BEIJING):%H:%M}" if at else ""


def page(
    request: AnyRequest,
    template: str,
    *,
    status_code: int = 200,
    toast: str = "",
    headers: Mapping[str, str] | None = None,
    bare: bool = False,
    **context: Any,
) -> Template:
    """A page or, for htmx, a partial. `toast` is one sentence about what was just done.

    `bare` leaves the site's surroundings out: for errors, when what they are read from may be the broken part.
    """
    site: Site = request.app.state.site
    around = {} if bare else dict(site.context(request))
    by_htmx = is_htmx(request)
    sent = dict(headers or {})
    if toast and by_htmx:
        sent["HX-Trigger"] = trigger(toast=toast)
    return Template(
        template_name=template,
        status_code=status_code,
        media_type=MediaType.HTML,
        headers=sent,
        context=SURROUNDINGS
        | {
            "site": site,
            "service_name": SERVICE_NAME,
            "elder": elder_size(request),
            "csrf_field": csrf_field(request),
            "mode": request.scope["state"].get("mode", "production"),
            "business_date": request.scope["state"].get(
                "business_date"
            ),  # shown outside production, where it can be set
            "session_ends_in": _session_ends_in(request),
            "here": request.url.path,
            "here_full": _here(request),
            "toast": "" if by_htmx else toast,
        }
        | around
        | {"nav": tuple(around.get("nav", ()))}
        | context,
    )


def go(request: AnyRequest, url: str) -> Response[Any]:
    """The answer to a POST that worked: on to a page that can be reloaded."""
    if is_htmx(request):
        return ClientRedirect(url)
    return Redirect(url, status_code=303)


def as_file(pdf: bytes, filename: str) -> Response[bytes]:
    """A PDF, shown by the browser, under a name that says what it is when it is saved."""
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(filename)}"}
    return Response(pdf, media_type="application/pdf", headers=headers)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(data: bytes, filename: str, media_type: str = XLSX) -> Response[bytes]:
    """A file to be saved, most often a sheet."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}"}
    return Response(data, media_type=media_type, headers=headers)


def is_htmx(request: AnyRequest) -> bool:
    return isinstance(request, HTMXRequest) and bool(request.htmx)


def trigger(**events: Any) -> str:
    """An HX-Trigger header. Headers are latin-1, so Chinese is escaped."""
    return json.dumps(events)


def csrf_field(request: AnyRequest) -> Markup:
    return Markup('<input type="hidden" name="_csrf" value="{}">').format(request.scope["state"].get("csrf", ""))


def elder_size(request: AnyRequest) -> int:
    size = request.cookies.get("elder", "")
    return int(size) if size in {str(known) for known in ELDER_SIZES} else 0


def is_local(url: str) -> bool:
    """Whether an address given by a form leads to this site and nowhere else."""
    return url.startswith("/") and not url.startswith("//") and not any(char in url for char in "\\\r\n\t")


def _here(request: AnyRequest) -> str:
    """Where to return to: this page, or the one that holds the form where this page is the answer to a POST."""
    if request.method == "GET":
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path if came_from.netloc == request.headers.get("host") and is_local(came_from.path) else "/"


def _session_ends_in(request: AnyRequest) -> int:
    """Seconds; 0 where nobody is logged in."""
    session: Any = request.scope.get("session")
    return session.ends_in() if session else 0


# A cookie with a number from 0 to 3 is nothing that another site could abuse: pages without a session may set it, too.
@post("/text-size", status_code=200, opt={"public": True, "machine": True})
async def choose_text_size(request: AnyRequest) -> Response[Any]:
    """长辈版 on, off, larger, smaller: a cookie, no account needed (R-513)."""
    form = await request.form()
    chosen = str(form.get("size", ""))
    size = int(chosen) if chosen in {str(known) for known in ELDER_SIZES} else 0
    next_url = str(form.get("next", "/"))
    next_url = next_url if is_local(next_url) else "/"
    answer: Response[Any]
    if is_htmx(request):
        headers = {"HX-Trigger": trigger(textSize=size)}
        answer = page(request, "_elder.html", headers=headers, bare=True, elder=size, here_full=next_url)
    else:
        answer = Redirect(next_url, status_code=303)
    answer.set_cookie(
        Cookie(key="elder", value=str(size), max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="lax")
    )
    return answer
