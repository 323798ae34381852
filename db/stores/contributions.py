"""Contribution years and what government owes for them, written set-based for a whole document.

The rules of the parameters come in as columns of equal length, one row a rule and day (`Rules`); the statements find each
person's own ones and fall back to the ordinary ones ('011', '*'), as domain/rules/contribution.py does for one person.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import seal
from db.stores.messages import BODY


class LineFacts(Struct, frozen=True, kw_only=True):
    """What is known about the person of one line; None where nobody is known. `paid_fen` and `year_category`: what is paid
    for the year, and as whom; `brought`: paid in another county. `spells`: JSON of his identities, a list of objects."""

    at: int
    county_code: int | None
    account_id: int | None
    name: str | None
    born_on: date | None
    household_type: str | None
    participation_status: int | None
    contribution_status: int | None
    paid_fen: int | None
    year_category: str | None
    spells: str | None
    region_code: str | None
    brought: bool


class Rules(Struct, frozen=True, kw_only=True):
    """The 征缴规则 of the days that are asked for, as columns. Days from `first` to `last` share the rules of one `span`:
    every person of a document looks for his own among them, so they should be few."""

    first: list[date]
    last: list[date]
    span: list[int]
    version: list[int]
    category: list[str]
    household: list[str]
    tier: list[str]
    personal: list[int]
    province: list[int]
    city: list[int]
    county: list[int]
    government_paid: list[int]

    def columns(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__)


async def facts(county_code: int, indexes: Sequence[bytes], years: Sequence[int]) -> list[LineFacts]:
    """In the order asked; one statement for some thousand lines. A number that was replaced finds the same person."""
    rows = await engine.fetch(
        "select t.at::int - 1 as at, i.county_code, a.id as account_id, p.name, p.born_on, p.household_type,"
        " pa.participation_status, pa.contribution_status, y.personal_fen as paid_fen, p.region_code, coalesce(y.counts and y.channel = 'transfer', false) as brought,"
        " case when y.personal_fen > 0 or y.tier <> '' then y.category end as year_category,"
        " (select json_agg(json_build_object('category', s.category, 'from_on', s.from_on, 'until_on', s.until_on))::text from category_spell s"
        " where s.county_code = $1 and s.person_id = p.id) as spells"
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
# $3 … $14 the columns of Rules, $15 the states of the lines that are meant, $16 whether back payments are subsidised: where
# they are not, the person pays the whole of an ordinary tier. A year that was taken back to nothing begins anew
# also as another identity. A `choice` is what one identity and household type can choose from, lowest first.
_ASKED = """
with days as (select * from unnest($3::date[], $4::date[], $5::int[]) as d (first_day, last_day, version)),
choice as materialized (
  select version, category, household, array_agg(tier order by worth) as tiers, array_agg(personal order by worth) as personals,
         array_agg(province order by worth) as provinces, array_agg(city order by worth) as cities,
         array_agg(county order by worth) as counties, array_agg(government_paid order by worth) as government,
         max(personal) as top_fen, max(government_paid) as most_fen
    from (select *, personal + government_paid as worth from unnest($6::int[], $7::text[], $8::text[], $9::text[], $10::bigint[],
          $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[])
          as r (version, category, household, tier, personal, province, city, county, government_paid)) r
   group by version, category, household),
added as (
  select l.account_id, l.year, sum(l.amount_fen)::bigint as fen, min(l.value_on) as first_on, max(l.value_on) as last_on,
         l.year < extract(year from max(l.value_on)) as back,
         greatest(least(max(l.value_on), make_date(l.year, 12, 31)), make_date(l.year, 1, 1)) as rule_on
    from document_line l where l.county_code = $1 and l.document_id = $2 and l.state = any($15::text[]) and l.fund = 1
   group by l.account_id, l.year),
asked as (
  select a.*, d.version, y.personal_fen as before_fen, y.province_fen, y.city_fen, y.county_fen, y.government_paid_fen,
         p.household_type, case when a.back and not $16 then '011'
             else coalesce(case when y.personal_fen > 0 or y.tier <> '' then y.category end, own.category, '011') end as category
    from added a join days d on a.rule_on between d.first_day and d.last_day
    join individual_account i on i.county_code = $1 and i.id = a.account_id
    join person p on p.county_code = $1 and p.id = i.person_id
    left join lateral (
      select * from contribution_year y where y.county_code = $1 and y.account_id = a.account_id and y.year = a.year limit 1
      ) y on true
    left join lateral (
      -- the identity in force on the day of payment, for a past year on its last day: one that ended within the contribution
      -- year still counts for it (R-125); of several the one that government pays most for (R-124)
      select s.category from category_spell s join choice c on c.version = d.version and c.category = s.category
         and c.household = p.household_type
       where s.county_code = $1 and s.person_id = p.id and s.from_on <= a.rule_on
         and (s.until_on is null or s.until_on >= make_date(a.year, 1, 1))
       order by c.most_fen desc, s.category limit 1) own on true),
