"""The lines of a payment month, set-based: what everybody is owed less what was paid (R-242, R-246, R-263, R-264).

A regular line is the month itself. Earlier months are compared, owed with paid, for whoever is new to the plans or is marked
to be compared anew; months that agree give no line. The same comparison is made twice: for the draft, and when the plan is
approved, so that nobody is paid by figures that moved in between.
"""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.benefit_items import AMOUNTS, COLUMNS

LEVELS = {
    level: " + ".join(column for column in COLUMNS if column.endswith(f"_{level}_fen") and not column.startswith("account_"))
    for level in ("central", "province", "city", "county")
} | {"account": " + ".join(column for column in COLUMNS if column.startswith("account_"))}  # fmt: skip
TOTAL = " + ".join(COLUMNS)
SHARED_BY = 3  # more people than this on one account are looked at
FOREVER = 999912
_ONE_OFF = ", ".join("0" if column.startswith("account_") else f"o.{column}" for column in COLUMNS)
_ZEROS = ", ".join("0" for _ in COLUMNS)

# What was left out or given up is owed again. A failed transfer is not among these: somebody pays it again or gives it up, and
# until then it must not be planned a second time.
_OWED_AGAIN = "('left_out', 'void')"


class Drafted(Struct, frozen=True):
    """`levels`: 分 of the lines by who pays. `aside`: (account, bucket) of those who cannot be paid as things stand."""

    people: int
    net_fen: int
    levels: dict[str, int]
    aside: list[tuple[int, str]]


class LeftOut(Struct, frozen=True):
    """Somebody taken out of a plan. `why`: a code of domain.payments.WHY_LEFT_OUT; `note`: what was noted with a decision."""

    person_id: int
    why: str
    note: str


class Month(Struct, frozen=True, kw_only=True):
    """`before`: the month before it. `stopping`: situations in which nothing is paid. `expired`: certifications of this month
    or earlier hold no more; `expiring`: those of this month hold for the last time."""

    month: int
    before: int
    stopping: list[str]
    expired: int
    expiring: int


_LAST_MONTH = f"case b.state when 'confirmed' then {FOREVER} when 'ended' then b.ended_month else 0 end"
_FIRST_NOT_PAID = "case when b.paid_until % 100 = 12 then b.paid_until + 89 else b.paid_until + 1 end"
_BENEFIT = f"""
  b.person_id, b.account_id, b.first_month, {_LAST_MONTH} as last_month, b.certified_month, b.carried_fen,
  least(coalesce(b.recheck_from, {FOREVER}), {_FIRST_NOT_PAID}) as since, b.recheck_from is not null as recheck"""
_PEOPLE_OF_REGION = f"""
  select {_BENEFIT}, p.region_code, p.name, p.id_index
    from person p join benefit b on b.county_code = p.county_code and b.person_id = p.id
   where p.county_code = $1 and p.region_code >= $6 and p.region_code < $7 and b.state in ('confirmed', 'ended')"""
_PEOPLE_OF_PLAN = f"""
  select {_BENEFIT}
    from payment_transfer t join benefit b on b.county_code = t.county_code and b.person_id = t.person_id
   where t.county_code = $1 and t.plan_id = $2 and t.region_code >= $6 and t.region_code < $7"""

# Months in which nobody is paid. $1 county, $5 stopping situations.
STOPS = (
    "select person_id, first_month, coalesce(last_month, 999912) as last_month from benefit_suspension"
    " where county_code = $1 and (state = 'confirmed' or state = 'lifted' and pays_arrears is not true)"
    " union all select person_id, first_month, coalesce(last_month, 999912) from sentence_spell where county_code = $1"
    " and situation = any($5::text[]) and not acquitted"
)


