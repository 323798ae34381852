"""短信: the outbox is emptied through an adapter; in demo and training nothing leaves the house.

Exchange messages to partners stay where they are: their transport is another's work.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from db.queries import reference
from db.stores import outbox
from db.stores.outbox import Waiting

AT_ONCE = 50
# How long after each failure the next attempt is made; after the last one the message has failed.
WAITS: Sequence[timedelta] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
LEASE = timedelta(minutes=5)  # longer than any gateway takes to answer
GAVE_NO_ANSWER = "多次发送都没有结果"


class TextFailed(Exception):
    """The gateway did not take the message; the text says why, without the number."""


class Texter(Protocol):
    """A gateway for text messages. `delivers_at_once`: taking a message is delivering it."""

    delivers_at_once: bool

    async def send(self, phone: str, text: str) -> str:
        """The gateway's number for the message. Raises TextFailed."""
        ...


class SandboxTexter:
    """Sends nothing: what would have been sent stands in the database (demo, training, test)."""

    delivers_at_once = True

    async def send(self, phone: str, text: str) -> str:  # noqa: ARG002 - a gateway would use them
        return f"sandbox-{secrets.token_hex(8)}"


async def send_texts(county_code: int, texter: Texter, at: datetime) -> int:
    """One round for one county; returns how many were handed over. Several workers share the work.

    All at once: behind 49 slow answers the last one's lease would be over before its turn, and it would go out twice.
    """
    waiting = await outbox.claim(county_code, at, at + LEASE, AT_ONCE)
    sender = await reference.agency_name(county_code) if waiting else ""
    answers = await asyncio.gather(
        *(_send(county_code, message, f"【{sender}】{message.body}", texter, at) for message in waiting),
        return_exceptions=True,
    )
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return sum(answer is True for answer in answers)


async def _send(county_code: int, message: Waiting, text: str, texter: Texter, at: datetime) -> bool:
    if message.attempts > len(WAITS) + 1:  # every attempt so far ended without an answer
        await outbox.not_sent(county_code, message.id, GAVE_NO_ANSWER, None)
        return False
    try:
        delivery_id = await texter.send(message.phone, text)
    except TextFailed as failure:
        wait = WAITS[message.attempts - 1] if message.attempts <= len(WAITS) else None
        await outbox.not_sent(county_code, message.id, str(failure), at + wait if wait else None)
        return False
    state = "delivered" if texter.delivers_at_once else "sent"
    await outbox.handed_over(county_code, message.id, state, delivery_id, at)
    return True
