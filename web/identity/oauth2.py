"""Provincial user centres: an OAuth2 code flow that gives a token but no ID token; who it is comes by userinfo.

Nothing is signed, so everything rests on the direct TLS connection to the token and userinfo addresses, and the login
of a person cannot be renewed on demand: such a login never counts as fresh.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from web.identity.http import Client
from web.identity.provider import SANDBOX_MARK, Ask, Identity, LoggedOut, LoginFailed, document_of, phone_of


class Service(Struct, frozen=True, kw_only=True):
    """Where a service listens and what it calls things. `levels`: its words for how sure it is → 1–4."""

    name: str
    authorize_url: str
    token_url: str
    userinfo_url: str
    logout_url: str | None = None
    prove_url: str | None = None
    sub: str = "sub"
    person: str = "name"
    id_type: str = "id_type"
    id_number: str = "id_no"
    phone: str = "phone"
    level: str = "assurance_level"
    levels: Mapping[str, int] = field(default_factory=lambda: {"1": 1, "2": 2, "3": 3, "4": 4})


class OAuth2:
    def __init__(self, service: Service, client: Client, *, production: bool) -> None:
        self.service, self.client, self.production = service, client, production
        self.issuer = service.name

    async def authorize_url(self, ask: Ask) -> str:
        more: dict[str, Any] = {"acr_values": str(ask.level)} if ask.level else {}
        async with self.client.open(ask) as session:
            url, _ = session.create_authorization_url(
                self.service.authorize_url, state=ask.state, code_verifier=ask.verifier, **more
            )
            return str(url)

    async def finish(self, code: str, ask: Ask) -> Identity:
        if ask.fresh:
            raise LoginFailed("not-fresh", "this service cannot log in anew on demand")
        access_token = (await self.client.token(self.service.token_url, code, ask)).get("access_token")
        if not isinstance(access_token, str):
            raise LoginFailed("refused", "no token")
        about = await self.client.userinfo(self.service.userinfo_url, access_token)
        names = self.service
        if self.production and about.get(SANDBOX_MARK):
            raise LoginFailed("refused", "a sandbox provider in production")
        if not about.get(names.sub):
            raise LoginFailed("refused", "userinfo names nobody")
        kind, number = document_of(about.get(names.id_type), about.get(names.id_number))
        return Identity(
            provider=names.name,
            sub=str(about[names.sub]),
            name=str(about.get(names.person) or ""),
            id_type=kind,
            id_number=number,
            phone=phone_of(about.get(names.phone)),
            assurance=names.levels.get(str(about.get(names.level)), 0),
            authenticated_at=None,
        )

    async def logout_url(self, back: str) -> str | None:  # noqa: ARG002 - these pages know no way back
        return self.service.logout_url

    async def read_logout(self, token: str) -> LoggedOut:  # noqa: ARG002
        raise LoginFailed("refused", "this service sends no logout tokens")

    async def prove(self, sub: str, name: str, id_number: str) -> bool:
        if self.service.prove_url is None:
            return False
        asked = {"sub": sub, "name": name, "id_no": id_number}
        return (await self.client.post(self.service.prove_url, asked)).get("match") is True
