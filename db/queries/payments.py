"""Payment months as pages and the domain read them. The first argument is the county."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal
from db.stores.messages import EXCHANGE
from db.stores.payment_drafts import LEVELS
from db.stores.payments import PLAN, PlanRow

__all__ = ["PlanRow"]


class TownshipRow(Struct, frozen=True, kw_only=True):
    """A row of 《待遇支付审批表》. `levels`: 分 by who pays, of the lines; `net_fen`: what goes to the bank."""

    code: str
    name: str
    people: int
    levels: dict[str, int]
    lines_fen: int
    net_fen: int


class TransferRow(Struct, frozen=True, kw_only=True):
    """Somebody in a plan. `tail`: the last digits of the account."""

    person_id: int
    name: str
    region_code: str
    round: int
    bank: str
    tail: str
    net_fen: int
    lines_fen: int
    state: str
    findings: list[str]
    decision: str
    decision_note: str
    decided_by_name: str
    reason: str


class FileRow(Struct, frozen=True, kw_only=True):
    """A file for a bank and what came back."""

    id: int
    partner: str
    file_name: str
    row_count: int
    total_fen: int
    state: str
    created_at: datetime
    paid: int
    failed: int


class BankRow(Struct, frozen=True, kw_only=True):
    """What a bank has paid out in a plan."""

    bank: str
    files: int
    people: int
    fen: int


async def latest(county_code: int) -> PlanRow | None:
    """The plan of the latest month."""
    row = await engine.fetchrow(
        f"select {PLAN} from payment_plan where county_code = $1 and state <> 'cancelled' order by month desc limit 1",
        county_code,
    )
    return PlanRow(**dict(row)) if row else None


async def plan(county_code: int, plan_id: int) -> PlanRow | None:
    row = await engine.fetchrow(
        f"select {PLAN} from payment_plan where county_code = $1 and id = $2", county_code, plan_id
    )
    return PlanRow(**dict(row)) if row else None


async def plans(county_code: int, *, before: int | None = None, limit: int) -> list[PlanRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"select {PLAN} from payment_plan where county_code = $1 and ($2::bigint is null or id < $2) order by id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [PlanRow(**dict(row)) for row in rows]


async def by_township(county_code: int, plan_id: int, *, regular: bool = False) -> list[TownshipRow]:
    """In order of code; who was left out is in no row. `regular`: the levels are those of the month itself, without arrears
    and deductions."""
    sums = ", ".join(
        f"coalesce(sum({columns}) filter (where not $3 or l.kind = 'regular'), 0)::bigint as {level}"
        for level, columns in LEVELS.items()
    )
    rows = await engine.fetch(
        f"with l as (select left(t.region_code, 8) as code, sum(l.total_fen)::bigint as lines_fen, {sums} from payment_line l"
        " join payment_transfer t on t.county_code = $1 and t.plan_id = $2 and t.person_id = l.person_id and t.round = 1"
        " and t.state <> 'left_out' where l.county_code = $1 and l.plan_id = $2 and not l.voided group by 1),"
        " t as (select left(region_code, 8) as code, count(*)::int as people, sum(net_fen)::bigint as net_fen from payment_transfer"
        " where county_code = $1 and plan_id = $2 and round = 1 and state <> 'left_out' group by 1)"
        " select l.*, coalesce(r.name, '没有登记村组的') as name, t.people, t.net_fen from l join t using (code)"
        " left join region r on r.code = l.code order by l.code",
        county_code, plan_id, regular,
    )  # fmt: skip
    return [
        TownshipRow(levels={level: row[level] for level in LEVELS},
                    **{name: row[name] for name in TownshipRow.__struct_fields__ if name != "levels"})
        for row in rows
    ]  # fmt: skip


async def paid_by_bank(county_code: int, plan_id: int) -> list[BankRow]:
    """What the banks have paid out, bank by bank; who got nothing because all of it was deducted stands under no bank."""
    rows = await engine.fetch(
        "select bank, count(distinct file_id)::int as files, count(*)::int as people, sum(net_fen)::bigint as fen from payment_transfer"
        " where county_code = $1 and plan_id = $2 and state = 'paid' and net_fen > 0 group by bank order by bank",
        county_code, plan_id,
    )  # fmt: skip
    return [BankRow(**dict(row)) for row in rows]


async def paid_levels(county_code: int, plan_id: int) -> dict[str, int]:
    """分 of the lines of everybody who was paid, by who pays."""
    sums = ", ".join(f"coalesce(sum({columns}), 0)::bigint as {level}" for level, columns in LEVELS.items())
    row = await engine.fetchrow(
        f"select {sums} from payment_line l join payment_transfer t on t.county_code = $1 and t.plan_id = $2"
        " and t.person_id = l.person_id and t.state = 'paid' where l.county_code = $1 and l.plan_id = $2 and not l.voided",
        county_code, plan_id,
    )  # fmt: skip
    assert row is not None
    return dict(row)


_TRANSFER = (
    "select t.person_id, p.name, t.region_code, t.round, t.bank, coalesce(a.account_tail, '') as tail, t.net_fen,"
    " (select coalesce(sum(l.total_fen), 0)::bigint from payment_line l where l.county_code = $1 and l.plan_id = $2"
    " and l.person_id = t.person_id) as lines_fen, t.state, t.findings, t.decision, t.decision_note, t.decided_by_name, t.reason"
    " from payment_transfer t join person p on p.county_code = $1 and p.id = t.person_id left join payment_account a"
    " on a.county_code = $1 and a.id = t.payment_account_id where t.county_code = $1 and t.plan_id = $2 and t.person_id > $3"
)


async def to_look_at(
    county_code: int, plan_id: int, *, finding: str = "", undecided: bool = False, after: int = 0, limit: int
) -> list[TransferRow]:
    """发放前核对名单, in order of person."""
    rows = await engine.fetch(
        f"{_TRANSFER} and t.round = 1 and t.findings <> '{{}}' and ($4 = '' or $4 = any(t.findings))"
        " and (not $5 or t.decision = '') order by t.person_id limit $6",
        county_code, plan_id, after, finding, undecided, limit,
    )  # fmt: skip
    return [TransferRow(**dict(row)) for row in rows]


async def in_state(
    county_code: int, plan_id: int, states: Sequence[str], *, after: int = 0, limit: int
) -> list[TransferRow]:
    """Whose last transfer is in one of these states."""
    rows = await engine.fetch(
        f"{_TRANSFER} and t.state = any($4::text[]) and not exists (select from payment_transfer x where x.county_code = $1"
        " and x.plan_id = $2 and x.person_id = t.person_id and x.round > t.round) order by t.person_id limit $5",
        county_code, plan_id, after, list(states), limit,
    )  # fmt: skip
    return [TransferRow(**dict(row)) for row in rows]


async def counts(county_code: int, plan_id: int) -> dict[str, int]:
    """State to people, by everybody's last transfer."""
    rows = await engine.fetch(
        "select state, count(*)::int as n from (select distinct on (person_id) state from payment_transfer where county_code = $1"
        " and plan_id = $2 order by person_id, round desc) t group by state",
        county_code, plan_id,
    )  # fmt: skip
    return {row["state"]: row["n"] for row in rows}


