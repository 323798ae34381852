"""Village assistants and special authority: who may do more than his post or his own affairs, from when to when."""

from datetime import date, datetime

from db import engine
from db.crypto import index
from db.engine import Record


async def appoint(
    county_code: int, id_number: str, name: str, village: str, from_on: date, by: int, at: datetime
) -> int | None:
    """The appointment's id; None when this person already assists this village then."""
    appointment_id: int | None = await engine.fetchval(
        "insert into assistant_appointment (county_code, id_index, name, region_code, from_on, appointed_by, appointed_at)"
        " select $1, $2, $3, $4, $5, $6, $7 where not exists (select from assistant_appointment where county_code = $1"
        " and id_index = $2 and region_code = $4 and (until_on is null or until_on > $5)) returning id",
        county_code, index(id_number, "id_number"), name, village, from_on, by, at,
    )  # fmt: skip
    return appointment_id


async def lock_appointment(county_code: int, appointment_id: int) -> Record | None:
    return await engine.fetchrow(
        "select id, name, region_code, from_on, until_on from assistant_appointment"
        " where county_code = $1 and id = $2 for update",
        county_code, appointment_id,
    )  # fmt: skip


async def end(county_code: int, appointment_id: int, until_on: date, reason: str, by: int, at: datetime) -> bool:
    """False when it had ended already. One that would have begun later ends before it begins."""
    tag = await engine.execute(
        "update assistant_appointment set until_on = greatest(from_on, $3), end_reason = $4, ended_by = $5, ended_at = $6"
        " where county_code = $1 and id = $2 and until_on is null",
        county_code, appointment_id, until_on, reason, by, at,
    )  # fmt: skip
    return tag == "UPDATE 1"


async def ask_authority(
    county_code: int,
    staff_id: int,
    business: str,
    case_id: int | None,
    person_id: int | None,
    reason: str,
    at: datetime,
) -> int:
    grant_id: int = await engine.fetchval(
        "insert into special_authority_grant (county_code, staff_id, business, case_id, person_id, reason, asked_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) returning id",
        county_code, staff_id, business, case_id, person_id, reason, at,
    )  # fmt: skip
    return grant_id


async def lock_authority(county_code: int, grant_id: int) -> Record | None:
    return await engine.fetchrow(
        "select id, staff_id, business, granted_at, expires_at, refused_at, withdrawn_at from special_authority_grant"
        " where county_code = $1 and id = $2 for update",
        county_code, grant_id,
    )  # fmt: skip


async def grant_authority(county_code: int, grant_id: int, by: int, at: datetime, expires_at: datetime) -> None:
    await engine.execute(
        "update special_authority_grant set granted_by = $3, granted_at = $4, expires_at = $5"
        " where county_code = $1 and id = $2",
        county_code, grant_id, by, at, expires_at,
    )  # fmt: skip


async def refuse_authority(county_code: int, grant_id: int, by: int, at: datetime) -> None:
    await engine.execute(
        "update special_authority_grant set refused_by = $3, refused_at = $4 where county_code = $1 and id = $2",
        county_code, grant_id, by, at,
    )  # fmt: skip


async def withdraw_authority(county_code: int, grant_id: int, by: int, at: datetime) -> None:
    await engine.execute(
        "update special_authority_grant set withdrawn_by = $3, withdrawn_at = $4 where county_code = $1 and id = $2",
        county_code, grant_id, by, at,
    )  # fmt: skip
