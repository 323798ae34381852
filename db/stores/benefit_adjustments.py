"""New standards for many at once. What does not come from the account is reckoned by the caller, once for every case that occurs.

Inside the caller's transaction. A step is a month from which somebody's standard may be another one.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from db import engine
from db.benefit_items import COLUMNS

FRESH = tuple(column for column in COLUMNS if not column.startswith("account_"))  # what parameters decide
KEPT = tuple(column for column in COLUMNS if column.startswith("account_"))
AGE = tuple(column for column in COLUMNS if column.startswith("age_"))
LEVELS = ("central", "province", "city", "county")
FOREVER = 999912
OVER = (
    "draft",
    "withdrawn",
    "rejected",
    "auto_closed",
    "effected",
    "archived",
)  # states of a case that is not being worked on


class Key(Struct, frozen=True, order=True):
    """A case that occurs: the month, 缴费年限, age on the first day of the month."""

    step: int
    years: int
    age: int


class Reckoned(Struct, frozen=True):
    """`amounts`: 分 by part, those that are 0 left out. `trace`: JSON."""

    key: Key
    amounts: dict[str, int]
    trace: str
    versions: list[int]


class Raise(Struct, frozen=True, kw_only=True):
    """Whom a run looks at: everybody who lives from `first` up to, not including, `beyond`. `outside`: situations in which
    somebody does not take part."""

    month: int
    first: str
    beyond: str
    outside: list[str]
    run_id: int
    document: str
    at: datetime
    by: int
    by_name: str


class Raised(Struct, frozen=True):
    """`monthly`: 分 a month more, by who pays; `arrears_fen`: of the months that are planned already, as if each of them was
    owed; `unchanged`: people for whom nothing is another; `aside`: (account, bucket)."""

    people: int
    unchanged: int
    monthly: dict[str, int]
    arrears_fen: int
    aside: list[tuple[int, str]]


def _ordinal(month: str) -> str:
    """Months counted through."""
    return f"({month} / 100 * 12 + {month} % 100)"


def _age(month: str) -> str:
    """On the first day of a month. Whoever was born on 29 February is a year older on 1 March either way."""
    return (
        f"({month} / 100 - extract(year from born_on)::int - (({month} % 100, 1) <"
        " (extract(month from born_on)::int, extract(day from born_on)::int))::int)"
    )


# $1 county, $2 month, $3 and $4 the regions, $5 situations outside increases.
_STEPS = f"""
with outside as materialized (
  select person_id, first_month, coalesce(last_month, {FOREVER}) as last_month from sentence_spell
   where county_code = $1 and situation = any($5::text[]) and not acquitted),
runs as materialized (
  select distinct period::int as month from batch_run where county_code = $1 and kind = 'benefit_adjustment' and state = 'done'),
serving as materialized (select distinct person_id from outside where $2 between first_month and last_month),
behind as materialized (select distinct person_id from outside join runs on runs.month between first_month and last_month),
dispute as materialized (
  select person_id from benefit_redetermination where county_code = $1 and state in ('proposed', 'approved')
   union select subject_person_id from service_case where county_code = $1 and item = 'benefit_dispute'
     and status not in ({", ".join(f"'{status}'" for status in OVER)}) and subject_person_id is not null),
who as materialized (
  select b.person_id, b.account_id, b.years, b.state, b.paid_until, p.born_on, greatest(b.first_month, $2::int) as first_step,
         least(b.paid_until, coalesce(b.ended_month, {FOREVER})) as planned_until,
         case when d.person_id is not null then 'dispute' when s.person_id is not null then 'serving'
              when h.person_id is not null then 'behind' end as bucket
    from person p join benefit b on b.county_code = p.county_code and b.person_id = p.id
    left join dispute d on d.person_id = b.person_id left join serving s on s.person_id = b.person_id
    left join behind h on h.person_id = b.person_id
   where p.county_code = $1 and p.region_code >= $3 and p.region_code < $4
     and (b.state not in ('ended', 'settled') or b.ended_month >= greatest(b.first_month, $2))),