ruled as (
  select k.*, coalesce(k.before_fen, 0) + k.fen as total_fen, c.top_fen, t.tier, t.province, t.city, t.county, t.government_paid
    from asked k join lateral (
      select * from choice c where c.version = k.version and (c.category = k.category and c.household = k.household_type
         or c.category = '011' and c.household = '*') order by c.category = '011' limit 1) c on true
    left join lateral (
      select * from unnest(c.tiers, c.personals, c.provinces, c.cities, c.counties, c.government) with ordinality
             as t (tier, personal, province, city, county, government_paid, place)
       where t.personal <= coalesce(k.before_fen, 0) + k.fen order by t.place desc limit 1) t on true)
"""

_RECORD = (
    _ASKED
    + """,
entitled as (
  select r.*, case when r.back and not $16 then 0 else 1 end * coalesce(r.province, 0) as now_province,
         case when r.back and not $16 then 0 else 1 end * coalesce(r.city, 0) as now_city,
         case when r.back and not $16 then 0 else 1 end * coalesce(r.county, 0) as now_county,
         case when r.back and not $16 then 0 else 1 end * coalesce(r.government_paid, 0) as now_paid
    from ruled r),
kept as (
  insert into contribution_year as y (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,
     city_fen, county_fen, government_paid_fen, back_payment, counts, channel, first_paid_on, last_paid_on)
  select $1, account_id, year, category, household_type, coalesce(tier, ''), total_fen, now_province, now_city, now_county,
         now_paid, back, tier is not null, $17, first_on, last_on from entitled
  on conflict (county_code, account_id, year) do update set category = excluded.category, tier = excluded.tier,
     personal_fen = excluded.personal_fen, back_payment = excluded.back_payment,
     province_fen = excluded.province_fen, city_fen = excluded.city_fen, county_fen = excluded.county_fen,
     government_paid_fen = excluded.government_paid_fen, counts = excluded.counts,
     first_paid_on = least(y.first_paid_on, excluded.first_paid_on), last_paid_on = greatest(y.last_paid_on, excluded.last_paid_on)
  returning 1),
owed as (
  insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,
     government_paid_fen, document_id)
  select $1, account_id, year, $18, coalesce(tier, ''), fen, now_province - coalesce(province_fen, 0),
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
    + "select account_id, year, coalesce(before_fen, 0) as before_fen, top_fen from ruled where total_fen > top_fen"
)


async def record_years(
    county_code: int, document_id: int, rules: Rules, channel: str, period: int, *, subsidise_back_payments: bool
) -> tuple[int, int]:
    """After the lines of a document were posted: their contribution years, and what government owes more for them than
    before, as claims of month `period` (R-081, R-113). Returns how many of each. Call it once a document."""
    await _use_indexes()
    row = await engine.fetchrow(
        _RECORD, county_code, document_id, *rules.columns(), ["booked"], subsidise_back_payments, channel, period
    )
    assert row is not None
    return row[0], row[1]


async def _use_indexes() -> None:
    """For the rest of this transaction. The planner takes a table that was empty when it was last looked at for empty, and
    would read the whole of it for every person while it fills up; the look-ups below are written so that only a whole key
    finds anything."""
    await engine.execute("set local enable_seqscan = off")


# What is to be put aside is found first and written then by its keys: a join of lines just written with themselves is a
# nested loop without end, because the planner knows nothing of them yet.


async def put_aside_beyond_top(
    county_code: int, document_id: int, rules: Rules, state: str, *, subsidise_back_payments: bool
) -> int:
    """Good lines that would lift a year above its highest tier (R-080) become `state`; returns how many years."""
    await _use_indexes()
    full = await engine.fetch(_BEYOND, county_code, document_id, *rules.columns(), ["good"], subsidise_back_payments)
    await engine.executemany(
        "update document_line set state = $5, reason_code = 'beyond-the-top', reason = '这一年已缴' ||"
        " to_char($6::bigint / 100.0, 'FM999999990.00') || '元，加上这次超过最高档次' ||"
        " to_char($7::bigint / 100.0, 'FM999999990.00') || '元。' where county_code = $1 and document_id = $2 and account_id = $3"
        " and year = $4 and state = 'good'",
        [(county_code, document_id, r["account_id"], r["year"], state, r["before_fen"], r["top_fen"]) for r in full],
    )
    return len(full)


