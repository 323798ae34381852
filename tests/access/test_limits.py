"""Limits on guessing, and one-time codes."""

import asyncio
from datetime import timedelta

from db import engine
from db.stores.security import attempts, codes, sessions
from tests.web.clock import Clock

LIMIT = attempts.Limit("test", 3, timedelta(minutes=15), timedelta(minutes=20))
PHONE = "13800000001"


async def taken(clock: Clock, times: int, key: str = "k") -> list[bool]:
    return [await attempts.take(LIMIT, key, clock()) is None for _ in range(times)]


async def test_the_fourth_try_is_one_too_many(clock: Clock) -> None:
    assert await taken(clock, 5) == [True, True, True, False, False]
    assert await taken(clock, 1, "another") == [True]


async def test_the_lock_opens_by_itself_and_trying_does_not_lengthen_it(clock: Clock) -> None:
    await taken(clock, 3)
    until = await attempts.take(LIMIT, "k", clock())
    assert until == clock() + timedelta(minutes=20)
    clock.move(minutes=19, seconds=59)
    assert await attempts.take(LIMIT, "k", clock()) == until
    clock.move(seconds=1)
    assert await taken(clock, 4) == [True, True, True, False]


async def test_tries_far_apart_are_no_guessing(clock: Clock) -> None:
    for _ in range(4):
        assert await taken(clock, 2) == [True, True]
        clock.move(minutes=15)


async def test_success_clears_the_count(clock: Clock) -> None:
    await taken(clock, 2)
    await attempts.clear(LIMIT, "k")
    assert await taken(clock, 3) == [True, True, True]


async def test_parallel_guesses_count_one_by_one(clock: Clock) -> None:
    allowed = await asyncio.gather(*(attempts.take(LIMIT, "k", clock()) for _ in range(20)))
    assert [until is None for until in allowed].count(True) == 3


async def test_what_is_guessed_at_does_not_stand_in_the_table(clock: Clock) -> None:
    await taken(clock, 1, "439901001")
    assert "439901001" not in str(await engine.fetch("select * from login_attempt"))


async def issued(clock: Clock, subject: str = "case 1", phone: str = PHONE) -> str:
    code = await codes.issue("confirm", subject, phone, clock())
    assert code is not None
    assert len(code) == 6
    return code


async def test_a_code_is_good_once(clock: Clock) -> None:
    code = await issued(clock)
    assert await codes.check("confirm", "case 1", PHONE, code, clock())
    assert not await codes.check("confirm", "case 1", PHONE, code, clock())


async def test_a_code_is_good_for_its_purpose_subject_and_phone_only(clock: Clock) -> None:
    code = await issued(clock)
    for purpose, subject, phone in (
        ("other", "case 1", PHONE),
        ("confirm", "case 2", PHONE),
        ("confirm", "case 1", "13800000002"),
    ):
        assert not await codes.check(purpose, subject, phone, code, clock())
    assert await codes.check("confirm", "case 1", PHONE, code, clock())


async def test_a_code_lives_ten_minutes(clock: Clock) -> None:
    code = await issued(clock)
    clock.move(minutes=9, seconds=59)
    assert await codes.check("confirm", "case 1", PHONE, code, clock())
    clock.move(minutes=2)
    code = await issued(clock)
    clock.move(minutes=10)
    assert not await codes.check("confirm", "case 1", PHONE, code, clock())


async def test_after_five_wrong_tries_the_right_code_is_worth_nothing(clock: Clock) -> None:
    code = await issued(clock)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert not await codes.check("confirm", "case 1", PHONE, wrong, clock())
    assert not await codes.check("confirm", "case 1", PHONE, code, clock())


async def test_a_newer_code_replaces_the_older(clock: Clock) -> None:
    old = await issued(clock)
    clock.move(minutes=1)
    new = await issued(clock)
    assert old == new or not await codes.check("confirm", "case 1", PHONE, old, clock())
    assert await codes.check("confirm", "case 1", PHONE, new, clock())


async def test_a_phone_gets_one_code_a_minute_and_ten_a_day(clock: Clock) -> None:
    await issued(clock)
    assert await codes.issue("confirm", "case 2", PHONE, clock()) is None
    for _ in range(9):
        clock.move(minutes=1)
        await issued(clock)
    clock.move(minutes=1)
    assert await codes.issue("confirm", "case 1", PHONE, clock()) is None
    await issued(clock, phone="13800000002")


async def test_codes_are_not_stored_as_they_are_sent(clock: Clock) -> None:
    code = await issued(clock)
    row = await engine.fetchrow("select * from one_time_code")
    assert row is not None
    assert code not in str(dict(row))


async def test_what_is_over_is_swept_away_and_nothing_else(clock: Clock) -> None:
    await issued(clock)
    await sessions.replace(
        "portal", None, county_code=None, subject=1, data={}, origin=None, at=clock(), absolute=timedelta(hours=8)
    )
    await sessions.sweep(clock())
    assert await engine.fetchval("select count(*) from one_time_code") == 1
    clock.move(days=3)
    await sessions.sweep(clock())
    for table in ("one_time_code", "login_attempt", "web_session"):
        assert await engine.fetchval(f"select count(*) from {table}") == 0, table
