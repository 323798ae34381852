import asyncio
from datetime import timedelta

import asyncpg
import pytest

from db import engine
from db.queries import audit as audit_query
from db.stores import audit
from domain.agency.audit_chain import Bad, Fault, Report, seal, verify
from tests import make
from tests.conftest import Database

COUNTY, OTHER, AT = make.COUNTY, 430121, make.FRIDAY


async def entries(count: int, county: int = COUNTY) -> None:
    for number in range(count):
        await audit.write(county, AT + timedelta(seconds=number), "staff", 7, "孙立", "case.passed", "case", str(number), "理由")


async def entry_at(position: int) -> int:
    found: int = await engine.fetchval("select entry_id from audit_seal where county_code = $1 and position = $2", COUNTY, position)
    return found


async def sealed_and_touched(owner: asyncpg.Connection, sql: str, *args: object) -> Report:
    await entries(10)
    await seal(COUNTY, AT)
    assert (await verify(COUNTY)).intact
    await owner.execute(sql, *args)
    return await verify(COUNTY)


@pytest.mark.rule("R-020")
async def test_what_was_sealed_verifies_and_each_county_has_its_own_chain(db: Database) -> None:
    await entries(3)
    await entries(2, OTHER)
    assert (await seal(COUNTY, AT), await seal(OTHER, AT), await seal(COUNTY, AT)) == (3, 2, 0)
    report = await verify(COUNTY)
    assert (report.sealed, report.bad, report.unsealed.count) == (3, 0, 0)
    assert report.digest != (await verify(OTHER)).digest


@pytest.mark.parametrize("change", ["reason = ''", "actor_name = '别人'", "at = at + interval '1 microsecond'", "object_id = '99'",
                                    "detail = ' '", "actor_kind = 'system'", "action = 'case.approved'"])  # fmt: skip
@pytest.mark.rule("R-020")
async def test_one_edited_entry_is_named(owner: asyncpg.Connection, db: Database, change: str) -> None:
    report = await sealed_and_touched(
        owner, f"update audit_entry set {change} where id = (select entry_id from audit_seal where position = 4)"
    )
    assert report.first_bad == Bad(Fault.EDITED, 4, await entry_at(4))
    assert report.bad == 1


async def test_one_deleted_entry_is_named(owner: asyncpg.Connection, db: Database) -> None:
    report = await sealed_and_touched(
        owner, "delete from audit_entry where id = (select entry_id from audit_seal where position = 4)"
    )
    assert (report.bad, report.first_bad) == (1, Bad(Fault.ENTRY_MISSING, 4, await entry_at(4)))


async def test_an_entry_deleted_together_with_its_seal_is_named(owner: asyncpg.Connection, db: Database) -> None:
    report = await sealed_and_touched(
        owner,
        "with gone as (delete from audit_seal where position = 4 returning entry_id)"
        " delete from audit_entry where id in (select entry_id from gone)",
    )
    assert report.first_bad == Bad(Fault.SEAL_MISSING, 4, None)


async def test_a_seal_that_was_reckoned_anew_breaks_the_next_one(owner: asyncpg.Connection, db: Database) -> None:
    report = await sealed_and_touched(owner, "update audit_seal set digest = sha256('x') where position = 4")
    assert report.first_bad == Bad(Fault.EDITED, 4, await entry_at(4))
    assert report.bad == 2


async def test_a_chain_that_was_cut_short_is_told(owner: asyncpg.Connection, db: Database) -> None:
    report = await sealed_and_touched(
        owner,
        "with gone as (delete from audit_seal where position > 7 returning entry_id)"
        " delete from audit_entry where id in (select entry_id from gone)",
    )
    assert (report.first_bad, report.sealed) == (Bad(Fault.CUT_OFF, 8, None), 7)


async def test_the_unsealed_tail_is_told_with_its_count_and_age(db: Database) -> None:
    await entries(4)
    await seal(COUNTY, AT)
    await entries(3)
    report = await verify(COUNTY)
    assert (report.intact, report.sealed, report.unsealed.count, report.unsealed.oldest_at) == (True, 4, 3, AT)


async def test_the_serving_role_can_neither_edit_nor_delete(db: Database) -> None:
    await entries(1)
    await seal(COUNTY, AT)
    for sql in ("update audit_entry set reason = ''", "delete from audit_entry", "update audit_seal set position = 2", "delete from audit_seal"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await engine.execute(sql)


async def test_an_entry_whose_transaction_ends_late_is_sealed_all_the_same(owner: asyncpg.Connection, db: Database) -> None:
    """Its number is lower than those sealed before it."""
    write = (
        "insert into audit_entry (county_code, at, actor_kind, actor_id, actor_name, action, object_kind, object_id)"
        " values ($1, $2, 'staff', 1, '迟', 'late', 'case', '1')"
    )
    late = owner.transaction()
    await late.start()
    await owner.execute(write, COUNTY, AT)
    for _ in range(6):
        await entries(2)
        assert await seal(COUNTY, AT) == 2
    await late.commit()
    assert await seal(COUNTY, AT) == 1
    for _ in range(4):
        await entries(1)
        assert await seal(COUNTY, AT) == 1
    report = await verify(COUNTY)
    assert (report.intact, report.sealed, report.unsealed.count) == (True, 17, 0)
    settled = await engine.fetchval("select settled_id from audit_head where county_code = $1", COUNTY)
    assert settled > 13, "the mark moves up once nothing can come in below it"


async def test_an_idle_county_is_left_alone(db: Database) -> None:
    await entries(1)
    for _ in range(4):
        await seal(COUNTY, AT)
    before = await engine.fetchval("select xmin from audit_head where county_code = $1", COUNTY)
    await seal(COUNTY, AT)
    # taking the row lock writes xmax, never a new version
    assert await engine.fetchval("select xmin from audit_head where county_code = $1", COUNTY) == before


async def test_two_sealers_of_one_county_do_not_get_in_each_others_way(db: Database) -> None:
    await entries(40)
    done = await asyncio.gather(*(seal(COUNTY, AT) for _ in range(4)))
    assert sum(done) == 40
    assert (await verify(COUNTY)).intact


async def test_a_restored_backup_seals_on(owner: asyncpg.Connection, db: Database) -> None:
    """Transaction numbers of the old server mean nothing on the new one."""
    await entries(2)
    await seal(COUNTY, AT)
    await owner.execute("update audit_head set candidate_xid = '99999999999'")
    for _ in range(6):
        await entries(1)
        await seal(COUNTY, AT)
    assert await engine.fetchval("select settled_id from audit_head where county_code = $1", COUNTY) > 0
    assert (await audit_query.unsealed(COUNTY)).count == 0
