"""Everybody is told once that the year's statement is there; a crash, a second run or a second worker tells nobody twice."""

import asyncio
import os
import signal
from datetime import date

import asyncpg
import pytest

from db import engine
from db.crypto import seal, unseal_text
from db.queries import statements as query
from db.stores import runs as store
from db.stores.ledger import Entry
from domain.errors import Refused
from domain.ledger import Kind
from domain.runs import annual_statements, interest_settlement, run
from tests import make
from tests.contributions.ways import CHECKER
from tests.make import COUNTY
from tests.runs.conftest import APPROVER, AT, MAKER, many_accounts, posted, settle, state, work
from tests.runs.test_interruption import DEADLINE, begin, stuck

KIND = annual_statements.KIND
PHONE = "13800000009"


async def told() -> dict[int, bool]:
    """Account to whether a text message went out, too."""
    rows = await engine.fetch("select account_id, by_phone from statement_notice where year = 2025")
    return {row["account_id"]: row["by_phone"] for row in rows}


async def messages(channel: str) -> int:
    found: int = await engine.fetchval(
        "select count(*) from message where channel = $1 and title like '%对账单%'", channel
    )
    return found


async def phones(accounts: list[int]) -> None:
    await engine.execute(
        "update person set phone_sealed = $1 where id in (select person_id from individual_account where id = any($2::bigint[]))",
        seal(PHONE, "person.phone"), accounts,
    )  # fmt: skip


async def settled(accounts: list[int]) -> None:
    """1,000.00 each, and 2025 settled."""
    await posted(
        [
            Entry(account_id=a, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 5), amounts={"personal": 100_000})
            for a in accounts
        ]
    )
    await settle(2025)


async def prepared(period: str = "2025") -> int:
    return await run.prepare(KIND, COUNTY, period, MAKER, AT)


async def approved(period: str = "2025") -> int:
    run_id = await prepared(period)
    await work()
    await run.review(KIND, COUNTY, run_id, CHECKER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    return run_id


async def done(period: str = "2025") -> int:
    run_id = await approved(period)
    await work()
    assert await state(run_id) == "done"
    return run_id


@pytest.mark.rule("R-196")
async def test_everybody_is_told_by_phone_where_there_is_one_and_the_rest_is_listed_for_the_village(db: object) -> None:
    accounts = await many_accounts(12)
    await phones(accounts[:5])
    await settled(accounts)
    run_id = await prepared()
    await work()
    assert await told() == {}  # the dry run tells nobody
    assert await messages("in_app") == await messages("sms") == 0
    assert [c.rows_done for c in await store.chunks(COUNTY, run_id)] == [12]
    await run.review(KIND, COUNTY, run_id, CHECKER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    await work()
    assert await told() == {account: account in accounts[:5] for account in accounts}
    assert (await messages("in_app"), await messages("sms")) == (12, 5)
    text = await engine.fetchrow(
        "select state, phone_sealed, body_sealed, next_try_at from message where channel = 'sms' limit 1"
    )
    assert text is not None
    assert text["state"] == "waiting"
    assert text["next_try_at"] == AT
    assert unseal_text(text["phone_sealed"], "person.phone") == PHONE
    assert "2025年" in unseal_text(text["body_sealed"], "message.body")
    aside = await engine.fetch("select account_id, bucket from run_exception where not trial and run_id = $1", run_id)
    assert {(row["account_id"], row["bucket"]) for row in aside} == {(a, "without_phone") for a in accounts[5:]}
    listed = await query.villages(COUNTY, f"{COUNTY}", 2025)
    assert sum(each.told for each in listed) == 12
    assert sum(each.without_phone for each in listed) == 7
    assert [each.code for each in listed] == ["4399010101", "4399010102", "4399010201", "4399010203"]


@pytest.mark.rule("R-196")
async def test_a_second_run_tells_only_whom_the_first_could_not(db: object) -> None:
    accounts = await many_accounts(6)
    late = accounts[0]
    await settled(accounts[1:])
    await engine.execute("update account_balance set settled_year = 2023 where account_id = $1", late)
    first = await done()
    assert set(await told()) == set(accounts[1:])
    assert (
        await engine.fetchval(
            "select bucket from run_exception where run_id = $1 and account_id = $2 and not trial", first, late
        )
        == "unsettled"
    )
    await engine.execute("update account_balance set settled_year = 2025 where account_id = $1", late)
    second = await done()
    assert set(await told()) == set(accounts)
    assert sum(c.rows_done for c in await store.chunks(COUNTY, second)) == 1
    assert await messages("in_app") == 6


async def test_a_township_alone_and_then_the_rest(db: object) -> None:
    accounts = await many_accounts(8)
    await settled(accounts)
    await done("2025-43990101")
    assert len(await told()) == 4
    await done()
    assert len(await told()) == 8
    assert await messages("in_app") == 8


async def test_who_opened_the_account_later_or_has_closed_it_is_not_told(db: object) -> None:
    first, last, new, closed = await many_accounts(4)
    await settled([first, last, closed])
    await engine.execute("update individual_account set opened_on = '2025-12-31' where id = $1", last)
    await engine.execute("update individual_account set opened_on = '2026-01-01' where id = $1", new)
    await engine.execute("update individual_account set status = 'settled' where id = $1", closed)
    await done()
    assert set(await told()) == {first, last}


@pytest.mark.parametrize(
    ("period", "code"), [("2026", "year"), ("x", "year"), ("2025", "not-settled"), ("2024", "not-settled")]
)
async def test_nothing_begins_before_the_year_is_over_and_settled(db: object, period: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        await prepared(period)
    assert refused.value.problems[0].code == code


@pytest.mark.parametrize("region", ["4399010", "43990199", "4399010101", "43990101x"])
async def test_only_a_township_of_the_county_can_be_named(db: object, region: str) -> None:
    await settle(2025)
    with pytest.raises(Refused, match="8位代码"):
        await prepared(f"2025-{region}")


@pytest.mark.parametrize(
    ("held", "finished"),
    [
        ("lock table run_exception in share mode", 0),
        ("lock table statement_notice in share mode", 0),
        (
            "select from individual_account where id = (select id from individual_account order by id offset 1 limit 1) for update",
            1,
        ),
    ],
    ids=["between the work and its checkpoint", "while it writes", "in the second chunk"],
)
async def test_killed_in_the_middle_nobody_is_told_twice_and_nobody_forgotten(
    db: object, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, held: str, finished: int
) -> None:
    accounts = await many_accounts(40)
    await settled(accounts)
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)  # a chunk a township
    run_id = await approved()
    assert len(await store.chunks(COUNTY, run_id)) == 2
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin()
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()
    assert [c.state for c in await store.chunks(COUNTY, run_id)].count("done") == finished
    heir = await begin()
    assert await asyncio.wait_for(heir.wait(), DEADLINE) == 0
    assert await state(run_id) == "done"
    assert set(await told()) == set(accounts)
    assert await messages("in_app") == len(accounts)


async def test_the_assistant_of_nobody_prepares_it(db: object) -> None:
    await settle(2025)
    with pytest.raises(Refused):
        await run.prepare(KIND, COUNTY, "2025", make.staff("卫东"), AT)
