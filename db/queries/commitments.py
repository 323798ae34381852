"""Promises as the desk looks at them, and who should have come to deregister. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class ToCheck(Struct, frozen=True, kw_only=True):
    """A case that was decided on a promise alone. `payable_fen`: what was paid out for it, by which the sample goes."""

    case_id: int
    case_no: str
    subject_name: str
    applicant_name: str
    decided_on: date
    decided_by_name: str
    payable_fen: int


class FalseLine(Struct, frozen=True, kw_only=True):
    id: int
    case_id: int
    signer_name: str
    found: str
    recorded_at: datetime
    recorded_by: int
    recorded_by_name: str


class Due(Struct, frozen=True, kw_only=True):
    """Somebody who should deregister according to the data."""

    person_id: int
    name: str
    region_name: str
    cause: str
    happened_on: date | None
    source: str
    as_of_on: date


class NoticeLine(Struct, frozen=True, kw_only=True):
    """A notice as served."""

    id: int
    person_id: int
    name: str
    region_code: str
    region_name: str
    cause: str
    happened_on: date
    finding: str
    come_by: date
    state: str
    issued_at: datetime
    issued_by: int
    issued_by_name: str
    case_no: str | None


async def to_check(county_code: int, limit: int) -> list[ToCheck]:
    """Not looked at yet; the largest sums first, then the oldest."""
    rows = await engine.fetch(
        "select c.id as case_id, c.case_no, c.subject_name, c.applicant_name, (c.decided_at at time zone 'Asia/Shanghai')::date as decided_on,"
        " coalesce(c.decided_by_name, '') as decided_by_name, coalesce((select sum(s.payable_fen) from settlement s where s.county_code = $1"
        " and s.termination_id = t.id), 0)::bigint as payable_fen from termination t join service_case c on c.county_code = $1"
        " and c.id = t.case_id where t.county_code = $1 and t.evidence = 'own_word' and t.state = 'registered' and not exists (select"
        " from commitment_check k where k.county_code = $1 and k.case_id = c.id) order by payable_fen desc, t.id limit $2",
        county_code, limit,
    )  # fmt: skip
    return [ToCheck(**dict(row)) for row in rows]


async def broken(county_code: int, limit: int) -> list[FalseLine]:
    """Not made good yet, the newest first."""
    rows = await engine.fetch(
        "select id, case_id, signer_name, found, recorded_at, recorded_by, recorded_by_name from false_commitment where county_code = $1"
        " and repaired_at is null order by id desc limit $2",
        county_code, limit,
    )  # fmt: skip
    return [FalseLine(**dict(row)) for row in rows]


async def due(county_code: int, prefix: str, limit: int) -> list[Due]:
    """In the newest list of deaths, drawing an employee pension, or found dead by the benefit desk; without a case, a notice or an
    end (R-322)."""
    rows = await engine.fetch(
        "with batch as (select distinct on (source) source, id, as_of_on from source_batch where county_code = $1"
        " and source in ('deaths', 'employee_scheme') order by source, as_of_on desc, id desc),"
        " found as (select p.id as person_id, case b.source when 'deaths' then 'death' else 'other_pension' end as cause,"
        " nullif(case b.source when 'deaths' then r.data::json ->> 'died_on' else r.data::json ->> 'since' end, '') as on_day, b.source,"
        " b.as_of_on from batch b join source_record r on r.county_code = $1 and r.source = b.source and r.batch_id = b.id join person p"
        " on p.county_code = $1 and p.id_index = r.id_index where b.source = 'deaths' or r.data::json ->> 'status' = 'receiving'"
        " union all select f.person_id, 'death', null, 'benefit', current_date from benefit f where f.county_code = $1"
        " and f.state = 'ended' and f.end_reason = '死亡'),"
        " one as (select distinct on (person_id) * from found order by person_id, source = 'benefit', source)"
        " select o.person_id, p.name, coalesce(g.full_name, p.region_code) as region_name, o.cause,"
        " case when o.on_day ~ '^\\d{4}-\\d{2}-\\d{2}$' then o.on_day::date end as happened_on, o.source, o.as_of_on from one o join person p"
        " on p.county_code = $1 and p.id = o.person_id join participation n on n.county_code = $1 and n.person_id = p.id"
        " and n.participation_status <> 4 left join region g on g.code = p.region_code where p.region_code like $2 || '%'"
        " and not exists (select from deregistration_notice x where x.county_code = $1 and x.person_id = p.id and x.state = 'served')"
        " and not exists (select from service_case c where c.county_code = $1 and c.subject_person_id = p.id"
        " and c.item = 'deregistration' and c.case_no is not null and c.decided_at is null and c.status not in ('withdrawn',"
        " 'auto_closed')) order by p.region_code, p.name limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [Due(**dict(row)) for row in rows]


_NOTICES = (
    "select x.id, x.person_id, p.name, p.region_code, coalesce(g.full_name, p.region_code) as region_name, x.cause, x.happened_on, x.finding, x.come_by,"
    " x.state, x.issued_at, x.issued_by, x.issued_by_name, (select max(c.case_no) from service_case c where c.county_code = $1"
    " and c.subject_person_id = x.person_id and c.item = 'deregistration' and c.case_no is not null and c.received_on >="
    " (x.issued_at at time zone 'Asia/Shanghai')::date and c.status not in ('withdrawn', 'auto_closed', 'rejected')) as case_no"
    " from deregistration_notice x join person p on p.county_code = $1 and p.id = x.person_id left join region g"
    " on g.code = p.region_code where x.county_code = $1"
)


async def served(county_code: int, prefix: str, limit: int) -> list[NoticeLine]:
    """Those that are out, the earliest day first; `case_no`: somebody has come."""
    rows = await engine.fetch(
        f"{_NOTICES} and x.state = 'served' and p.region_code like $2 || '%' order by x.come_by, x.id limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [NoticeLine(**dict(row)) for row in rows]


async def notice(county_code: int, notice_id: int) -> NoticeLine | None:
    row = await engine.fetchrow(f"{_NOTICES} and x.id = $2", county_code, notice_id)
    return NoticeLine(**dict(row)) if row else None
