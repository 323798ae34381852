"""Spells of a participant: suspensions of contributing. Two can never overlap; an ending is a date."""

from datetime import date

from db import engine


async def begin_suspension(
    county_code: int, person_id: int, from_on: date, reason: str, note: str, case_id: int | None
) -> None:
    """Participation becomes (2, 2): suspended, contribution suspended. Without a case where the desk found it in a list."""
    await engine.execute(
        "insert into suspension_spell (county_code, person_id, from_on, reason, note, begun_by_case) values ($1, $2, $3, $4, $5, $6)",
        county_code, person_id, from_on, reason, note, case_id,
    )  # fmt: skip
    await _set_status(county_code, person_id, 2, 2, case_id)


async def end_suspension(county_code: int, person_id: int, on: date, case_id: int | None) -> None:
    """From `on` the person contributes again. A spell that began on that very day leaves no day behind."""
    await engine.execute(
        "update suspension_spell set until_on = $3, ended_by_case = $4 where county_code = $1 and person_id = $2"
        " and until_on is null",
        county_code, person_id, on, case_id,
    )  # fmt: skip
    await _set_status(county_code, person_id, 1, 1, case_id)


async def _set_status(county_code: int, person_id: int, participation: int, contribution: int, case_id: int | None) -> None:
    await engine.execute(
        "update participation set participation_status = $3, contribution_status = $4, case_id = coalesce($5, case_id), version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id, participation, contribution, case_id,
    )  # fmt: skip
