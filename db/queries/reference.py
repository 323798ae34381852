"""Places, parameters and calendar years as imports and calculations need them; what pages list stands in records."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class Place(Struct, frozen=True):
    code: str
    name: str
    full_name: str
    closed: bool


class PlaceVersion(Struct, frozen=True, kw_only=True):
    """What a place was called from a day on, and the document that said so."""

    name: str
    full_name: str
    effective_on: date
    document: str
    recorded_at: datetime
    recorded_by: str


class ParameterVersion(Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    key: str
    value: str | None
    effective_on: date
    decided_on: date
    document: str


class ProposalLine(Struct, frozen=True, kw_only=True):
    """`rows`: JSON, one object a parameter row."""

    id: int
    document: str
    file_name: str
    file_digest: str
    rows: str
    state: str
    proposed_by: int
    proposed_by_name: str
    proposed_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    reason: str


async def agency_name(county_code: int) -> str:
    return await engine.fetchval("select agency_name from county where county_code = $1", county_code) or ""


async def places(county_code: int) -> list[Place]:
    """Every place of the county, abolished ones too, in order of code."""
    rows = await engine.fetch(
        "select code, name, full_name, closed_on is not null as closed from region where county_code = $1 order by code",
        county_code,
    )
    return [Place(**dict(row)) for row in rows]


async def place_history(county_code: int, code: str) -> list[PlaceVersion]:
    """The newest name first (R-448)."""
    rows = await engine.fetch(
        "select v.name, v.full_name, v.effective_on, v.document, v.recorded_at, v.recorded_by from region_version v"
        " join region r on r.code = v.code where r.county_code = $1 and v.code = $2 order by v.id desc",
        county_code, code,
    )  # fmt: skip
    return [PlaceVersion(**dict(row)) for row in rows]


async def parameter_versions(county_code: int) -> list[ParameterVersion]:
    rows = await engine.fetch(
        "select id, kind, key, value, effective_on, decided_on, document from policy_parameter where county_code = $1",
        county_code,
    )
    return [ParameterVersion(**dict(row)) for row in rows]


_PROPOSAL = (
    "select id, document, file_name, file_digest, rows, state, proposed_by, proposed_by_name, proposed_at, decided_by_name,"
    " decided_at, reason from parameter_proposal where county_code = $1"
)


async def proposals(county_code: int, *, before: int | None = None, limit: int) -> list[ProposalLine]:
    """Newest first."""
    rows = await engine.fetch(
        f"{_PROPOSAL} and ($2::bigint is null or id < $2) order by id desc limit $3", county_code, before, limit
    )
    return [ProposalLine(**dict(row)) for row in rows]


async def proposal(county_code: int, proposal_id: int) -> ProposalLine | None:
    row = await engine.fetchrow(f"{_PROPOSAL} and id = $2", county_code, proposal_id)
    return ProposalLine(**dict(row)) if row else None


async def calendar_stamp() -> datetime | None:
    """When the working-day table was last written to."""
    stamp: datetime | None = await engine.fetchval("select max(loaded_at) from calendar_year")
    return stamp


async def calendar_applied(county_code: int) -> datetime | None:
    """The stamp of the calendar that the due dates of this county were last reckoned with."""
    stamp: datetime | None = await engine.fetchval(
        "select loaded_at from calendar_applied where county_code = $1", county_code
    )
    return stamp


async def untouched_drafts(county_code: int, before: datetime, limit: int) -> list[int]:
    rows = await engine.fetch(
        "select id from service_case where county_code = $1 and status = 'draft' and touched_at < $2"
        " order by touched_at limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]