async def largest(county_code: int, document_id: int) -> int:
    fen: int = await engine.fetchval(
        "select coalesce(max(amount_fen), 0) from document_line where county_code = $1 and document_id = $2 and state = 'good'",
        county_code, document_id,
    )  # fmt: skip
    return fen


async def put_aside_repeated(county_code: int, document_id: int) -> int:
    """Lines whose tax voucher, person and year came before, in this document or another that was not cancelled, become
    `repeated`, whether the person is known or not (R-094)."""
    rows = await engine.fetch(
        "select line_no from (select line_no, external_no, account_id, id_index, year, row_number() over (partition by"
        " external_no, coalesce(account_id::text, id_index::text), year order by line_no) as nth from document_line"
        " where county_code = $1 and document_id = $2 and state in ('good', 'exception') and external_no <> '') m"
        " where m.nth > 1 or exists (select from document_line o join fund_document d on d.county_code = o.county_code"
        " and d.id = o.document_id and d.state <> 'cancelled' where o.county_code = $1 and o.external_no = m.external_no"
        " and o.external_no <> '' and (o.account_id = m.account_id or o.id_index = m.id_index) and o.year = m.year"
        " and (o.document_id < $2 or d.state = 'booked' and o.document_id > $2) and o.state in ('good', 'booked', 'exception',"
        " 'settled', 'returned'))",
        county_code, document_id,
    )  # fmt: skip
    found = [row["line_no"] for row in rows]
    await _put_aside(county_code, document_id, found, "repeated", "repeated", "这张票据以前已经收到过，不再重复登账。")
    return len(found)


async def put_aside_paid(county_code: int, document_id: int, state: str, *, exact: bool, zero: bool = False) -> int:
    """Good lines for a year that takes no more become `state`: a past year that counts or was paid back before (R-106), every
    year that was paid in another county (R-395), on a sheet of whole tiers (`exact`) any year with a payment (R-092, R-121), on a
    list of `zero` also one that government has paid (R-124)."""
    rows = await engine.fetch(
        "select m.line_no from (select line_no, account_id, year, year < extract(year from value_on) as back,"
        " bool_or(year >= extract(year from value_on)) over (partition by account_id, year) as in_time,"
        " row_number() over (partition by account_id, year, year < extract(year from value_on) order by line_no) as nth"
        " from document_line where county_code = $1 and document_id = $2 and state = 'good' and fund = 1) m"
        " left join contribution_year y on y.county_code = $1 and y.account_id = m.account_id and y.year = m.year"
        " where m.back and (m.in_time or m.nth > 1 or y.counts or y.back_payment and y.personal_fen > 0)"
        " or ($3 or $4) and y.personal_fen > 0 or $4 and y.counts or y.counts and y.channel = 'transfer'",
        county_code, document_id, exact, zero,
    )  # fmt: skip
    found = [row["line_no"] for row in rows]
    await _put_aside(county_code, document_id, found, state, "paid", "这一年已经缴过费，不能重复缴。")
    return len(found)


async def put_aside_left(county_code: int, document_id: int, state: str) -> int:
    """Good lines of people who have left since the lines were judged become `state` (R-342, R-391)."""
    rows = await engine.fetch(
        "select l.line_no from document_line l join individual_account a on a.county_code = $1 and a.id = l.account_id"
        " and a.status <> 'open' where l.county_code = $1 and l.document_id = $2 and l.state = 'good'",
        county_code, document_id,
    )  # fmt: skip
    found = [row["line_no"] for row in rows]
    await _put_aside(county_code, document_id, found, state, "left", "这个人的关系已经转走或者注销，账户不能再记账。")
    return len(found)


async def put_aside_twice_in_file(county_code: int, document_id: int) -> int:
    """The second and further good lines for one person and year become bad (R-090, R-111)."""
    rows = await engine.fetch(
        "select line_no from (select line_no, row_number() over (partition by account_id, year, fund order by line_no) as nth"
        " from document_line where county_code = $1 and document_id = $2 and state = 'good') m where m.nth > 1",
        county_code, document_id,
    )  # fmt: skip
    found = [row["line_no"] for row in rows]
    await _put_aside(county_code, document_id, found, "bad", "twice", "前面已经有一行是同一个人的同一年度。")
    return len(found)


async def _put_aside(
    county_code: int, document_id: int, line_nos: list[int], state: str, code: str, reason: str
) -> None:  # fmt: skip
    await engine.execute(
        "update document_line set state = $4, reason_code = $5, reason = $6 where county_code = $1 and document_id = $2"
        " and line_no = any($3::int[])",
        county_code, document_id, line_nos, state, code, reason,
    )  # fmt: skip


