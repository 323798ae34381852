"""Small tables every county leans on: counties, places, working days, policy parameters. Rows are added, never deleted."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import sm3


class RegionWrite(Struct, frozen=True):
    """What a region is called from now on."""

    code: str
    name: str
    full_name: str
    closed: bool = False


class ParameterWrite(Struct, frozen=True):
    """One version of a policy parameter; `value` None ends it."""

    kind: str
    key: str
    value: str | None
    effective_on: date
    decided_on: date
    document: str


async def add_county(
    county_code: int, name: str, *, agency_name: str, agency_phone: str, agency_address: str, profile: str
) -> bool:
    """False when the county is there already; nothing is changed then."""
    added = await engine.fetchval(
        "insert into county (county_code, name, agency_name, agency_phone, agency_address, profile)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning county_code",
        county_code, name, agency_name, agency_phone, agency_address, profile,
    )  # fmt: skip
    return added is not None


async def write_regions(
    county_code: int, rows: list[RegionWrite], *, on: date, document: str, at: datetime, by: str
) -> None:
    """New places and new names, each kept as a version with the document that decided it (R-448, R-450).

    A place once closed keeps the day it was closed on.
    """
    await engine.executemany(
        "insert into region (code, county_code, name, full_name, opened_on, closed_on)"
        " values ($1, $2, $3, $4, $5::date, case when $6::boolean then $5::date end)"
        " on conflict (code) do update set name = $3, full_name = $4,"
        " closed_on = case when $6::boolean then coalesce(region.closed_on, $5::date) end",
        [(row.code, county_code, row.name, row.full_name, on, row.closed) for row in rows],
    )
    await engine.executemany(
        "insert into region_version (code, name, full_name, effective_on, document, recorded_at, recorded_by)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        [(row.code, row.name, row.full_name, on, document, at, by) for row in rows],
    )


async def map_statistical_codes(rows: list[tuple[str, str]], at: datetime) -> None:
    """`rows`: (our code, the code for statistics) (R-457)."""
    await engine.executemany(
        "insert into region_mapping (code, statistical_code, recorded_at) values ($1, $2, $3)",
        [(code, statistical, at) for code, statistical in rows],
    )


async def lock_regions(county_code: int) -> None:
    """Two imports for one county wait for each other until the transaction ends."""
    await engine.execute("select pg_advisory_xact_lock(hashtext('region'), $1)", county_code)


async def write_calendar_year(
    year: int, notice: str, days: list[tuple[date, str, str]], *, at: datetime, by: str
) -> None:
    """`days`: (day, kind, name). They replace the year; a day that is no longer listed becomes plain again."""
    await engine.execute(
        "update calendar_day set kind = 'plain', name = '' where extract(year from day)::int = $1 and not day = any($2)",
        year, [day for day, _, _ in days],
    )  # fmt: skip
    await engine.executemany(
        "insert into calendar_day (day, kind, name) values ($1, $2, $3)"
        " on conflict (day) do update set kind = $2, name = $3",
        days,
    )
    # Later than every year before it, also while the business date is set back: readers look for the newest stamp.
    await engine.execute(
        "insert into calendar_year (year, notice, loaded_at, loaded_by) values ($1, $2,"
        " greatest($3, (select max(loaded_at) + interval '1 microsecond' from calendar_year)), $4)"
        " on conflict (year) do update set notice = $2, loaded_at = excluded.loaded_at, loaded_by = $4",
        year, notice, at, by,
    )  # fmt: skip


async def add_parameters(
    county_code: int, rows: list[ParameterWrite], *, verified: bool, proposed_by: str, confirmed_by: str, at: datetime
) -> None:
    """asyncpg.UniqueViolationError when a row for the same two dates is there already."""
    await engine.executemany(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified,"
        " proposed_by, confirmed_by, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            (county_code, row.kind, row.key, row.value, row.effective_on, row.decided_on, row.document, verified,
             proposed_by, confirmed_by, at)
            for row in rows
        ],
    )  # fmt: skip


async def calendar_was_applied(county_code: int, loaded_at: datetime) -> None:
    """Due dates of this county now follow the calendar of that stamp."""
    await engine.execute(
        "insert into calendar_applied (county_code, loaded_at) values ($1, $2)"
        " on conflict (county_code) do update set loaded_at = $2",
        county_code, loaded_at,
    )  # fmt: skip


async def propose_parameters(
    county_code: int, *, document: str, file_name: str, file: bytes, rows: list[ParameterWrite], by: int, by_name: str,
    at: datetime,
) -> int:  # fmt: skip
    """The proposal's id. The rows stand in it, not in the parameters."""
    proposal_id: int = await engine.fetchval(
        "insert into parameter_proposal (county_code, document, file_name, file_digest, rows, state, proposed_by,"
        " proposed_by_name, proposed_at) values ($1, $2, $3, $4, $5, 'proposed', $6, $7, $8) returning id",
        county_code, document, file_name, sm3(file).hex(), msgspec.json.encode(rows).decode(), by, by_name, at,
    )  # fmt: skip
    return proposal_id


async def decide_proposal(
    county_code: int, proposal_id: int, state: str, *, by: int, by_name: str, reason: str, at: datetime
) -> bool:
    """False when somebody decided it before."""
    done = await engine.fetchval(
        "update parameter_proposal set state = $3, decided_by = $4, decided_by_name = $5, reason = $6, decided_at = $7"
        " where county_code = $1 and id = $2 and state = 'proposed' returning id",
        county_code, proposal_id, state, by, by_name, reason, at,
    )  # fmt: skip
    return done is not None
