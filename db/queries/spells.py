"""Where a participant stands: contributing, suspended, drawing."""

from datetime import date

from msgspec import Struct

from db import engine


class Standing(Struct, frozen=True, kw_only=True):
    """The pair of procedures A0.3, and since when contributing is suspended, if it is."""

    participation_status: int
    contribution_status: int
    suspended_on: date | None
    reason: str


async def standing(county_code: int, person_id: int) -> Standing | None:
    row = await engine.fetchrow(
        "select p.participation_status, p.contribution_status, s.from_on as suspended_on, coalesce(s.reason, '') as reason"
        " from participation p left join suspension_spell s on s.county_code = p.county_code and s.person_id = p.person_id"
        " and s.until_on is null where p.county_code = $1 and p.person_id = $2",
        county_code, person_id,
    )  # fmt: skip
    return Standing(**dict(row)) if row else None
