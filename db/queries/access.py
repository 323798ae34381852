"""Who is who at the agency: staff and posts, village assistants, special authority."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class StaffLine(Struct, frozen=True):
    """One user with the posts of the day: the list that is looked through periodically (R-446)."""

    id: int
    login_name: str
    name: str
    region_code: str
    organisation: str
    posts: list[str]
    frozen_at: datetime | None
    frozen_reason: str
    last_login_at: datetime | None
    must_change: bool


class PostSpell(Struct, frozen=True):
    post: str
    from_on: date
    until_on: date | None
    assigned_at: datetime


class AppointmentLine(Struct, frozen=True):
    id: int
    name: str
    region_code: str
    village: str
    from_on: date
    until_on: date | None
    end_reason: str


class AuthorityLine(Struct, frozen=True):
    """`granted_by_name` is empty while nobody has answered."""

    id: int
    staff_id: int
    staff_name: str
    business: str
    case_id: int | None
    person_id: int | None
    reason: str
    asked_at: datetime
    granted_by_name: str
    granted_at: datetime | None
    expires_at: datetime | None
    refused_at: datetime | None
    withdrawn_at: datetime | None

    def in_force(self, at: datetime) -> bool:
        return self.expires_at is not None and self.withdrawn_at is None and self.expires_at > at


_STAFF = (
    "select u.id, u.login_name, u.name, u.region_code, u.organisation,"
    " array(select p.post from staff_post p where p.county_code = u.county_code and p.staff_id = u.id"
    "  and p.from_on <= $2 and (p.until_on is null or p.until_on > $2) order by p.post) as posts,"
    " u.frozen_at, u.frozen_reason, u.last_login_at, u.must_change from staff_user u where u.county_code = $1"
)
_AUTHORITY = (
    "select g.id, g.staff_id, u.name as staff_name, g.business, g.case_id, g.person_id, g.reason, g.asked_at,"
    " coalesce(w.name, '') as granted_by_name, g.granted_at, g.expires_at, g.refused_at, g.withdrawn_at"
    " from special_authority_grant g join staff_user u on u.county_code = g.county_code and u.id = g.staff_id"
    " left join staff_user w on w.county_code = g.county_code and w.id = g.granted_by where g.county_code = $1"
)


async def staff(county_code: int, prefix: str, on: date) -> list[StaffLine]:
    rows = await engine.fetch(
        f"{_STAFF} and u.region_code like $3 || '%' order by u.login_name", county_code, on, prefix
    )
    return [StaffLine(**dict(row)) for row in rows]


async def staff_user(county_code: int, staff_id: int, on: date) -> StaffLine | None:
    row = await engine.fetchrow(f"{_STAFF} and u.id = $3", county_code, on, staff_id)
    return StaffLine(**dict(row)) if row else None


async def staff_id_of(county_code: int, login_name: str) -> int | None:
    found: int | None = await engine.fetchval(
        "select id from staff_user where county_code = $1 and login_name = $2", county_code, login_name
    )
    return found


async def post_spells(county_code: int, staff_id: int) -> list[PostSpell]:
    rows = await engine.fetch(
        "select post, from_on, until_on, assigned_at from staff_post where county_code = $1 and staff_id = $2 order by id",
        county_code, staff_id,
    )  # fmt: skip
    return [PostSpell(**dict(row)) for row in rows]


async def appointments(county_code: int, prefix: str, *, ended: bool = False) -> list[AppointmentLine]:
    """Those not ended, or those ended, of the villages under `prefix`."""
    rows = await engine.fetch(
        "select a.id, a.name, a.region_code, coalesce(r.full_name, a.region_code) as village, a.from_on, a.until_on,"
        " a.end_reason from assistant_appointment a left join region r on r.code = a.region_code"
        " where a.county_code = $1 and a.region_code like $2 || '%' and (a.until_on is not null) = $3"
        " order by a.region_code, a.id",
        county_code, prefix, ended,
    )  # fmt: skip
    return [AppointmentLine(**dict(row)) for row in rows]


async def authorities(
    county_code: int, *, staff_id: int | None = None, before: int | None = None, limit: int
) -> list[AuthorityLine]:
    """Newest first; of one user, or of all."""
    rows = await engine.fetch(
        f"{_AUTHORITY} and ($2::bigint is null or g.staff_id = $2) and ($3::bigint is null or g.id < $3)"
        " order by g.id desc limit $4",
        county_code, staff_id, before, limit,
    )  # fmt: skip
    return [AuthorityLine(**dict(row)) for row in rows]


async def has_authority(
    county_code: int,
    staff_id: int,
    business: str,
    at: datetime,
    *,
    case_id: int | None = None,
    person_id: int | None = None,
) -> bool:
    """Whether a grant is in force now, for this business and, where it names one, this case or person (R-440)."""
    found: bool = await engine.fetchval(
        "select exists (select from special_authority_grant where county_code = $1 and staff_id = $2 and business = $3"
        " and granted_at <= $4 and expires_at > $4 and withdrawn_at is null"
        " and (case_id is null or case_id = $5) and (person_id is null or person_id = $6))",
        county_code, staff_id, business, at, case_id, person_id,
    )  # fmt: skip
    return found


async def profile_of(county_code: int) -> str:
    """The local profile a county follows. LookupError when the county is not set up here."""
    found: str | None = await engine.fetchval("select profile from county where county_code = $1", county_code)
    if found is None:
        raise LookupError(f"county {county_code} is not set up")
    return found


class CountyLine(Struct, frozen=True):
    county_code: int
    name: str


async def counties() -> list[CountyLine]:
    rows = await engine.fetch("select county_code, name from county order by county_code")
    return [CountyLine(**dict(row)) for row in rows]
