"""Checks of an ID token and of a logout token (OpenID Connect Core 3.1.3.7, Back-Channel Logout 2.6)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry, Token

from db.queries.clock import CHINA
from web.identity.provider import Ask, LoginFailed

# Pinned: what the token's own header says is never believed (no "none", no HMAC with a public key).
ALGORITHMS = ("RS256", "ES256")
LEEWAY = 60  # seconds that clocks may differ
OLDEST = 600  # seconds since the token was issued
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEVELS = {"1": 1, "2": 2, "3": 3, "4": 4}


def check(token: Token, *, issuer: str, client_id: str, access_token: str, ask: Ask, at: datetime) -> Mapping[str, Any]:
    """The claims, once every one that must be checked was. Raises LoginFailed."""
    claims = _common(token, issuer, client_id, at)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), ask.nonce.encode()):
        raise LoginFailed("refused", "nonce")
    if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
        raise LoginFailed("refused", "sub")
    if "at_hash" in claims and not _same_hash(claims["at_hash"], access_token):
        raise LoginFailed("refused", "at_hash")
    if ask.fresh:
        seen = auth_time(claims)
        if seen is None or seen < ask.at - timedelta(seconds=LEEWAY):
            raise LoginFailed("not-fresh", "auth_time")
    return claims


def check_logout(token: Token, *, issuer: str, client_id: str, at: datetime) -> Mapping[str, Any]:
    claims = _common(token, issuer, client_id, at)
    events = claims.get("events")
    named = isinstance(claims.get("sub"), str) or isinstance(claims.get("sid"), str)
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims or not named:
        raise LoginFailed("refused", "not a logout token")
    if not isinstance(claims.get("jti"), str):
        raise LoginFailed("refused", "jti")
    return claims


def check_result(token: Token, *, issuer: str, client_id: str, nonce: str, at: datetime) -> Mapping[str, Any]:
    """The claims of a signed answer to one question of ours, the one with this nonce. Raises LoginFailed."""
    claims = _common(token, issuer, client_id, at)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise LoginFailed("refused", "nonce")
    if not isinstance(claims.get("jti"), str) or not 0 < len(claims["jti"]) <= 100:
        raise LoginFailed("refused", "jti")
    return claims


def _common(token: Token, issuer: str, client_id: str, at: datetime) -> dict[str, Any]:
    """iss, aud, azp, exp, iat, nbf."""
    now = int(at.timestamp())
    claims = token.claims
    registry = JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as problem:
        raise LoginFailed("refused", str(problem)) from problem
    if claims["iat"] < now - OLDEST - LEEWAY:
        raise LoginFailed("refused", "iat: too old")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise LoginFailed("refused", "azp")
    return claims


def _same_hash(said: object, access_token: str) -> bool:
    """at_hash: the left half of SHA-256 of the access token, for every algorithm we pin."""
    half = hashlib.sha256(access_token.encode("ascii", "replace")).digest()[:16]
    right = base64.urlsafe_b64encode(half).rstrip(b"=")
    return isinstance(said, str) and hmac.compare_digest(said.encode(), right)


def auth_time(claims: Mapping[str, Any]) -> datetime | None:
    """None when the provider does not say: then nothing counts as fresh."""
    seconds = claims.get("auth_time")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 2**40:
        return None
    return datetime.fromtimestamp(seconds, CHINA)


def level(claims: Mapping[str, Any]) -> int:
    """acr as 1–4 (standards D6); anything else, or nothing, is the lowest."""
    return LEVELS.get(str(claims.get("acr")), 0)
