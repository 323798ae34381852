"""Contribution years and what government owes for them, written set-based for a whole document.

The rules of the parameters come in as columns of equal length, one row a rule and day (`Rules`); the statements find each
person's own ones and fall back to the ordinary ones ('011', '*'), as domain/rules/contribution.py does for one person.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine


class LineFacts(Struct, frozen=True, kw_only=True):
    """What is known about the person of one line; None where nobody is known. `year_open`: nothing is paid for the year."""

    at: int
    county_code: int | None
    account_id: int | None
    name: str | None
    born_on: date | None
    household_type: str | None
    participation_status: int | None
    contribution_status: int | None
    paid_fen: int | None
    region_code: str | None


class Rules(Struct, frozen=True, kw_only=True):
    """Columns of the 征缴规则 in force on each day that is asked for."""

    on: list[date]
    category: list[str]
    household: list[str]
    tier: list[str]
    personal: list[int]
    province: list[int]
    city: list[int]
    county: list[int]
    government_paid: list[int]

    def columns(self) -> tuple[object, ...]:
        return (self.on, self.category, self.household, self.tier, self.personal, self.province, self.city, self.county,
                self.government_paid)  # fmt: skip


async def facts(county_code: int, indexes: Sequence[bytes], years: Sequence[int]) -> list[LineFacts]:
    """In the order asked; one statement for some thousand lines. A number that was replaced finds the same person."""
    rows = await engine.fetch(
        "select t.at::int - 1 as at, i.county_code, a.id as account_id, p.name, p.born_on, p.household_type,"
        " pa.participation_status, pa.contribution_status, y.personal_fen as paid_fen, p.region_code"
        " from unnest($2::bytea[], $3::int[]) with ordinality t (id_index, year, at)"
        " left join identity_index i on i.id_index = t.id_index"
        " left join person p on p.county_code = $1 and i.county_code = $1 and p.id = i.person_id"
        " left join individual_account a on a.county_code = $1 and a.person_id = p.id and a.status = 'open'"
        " left join participation pa on pa.county_code = $1 and pa.person_id = p.id"
        " left join contribution_year y on y.county_code = $1 and y.account_id = a.id and y.year = t.year order by t.at",
        county_code, list(indexes), list(years),
    )  # fmt: skip
    return [LineFacts(**dict(row)) for row in rows]


# One row a person and year of the document: what is added, on which days, under which rules. $1 county, $2 document,
# $3 … $11 the columns of Rules, $12 the first day of account of this county.
_ASKED = """
with rule as (select * from unnest($3::date[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[],
    $10::bigint[], $11::bigint[]) as r (rule_on, category, household, tier, personal, province, city, county, government_paid)),
added as (
  select l.account_id, l.year, sum(l.amount_fen)::bigint as fen, min(l.value_on) as first_on, max(l.value_on) as last_on,
         greatest(least(max(l.value_on), make_date(l.year, 12, 31)), make_date(l.year, 1, 1)) as rule_on
    from document_line l where l.county_code = $1 and l.document_id = $2 and l.state = any($12::text[]) and l.fund = 1
   group by l.account_id, l.year),
asked as (
  select a.*, y.personal_fen as before_fen, y.category as before_category, y.province_fen, y.city_fen, y.county_fen,
         y.government_paid_fen, y.account_id is not null as known, p.household_type, p.id as person_id,
         coalesce(y.category, own.category, '011') as category
    from added a join individual_account i on i.county_code = $1 and i.id = a.account_id
    join person p on p.county_code = $1 and p.id = i.person_id
    left join contribution_year y on y.county_code = $1 and y.account_id = a.account_id and y.year = a.year
    left join lateral (
      -- the identity in force on the day of payment: one that ended within the contribution year still counts for it (R-125);
      -- of several the one that government pays most for (R-124)
      select s.category from category_spell s join rule r on r.rule_on = a.rule_on and r.category = s.category
         and r.household = p.household_type
       where s.county_code = $1 and s.person_id = p.id and s.from_on <= a.last_on
         and (s.until_on is null or s.until_on >= make_date(a.year, 1, 1))
       order by r.government_paid desc, s.category limit 1) own on true),
chosen as (
  select k.*, exists (select from rule r where r.rule_on = k.rule_on and r.category = k.category
         and r.household = k.household_type) as special from asked k),
ruled as (
  select k.*, coalesce(k.before_fen, 0) + k.fen as total_fen, t.tier, t.province, t.city, t.county, t.government_paid,
         (select max(r.personal) from rule r where r.rule_on = k.rule_on
             and r.category = case when k.special then k.category else '011' end
             and r.household = case when k.special then k.household_type else '*' end) as top_fen
    from chosen k left join lateral (
      select r.* from rule r where r.rule_on = k.rule_on
         and r.category = case when k.special then k.category else '011' end
         and r.household = case when k.special then k.household_type else '*' end
         and r.personal <= coalesce(k.before_fen, 0) + k.fen
       order by r.personal + r.government_paid desc limit 1) t on true)
"""

_RECORD = (
    _ASKED
    + """,
entitled as (
  select r.*, r.year < extract(year from r.last_on) as back,
         case when $14 or r.year >= extract(year from r.last_on) then coalesce(r.province, 0) else 0 end as now_province,
         case when $14 or r.year >= extract(year from r.last_on) then coalesce(r.city, 0) else 0 end as now_city,
         case when $14 or r.year >= extract(year from r.last_on) then coalesce(r.county, 0) else 0 end as now_county,
         case when $14 or r.year >= extract(year from r.last_on) then coalesce(r.government_paid, 0) else 0 end as now_paid
    from ruled r),
kept as (
  insert into contribution_year as y (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,
     city_fen, county_fen, government_paid_fen, back_payment, counts, channel, first_paid_on, last_paid_on)
  select $1, account_id, year, category, household_type, coalesce(tier, ''), total_fen, now_province, now_city, now_county,
         now_paid, back, tier is not null, $13, first_on, last_on from entitled
  on conflict (county_code, account_id, year) do update set tier = excluded.tier, personal_fen = excluded.personal_fen,
     province_fen = excluded.province_fen, city_fen = excluded.city_fen, county_fen = excluded.county_fen,
     government_paid_fen = excluded.government_paid_fen, counts = excluded.counts,
     last_paid_on = greatest(y.last_paid_on, excluded.last_paid_on)
  returning 1),
owed as (
  insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,
     government_paid_fen, document_id)
  select $1, account_id, year, $15, coalesce(tier, ''), fen, now_province - coalesce(province_fen, 0),
         now_city - coalesce(city_fen, 0), now_county - coalesce(county_fen, 0), now_paid - coalesce(government_paid_fen, 0), $2
    from entitled
   where (now_province, now_city, now_county, now_paid) is distinct from (coalesce(province_fen, 0), coalesce(city_fen, 0),
         coalesce(county_fen, 0), coalesce(government_paid_fen, 0))
  returning 1)
