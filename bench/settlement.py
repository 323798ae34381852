"""A year's interest of many accounts through the run engine, beside bare SQL that writes rows of the same shape.

Each account has twelve entries in the year and an opening balance. The floors work on the same data and indexes:
`bare`   one statement a county: aggregate, interest, insert, update; no split by remainders, no checkpoint, no check
`copy`   the year's entries read once, the rows of interest written by COPY into a table without an index
"""

import asyncio
import resource
import time
from datetime import datetime
from io import BytesIO
from typing import Any

import asyncpg

from bench.stage import Stage
from db import engine
from db.funds import AMOUNTS, FUNDS
from db.queries.clock import CHINA
from db.stores import interest
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.runs import KINDS, interest_settlement, run

AT = datetime(2026, 2, 3, 9, tzinfo=CHINA)
FIRST_COUNTY = 439901
TOWNSHIPS = 4
KIND = interest_settlement.KIND

PEOPLE = """
insert into person (county_code, id, name, id_type, id_number_sealed, id_index, sex, ethnic_group, born_on, household_type,
                    household_address, region_code, created_at)
overriding system value
select $1::int, n, '村民', 'resident_id_card', '\\x00', decode(lpad(to_hex($1::int), 32, '0') || lpad(to_hex(n), 32, '0'), 'hex'), '1', '01',
       '1970-01-01', '20', '', $1::int || lpad((n % $3::int + 1)::text, 2, '0') || '0101', now() from generate_series(1, $2::int) n
"""
ACCOUNTS = """
insert into individual_account (county_code, id, person_id, opened_on) overriding system value
select $1, n, n, '2015-01-01' from generate_series(1, $2::int) n
"""
BALANCES = """
insert into account_balance (county_code, account_id, settled_year, personal_fen, subsidy_province_fen, subsidy_city_fen,
                             subsidy_county_fen)
select $1, n, 2024, 500000 + n % 1000 + 9 * 20000, 30000 + 3000, 3000 + 500, 3000 + 1000 from generate_series(1, $2::int) n
"""
# Nine payments of the person and three subsidies, in the order in which they come: month by month, not account by account.
ENTRIES = """
insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind, contribution_year, is_interest,
                          personal_fen, subsidy_province_fen, subsidy_city_fen, subsidy_county_fen)
select $1, 2025, n, 1000000, make_date(2025, m, 15), make_date(2025, m, 15), case when m > 9 then 4 else 1 end, 2025, false,
       case when m <= 9 then 20000 end, case when m = 10 then 3000 end, case when m = 11 then 500 end,
       case when m = 12 then 1000 end
  from generate_series(1, 12) m, generate_series(1, $2::int) n
"""
SUMS = ", ".join(f"sum(e.{f}_fen) as l{n}, sum(e.{f}_fen * (12 - e.month)) as b{n}" for n, f in enumerate(FUNDS))
PARTS = ", ".join(
    f"(12 * (b.{f}_fen + b.{f}_interest_fen - coalesce(m.l{n}, 0)) + coalesce(m.b{n}, 0))::bigint * $2::bigint / 12000000 as d{n}"
    for n, f in enumerate(FUNDS)
)
BARE = f"""
with m as (select e.account_id, {SUMS} from ledger_entry e where e.county_code = $1 and e.year >= 2025 group by e.account_id),
 d as materialized (select b.account_id, {PARTS} from account_balance b left join m using (account_id) where b.county_code = $1),
 w as (insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind, is_interest, {AMOUNTS})
       select $1, 2025, account_id, 1, '2025-12-31', '2026-02-03', 10, true, {", ".join(f"nullif(d{n}, 0)" for n in range(len(FUNDS)))}
         from d order by account_id)
update account_balance b set {", ".join(f"{f}_interest_fen = b.{f}_interest_fen + d.d{n}" for n, f in enumerate(FUNDS))},
       settled_year = 2025 from d where b.county_code = $1 and b.account_id = d.account_id
"""


