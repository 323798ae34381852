"""Whether what went out is what should have gone out: a plan's files beside their results, and who is owed its month beside who was
paid it. The first argument is the county."""

from collections.abc import Sequence

from msgspec import Struct

from db import engine
from db.stores.payment_drafts import STOPS


class FileSums(Struct, frozen=True, kw_only=True):
    """A bank's file. `rows`, `fen`: as it was written; the others: the transfers in it by what became of them."""

    id: int
    bank: str
    file_name: str
    rows: int
    fen: int
    paid: int
    paid_fen: int
    failed: int
    failed_fen: int
    missing: int
    missing_fen: int

    @property
    def agrees(self) -> bool:
        return (self.rows, self.fen) == (
            self.paid + self.failed + self.missing, self.paid_fen + self.failed_fen + self.missing_fen
        )  # fmt: skip


class Difference(Struct, frozen=True, kw_only=True):
    """Somebody owed the month and in no transfer, or paid it and not owed. `fen`: what is owed or was paid; `why`: a code;
    `note`: what was said to him."""

    person_id: int
    name: str
    fen: int
    why: str
    note: str


async def files(county_code: int, plan_id: int) -> list[FileSums]:
    sums = ", ".join(
        f"count(*) filter (where t.state {states})::int as {name},"
        f" coalesce(sum(t.net_fen) filter (where t.state {states}), 0)::bigint as {name}_fen"
        for name, states in (("paid", "= 'paid'"), ("failed", "in ('failed', 'void')"), ("missing", "= 'sent'"))
    )
    rows = await engine.fetch(
        f"select f.id, f.partner as bank, f.file_name, f.row_count as rows, f.total_fen as fen, {sums} from payment_transfer t"
        " join exchange_file f on f.county_code = $1 and f.id = t.file_id where t.county_code = $1 and t.plan_id = $2"
        " group by f.county_code, f.id order by f.id",
        county_code, plan_id,
    )  # fmt: skip
    return [FileSums(**dict(row)) for row in rows]


# $1 county, $2 plan, $3 its month, $4 when the plan was made, $5 stopping situations. The month is in this plan and in no earlier
# one; later plans may have settled it. A plan that is still a draft has paid nobody.
_BOTH = (
    f"with stop as materialized ({STOPS}), last as materialized (select distinct on (t.plan_id, t.person_id) t.plan_id, t.person_id,"
    " t.state, t.reason from payment_transfer t join payment_plan n on n.county_code = $1 and n.id = t.plan_id"
    " and n.state not in ('draft', 'cancelled') where t.county_code = $1 and t.plan_id >= $2"
    " order by t.plan_id, t.person_id, t.round desc), paid as materialized (select l.person_id, sum(l.total_fen)::bigint as fen"
    " from payment_line l join last t on t.plan_id = l.plan_id and t.person_id = l.person_id where l.county_code = $1"
    " and l.plan_id >= $2 and l.due_month = $3 and not l.voided and l.kind <> 'one_off' and t.state in ('planned', 'sent', 'paid')"
    " group by l.person_id), owed as materialized (select b.person_id, b.confirmed_at, b.recheck_from, s.fen from benefit b"
    " left join (select distinct on (person_id) person_id, total_fen::bigint as fen from benefit_standard where county_code = $1"
    " and from_month <= $3 order by person_id, from_month desc, id desc) s on s.person_id = b.person_id where b.county_code = $1"
    " and b.first_month <= $3 and (b.state = 'confirmed' or b.state = 'ended' and b.ended_month >= $3) and not exists"
    " (select from stop x where x.person_id = b.person_id and $3 between x.first_month and x.last_month))"
)
_UNPAID = (
    f"{_BOTH}, differing as (select o.person_id, coalesce(o.fen, 0) as fen, case when t.state in ('left_out', 'failed', 'void')"
    " then t.state when o.fen is null then 'no_standard' when o.confirmed_at > $4 then 'confirmed_later'"
    " when o.recheck_from <= $3 then 'changed_later' else 'unexplained' end as why, coalesce(t.reason, '') as note from owed o"
    " left join paid p on p.person_id = o.person_id left join last t on t.plan_id = $2 and t.person_id = o.person_id"
    " where coalesce(p.fen, 0) <= 0 and (o.fen is null or o.fen > 0))"
)
_UNOWED = (
    f"{_BOTH}, differing as (select p.person_id, p.fen, case when b.state is null or b.state = 'determined' then 'not_confirmed'"
    " when b.state = 'ended' and b.ended_month < $3 then 'ended' when b.first_month > $3 then 'before_first' else 'stopped' end as why,"
    " '' as note from paid p left join owed o on o.person_id = p.person_id left join benefit b"
    " on b.county_code = $1 and b.person_id = p.person_id where o.person_id is null and p.fen > 0 and $4::timestamptz is not null)"
)
SIDES = {"unpaid": _UNPAID, "unowed": _UNOWED}


async def totals(county_code: int, plan_id: int, stopping: Sequence[str], side: str) -> tuple[int, int]:
    """(people, 分) of a side: `unpaid`, `unowed`."""
    row = await engine.fetchrow(
        f"{SIDES[side]} select count(*)::int, coalesce(sum(fen), 0)::bigint from differing",
        *await _of(county_code, plan_id, stopping),
    )
    assert row is not None
    return row[0], row[1]


async def differences(
    county_code: int, plan_id: int, stopping: Sequence[str], side: str, *, after: int = 0, limit: int
) -> list[Difference]:
    """In order of person."""
    rows = await engine.fetch(
        f"{SIDES[side]} select d.person_id, p.name, d.fen, d.why, d.note from differing d join person p on p.county_code = $1"
        " and p.id = d.person_id where d.person_id > $6 order by d.person_id limit $7",
        *await _of(county_code, plan_id, stopping), after, limit,
    )  # fmt: skip
    return [Difference(**dict(row)) for row in rows]


async def _of(county_code: int, plan_id: int, stopping: Sequence[str]) -> tuple[object, ...]:
    row = await engine.fetchrow(
        "select month, created_at from payment_plan where county_code = $1 and id = $2", county_code, plan_id
    )
    assert row is not None
    return county_code, plan_id, row["month"], row["created_at"], list(stopping)
