"""Payments as they come in, and the way of a sheet to the accounts."""

import asyncio
from datetime import date, datetime
from itertools import count
from typing import Any

import asyncpg

from db import engine
from db.crypto import unseal_text
from db.queries import people as people_query
from db.stores.books import NewDocument
from domain import books, contributions, finance
from domain.actor import Post
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.finance import Slip
from tests import make
from tests.make import CHINA, COUNTY, WANG_DASHAN, Person

MAKER = make.staff("周会", Post.COUNTY_COLLECTION, staff_id=108)
CHECKER = make.staff("吴梅", Post.COUNTY_COLLECTION, staff_id=109)
CASHIER = make.staff("卫东", Post.CASHIER, staff_id=110)
AT = datetime(2026, 11, 20, 9, tzinfo=CHINA)
DAY = AT.date()
_slips = count(1)


def paid(
    fen: int, person: Person = WANG_DASHAN, year: int = 2026, *, line: int = 1, on: date = DAY, **more: Any
) -> Paid:
    return Paid(
        line_no=line, name=more.pop("name", person.name), id_number=person.id_number,
        id_index=people_query.id_index_of(person.id_number), year=year, amount_fen=fen, value_on=on, **more,
    )  # fmt: skip


async def taken(*payments: Paid, kind: DocumentKind = DocumentKind.TAX_DETAIL, **more: Any) -> int:
    new = NewDocument(kind=kind, business_on=DAY, region_code=f"{COUNTY}", **more)
    return await contributions.take_in(COUNTY, new, payments, MAKER, AT)


async def approved(*payments: Paid, **more: Any) -> int:
    document = await taken(*payments, **more)
    async with engine.transaction():
        await books.declare(COUNTY, document, MAKER, AT)
        await books.approve(COUNTY, document, CHECKER, AT)
    return document


async def booked(*payments: Paid, at: datetime = AT, **more: Any) -> int:
    document = await approved(*payments, **more)
    row = await engine.fetchrow("select kind, total_fen from fund_document where id = $1", document)
    assert row is not None
    if row["kind"] != DocumentKind.TAX_DETAIL and row["total_fen"]:
        slip = Slip(account="income_account", bank="农商行", slip_no=f"{next(_slips)}", received_on=DAY,
                    amount_fen=row["total_fen"], people=1)  # fmt: skip
        await finance.register_receipt(COUNTY, slip, document, CASHIER, at)
    await contributions.book(COUNTY, document, make.WORKER, at)
    return document


async def lines(document: int) -> list[tuple[str, str]]:
    rows = await engine.fetch(
        "select state, reason_code from document_line where document_id = $1 order by line_no", document
    )
    return [(row["state"], row["reason_code"]) for row in rows]


async def year_of(year: int = 2026) -> dict[str, Any]:
    row = await engine.fetchrow("select * from contribution_year where year = $1", year)
    return dict(row) if row else {}


async def due() -> list[tuple[int, int, int, int, int]]:
    """(year, province, city, county, government-paid) of each claim, in 分."""
    rows = await engine.fetch(
        "select year, province_fen, city_fen, county_fen, government_paid_fen from subsidy_due order by id"
    )
    return [tuple(row) for row in rows]


async def told(title: str) -> list[str]:
    """The in-app messages of this title, the oldest first."""
    rows = await engine.fetch(
        "select body_sealed from message where title = $1 and channel = 'in_app' order by id", title
    )
    return [unseal_text(row["body_sealed"], "message.body") for row in rows]


async def identity(category: str, first: date, last: date | None = None) -> None:
    """Says that the only participant belongs to a special group."""
    await engine.execute(
        "insert into category_spell (county_code, person_id, category, from_on, until_on, list_source, list_no, recorded_at,"
        " recorded_by) select $1, id, $2, $3, $4, '民政', '1', $5, 'x' from person",
        COUNTY, category, first, last, AT,
    )  # fmt: skip


async def special_rule(category: str, household: str, tier: str, **items: str) -> None:
    rows = [(COUNTY, f"{category}/{household}/{tier}/{item}", value) for item, value in items.items()]
    await engine.executemany(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'contribution_rule', $2, $3, '2020-01-01', '2020-01-01', 'x', false, 'a', 'b',"
        " now())",
        rows,
    )


async def until_waiting(held: asyncpg.Connection, count: int) -> None:
    """Until so many connections stand before a lock. `held`: one of its own, which may hold that lock."""
    for _ in range(500):
        if await held.fetchval("select count(distinct pid) from pg_locks where not granted") >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
