"""Logging residents in through an identity provider; three kinds of provider fit the same slot."""

import httpx2

from web.identity import netid
from web.identity.http import Client
from web.identity.oauth2 import OAuth2, Service
from web.identity.oidc import Oidc
from web.identity.provider import Provider
from web.sessions import Clock, real_time
from web.settings import Settings


def provider(
    settings: Settings,
    *,
    production: bool,
    clock: Clock = real_time,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Provider:
    """The provider the environment names (IDENTITY_KIND, OIDC_ISSUER)."""
    scope = {"oidc": "openid profile phone", "oauth2": "profile", "netid": "netid"}[settings.identity_kind]
    client = Client(
        client_id=settings.client_id, client_secret=settings.client_secret, scope=scope, transport=transport
    )
    if settings.identity_kind == "oidc":
        return Oidc(settings.issuer, client, production=production, clock=clock)
    base = settings.issuer.rstrip("/")
    service = Service(
        name=settings.issuer,
        authorize_url=f"{base}/authorize",
        token_url=f"{base}/token",
        userinfo_url=f"{base}/userinfo",
        prove_url=f"{base}/prove",
    )
    if settings.identity_kind == "netid":
        service = netid.service(service)
    return OAuth2(service, client, production=production)
