"""Suspensions, their end, and the end of a benefit (规程第三十三条). Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine


class NewSuspension(Struct, frozen=True, kw_only=True):
    """`first_month`: the first one that is not paid. `finding`: what was found, in plain words."""

    person_id: int
    reason: str
    first_month: int
    origin: str
    finding: str


class Suspension(NewSuspension, frozen=True, kw_only=True):
    id: int
    state: str
    region_code: str
    proposed_by: int
    ended_month: int | None


_COLUMNS = "x.id, x.person_id, x.reason, x.first_month, x.origin, x.finding, x.state, p.region_code, x.proposed_by, b.ended_month"
_FROM = (
    " from benefit_suspension x join benefit b on b.county_code = $1 and b.person_id = x.person_id join person p"
    " on p.county_code = $1 and p.id = x.person_id where x.county_code = $1"
)


async def propose(county_code: int, new: NewSuspension, by: int, by_name: str, at: datetime) -> int | None:
    """None when one of this reason is open already."""
    found: int | None = await engine.fetchval(
        "insert into benefit_suspension (county_code, person_id, reason, first_month, state, origin, finding, proposed_at, proposed_by,"
        " proposed_by_name) values ($1, $2, $3, $4, 'proposed', $5, $6, $7, $8, $9) on conflict do nothing returning id",
        county_code, new.person_id, new.reason, new.first_month, new.origin, new.finding, at, by, by_name,
    )  # fmt: skip
    return found


async def propose_uncertified(
    county_code: int, last_good: int, month: int, finding: str, by_name: str, at: datetime
) -> int:
    """Proposes to stop, from `month` on, everybody in payment whose certification of `last_good` or earlier has run out; once a
    month, and nobody whom another suspension is open for. Returns how many."""
    rows = await engine.fetch(
        "insert into benefit_suspension (county_code, person_id, reason, first_month, state, origin, finding, proposed_at, proposed_by,"
        " proposed_by_name) select $1, b.person_id, 'not_certified', $3, 'proposed', 'certification', $4, $5, 0, $6 from benefit b"
        " where b.county_code = $1 and b.state = 'confirmed' and b.certified_month <= $2 and b.first_month <= $3 and not exists ("
        "select from benefit_suspension x where x.county_code = $1 and x.person_id = b.person_id and (x.state in ('proposed',"
        " 'confirmed') or x.reason = 'not_certified' and x.first_month = $3)) order by b.person_id on conflict do nothing returning 1",
        county_code, last_good, month, finding, at, by_name,
    )  # fmt: skip
    return len(rows)


async def propose_dead(county_code: int, by_name: str, at: datetime) -> int:
    """Proposes to stop whom the newest list of deaths names, from the month after the death; a death that was looked into before
    is not proposed again. Returns how many."""
    rows = await engine.fetch(
        "with batch as (select id from source_batch where county_code = $1 and source = 'deaths' order by as_of_on desc, id desc"
        " limit 1), dead as materialized (select p.id as person_id, (r.data::json ->> 'died_on')::date as died_on from batch"
        " join source_record r on r.county_code = $1 and r.source = 'deaths' and r.batch_id = batch.id join person p"
        " on p.county_code = $1 and p.id_index = r.id_index), found as (select d.person_id, to_char(d.died_on + interval '1 month',"
        " 'YYYYMM')::int as first_month, '死亡人员名单里写着' || to_char(d.died_on, 'YYYY-MM-DD') || '去世' as finding from dead d)"
        " insert into benefit_suspension (county_code, person_id, reason, first_month, state, origin, finding, proposed_at, proposed_by,"
        " proposed_by_name) select $1, f.person_id, 'suspected_death', greatest(f.first_month, b.first_month), 'proposed',"
        " 'comparison', f.finding, $2, 0, $3 from found f join benefit b on b.county_code = $1 and b.person_id = f.person_id"
        " where b.state in ('determined', 'confirmed') and not exists (select from benefit_suspension x where x.county_code = $1"
        " and x.person_id = f.person_id and x.reason = 'suspected_death' and (x.state in ('proposed', 'confirmed')"
        " or x.finding = f.finding)) order by f.person_id on conflict do nothing returning 1",
        county_code, at, by_name,
    )  # fmt: skip
    return len(rows)


async def lock(county_code: int, ids: Sequence[int]) -> list[Suspension]:
    """Those of the county among `ids`, held for this transaction with their benefits."""
    rows = await engine.fetch(
        f"select {_COLUMNS}{_FROM} and x.id = any($2::bigint[]) order by x.person_id, x.id for update of x, b",
        county_code, list(ids),
    )  # fmt: skip
    return [Suspension(**dict(row)) for row in rows]


async def open_of(county_code: int, person_id: int, reason: str) -> Suspension | None:
    """The proposed or confirmed one of this reason, held for this transaction."""
    row = await engine.fetchrow(
        f"select {_COLUMNS}{_FROM} and x.person_id = $2 and x.reason = $3 and x.state in ('proposed', 'confirmed') for update of x, b",
        county_code, person_id, reason,
    )  # fmt: skip
    return Suspension(**dict(row)) if row else None


async def open_ids(county_code: int, person_ids: Sequence[int], reason: str) -> list[int]:
    rows = await engine.fetch(
        "select id from benefit_suspension where county_code = $1 and person_id = any($2::bigint[]) and reason = $3"
        " and state in ('proposed', 'confirmed')",
        county_code, list(person_ids), reason,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def confirm(
    county_code: int, ids: Sequence[int], by: int, by_name: str, at: datetime, *, case_id: int | None = None
) -> None:  # fmt: skip
    await engine.execute(
        "update benefit_suspension set state = 'confirmed', decided_at = $3, decided_by = $4, decided_by_name = $5, case_id = $6"
        " where county_code = $1 and id = any($2::bigint[])",
        county_code, list(ids), at, by, by_name, case_id,
    )  # fmt: skip


async def dismiss(county_code: int, ids: Sequence[int], reason: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update benefit_suspension set state = 'dismissed', decided_at = $3, decided_by = $4, decided_by_name = $5, lift_reason = $6"
        " where county_code = $1 and id = any($2::bigint[])",
        county_code, list(ids), at, by, by_name, reason,
    )  # fmt: skip


async def lift(
    county_code: int, ids: Sequence[int], last_month: int, reason: str, *, pays_arrears: bool, by: int, by_name: str, at: datetime,
    case_id: int | None = None,
) -> None:  # fmt: skip
    """`last_month`: the last one that was not paid in its own time."""
    await engine.execute(
        "update benefit_suspension set state = 'lifted', last_month = $3, lift_reason = $4, pays_arrears = $5, lifted_at = $6,"
        " lifted_by = $7, lifted_by_name = $8, lift_case_id = $9 where county_code = $1 and id = any($2::bigint[])",
        county_code, list(ids), last_month, reason, pays_arrears, at, by, by_name, case_id,
    )  # fmt: skip


async def region_of_pensioner(county_code: int, person_id: int) -> str | None:
    """Where somebody lives who draws a pension, or is about to; the benefit is held for this transaction. None for others."""
    code: str | None = await engine.fetchval(
        "select p.region_code from benefit b join person p on p.county_code = $1 and p.id = b.person_id where b.county_code = $1"
        " and b.person_id = $2 and b.state not in ('ended', 'settled') for update of b",
        county_code, person_id,
    )  # fmt: skip
    return code


async def end_benefit(county_code: int, person_id: int, last_month: int, reason: str) -> None:
    await engine.execute(
        "update benefit set state = 'ended', ended_month = $3, end_reason = $4, version = version + 1 where county_code = $1"
        " and person_id = $2",
        county_code, person_id, last_month, reason,
    )  # fmt: skip


async def reopen(county_code: int, suspension_id: int) -> None:
    """Lifted for a reason that was not true: it goes on."""
    await engine.execute(
        "update benefit_suspension set state = 'confirmed', last_month = null, lift_reason = '', pays_arrears = null, lifted_at = null,"
        " lifted_by = null, lifted_by_name = '', lift_case_id = null where county_code = $1 and id = $2",
        county_code, suspension_id,
    )  # fmt: skip