select (select count(*) from kept), (select count(*) from owed)
"""
)

_BEYOND = (
    _ASKED
    + """
update document_line l set state = $13, reason_code = 'beyond-the-top',
       reason = '这一年已缴' || to_char(coalesce(r.before_fen, 0) / 100.0, 'FM999999990.00') || '元，加上这次超过最高档次'
                || to_char(r.top_fen / 100.0, 'FM999999990.00') || '元。'
  from ruled r where l.county_code = $1 and l.document_id = $2 and l.state = any($12::text[]) and l.account_id = r.account_id
   and l.year = r.year and r.total_fen > r.top_fen
"""
)


async def record_years(
    county_code: int, document_id: int, rules: Rules, channel: str, period: int, *, subsidise_back_payments: bool
) -> tuple[int, int]:
    """After the lines of a document were posted: their contribution years, and what government owes more for them than
    before, as claims of month `period` (R-081, R-113). Returns how many of each. Call it once a document."""
    row = await engine.fetchrow(
        _RECORD, county_code, document_id, *rules.columns(), ["booked"], channel, subsidise_back_payments, period
    )
    assert row is not None
    return row[0], row[1]


async def put_aside_beyond_top(county_code: int, document_id: int, rules: Rules, state: str) -> int:
    """Good lines that would lift a year above its highest tier (R-080) become `state`; returns how many."""
    tag = await engine.execute(_BEYOND, county_code, document_id, *rules.columns(), ["good"], state)
    return int(tag.split()[-1])


async def put_aside_repeated(county_code: int, document_id: int) -> int:
    """Good lines whose tax voucher, person and year came before, in this document or another, become `repeated` (R-094)."""
    tag = await engine.execute(
        "with mine as (select line_no, external_no, account_id, year, row_number() over (partition by external_no, account_id,"
        " year order by line_no) as nth from document_line where county_code = $1 and document_id = $2 and state = 'good'"
        " and external_no <> '')"
        " update document_line l set state = 'repeated', reason_code = 'repeated', reason = '这张票据以前已经收到过，不再重复登账。'"
        " from mine m where l.county_code = $1 and l.document_id = $2 and l.line_no = m.line_no and (m.nth > 1 or exists ("
        " select from document_line o where o.county_code = $1 and o.external_no = m.external_no and o.account_id = m.account_id"
        " and o.year = m.year and o.document_id <> $2 and o.state in ('good', 'booked')))",
        county_code, document_id,
    )  # fmt: skip
    return int(tag.split()[-1])


async def put_aside_twice_in_file(county_code: int, document_id: int) -> int:
    """The second and further good lines for one person and year become bad (R-090, R-111)."""
    tag = await engine.execute(
        "with mine as (select line_no, first_value(line_no) over w as first, row_number() over w as nth from document_line"
        " where county_code = $1 and document_id = $2 and state = 'good' window w as (partition by account_id, year, fund"
        " order by line_no)) update document_line l set state = 'bad', reason_code = 'twice',"
        " reason = '和第' || m.first || '行是同一个人的同一年度。' from mine m where l.county_code = $1 and l.document_id = $2"
        " and l.line_no = m.line_no and m.nth > 1",
        county_code, document_id,
    )  # fmt: skip
    return int(tag.split()[-1])


async def payment_days(county_code: int, document_id: int) -> list[tuple[int, date]]:
    """Each (contribution year, last value day of a person) of the lines, for the rules that must be at hand."""
    rows = await engine.fetch(
        "select distinct year, value_on from document_line where county_code = $1 and document_id = $2"
        " and state in ('good', 'booked') and year is not null and value_on is not null",
        county_code, document_id,
    )  # fmt: skip
    return [(row["year"], row["value_on"]) for row in rows]


async def waiting_fen(county_code: int, document_id: int) -> int:
    """Money of lines whose owner is not known, or whose year is full: it goes to suspense."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(amount_fen), 0)::bigint from document_line where county_code = $1 and document_id = $2"
        " and state = 'exception'",
        county_code, document_id,
    )  # fmt: skip
    return fen
