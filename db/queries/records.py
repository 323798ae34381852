"""Read-only pages: the audit log, the calendar, parameters, the sources, the outboxes."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text


class AuditLine(Struct, frozen=True, kw_only=True):
    id: int
    at: datetime
    actor_kind: str
    actor_id: int
    actor_name: str
    action: str
    object_kind: str
    object_id: str
    reason: str
    detail: str
    sealed: bool


async def audit(
    county_code: int, *, object_kind: str = "", object_id: str = "", actor_id: int | None = None, actor_kind: str = "staff",
    first: datetime | None = None, last: datetime | None = None, before: int | None = None, limit: int,
) -> list[AuditLine]:  # fmt: skip
    """Newest first; each filter narrows the others. `first` ≤ at < `last`."""
    args: list[object] = [county_code, limit]
    where = ""
    conditions = (
        ("e.object_kind = {}", object_kind or None), ("e.object_id = {}", object_id or None), ("e.at >= {}", first),
        ("e.at < {}", last), ("e.id < {}", before), ("e.actor_id = {}", actor_id),
        ("e.actor_kind = {}", actor_kind if actor_id is not None else None),
    )  # fmt: skip
    for condition, value in conditions:
        if value is not None:
            args.append(value)
            where += " and " + condition.format(f"${len(args)}")
    rows = await engine.fetch(
        "select e.id, e.at, e.actor_kind, e.actor_id, e.actor_name, e.action, e.object_kind, e.object_id, e.reason, e.detail,"
        " exists (select 1 from audit_seal s where s.county_code = e.county_code and s.entry_id = e.id) as sealed"
        f" from audit_entry e where e.county_code = $1{where} order by e.id desc limit $2",
        *args,
    )
    return [AuditLine(**dict(row)) for row in rows]


class CalendarYear(Struct, frozen=True, kw_only=True):
    year: int
    notice: str
    loaded_at: datetime
    loaded_by: str
    days_off: int
    days_worked: int


async def calendar_years() -> list[CalendarYear]:
    rows = await engine.fetch(
        "select y.year, y.notice, y.loaded_at, y.loaded_by, count(*) filter (where d.kind = 'off')::int as days_off,"
        " count(*) filter (where d.kind = 'work')::int as days_worked from calendar_year y"
        " left join calendar_day d on d.day between make_date(y.year, 1, 1) and make_date(y.year, 12, 31)"
        " group by y.year order by y.year desc"
    )
    return [CalendarYear(**dict(row)) for row in rows]


class CalendarDay(Struct, frozen=True):
    day: date
    kind: str
    name: str


async def calendar_days(year: int) -> list[CalendarDay]:
    rows = await engine.fetch(
        "select day, kind, name from calendar_day where day between make_date($1, 1, 1) and make_date($1, 12, 31)"
        " and kind <> 'plain' order by day",
        year,
    )
    return [CalendarDay(row["day"], row["kind"], row["name"]) for row in rows]


class ParameterLine(Struct, frozen=True, kw_only=True):
    kind: str
    key: str
    value: str | None
    effective_on: date
    decided_on: date
    document: str
    verified: bool
    proposed_by: str
    confirmed_by: str
    recorded_at: datetime


async def parameters(county_code: int) -> list[ParameterLine]:
    rows = await engine.fetch(
        "select kind, key, value, effective_on, decided_on, document, verified, proposed_by, confirmed_by, recorded_at"
        " from policy_parameter where county_code = $1 order by kind, key, effective_on desc, decided_on desc",
        county_code,
    )
    return [ParameterLine(**dict(row)) for row in rows]


class SourceLine(Struct, frozen=True, kw_only=True):
    """`batch_no` None: nothing was ever imported from this source."""

    source: str
    available: bool
    note: str
    changed_at: datetime | None
    batch_no: str | None
    as_of_on: date | None
    row_count: int | None
    imported_at: datetime | None
    imported_by: str | None


async def source_states(county_code: int, sources: list[str]) -> list[SourceLine]:
    rows = await engine.fetch(
        "select s.source, coalesce(t.available, false) as available, coalesce(t.note, '') as note, t.changed_at, b.batch_no,"
        " b.as_of_on, b.row_count, b.imported_at, b.imported_by from unnest($2::text[]) with ordinality as s(source, position)"
        " left join source_state t on t.county_code = $1 and t.source = s.source"
        " left join lateral (select * from source_batch b where b.county_code = $1 and b.source = s.source"
        "   order by as_of_on desc, id desc limit 1) b on true order by s.position",
        county_code, sources,
    )  # fmt: skip
    return [SourceLine(**dict(row)) for row in rows]


class MessageLine(Struct, frozen=True, kw_only=True):
    id: int
    channel: str
    phone: str | None
    title: str
    body: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    case_id: int | None


async def messages(county_code: int, *, before: int | None = None, limit: int) -> list[MessageLine]:
    """The newest first, texts opened: for the page of a system that sends nothing outside (never in production)."""
    rows = await engine.fetch(
        "select id, channel, phone_sealed, title, body_sealed, state, attempts, error, created_at, case_id from message"
        " where county_code = $1 and ($2::bigint is null or id < $2) order by id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [
        MessageLine(
            phone=unseal_text(row["phone_sealed"], "person.phone") if row["phone_sealed"] else None,
            body=unseal_text(row["body_sealed"], "message.body"),
            **{k: row[k] for k in ("id", "channel", "title", "state", "attempts", "error", "created_at", "case_id")},
        )
        for row in rows
    ]


class ExchangeLine(Struct, frozen=True, kw_only=True):
    id: int
    partner: str
    kind: str
    state: str
    created_at: datetime
    case_id: int | None


async def exchanges(county_code: int, *, before: int | None = None, limit: int) -> list[ExchangeLine]:
    rows = await engine.fetch(
        "select id, partner, kind, state, created_at, case_id from exchange_message where county_code = $1"
        " and ($2::bigint is null or id < $2) order by id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [ExchangeLine(**dict(row)) for row in rows]
