"""A sheet of payments from the file to the accounts, beside reading it, COPY and the same rows written by bare SQL.

The floor checks nothing: it reads the cells, copies the lines, and writes entries, balances, contribution years and claims
to subsidies for people it takes as known. Ours looks everybody up, judges every line, asks for a second person and the
slip, numbers a voucher, and tells everybody. Besides: what the booking alone does a second, and one posting alone.
"""

import asyncio
import resource
import time
from datetime import date, datetime
from io import BytesIO
from typing import Any

import asyncpg
from python_calamine import load_workbook

from bench.stage import Stage
from db import engine
from db.queries import people as people_query
from db.queries.clock import CHINA
from db.stores import ledger
from db.stores.ledger import Entry
from domain import contributions, finance
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.agency import batch_import, worker
from domain.agency.batch_import import BUSINESS, COLUMNS, Header
from domain.exchange import workbook
from domain.finance import Slip
from domain.money import yuan
from tests import make
from tests.make import COUNTY

AT = datetime(2026, 11, 20, 9, tzinfo=CHINA)
DAY = AT.date()
HEADER = Header(organisation="青禾县", declared_by="周会", declared_by_id="439901198001010015", bank="农商行")
POSTINGS = 2000

PEOPLE = """
with given as (select * from unnest($2::bytea[]) with ordinality as t (id_index, n)),
 p as (insert into person (county_code, id, name, id_type, id_number_sealed, id_index, sex, ethnic_group, born_on, household_type,
                           household_address, region_code, created_at) overriding system value
       select $1, n, '村民', 'resident_id_card', '\\x00', id_index, '1', '01', '1975-08-20', '20', '', '439901010201', now() from given
       returning id, id_index),
 i as (insert into identity_index (id_index, county_code, person_id) select id_index, $1, id from p returning 1),
 m as (insert into participation (county_code, person_id, participation_status, contribution_status, first_enrolled_on, categories)
       select $1, id, 1, 1, '2015-01-01', '{011}' from p returning 1),
 a as (insert into individual_account (county_code, id, person_id, opened_on) overriding system value
       select $1, id, id, '2015-01-01' from p returning id)
insert into account_balance (county_code, account_id) select $1, id from a
"""
BARE = (
    (
        "insert into ledger_entry (county_code, year, account_id, document_id, line_no, value_on, booked_on, kind, contribution_year,"
        " is_interest, personal_fen) select $1, 2026, account_id, $2, line_no, value_on, value_on, 1, year, false, amount_fen"
        " from document_line where county_code = $1 and document_id = $2 order by account_id"
    ),
    (
        "update account_balance b set personal_fen = b.personal_fen + l.amount_fen from document_line l where l.county_code = $1"
        " and l.document_id = $2 and b.county_code = $1 and b.account_id = l.account_id"
    ),
    (
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on) select $1, account_id, year, '011', '20',"
        " '200', amount_fen, 3000, 500, 500, 0, 'agency', value_on, value_on from document_line where county_code = $1"
        " and document_id = $2"
    ),
    (
        "insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,"
        " government_paid_fen, document_id) select $1, account_id, year, 202611, '200', amount_fen, 3000, 500, 500, 0, $2"
        " from document_line where county_code = $1 and document_id = $2"
    ),
    "update document_line set state = 'booked' where county_code = $1 and document_id = $2",
)
LINE = ("county_code", "document_id", "line_no", "state", "name", "id_index", "account_id", "year", "fund", "amount_fen",
        "value_on")  # fmt: skip