async def finding_counts(county_code: int, plan_id: int) -> dict[str, tuple[int, int]]:
    """Finding to (people, of these undecided)."""
    rows = await engine.fetch(
        "select f as code, count(*)::int as n, count(*) filter (where decision = '')::int as open from payment_transfer,"
        " unnest(findings) as f where county_code = $1 and plan_id = $2 and round = 1 group by f order by n desc, f",
        county_code, plan_id,
    )  # fmt: skip
    return {row["code"]: (row["n"], row["open"]) for row in rows}


async def files(county_code: int, plan_id: int) -> list[FileRow]:
    rows = await engine.fetch(
        "select f.id, f.partner, f.file_name, f.row_count, f.total_fen, f.state, f.created_at,"
        " count(*) filter (where t.state = 'paid')::int as paid, count(*) filter (where t.state in ('failed', 'void'))::int as failed"
        " from payment_transfer t join exchange_file f on f.county_code = $1 and f.id = t.file_id where t.county_code = $1"
        " and t.plan_id = $2 group by f.county_code, f.id order by f.id",
        county_code, plan_id,
    )  # fmt: skip
    return [FileRow(**dict(row)) for row in rows]


async def file_body(county_code: int, file_id: int) -> tuple[str, bytes] | None:
    """(name, bytes) of a payment file."""
    row = await engine.fetchrow(
        "select file_name, body_sealed from exchange_file where county_code = $1 and id = $2 and kind = 'payment'"
        " and direction = 'out'",
        county_code, file_id,
    )  # fmt: skip
    return (row["file_name"], unseal(row["body_sealed"], EXCHANGE)) if row else None


async def run_state(county_code: int, run_id: int) -> str:
    state: str = await engine.fetchval(
        "select state from batch_run where county_code = $1 and id = $2", county_code, run_id
    )
    return state


async def open_plans(county_code: int) -> list[PlanRow]:
    """Those that are not settled yet, the earliest month first."""
    rows = await engine.fetch(
        f"select {PLAN} from payment_plan where county_code = $1 and state in ('draft', 'approved', 'requested', 'funded',"
        " 'transferred', 'sent') order by month",
        county_code,
    )  # fmt: skip
    return [PlanRow(**dict(row)) for row in rows]


async def anybody_paid(county_code: int) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select from benefit where county_code = $1 and state = 'confirmed')", county_code
    )
    return found
