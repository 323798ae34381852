"""Staff users, their posts and relatives. Nothing here is ever deleted (R-436)."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import index, seal, unseal_text
from db.engine import Record
from db.stores import audit
from db.stores.security import sessions

TOTP = "staff.totp"


class Credentials(Struct, frozen=True, kw_only=True):
    """What a login is checked against. `totp_secret` None: the second factor is set up at the first login."""

    county_code: int
    id: int
    login_name: str
    name: str
    password_hash: str
    totp_secret: str | None
    must_change: bool
    frozen: bool


class NewUser(Struct, frozen=True, kw_only=True):
    county_code: int
    name: str
    region_code: str
    organisation: str
    password_hash: str
    id_number: str | None = None
    totp_secret: str | None = None
    must_change: bool = True
    login_name: str | None = None  # None: the next number of the agency


class Locked(Struct, frozen=True):
    name: str
    region_code: str
    frozen_at: datetime | None


def _credentials(row: Record | None) -> Credentials | None:
    if row is None:
        return None
    return Credentials(
        county_code=row["county_code"],
        id=row["id"],
        login_name=row["login_name"],
        name=row["name"],
        password_hash=row["password_hash"],
        totp_secret=unseal_text(row["totp_sealed"], TOTP) if row["totp_sealed"] else None,
        must_change=row["must_change"],
        frozen=row["frozen_at"] is not None,
    )


_CREDENTIALS = (
    "select county_code, id, login_name, name, password_hash, totp_sealed, must_change, frozen_at from staff_user"
    " where county_code = $1 and "
)


async def by_login(login_name: str) -> Credentials | None:
    """The first six digits of a login name are the county."""
    if not (login_name.isascii() and login_name.isdigit() and len(login_name) in range(9, 13)):
        return None
    return _credentials(await engine.fetchrow(_CREDENTIALS + "login_name = $2", int(login_name[:6]), login_name))


async def by_id(county_code: int, staff_id: int) -> Credentials | None:
    return _credentials(await engine.fetchrow(_CREDENTIALS + "id = $2", county_code, staff_id))


async def insert(user: NewUser, created_by: int, at: datetime) -> tuple[int, str]:
    """(id, login name). Two at once may fight for a number: the second fails on the unique key, nothing is lost."""
    login_name = user.login_name or await engine.fetchval(
        "select $1::int::text || lpad(n::text, greatest(3, length(n::text)), '0') from"
        " (select coalesce(max(substr(login_name, 7)::int), 0) + 1 as n from staff_user where county_code = $1::int) following",
        user.county_code,
    )
    staff_id: int = await engine.fetchval(
        "insert into staff_user (county_code, login_name, name, region_code, organisation, id_index, password_hash,"
        " totp_sealed, must_change, password_at, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)"
        " returning id",
        user.county_code, login_name, user.name, user.region_code, user.organisation,
        index(user.id_number, "id_number") if user.id_number else None, user.password_hash,
        seal(user.totp_secret, TOTP) if user.totp_secret else None, user.must_change, at, created_by,
    )  # fmt: skip
    return staff_id, login_name


async def lock(county_code: int, staff_id: int) -> Locked | None:
    """Held until the end of the transaction: changes to one user happen one after the other."""
    row = await engine.fetchrow(
        "select name, region_code, frozen_at from staff_user where county_code = $1 and id = $2 for update",
        county_code, staff_id,
    )  # fmt: skip
    return Locked(**dict(row)) if row else None


async def freeze(county_code: int, staff_id: int, by: int, reason: str, at: datetime) -> None:
    await engine.execute(
        "update staff_user set frozen_at = $3, frozen_by = $4, frozen_reason = $5 where county_code = $1 and id = $2",
        county_code, staff_id, at, by, reason,
    )  # fmt: skip
    await sessions.end_all("backoffice", county_code, staff_id)


async def unfreeze(county_code: int, staff_id: int) -> None:
    await engine.execute(
        "update staff_user set frozen_at = null, frozen_by = null, frozen_reason = '' where county_code = $1 and id = $2",
        county_code, staff_id,
    )  # fmt: skip


async def reset(county_code: int, staff_id: int, password_hash: str, at: datetime) -> None:
    """A new first password; the second factor is set up anew with it."""
    await engine.execute(
        "update staff_user set password_hash = $3, must_change = true, totp_sealed = null, password_at = $4"
        " where county_code = $1 and id = $2",
        county_code, staff_id, password_hash, at,
    )  # fmt: skip
    await sessions.end_all("backoffice", county_code, staff_id)


async def enroll(user: Credentials, password_hash: str, totp_secret: str, step: int, at: datetime) -> None:
    """Own password and second factor, at the first login."""
    await engine.execute(
        "update staff_user set password_hash = $3, totp_sealed = $4, totp_last_step = $5, must_change = false,"
        " password_at = $6 where county_code = $1 and id = $2",
        user.county_code, user.id, password_hash, seal(totp_secret, TOTP), step, at,
    )  # fmt: skip
    await _log(user, "own_password_set", at)


async def rehash(user: Credentials, password_hash: str) -> None:
    """The same password under newer settings of the hash."""
    await engine.execute(
        "update staff_user set password_hash = $3 where county_code = $1 and id = $2",
        user.county_code, user.id, password_hash,
    )  # fmt: skip


async def take_totp_step(user: Credentials, step: int) -> bool:
    """False when a code of this 30-second step, or a later one, was used already."""
    tag = await engine.execute(
        "update staff_user set totp_last_step = $3 where county_code = $1 and id = $2 and totp_last_step < $3",
        user.county_code, user.id, step,
    )  # fmt: skip
    return tag == "UPDATE 1"


async def logged_in(user: Credentials, at: datetime) -> None:
    await engine.execute(
        "update staff_user set last_login_at = $3 where county_code = $1 and id = $2", user.county_code, user.id, at
    )
    await _log(user, "login", at)


async def refused(user: Credentials, why: str, at: datetime) -> None:
    await _log(user, "login_refused", at, why)


async def logged_out(user_id: int, county_code: int, name: str, at: datetime) -> None:
    await audit.write(county_code, at, "staff", user_id, name, "logout", "staff_user", str(user_id))


async def _log(user: Credentials, action: str, at: datetime, reason: str = "") -> None:
    await audit.write(user.county_code, at, "staff", user.id, user.name, action, "staff_user", str(user.id), reason)


async def posts_of(county_code: int, staff_id: int, on: date) -> list[str]:
    """Posts held on the day or begun later: what a new post must be compatible with."""
    rows = await engine.fetch(
        "select distinct post from staff_post where county_code = $1 and staff_id = $2 and (until_on is null or until_on > $3)",
        county_code, staff_id, on,
    )  # fmt: skip
    return [row["post"] for row in rows]


async def assign_post(county_code: int, staff_id: int, post: str, from_on: date, by: int, at: datetime) -> int:
    post_id: int = await engine.fetchval(
        "insert into staff_post (county_code, staff_id, post, from_on, assigned_by, assigned_at)"
        " values ($1, $2, $3, $4, $5, $6) returning id",
        county_code, staff_id, post, from_on, by, at,
    )  # fmt: skip
    return post_id


async def end_post(county_code: int, staff_id: int, post: str, until_on: date, by: int, at: datetime) -> bool:
    """False when the post is not held. A post that would have begun later ends before it begins."""
    tag = await engine.execute(
        "update staff_post set until_on = greatest(from_on, $4), ended_by = $5, ended_at = $6"
        " where county_code = $1 and staff_id = $2 and post = $3 and until_on is null",
        county_code, staff_id, post, until_on, by, at,
    )  # fmt: skip
    return tag == "UPDATE 1"


async def declare_relative(county_code: int, staff_id: int, id_number: str, relation: str, at: datetime) -> None:
    await engine.execute(
        "insert into staff_relative (county_code, staff_id, id_index, relation, declared_at) values ($1, $2, $3, $4, $5)"
        " on conflict (county_code, staff_id, id_index) do update set relation = $4, declared_at = $5, ended_at = null",
        county_code, staff_id, index(id_number, "id_number"), relation, at,
    )  # fmt: skip