def _wanted(people: str) -> str:
    """`wanted`: the lines that each of `who` should have in this plan. $1 county, $2 plan, $3 month, $4 the month before, $5
    stopping situations, $6 and $7 the regions."""
    differ = ", ".join(f"coalesce(o.{c}, 0) - coalesce(p.{c}, 0) as {c}" for c in COLUMNS)
    sums = ", ".join(f"sum(l.{c})::bigint as {c}" for c in COLUMNS)
    return f"""
with stop as materialized ({STOPS}),
who as materialized ({people}),
months as (
  select person_id, first_month, last_month, $3::int as month, true as regular from who
   union all
  select person_id, first_month, last_month, to_char(d, 'YYYYMM')::int, false
    from who cross join lateral generate_series(to_date(since::text, 'YYYYMM')::timestamp,
           to_date($4::int::text, 'YYYYMM')::timestamp, interval '1 month') as d
   where since <= $4 and (recheck or since <= last_month)),
owed as (
  select m.person_id, m.month, m.regular, s.* from months m cross join lateral (
    select id as standard_id, {AMOUNTS} from benefit_standard s where s.county_code = $1 and s.person_id = m.person_id
       and s.from_month <= m.month order by s.from_month desc, s.id desc limit 1) s
   where m.month between m.first_month and m.last_month and not exists (
    select from stop x where x.person_id = m.person_id and m.month between x.first_month and x.last_month)),
past as (select person_id, month from months where not regular),
paid as (
  select h.person_id, h.month, x.* from past h cross join lateral (
    select count(*) as lines, {sums}
      from payment_line l join payment_plan n on n.county_code = $1 and n.id = l.plan_id and n.state <> 'cancelled' and n.id <> $2
     cross join lateral (
        select t.state from payment_transfer t where t.county_code = $1 and t.plan_id = l.plan_id and t.person_id = l.person_id
         order by t.round desc limit 1) t
     where l.county_code = $1 and l.person_id = h.person_id and l.due_month = h.month and not l.voided and l.kind <> 'one_off'
       and t.state not in {_OWED_AGAIN}) x
   where x.lines > 0),
compared as (
  select h.person_id, h.month, o.standard_id, p.month is null as unpaid, {differ}
    from past h left join owed o on o.person_id = h.person_id and o.month = h.month and not o.regular
    left join paid p on p.person_id = h.person_id and p.month = h.month offset 0),
wanted as materialized (
  select person_id, month as due_month, 'regular' as kind, standard_id, null::bigint as one_off_id, '' as reason, {TOTAL} as fen, {AMOUNTS}
    from owed where regular
   union all
  (select distinct on (o.person_id) o.person_id, $3, 'one_off', null::bigint, o.id, o.reason, o.total_fen, {_ONE_OFF}
     from owed w join benefit_one_off o on o.county_code = $1 and o.person_id = w.person_id and o.state = 'approved'
    where w.regular and not exists (select from payment_line l where l.county_code = $1 and l.one_off_id = o.id
      and l.kind = 'one_off' and not l.voided and l.plan_id <> $2) order by o.person_id, o.id)
   union all
  select person_id, month, case when {TOTAL} < 0 then 'deduction' else 'arrears' end, standard_id, null::bigint,
         case when {TOTAL} < 0 then '扣回多发的' when unpaid then '补发没有发过的月份' else '待遇有变动，补差额' end,
         {TOTAL}, {AMOUNTS}
    from compared where ({AMOUNTS}) <> ({_ZEROS}))"""


_LAST_TRANSFERS = f"""
        select state, payment_account_id as account_id from payment_transfer where county_code = $1 and person_id = w.person_id
           and state not in {_OWED_AGAIN} order by plan_id desc, round desc"""
# Why somebody is on the list to be looked at. h: his last transfer; e: last month's pension.
_FINDINGS = f"""
    array_remove(array[
      case when h.state is null then 'first_payment' end,
      case when a.id is null or a.state = 'rejected' then 'no_account' end,
      case when h.state is not null and h.account_id is distinct from a.id then 'account_changed' end,
      case when a.state = 'unverified' then 'account_unverified' end,
      case when a.holder_name <> w.name then 'name_differs' end,
      case when (select count(*) from payment_account o where o.county_code = $1 and o.account_index = a.account_index
             and o.ended_at is null) > {SHARED_BY} then 'account_shared' end,
      case when h.state = 'failed' and (select count(*) = 3 and bool_and(x.state = 'failed') from ({_LAST_TRANSFERS} limit 3) x)
           then 'failed_thrice' end,
      case when w.certified_month <= $8 then 'certification_missing' when w.certified_month = $9 then 'certification_expiring' end,
      case when exists (select from benefit_suspension x where x.county_code = $1 and x.person_id = w.person_id
             and x.state = 'proposed') then 'suspension_proposed' end,
      case when exists (select from source_record r where r.county_code = $1 and r.source = 'deaths' and r.id_index = w.id_index
             and r.batch_id = (select id from source_batch where county_code = $1 and source = 'deaths'
              order by as_of_on desc, id desc limit 1)) then 'death_match' end,
      case when s.total <= 0 or s.total > 3 * s.regular or abs(s.regular - e.total_fen) * 5 > e.total_fen
           then 'unusual_amount' end], null)"""
