"""Determinations reckoned once more, set-based: the account divided by 139 (R-230) and what parameters decide, beside what was kept.

What does not come from the account is reckoned by the caller, once for every case that occurs.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from db import engine
from db.funds import FUNDS
from db.queries.verify import AT_MOST
from db.stores.benefit_adjustments import FRESH, KEPT
from db.stores.interest import each, rank

PAYOUT_MONTHS = 139  # 计发月数, as domain.rules.pension has it; a test compares


class Case(Struct, frozen=True, order=True):
    """The month it is paid from, 缴费年限, the age on the first day of that month, and the newest parameter that was used: what
    came later was not known then."""

    from_month: int
    years: int
    age: int
    known: int


# Who was determined anew has other years now: his first determination stands by what was known of him then.
_DETERMINED = f"""
determined as (
  select s.person_id, s.from_month, b.years, s.versions[cardinality(s.versions)] as known, s.total_fen, s.balances,
         extract(year from age(make_date(s.from_month / 100, s.from_month % 100, 1)::timestamp, p.born_on::timestamp))::int as age,
         {", ".join(f"s.{column}" for column in (*FRESH, *KEPT))}
    from benefit_standard s join benefit b on b.county_code = s.county_code and b.person_id = s.person_id
    join person p on p.county_code = s.county_code and p.id = s.person_id
   where s.county_code = $1 and s.reason = 'determination' and s.person_id not in (
    select person_id from benefit_redetermination where county_code = $1 and state = 'confirmed'))"""

# domain.money.divide and split in whole numbers. `offset 0` keeps the planner from writing each step out inside the next.
_DIFFERING = f"""
with cases as materialized (
  select * from jsonb_to_recordset($2::jsonb) as c(from_month int, years int, age int, known bigint, {", ".join(f"{c} int" for c in FRESH)})),
{_DETERMINED},
held as (
  select *, {each("coalesce((j ->> '{f}')::bigint, 0) as w{n}")}
    from (select *, nullif(balances, '')::jsonb as j from determined offset 0) x offset 0),
divided as (
  select *, {each("w{n}", " + ")} as w, (2 * ({each("w{n}", " + ")}) + {PAYOUT_MONTHS}) / {2 * PAYOUT_MONTHS} as whole from held offset 0),
cut as (
  select *, {each("whole * w{n} / greatest(w, 1) as f{n}, whole * w{n} % greatest(w, 1) as r{n}")} from divided offset 0),
split as (select *, whole - ({each("f{n}", " + ")}) as rest from cut offset 0),
reckoned as (
  select s.*, {", ".join(f"f{j} + (({rank(j)}) < rest)::int as a{j}" for j in range(1, len(FUNDS) + 1))},
         {", ".join(f"c.{column} as c_{column}" for column in FRESH)}
    from split s left join cases c using (from_month, years, age, known) offset 0)
select person_id, from_month, total_fen, whole + {" + ".join(f"c_{column}" for column in FRESH)} as fen, count(*) over () as n
  from reckoned where ({", ".join((*FRESH, *KEPT))}) is distinct from
       ({", ".join(f"c_{column}" for column in FRESH)}, {each("a{n}")})
 order by person_id limit {AT_MOST}
"""


async def cases(county_code: int) -> list[Case]:
    """Every one that occurs."""
    rows = await engine.fetch(
        f"with {_DETERMINED} select from_month, years, age, known from determined where known is not null group by 1, 2, 3, 4"
        " order by 1, 2, 3, 4",
        county_code,
    )
    return [Case(**dict(row)) for row in rows]


async def differing(
    county_code: int, reckoned: Sequence[tuple[Case, dict[str, int]]]
) -> tuple[int, list[tuple[str, str]]]:
    """How many determinations are another, and (person, recorded and reckoned 分) of the first. `reckoned`: 分 by part, those
    that are 0 left out."""
    found = [
        msgspec.structs.asdict(case) | {column: amounts.get(column.removesuffix("_fen"), 0) for column in FRESH}
        for case, amounts in reckoned
    ]
    rows = await engine.fetch(_DIFFERING, county_code, msgspec.json.encode(found).decode())
    return (rows[0]["n"] if rows else 0), [
        (f"{row['person_id']}", f"{row['from_month']}: {row['total_fen']} recorded, {row['fen']} reckoned")
        for row in rows
    ]
