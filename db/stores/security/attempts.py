"""Limits on guessing and on sending, shared by all processes because they live in the database."""

from datetime import datetime, timedelta

from msgspec import Struct

from db import engine
from db.stores.security import tokens


class Limit(Struct, frozen=True):
    """`times` within `window`; then nothing until `lock` has passed."""

    kind: str
    times: int
    window: timedelta
    lock: timedelta


PASSWORD = Limit("password", 5, timedelta(minutes=15), timedelta(minutes=15))
ADDRESS = Limit("address", 30, timedelta(minutes=15), timedelta(minutes=15))
TOTP = Limit("totp", 5, timedelta(minutes=15), timedelta(minutes=15))
CODE_PAUSE = Limit("code_pause", 1, timedelta(minutes=1), timedelta(minutes=1))
CODES_A_DAY = Limit("codes_a_day", 10, timedelta(days=1), timedelta(days=1))
PAPERS = Limit("papers", 20, timedelta(minutes=15), timedelta(minutes=15))
FACE = Limit("face", 5, timedelta(days=1), timedelta(hours=12))
BEREAVED = Limit("bereaved", 10, timedelta(days=1), timedelta(hours=12))
BINDING = Limit("binding", 5, timedelta(days=1), timedelta(days=1))


async def take(limit: Limit, key: str, at: datetime) -> datetime | None:
    """Count an attempt before it is judged. None: go ahead; otherwise nothing was counted, come back at that time."""
    hashed = tokens.keyed("attempt", limit.kind, key)
    over = "(t.locked_until is not null or t.first_at <= $5)"
    allowed = await engine.fetchval(
        "insert into login_attempt as t (kind, key_hash, failures, first_at, locked_until)"
        " values ($1, $2, 1, $3, case when $4::int <= 1 then $6::timestamptz end)"
        " on conflict (kind, key_hash) do update set"
        f" failures = case when {over} then 1 else t.failures + 1 end,"
        f" first_at = case when {over} then $3 else t.first_at end,"
        f" locked_until = case when (case when {over} then 1 else t.failures + 1 end) >= $4 then $6 end"
        " where t.locked_until is null or t.locked_until <= $3 returning true",
        limit.kind, hashed, at, limit.times, at - limit.window, at + limit.lock,
    )  # fmt: skip
    if allowed:
        return None
    until: datetime | None = await engine.fetchval(
        "select locked_until from login_attempt where kind = $1 and key_hash = $2", limit.kind, hashed
    )
    return until or at + limit.lock


async def give_back(limit: Limit, key: str) -> None:
    """It was no guess: this one does not count, those before it do."""
    await engine.execute(
        "update login_attempt set failures = greatest(failures - 1, 0), locked_until = null where kind = $1 and key_hash = $2",
        limit.kind, tokens.keyed("attempt", limit.kind, key),
    )  # fmt: skip


async def clear(limit: Limit, key: str) -> None:
    """It was right: the count starts again."""
    await engine.execute(
        "delete from login_attempt where kind = $1 and key_hash = $2",
        limit.kind,
        tokens.keyed("attempt", limit.kind, key),
    )
