"""Pensions of a million people reckoned from stored facts, beside a vectorised model of the same formula.

`ours`   `ledger verify`'s recalculation, county by county: each determination once more from years, age, balances by source and the
         parameters known then, and compared with what was kept
`floor`  the same facts read by bare asyncpg, set as inputs of bench/model.py and calculated month by month; nothing compared
`one`    one pension by the rule itself, with its trace as JSON

The floor needs openfisca-core, which is not among the development packages: `pip install --target FOLDER openfisca-core` and
PYTHONPATH=FOLDER, so that its own needs do not change the environment of `./pension`; or the extra `bench` elsewhere.
"""

import asyncio
import importlib.util
import json
import random
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import asyncpg
import msgspec

from bench.settlement import ACCOUNTS, FIRST_COUNTY, PEOPLE, TOWNSHIPS
from bench.stage import Spent, Stage, compared
from db import engine
from db.benefit_items import AMOUNTS, COLUMNS
from domain import months, verify
from domain.determination import column_of
from domain.funds import Fund
from domain.parameters import Parameters, Row
from domain.rules.pension import Pension, Standards, pension, standards

BORN = "make_date(1966 - case when n % 5 = 0 then n % 17 else 0 end, n % 12 + 1, n % 28 + 1)"
MONTHS = range(202601, 202613)
YEARS = range(15, 40)
AGES = range(59, 78)
PATTERNS = 1_000  # accounts that differ
# kind, key, yuan a month, from
PARAMETERS = [
    ("basic_pension", "central", "143", "2009-09-01"), ("basic_pension", "central", "163", "2026-07-01"),
    ("basic_pension", "province", "20", "2018-01-01"), ("basic_pension", "county", "10.5", "2020-01-01"),
    ("long_supplement", "county", "2", "2018-07-01"), ("age_supplement", "county/65", "5", "2018-07-01"),
    ("age_supplement", "county/70", "10", "2018-07-01"),
]  # fmt: skip
PARAMETER = """
insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by, confirmed_by,
                              recorded_at)
select $1, $2, $3, $4, $5, $5, 'x', false, 'a', 'b', now()
"""
BENEFITS = """
insert into benefit (county_code, person_id, account_id, eligible_on, first_month, years, state, determined_at, certified_month, paid_until)
select $1, n, n, '2025-12-31', 202601 + n % 12, 15 + n % 25, 'determined', '2026-11-20', 202601 + n % 12, 202612
  from generate_series(1, $2::int) n
"""
FRESH = [column for column in COLUMNS if not column.startswith("account_")]
KEPT = [column for column in COLUMNS if column.startswith("account_")]
STANDARDS = f"""
insert into benefit_standard (county_code, person_id, from_month, reason, {AMOUNTS}, balances, trace, versions, decided_at, decided_by,
                              decided_by_name)
select $1, b.person_id, b.first_month, 'determination', {", ".join(f"c.{x}" if x in FRESH else f"a.{x}" for x in COLUMNS)}, a.balances,
       a.trace, c.versions, '2026-11-20', 1, 'x'
  from benefit b join person p on p.county_code = b.county_code and p.id = b.person_id
  join account_pattern a on a.k = b.person_id % {PATTERNS}
  join case_pattern c on c.month = b.first_month and c.years = b.years
   and c.age = b.first_month / 100 - extract(year from p.born_on)::int
     - ((b.first_month % 100, 1) < (extract(month from p.born_on)::int, extract(day from p.born_on)::int))::int
 where b.county_code = $1
"""
FACTS = """
select s.from_month, b.years, p.born_on, s.balances from benefit_standard s
  join benefit b on b.county_code = s.county_code and b.person_id = s.person_id
  join person p on p.county_code = s.county_code and p.id = s.person_id
 where s.county_code = $1 and s.reason = 'determination'
"""


def accounts() -> Iterator[tuple[object, ...]]:
    """Accounts as they occur: own money, subsidies of three levels, now and then more."""
    dice = random.Random(139)
    for k in range(PATTERNS):
        funds = [
            Fund.PERSONAL,
            Fund.SUBSIDY_PROVINCE,
            Fund.SUBSIDY_CITY,
            Fund.SUBSIDY_COUNTY,
            *dice.sample(list(Fund), k % 3),
        ]
        held = {fund: dice.randint(1, 3_000_000 if fund == Fund.PERSONAL else 200_000) for fund in funds}
        found = pension(held, 15, 60, Standards(basic=()))
        amounts = {column_of(item): item.fen for item in found.items}
        yield (
            k,
            text({fund.value: fen for fund, fen in held.items()}),
            text(found.trace),
            *(amounts.get(c.removesuffix("_fen"), 0) for c in KEPT),
        )


