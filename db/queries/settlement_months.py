"""Month by month, what is owed to somebody who leaves less what was paid and settled. The first argument is the county."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.benefit_items import COLUMNS, ITEMS
from db.funds import FUNDS

PENSION = 40  # domain.ledger.Kind


class MonthDifference(Struct, frozen=True, kw_only=True):
    """What is owed for a month less what was paid and settled: 分 by part (db/benefit_items.py), those that are 0 left out.
    `paid_on`: the pay day of the last plan that paid for it."""

    due_month: int
    amounts: dict[str, int]
    total_fen: int
    paid_on: date | None


_SUMS = ", ".join(f"sum(l.{column})::bigint as {column}" for column in COLUMNS)
_DIFFER = ", ".join(f"coalesce(o.{c}, 0) - coalesce(p.{c}, 0) - coalesce(s.{c}, 0) as {c}" for c in COLUMNS)
# The same comparison as db/stores/payment_drafts.py makes for a plan, of one person and with what was settled. An open suspension
# does not count: it is lifted when the relation ends, but for that of a prisoner. $3: the last month owed, $4: situations
# in which nothing is paid.
_MONTHS = f"""
with b as (select * from benefit where county_code = $1 and person_id = $2),
stop as (
  select first_month, coalesce(last_month, 999912) as last_month from benefit_suspension
   where county_code = $1 and person_id = $2 and (state = 'lifted' and pays_arrears is not true
      or state = 'confirmed' and reason = 'imprisoned')
   union all
  select first_month, coalesce(last_month, 999912) from sentence_spell
   where county_code = $1 and person_id = $2 and situation = any($4::text[]) and not acquitted),
lines as (
  select l.*, n.pay_on, n.document_id, t.state from payment_line l
    join payment_plan n on n.county_code = $1 and n.id = l.plan_id and n.state not in ('draft', 'cancelled')
   cross join lateral (select t.state from payment_transfer t where t.county_code = $1 and t.plan_id = l.plan_id
     and t.person_id = $2 order by t.round desc limit 1) t
   where l.county_code = $1 and l.person_id = $2 and not l.voided and l.kind <> 'one_off'),
since as (
  select greatest(b.first_month, least(case when $3 % 100 = 12 then $3 + 89 else $3 + 1 end, coalesce(b.recheck_from, 999912), case when b.paid_until % 100 = 12
    then b.paid_until + 89 else b.paid_until + 1 end,
    coalesce((select min(first_month) from benefit_suspension where county_code = $1 and person_id = $2 and state = 'confirmed'
      and reason <> 'imprisoned'), 999912),
    coalesce((select min(due_month) from lines where document_id is null and state <> 'paid'), 999912))) as month from b),
paid as (
  select l.due_month as month, {_SUMS}, max(l.pay_on) as paid_on from lines l
   where l.state = 'paid' and l.document_id is not null group by 1),
settled as (
  select l.due_month as month, {_SUMS} from settlement_line l join settlement x on x.county_code = $1 and x.id = l.settlement_id
     and x.state = 'booked' where l.county_code = $1 and l.person_id = $2 group by 1),
months as (
  select to_char(d, 'YYYYMM')::int as month from since cross join lateral generate_series(
    to_date(since.month::text, 'YYYYMM')::timestamp, to_date($3::text, 'YYYYMM')::timestamp, interval '1 month') d
   union
  select month from (select month from paid union select month from settled) x where month >= (select month from since)),
owed as (
  select m.month, s.* from months m join b on m.month between b.first_month and $3 cross join lateral (
    select * from benefit_standard s where s.county_code = $1 and s.person_id = $2 and s.from_month <= m.month
     order by s.from_month desc, s.id desc limit 1) s
   where not exists (select from stop x where m.month between x.first_month and x.last_month)),
differ as (
  select m.month, p.paid_on, {_DIFFER} from months m left join owed o using (month) left join paid p using (month)
    left join settled s using (month))
select * from differ where ({", ".join(COLUMNS)}) <> ({", ".join("0" for _ in COLUMNS)}) order by month
"""


async def differences(
    county_code: int, person_id: int, last_month: int, stopping: Sequence[str]
) -> list[MonthDifference]:
    """Month by month what is owed up to `last_month` less what is paid, booked and settled; months that agree are not there. Money
    under way does not count as paid."""
    rows = await engine.fetch(_MONTHS, county_code, person_id, last_month, list(stopping))
    return [
        MonthDifference(
            due_month=row["month"], paid_on=row["paid_on"], total_fen=sum(row[column] for column in COLUMNS),
            amounts={item: row[column] for item, column in zip(ITEMS, COLUMNS, strict=True) if row[column]},
        )
        for row in rows
    ]  # fmt: skip


async def account_pensions(county_code: int, person_id: int, account_id: int) -> tuple[dict[str, int], dict[str, int]]:
    """分 by source over the whole life: what was paid of account pensions, and what the account gave of it."""
    parts = ", ".join(f"coalesce(sum(l.account_{fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
    paid = await engine.fetchrow(
        f"select {parts} from (select {', '.join(f'l.account_{fund}_fen' for fund in FUNDS)} from payment_line l join payment_plan n"
        " on n.county_code = $1 and n.id = l.plan_id and n.document_id is not null cross join lateral (select t.state"
        " from payment_transfer t where t.county_code = $1 and t.plan_id = l.plan_id and t.person_id = $2 order by t.round desc limit 1) t"
        " where l.county_code = $1 and l.person_id = $2 and not l.voided and t.state = 'paid' union all"
        f" select {', '.join(f'l.account_{fund}_fen' for fund in FUNDS)} from settlement_line l join settlement x on x.county_code = $1"
        " and x.id = l.settlement_id and x.state = 'booked' where l.county_code = $1 and l.person_id = $2) l",
        county_code, person_id,
    )  # fmt: skip
    sums = ", ".join(f"coalesce(-sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
    taken = await engine.fetchrow(
        f"select {sums} from ledger_entry where county_code = $1 and account_id = $2 and kind = {PENSION}",
        county_code, account_id,
    )  # fmt: skip
    assert paid is not None
    assert taken is not None
    return dict(paid), dict(taken)
