"""What the sandbox knows: people, keys, and the codes and tokens of the logins of the last minutes. All in memory."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CODE_SECONDS, TOKEN_SECONDS, ID_TOKEN_SECONDS = 60, 300, 300
NETWORK_ID_MODES = {2: "R04", 3: "R03", 4: "R03"}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True)
class Settings:
    issuer: str
    client_id: str
    client_secret: str
    redirect_uris: frozenset[str]
    backchannel_uri: str
    people: Path


@dataclass(frozen=True)
class Login:
    """One consent given on the page."""

    sub: str
    level: int
    scope: str
    nonce: str
    challenge: str
    redirect_uri: str
    sid: str
    at: int


@dataclass
class State:
    settings: Settings
    keys: list[RSAKey] = field(default_factory=list)
    codes: dict[str, Login] = field(default_factory=dict)
    tokens: dict[str, Login] = field(default_factory=dict)
    sids: dict[str, set[str]] = field(default_factory=dict)
    faces: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rotate()

    def people(self) -> dict[str, dict[str, Any]]:
        listed = json.loads(self.settings.people.read_text(encoding="utf-8"))
        return {person["sub"]: person for person in listed}

    def rotate(self) -> None:
        """A new signing key; the one before stays published, those before it are gone."""
        key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig", "alg": "RS256"})
        self.keys = [*self.keys[-1:], key]

    def give_code(self, login: Login) -> str:
        now = int(time.time())
        self.codes = {code: one for code, one in self.codes.items() if now - one.at < CODE_SECONDS}
        self.tokens = {token: one for token, one in self.tokens.items() if now - one.at < TOKEN_SECONDS}
        code = secrets.token_urlsafe(24)
        self.codes[code] = login
        self.sids.setdefault(login.sub, set()).add(login.sid)
        return code

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> tuple[str, str] | None:
        """(access token, ID token); a code works once, for who has its verifier."""
        login = self.codes.pop(code, None)
        if login is None or login.redirect_uri != redirect_uri or time.time() - login.at > CODE_SECONDS:
            return None
        if _s256(verifier) != login.challenge:
            return None
        access_token = secrets.token_urlsafe(24)
        self.tokens[access_token] = login
        return access_token, self._id_token(login, access_token)

    def _id_token(self, login: Login, access_token: str) -> str:
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        return self.sign({
            "sub": login.sub, "aud": self.settings.client_id, "azp": self.settings.client_id, "nonce": login.nonce,
            "exp": int(time.time()) + ID_TOKEN_SECONDS, "auth_time": login.at, "acr": str(login.level), "sid": login.sid,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        })  # fmt: skip

    def logout_tokens(self, sub: str) -> list[str]:
        """One for each login of the person."""
        return [
            self.sign({
                "sub": sub, "sid": sid, "aud": self.settings.client_id, "exp": int(time.time()) + 120,
                "jti": secrets.token_hex(16), "events": {LOGOUT_EVENT: {}},
            })
            for sid in self.sids.pop(sub, set())
        ]  # fmt: skip

    def sign(self, claims: dict[str, Any]) -> str:
        key = self.keys[-1]
        everything = {"iss": self.settings.issuer, "iat": int(time.time())} | claims
        return jwt.encode({"alg": "RS256", "kid": key.kid}, everything, key)

    def about(self, access_token: str) -> dict[str, Any] | None:
        """What userinfo says; with scope `netid` a pseudonym only."""
        login = self.tokens.get(access_token)
        if login is None or time.time() - login.at > TOKEN_SECONDS:
            return None
        person = self.people()[login.sub]
        mark = {"pension_sandbox": True}
        if "netid" in login.scope.split():
            return mark | {"pid": pseudonym(login.sub), "auth_mode": NETWORK_ID_MODES[login.level]}
        return mark | {
            "sub": login.sub, "name": person["name"], "id_type": person["id_type"], "id_no": person["id_number"],
            "phone_number": person["phone"], "assurance_level": login.level,
        }  # fmt: skip


def pseudonym(sub: str) -> str:
    return hashlib.sha256(f"network identity {sub}".encode()).hexdigest()


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
