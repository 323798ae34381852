"""省内转移结算 of all counties of a province through the run engine, beside one statement of bare SQL on the same rows."""

import asyncio
import time
from datetime import datetime
from typing import Any

import asyncpg

from bench.stage import Stage
from db import engine
from db.queries.clock import CHINA
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.runs import KINDS, province_settlement, run

AT = datetime(2027, 2, 3, 9, tzinfo=CHINA)
FIRST_COUNTY = 439901
KIND = province_settlement.KIND
# Each transfer has two sides: it went from one county and came to another.
TRANSFERS = """
insert into transfer (county_code, direction, number, scope, money, other_county, other_name, name, id_index, region_code, state,
                      letter_sealed, sent_on, valid_until, due_on, booked_on, total_fen, opened_at)
select case side when 'out' then a else b end, side, n::text, 'same_province', 'central', case side when 'out' then b else a end, '县', '人',
       decode(lpad(to_hex(n), 64, '0'), 'hex'), a::text || '010101', case side when 'out' then 'finished' else 'booked' end, '\\x00',
       '2026-03-01', '2026-04-01', '2026-04-01', date '2026-01-01' + n % 365, 500000 + n % 1000, now()
  from (select n, $1::int + n % $2::int as a, $1::int + (n % $2::int + 1 + n / $2::int % ($2::int - 1)) % $2::int as b
          from generate_series(1, $3::int) n) t, unnest(array['out', 'in']) side
"""
BARE = """
with counted as (
  update transfer set settlement_run_id = 1 where county_code between $1 and $2 and money = 'central' and settlement_run_id is null
     and state in ('booked', 'finished') and booked_on between '2026-01-01' and '2026-12-31'
  returning county_code, other_county, direction, total_fen)
select count(*) from (
  select county_code, other_county, count(*), sum(total_fen) filter (where direction = 'in'), sum(total_fen) filter (where direction = 'out')
    from counted group by county_code, other_county) g
"""


async def fill(stage: Stage, name: str, counties: int, transfers: int) -> str:
    dsn = await stage.copy(name)
    owner = await stage.owner(name)
    await owner.execute(TRANSFERS, FIRST_COUNTY, counties, transfers)
    await owner.execute("vacuum analyze")
    await owner.close()
    return dsn


def people(county: int) -> tuple[Actor, Actor, Actor]:
    def one(number: int, post: Post) -> Actor:
        return Actor(kind=ActorKind.STAFF, id=number, name="甲", scope=Scope(county, f"{county}"), channel=Channel.COUNTY_COUNTER,
                     posts=frozenset({post}))  # fmt: skip

    return one(1, Post.COUNTY_ACCOUNT), one(2, Post.ACCOUNTANT), one(3, Post.COUNTY_HEAD)


async def settle(county: int) -> float:
    """Seconds of the posting; what people wait for before is their own."""
    maker, reviewer, head = people(county)
    run_id = await run.prepare(KIND, county, "2026", maker, AT)
    while await run.advance(KINDS, county, AT):
        pass
    await run.review(KIND, county, run_id, reviewer, AT)
    await run.approve(KIND, county, run_id, head, AT)
    started = time.perf_counter()
    while await run.advance(KINDS, county, AT):
        pass
    return time.perf_counter() - started


async def measure(stage: Stage, counties: int, transfers: int) -> dict[str, Any]:
    bare_dsn = await fill(stage, "transfers_bare", counties, transfers)
    connection = await asyncpg.connect(bare_dsn)
    started = time.perf_counter()
    groups = await connection.fetchval(BARE, FIRST_COUNTY, FIRST_COUNTY + counties - 1)
    bare = time.perf_counter() - started
    await connection.close()
    await engine.open_pool(await fill(stage, "transfers_run", counties, transfers))
    try:
        ours = sum([await settle(county) for county in range(FIRST_COUNTY, FIRST_COUNTY + counties)])
        left = await engine.fetchval(
            "select coalesce(sum(case account when 'transit' then debit_fen - credit_fen end), 0) from voucher_line"
        )
        pairs = await engine.fetchval("select count(*) from province_settlement")
    finally:
        await engine.close_pool()
    assert (left, pairs) == (0, groups), "what the counties settle adds up to nothing, pair by pair"
    return {
        "counties": counties, "transfers": transfers, "pairs": pairs, "bare_seconds": round(bare, 2), "run_seconds": round(ours, 2),
        "ratio": round(ours / bare, 2), "target": 2.0,
    }  # fmt: skip


def main(stage: Stage, *, quick: bool) -> dict[str, Any]:
    return asyncio.run(measure(stage, 5 if quick else 122, 2_000 if quick else 200_000))