async def put_aside_uncovered(county_code: int, document_id: int, rules: Rules) -> int:
    """Lines of a zero contribution whose person reaches no tier without paying, as the identity of the day is, become bad
    (R-129)."""
    await _use_indexes()
    rows = await engine.fetch(
        f"{_ASKED} select l.line_no from ruled r join document_line l on l.county_code = $1 and l.document_id = $2"
        " and l.account_id = r.account_id and l.year = r.year where r.tier is null and l.state = 'good'",
        county_code, document_id, *rules.columns(), ["good"], False,  # noqa: FBT003 - $16
    )  # fmt: skip
    found = [row["line_no"] for row in rows]
    await _put_aside(
        county_code, document_id, found, "bad", "not-covered", "这个人的身份不是政府全额代缴，要先缴个人部分。"
    )
    return len(found)


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


class WaitingLine(Struct, frozen=True, kw_only=True):
    year: int | None
    amount_fen: int
    value_on: date | None
    external_no: str


async def lock_exception(county_code: int, document_id: int, line_no: int) -> WaitingLine | None:
    """A line that waits for its owner, held for this transaction; None when somebody has settled it."""
    row = await engine.fetchrow(
        "select year, amount_fen, value_on, external_no from document_line where county_code = $1 and document_id = $2"
        " and line_no = $3 and state = 'exception' for update",
        county_code, document_id, line_no,
    )  # fmt: skip
    return WaitingLine(**dict(row)) if row else None


async def settle_line(
    county_code: int, document_id: int, line_no: int, state: str, account_id: int | None, by: int, by_name: str, at: datetime
) -> None:  # fmt: skip
    """Whose it was, or that it went back; what the line said stays."""
    await engine.execute(
        "update document_line set state = $4, account_id = coalesce($5, account_id), settled_by = $6, settled_by_name = $7,"
        " settled_at = $8 where county_code = $1 and document_id = $2 and line_no = $3",
        county_code, document_id, line_no, state, account_id, by, by_name, at,
    )  # fmt: skip


async def paid_amounts(county_code: int, document_id: int) -> list[tuple[int, int]]:
    """Each (contribution year, 分) that the booked lines brought somebody, all sources together."""
    rows = await engine.fetch(f"select distinct year, fen from ({_PAID}) p", county_code, document_id)
    return [(row["year"], row["fen"]) for row in rows]


_PAID = (
    "select account_id, year, sum(amount_fen)::bigint as fen from document_line where county_code = $1 and document_id = $2"
    " and state = 'booked' group by account_id, year"
)


async def tell_payers(
    county_code: int, document_id: int, title: str, bodies: dict[tuple[int, int], str], at: datetime
) -> None:
    """One message to everybody whose money was booked. `bodies`: by (year, 分). What is equal is sealed once: amounts stand in
    the ledger anyway."""
    keys = list(bodies)
    await engine.execute(
        "insert into message (county_code, recipient_index, channel, title, body_sealed, state, created_at, sent_at)"
        f" select $1, q.id_index, 'in_app', $3, t.body, 'delivered', $7, $7 from ({_PAID}) p join unnest($4::int[], $5::bigint[],"
        " $6::bytea[]) t (year, fen, body) on t.year = p.year and t.fen = p.fen join individual_account a on a.county_code = $1"
        " and a.id = p.account_id join person q on q.county_code = $1 and q.id = a.person_id",
        county_code, document_id, title, [year for year, _ in keys], [fen for _, fen in keys],
        [seal(bodies[key], BODY) for key in keys], at,
    )  # fmt: skip


async def place_of(county_code: int, document_id: int) -> str:
    """Where the money of a booked document was put: the debit side of its voucher."""
    place: str = await engine.fetchval(
        "select l.account from voucher v join voucher_line l using (county_code, period, number) where v.county_code = $1"
        " and v.document_id = $2 and l.debit_fen > 0 order by l.position limit 1",
        county_code, document_id,
    )  # fmt: skip
    return place


async def take_over_years(county_code: int, account_id: int, years: list[int], personal_fen: int) -> None:
    """Contribution years of an older system, paid within themselves, as an ordinary participant (R-194)."""
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on) select $1, $2, y, '011', '', '', $4, 0,"
        " 0, 0, 0, 'agency', make_date(y, 12, 31), make_date(y, 12, 31) from unnest($3::int[]) y on conflict do nothing",
        county_code, account_id, years, personal_fen,
    )  # fmt: skip
