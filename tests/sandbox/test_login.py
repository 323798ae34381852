"""The whole way of a resident's login: portal, provider, back; with the sandbox as the provider."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from db import engine
from tests.conftest import Database
from tests.make import COUNTY
from tests.sandbox.house import PORTAL, PROVIDER, Browser, House


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
async def browser(house: House) -> Browser:
    return house.browser()


async def test_a_resident_logs_in_and_is_where_he_wanted_to_go(browser: Browser) -> None:
    await browser.go(f"{PORTAL}/cases?x=1")
    assert browser.path == "/login?next=%2Fcases%3Fx%3D1"
    await browser.press("/login")
    await browser.press("/authorize", person="demo-11", level="3", do="agree")
    assert (browser.path, browser.status) == ("/cases?x=1", 200)
    assert "阿依努尔·𠮷力" in browser.text
    row = await engine.fetchrow(
        "select name, county_code, assurance, id_index is not null as known from resident_account"
    )
    assert row is not None
    assert tuple(row) == ("阿依努尔·𠮷力", COUNTY, 3, True)
    logged = await engine.fetchval(
        "select actor_name from audit_entry where action = 'login' and actor_kind = 'resident'"
    )
    assert logged == "阿依努尔·𠮷力"


async def test_who_declines_reads_so_and_is_not_logged_in(browser: Browser) -> None:
    await browser.go(f"{PORTAL}/login")
    await browser.press("/login")
    await browser.press("/authorize", person="demo-01", level="3", do="cancel")
    assert (browser.heading, browser.status) == ("您没有完成登录", 403)
    assert await engine.fetchval("select count(*) from web_session") == 0


async def _callback_url(browser: Browser) -> str:
    """What the provider would send the browser back to, not followed."""
    await browser.go(f"{PORTAL}/login")
    await browser.press("/login")
    client = browser.clients[PROVIDER]
    query = {name: values[0] for name, values in parse_qs(urlsplit(browser.url).query).items()}
    answer = await client.post("/authorize", data=query | {"person": "demo-01", "level": "3", "do": "agree"})
    return answer.headers["location"]


async def test_the_way_back_works_once(browser: Browser) -> None:
    url = await _callback_url(browser)
    await browser.go(url)
    assert browser.path == "/"
    await browser.go(url)
    assert browser.heading == "登录的时间太久了"


async def test_a_login_begun_in_another_browser_logs_nobody_in_here(house: House, browser: Browser) -> None:
    url = await _callback_url(browser)
    victim = await house.browser().go(url)
    assert victim.heading == "登录的时间太久了"
    assert "pension-portal" not in victim.clients[PORTAL].cookies


@pytest.mark.parametrize("change", ["state=forged", "code=forged", "iss=https://evil.test"])
async def test_a_forged_way_back_leads_nowhere(browser: Browser, change: str) -> None:
    url = await _callback_url(browser)
    name = change.split("=", maxsplit=1)[0]
    parts = [change if part.startswith(f"{name}=") else part for part in urlsplit(url).query.split("&")]
    await browser.go(f"{PORTAL}/login/callback?{'&'.join(parts)}")
    assert browser.status == 403
    assert await engine.fetchval("select count(*) from web_session") == 0


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "/\\evil.test", "/login", "javascript:alert(1)"]
)
async def test_the_login_never_leads_to_another_site(browser: Browser, target: str) -> None:
    await browser.log_in(start=f"/login?next={target}")
    assert browser.path == "/"


@pytest.mark.rule("R-002")
async def test_a_provider_that_does_not_say_how_sure_it_is_opens_nothing(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = house.sandbox.state.sandbox
    plain = state.sign
    monkeypatch.setattr(state, "sign", lambda claims: plain({k: v for k, v in claims.items() if k != "acr"}))
    await browser.log_in()
    assert browser.heading == "您的账号还没有实名认证"


async def test_a_level_below_the_one_asked_for_is_told_so(browser: Browser) -> None:
    await browser.log_in(level=2, start="/login?level=3&next=/cases")
    assert browser.heading == "这项业务需要更可靠的身份认证"


async def test_a_higher_level_is_reached_by_logging_in_again_under_a_new_token(browser: Browser) -> None:
    await browser.log_in(level=2)
    first = browser.clients[PORTAL].cookies["pension-portal"]
    await browser.log_in(level=3, start="/login?level=3&fresh=1&next=/cases")
    assert browser.path == "/cases"
    assert browser.clients[PORTAL].cookies["pension-portal"] != first
    assert await engine.fetchval("select data ->> 'level' from web_session") == "3"


async def test_new_keys_of_the_provider_are_taken_over_without_a_word(house: House, browser: Browser) -> None:
    await browser.log_in()
    client = browser.clients[PROVIDER]
    await client.post("/rotate-keys")
    provider = house.portal.state.identity
    real = provider.clock
    provider.clock = lambda: real() + timedelta(minutes=2)
    await browser.log_in("demo-02")
    assert (browser.path, browser.status) == ("/", 200)
    assert "李谷雨" in browser.text


async def test_logging_out_ends_the_session_here_and_visits_the_provider(browser: Browser) -> None:
    await browser.log_in()
    await browser.press("/logout")
    assert browser.path == "/"
    assert "pension-portal" not in browser.clients[PORTAL].cookies
    assert await engine.fetchval("select count(*) from web_session") == 0


async def test_a_back_channel_logout_ends_the_session_once(house: House, browser: Browser) -> None:
    await browser.log_in()
    token = house.sandbox.state.sandbox.logout_tokens("demo-01")[0]
    machine = browser.clients[PORTAL]
    machine.cookies.clear()
    assert (await machine.post("/logout/backchannel", data={"logout_token": token})).status_code == 200
    assert await engine.fetchval("select count(*) from web_session") == 0
    assert (await machine.post("/logout/backchannel", data={"logout_token": token})).status_code == 400
    assert (await machine.post("/logout/backchannel", data={"logout_token": "rubbish"})).status_code == 400


async def test_a_person_of_an_unknown_county_chooses_it_once(db: Database, house: House, browser: Browser) -> None:
    await engine.execute(
        "insert into county (county_code, name, agency_name, profile) values (439902, '白石县', '白石县社保中心', 'national')"
    )
    await browser.log_in(start="/login?next=/cases")
    assert browser.path == "/login/county?next=%2Fcases"
    await browser.press("/login/county", county="439999")
    assert browser.status == 422
    await browser.press("/login/county", county="439902")
    assert browser.path == "/cases"
    await browser.go("/login/county")
    await browser.press("/login/county", county="439901")
    assert await engine.fetchval("select county_code from resident_account") == 439902


async def test_the_home_agency_of_somebody_registered_is_known(db: Database, house: House, browser: Browser) -> None:
    await engine.execute(
        "insert into county (county_code, name, agency_name, profile) values (439902, '白石县', '白石县社保中心', 'national')"
    )
    await browser.log_in()
    await engine.execute(
        "insert into identity_index select id_index, 439902, 1 from resident_account; update resident_account set county_code = null"
    )
    await browser.log_in()
    assert (browser.path, await engine.fetchval("select county_code from resident_account")) == ("/", 439902)


# ------------------------------------------------------------------ the other two kinds of provider


async def test_a_province_without_id_tokens_fits_the_same_slot(db: Database, tmp_path: Path) -> None:
    browser = House(tmp_path, "oauth2").browser()
    await browser.log_in("demo-13")
    assert "高秋分" in browser.text
    assert await engine.fetchval("select data ->> 'level' from web_session") == "3"


@pytest.mark.rule("R-517")
async def test_a_login_that_cannot_be_renewed_never_counts_as_fresh(db: Database, tmp_path: Path) -> None:
    browser = House(tmp_path, "oauth2").browser()
    await browser.log_in(start="/login?fresh=1")
    assert browser.heading == "办理这项业务要重新确认是您本人"


async def test_a_pseudonym_is_bound_to_the_number_its_provider_confirms(db: Database, tmp_path: Path) -> None:
    browser = House(tmp_path, "netid").browser()
    await browser.log_in("demo-10", start="/login?next=/cases")
    assert browser.path == "/login/number?next=%2Fcases"
    await browser.press("/login/number", name="冯䶮", id_number="439901198803080317")
    assert (browser.status, "输错" in browser.text) == (422, True)
    await browser.press("/login/number", name="周禾苗", id_number="439901198104150127")
    assert "与您的网络身份不一致" in browser.text
    assert await engine.fetchval("select id_index from resident_account") is None
    await browser.press("/login/number", name="冯䶮", id_number="439901198803080316")
    assert (browser.path, browser.status) == ("/cases", 200)
    await browser.log_in("demo-10", start="/login?next=/cases")
    assert browser.path == "/cases", "asked once only"


async def test_trying_numbers_ends_after_five(db: Database, tmp_path: Path) -> None:
    browser = House(tmp_path, "netid").browser()
    await browser.log_in("demo-10")
    await browser.go("/cases")
    for _ in range(5):
        await browser.press("/login/number", name="周禾苗", id_number="439901198104150127")
    await browser.press("/login/number", name="冯䶮", id_number="439901198803080316")
    assert "今天试的次数太多了" in browser.text
