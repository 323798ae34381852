"""A provider under the test's control: it says whatever it is told to, signed with whatever key."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.web.clock import Clock
from web.identity.http import Client
from web.identity.oidc import Oidc
from web.identity.provider import Ask

ISSUER = "https://id.test"
CLIENT = "pension-portal"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})


class Forger:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.claims: dict[str, Any] = {
            "iss": ISSUER, "aud": CLIENT, "sub": "li", "nonce": "the-nonce", "iat": self.now(), "exp": self.now() + 300,
            "acr": "3", "auth_time": self.now(), "sid": "s1",
        }  # fmt: skip
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key: RSAKey | OctKey | ECKey = KEY
        self.raw: str | None = None
        self.published = [KEY]
        self.about: dict[str, Any] = {"sub": "li", "name": "李秀英", "id_type": "01", "id_no": "439901198803051220"}
        self.discovery: dict[str, Any] = {
            "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo", "jwks_uri": f"{ISSUER}/jwks",
        }  # fmt: skip
        self.asked: list[str] = []
        self.status = 200

    def now(self) -> int:
        return int(self.clock().timestamp())

    def token(self, **claims: Any) -> str:
        """The ID token; a claim given as None is left out."""
        said = {name: value for name, value in (self.claims | claims).items() if value is not None}
        return self.raw or jwt.encode(self.header, said, self.key, algorithms=["RS256", "HS256", "ES256", "PS256"])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(path)
        if self.status != 200:
            return httpx2.Response(self.status)
        if path.endswith("openid-configuration"):
            return httpx2.Response(200, json=self.discovery)
        if path == "/jwks":
            return httpx2.Response(200, json={"keys": [key.as_dict(private=False) for key in self.published]})
        if path == "/token":
            return httpx2.Response(200, json={"access_token": "at", "token_type": "Bearer", "id_token": self.token()})
        return httpx2.Response(200, json=self.about)

    def provider(self, *, production: bool = False) -> Oidc:
        transport = httpx2.MockTransport(self.answer)
        client = Client(client_id=CLIENT, client_secret="s", scope="openid", transport=transport)
        return Oidc(ISSUER, client, production=production, clock=self.clock)


def ask(at: datetime, *, fresh: bool = False, level: int = 0) -> Ask:
    return Ask(state="the-state", nonce="the-nonce", verifier="v" * 43, redirect_uri="https://portal.test/login/callback",
               level=level, fresh=fresh, at=at)  # fmt: skip


def at_hash(access_token: str) -> str:
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token as an attacker would make it: without a signature, or with an HMAC under `secret`."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    text = ".".join(part(json.dumps(each).encode()) for each in (header, claims))
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest() if secret else b""
    return f"{text}.{part(mac)}"
