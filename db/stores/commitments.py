"""Promises: the write side, and what a decision asks about them. Inside the caller's transaction."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class Verification(Struct, frozen=True, kw_only=True):
    """What the office found out itself about a case."""

    how: str
    found: str
    recorded_at: datetime
    recorded_by_name: str


class Broken(Struct, frozen=True, kw_only=True):
    """A promise that was not true and is not made good."""

    id: int
    case_id: int
    found: str
    recorded_at: datetime
    recorded_by: int


class Notice(Struct, frozen=True, kw_only=True):
    """A row of deregistration_notice."""

    id: int
    person_id: int
    cause: str
    happened_on: date
    finding: str
    come_by: date
    state: str
    issued_at: datetime
    issued_by: int
    issued_by_name: str


async def add_verification(county_code: int, case_id: int, how: str, found: str, by: int, by_name: str, at: datetime) -> int:
    verification_id: int = await engine.fetchval(
        "insert into field_verification (county_code, case_id, how, found, recorded_at, recorded_by, recorded_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) returning id",
        county_code, case_id, how, found, at, by, by_name,
    )  # fmt: skip
    return verification_id


async def verification_of(county_code: int, person_id: int, item: str) -> Verification | None:
    """The newest about an open case of this item and person."""
    row = await engine.fetchrow(
        "select v.how, v.found, v.recorded_at, v.recorded_by_name from field_verification v join service_case c on c.county_code = $1"
        " and c.id = v.case_id where v.county_code = $1 and c.subject_person_id = $2 and c.item = $3 and c.decided_at is null"
        " order by v.id desc limit 1",
        county_code, person_id, item,
    )  # fmt: skip
    return Verification(**dict(row)) if row else None


async def broken(county_code: int, signer_index: bytes) -> Broken | None:
    """Of one of the numbers this person has; the newest."""
    row = await engine.fetchrow(
        "select id, case_id, found, recorded_at, recorded_by from false_commitment where county_code = $1 and repaired_at is null"
        " and signer_index = any(select $2 union select i.id_index from identity_index mine join person_identity i"
        " on i.county_code = mine.county_code and i.person_id = mine.person_id where mine.id_index = $2 and mine.county_code = $1)"
        " order by id desc limit 1",
        county_code, signer_index,
    )  # fmt: skip
    return Broken(**dict(row)) if row else None


async def add_false(
    county_code: int, case_id: int, signer_index: bytes, signer_name: str, found: str, by: int, by_name: str, at: datetime
) -> int | None:
    """None where this one is marked already."""
    marked: int | None = await engine.fetchval(
        "insert into false_commitment (county_code, case_id, signer_index, signer_name, found, recorded_at, recorded_by,"
        " recorded_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id",
        county_code, case_id, signer_index, signer_name, found, at, by, by_name,
    )  # fmt: skip
    return marked


async def lock_false(county_code: int, false_id: int) -> Broken | None:
    row = await engine.fetchrow(
        "select id, case_id, found, recorded_at, recorded_by from false_commitment where county_code = $1 and id = $2"
        " and repaired_at is null for update",
        county_code, false_id,
    )  # fmt: skip
    return Broken(**dict(row)) if row else None


async def repair(county_code: int, false_id: int, note: str, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update false_commitment set repaired_at = $3, repaired_by_name = $4, repair_note = $5 where county_code = $1 and id = $2",
        county_code, false_id, at, by_name, note,
    )  # fmt: skip


async def add_check(county_code: int, case_id: int, note: str, by: int, by_name: str, at: datetime, *, kept: bool) -> bool:
    """False where it was checked before."""
    tag = await engine.execute(
        "insert into commitment_check (county_code, case_id, kept, note, checked_at, checked_by, checked_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        county_code, case_id, kept, note, at, by, by_name,
    )  # fmt: skip
    return tag.endswith(" 1")


# ------------------------------------------------------------------ who should come


async def serve(
    county_code: int, person_id: int, cause: str, happened_on: date, finding: str, come_by: date, by: int, by_name: str, at: datetime
) -> int | None:
    """None where a notice is out already."""
    notice_id: int | None = await engine.fetchval(
        "insert into deregistration_notice (county_code, person_id, cause, happened_on, finding, come_by, issued_at, issued_by,"
        " issued_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id",
        county_code, person_id, cause, happened_on, finding, come_by, at, by, by_name,
    )  # fmt: skip
    return notice_id


async def lock_notice(county_code: int, notice_id: int) -> Notice | None:
    row = await engine.fetchrow(
        f"select {', '.join(Notice.__struct_fields__)} from deregistration_notice where county_code = $1 and id = $2 for update",
        county_code, notice_id,
    )  # fmt: skip
    return Notice(**dict(row)) if row else None


async def close_notice(
    county_code: int, notice_id: int, state: str, note: str, by: int, by_name: str, at: datetime
) -> None:
    await engine.execute(
        "update deregistration_notice set state = $3, decision_note = $4, decided_by = $5, decided_by_name = $6, decided_at = $7"
        " where county_code = $1 and id = $2",
        county_code, notice_id, state, note, by, by_name, at,
    )  # fmt: skip
