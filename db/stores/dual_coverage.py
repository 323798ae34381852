"""Who is in the employee scheme too: the write side. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine


class Finding(Struct, frozen=True, kw_only=True):
    """As db/migrations/m0015_linkage.sql says. `region_code`: where the person lives; `own_name`: as registered here;
    `still`: the newest list says the same of the same day."""

    id: int
    person_id: int
    kind: str
    name: str
    own_name: str
    region_code: str
    since_on: date | None
    as_of_on: date
    state: str
    suspended_by: int | None
    still: bool


# Whom the newest list of the employee scheme names: draws there and here, or pays there and here.
_NAMED = (
    "with batch as (select id, batch_no, as_of_on from source_batch where county_code = $1 and source = 'employee_scheme'"
    " order by as_of_on desc, id desc limit 1), named as materialized (select p.id as person_id, r.name, r.data::json ->> 'status' as status,"
    " case when r.data::json ->> 'since' ~ '^\\d{4}-\\d{2}-\\d{2}$' then (r.data::json ->> 'since')::date end as since_on,"
    " coalesce(r.data::json ->> 'unit', '') as unit, b.batch_no, b.as_of_on from batch b join source_record r on r.county_code = $1"
    " and r.source = 'employee_scheme' and r.batch_id = b.id join person p on p.county_code = $1 and p.id_index = r.id_index)"
)


async def find(county_code: int, at: datetime) -> int:
    """What was looked into before is not found again, unless the list names another day. Returns how many are new."""
    rows = await engine.fetch(
        f"{_NAMED}, found as (select n.*, 'drawing' as kind from named n join benefit b on b.county_code = $1"
        " and b.person_id = n.person_id where n.status = 'receiving' and b.state in ('determined', 'confirmed') union all"
        " select n.*, 'coverage' from named n join participation a on a.county_code = $1 and a.person_id = n.person_id"
        " where n.status = 'insured' and a.participation_status = 1 and a.contribution_status = 1)"
        " insert into dual_finding (county_code, person_id, kind, name, since_on, unit, batch_no, as_of_on, state, found_at)"
        " select $1, f.person_id, f.kind, f.name, f.since_on, f.unit, f.batch_no, f.as_of_on, 'found', $2 from found f"
        " where not exists (select from dual_finding x where x.county_code = $1 and x.person_id = f.person_id and x.kind = f.kind"
        " and (x.state in ('found', 'suspended') or x.since_on is not distinct from f.since_on)) order by f.person_id"
        " on conflict do nothing returning 1",
        county_code, at,
    )  # fmt: skip
    return len(rows)


async def close_left(county_code: int, at: datetime) -> None:
    """Whose relation has ended in another way meanwhile: there is nothing left to decide."""
    await engine.execute(
        "update dual_finding x set state = 'ended', note = '养老保险关系已经终止', decided_at = $2, decided_by = 0, decided_by_name = '系统'"
        " from participation a where x.county_code = $1 and x.state in ('found', 'suspended') and a.county_code = $1"
        " and a.person_id = x.person_id and a.participation_status = 4",
        county_code, at,
    )  # fmt: skip


async def lock(county_code: int, ids: Sequence[int]) -> list[Finding]:
    """Those of the county among `ids`, held for this transaction."""
    rows = await engine.fetch(
        f"{_NAMED} select x.id, x.person_id, x.kind, x.name, p.name as own_name, p.region_code, x.since_on, x.as_of_on, x.state,"
        " x.suspended_by, n.since_on is not distinct from x.since_on and coalesce(n.status, '') = case x.kind when 'drawing'"
        " then 'receiving' else 'insured' end as still from dual_finding x join person p on p.county_code = $1 and p.id = x.person_id"
        " left join named n on n.person_id = x.person_id where x.county_code = $1 and x.id = any($2::bigint[]) order by x.id"
        " for update of x",
        county_code, list(ids),
    )  # fmt: skip
    return [Finding(**dict(row)) for row in rows]


async def suspended(county_code: int, finding_id: int, resolve_by: date, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update dual_finding set state = 'suspended', resolve_by = $3, suspended_at = $4, suspended_by = $5, suspended_by_name = $6"
        " where county_code = $1 and id = $2",
        county_code, finding_id, resolve_by, at, by, by_name,
    )  # fmt: skip


async def decided(
    county_code: int, finding_id: int, state: str, since_on: date | None, note: str, settlement_id: int | None, by: int, by_name: str,
    at: datetime,
) -> None:  # fmt: skip
    """`since_on`: the day as it was verified."""
    await engine.execute(
        "update dual_finding set state = $3, since_on = $4, note = $5, settlement_id = $6, decided_at = $7, decided_by = $8,"
        " decided_by_name = $9 where county_code = $1 and id = $2",
        county_code, finding_id, state, since_on, note, settlement_id, at, by, by_name,
    )  # fmt: skip


async def last_planned(county_code: int, person_id: int) -> int:
    """The last month that some plan has paid or is paying; 0: none."""
    month: int = await engine.fetchval(
        "select coalesce(max(l.due_month), 0) from payment_line l join payment_transfer t on t.county_code = $1 and t.plan_id = l.plan_id"
        " and t.person_id = l.person_id where l.county_code = $1 and l.person_id = $2 and t.state in ('sent', 'paid')",
        county_code, person_id,
    )  # fmt: skip
    return month


async def contributes(county_code: int, person_id: int) -> tuple[int, int]:
    """(participation, contribution), held for this transaction; noughts without any."""
    row = await engine.fetchrow(
        "select participation_status, contribution_status from participation where county_code = $1 and person_id = $2 for update",
        county_code, person_id,
    )  # fmt: skip
    return (row["participation_status"], row["contribution_status"]) if row else (0, 0)
