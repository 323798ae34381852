"""Determinations reckoned once more, set-based. The account's part, which is everybody's own, is divided here (R-230); the rest is the
same for all who share a month, years, age and parameters, and is handed out once for each such case, for the rule itself to judge."""

from msgspec import Struct

from db import engine
from db.stores.benefit_adjustments import FRESH, KEPT
from db.stores.interest import each

PAYOUT_MONTHS = 139  # 计发月数, as domain.rules.pension has it; a test compares


class Case(Struct, frozen=True, kw_only=True):
    """People of whom the same was recorded. `from_month`, `years` of contributions, `age` on the first day of that month; `known`:
    the newest parameter that was used, None where none was kept. `right`: whether the account's part is what `balances` give.
    `amounts`: 分 by part without the account's, those that are 0 left out. `first`: the person with the lowest id."""

    from_month: int
    years: int
    age: int
    known: int | None
    right: bool
    amounts: dict[str, int]
    people: int
    first: int


# Who was determined anew has other years now: his first determination stands by what was known of him then.
# domain.money.divide and split in whole numbers: each part is cut off, or 1 分 more where its remainder comes before all that got none,
# the larger first, on a tie the earlier. `offset 0` keeps the planner from writing each step out inside the next.
_CASES = f"""
with determined as (
  select s.person_id, s.from_month, b.years, s.versions[cardinality(s.versions)] as known, nullif(s.balances, '')::jsonb as j,
         date_part('year', age(make_date(s.from_month / 100, s.from_month % 100, 1)::timestamp, p.born_on::timestamp))::int as age,
         {", ".join(f"s.{column}" for column in (*FRESH, *KEPT))}
    from benefit_standard s join benefit b on b.county_code = s.county_code and b.person_id = s.person_id
    join person p on p.county_code = s.county_code and p.id = s.person_id
   where s.county_code = $1 and s.reason = 'determination' and s.person_id not in (
    select person_id from benefit_redetermination where county_code = $1 and state = 'confirmed') offset 0),
held as (select *, {each("coalesce((j ->> '{f}')::bigint, 0) as w{n}")} from determined offset 0),
added as (select *, {each("w{n}", " + ")} as w from held offset 0),
divided as (select *, (2 * w + {PAYOUT_MONTHS}) / {2 * PAYOUT_MONTHS} as whole, greatest(w, 1) as d from added offset 0),
cut as (select *, {each("whole * w{n} / d as f{n}, whole * w{n} % d * 10 - {n} as r{n}")} from divided offset 0),
judged as (
  select *, j is not null and {each("account_{f}_fen", " + ")} = whole and {each("account_{f}_fen - f{n} between 0 and 1", " and ")}
         and coalesce(least({each("case when account_{f}_fen > f{n} then r{n} end")})
                    > greatest({each("case when account_{f}_fen = f{n} then r{n} end")}), true) as "right" from cut offset 0)
select from_month, years, age, known, {", ".join(FRESH)}, "right", count(*)::int as people, min(person_id) as first
  from judged group by from_month, years, age, known, {", ".join(FRESH)}, "right" order by first
"""


async def cases(county_code: int) -> list[Case]:
    """Everything that was determined in a county, most of it some hundreds of cases. Read by several processors at once, in the
    caller's transaction."""
    rows = await engine.fetch(_CASES, county_code)
    return [
        Case(
            from_month=row["from_month"], years=row["years"], age=row["age"], known=row["known"], right=row["right"],
            people=row["people"], first=row["first"],
            amounts={column.removesuffix("_fen"): row[column] for column in FRESH if row[column]},
        )
        for row in rows
    ]  # fmt: skip
