"""Outboxes: what people are told, and what partners are sent. Rows are written in the transaction they report on."""

from datetime import datetime
from typing import Any

import msgspec

from db import engine
from db.crypto import seal

PHONE = "person.phone"
BODY = "message.body"
EXCHANGE = "exchange.body"


async def tell(
    *,
    county_code: int,
    recipient_index: bytes,
    case_id: int | None,
    title: str,
    body: str,
    at: datetime,
    phone: str | None = None,
) -> None:
    """An in-app message always; an SMS beside it when a phone is known."""
    sealed = seal(body, BODY)
    await engine.execute(
        "insert into message (county_code, recipient_index, case_id, channel, title, body_sealed, state, created_at, sent_at)"
        " values ($1, $2, $3, 'in_app', $4, $5, 'delivered', $6, $6)",
        county_code, recipient_index, case_id, title, sealed, at,
    )  # fmt: skip
    if phone:
        await text(county_code=county_code, recipient_index=recipient_index, case_id=case_id, phone=phone, title=title,
                   body=body, at=at)  # fmt: skip


async def text(
    *, county_code: int, recipient_index: bytes, case_id: int | None, phone: str, title: str, body: str, at: datetime
) -> None:
    """An SMS alone (codes)."""
    await engine.execute(
        "insert into message (county_code, recipient_index, case_id, channel, phone_sealed, title, body_sealed, state,"
        " next_try_at, created_at) values ($1, $2, $3, 'sms', $4, $5, $6, 'waiting', $7, $7)",
        county_code, recipient_index, case_id, seal(phone, PHONE), title, seal(body, BODY), at,
    )  # fmt: skip


async def mark_read(county_code: int, recipient_index: bytes, message_id: int, at: datetime) -> None:
    await engine.execute(
        "update message set read_at = $4 where county_code = $1 and recipient_index = $2 and id = $3 and read_at is null",
        county_code, recipient_index, message_id, at,
    )  # fmt: skip


async def queue_exchange(
    county_code: int, partner: str, kind: str, body: dict[str, Any], case_id: int | None, at: datetime, reference: str = ""
) -> None:  # fmt: skip
    """`reference`: our number of it, where the partner's answer names one."""
    await engine.execute(
        "insert into exchange_message (county_code, partner, kind, body_sealed, state, case_id, created_at, reference)"
        " values ($1, $2, $3, $4, 'waiting', $5, $6, $7)",
        county_code, partner, kind, seal(msgspec.json.encode(body), EXCHANGE), case_id, at, reference,
    )  # fmt: skip
