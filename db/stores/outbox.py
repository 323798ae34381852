"""Handing text messages over to whoever sends them: claimed first, sent outside any transaction, then noted."""

from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.stores.messages import BODY, PHONE


class Waiting(Struct, frozen=True, kw_only=True):
    """`attempts`: how often it was tried, this time included."""

    id: int
    phone: str
    body: str
    attempts: int


async def claim(county_code: int, at: datetime, until: datetime, limit: int) -> list[Waiting]:
    """Messages that are due, oldest first, for this sender alone until `until`.

    A sender that dies leaves them waiting: they are due again then. The attempt counts before it is made.
    """
    rows = await engine.fetch(
        "update message m set attempts = attempts + 1, next_try_at = $3 from (select id from message where county_code = $1"
        "  and state = 'waiting' and next_try_at <= $2 order by next_try_at, id limit $4 for update skip locked) due"
        " where m.county_code = $1 and m.id = due.id returning m.id, m.phone_sealed, m.body_sealed, m.attempts",
        county_code, at, until, limit,
    )  # fmt: skip
    return [
        Waiting(
            id=row["id"],
            phone=unseal_text(row["phone_sealed"], PHONE),
            body=unseal_text(row["body_sealed"], BODY),
            attempts=row["attempts"],
        )
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]


async def handed_over(county_code: int, message_id: int, state: str, delivery_id: str, at: datetime) -> None:
    """`state`: sent, or delivered where the gateway says so at once."""
    await engine.execute(
        "update message set state = $3, delivery_id = $4, sent_at = $5, next_try_at = null, error = ''"
        " where county_code = $1 and id = $2",
        county_code, message_id, state, delivery_id, at,
    )  # fmt: skip


async def not_sent(county_code: int, message_id: int, error: str, next_try_at: datetime | None) -> None:
    """Without `next_try_at` it has failed for good."""
    await engine.execute(
        "update message set error = $3, next_try_at = $4::timestamptz,"
        " state = case when $4::timestamptz is null then 'failed' else state end"
        " where county_code = $1 and id = $2",
        county_code, message_id, error, next_try_at,
    )  # fmt: skip
