"""Suspensions, death reports and sentences as lists show them. The first argument is the county."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class SuspensionRow(Struct, frozen=True, kw_only=True):
    id: int
    person_id: int
    name: str
    born_on: date
    region_name: str
    reason: str
    first_month: int
    last_month: int | None
    state: str
    origin: str
    finding: str
    proposed_at: datetime
    proposed_by: int
    proposed_by_name: str
    decided_by_name: str
    lifted_by_name: str
    lift_reason: str
    pays_arrears: bool | None


class ReportRow(Struct, frozen=True, kw_only=True):
    """A village and what it reported of a month; `id` None: nothing yet."""

    region_code: str
    region_name: str
    id: int | None
    person_count: int | None
    reported_by_name: str | None
    forwarded_at: datetime | None


class LineRow(Struct, frozen=True, kw_only=True):
    report_id: int
    line_no: int
    kind: str
    person_id: int | None
    name: str
    region_name: str
    happened_on: date
    note: str
    state: str
    draws: bool
    forwarded: bool
    reported_by_name: str
    decided_by_name: str
    decision_note: str


class SpellRow(Struct, frozen=True, kw_only=True):
    id: int
    person_id: int
    name: str
    region_name: str
    situation: str
    first_month: int
    last_month: int | None
    acquitted: bool
    document: str
    end_document: str
    recorded_by_name: str


class OwnReport(Struct, frozen=True, kw_only=True):
    """Of one village. `names`: who was reported, with the kind."""

    month: int
    person_count: int
    reported_at: datetime
    reported_by_name: str
    forwarded: bool
    names: list[str]


_PLACE = "coalesce(g.full_name, p.region_code) as region_name"


async def listed(county_code: int, prefix: str, state: str, *, after: int = 0, limit: int) -> list[SuspensionRow]:
    """Those of one state, in the order they were proposed."""
    rows = await engine.fetch(
        f"select x.id, x.person_id, p.name, p.born_on, {_PLACE}, x.reason, x.first_month, x.last_month, x.state, x.origin, x.finding,"
        " x.proposed_at, x.proposed_by, x.proposed_by_name, x.decided_by_name, x.lifted_by_name, x.lift_reason, x.pays_arrears"
        " from benefit_suspension x join person p on p.county_code = $1 and p.id = x.person_id left join region g"
        " on g.code = p.region_code where x.county_code = $1 and x.state = $3 and p.region_code like $2 || '%' and x.id > $4"
        " order by x.id limit $5",
        county_code, prefix, state, after, limit,
    )  # fmt: skip
    return [SuspensionRow(**dict(row)) for row in rows]


async def reports(county_code: int, prefix: str, month: int) -> list[ReportRow]:
    """Every village of the region."""
    rows = await engine.fetch(
        "select g.code as region_code, g.full_name as region_name, r.id, r.person_count, r.reported_by_name, r.forwarded_at"
        " from region g left join death_report r on r.county_code = $1 and r.region_code = g.code and r.month = $3"
        " where g.county_code = $1 and g.code like $2 || '%' and length(g.code) = 10 and (g.closed_on is null or r.id is not null)"
        " order by g.code",
        county_code, prefix, month,
    )  # fmt: skip
    return [ReportRow(**dict(row)) for row in rows]


async def report_lines(county_code: int, prefix: str, month: int) -> list[LineRow]:
    """The lines of a month, and those of earlier ones that nobody has settled yet."""
    rows = await engine.fetch(
        "select l.report_id, l.line_no, l.kind, l.person_id, l.name, coalesce(g.full_name, r.region_code) as region_name,"
        " l.happened_on, l.note, l.state, b.person_id is not null as draws, r.forwarded_at is not null as forwarded,"
        " r.reported_by_name, l.decided_by_name, l.decision_note from death_report r join death_report_line l on l.county_code = $1"
        " and l.report_id = r.id left join region g on g.code = r.region_code left join benefit b on b.county_code = $1"
        " and b.person_id = l.person_id and b.state not in ('ended', 'settled') where r.county_code = $1 and r.region_code like $2 || '%'"
        " and (r.month = $3 or r.month < $3 and l.state in ('reported', 'suspended')) order by r.month, r.region_code, l.line_no",
        county_code, prefix, month,
    )  # fmt: skip
    return [LineRow(**dict(row)) for row in rows]


async def reports_of(county_code: int, village: str, limit: int) -> list[OwnReport]:
    """The newest first."""
    rows = await engine.fetch(
        "select r.month, r.person_count, r.reported_at, r.reported_by_name, r.forwarded_at is not null as forwarded,"
        " array(select l.name from death_report_line l where l.county_code = $1 and l.report_id = r.id order by l.line_no) as names"
        " from death_report r where r.county_code = $1 and r.region_code = $2 order by r.month desc limit $3",
        county_code, village, limit,
    )  # fmt: skip
    return [OwnReport(**dict(row)) for row in rows]


async def spells(county_code: int, prefix: str, *, after: int = 0, limit: int) -> list[SpellRow]:
    """In the order they were written down."""
    rows = await engine.fetch(
        f"select s.id, s.person_id, p.name, {_PLACE}, s.situation, s.first_month, s.last_month, s.acquitted, s.document,"
        " s.end_document, s.recorded_by_name from sentence_spell s join person p on p.county_code = $1 and p.id = s.person_id"
        " left join region g on g.code = p.region_code where s.county_code = $1 and p.region_code like $2 || '%' and s.id > $3"
        " order by s.id limit $4",
        county_code, prefix, after, limit,
    )  # fmt: skip
    return [SpellRow(**dict(row)) for row in rows]
