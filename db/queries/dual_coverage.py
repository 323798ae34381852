"""Who is in the employee scheme too, as lists show it. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class DualRow(Struct, frozen=True, kw_only=True):
    """`clean`: name and day leave nothing to ask, and the newest list still says it."""

    id: int
    person_id: int
    own_name: str
    region_name: str
    kind: str
    name: str
    since_on: date | None
    unit: str
    batch_no: str
    as_of_on: date
    state: str
    resolve_by: date | None
    suspended_by: int | None
    suspended_by_name: str
    decided_by_name: str
    decided_at: datetime | None
    note: str
    settlement_id: int | None
    clean: bool


async def listed(county_code: int, prefix: str, state: str, *, after: int = 0, limit: int) -> list[DualRow]:
    """The suspended ones by their last day, the others as they were found."""
    rows = await engine.fetch(
        "with batch as (select id from source_batch where county_code = $1 and source = 'employee_scheme' order by as_of_on desc, id desc"
        " limit 1) select x.id, x.person_id, p.name as own_name, coalesce(g.full_name, p.region_code) as region_name, x.kind, x.name,"
        " x.since_on, x.unit, x.batch_no, x.as_of_on, x.state, x.resolve_by, x.suspended_by, x.suspended_by_name, x.decided_by_name,"
        " x.decided_at, x.note, x.settlement_id, x.name = p.name and x.since_on is not null and exists (select from batch b"
        " join source_record r on r.county_code = $1 and r.source = 'employee_scheme' and r.batch_id = b.id"
        " where r.id_index = p.id_index and r.data::json ->> 'since' = x.since_on::text) as clean"
        " from dual_finding x join person p on p.county_code = $1 and p.id = x.person_id left join region g on g.code = p.region_code"
        " where x.county_code = $1 and x.state = $3 and p.region_code like $2 || '%' and x.id > $4 order by x.id limit $5",
        county_code, prefix, state, after, limit,
    )  # fmt: skip
    return [DualRow(**dict(row)) for row in rows]
