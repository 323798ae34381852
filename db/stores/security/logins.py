"""Logins under way at an identity provider, logout tokens already used, and forms kept when a session ended."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import seal, unseal
from db.stores.security import tokens
from db.stores.security.sessions import App

STATE_LIFETIME = timedelta(minutes=15)
PARKED_LIFETIME = timedelta(hours=1)
PARKED = "parked_form.body"


class Begun(Struct, frozen=True):
    """What was remembered when the browser was sent to the provider."""

    nonce: str
    verifier: str
    next_path: str
    level: int
    fresh: bool
    at: datetime


async def begin(state: str, browser: str, begun: Begun) -> None:
    await engine.execute(
        "insert into oidc_state (state_hash, browser_hash, nonce, verifier, next_path, level, fresh, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tokens.digest(state), tokens.digest(browser), begun.nonce, begun.verifier, begun.next_path, begun.level,
        begun.fresh, begun.at + STATE_LIFETIME,
    )  # fmt: skip


async def finish(state: str, browser: str, at: datetime) -> Begun | None:
    """What was begun in this browser under this state; it can be taken once only."""
    row = await engine.fetchrow(
        "delete from oidc_state where state_hash = $1 and browser_hash = $2 and expires_at > $3"
        " returning nonce, verifier, next_path, level, fresh, expires_at - $4::interval",
        tokens.digest(state), tokens.digest(browser), at, STATE_LIFETIME,
    )  # fmt: skip
    return Begun(*row) if row else None


async def first_use(token_id: str, expires_at: datetime) -> bool:
    """False when this logout token was used before."""
    tag = await engine.execute(
        "insert into logout_token_seen (token_id_hash, expires_at) values ($1, $2) on conflict do nothing",
        tokens.digest(token_id), expires_at,
    )  # fmt: skip
    return tag == "INSERT 0 1"


async def park(app: App, owner: tuple[int | None, int | None], path: str, fields: dict[str, Any], at: datetime) -> str:
    """Keep typed fields for (county_code, subject) `owner`; returns the token that brings them back."""
    token = tokens.new_token()
    await engine.execute(
        "insert into parked_form (token_hash, app, county_code, subject, path, body_sealed, expires_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        tokens.digest(token), app, *owner, path, seal(msgspec.json.encode(fields), PARKED), at + PARKED_LIFETIME,
    )  # fmt: skip
    return token


async def unpark(
    app: App, token: str, owner: tuple[int | None, int | None], path: str, at: datetime
) -> dict[str, Any] | None:
    """The kept fields, once, on the page they belong to. Somebody else's are thrown away, not shown."""
    row = await engine.fetchrow(
        "delete from parked_form where token_hash = $1 and app = $2 and path = $3"
        " returning county_code, subject, body_sealed, expires_at",
        tokens.digest(token), app, path,
    )  # fmt: skip
    if row is None or row["expires_at"] <= at:
        return None
    if row["subject"] is not None and (row["county_code"], row["subject"]) != owner:
        return None
    fields: dict[str, Any] = msgspec.json.decode(unseal(row["body_sealed"], PARKED))
    return fields
