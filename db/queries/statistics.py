"""How punctual the offices are: grouped over a period of receipt, and what is open now (R-011)."""

from datetime import date

from msgspec import Struct

from db import engine


class OnTime(Struct, frozen=True, kw_only=True):
    """Cases received in the period. `told` have their result, `late` of them after the due day; `overdue` are open and past it."""

    key: str
    received: int
    told: int
    late: int
    open: int
    overdue: int

    @property
    def on_time(self) -> int:
        return self.told - self.late

    @property
    def per_mille(self) -> int | None:
        """On-time share of what should have been told by now, in tenths of a per cent; None when nothing was due."""
        judged = self.told + self.overdue
        return self.on_time * 1000 // judged if judged else None


_COLUMNS = (
    "count(*)::int as received, count(told_at)::int as told,"
    " count(*) filter (where (told_at at time zone 'Asia/Shanghai')::date > due_on)::int as late,"
    " count(*) filter (where told_at is null and status <> 'withdrawn')::int as open,"
    " count(*) filter (where told_at is null and due_on < $5 and status not in ('withdrawn', 'supplement_requested'))::int"
    " as overdue"
)
# Withdrawn cases owe no answer; a case waiting for its applicant is not late.
_PERIOD = (
    " from service_case where county_code = $1 and region_code like $2 || '%' and received_on between $3 and $4"
    " and status not in ('withdrawn', 'auto_closed')"
)


async def by_township(county_code: int, prefix: str, first: date, last: date, on: date) -> list[OnTime]:
    return await _grouped("substr(region_code, 1, 8)", county_code, prefix, first, last, on)


async def by_item(county_code: int, prefix: str, first: date, last: date, on: date) -> list[OnTime]:
    return await _grouped("item", county_code, prefix, first, last, on)


async def _grouped(key: str, county_code: int, prefix: str, first: date, last: date, on: date) -> list[OnTime]:
    rows = await engine.fetch(
        f"select {key} as key, {_COLUMNS}{_PERIOD} group by 1 order by 1", county_code, prefix, first, last, on
    )
    return [OnTime(**dict(row)) for row in rows]


class DeskLoad(Struct, frozen=True, kw_only=True):
    desk: str
    post: str
    open: int
    overdue: int
    held: int


async def desks(county_code: int, prefix: str, on: date) -> list[DeskLoad]:
    """What lies on which desk now."""
    rows = await engine.fetch(
        "select desk, waiting_post as post, count(*)::int as open, count(*) filter (where due_on < $3)::int as overdue,"
        " count(*) filter (where held_until > $3)::int as held from service_case"
        " where county_code = $1 and waiting_post is not null and desk like $2 || '%' group by 1, 2 order by 1, 2",
        county_code, prefix, on,
    )  # fmt: skip
    return [DeskLoad(**dict(row)) for row in rows]
