"""A comparison of faces: what its service may answer, and what becomes of an answer on the page of certification."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from db import engine
from tests.agency.pensioner import benefit, drawing
from tests.conftest import Database
from tests.make import Person
from tests.sandbox.house import PORTAL, PROVIDER, Browser, House
from tests.web.clock import Clock
from tests.web.forger import CLIENT, ISSUER, OTHER_KEY, Forger, by_hand
from web import settings
from web.identity.face import FaceAsk, SignedFaceCheck, face_check
from web.identity.http import Client
from web.identity.provider import LoginFailed

LI_GUYU = Person("李谷雨", "439901196702100155", 0, "13900000002")  # demo-02
ASK = FaceAsk(
    state="s", nonce="the-nonce", redirect_uri="https://portal.test/back", name="李谷雨", id_number=LI_GUYU.id_number
)
ENVIRONMENT = {
    "PENSION_PORTAL_URL": "http://p", "PENSION_BACKOFFICE_URL": "http://b", "OIDC_ISSUER": "http://i", "OIDC_CLIENT_ID": "c",
    "OIDC_CLIENT_SECRET": "s", "PENSION_KEYS": "k", "PENSION_FILES": "f", "PENSION_SECURE_COOKIES": "0",
}  # fmt: skip


# ------------------------------------------------------------------ what may be answered


@pytest.fixture
def forger() -> Forger:
    made = Forger(Clock())
    made.claims |= {"jti": "cmp-1", "same_person": True}
    made.discovery["face_check_endpoint"] = f"{ISSUER}/face"
    made.about = {"url": f"{ISSUER}/face/ticket"}
    return made


def service(forger: Forger, *, production: bool = False) -> SignedFaceCheck:
    client = Client(client_id=CLIENT, client_secret="s", scope="", transport=httpx2.MockTransport(forger.answer))
    return SignedFaceCheck(forger.provider(production=production), client, forger.clock)


@pytest.mark.parametrize("same", [True, False])
async def test_an_honest_answer_is_believed(forger: Forger, same: bool) -> None:
    found = await service(forger).answer(forger.token(same_person=same), "the-nonce")
    assert (found.same_person, found.reference) == (same, "cmp-1")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another question"}, {"nonce": None}, {"aud": "somebody-else"}, {"iss": "https://evil.test"}, {"exp": 0},
        {"exp": None}, {"iat": 0}, {"jti": None}, {"jti": "x" * 101}, {"same_person": "true"}, {"same_person": None},
    ],
    ids=str,
)  # fmt: skip
async def test_an_answer_with_one_thing_wrong_is_refused(forger: Forger, claims: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed, match="refused"):
        await service(forger).answer(forger.token(**claims), "the-nonce")


async def test_an_answer_is_good_for_minutes(forger: Forger) -> None:
    said = forger.token()
    forger.clock.move(seconds=359)  # five minutes, and one that clocks may differ
    assert (await service(forger).answer(said, "the-nonce")).same_person
    forger.clock.move(seconds=2)
    with pytest.raises(LoginFailed):
        await service(forger).answer(said, "the-nonce")


async def test_an_answer_of_another_signer_or_of_nobody_is_refused(forger: Forger) -> None:
    unsigned = by_hand({"alg": "none"}, forger.claims)
    forger.key = OTHER_KEY
    for said in (forger.token(), unsigned, "", "x.y.z"):
        with pytest.raises(LoginFailed):
            await service(forger).answer(said, "the-nonce")


async def test_the_service_is_asked_with_name_and_number_and_may_send_to_its_own_pages_only(forger: Forger) -> None:
    assert await service(forger).begin(ASK) == f"{ISSUER}/face/ticket"
    for elsewhere in ("https://evil.test/face", f"{ISSUER}.evil.test/", None):
        forger.about = {"url": elsewhere}
        with pytest.raises(LoginFailed, match="refused"):
            await service(forger).begin(ASK)


async def test_a_sandbox_compares_nobody_in_production(forger: Forger) -> None:
    forger.discovery["pension_sandbox"] = True
    assert await service(forger).begin(ASK)
    with pytest.raises(LoginFailed, match="sandbox"):
        await service(forger, production=True).begin(ASK)
    with pytest.raises(LoginFailed, match="sandbox"):
        await service(forger, production=True).answer(forger.token(), "the-nonce")


async def test_a_service_that_is_down_says_so(forger: Forger) -> None:
    forger.status = 503
    with pytest.raises(LoginFailed, match="unreachable"):
        await service(forger).begin(ASK)


def test_without_a_setting_there_is_no_service_and_half_a_setting_is_refused() -> None:
    assert face_check(settings.read(ENVIRONMENT), production=True) is None
    with pytest.raises(ValueError, match="FACE_CLIENT_SECRET"):
        settings.read(ENVIRONMENT | {"FACE_ISSUER": "http://f", "FACE_CLIENT_ID": "c"})
    whole = ENVIRONMENT | {"FACE_ISSUER": "http://f", "FACE_CLIENT_ID": "c", "FACE_CLIENT_SECRET": "s"}
    found = face_check(settings.read(whole), production=True)
    assert found is not None
    assert found.issuer == "http://f"


# ------------------------------------------------------------------ on the page


@pytest.fixture
async def house(db: Database, tmp_path: Path) -> House:
    return House(tmp_path)


async def at_the_page(house: House, level: int = 2) -> tuple[int, Browser]:
    """李谷雨, who draws a pension that was certified long ago."""
    person = await drawing(LI_GUYU, certified=202401)
    browser = await house.browser().log_in("demo-02", level, "/login?next=/certification")
    assert browser.path == "/certification"
    return person, browser


async def ended(browser: Browser, end: str) -> Browser:
    """The button, and how the comparison ends."""
    await browser.press("/certification/face")
    assert browser.url.startswith(f"{PROVIDER}/face/")
    assert "李谷雨" in browser.text
    return await browser.press(urlsplit(browser.url).path, end=end)


@pytest.mark.rule("R-282", "R-286")
async def test_a_face_that_is_recognised_certifies_and_no_picture_is_kept(house: House) -> None:
    person, browser = await at_the_page(house)
    await ended(browser, "same")
    assert browser.path == "/certification?done=1"
    assert "办好了" in browser.text
    row = await engine.fetchrow("select method, evidence from certification")
    assert row is not None
    assert row["method"] == "self"
    assert row["evidence"].startswith("face:")
    assert (await benefit(person))["certified_month"] > 202401


@pytest.mark.rule("R-286")
@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("other", "没有认出是您本人"), ("late", "结果不能用"), ("replayed", "结果不能用"), ("forged", "结果不能用"), ("silent", "没有做完"),
    ],
)  # fmt: skip
async def test_anything_else_certifies_nobody_and_shows_the_other_ways(house: House, end: str, said: str) -> None:
    person, browser = await at_the_page(house)
    await ended(browser, end)
    assert browser.status == 422
    assert said in browser.text
    for way in ("重新登录确认", "村协办员上门", "任何一个窗口"):
        assert way in browser.text
    assert (await benefit(person))["certified_month"] == 202401


async def test_an_answer_works_once_and_for_who_asked(house: House) -> None:
    person, browser = await at_the_page(house)
    await browser.press("/certification/face")
    client = browser.clients[PROVIDER]
    answer = await client.post(urlsplit(browser.url).path, data={"end": "same"})
    back = answer.headers["location"]
    assert back.startswith(f"{PORTAL}/certification/face/done")
    other = await house.browser().log_in("demo-01", 2)
    await other.go(back)
    assert (await benefit(person))["certified_month"] == 202401
    await browser.go(back)
    assert browser.path == "/certification?done=1"
    await browser.go(back)
    assert "已经用过了" in browser.text
    assert await engine.fetchval("select count(*) from certification") == 1


async def test_after_five_attempts_only_the_other_ways_are_left(house: House) -> None:
    _, browser = await at_the_page(house)
    for _ in range(5):
        await ended(browser, "other")
    await browser.press("/certification/face")
    assert browser.path == "/certification/face"
    assert "试的次数太多" in browser.text
    assert "重新登录确认" in browser.text


async def test_a_service_that_is_down_costs_no_attempt(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, browser = await at_the_page(house)
    service = house.portal.state.face

    async def down(_: object) -> str:
        raise LoginFailed("unreachable", "down")

    with monkeypatch.context() as patch:
        patch.setattr(service, "begin", down)
        for _ in range(6):
            await browser.press("/certification/face")
            assert "暂时连不上" in browser.text
    await ended(browser, "same")
    assert "办好了" in browser.text


async def test_who_draws_no_pension_is_compared_with_nobody(house: House) -> None:
    browser = await house.browser().log_in("demo-01", 3)
    await browser.go(f"{PORTAL}/certification")
    assert "还没有领取" in browser.text
    await browser.go(f"{PORTAL}/certification/face/done?state=x&result=y")
    assert await engine.fetchval("select count(*) from certification") == 0
