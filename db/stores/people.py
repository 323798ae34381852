"""People, their numbers, their participation and their accounts: the write side."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine
from db.crypto import index, seal, unseal_text
from db.funds import TOTAL

ID_NUMBER = "person.id_number"
PHONE = "person.phone"
CHANGE = "person.change"

PLAIN = frozenset(
    {
        "name",
        "sex",
        "ethnic_group",
        "born_on",
        "address",
        "postcode",
        "household_type",
        "household_address",
        "region_code",
    }
)


class PersonRow(Struct, frozen=True, kw_only=True):
    county_code: int
    id: int
    name: str
    id_type: str
    id_number: str
    id_index: bytes
    sex: str
    ethnic_group: str
    born_on: date
    phone: str | None
    address: str
    postcode: str
    household_type: str
    household_address: str
    region_code: str
    version: int
    participation_status: int | None
    contribution_status: int | None
    first_enrolled_on: date | None
    tier_fen: int | None
    categories: list[str]


_SELECT = (
    "select p.county_code, p.id, p.name, p.id_type, p.id_number_sealed, p.id_index, p.sex, p.ethnic_group, p.born_on,"
    " p.phone_sealed, p.address, p.postcode, p.household_type, p.household_address, p.region_code, p.version,"
    " n.participation_status, n.contribution_status, n.first_enrolled_on, n.tier_fen,"
    " coalesce(n.categories, '{}') as categories"
    " from person p left join participation n on n.county_code = p.county_code and n.person_id = p.id"
    " where p.county_code = $1 and p.id = $2"
)


async def read(county_code: int, person_id: int, *, lock: bool = False) -> PersonRow | None:
    record = await engine.fetchrow(_SELECT + (" for update of p" if lock else ""), county_code, person_id)
    if record is None:
        return None
    values = dict(record)
    values["id_number"] = unseal_text(values.pop("id_number_sealed"), ID_NUMBER)
    phone = values.pop("phone_sealed")
    values["phone"] = unseal_text(phone, PHONE) if phone else None
    return PersonRow(**values)


async def find(id_index: bytes) -> tuple[int, int] | None:
    """(county_code, person_id) of the participant with this ID number, wherever the home agency is (R-040)."""
    record = await engine.fetchrow("select county_code, person_id from identity_index where id_index = $1", id_index)
    return (record["county_code"], record["person_id"]) if record else None


async def create(
    *,
    county_code: int,
    name: str,
    id_type: str,
    id_number: str,
    sex: str,
    ethnic_group: str,
    born_on: date,
    phone: str | None,
    address: str,
    postcode: str,
    household_type: str,
    household_address: str,
    region_code: str,
    case_id: int | None,
    at: datetime,
    left: int | None = None,
) -> int:
    """The person, the number in force and the look-up across counties. asyncpg.UniqueViolationError on a known number.

    `left`: the agency where the person was at home before, and has left.
    """
    id_index = index(id_number, "id_number")
    sealed = seal(id_number, ID_NUMBER)
    person_id: int = await engine.fetchval(
        "insert into person (county_code, name, id_type, id_number_sealed, id_index, sex, ethnic_group, born_on,"
        " phone_sealed, phone_index, address, postcode, household_type, household_address, region_code, created_at, case_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning id",
        county_code, name, id_type, sealed, id_index, sex, ethnic_group, born_on,
        seal(phone, PHONE) if phone else None, index(phone, "phone") if phone else None,
        address, postcode, household_type, household_address, region_code, at, case_id,
    )  # fmt: skip
    await _number_in_force(county_code, person_id, id_type, sealed, id_index, case_id, at.date())
    moved = left and await engine.fetchval(
        "update identity_index set county_code = $2, person_id = $3 where id_index = $1 and county_code = $4 returning true",
        id_index, county_code, person_id, left,
    )  # fmt: skip
    if not moved:
        await _look_up(id_index, county_code, person_id)
    return person_id


async def _look_up(id_index: bytes, county_code: int, person_id: int) -> None:
    await engine.execute(
        "insert into identity_index (id_index, county_code, person_id) values ($1, $2, $3)",
        id_index,
        county_code,
        person_id,
    )


async def _number_in_force(
    county_code: int, person_id: int, id_type: str, sealed: bytes, id_index: bytes, case_id: int | None, on: date
) -> None:
    await engine.execute(
        "insert into person_identity (county_code, person_id, id_type, id_number_sealed, id_index, from_on, case_id)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        county_code, person_id, id_type, sealed, id_index, on, case_id,
    )  # fmt: skip


async def replace_number(
    county_code: int, person_id: int, id_type: str, id_number: str, case_id: int | None, on: date
) -> None:
    """One person, another number (R-070): the old one is closed, and keeps pointing at the person.

    A number taken and replaced on one day leaves a spell of no days behind, which overlaps nothing.
    asyncpg.UniqueViolationError on a number of somebody else, wherever he is at home.
    """
    id_index, sealed = index(id_number, "id_number"), seal(id_number, ID_NUMBER)
    await engine.execute(
        "update person_identity set until_on = $3 where county_code = $1 and person_id = $2 and until_on is null",
        county_code, person_id, on,
    )  # fmt: skip
    await _number_in_force(county_code, person_id, id_type, sealed, id_index, case_id, on)
    if await find(id_index) != (county_code, person_id):  # unless back to a number the person had before
        await _look_up(id_index, county_code, person_id)
    await engine.execute(
        "update person set id_type = $3, id_number_sealed = $4, id_index = $5, version = version + 1"
        " where county_code = $1 and id = $2",
        county_code, person_id, id_type, sealed, id_index,
    )  # fmt: skip


async def set_fields(county_code: int, person_id: int, values: dict[str, Any]) -> None:
    """Writes plain columns of a person. The caller records each change beside it (`record_change`)."""
    unknown = values.keys() - PLAIN
    if unknown:
        raise ValueError(f"not a plain column of person: {sorted(unknown)}")
    names = sorted(values)
    sets = ", ".join(f"{name} = ${position}" for position, name in enumerate(names, start=3))
    await engine.execute(
        f"update person set {sets}, version = version + 1 where county_code = $1 and id = $2",
        county_code, person_id, *(values[name] for name in names),
    )  # fmt: skip


async def set_phone(county_code: int, person_id: int, phone: str) -> None:
    """An empty text: no phone is known."""
    await engine.execute(
        "update person set phone_sealed = $3, phone_index = $4, version = version + 1 where county_code = $1 and id = $2",
        county_code, person_id, seal(phone, PHONE) if phone else None, index(phone, "phone") if phone else None,
    )  # fmt: skip


async def record_changes(
    county_code: int,
    person_id: int,
    changes: list[tuple[str, str, str]],
    *,
    case_id: int,
    at: datetime,
    actor_kind: str,
    actor_id: int,
    actor_name: str,
    channel: str,
) -> None:
    """`changes`: (field, before, after) as people read them; kept for good (R-058)."""
    await engine.executemany(
        "insert into person_change (county_code, person_id, field, before_sealed, after_sealed, case_id, at, actor_kind,"
        " actor_id, actor_name, channel) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            (county_code, person_id, field, seal(before, CHANGE), seal(after, CHANGE), case_id, at, actor_kind, actor_id,
             actor_name, channel)
            for field, before, after in changes
        ],
    )  # fmt: skip


async def enroll(
    county_code: int, person_id: int, *, first_enrolled_on: date, tier_fen: int | None, categories: list[str],
    contributing: bool, case_id: int | None,
) -> None:  # fmt: skip
    """A participation record: contributing (1, 1), or receiving from the start (1, 3) for R-053.

    Coming back after a termination re-opens the record that is there (R-054)."""
    await engine.execute(
        "insert into participation (county_code, person_id, participation_status, contribution_status, first_enrolled_on,"
        " tier_fen, categories, case_id) values ($1, $2, 1, $3, $4, $5, $6, $7)"
        " on conflict (county_code, person_id) do update set participation_status = 1, contribution_status = $3,"
        " tier_fen = $5, categories = $6, case_id = $7, version = participation.version + 1",
        county_code, person_id, 1 if contributing else 3, first_enrolled_on, tier_fen, categories, case_id,
    )  # fmt: skip


async def terminate(county_code: int, person_id: int, case_id: int) -> None:
    await engine.execute(
        "update participation set participation_status = 4, contribution_status = 3, case_id = $3, version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id, case_id,
    )  # fmt: skip


async def open_account(county_code: int, person_id: int, opened_on: date, case_id: int | None) -> int:
    """The individual account with every source of funds at zero (R-046, R-175); a known account is re-opened."""
    account_id: int = await engine.fetchval(
        "insert into individual_account (county_code, person_id, opened_on, case_id) values ($1, $2, $3, $4)"
        " on conflict (county_code, person_id) do update set status = 'open' returning id",
        county_code, person_id, opened_on, case_id,
    )  # fmt: skip
    await engine.execute(
        "insert into account_balance (county_code, account_id) values ($1, $2) on conflict do nothing",
        county_code, account_id,
    )  # fmt: skip
    return account_id


async def cancel_account(county_code: int, person_id: int) -> None:
    await engine.execute(
        "update individual_account set status = 'cancelled' where county_code = $1 and person_id = $2",
        county_code, person_id,
    )  # fmt: skip


async def account_is_empty(county_code: int, person_id: int) -> bool:
    """True when no fund of the account holds a fen."""
    return not await engine.fetchval(
        "select exists (select from individual_account a join account_balance b on b.county_code = a.county_code"
        f" and b.account_id = a.id where a.county_code = $1 and a.person_id = $2 and {TOTAL} <> 0)",
        county_code, person_id,
    )  # fmt: skip


async def designate(
    county_code: int, person_id: int, rows: Sequence[tuple[str, str, str, str, int]], *, case_id: int, on: date
) -> None:
    """`rows`: (name, id_type, id_number, relation, share_percent). They replace the designation before them (R-055)."""
    await engine.execute(
        "update beneficiary set until_on = $3 where county_code = $1 and person_id = $2 and until_on is null",
        county_code, person_id, on,
    )  # fmt: skip
    await engine.executemany(
        "insert into beneficiary (county_code, person_id, name, id_type, id_number_sealed, id_index, relation,"
        " share_percent, from_on, case_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (county_code, person_id, name, id_type, seal(number, "beneficiary.id_number"), index(number, "id_number"),
             relation, share, on, case_id)
            for name, id_type, number, relation, share in rows
        ],
    )  # fmt: skip


async def restore_designation(
    county_code: int, person_id: int, case_id: int, before_case_id: int | None, on: date
) -> None:
    """Ends what case `case_id` designated and puts back what stood before it, as new rows."""
    await engine.execute(
        "update beneficiary set until_on = $4 where county_code = $1 and person_id = $2 and case_id = $3 and until_on is null",
        county_code, person_id, case_id, on,
    )  # fmt: skip
    await engine.execute(
        "insert into beneficiary (county_code, person_id, name, id_type, id_number_sealed, id_index, relation,"
        " share_percent, from_on, case_id) select county_code, person_id, name, id_type, id_number_sealed, id_index, relation,"
        " share_percent, $4, case_id from beneficiary where county_code = $1 and person_id = $2"
        " and case_id is not distinct from $3 and until_on is not null",
        county_code, person_id, before_case_id, on,
    )  # fmt: skip
