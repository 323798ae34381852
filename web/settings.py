"""What the sites are told by the environment (docs/operating.md lists the names)."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class Settings(Struct, frozen=True, kw_only=True):
    """`identity_kind`: oidc (ID token), oauth2 (userinfo by token only) or netid (国家网络身份认证, pseudonymous). `face_issuer`: of
    a service that compares faces; empty where there is none."""

    portal_url: str
    backoffice_url: str
    issuer: str
    client_id: str
    client_secret: str
    keys: Path
    files: Path
    secure_cookies: bool
    identity_kind: str = "oidc"
    face_issuer: str = ""
    face_client_id: str = ""
    face_client_secret: str = ""


_NAMES = {
    "portal_url": "PENSION_PORTAL_URL",
    "backoffice_url": "PENSION_BACKOFFICE_URL",
    "issuer": "OIDC_ISSUER",
    "client_id": "OIDC_CLIENT_ID",
    "client_secret": "OIDC_CLIENT_SECRET",
    "keys": "PENSION_KEYS",
    "files": "PENSION_FILES",
}
IDENTITY_KINDS = ("oidc", "oauth2", "netid")
FACE = ("face_issuer", "face_client_id", "face_client_secret")


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises ValueError that names what is missing or contradicts itself."""
    missing = [name for name in _NAMES.values() if not environ.get(name)]
    if missing:
        raise ValueError(f"these environment variables are missing: {', '.join(missing)}")
    values = {field: environ[name] for field, name in _NAMES.items()}
    kind = environ.get("IDENTITY_KIND", "oidc")
    if kind not in IDENTITY_KINDS:
        raise ValueError(f"IDENTITY_KIND is one of {', '.join(IDENTITY_KINDS)}")
    face = {name.lower(): environ.get(name.upper(), "") for name in FACE}
    if any(face.values()) and not all(face.values()):
        raise ValueError(f"of a face check all are needed: {', '.join(name.upper() for name in FACE)}")
    secure = environ.get("PENSION_SECURE_COOKIES", "1") != "0"
    if secure and not (values["portal_url"].startswith("https://") and values["backoffice_url"].startswith("https://")):
        raise ValueError(
            "secure cookies need https addresses (PENSION_SECURE_COOKIES=0 only where nobody else listens)"
        )
    return Settings(
        portal_url=values["portal_url"].rstrip("/"),
        backoffice_url=values["backoffice_url"].rstrip("/"),
        issuer=values["issuer"],
        client_id=values["client_id"],
        client_secret=values["client_secret"],
        keys=Path(values["keys"]),
        files=Path(values["files"]),
        secure_cookies=secure,
        identity_kind=kind,
        **face,
    )
