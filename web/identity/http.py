"""One way of talking to a provider: short time-outs, no redirects, and LoginFailed whatever goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from msgspec import Struct

from web.identity.provider import Ask, LoginFailed

SECONDS = 10


class Client(Struct, frozen=True, kw_only=True):
    """We, as the provider knows us. `transport` is for tests."""

    client_id: str
    client_secret: str
    scope: str
    transport: httpx2.AsyncBaseTransport | None = None

    @asynccontextmanager
    async def open(self, ask: Ask | None = None) -> AsyncIterator[Any]:
        """An authlib client. Failures of the network or of the provider come out as LoginFailed."""
        session = AsyncOAuth2Client(
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=self.scope,
            redirect_uri=ask.redirect_uri if ask else None,
            code_challenge_method="S256",
            timeout=SECONDS,
            transport=self.transport,
        )
        try:
            async with session:
                yield session
        except OAuthError as problem:
            raise LoginFailed("refused", f"{problem.error}") from problem
        except httpx2.HTTPStatusError as problem:
            code = "unreachable" if problem.response.status_code >= 500 else "refused"
            raise LoginFailed(code, f"status {problem.response.status_code}") from problem
        except httpx2.HTTPError as problem:
            raise LoginFailed("unreachable", type(problem).__name__) from problem

    async def get(self, url: str) -> dict[str, Any]:
        """A public JSON document."""
        async with self.open() as session:
            return _json(await session.request("GET", url, withhold_token=True))

    async def token(self, url: str, code: str, ask: Ask) -> dict[str, Any]:
        async with self.open(ask) as session:
            return dict(await session.fetch_token(url, code=code, code_verifier=ask.verifier))

    async def userinfo(self, url: str, access_token: str) -> dict[str, Any]:
        async with self.open() as session:
            session.token = {"access_token": access_token, "token_type": "Bearer"}
            return _json(await session.request("GET", url))

    async def post(self, url: str, data: dict[str, str]) -> dict[str, Any]:
        """A call between servers, as ourselves."""
        async with self.open() as session:
            answer = await session.request(
                "POST", url, data=data, withhold_token=True, auth=(self.client_id, self.client_secret)
            )
            return _json(answer)


def _json(response: Any) -> dict[str, Any]:
    response.raise_for_status()
    try:
        found = response.json()
    except ValueError as problem:
        raise LoginFailed("refused", "not JSON") from problem
    if not isinstance(found, dict):
        raise LoginFailed("refused", "not a JSON object")
    return found
