"""Every check of an ID token, each with a token forged to break exactly that one."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from domain.identity import check_digit
from tests.web.clock import Clock
from tests.web.forger import CLIENT, ISSUER, KEY, OTHER_KEY, Forger, ask, at_hash, by_hand
from web.identity.provider import LoginFailed

NUMBER = "43990119880305122" + check_digit("43990119880305122")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def forger(clock: Clock) -> Forger:
    made = Forger(clock)
    made.about["id_no"] = NUMBER
    return made


async def refused(forger: Forger, code: str = "refused", **asked: Any) -> str:
    with pytest.raises(LoginFailed) as failed:
        await forger.provider().finish("code", ask(forger.clock(), **asked))
    assert failed.value.code == code
    return failed.value.detail


async def test_an_honest_token_tells_who_it_is(forger: Forger, clock: Clock) -> None:
    who = await forger.provider().finish("code", ask(clock()))
    assert (who.provider, who.sub, who.name, who.sid) == (ISSUER, "li", "李秀英", "s1")
    assert (who.id_type, who.id_number, who.assurance) == ("resident_id_card", NUMBER, 3)
    assert who.authenticated_at == clock()


@pytest.mark.parametrize("claims, said", [
    ({"iss": "https://evil.test"}, "iss"),
    ({"iss": None}, "iss"),
    ({"aud": "another-client"}, "aud"),
    ({"aud": None}, "aud"),
    ({"aud": ["another-client"]}, "aud"),
    ({"aud": [CLIENT, "another-client"]}, "azp"),
    ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "azp"),
    ({"azp": "another-client"}, "azp"),
    ({"exp": None}, "exp"),
    ({"iat": None}, "iat"),
    ({"nonce": "another"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"sub": ""}, "sub"),
    ({"sub": None}, "sub"),
    ({"sub": "x" * 256}, "sub"),
    ({"at_hash": at_hash("another token")}, "at_hash"),
    ({"at_hash": 5}, "at_hash"),
])  # fmt: skip
async def test_a_token_with_one_wrong_claim_is_refused(forger: Forger, claims: dict[str, Any], said: str) -> None:
    forger.claims |= claims
    assert said in await refused(forger)


@pytest.mark.parametrize("claims", [
    {"aud": [CLIENT]}, {"aud": [CLIENT, "other"], "azp": CLIENT}, {"azp": CLIENT}, {"at_hash": at_hash("at")},
])  # fmt: skip
async def test_what_the_standard_allows_is_accepted(forger: Forger, clock: Clock, claims: dict[str, Any]) -> None:
    forger.claims |= claims
    assert (await forger.provider().finish("code", ask(clock()))).sub == "li"


@pytest.mark.parametrize("name, seconds, good", [
    ("exp", -59, True), ("exp", -61, False),
    ("iat", 59, True), ("iat", 61, False),
    ("iat", -659, True), ("iat", -661, False),
    ("nbf", 59, True), ("nbf", 61, False),
])  # fmt: skip
async def test_clocks_may_differ_by_a_minute(forger: Forger, clock: Clock, name: str, seconds: int, good: bool) -> None:
    forger.claims[name] = forger.now() + seconds
    if good:
        assert (await forger.provider().finish("code", ask(clock()))).sub == "li"
    else:
        await refused(forger)


async def test_a_token_without_a_signature_is_refused(forger: Forger) -> None:
    forger.raw = by_hand({"alg": "none", "typ": "JWT"}, forger.claims)
    await refused(forger)


async def test_the_public_key_is_no_secret_to_sign_with(forger: Forger) -> None:
    """HS256 with the published key as its secret: the classic confusion."""
    for secret in (KEY.as_pem(private=False), json.dumps(KEY.as_dict(private=False)).encode()):
        forger.raw = by_hand({"alg": "HS256", "kid": "one"}, forger.claims, secret)
        await refused(forger)


async def test_an_algorithm_we_did_not_pin_is_refused_even_with_the_right_key(forger: Forger) -> None:
    forger.header["alg"] = "PS256"
    await refused(forger)


async def test_a_key_that_is_not_published_is_refused(forger: Forger) -> None:
    forger.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert "BadSignature" in await refused(forger)


async def test_a_key_carried_in_the_token_itself_is_not_believed(forger: Forger) -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "mine"})
    forger.key, forger.header = stranger, {"alg": "ES256", "kid": "mine", "jwk": stranger.as_dict(private=False)}
    await refused(forger)


async def test_a_key_published_for_encryption_signs_nothing(forger: Forger) -> None:
    forger.published = [RSAKey.import_key(KEY.as_dict(private=True) | {"use": "enc"})]
    await refused(forger)


async def test_userinfo_about_somebody_else_is_refused(forger: Forger) -> None:
    forger.about["sub"] = "wang"
    assert "somebody else" in await refused(forger)


async def test_what_is_not_said_counts_as_the_lowest(forger: Forger, clock: Clock) -> None:
    forger.claims |= {"acr": None, "auth_time": None}
    who = await forger.provider().finish("code", ask(clock()))
    assert (who.assurance, who.authenticated_at) == (0, None)


@pytest.mark.parametrize("acr, level", [("4", 4), ("0", 0), ("5", 0), ("loa3", 0), (3, 3), ("", 0)])
async def test_only_the_four_levels_count(forger: Forger, clock: Clock, acr: object, level: int) -> None:
    forger.claims["acr"] = acr
    assert (await forger.provider().finish("code", ask(clock()))).assurance == level


@pytest.mark.rule("R-517")
@pytest.mark.parametrize("auth_time, code", [(None, "not-fresh"), (-61, "not-fresh"), (-59, None), (True, "not-fresh")])
async def test_a_fresh_login_must_be_proved_by_its_time(
    forger: Forger, clock: Clock, auth_time: Any, code: str | None
) -> None:
    forger.claims["auth_time"] = forger.now() + auth_time if type(auth_time) is int else auth_time
    if code:
        await refused(forger, code, fresh=True)
    else:
        assert (await forger.provider().finish("code", ask(clock(), fresh=True))).sub == "li"


@pytest.mark.rule("R-039")
async def test_a_number_with_a_wrong_check_digit_is_not_taken_over(forger: Forger) -> None:
    forger.about["id_no"] = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    await refused(forger, "bad-number")


# ------------------------------------------------------------------ keys, discovery, network


async def test_a_new_key_is_fetched_when_it_is_met_but_not_more_than_once_a_minute(
    forger: Forger, clock: Clock
) -> None:
    provider = forger.provider()
    await provider.finish("code", ask(clock()))
    forger.key, forger.header = OTHER_KEY, {"alg": "RS256", "kid": "two"}
    clock.move(seconds=30)
    for _ in range(3):
        with pytest.raises(LoginFailed):
            await provider.finish("code", ask(clock()))
    assert forger.asked.count("/jwks") == 1, "strangers cannot make us ask"
    forger.published.append(OTHER_KEY)
    clock.move(seconds=31)
    forger.claims |= {"iat": forger.now(), "exp": forger.now() + 300}
    assert (await provider.finish("code", ask(clock()))).sub == "li"
    assert forger.asked.count("/jwks") == 2


async def test_a_key_that_was_withdrawn_signs_nothing_any_more(forger: Forger, clock: Clock) -> None:
    forger.published = [OTHER_KEY]
    await refused(forger)


async def test_discovery_of_another_issuer_is_refused(forger: Forger) -> None:
    forger.discovery["issuer"] = "https://evil.test"
    await refused(forger)


async def test_a_sandbox_is_refused_in_production(forger: Forger, clock: Clock) -> None:
    forger.discovery["pension_sandbox"] = True
    assert (await forger.provider().finish("code", ask(clock()))).sub == "li"
    with pytest.raises(LoginFailed, match="sandbox"):
        await forger.provider(production=True).authorize_url(ask(clock()))


@pytest.mark.parametrize("status, code", [(500, "unreachable"), (503, "unreachable"), (400, "refused")])
async def test_a_provider_in_trouble_is_told_apart_from_one_that_says_no(
    forger: Forger, status: int, code: str
) -> None:
    forger.status = status
    await refused(forger, code)


async def test_the_browser_is_sent_with_pkce_state_and_nonce(forger: Forger, clock: Clock) -> None:
    url = urlsplit(await forger.provider().authorize_url(ask(clock(), level=3, fresh=True)))
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] and asked["code_challenge"] != "v" * 43
    assert (asked["state"], asked["nonce"], asked["response_type"]) == ("the-state", "the-nonce", "code")
    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", "3 4")


# ------------------------------------------------------------------ logout tokens

LOGOUT = {"nonce": None, "jti": "j1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}


async def test_a_logout_token_names_whose_sessions_end(forger: Forger) -> None:
    gone = await forger.provider().read_logout(forger.token(**LOGOUT))
    assert (gone.provider, gone.sub, gone.sid, gone.token_id) == (ISSUER, "li", "s1", "j1")
    assert gone.expires_at > forger.clock() + timedelta(minutes=11), "remembered for longer than a token is accepted"


@pytest.mark.parametrize("claims", [
    {"nonce": "the-nonce"}, {"events": None}, {"events": {}}, {"events": "x"}, {"jti": None}, {"sub": None, "sid": None},
    {"iss": "https://evil.test"}, {"aud": "another-client"}, {"exp": 1}, {"iat": None},
])  # fmt: skip
async def test_a_logout_token_with_one_fault_ends_nothing(forger: Forger, claims: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        await forger.provider().read_logout(forger.token(**(LOGOUT | claims)))


async def test_an_id_token_is_no_logout_token(forger: Forger) -> None:
    with pytest.raises(LoginFailed):
        await forger.provider().read_logout(forger.token())