def cases(rows: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    """What does not come from the account, by the rule itself."""
    known = Parameters(rows)
    for month in MONTHS:
        valid = standards(known, months.first_day(month))
        for years in YEARS:
            for age in AGES:
                found = pension({}, years, age, valid)
                amounts = {column_of(item): item.fen for item in found.items}
                yield (
                    month,
                    years,
                    age,
                    sorted(found.trace.all_versions()),
                    *(amounts.get(c.removesuffix("_fen"), 0) for c in FRESH),
                )


def text(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def fill(stage: Stage, name: str, counties: range, people: int) -> str:
    dsn = await stage.copy(name)
    owner = await stage.owner(name)
    await owner.execute(
        "truncate policy_parameter"
    )  # all counties pay the same, or the model would need one system each
    await owner.execute(
        f"create temp table account_pattern (k int, balances text, trace text, {', '.join(f'{c} int' for c in KEPT)})"
    )
    await owner.copy_records_to_table("account_pattern", records=accounts())
    await owner.execute(
        f"create temp table case_pattern (month int, years int, age int, versions bigint[], {', '.join(f'{c} int' for c in FRESH)})"
    )
    for county in counties:
        for kind, key, value, on in PARAMETERS:
            await owner.execute(PARAMETER, county, kind, key, value, date.fromisoformat(on))
        rows = await owner.fetch(
            "select id, kind, key, value, effective_on, decided_on, document from policy_parameter where county_code = $1",
            county,
        )
        await owner.execute("truncate case_pattern")
        await owner.copy_records_to_table("case_pattern", records=cases([Row(**dict(row)) for row in rows]))
        await owner.execute(PEOPLE.replace("'1970-01-01'", BORN), county, people, TOWNSHIPS)
        for statement in (ACCOUNTS, BENEFITS):
            await owner.execute(statement, county, people)
        await owner.execute("analyze")
        await owner.execute(STANDARDS, county)
    await owner.execute("vacuum analyze")
    await owner.close()
    return dsn


async def ours(stage: Stage, dsn: str, counties: range) -> dict[str, Spent]:
    spent: dict[str, Spent] = {}
    await engine.open_pool(dsn, max_size=2)
    try:
        with stage.timed(spent, "calculation"):
            for county in counties:
                async with engine.transaction(readonly=True):
                    check = await verify.recalculated(county)
                assert not check.count, check.findings
    finally:
        await engine.close_pool()
    return spent


async def floor(stage: Stage, dsn: str, counties: range) -> dict[str, Spent]:
    """The totals are compared afterwards."""
    from bench import model  # noqa: PLC0415 - needs a package that may not be there

    spent: dict[str, Spent] = {}
    held = await asyncpg.connect(dsn)
    with stage.timed(spent, "calculation"):
        facts = [model.arrays(await held.fetch(FACTS, county)) for county in counties]
        totals = model.calculated(facts, PARAMETERS)
    stored = await held.fetchrow(
        f"select {', '.join(f'sum({column})::bigint as {column}' for column in COLUMNS)} from benefit_standard"
    )
    await held.close()
    assert stored is not None
    assert totals == {column: stored[column] for column in COLUMNS}, "the model gives the same to the fen"
    return {"calculation": spent["calculation"]}


def one() -> float:
    """Median milliseconds of one pension with its trace written out."""
    held = {
        Fund.PERSONAL: 900_123,
        Fund.SUBSIDY_PROVINCE: 60_001,
        Fund.SUBSIDY_CITY: 5_000,
        Fund.SUBSIDY_COUNTY: 15_007,
    }
    rows = [Row(id=n, kind=kind, key=key, value=value, effective_on=date.fromisoformat(on), decided_on=date.fromisoformat(on), document="x")
            for n, (kind, key, value, on) in enumerate(PARAMETERS, start=1)]  # fmt: skip
    known, spent = Parameters(rows), []
    for number in range(2_000):
        began = time.perf_counter()
        found: Pension = pension(held, 15 + number % 25, 60 + number % 15, standards(known, date(2026, 12, 1)))
        written = msgspec.json.encode(found.trace)
        spent.append(time.perf_counter() - began)
        assert json.loads(written)["rule"] == "pension"
    return statistics.median(spent) * 1000


async def measure(stage: Stage, counties: range, people: int, rounds: int) -> dict[str, Any]:
    """Ours and the floor take turns."""
    dsn = await fill(stage, "calculation", counties, people)
    mine, bare = [await ours(stage, dsn, counties)], []
    result = {"people": len(counties) * people, "one_with_trace_milliseconds": one(),
              "process_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}  # fmt: skip  # before the floor takes its own
    if importlib.util.find_spec("openfisca_core") is None:
        return result | {"seconds": mine[0], "floor": "openfisca-core is not installed: nothing to compare with"}
    for _ in range(rounds):
        bare.append(await floor(stage, dsn, counties))
        mine.append(await ours(stage, dsn, counties))
    return result | compared(mine[1:], bare)


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    counties, people, rounds = (2, 2_000, 1) if quick else (20, 50_000, 3)
    return asyncio.run(measure(stage, range(FIRST_COUNTY, FIRST_COUNTY + counties), people, rounds))