_DRAFT = f"""
{_wanted(_PEOPLE_OF_REGION)},
written as (
  insert into payment_line (county_code, plan_id, person_id, due_month, kind, standard_id, one_off_id, reason, {AMOUNTS})
  select $1, $2, person_id, due_month, kind, standard_id, one_off_id, reason, {AMOUNTS} from wanted order by person_id, due_month),
s as (
  select person_id, sum(fen)::bigint as total, coalesce(sum(fen) filter (where kind = 'regular'), 0)::bigint as regular
    from wanted group by person_id),
made as (
  insert into payment_transfer (county_code, plan_id, person_id, payment_account_id, region_code, bank, net_fen, deducted_fen,
                                carried_fen, state, findings)
  select $1, $2, w.person_id, a.id, w.region_code, coalesce(a.bank, ''),
         greatest(s.total, 0) - least(w.carried_fen, greatest(s.total, 0)), least(w.carried_fen, greatest(s.total, 0)),
         w.carried_fen - least(w.carried_fen, greatest(s.total, 0)) + greatest(-s.total, 0), 'planned', {_FINDINGS}
    from s join who w using (person_id)
    left join payment_account a on a.county_code = $1 and a.person_id = w.person_id and a.ended_at is null
    left join lateral ({_LAST_TRANSFERS} limit 1) h on true
    left join lateral (
      select l.total_fen from payment_line l where l.county_code = $1 and l.person_id = w.person_id and l.due_month = $4
         and l.kind = 'regular' and not l.voided limit 1) e on true
   order by w.person_id returning person_id, net_fen, findings),
aside as (
  select account_id, case when 'suspension_proposed' = any(findings) then 'suspension_proposed' else 'no_account' end as bucket
    from made join who using (person_id) where findings && array['no_account', 'suspension_proposed'])
select (select count(*) from made)::int as people, (select coalesce(sum(net_fen), 0)::bigint from made) as net,
       {", ".join(f"(select coalesce(sum({sums}), 0)::bigint from wanted) as {level}" for level, sums in LEVELS.items())},
       array(select account_id from aside order by account_id) as aside,
       array(select bucket from aside order by account_id) as buckets
"""
_JUDGED = (
    _wanted(_PEOPLE_OF_PLAN)
    + ", l as (select l.* from payment_line l join who using (person_id) where l.county_code = $1 and l.plan_id = $2"
    " and not l.voided), moved as (select coalesce(w.person_id, l.person_id) as person_id from wanted w full join l"
    " on l.person_id = w.person_id and l.due_month = w.due_month and l.kind = w.kind where ("
    + ", ".join(f"w.{c}" for c in COLUMNS)
    + ") is distinct from ("
    + ", ".join(f"l.{c}" for c in COLUMNS)
    + ") group by 1), s as (select person_id, sum(total_fen)::bigint as total from l group by person_id),"
    " judged as (select t.person_id, t.decision_note as note, case"
    " when t.net_fen > 0 and (a.id is null or a.state = 'rejected') then 'no_account'"
    " when exists (select from benefit_suspension x where x.county_code = $1 and x.person_id = t.person_id"
    " and x.state = 'proposed') then 'suspension_proposed'"
    " when m.person_id is not null or b.carried_fen <> t.carried_fen + t.deducted_fen - greatest(-s.total, 0) then 'changed'"
    " when t.decision in ('rejected', 'skipped') then t.decision"
    " when t.findings <> '{}' and t.decision = '' then 'undecided' end as why"
    " from payment_transfer t join s using (person_id) join benefit b on b.county_code = $1 and b.person_id = t.person_id"
    " left join payment_account a on a.county_code = $1 and a.id = t.payment_account_id left join moved m"
    " on m.person_id = t.person_id where t.county_code = $1 and t.plan_id = $2 and t.region_code >= $6 and t.region_code < $7)"
    " select person_id, why, note from judged where why is not null order by person_id"
)


async def plan_of_run(county_code: int, run_id: int) -> int | None:
    found: int | None = await engine.fetchval(
        "select id from payment_plan where county_code = $1 and run_id = $2", county_code, run_id
    )
    return found


async def open_plan(county_code: int, run_id: int, month: int, pay_on: date, at: datetime) -> int:
    """The draft of a run, made by whichever chunk comes first. UniqueViolation where the month has another plan."""
    await engine.fetchval("select pg_advisory_xact_lock(hashtext($1))", f"payment plan {county_code}")
    found = await plan_of_run(county_code, run_id)
    if found is None:
        found = await engine.fetchval(
            "insert into payment_plan (county_code, month, run_id, state, pay_on, created_at) values ($1, $2, $3, 'draft', $4, $5)"
            " returning id",
            county_code, month, run_id, pay_on, at,
        )  # fmt: skip
    return int(found)