steps as materialized (
  select person_id, years, state, planned_until, born_on, first_step as step from who where bucket is null
  union all
  select w.person_id, w.years, w.state, w.planned_until, w.born_on, s.from_month from who w join (
    select distinct person_id, from_month from benefit_standard where county_code = $1 and from_month > $2) s
    on s.person_id = w.person_id and s.from_month > w.first_step where w.bucket is null),
aged as materialized (select *, {_age("step")} as age from steps)
"""

_NEW = ", ".join(f"n.{c}" for c in FRESH)
_OLD = ", ".join(f"o.{c}" for c in FRESH)
_FRESH_TYPED = ", ".join(f"{c} int" for c in FRESH)
_MORE = {level: " + ".join(f"n.{c} - o.{c}" for c in FRESH if c.endswith(f"_{level}_fen")) for level in LEVELS}
_IN_FORCE = (
    f"cross join lateral (select {', '.join(COLUMNS)}, from_month from benefit_standard s where s.county_code = $1"
    " and s.person_id = a.person_id and s.from_month <= a.step order by s.from_month desc, s.id desc limit 1) o"
)

# $6 the cases as JSON, $7 … $11 run, document, when and by whom.
_RAISE = (
    _STEPS
    + f""",
cases as materialized (select * from jsonb_to_recordset($6::jsonb) as n(step int, years int, age int, {_FRESH_TYPED},
  trace text, versions bigint[])),
compared as materialized (
  select a.person_id, a.step, a.state, ({_NEW}) is distinct from ({_OLD}) as changed,
         {", ".join(f"{more} as more_{level}" for level, more in _MORE.items())},
         greatest(least(lead({_ordinal("a.step")}) over (partition by a.person_id order by a.step),
           {_ordinal("a.planned_until")} + 1) - {_ordinal("a.step")}, 0) as planned,
         {_NEW}, {", ".join(f"o.{c}" for c in KEPT)}, n.trace, n.versions
    from aged a join cases n on n.step = a.step and n.years = a.years and n.age = a.age {_IN_FORCE}),
written as (
  insert into benefit_standard (county_code, person_id, from_month, reason, {", ".join(COLUMNS)}, trace, versions, document,
                                run_id, decided_at, decided_by, decided_by_name)
  select $1, person_id, step, 'increase', {", ".join(COLUMNS)}, trace, versions, $8, $7, $9, $10, $11 from compared
   where changed order by person_id, step),
rechecked as (
  update benefit b set recheck_from = least(b.recheck_from, c.first), version = version + 1
    from (select person_id, min(step) as first from compared where changed group by person_id) c
   where b.county_code = $1 and b.person_id = c.person_id and b.paid_until >= c.first),
newest as (select distinct on (person_id) * from compared where changed order by person_id, step desc)
select (select count(*) from newest)::int as people,
       (select count(distinct person_id) from compared)::int - (select count(*) from newest)::int as unchanged,
       {", ".join(f"(select coalesce(sum(more_{level}), 0)::bigint from newest where state not in ('ended', 'settled')) as {level}" for level in LEVELS)},
       (select coalesce(sum(({" + ".join(f"more_{level}" for level in LEVELS)}) * planned), 0)::bigint from compared) as arrears,
       array(select account_id from who where bucket is not null order by account_id) as aside,
       array(select bucket from who where bucket is not null order by account_id) as buckets
