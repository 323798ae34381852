"""资格确认 as people see it. The first argument is the county."""

from datetime import date

from msgspec import Struct

from db import engine


class CertificationRow(Struct, frozen=True, kw_only=True):
    certified_on: date
    method: str
    source: str
    note: str
    recorded_by_name: str


class Count(Struct, frozen=True, kw_only=True):
    """Of one place. `expiring`: good until the end of this month."""

    code: str
    name: str
    certified: int
    expiring: int
    expired: int


class Pensioner(Struct, frozen=True, kw_only=True):
    """Somebody in payment; `reason` and `state` are of the open suspension, empty without one."""

    person_id: int
    name: str
    born_on: date
    region_name: str
    certified_month: int
    method: str
    reason: str
    state: str


async def history(county_code: int, person_id: int, limit: int) -> list[CertificationRow]:
    """The newest first."""
    rows = await engine.fetch(
        "select certified_on, method, source, note, recorded_by_name from certification where county_code = $1 and person_id = $2"
        " order by certified_on desc, id desc limit $3",
        county_code, person_id, limit,
    )  # fmt: skip
    return [CertificationRow(**dict(row)) for row in rows]


async def counts(county_code: int, prefix: str, length: int, last_month: int) -> list[Count]:
    """By places whose codes have `length` digits. `last_month`: a certification of that month holds for this month yet."""
    rows = await engine.fetch(
        "select g.code, g.name, coalesce(c.certified, 0)::int as certified, coalesce(c.expiring, 0)::int as expiring,"
        " coalesce(c.expired, 0)::int as expired from region g left join (select left(p.region_code, $3) as code,"
        " count(*) filter (where b.certified_month > $4) as certified, count(*) filter (where b.certified_month = $4) as expiring,"
        " count(*) filter (where b.certified_month < $4) as expired from benefit b join person p on p.county_code = $1"
        " and p.id = b.person_id where b.county_code = $1 and b.state = 'confirmed' and p.region_code like $2 || '%' group by 1) c"
        " on c.code = g.code where g.county_code = $1 and g.code like $2 || '%' and length(g.code) = $3"
        " and (g.closed_on is null or c.code is not null) order by g.code",
        county_code, prefix, length, last_month,
    )  # fmt: skip
    return [Count(**dict(row)) for row in rows]


async def pensioners(county_code: int, prefix: str, until_month: int, limit: int) -> list[Pensioner]:
    """Who is paid in the region and was certified last in `until_month` or earlier, village by village."""
    rows = await engine.fetch(
        "select b.person_id, p.name, p.born_on, coalesce(g.full_name, p.region_code) as region_name, b.certified_month,"
        " coalesce(c.method, '') as method, coalesce(x.reason, '') as reason, coalesce(x.state, '') as state from benefit b"
        " join person p on p.county_code = $1 and p.id = b.person_id left join region g on g.code = p.region_code"
        " left join lateral (select method from certification where county_code = $1 and person_id = b.person_id"
        " order by certified_on desc, id desc limit 1) c on true"
        " left join lateral (select reason, state from benefit_suspension where county_code = $1 and person_id = b.person_id"
        " and state in ('proposed', 'confirmed') order by id limit 1) x on true"
        " where b.county_code = $1 and b.state = 'confirmed' and b.certified_month <= $3 and p.region_code like $2 || '%'"
        " order by p.region_code, b.person_id limit $4",
        county_code, prefix, until_month, limit,
    )  # fmt: skip
    return [Pensioner(**dict(row)) for row in rows]
