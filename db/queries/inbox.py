"""The desk of a member of staff: what waits there for his posts, most urgent first.

Every read follows the index case_on_desk (county, desk, post, due day), one branch a post, so that a page costs the same
however many cases there are. Nothing is counted beyond COUNT_LIMIT.
"""

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine

COUNT_LIMIT = 100  # shown as 99+
FREE, MINE, HELD, ALL = "free", "mine", "held", "all"


class Filter(Struct, frozen=True, kw_only=True):
    """`view`: all (not held), free (nobody has taken them), mine, held. `region`: 8 digits of a township or ""."""

    view: str = ALL
    item: str = ""
    region: str = ""
    clean: bool | None = None


class CaseLine(Struct, frozen=True):
    """`place` is where the applicant lives, without the county's name, which everybody here knows."""

    id: int
    case_no: str
    item: str
    profile: str
    status: str
    subject_name: str
    region_code: str
    place: str
    channel: str
    received_on: date
    limit_days: int
    due_on: date
    target_on: date | None
    provisional: bool
    waiting_post: str
    assignee_id: int | None
    assignee_name: str | None
    held_until: date | None
    hold_reason: str | None
    clean: bool
    version: int
    touched_at: datetime
    paused_on: date | None
    resumed_on: date | None


_JOINED = {
    "assignee_name": "u.name", "paused_on": "p.from_on", "resumed_on": "p.until_on",
    "place": "coalesce(substr(g.full_name, length(k.full_name) + 1), g.full_name, '')",
}  # fmt: skip
_SELECT = "select " + ", ".join(_JOINED.get(name, f"c.{name}") for name in CaseLine.__struct_fields__)
_BESIDE = (
    " left join staff_user u on u.county_code = c.county_code and u.id = c.assignee_id"
    " left join case_pause p on p.county_code = c.county_code and p.case_id = c.id"
    " left join region g on g.code = c.region_code left join region k on k.code = left(c.region_code, 6) order by c.due_on, c.id"
)


async def lines(
    county_code: int, desk: str, posts: list[str], staff_id: int, chosen: Filter, on: date,
    *, after: tuple[date, int] | None, limit: int,
) -> list[CaseLine]:  # fmt: skip
    """Up to `limit` cases after (due day, id) of the last line shown before."""
    args: list[Any] = [county_code, desk, posts, limit]
    where = _where(chosen, staff_id, on, args)
    if after:
        args += after
        where += f" and (s.due_on, s.id) > (${len(args) - 1}, ${len(args)})"
    rows = await engine.fetch(
        f"{_SELECT} from unnest($3::text[]) as mine(post) cross join lateral (select * from service_case s"
        f"  where s.county_code = $1 and s.desk = $2 and s.waiting_post = mine.post{where} order by s.due_on, s.id limit $4) c"
        f"{_BESIDE} limit $4",
        *args,
    )
    return [CaseLine(*row) for row in rows]


def _where(chosen: Filter, staff_id: int, on: date, args: list[Any]) -> str:
    """Further conditions on service_case s; their values are appended to `args`."""
    parts: list[tuple[str, Any]] = []
    if chosen.view == HELD:
        parts.append(("s.held_until > {}", on))
    else:
        parts.append(("(s.held_until is null or s.held_until <= {})", on))
    if chosen.view == MINE:
        parts.append(("s.assignee_id = {}", staff_id))
    if chosen.item:
        parts.append(("s.item = {}", chosen.item))
    if chosen.region:
        parts.append(("s.region_code like {} || '%'", chosen.region))
    if chosen.clean is not None:
        parts.append(("s.clean = {}", chosen.clean))
    text = " and s.assignee_id is null" if chosen.view == FREE else ""
    for condition, value in parts:
        args.append(value)
        text += " and " + condition.format(f"${len(args)}")
    return text


async def counts(county_code: int, desk: str, posts: list[str], on: date, next_working_day: date) -> dict[str, int]:
    """How many wait on the desk, none counted beyond COUNT_LIMIT: overdue, today, tomorrow, later."""
    rows = await engine.fetch(
        "select g.name, sum(counted.n)::int as n from unnest($3::text[]) as mine(post)"
        " cross join (values ('overdue', '-infinity'::date, $4::date - 1), ('today', $4, $4), ('tomorrow', $4 + 1, $5::date),"
        "   ('later', $5 + 1, 'infinity'::date)) as g(name, first, last)"
        " cross join lateral (select count(*) as n from (select 1 from service_case s where s.county_code = $1"
        "   and s.desk = $2 and s.waiting_post = mine.post and s.due_on between g.first and g.last"
        "   and (s.held_until is null or s.held_until <= $4) limit $6) bounded) counted group by g.name",
        county_code, desk, posts, on, next_working_day, COUNT_LIMIT,
    )  # fmt: skip
    return {row["name"]: row["n"] for row in rows}


async def lines_of(county_code: int, desk: str, posts: list[str], case_ids: list[int]) -> list[CaseLine]:
    """Those of a selection that still lie on the desk, most urgent first."""
    rows = await engine.fetch(
        f"{_SELECT} from (select * from service_case where county_code = $1 and id = any($2) and desk = $3"
        f" and waiting_post = any($4)) c{_BESIDE}",
        county_code, case_ids, desk, posts,
    )  # fmt: skip
    return [CaseLine(*row) for row in rows]


async def opened_by(county_code: int, staff_id: int, cases: dict[int, datetime]) -> set[int]:
    """Which of the cases this person has opened on a page (`cases`: id → the moment from which it counts)."""
    rows = await engine.fetch(
        "select distinct w.id from unnest($3::bigint[], $4::timestamptz[]) as w(id, since)"
        " join audit_entry e on e.county_code = $1 and e.object_kind = 'case' and e.object_id = w.id::text"
        " and e.action = 'case.opened' and e.actor_kind = 'staff' and e.actor_id = $2 and e.at >= w.since",
        county_code, staff_id, list(cases), list(cases.values()),
    )  # fmt: skip
    return {row["id"] for row in rows}


async def taken_by(county_code: int, staff_id: int) -> list[int]:
    """The open cases a member of staff has taken: when he is frozen they go back to their desks (R-442)."""
    rows = await engine.fetch(
        "select id from service_case where county_code = $1 and assignee_id = $2 order by due_on, id",
        county_code,
        staff_id,
    )
    return [row["id"] for row in rows]
