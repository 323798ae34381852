"""The slot for services that compare a face with an identity photo: whom they are asked about, and what they may answer.

The question goes from server to server with name and number; the person is sent to the service and comes back with its signed
answer. No picture passes through here: what is kept is the service's own number of the comparison.
"""

from typing import Protocol

import httpx2
from msgspec import Struct

from web.identity import id_token
from web.identity.http import Client
from web.identity.oidc import Oidc
from web.identity.provider import LoginFailed
from web.sessions import Clock, real_time
from web.settings import Settings


class FaceAsk(Struct, frozen=True, kw_only=True):
    """One comparison under way."""

    state: str
    nonce: str
    redirect_uri: str
    name: str
    id_number: str


class FaceAnswer(Struct, frozen=True):
    """`reference`: the service's number of the comparison, by which it can be asked later."""

    same_person: bool
    reference: str


class FaceCheck(Protocol):
    """Every method raises LoginFailed. `issuer` is the service's name."""

    issuer: str

    async def begin(self, ask: FaceAsk) -> str:
        """Where to send the browser."""

    async def answer(self, signed: str, nonce: str) -> FaceAnswer:
        """What the service says, once it is sure that it says so, now, and to the question with this nonce."""


class SignedFaceCheck:
    """A service that publishes its keys and its address for comparisons as an OpenID provider does. `oidc` refuses a sandbox in
    production."""

    def __init__(self, oidc: Oidc, client: Client, clock: Clock = real_time) -> None:
        self.oidc, self.client, self.clock = oidc, client, clock
        self.issuer = oidc.issuer

    async def begin(self, ask: FaceAsk) -> str:
        asked = {
            "name": ask.name,
            "id_no": ask.id_number,
            "state": ask.state,
            "nonce": ask.nonce,
            "redirect_uri": ask.redirect_uri,
        }
        url = (await self.client.post(await self.oidc.endpoint("face_check_endpoint"), asked)).get("url")
        if not isinstance(url, str) or not url.startswith(self.issuer.rstrip("/") + "/"):
            raise LoginFailed("refused", "a page of another origin")
        return url

    async def answer(self, signed: str, nonce: str) -> FaceAnswer:
        claims = id_token.check_result(
            await self.oidc.decode(signed), issuer=self.issuer, client_id=self.client.client_id, nonce=nonce, at=self.clock()
        )  # fmt: skip
        if not isinstance(claims.get("same_person"), bool):
            raise LoginFailed("refused", "no answer")
        return FaceAnswer(claims["same_person"], claims["jti"])


def face_check(
    settings: Settings,
    *,
    production: bool,
    clock: Clock = real_time,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> FaceCheck | None:
    """The service the environment names (FACE_ISSUER); None where there is none."""
    if not settings.face_issuer:
        return None
    client = Client(
        client_id=settings.face_client_id, client_secret=settings.face_client_secret, scope="", transport=transport
    )
    return SignedFaceCheck(Oidc(settings.face_issuer, client, production=production, clock=clock), client, clock)
