"""What the pages of a pension show beside its standards: what was paid, why not, what waits for a yes. The first argument is the
county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.funds import FUNDS

REDETERMINATION = (
    "id, person_id, from_month, years, balances, reason, state, proposed_at, proposed_by, proposed_by_name, decided_at,"
    " decided_by_name, confirmed_at, confirmed_how, confirmed_by_name"
)


class Line(Struct, frozen=True):
    """What a payment is made of. `kind`: regular, arrears, deduction, one_off."""

    due_month: int
    kind: str
    total_fen: int
    reason: str


class Payment(Struct, frozen=True, kw_only=True):
    """A transfer of a plan. `tail`: the last digits of the account it goes to; `reason`: why it failed or was left out."""

    plan_id: int
    month: int
    pay_on: date
    round: int
    net_fen: int
    deducted_fen: int
    carried_fen: int
    state: str
    reason: str
    paid_on: date | None
    bank: str
    tail: str
    lines: tuple[Line, ...]


class Suspension(Struct, frozen=True, kw_only=True):
    """As benefit_suspension; `last_month` None: it goes on."""

    id: int
    reason: str
    first_month: int
    last_month: int | None
    state: str
    finding: str
    proposed_at: datetime
    lifted_at: datetime | None
    lift_reason: str
    pays_arrears: bool | None


class Sentence(Struct, frozen=True):
    """A detention or a sentence that stops the pension, from its first month."""

    situation: str
    first_month: int


class Unpaid(Struct, frozen=True):
    """Months owed of which nothing was paid, the first and the last of them, and their 分."""

    count: int
    first: int
    last: int
    fen: int


class Redetermination(Struct, frozen=True, kw_only=True):
    """As benefit_redetermination."""

    id: int
    person_id: int
    from_month: int
    years: int
    balances: str
    reason: str
    state: str
    proposed_at: datetime
    proposed_by: int
    proposed_by_name: str
    decided_at: datetime | None
    decided_by_name: str
    confirmed_at: datetime | None
    confirmed_how: str
    confirmed_by_name: str


class Unconfirmed(Struct, frozen=True, kw_only=True):
    """Somebody who has not said yes since `told_at`. `corrected`: to a correction of what is paid already; `reminded_at`: the last
    time."""

    person_id: int
    name: str
    region_name: str
    told_at: datetime
    total_fen: int
    first_month: int
    corrected: bool
    reminded_at: datetime | None


async def payments(county_code: int, person_id: int, limit: int) -> list[Payment]:
    """Of approved plans, the newest first."""
    rows = await engine.fetch(
        "select t.plan_id, p.month, p.pay_on, t.round, t.net_fen, t.deducted_fen, t.carried_fen, t.state, t.reason, t.paid_on,"
        " t.bank, coalesce(a.account_tail, '') as tail from payment_transfer t"
        " join payment_plan p on p.county_code = t.county_code and p.id = t.plan_id and p.state not in ('draft', 'cancelled')"
        " left join payment_account a on a.county_code = t.county_code and a.id = t.payment_account_id"
        " where t.county_code = $1 and t.person_id = $2 order by p.month desc, t.plan_id desc, t.round desc limit $3",
        county_code, person_id, limit,
    )  # fmt: skip
    lines = await engine.fetch(
        "select plan_id, due_month, kind, total_fen, reason from payment_line where county_code = $1 and person_id = $2"
        " and plan_id = any($3::bigint[]) and not voided order by due_month, kind",
        county_code, person_id, [row["plan_id"] for row in rows],
    )  # fmt: skip
    of_plan: dict[int, list[Line]] = {}
    for plan_id, *line in lines:
        of_plan.setdefault(plan_id, []).append(Line(*line))
    return [Payment(**dict(row), lines=tuple(of_plan.get(row["plan_id"], ()))) for row in rows]


async def planned_until(county_code: int) -> int | None:
    """The last month whose plan is approved: who is not in it waits for the one after."""
    month: int | None = await engine.fetchval(
        "select max(month) from payment_plan where county_code = $1 and state not in ('draft', 'cancelled')",
        county_code,
    )
    return month


async def suspensions(county_code: int, person_id: int) -> list[Suspension]:
    """Without those that were dismissed, the newest first."""
    rows = await engine.fetch(
        f"select {', '.join(Suspension.__struct_fields__)} from benefit_suspension where county_code = $1 and person_id = $2"
        " and state <> 'dismissed' order by id desc",
        county_code, person_id,
    )  # fmt: skip
    return [Suspension(**dict(row)) for row in rows]


async def sentence(county_code: int, person_id: int, stopping: Sequence[str], month: int) -> Sentence | None:
    """The one of the `stopping` situations that covers a month."""
    row = await engine.fetchrow(
        "select situation, first_month from sentence_spell where county_code = $1 and person_id = $2 and situation = any($3::text[])"
        " and not acquitted and $4 between first_month and coalesce(last_month, $4)",
        county_code, person_id, list(stopping), month,
    )  # fmt: skip
    return Sentence(**dict(row)) if row else None


async def open_suspensions(county_code: int, person_id: int) -> list[Suspension]:
    """Proposed and confirmed, the newest first."""
    return [row for row in await suspensions(county_code, person_id) if row.state in ("proposed", "confirmed")]


async def unpaid(
    county_code: int, person_id: int, first: int, last: int, stopping: Sequence[str], lifting: str
) -> Unpaid:
    """Of the months from `first` to `last`. `stopping`: situations of sentence_spell in which nothing is paid; `lifting`: a reason
    whose open suspension does not count."""
    row = await engine.fetchrow(
        "select count(*)::int as count, coalesce(min(m.month), 0) as first, coalesce(max(m.month), 0) as last,"
        " coalesce(sum(s.total_fen), 0)::bigint as fen from benefit b cross join lateral (select to_char(d, 'YYYYMM')::int as month"
        " from generate_series(to_date(greatest(b.first_month, $3)::text, 'YYYYMM')::timestamp,"
        " to_date(least(coalesce(b.ended_month, $4), $4)::text, 'YYYYMM')::timestamp, interval '1 month') d) m"
        " cross join lateral (select total_fen from benefit_standard where county_code = $1 and person_id = $2 and from_month <= m.month"
        " order by from_month desc, id desc limit 1) s where b.county_code = $1 and b.person_id = $2"
        " and not exists (select from benefit_suspension x where x.county_code = $1 and x.person_id = $2 and m.month between x.first_month"
        " and coalesce(x.last_month, m.month) and (x.state = 'confirmed' and x.reason <> $6 or x.state = 'lifted' and not x.pays_arrears))"
        " and not exists (select from sentence_spell x where x.county_code = $1 and x.person_id = $2 and not x.acquitted"
        " and x.situation = any($5::text[]) and m.month between x.first_month and coalesce(x.last_month, m.month))"
        " and not exists (select from payment_line l join payment_plan p on p.county_code = $1 and p.id = l.plan_id"
        " and p.state not in ('draft', 'cancelled') where l.county_code = $1 and l.person_id = $2 and l.due_month = m.month"
        " and l.kind in ('regular', 'arrears') and not l.voided and not exists (select from payment_transfer t where t.county_code = $1"
        " and t.plan_id = l.plan_id and t.person_id = $2 and t.state = 'void'))",
        county_code, person_id, first, last, list(stopping), lifting,
    )  # fmt: skip
    assert row is not None
    return Unpaid(**dict(row))


async def redeterminations(county_code: int, person_id: int) -> list[Redetermination]:
    """The newest first."""
    rows = await engine.fetch(
        f"select {REDETERMINATION} from benefit_redetermination where county_code = $1 and person_id = $2 order by id desc",
        county_code, person_id,
    )  # fmt: skip
    return [Redetermination(**dict(row)) for row in rows]


async def unconfirmed(county_code: int, prefix: str, reminder: str, limit: int) -> list[Unconfirmed]:
    """Who has not confirmed a determination or a correction, the longest silent first. `reminder`: how its titles begin."""
    rows = await engine.fetch(
        "select b.person_id, p.name, coalesce(g.full_name, p.region_code) as region_name,"
        " coalesce(r.decided_at, b.determined_at) as told_at, s.total_fen, b.first_month, r.id is not null as corrected,"
        " (select max(m.created_at) from message m where m.county_code = b.county_code and m.recipient_index = p.id_index"
        " and m.channel = 'in_app' and m.title like $3 || '%' and m.created_at >= coalesce(r.decided_at, b.determined_at)) as reminded_at"
        " from benefit b join person p on p.county_code = b.county_code and p.id = b.person_id"
        " left join region g on g.code = p.region_code"
        " left join benefit_redetermination r on r.county_code = b.county_code and r.person_id = b.person_id and r.state = 'approved'"
        " cross join lateral (select total_fen from benefit_standard where county_code = b.county_code and person_id = b.person_id"
        " order by from_month desc, id desc limit 1) s"
        " where b.county_code = $1 and p.region_code like $2 || '%' and (b.state = 'determined' or r.id is not null)"
        " order by told_at, b.person_id limit $4",
        county_code, prefix, reminder, limit,
    )  # fmt: skip
    return [Unconfirmed(**dict(row)) for row in rows]


async def principal_until(county_code: int, account_id: int, on: date) -> dict[str, int]:
    """What was paid into an account up to a day, by source, without interest."""
    sums = ", ".join(f"coalesce(sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
    row = await engine.fetchrow(
        f"select {sums} from ledger_entry where county_code = $1 and account_id = $2 and value_on <= $3 and not is_interest",
        county_code, account_id, on,
    )  # fmt: skip
    return {fund: fen for fund, fen in dict(row or {}).items() if fen}


async def born_on(county_code: int, person_id: int) -> date | None:
    """What age goes by, without the rest of the file."""
    found: date | None = await engine.fetchval(
        "select born_on from person where county_code = $1 and id = $2", county_code, person_id
    )
    return found
