"""OpenID Connect: code flow with PKCE, state and nonce, ID token checked against the provider's published keys."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from web.identity import id_token
from web.identity.http import Client
from web.identity.provider import SANDBOX_MARK, Ask, Identity, LoggedOut, LoginFailed, document_of, phone_of
from web.sessions import Clock, real_time

DISCOVERY_LIFETIME = timedelta(hours=1)
KEYS_PAUSE = timedelta(minutes=1)  # between two looks for a key we do not know


class Oidc:
    """One provider. `production` refuses a sandbox."""

    def __init__(self, issuer: str, client: Client, *, production: bool, clock: Clock = real_time) -> None:
        self.issuer, self.client, self.production, self.clock = issuer, client, production, clock
        self._document: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def discovery(self) -> dict[str, Any]:
        if self._document is None or self.clock() - self._document[0] > DISCOVERY_LIFETIME:
            found = await self.client.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise LoginFailed("refused", "discovery names another issuer")
            if self.production and found.get(SANDBOX_MARK):
                raise LoginFailed("refused", "a sandbox provider in production")
            self._document = (self.clock(), found)
        return self._document[1]

    async def endpoint(self, name: str) -> str:
        url = (await self.discovery()).get(name)
        if not isinstance(url, str):
            raise LoginFailed("refused", f"discovery without {name}")
        return url

    async def authorize_url(self, ask: Ask) -> str:
        more: dict[str, Any] = {"prompt": "login", "max_age": 0} if ask.fresh else {}
        if ask.level:
            more["acr_values"] = " ".join(str(level) for level in range(ask.level, 5))
        endpoint = await self.endpoint("authorization_endpoint")
        async with self.client.open(ask) as session:
            url, _ = session.create_authorization_url(
                endpoint, state=ask.state, nonce=ask.nonce, code_verifier=ask.verifier, **more
            )
            return str(url)

    async def finish(self, code: str, ask: Ask) -> Identity:
        answer = await self.client.token(await self.endpoint("token_endpoint"), code, ask)
        access_token, raw = answer.get("access_token"), answer.get("id_token")
        if not isinstance(access_token, str) or not isinstance(raw, str):
            raise LoginFailed("refused", "no ID token")
        claims = id_token.check(
            await self.decode(raw), issuer=self.issuer, client_id=self.client.client_id,
            access_token=access_token, ask=ask, at=self.clock(),
        )  # fmt: skip
        about = await self.client.userinfo(await self.endpoint("userinfo_endpoint"), access_token)
        if about.get("sub") != claims["sub"]:
            raise LoginFailed("refused", "userinfo is about somebody else")
        kind, number = document_of(about.get("id_type"), about.get("id_no"))
        return Identity(
            provider=self.issuer,
            sub=claims["sub"],
            name=str(about.get("name") or ""),
            id_type=kind,
            id_number=number,
            phone=phone_of(about.get("phone_number") or about.get("phone")),
            assurance=id_token.level(claims),
            authenticated_at=id_token.auth_time(claims),
            sid=claims["sid"] if isinstance(claims.get("sid"), str) else None,
        )

    async def decode(self, raw: str) -> jwt.Token:
        """The token, its signature checked. Keys we do not know are looked for once, and not too often."""
        keys = await self._key_set()
        try:
            try:
                return jwt.decode(raw, keys, algorithms=id_token.ALGORITHMS)
            except InvalidKeyIdError:
                if not self._may_look_again():
                    raise
                return jwt.decode(raw, await self._key_set(again=True), algorithms=id_token.ALGORITHMS)
        except (JoseError, ValueError, TypeError) as problem:
            raise LoginFailed("refused", f"signature: {type(problem).__name__}") from problem

    async def _key_set(self, *, again: bool = False) -> KeySet:
        if self._keys is None or again:
            published = await self.client.get(await self.endpoint("jwks_uri"))
            signing = [key for key in published.get("keys", []) if key.get("use", "sig") == "sig"]
            try:
                self._keys = (self.clock(), KeySet.import_key_set({"keys": signing}))
            except (JoseError, ValueError, KeyError, TypeError) as problem:
                raise LoginFailed("refused", "unreadable keys") from problem
        return self._keys[1]

    def _may_look_again(self) -> bool:
        return self._keys is not None and self.clock() - self._keys[0] >= KEYS_PAUSE

    async def logout_url(self, back: str) -> str | None:
        endpoint = (await self.discovery()).get("end_session_endpoint")
        if not isinstance(endpoint, str):
            return None
        return f"{endpoint}?{urlencode({'client_id': self.client.client_id, 'post_logout_redirect_uri': back})}"

    async def read_logout(self, token: str) -> LoggedOut:
        claims = id_token.check_logout(
            await self.decode(token), issuer=self.issuer, client_id=self.client.client_id, at=self.clock()
        )
        return LoggedOut(
            self.issuer, claims.get("sub"), claims.get("sid"), claims["jti"], self.clock() + timedelta(seconds=3600)
        )

    async def prove(self, sub: str, name: str, id_number: str) -> bool:  # noqa: ARG002 - it gives numbers itself
        return False
