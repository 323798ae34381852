"""Sessions and the wall, on a site of a few pages with the real database behind it."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath
from msgspec import structs

from db import engine
from db.stores.security import accounts, appointments, sessions, staff
from db.stores.security.staff import NewUser
from domain.actor import Actor, ActorKind, Post
from tests.conftest import Database
from tests.make import COUNTY, LI_XIUYING, VILLAGE
from tests.web.clock import Clock
from web import guards, wall
from web.app import site
from web.pages import asset
from web.sessions import actor_of, assistant_of, current

AnyRequest = Request[Any, Any, Any]
ORIGIN = "http://127.0.0.1:8100"


@get("/", opt={"public": True}, media_type="text/plain")
async def home(request: AnyRequest) -> str:
    session = current(request)
    assert session is not None
    return f"{session.subject} {request.state.now:%Y-%m-%d} {request.state.mode}"


@post("/enter/{subject:int}", opt={"public": True})
async def enter(request: AnyRequest, subject: FromPath[int]) -> Response[Any]:
    session = current(request)
    assert session is not None
    level = int(request.query_params.get("level", "3"))
    auth_at = int(session.clock().timestamp())
    county = COUNTY if session.app == "backoffice" else None
    await session.login(subject, county_code=county, data={"level": level, "auth_at": auth_at})
    return Response({})


@post("/leave")
async def leave(request: AnyRequest) -> Response[Any]:
    await request.session.logout()
    return Response({})


@get("/form")
async def form(request: AnyRequest) -> dict[str, Any]:
    return {"csrf": request.scope["state"]["csrf"], "kept": request.state.kept, "name": actor_of(request).name}


@post("/form")
async def save(request: AnyRequest) -> Response[Any]:
    current(request).data["saved"] = dict(await request.form())["name"]  # type: ignore[union-attr]
    return Response({})


@get("/saved")
async def saved(request: AnyRequest) -> dict[str, Any]:
    return current(request).data  # type: ignore[union-attr]


@post("/submit", guards=[guards.assurance(3, fresh=True)])
async def submit(request: AnyRequest) -> Response[Any]:
    return Response({"done": True})


@get("/actor")
async def actor(request: AnyRequest) -> dict[str, Any]:
    return _said(actor_of(request))


@get("/village/{code:str}", guards=[guards.assistant_required])
async def village(request: AnyRequest, code: FromPath[str]) -> dict[str, Any]:
    return _said(assistant_of(request, code))


@get("/admin", guards=[guards.post_required(Post.COUNTY_ADMIN)])
async def admin() -> dict[str, Any]:
    return {}


@get("/broken", opt={"public": True})
async def broken() -> None:
    raise KeyError("x")


def _said(who: Actor) -> dict[str, Any]:
    return {"kind": who.kind, "id": who.id, "prefix": who.scope.region_prefix, "posts": sorted(who.posts),
            "relatives": len(who.relatives), "organisation": who.organisation, "channel": who.channel}  # fmt: skip


def application(name: Any, clock: Clock, *, secure: bool = False) -> Litestar:
    routes = [home, enter, leave, form, save, saved, submit, actor, village, admin, broken]
    return site(
        name, routes, Path(__file__).parent, context=lambda _: {}, secure=secure, clock=clock,
        form_targets=("http://127.0.0.1:8300",),
    )  # fmt: skip


def browser(app: Litestar, base: str = ORIGIN) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=base, headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def portal(db: Database, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application("portal", clock)) as client:
        yield client


@pytest.fixture
async def backoffice(db: Database, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application("backoffice", clock)) as client:
        yield client


async def account(clock: Clock, sub: str = "li", number: str | None = LI_XIUYING.id_number) -> int:
    made = await accounts.log_in(
        provider="https://id.test", sub=sub, name="李秀英", id_type="resident_id_card", id_number=number, phone=None,
        assurance=3, at=clock(),
    )  # fmt: skip
    return made.id


async def user(clock: Clock, **more: Any) -> int:
    new = NewUser(
        county_code=COUNTY, name="赵敏", region_code="43990101", organisation="柳湾镇事务所", password_hash="x"
    )
    staff_id, _ = await staff.insert(structs.replace(new, **more), 0, clock())
    return staff_id


def token(client: httpx2.AsyncClient, app: str = "portal") -> str:
    return client.cookies[f"pension-{app}"]


async def csrf(client: httpx2.AsyncClient) -> str:
    return (await client.get("/form")).json()["csrf"]


# ------------------------------------------------------------------ who is here


async def test_a_visitor_sees_public_pages_and_is_led_to_the_login_from_others(portal: httpx2.AsyncClient) -> None:
    assert (await portal.get("/")).text.startswith("None ")
    answer = await portal.get("/form?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fform%3Fa%3D1")


async def test_a_login_counts_until_the_logout(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    assert (await portal.get("/form")).json()["name"] == "李秀英"
    old = token(portal)
    await portal.post("/leave", headers={"x-csrf-token": await csrf(portal)})
    assert "pension-portal" not in portal.cookies
    portal.cookies.set("pension-portal", old)
    assert (await portal.get("/form")).status_code == 303


async def test_a_token_the_client_chose_is_never_taken_over(portal: httpx2.AsyncClient, clock: Clock) -> None:
    chosen = "a" * 43
    portal.cookies.set("pension-portal", chosen, domain="127.0.0.1")
    await portal.post(f"/enter/{await account(clock)}")
    assert chosen not in [cookie.value for cookie in portal.cookies.jar]


async def test_a_login_changes_the_token_and_the_old_one_is_worth_nothing(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    who = await account(clock)
    await portal.post(f"/enter/{who}")
    first = token(portal)
    await portal.post(f"/enter/{who}", headers={"x-csrf-token": await csrf(portal)})
    second = token(portal)
    assert first != second
    portal.cookies.set("pension-portal", first)
    assert await engine.fetchval("select count(*) from web_session") == 1
    async with browser(application("portal", clock)) as other:
        other.cookies.set("pension-portal", first)
        assert (await other.get("/form")).status_code == 303


async def test_the_database_holds_no_token(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    row = await engine.fetchrow("select * from web_session")
    assert row is not None
    assert token(portal) not in str(dict(row))
    assert token(portal).encode() not in row["token_hash"]


@pytest.mark.parametrize("minutes, alive", [(29, True), (31, False)])
async def test_a_portal_session_ends_after_thirty_idle_minutes(
    portal: httpx2.AsyncClient, clock: Clock, minutes: int, alive: bool
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    clock.move(minutes=minutes)
    assert ((await portal.get("/form")).status_code == 200) is alive


async def test_working_on_keeps_a_session_alive_but_not_beyond_its_day(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    for _ in range(7 * 60 // 20 + 2):
        clock.move(minutes=20)
        assert (await portal.get("/form")).status_code == 200
    clock.move(minutes=21)
    assert (await portal.get("/form")).status_code == 303


async def test_the_business_date_is_the_day_of_the_request_and_ends_no_session(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    await engine.execute("update installation set business_date = $1", date(2027, 2, 3))
    assert (await portal.get("/")).text.endswith("2027-02-03 test")
    assert (await portal.get("/form")).status_code == 200


async def test_what_a_handler_puts_into_the_session_is_there_at_the_next_request(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    await portal.post("/form", data={"name": "一", "_csrf": await csrf(portal)})
    assert (await portal.get("/saved")).json()["saved"] == "一"


async def test_the_cookies_of_the_two_sites_have_nothing_to_do_with_each_other(db: Database, clock: Clock) -> None:
    who = await account(clock)
    async with browser(application("portal", clock)) as one, browser(application("backoffice", clock)) as two:
        await one.post(f"/enter/{who}")
        two.cookies.set("pension-backoffice", token(one))
        two.cookies.set("pension-portal", token(one))
        assert (await two.get("/form")).status_code == 303


async def test_over_https_the_cookie_is_bound_to_the_host(db: Database, clock: Clock) -> None:
    async with browser(application("portal", clock, secure=True), "https://127.0.0.1") as client:
        answer = await client.post(f"/enter/{await account(clock)}")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-pension-portal=")
    assert all(part in cookie.lower() for part in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie.lower()


# ------------------------------------------------------------------ requests from elsewhere


async def test_a_post_without_the_token_of_the_session_does_nothing(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    right = await csrf(portal)
    for wrong in ("", right[:-1], "0" * len(right), "中"):
        await portal.post("/form", data={"name": "x", "_csrf": wrong})
    assert "saved" not in (await portal.get("/saved")).json()
    await portal.post("/form", data={"name": "x", "_csrf": right})
    assert (await portal.get("/saved")).json()["saved"] == "x"


async def test_the_token_of_another_session_does_not_fit(portal: httpx2.AsyncClient, clock: Clock) -> None:
    who = await account(clock)
    async with browser(application("portal", clock)) as other:
        await other.post(f"/enter/{who}")
        foreign = await csrf(other)
    await portal.post(f"/enter/{who}")
    await portal.post("/form", data={"name": "x", "_csrf": foreign})
    assert "saved" not in (await portal.get("/saved")).json()


@pytest.mark.parametrize("headers, status", [
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"sec-fetch-site": "same-site"}, 403),
    ({"sec-fetch-site": "same-origin"}, 201),
    ({"sec-fetch-site": "none"}, 201),
    ({"origin": "https://elsewhere.test"}, 403),
    ({"origin": "null"}, 403),
    ({"origin": ORIGIN}, 201),
])  # fmt: skip
async def test_a_post_says_where_it_comes_from(
    db: Database, clock: Clock, headers: dict[str, str], status: int
) -> None:
    who = await account(clock)
    async with browser(application("portal", clock)) as client:
        del client.headers["sec-fetch-site"]
        assert (await client.post(f"/enter/{who}", headers=headers)).status_code == status


# ------------------------------------------------------------------ nothing typed is lost


async def test_a_form_sent_after_the_session_ended_comes_back_after_the_login(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    who = await account(clock)
    await portal.post(f"/enter/{who}")
    sent = {"name": "李㐂𠮷", "phones": ["1", "2"], "_csrf": await csrf(portal), "password": "secret"}
    clock.move(minutes=40)
    answer = await portal.post("/form", data=sent, headers={"referer": f"{ORIGIN}/form"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fform&ended=1"
    await portal.post(f"/enter/{who}")
    assert (await portal.get("/form")).json()["kept"] == {"name": "李㐂𠮷", "phones": ["1", "2"]}
    assert (await portal.get("/form")).json()["kept"] == {}, "given back once"


async def test_what_is_kept_is_sealed(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post("/form", data={"name": "李秀英"})
    row = await engine.fetchrow("select * from parked_form")
    assert row is not None
    assert "李秀英".encode() not in row["body_sealed"]


async def test_somebody_else_on_the_same_device_does_not_see_it(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    clock.move(minutes=40)
    await portal.post("/form", data={"name": "x"}, headers={"referer": f"{ORIGIN}/form"})
    await portal.post(f"/enter/{await account(clock, 'another', None)}")
    await engine.execute(
        "update resident_account set id_index = '\\x01', id_number_sealed = '\\x01' where id_index is null"
    )
    answer = await portal.get("/form")
    assert (answer.status_code, answer.json()["kept"]) == (200, {})
    assert await engine.fetchval("select count(*) from parked_form") == 0


async def test_it_is_kept_for_an_hour_only(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post("/form", data={"name": "x"}, headers={"referer": f"{ORIGIN}/form"})
    clock.move(minutes=61)
    await portal.post(f"/enter/{await account(clock)}")
    assert (await portal.get("/form")).json()["kept"] == {}


async def test_more_than_a_form_can_hold_is_not_kept(portal: httpx2.AsyncClient) -> None:
    answer = await portal.post("/form", data={"name": "x" * wall.PARKED_AT_MOST})
    assert answer.status_code == 303
    assert await engine.fetchval("select count(*) from parked_form") == 0


async def test_fields_beside_a_file_are_kept_without_the_file(portal: httpx2.AsyncClient, clock: Clock) -> None:
    who = await account(clock)
    await portal.post(
        "/form", data={"name": "x"}, files={"photo": ("a.jpg", b"\xff\xd8")}, headers={"referer": f"{ORIGIN}/form"}
    )
    await portal.post(f"/enter/{who}")
    assert (await portal.get("/form")).json()["kept"] == {"name": "x"}


async def test_a_page_of_an_older_login_brings_its_answers_back_instead_of_sending_them(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    who = await account(clock)
    await portal.post(f"/enter/{who}")
    old = await csrf(portal)
    await portal.post(f"/enter/{who}", headers={"x-csrf-token": old})
    answer = await portal.post("/form", data={"name": "x", "_csrf": old}, headers={"referer": f"{ORIGIN}/form"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/form")
    assert (await portal.get("/form")).json()["kept"] == {"name": "x"}


async def test_a_referer_of_another_site_is_no_way_back(portal: httpx2.AsyncClient) -> None:
    answer = await portal.post("/form", data={"name": "x"}, headers={"referer": "https://elsewhere.test/trap"})
    assert answer.headers["location"] == "/login?next=%2Fform"


async def test_htmx_is_told_to_go_to_the_login_as_a_whole_page(portal: httpx2.AsyncClient) -> None:
    answer = await portal.get("/form", headers={"hx-request": "true", "hx-current-url": f"{ORIGIN}/list?a=1"})
    assert answer.headers["hx-redirect"] == "/login?next=%2Flist%3Fa%3D1"


# ------------------------------------------------------------------ levels, posts, villages


async def test_a_lower_level_is_asked_to_log_in_again_for_more(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock)}?level=2")
    answer = await portal.post("/submit", data={"_csrf": await csrf(portal)})
    assert answer.headers["location"] == "/login?next=%2Fsubmit&level=3&fresh=1"


@pytest.mark.rule("R-517")
@pytest.mark.parametrize("minutes, status", [(10, 201), (11, 303)])
async def test_a_fresh_login_is_fresh_for_ten_minutes(
    portal: httpx2.AsyncClient, clock: Clock, minutes: int, status: int
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    clock.move(minutes=minutes)
    assert (await portal.post("/submit", data={"_csrf": await csrf(portal)})).status_code == status


async def test_an_account_without_a_number_is_asked_for_it_first(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await portal.post(f"/enter/{await account(clock, 'pseudonym', None)}")
    assert (await portal.get("/form")).headers["location"] == "/login/number?next=%2Fform"


async def test_an_account_without_a_county_is_asked_for_it_first(portal: httpx2.AsyncClient, clock: Clock) -> None:
    who = await account(clock)
    await engine.execute("update resident_account set county_code = null")
    await portal.post(f"/enter/{who}")
    assert (await portal.get("/form")).headers["location"] == "/login/county?next=%2Fform"


async def test_a_resident_acts_for_himself_in_his_county(portal: httpx2.AsyncClient, clock: Clock) -> None:
    who = await account(clock)
    await portal.post(f"/enter/{who}")
    said = (await portal.get("/actor")).json()
    assert (said["kind"], said["id"], said["prefix"]) == (ActorKind.RESIDENT, who, str(COUNTY))


async def test_an_assistant_has_the_village_of_his_appointment_and_no_other(
    portal: httpx2.AsyncClient, clock: Clock
) -> None:
    await portal.post(f"/enter/{await account(clock)}")
    assert (await portal.get(f"/village/{VILLAGE}")).status_code == 404
    day = clock().date()
    appointment = await appointments.appoint(COUNTY, LI_XIUYING.id_number, "李秀英", VILLAGE, day, 0, clock())
    said = (await portal.get(f"/village/{VILLAGE}")).json()
    assert (said["kind"], said["prefix"], said["organisation"]) == ("assistant", VILLAGE, "东坪村")
    assert (await portal.get("/village/4399010201")).status_code == 404
    assert appointment is not None
    await appointments.end(COUNTY, appointment, day, "离任", 0, clock())
    assert (await portal.get(f"/village/{VILLAGE}")).status_code == 404


async def test_an_assistant_logged_in_at_a_low_level_must_do_better(portal: httpx2.AsyncClient, clock: Clock) -> None:
    await appointments.appoint(COUNTY, LI_XIUYING.id_number, "李秀英", VILLAGE, clock().date(), 0, clock())
    await portal.post(f"/enter/{await account(clock)}?level=2")
    assert "level=3" in (await portal.get(f"/village/{VILLAGE}")).headers["location"]


async def test_staff_have_the_posts_of_the_day(backoffice: httpx2.AsyncClient, clock: Clock) -> None:
    who = await user(clock)
    await staff.assign_post(COUNTY, who, Post.TOWNSHIP_CLERK, clock().date(), 0, clock())
    await staff.declare_relative(COUNTY, who, LI_XIUYING.id_number, "母亲", clock())
    await backoffice.post(f"/enter/{who}")
    said = (await backoffice.get("/actor")).json()
    assert said == {"kind": "staff", "id": who, "prefix": "43990101", "posts": ["township_clerk"], "relatives": 1,
                    "organisation": "柳湾镇事务所", "channel": "township_counter"}  # fmt: skip
    assert (await backoffice.get("/admin")).status_code == 403
    await staff.end_post(COUNTY, who, Post.TOWNSHIP_CLERK, clock().date(), 0, clock())
    assert (await backoffice.get("/actor")).json()["posts"] == []


@pytest.mark.rule("R-442")
async def test_a_freeze_ends_the_session_that_is_running(backoffice: httpx2.AsyncClient, clock: Clock) -> None:
    who = await user(clock)
    await backoffice.post(f"/enter/{who}")
    assert (await backoffice.get("/actor")).status_code == 200
    await staff.freeze(COUNTY, who, 0, "离职", clock())
    assert (await backoffice.get("/actor")).status_code == 303


@pytest.mark.rule("R-442")
async def test_a_session_that_was_left_over_is_worth_nothing_to_a_frozen_user(
    backoffice: httpx2.AsyncClient, clock: Clock
) -> None:
    who = await user(clock)
    await backoffice.post(f"/enter/{who}")
    await engine.execute("update staff_user set frozen_at = $1", clock())
    assert (await backoffice.get("/actor")).status_code == 303
    assert await engine.fetchval("select count(*) from web_session") == 1


async def test_back_channel_logout_ends_what_the_provider_names(db: Database, clock: Clock) -> None:
    origin = sessions.Origin("https://id.test", "li", "s1")
    for sid in ("s1", "s2"):
        await sessions.replace(
            "portal", None, county_code=None, subject=1, data={}, origin=structs.replace(origin, sid=sid), at=clock(),
            absolute=clock.at - clock.at,
        )  # fmt: skip
    assert await sessions.end_of_provider("https://id.test", None, None) == 0
    assert await sessions.end_of_provider("https://other.test", "li", None) == 0
    assert await sessions.end_of_provider("https://id.test", "li", "s1") == 1
    assert await sessions.end_of_provider("https://id.test", "li", None) == 1


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize(
    "path, status",
    [("/", 200), ("/nowhere", 404), ("/broken", 500), ("/leave", 405), ("/form", 303), ("/static/x", 404)],
)
async def test_every_answer_carries_the_headers(portal: httpx2.AsyncClient, path: str, status: int) -> None:
    answer = await portal.get(path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:8300;" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_files_that_never_change_may_be_kept(portal: httpx2.AsyncClient) -> None:
    answer = await portal.get(asset("site.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert "content-security-policy" in answer.headers
