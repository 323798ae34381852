import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from db import engine
from db.queries import records
from db.stores import messages
from domain.agency.outbox import AT_ONCE, GAVE_NO_ANSWER, LEASE, WAITS, SandboxTexter, TextFailed, send_texts
from tests import make
from tests.conftest import Database

COUNTY, AT = make.COUNTY, make.FRIDAY


class Gateway:
    """Takes messages, or says why not; counts."""

    delivers_at_once = False

    def __init__(self, failures: int = 0, error: Exception | None = None) -> None:
        self.failures, self.error = failures, error or TextFailed("网关忙")
        self.taken: list[tuple[str, str]] = []

    async def send(self, phone: str, text: str) -> str:
        if self.failures:
            self.failures -= 1
            raise self.error
        await asyncio.sleep(0)
        self.taken.append((phone, text))
        return f"gateway-{len(self.taken)}"


async def write(count: int = 1, county: int = COUNTY) -> None:
    for number in range(count):
        await messages.text(county_code=county, recipient_index=b"r", case_id=None, phone=f"139000000{number:02d}",
                            title="结果", body=f"第{number}条", at=AT)  # fmt: skip


async def state() -> dict[str, Any]:
    row = await engine.fetchrow("select state, attempts, next_try_at, error, delivery_id, sent_at from message order by id limit 1")
    assert row is not None
    return dict(row)


async def test_a_text_is_handed_over_once_with_the_agencys_name(db: Database) -> None:
    await write()
    gateway = Gateway()
    assert (await send_texts(COUNTY, gateway, AT), await send_texts(COUNTY, gateway, AT)) == (1, 0)
    assert gateway.taken == [("13900000000", "【青禾县城乡居民社会养老保险中心】第0条")]
    assert await state() == {"state": "sent", "attempts": 1, "next_try_at": None, "error": "", "delivery_id": "gateway-1", "sent_at": AT}


async def test_the_sandbox_sends_nothing_and_says_delivered(db: Database) -> None:
    await write()
    assert await send_texts(COUNTY, SandboxTexter(), AT) == 1
    assert (await state())["state"] == "delivered"
    (line,) = await records.messages(COUNTY, limit=9)
    assert (line.phone, line.body) == ("13900000000", "第0条"), "the demo page shows what would have been sent"


async def test_a_refused_text_waits_longer_each_time_and_then_fails_with_the_reason(db: Database) -> None:
    await write()
    gateway, at = Gateway(failures=99), AT
    for wait in WAITS:
        assert await send_texts(COUNTY, gateway, at) == 0
        now = await state()
        assert (now["state"], now["next_try_at"], now["error"]) == ("waiting", at + wait, "网关忙")
        before = gateway.failures
        await send_texts(COUNTY, gateway, at + wait - timedelta(seconds=1))
        assert gateway.failures == before, "not tried before its time"
        at += wait
    await send_texts(COUNTY, gateway, at)
    assert ((await state())["state"], (await state())["error"], (await state())["attempts"]) == ("failed", "网关忙", len(WAITS) + 1)
    await send_texts(COUNTY, gateway, at + timedelta(days=9))
    assert gateway.failures == 99 - len(WAITS) - 1


async def test_a_text_that_breaks_the_sender_holds_up_nobody_and_ends(db: Database) -> None:
    await write(2)
    gateway, at = Gateway(failures=1, error=RuntimeError("bug")), AT
    with pytest.raises(RuntimeError):
        await send_texts(COUNTY, gateway, at)
    assert len(gateway.taken) == 1
    at += LEASE
    assert await send_texts(COUNTY, gateway, at) == 1
    await engine.execute("update message set state = 'waiting', attempts = 9, next_try_at = $1", at)
    assert await send_texts(COUNTY, gateway, at) == 0
    assert ((await state())["state"], (await state())["error"]) == ("failed", GAVE_NO_ANSWER)


async def test_a_sender_that_dies_leaves_the_text_for_the_next(db: Database) -> None:
    await write()
    with pytest.raises(RuntimeError):
        await send_texts(COUNTY, Gateway(failures=1, error=RuntimeError("killed")), AT)
    gateway = Gateway()
    assert await send_texts(COUNTY, gateway, AT + LEASE - timedelta(seconds=1)) == 0
    assert await send_texts(COUNTY, gateway, AT + LEASE) == 1


async def test_two_workers_share_the_work_and_send_nothing_twice(db: Database) -> None:
    await write(AT_ONCE + 10)
    gateway = Gateway()
    done = await asyncio.gather(*(send_texts(COUNTY, gateway, AT) for _ in range(3)))
    assert sum(done) == len({phone + text for phone, text in gateway.taken}) == AT_ONCE + 10


async def test_other_counties_in_app_messages_and_the_future_are_left_alone(db: Database) -> None:
    await write(county=430121)
    await messages.tell(county_code=COUNTY, recipient_index=b"r", case_id=None, title="t", body="b", at=AT)
    await messages.text(county_code=COUNTY, recipient_index=b"r", case_id=None, phone="13900000000", title="t", body="b",
                        at=AT + timedelta(minutes=1))  # fmt: skip
    assert await send_texts(COUNTY, Gateway(), AT) == 0


async def test_messages_to_partners_wait_for_their_transport(db: Database) -> None:
    await messages.queue_exchange(COUNTY, "tax", "registration", {"action": "enroll"}, None, AT)
    await send_texts(COUNTY, SandboxTexter(), datetime(2030, 1, 1, tzinfo=make.CHINA))
    assert await engine.fetchval("select state from exchange_message") == "waiting"


async def test_no_text_outlives_its_lease_behind_slow_ones(db: Database) -> None:
    """All are under way before the first answer: one after the other, the last would be due again before its turn."""
    await write(AT_ONCE)
    under_way, answers = asyncio.Semaphore(0), asyncio.Event()

    class Slow(Gateway):
        async def send(self, phone: str, text: str) -> str:
            under_way.release()
            await answers.wait()
            return await super().send(phone, text)

    sending = asyncio.create_task(send_texts(COUNTY, Slow(), AT))
    for _ in range(AT_ONCE):
        await asyncio.wait_for(under_way.acquire(), 5)
    answers.set()
    assert await sending == AT_ONCE