def numbers(count: int) -> list[str]:
    """One number a person: all born in the same years, by day and serial."""
    days = [date(1970 + n // 365 % 20, n % 365 // 31 + 1, n % 28 + 1) for n in range(365 * 20)]
    return list(dict.fromkeys(make.id_number(days[n % len(days)], n // len(days) % 1000) for n in range(count * 2)))[
        :count
    ]


def staff(number: int, post: Post) -> Actor:
    return Actor(kind=ActorKind.STAFF, id=number, name=f"{number}", scope=Scope(COUNTY, f"{COUNTY}"),
                 channel=Channel.COUNTY_COUNTER, posts=frozenset({post}))  # fmt: skip


async def fill(stage: Stage, name: str, ids: list[str]) -> str:
    dsn = await stage.copy(name)
    owner = await stage.owner(name)
    await owner.execute(PEOPLE, COUNTY, [people_query.id_index_of(number) for number in ids])
    await owner.execute("vacuum analyze")
    await owner.close()
    return dsn


async def ours(dsn: str, data: bytes, fen: int) -> dict[str, float]:
    """Every step as the desk and the worker take it."""
    await engine.open_pool(dsn, max_size=2)
    collector, checker = staff(1, Post.COUNTY_COLLECTION), staff(2, Post.COUNTY_COLLECTION)
    began = time.monotonic()
    document = await batch_import.take_in(COUNTY, data, "a.xlsx", HEADER, collector, AT)
    taken = time.monotonic()
    await batch_import.declare(COUNTY, document, collector, AT)
    await batch_import.approve(COUNTY, document, checker, AT)
    slip = Slip(account="income_account", bank="农商行", slip_no="1", received_on=DAY, amount_fen=fen, people=1)
    await finance.register_receipt(COUNTY, slip, document, staff(3, Post.CASHIER), AT)
    ready = time.monotonic()
    booked = await contributions.book(COUNTY, document, worker(COUNTY), AT)
    ended = time.monotonic()
    assert booked == fen // 20000
    await engine.close_pool()
    return {"take_in": taken - began, "book": ended - ready, "all": ended - began}


async def floor(dsn: str, data: bytes, ids: list[str]) -> dict[str, float]:
    held = await asyncpg.connect(dsn)
    accounts = {number: n for n, number in enumerate(ids, start=1)}
    began = time.monotonic()
    rows = load_workbook(BytesIO(data)).get_sheet_by_index(0).to_python()[1:]
    read = time.monotonic()
    async with held.transaction():
        document = await held.fetchval(
            "insert into fund_document (county_code, kind, number, state, business_on, region_code, created_at, created_by,"
            " created_by_name) values ($1, 'agency_batch', '1', 'draft', $2, '439901', now(), 1, 'x') returning id", COUNTY, DAY,
        )  # fmt: skip
        await held.copy_records_to_table(
            "document_line",
            records=(
                (COUNTY, document, n, "good", row[1], None, accounts[str(row[2])], int(str(row[3])), 1, yuan(str(row[4])), DAY)
                for n, row in enumerate(rows, start=2)
            ),
            columns=list(LINE),
        )  # fmt: skip
    copied = time.monotonic()
    async with held.transaction():
        for statement in BARE:
            args = (COUNTY, document)
            await held.execute(statement, *args)
    ended = time.monotonic()
    await held.close()
    return {"read": read - began, "copy": copied - read, "post": ended - copied, "all": ended - began}


async def postings(dsn: str) -> dict[str, float]:
    """One deposit at a time, each its own durable commit: through the store, and the very same statement by bare asyncpg, in
    turns."""
    await engine.open_pool(dsn, max_size=1)
    entry = Entry(account_id=1, kind=1, value_on=DAY, amounts={"personal": 100}, contribution_year=2026)
    sent: list[tuple[str, tuple[Any, ...]]] = []
    async with engine.connection() as held:
        held._con.add_query_logger(  # type: ignore[attr-defined]  # noqa: SLF001 - as bench/cases.py
            lambda query: sent.append((query.query, query.args))
        )
    await ledger.post(COUNTY, 1, DAY, [entry])
    await engine.close_pool()
    statement, args = next((sql, given) for sql, given in sent if "ledger_entry" in sql)
    await engine.open_pool(dsn, max_size=1)
    raw = await asyncpg.connect(dsn)
    spent = {"ours": 0.0, "raw": 0.0}
    for _ in range(10):
        began = time.monotonic()
        for _ in range(POSTINGS // 10):
            await ledger.post(COUNTY, 1, DAY, [entry])
        between = time.monotonic()
        for _ in range(POSTINGS // 10):
            await raw.fetchrow(statement, *args)
        spent["ours"] += between - began
        spent["raw"] += time.monotonic() - between
    await raw.close()
    await engine.close_pool()
    return {name: POSTINGS / seconds for name, seconds in spent.items()}


async def run(stage: Stage, count: int) -> dict[str, Any]:
    ids = numbers(count)
    assert len(ids) == count
    rows = ([BUSINESS, "村民", number, "2026", "200.00"] for number in ids)
    data = workbook.write([("批量缴费表", (row for page in ([list(COLUMNS)], rows) for row in page))])
    bare = await floor(await fill(stage, "bench_imports_floor", ids), data, ids)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    mine = await ours(await fill(stage, "bench_imports", ids), data, count * 20000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    single = await postings(stage.server.dsn("pension_app", "bench_imports"))
    return {
        "what": "payments of an xlsx booked to accounts",
        "rows": count,
        "file_megabytes": round(len(data) / 1e6, 1),
        "ours_seconds": {name: round(seconds, 2) for name, seconds in mine.items()},
        "floor_seconds": {name: round(seconds, 2) for name, seconds in bare.items()},
        "ratio": round(mine["all"] / bare["all"], 2),
        "target": "<= 3",
        "booked_per_second": round(count / mine["book"]),
        "floor_booked_per_second": round(count / bare["post"]),
        "one_posting_per_second": {name: round(each) for name, each in single.items()},
        "one_posting_ratio": round(single["ours"] / single["raw"], 2),
        "one_posting_target": ">= 0.8",
        "peak_megabytes_before": before,
        "peak_megabytes": peak,
    }


def main(stage: Stage, *, quick: bool = False) -> dict[str, Any]:
    return asyncio.run(run(stage, 5_000 if quick else 100_000))
