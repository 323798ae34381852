"""People as screens show them. The first argument is the county; scope checks that need a prefix say so."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import index, unseal_text


class BeneficiaryRow(Struct, frozen=True, kw_only=True):
    name: str
    id_type: str
    id_number: str
    relation: str
    share_percent: int
    from_on: date


class ChangeRow(Struct, frozen=True, kw_only=True):
    field: str
    before: str
    after: str
    at: datetime
    actor_kind: str
    actor_name: str
    channel: str
    case_id: int | None


def id_index_of(id_number: str) -> bytes:
    """The keyed index under which an ID number is looked up; the number itself stands nowhere in clear."""
    return index(id_number, "id_number")


async def person_id_of(county_code: int, id_index: bytes) -> int | None:
    """The participant of this agency with this number, in force or replaced."""
    found: int | None = await engine.fetchval(
        "select person_id from identity_index where id_index = $1 and county_code = $2", id_index, county_code
    )
    return found


class Registered(Struct, frozen=True):
    """What a partner is told of a participant."""

    name: str
    id_number: str
    region_code: str


async def registered(county_code: int, person_id: int) -> Registered | None:
    row = await engine.fetchrow(
        "select name, id_number_sealed, region_code from person where county_code = $1 and id = $2",
        county_code,
        person_id,
    )
    return (
        Registered(row["name"], unseal_text(row["id_number_sealed"], "person.id_number"), row["region_code"])
        if row
        else None
    )


async def name_of(county_code: int, person_id: int) -> str | None:
    name: str | None = await engine.fetchval(
        "select name from person where county_code = $1 and id = $2", county_code, person_id
    )
    return name


async def indexes_of(county_code: int, id_index: bytes) -> list[bytes]:
    """Every number the same person ever had, the given one included: cases stay found after a change of number."""
    rows = await engine.fetch(
        "select i.id_index from identity_index mine join person_identity i on i.county_code = mine.county_code"
        " and i.person_id = mine.person_id where mine.id_index = $1 and mine.county_code = $2",
        id_index, county_code,
    )  # fmt: skip
    return list({row["id_index"] for row in rows} | {id_index})


async def is_in_force(county_code: int, id_index: bytes) -> bool:
    """Whether it is the number of a participant today, and none that was replaced."""
    found: bool = await engine.fetchval(
        "select exists (select from person where county_code = $1 and id_index = $2)", county_code, id_index
    )
    return found


async def beneficiaries(county_code: int, person_id: int) -> list[BeneficiaryRow]:
    rows = await engine.fetch(
        "select name, id_type, id_number_sealed, relation, share_percent, from_on from beneficiary"
        " where county_code = $1 and person_id = $2 and until_on is null order by id",
        county_code, person_id,
    )  # fmt: skip
    return [
        BeneficiaryRow(
            name=row["name"],
            id_type=row["id_type"],
            id_number=unseal_text(row["id_number_sealed"], "beneficiary.id_number"),
            relation=row["relation"],
            share_percent=row["share_percent"],
            from_on=row["from_on"],
        )
        for row in rows
    ]


async def designation_case_before(county_code: int, person_id: int, case_id: int) -> int | None:
    """The case whose designation stood just before case `case_id` replaced it; None when there was none."""
    found: int | None = await engine.fetchval(
        "select case_id from beneficiary where county_code = $1 and person_id = $2 and case_id is distinct from $3"
        " and until_on is not null order by id desc limit 1",
        county_code, person_id, case_id,
    )  # fmt: skip
    return found


async def changes(county_code: int, person_id: int, limit: int = 100) -> list[ChangeRow]:
    """The newest changes first."""
    return await _changes(
        "county_code = $1 and person_id = $2 order by id desc limit $3", county_code, person_id, limit
    )


async def changes_by_case(county_code: int, case_id: int) -> list[ChangeRow]:
    return await _changes("county_code = $1 and case_id = $2 order by id", county_code, case_id)


async def _changes(where: str, *args: object) -> list[ChangeRow]:
    rows = await engine.fetch(
        "select field, before_sealed, after_sealed, at, actor_kind, actor_name, channel, case_id from person_change where "
        + where,
        *args,
    )
    return [
        ChangeRow(
            field=row["field"],
            before=unseal_text(row["before_sealed"], "person.change"),
            after=unseal_text(row["after_sealed"], "person.change"),
            at=row["at"],
            actor_kind=row["actor_kind"],
            actor_name=row["actor_name"],
            channel=row["channel"],
            case_id=row["case_id"],
        )
        for row in rows
    ]
