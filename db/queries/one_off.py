"""一次性待遇调整 as people see it. The first argument is the county."""

from datetime import datetime

from msgspec import Struct

from db import engine
from db.stores.one_off import PARTS


class OneOffRow(Struct, frozen=True, kw_only=True):
    """`amounts`: 分 by part and who pays. `month`: of the plan that holds it; `payment`: the state of that transfer."""

    id: int
    person_id: int
    name: str
    region_name: str
    reason: str
    document: str
    amounts: dict[str, int]
    total_fen: int
    state: str
    proposed_at: datetime
    proposed_by: int
    proposed_by_name: str
    decided_at: datetime | None
    decided_by_name: str
    cancel_reason: str
    month: int | None
    payment: str


class Waiting(Struct, frozen=True):
    """Approved and in no plan yet."""

    reason: str
    total_fen: int


async def listed(county_code: int, state: str, *, before: int | None, limit: int) -> list[OneOffRow]:
    """The newest first."""
    amounts = ", ".join(f"o.{part}_fen" for part in PARTS)
    rows = await engine.fetch(
        f"select o.id, o.person_id, p.name, coalesce(g.full_name, p.region_code) as region_name, o.reason, o.document, {amounts},"
        " o.total_fen, o.state, o.proposed_at, o.proposed_by, o.proposed_by_name, o.decided_at, o.decided_by_name, o.cancel_reason,"
        " l.month, coalesce(l.payment, '') as payment from benefit_one_off o join person p on p.county_code = $1"
        " and p.id = o.person_id left join region g on g.code = p.region_code left join lateral (select n.month, (select t.state"
        " from payment_transfer t where t.county_code = $1 and t.plan_id = l.plan_id and t.person_id = l.person_id"
        " order by t.round desc limit 1) as payment from payment_line l join payment_plan n on n.county_code = $1 and n.id = l.plan_id"
        " where l.county_code = $1 and l.one_off_id = o.id and l.kind = 'one_off' and not l.voided) l on true"
        " where o.county_code = $1 and o.state = $2 and ($3::bigint is null or o.id < $3) order by o.id desc limit $4",
        county_code, state, before, limit,
    )  # fmt: skip
    return [_row(row) for row in rows]


def _row(row: engine.Record) -> OneOffRow:
    amounts = {part: row[f"{part}_fen"] for part in PARTS if row[f"{part}_fen"]}
    rest = {name: row[name] for name in OneOffRow.__struct_fields__ if name != "amounts"}
    return OneOffRow(amounts=amounts, **rest)


async def waiting(county_code: int, person_id: int) -> list[Waiting]:
    rows = await engine.fetch(
        "select o.reason, o.total_fen from benefit_one_off o where o.county_code = $1 and o.person_id = $2 and o.state = 'approved'"
        " and not exists (select from payment_line l join payment_plan n on n.county_code = $1 and n.id = l.plan_id"
        " and n.state <> 'draft' where l.county_code = $1 and l.one_off_id = o.id and l.kind = 'one_off' and not l.voided) order by o.id",
        county_code, person_id,
    )  # fmt: skip
    return [Waiting(*row) for row in rows]