async def draft_region(county_code: int, plan_id: int, month: Month, first: str, beyond: str) -> Drafted:
    """Writes lines and transfers of everybody owed who lives in the regions from `first` up to, not including, `beyond`."""
    await plan_for_many()
    row = await engine.fetchrow(
        _DRAFT,
        county_code,
        plan_id,
        month.month,
        month.before,
        month.stopping,
        first,
        beyond,
        month.expired,
        month.expiring,
    )
    assert row is not None
    return Drafted(
        people=row["people"], net_fen=row["net"], levels={level: row[level] for level in LEVELS if row[level]},
        aside=list(zip(row["aside"], row["buckets"], strict=True)),
    )  # fmt: skip


async def judge_region(county_code: int, plan_id: int, month: Month, first: str, beyond: str) -> list[LeftOut]:
    """Who of the draft cannot go on, and why; holds every benefit of the region until the transaction ends."""
    await engine.execute(
        "select from benefit where county_code = $1 and person_id in (select person_id from payment_transfer where county_code = $1"
        " and plan_id = $2 and region_code >= $3 and region_code < $4) order by person_id for no key update",
        county_code, plan_id, first, beyond,
    )  # fmt: skip
    await plan_for_many()
    rows = await engine.fetch(
        _JUDGED, county_code, plan_id, month.month, month.before, month.stopping, first, beyond
    )  # fmt: skip
    return [LeftOut(**dict(row)) for row in rows]


async def plan_for_many() -> None:
    """The planner knows nothing of rows a run has just written. It takes a township for one person and joins everybody with
    everybody, and a table that has grown since for a small one, which it reads whole for each person. What has to be looked up
    person by person is a lateral subquery, which goes by its index; some 1 kB a person of a chunk."""
    await engine.execute(
        "set local enable_nestloop = off; set local enable_seqscan = off; set local work_mem = '128MB'"
    )


async def take_in_region(county_code: int, plan_id: int, month: int, first: str, beyond: str) -> tuple[int, int]:
    """Those who are left are in the plan for good: (people, 分 of their transfers)."""
    row = await engine.fetchrow(
        "with done as (update benefit b set paid_until = greatest(b.paid_until, $3), recheck_from = null,"
        " carried_fen = t.carried_fen, version = version + 1 from payment_transfer t where t.county_code = $1 and t.plan_id = $2"
        " and t.state = 'planned' and t.region_code >= $4 and t.region_code < $5 and b.county_code = $1"
        " and b.person_id = t.person_id returning t.net_fen) select count(*)::int, coalesce(sum(net_fen), 0)::bigint from done",
        county_code, plan_id, month, first, beyond,
    )  # fmt: skip
    assert row is not None
    return row[0], row[1]


async def leave_out(county_code: int, plan_id: int, people: list[int], reasons: list[str], *, taken_in: bool) -> None:
    """Their lines do not count any more, and the next plan compares their months anew. `taken_in`: the plan was approved with
    them, so what it deducted and carried is put back too."""
    await engine.execute(
        "with u as (select * from unnest($3::bigint[], $4::text[]) as u (person_id, reason)), t as (update payment_transfer t"
        " set state = 'left_out', reason = u.reason from u where t.county_code = $1 and t.plan_id = $2 and t.person_id = u.person_id"
        " and t.state = 'planned' returning t.person_id, t.deducted_fen),"
        " l as (update payment_line l set voided = true from u where l.county_code = $1 and l.plan_id = $2"
        " and l.person_id = u.person_id and not l.voided returning l.person_id, l.due_month, l.total_fen),"
        " s as (select person_id, min(due_month) as first, sum(total_fen)::bigint as total from l group by person_id)"
        " update benefit b set recheck_from = least(b.recheck_from, s.first), version = version + 1, carried_fen = case when $5"
        " then greatest(b.carried_fen + t.deducted_fen - greatest(-s.total, 0), 0) else b.carried_fen end"
        " from t join s using (person_id) where b.county_code = $1 and b.person_id = t.person_id",
        county_code, plan_id, people, reasons, taken_in,
    )  # fmt: skip


async def cancel(county_code: int, plan_id: int) -> None:
    """A draft that comes to nothing: its months are free for the next one."""
    for statement in (
        "update payment_line set voided = true where county_code = $1 and plan_id = $2",
        "update payment_transfer set state = 'left_out', reason = '' where county_code = $1 and plan_id = $2",
        "update payment_plan set state = 'cancelled' where county_code = $1 and id = $2",
    ):
        await engine.execute(statement, county_code, plan_id)
