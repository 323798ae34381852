"""Finding people and cases by exact ID number or by name, inside the viewer's regions only."""

from datetime import date

from msgspec import Struct

from db import engine
from db.crypto import unseal_text


class FoundCase(Struct, frozen=True, kw_only=True):
    id: int
    case_no: str | None
    item: str
    status: str
    subject_name: str
    region_code: str
    received_on: date | None


class FoundPerson(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    born_on: date
    sex: str
    region_code: str
    participation_status: int | None
    contribution_status: int | None


_CASE = "select id, case_no, item, status, subject_name, region_code, received_on from service_case"
_PERSON = (
    "select p.id, p.name, p.born_on, p.sex, p.region_code, n.participation_status, n.contribution_status from person p"
    " left join participation n on n.county_code = p.county_code and n.person_id = p.id"
)


async def person(county_code: int, prefix: str, person_id: int) -> FoundPerson | None:
    row = await engine.fetchrow(
        f"{_PERSON} where p.county_code = $1 and p.region_code like $2 || '%' and p.id = $3",
        county_code,
        prefix,
        person_id,
    )
    return FoundPerson(**dict(row)) if row else None


async def people_named(county_code: int, prefix: str, name: str, *, after: int = 0, limit: int) -> list[FoundPerson]:
    rows = await engine.fetch(
        f"{_PERSON} where p.county_code = $1 and p.region_code like $2 || '%' and p.name = $3 and p.id > $4"
        " order by p.id limit $5",
        county_code, prefix, name, after, limit,
    )  # fmt: skip
    return [FoundPerson(**dict(row)) for row in rows]


async def cases_named(
    county_code: int, prefix: str, name: str, *, before: int | None = None, limit: int
) -> list[FoundCase]:
    """Newest first. What was not handed in is its author's, also after he gave it up."""
    rows = await engine.fetch(
        f"{_CASE} where county_code = $1 and region_code like $2 || '%' and subject_name = $3 and case_no is not null"
        " and ($4::bigint is null or id < $4) order by id desc limit $5",
        county_code, prefix, name, before, limit,
    )  # fmt: skip
    return [FoundCase(**dict(row)) for row in rows]


async def cases_about(
    county_code: int, prefix: str, indexes: list[bytes], *, before: int | None = None, limit: int
) -> list[FoundCase]:
    """The cases whose subject has or had one of these ID numbers, handed in ones only."""
    rows = await engine.fetch(
        f"{_CASE} where county_code = $1 and region_code like $2 || '%' and subject_index = any($3) and case_no is not null"
        " and ($4::bigint is null or id < $4) order by id desc limit $5",
        county_code, prefix, indexes, before, limit,
    )  # fmt: skip
    return [FoundCase(**dict(row)) for row in rows]


async def case_numbered(county_code: int, prefix: str, case_no: str) -> FoundCase | None:
    row = await engine.fetchrow(
        f"{_CASE} where county_code = $1 and case_no = $3 and region_code like $2 || '%'", county_code, prefix, case_no
    )
    return FoundCase(**dict(row)) if row else None


class NumberSpell(Struct, frozen=True, kw_only=True):
    id_type: str
    id_number: str
    from_on: date
    until_on: date | None


async def number_spells(county_code: int, person_id: int) -> list[NumberSpell]:
    """Every number the person ever had, the one in force last."""
    rows = await engine.fetch(
        "select id_type, id_number_sealed, from_on, until_on from person_identity where county_code = $1 and person_id = $2"
        " order by id",
        county_code, person_id,
    )  # fmt: skip
    return [
        NumberSpell(
            id_type=row["id_type"],
            id_number=unseal_text(row["id_number_sealed"], "person.id_number"),
            from_on=row["from_on"],
            until_on=row["until_on"],
        )
        for row in rows
    ]
