"""The base page, error pages, the text size and what every page owes, on both sites, without a database."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar, Request, get, post
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, TooManyRequestsException
from litestar.middleware import ASGIMiddleware
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.testing import TestClient
from litestar.types import ASGIApp, Receive, Scope, Send

from db.stores.security.sessions import App
from domain.errors import Finding, NotFound, Problem, Refused
from tests import pages as owed
from web import errors, pages
from web.app import site
from web.pages import Link, go, page

HTMX = {"HX-Request": "true"}
SURROUNDINGS = {
    "county_name": "青禾县",
    "viewer_name": "陈桂香",
    "nav": (Link("首页", "/", "home"), Link("样式", "/style", "list", 2)),
}

AnyRequest = Request[Any, Any, Any]


@get("/refuse/{code:str}")
async def refuse(code: FromPath[str]) -> None:
    raise Refused(
        Problem(code, "您已经提交过这项申请。"), Finding("too-young", "还没有满16周岁。", "国发〔2014〕8号 二")
    )


@get("/fail/{kind:str}")
async def fail(kind: FromPath[str]) -> None:
    raise {
        "missing": NotFound("case 17 of 439902"),
        "login": NotAuthorizedException(),
        "forbidden": PermissionDeniedException("secret detail"),
        "often": TooManyRequestsException(headers={"Retry-After": "60"}),
        "bug": KeyError("secret detail"),
        "database": ConnectionRefusedError("secret detail"),
    }[kind]


@post("/saved", status_code=200)
async def saved(request: AnyRequest) -> Template:
    return page(request, "error.html", toast="已保存。", said=errors.WORDS[404], problems=(), status=404, reference="")


@post("/on")
async def on(request: AnyRequest) -> Response[Any]:
    return go(request, "/style?名=1")


class NoWall(ASGIMiddleware):
    """Stands where the sessions stand, without a database: what is tested here is the same for everybody."""

    def __init__(self, mode: str) -> None:
        self.mode = mode

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["session"] = None
        scope["state"] |= {"mode": self.mode, "csrf": "c" * 64, "business_date": date(2026, 2, 16)}
        await next_app(scope, receive, send)


def application(name: App, mode: str = "test") -> Litestar:
    return site(
        name,
        [refuse, fail, saved, on],
        Path(__file__).parent,
        context=lambda _: SURROUNDINGS,
        secure=False,
        wall=NoWall(mode),
    )


@pytest.fixture(params=["portal", "backoffice"])
def client(request: pytest.FixtureRequest) -> Iterator[TestClient[Litestar]]:
    with TestClient(application(request.param), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("url", ["/style", "/style/form"])
def test_the_style_pages_show_every_component_and_owe_nothing(client: TestClient[Litestar], url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 200
    owed.check(answer.text, url=url)


def test_a_form_with_mistakes_comes_back_with_what_was_typed_and_links_to_each_mistake(
    client: TestClient[Litestar],
) -> None:
    answer = client.post("/style/form", data={"name": "陈桂香", "born_on": "上个月", "beneficiaries.0.name": "李小满"})
    assert answer.status_code == 422
    found = owed.check(answer.text, url="/style/form")
    inputs = {field.attrs.get("name"): field for field in found.all("input")}
    assert inputs["born_on"].attrs["value"] == "上个月"
    assert inputs["born_on"].attrs["aria-invalid"] == "true"
    assert inputs["beneficiaries.0.name"].attrs["value"] == "李小满"
    links = {link.attrs["href"] for link in found.all("a")}
    assert {"#f-born_on", "#f-id_number", "#f-beneficiaries-0-id_number"} <= links


@pytest.mark.rule("R-515")
def test_a_row_is_added_and_taken_away_by_ordinary_buttons(client: TestClient[Litestar]) -> None:
    more = client.post("/style/form", data={"beneficiaries.0.name": "李小满", "_add": "beneficiaries"})
    names = {field.attrs.get("name") for field in owed.check(more.text, url="add").all("input")}
    assert {"beneficiaries.0.name", "beneficiaries.1.name"} <= names
    less = client.post("/style/form", data={"beneficiaries.0.name": "李小满", "_remove": "beneficiaries.0"})
    assert "李小满" not in less.text


def test_the_enter_key_in_a_form_with_rows_does_not_take_a_row_away(client: TestClient[Litestar]) -> None:
    found = owed.check(client.post("/style/form", data={"beneficiaries.0.name": "李小满"}).text, url="rows")
    form = next(form for form in found.all("form") if form.attrs["action"] == "/style/form")
    assert "name" not in form.all("button")[0].attrs


@pytest.mark.rule("R-513")
def test_the_text_size_is_kept_in_a_cookie_and_returns_to_the_page(client: TestClient[Litestar]) -> None:
    answer = client.post("/text-size", data={"size": "2", "next": "/style?a=1"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/style?a=1")
    assert 'class="' in client.get("/style").text
    assert " elder elder-2" in re.findall("<html[^>]*>", client.get("/style").text)[0]
    client.post("/text-size", data={"size": "0", "next": "/style"})
    assert "elder" not in re.findall("<html[^>]*>", client.get("/style").text)[0]


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", "/a\r\nb"]
)
def test_the_text_size_form_leads_nowhere_else(client: TestClient[Litestar], elsewhere: str) -> None:
    answer = client.post("/text-size", data={"size": "1", "next": elsewhere}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_an_unknown_text_size_is_the_standard_one(client: TestClient[Litestar]) -> None:
    client.post("/text-size", data={"size": "9", "next": "/style"})
    assert "elder" not in re.findall("<html[^>]*>", client.get("/style").text)[0]


def test_with_htmx_the_text_size_changes_without_leaving_the_page(client: TestClient[Litestar]) -> None:
    answer = client.post("/text-size", data={"size": "3", "next": "/style/form"}, headers=HTMX)
    assert json.loads(answer.headers["HX-Trigger"]) == {"textSize": 3}
    owed.check_partial(answer.text, url="/text-size")
    assert "字小一点" in answer.text


@pytest.mark.parametrize(("url", "status"), [
    ("/refuse/again", 422), ("/refuse/stale", 409), ("/fail/missing", 404), ("/nowhere", 404), ("/fail/login", 401),
    ("/fail/forbidden", 403), ("/fail/often", 429), ("/fail/bug", 500), ("/fail/database", 503),
])  # fmt: skip
def test_every_failure_is_a_plain_page_without_internals(client: TestClient[Litestar], url: str, status: int) -> None:
    answer = client.get(url)
    assert answer.status_code == status
    found = owed.check(answer.text, url=url)
    assert errors.words(status).title in found.text
    assert "secret" not in answer.text
    assert "439902" not in answer.text


def test_a_refusal_names_every_problem_and_the_article_of_a_finding(client: TestClient[Litestar]) -> None:
    text = client.get("/refuse/again").text
    assert "您已经提交过这项申请。" in text
    assert "还没有满16周岁。（国发〔2014〕8号 二）" in text


def test_a_refusal_for_htmx_goes_to_the_top_of_the_page_it_came_from(client: TestClient[Litestar]) -> None:
    answer = client.get("/refuse/again", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#problems")
    assert "<html" not in answer.text
    owed.check_partial(answer.text, url="/refuse/again")


def test_a_program_gets_problem_json(client: TestClient[Litestar]) -> None:
    answer = client.get("/refuse/again", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert [problem["code"] for problem in answer.json()["problems"]] == ["again", "too-young"]


def test_a_wrong_method_and_a_flood_keep_their_headers(client: TestClient[Litestar]) -> None:
    assert client.post("/style").status_code == 405
    assert client.get("/fail/often").headers["Retry-After"] == "60"


def test_a_form_that_is_too_big_is_refused_in_plain_words(client: TestClient[Litestar]) -> None:
    answer = client.post(
        "/style/form", content=b"a=" + b"x" * 2_100_000, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 413
    assert "文件太大了" in answer.text


def test_a_toast_is_a_notice_on_a_page_and_an_ascii_header_for_htmx(client: TestClient[Litestar]) -> None:
    assert "已保存。" in client.post("/saved").text
    header = client.post("/saved", headers=HTMX).headers["HX-Trigger"]
    assert header.isascii()
    assert json.loads(header) == {"toast": "已保存。"}


def test_after_a_post_the_browser_goes_on_to_a_page_that_can_be_reloaded(client: TestClient[Litestar]) -> None:
    answer = client.post("/on", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].isascii()) == (303, True)
    by_htmx = client.post("/on", headers=HTMX)
    assert by_htmx.status_code in (200, 201)
    assert by_htmx.headers["HX-Redirect"].startswith("/style")


def test_static_files_are_kept_for_ever_under_an_address_that_changes_with_them(client: TestClient[Litestar]) -> None:
    answer = client.get(pages.asset("site.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    with pytest.raises(LookupError):
        pages.asset("missing.css")


def test_the_vendored_file_is_the_one_that_the_list_names() -> None:
    digest = hashlib.sha256((pages.STATIC / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in (pages.STATIC / "README.md").read_text("utf-8")


@pytest.mark.parametrize("mode", ["demo", "training", "test"])
def test_outside_production_every_page_says_that_it_is_not_real_and_which_day_it_is(mode: str) -> None:
    with TestClient(application("portal", mode)) as client:
        assert "系统" in client.get("/style").text.split("<header")[0]
        assert "业务日期：2026年2月16日" in client.get("/style").text


def test_every_answer_carries_the_security_headers(client: TestClient[Litestar]) -> None:
    for url in ("/style", "/nowhere", "/fail/bug", pages.asset("site.js")):
        assert "script-src 'self'" in client.get(url).headers["content-security-policy"]
    assert client.get("/style").headers["cache-control"] == "no-store"


def test_the_style_page_is_not_shown_in_production() -> None:
    with TestClient(application("portal", "production")) as client:
        assert client.get("/style").status_code == 404
        assert client.post("/style/form", data={"name": "x"}).status_code == 404
        assert client.get("/healthz").text == "ok"


@pytest.mark.parametrize("url", ["/style", "/style/form"])
def test_the_menu_marks_where_one_is(client: TestClient[Litestar], url: str) -> None:
    links = owed.parse(client.get(url).text).all("a")
    assert [link.text for link in links if link.attrs.get("aria-current") == "page"] == ["样式2条"]


def test_a_day_is_the_day_in_china() -> None:
    late = datetime(2026, 1, 1, 16, 30, tzinfo=UTC)
    assert (pages.day(late), pages.time(late), pages.day(date(2026, 1, 1))) == (
        "2026年1月2日",
        "2026年1月2日 00:30",
        "2026年1月1日",
    )


def _colours() -> dict[str, str]:
    css = (pages.STATIC / "site.css").read_text("utf-8")
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.rule("R-513")
@pytest.mark.parametrize(("ink", "ground"), [
    ("ink", "ground"), ("ink", "brand-soft"), ("ink", "warn-soft"), ("ink-soft", "paper"), ("ink-soft", "ground"), ("brand", "paper"),
    ("brand", "ground"), ("brand", "brand-soft"), ("paper", "brand"), ("good", "good-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"),
    ("bad", "paper"), ("bad", "ground"), ("paper", "ink"),
])  # fmt: skip
def test_every_text_has_a_contrast_of_at_least_seven(ink: str, ground: str) -> None:
    colours = _colours()
    dark, light = sorted((_luminance(colours[ink]), _luminance(colours[ground])))
    assert (light + 0.05) / (dark + 0.05) >= 7


@pytest.mark.parametrize("broken", [
    '<html lang="zh-CN">', "<h1>", 'name="viewport"', 'href="#main"', 'action="/text-size"', 'name="_csrf"', '<label for="f-name">', 'id="f-name"',
    'method="post"', "</main>",
])  # fmt: skip
def test_the_page_check_notices_what_is_missing(client: TestClient[Litestar], broken: str) -> None:
    html = re.sub(r'<html lang="zh-CN"[^>]*>', '<html lang="zh-CN">', client.get("/style/form").text)
    assert broken in html
    with pytest.raises(AssertionError):
        owed.check(html.replace(broken, "x"), url="broken")


@pytest.mark.parametrize("added", [
    "<script>1</script>", "<style>p{}</style>", '<p style="color:red">', '<button onclick="x()">a</button>', '<img src="/a.png">', '<a href="/x"></a>',
    "<button></button>", '<p id="main"></p>', '<input name="q">', '<form action="/x"></form>', "<h1>x</h1>", '<a href="javascript:x">y</a>',
])  # fmt: skip
def test_the_page_check_notices_what_is_forbidden(client: TestClient[Litestar], added: str) -> None:
    html = client.get("/style/form").text
    owed.check(html, url="whole")
    with pytest.raises(AssertionError):
        owed.check(html.replace("</main>", added + "</main>"), url="broken")