async def fill(stage: Stage, name: str, counties: int, accounts: int) -> str:
    dsn = await stage.copy(name)
    owner = await stage.owner(name)
    for county in range(FIRST_COUNTY, FIRST_COUNTY + counties):
        await owner.execute(PEOPLE, county, accounts, TOWNSHIPS)
        for statement in (ACCOUNTS, BALANCES, ENTRIES):
            await owner.execute(statement, county, accounts)
        await owner.execute(
            "insert into region (code, county_code, name, full_name, opened_on) select $1::int || lpad(n::text, 2, '0'), $1, '镇',"
            " '镇', '2011-07-01' from generate_series(1, $2) n on conflict do nothing", county, TOWNSHIPS,
        )  # fmt: skip
        await owner.execute(
            "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified,"
            " proposed_by, confirmed_by, recorded_at) values ($1, 'crediting_rate', '', '0.025', '2025-01-01', '2026-01-10', 'x',"
            " false, 'a', 'b', now()) on conflict do nothing", county,
        )  # fmt: skip
    await owner.execute("vacuum analyze")
    await owner.close()
    return dsn


def person(county: int, number: int, post: Post) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=number, name=f"{number}", scope=Scope(county, f"{county}"),
                 channel=Channel.COUNTY_COUNTER, posts=frozenset({post}))  # fmt: skip


async def ours(dsn: str, counties: int) -> dict[str, float]:
    """The dry run is measured for itself: what is compared with the floor is the posting."""
    await engine.open_pool(dsn, max_size=2)
    spent = {"dry_run_seconds": 0.0, "seconds": 0.0}
    try:
        for county in range(FIRST_COUNTY, FIRST_COUNTY + counties):
            began = time.monotonic()
            run_id = await run.prepare(KIND, county, "2025", person(county, 1, Post.COUNTY_ACCOUNT), AT)
            await work(county)
            spent["dry_run_seconds"] += time.monotonic() - began
            await run.review(KIND, county, run_id, person(county, 2, Post.FINANCE_SUPERVISOR), AT)
            began = time.monotonic()
            await run.approve(KIND, county, run_id, person(county, 3, Post.COUNTY_HEAD), AT)
            await work(county)
            spent["seconds"] += time.monotonic() - began
            assert (
                await engine.fetchval("select state from batch_run where county_code = $1 and id = $2", county, run_id)
                == "done"
            )
    finally:
        await engine.close_pool()
    return spent


async def work(county: int) -> None:
    while await run.advance(KINDS, county, AT):
        pass


async def bare(dsn: str, counties: int) -> float:
    held = await asyncpg.connect(dsn)
    await held.execute(f"set work_mem = '{interest.WORK_MEMORY}'; set enable_nestloop = off")
    began = time.monotonic()
    for county in range(FIRST_COUNTY, FIRST_COUNTY + counties):
        await held.execute(BARE, county, 25000)
    spent = time.monotonic() - began
    await held.close()
    return spent


async def read_and_copy(stage: Stage, name: str) -> dict[str, float]:
    """On the database that was settled: its interest rows are the bytes to write."""
    owner = await stage.owner(name)
    began = time.monotonic()
    await owner.fetchval(f"select sum(coalesce({FUNDS[0]}_fen, 0) * month) from ledger_entry where year = 2025")
    read = time.monotonic() - began
    data = BytesIO()
    await owner.copy_from_query("select * from ledger_entry where kind = 10", output=data, format="binary")
    await owner.execute("create table copied as select * from ledger_entry limit 0")
    data.seek(0)
    began = time.monotonic()
    await owner.copy_to_table("copied", source=data, format="binary")
    copied = time.monotonic() - began
    await owner.close()
    return {"read_seconds": read, "copy_seconds": copied}


async def measure(stage: Stage, counties: int, accounts: int) -> dict[str, Any]:
    mine = await ours(await fill(stage, "settle_ours", counties, accounts), counties)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # before the floors take theirs
    floor = await bare(await fill(stage, "settle_bare", counties, accounts), counties)
    copy = await read_and_copy(stage, "settle_ours")
    lowest = copy["read_seconds"] + copy["copy_seconds"]
    return {
        "counties": counties, "accounts": counties * accounts, "entries": counties * accounts * 12, **mine,
        "bare_sql_seconds": floor, "read_and_copy": copy, "ratio_to_bare_sql": mine["seconds"] / floor,
        "ratio_to_read_and_copy": mine["seconds"] / lowest, "accounts_per_second": counties * accounts / mine["seconds"],
        "process_megabytes": megabytes,
    }  # fmt: skip


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    sizes = ((1, 5_000), (2, 5_000)) if quick else ((2, 50_000), (20, 50_000))
    return {f"{counties * accounts}": asyncio.run(measure(stage, counties, accounts)) for counties, accounts in sizes}