"""
)


async def hold(county_code: int, *, alone: bool) -> None:
    """Chunks of a run go side by side; nobody writes steps that a run would have to raise while it is at it."""
    shared = "" if alone else "_shared"
    await engine.execute(f"select pg_advisory_xact_lock{shared}(hashtext($1))", f"benefit standards {county_code}")


async def keys(county_code: int, asked: Raise) -> list[Key]:
    """Every case that occurs among those who take part."""
    rows = await engine.fetch(
        _STEPS + "select distinct step, years, age from aged order by step, years, age",
        county_code, asked.month, asked.first, asked.beyond, asked.outside,
    )  # fmt: skip
    return [Key(**dict(row)) for row in rows]


async def raise_region(county_code: int, asked: Raise, cases: Sequence[Reckoned]) -> Raised:
    """Writes a standard for every step that is another now, and has what is planned already compared anew."""
    row = await engine.fetchrow(
        _RAISE, county_code, asked.month, asked.first, asked.beyond, asked.outside, _json(cases), asked.run_id, asked.document,
        asked.at, asked.by, asked.by_name,
    )  # fmt: skip
    assert row is not None
    return Raised(
        people=row["people"], unchanged=row["unchanged"], monthly={level: row[level] for level in LEVELS if row[level]},
        arrears_fen=row["arrears"], aside=list(zip(row["aside"], row["buckets"], strict=True)),
    )  # fmt: skip


def _json(cases: Sequence[Reckoned]) -> str:
    return msgspec.json.encode([
        {"step": case.key.step, "years": case.key.years, "age": case.key.age, "trace": case.trace, "versions": case.versions}
        | {column: case.amounts.get(column.removesuffix("_fen"), 0) for column in FRESH}
        for case in cases
    ]).decode()  # fmt: skip


# ------------------------------------------------------------------ who has grown older

# $1 county, $2 month, $3 bands, $4 situations outside increases. A band is reached with the first month that begins at that age;
# who does not take part gets it with the first month afterwards.
_OLDER = f"""
with outside as materialized (
  select person_id, min(first_month) as first_month, max(coalesce(last_month, {FOREVER})) as last_month from sentence_spell
   where county_code = $1 and situation = any($4::text[]) and not acquitted group by person_id),
aged as materialized (
  select b.person_id, b.paid_until, p.born_on, {_age("$2::int")} as age, $2::int as step, s.last_month as served
    from benefit b join person p on p.county_code = b.county_code and p.id = b.person_id
    left join outside s on s.person_id = b.person_id
   where b.county_code = $1 and b.state not in ('ended', 'settled') and b.first_month <= $2
     and p.born_on <= make_date($2 / 100 - ($3::int[])[1], $2 % 100, 1) and (s.last_month is null or s.last_month < $2)),
grown as materialized (
  select a.person_id, a.paid_until, a.served, x.band, to_char(date_trunc('month', a.born_on + make_interval(years => x.band)
           + interval '1 month' - interval '1 day'), 'YYYYMM')::int as reached, o.*
    from aged a {_IN_FORCE} cross join lateral (select max(band) as band from unnest($3::int[]) as band where band <= a.age) x
   where x.band > {_age("o.from_month")}),
older as materialized (
  select *, greatest(reached, case when served % 100 = 12 then served + 89 else served + 1 end) as step from grown)
"""

_AGE_STEPS = (
    _OLDER
    + f""",
cases as materialized (select * from jsonb_to_recordset($5::jsonb) as n(step int, age int, {_FRESH_TYPED}, trace text,
  versions bigint[])),
written as (
  insert into benefit_standard (county_code, person_id, from_month, reason, {", ".join(COLUMNS)}, trace, versions, decided_at,
                                decided_by, decided_by_name)
  select $1, o.person_id, o.step, 'age', {", ".join(f"n.{c}" if c in AGE else f"o.{c}" for c in COLUMNS)}, n.trace, n.versions, $6, 0,
         '系统' from older o join cases n on n.step = o.step and n.age = o.band order by o.person_id returning person_id),
rechecked as (
  update benefit b set recheck_from = least(b.recheck_from, o.step), version = version + 1 from older o
   where b.county_code = $1 and b.person_id = o.person_id and b.paid_until >= o.step)
select count(*)::int from written
"""
)


async def grown_older(
    county_code: int, month: int, bands: Sequence[int], outside: Sequence[str]
) -> list[tuple[int, int]]:
    """(month, band) of everybody who has reached a higher band by `month` than the standard in force knows of."""
    rows = await engine.fetch(
        _OLDER + "select distinct step, band from older order by step, band",
        county_code,
        month,
        list(bands),
        list(outside),
    )
    return [(row["step"], row["band"]) for row in rows]


async def add_age_steps(
    county_code: int, month: int, bands: Sequence[int], outside: Sequence[str], cases: Sequence[Reckoned], at: datetime
) -> int:
    """A standard for each of them; only the age supplement is another."""
    written: int = await engine.fetchval(
        _AGE_STEPS, county_code, month, list(bands), list(outside), _json(cases), at
    )  # fmt: skip
    return written
