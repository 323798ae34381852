"""Somebody who leaves, with money in books that agree to the fen, and what the family gets."""

from datetime import date, datetime
from typing import Any

import msgspec

from db import engine
from db.queries import accounts
from db.stores import ledger
from db.stores.ledger import Entry
from domain import books, payments, settlement, verify
from domain.books import DocumentKind
from domain.ledger import Kind
from domain.settlement import New, Payee
from tests.account.conftest import document
from tests.make import COUNTY, HE_JING, WORKER, id_number
from tests.payments import month as way
from tests.runs.conftest import REVIEWER

BANK = {"holder_name": "许小雨", "bank": "农商银行", "account": "6228480402564890018"}
XU_XIAOYU = Payee(name="许小雨", id_type="resident_id_card", id_number=id_number(date(1990, 4, 2), 321), relation="3", **BANK)


async def deposited(person_id: int, on: date = date(2026, 1, 5), **amounts: int) -> int:
    """Money with its document and voucher, by source; returns the account."""
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    async with engine.transaction():
        number = await document(DocumentKind.OPENING_BALANCE, on)
        entry = Entry(account_id=account.id, kind=Kind.OPENING_BALANCE, value_on=on, amounts=amounts)
        await ledger.post(COUNTY, number, on, [entry])
        held = await books.locked(COUNTY, number, "draft")
        await books.finish(held, "fiscal_account", on, [on.year], WORKER, datetime.combine(on, way.AT.timetz()))
    return account.id


async def pensioner(number: int = 1, *, first: int = way.MONTH, **amounts: int) -> int:
    """Draws 143.00 of the centre and 66.23 out of an account of 9,000.00 own and 300.00 of the county, unless said otherwise."""
    person_id = await way.draws(number, first=first)
    await deposited(person_id, **(amounts or {"personal": 900000, "subsidy_county": 30000}))
    return person_id


async def month(which: int, at: datetime, failing: dict[int, str] | None = None) -> int:
    """Planned, sent, answered and, where everything was paid, booked; returns the plan."""
    plan_id = await way.paid(which, at, failing)
    if not failing:
        await payments.book(COUNTY, plan_id, REVIEWER, at)
    return plan_id


async def registered(person_id: int, happened_on: date, at: datetime, **more: Any) -> int:
    """The settlement, which still waits."""
    values = {"cause": "death", "evidence": "comparison", "payees": (XU_XIAOYU,)} | more
    async with engine.transaction():
        return await settlement.register(COUNTY, New(person_id=person_id, happened_on=happened_on, **values), HE_JING, at)


async def ended(person_id: int, happened_on: date, at: datetime, **more: Any) -> dict[str, Any]:
    """Registered and settled at once; the settlement as it stands."""
    settlement_id = await registered(person_id, happened_on, at, **more)
    async with engine.transaction():
        await settlement.settle(COUNTY, settlement_id, HE_JING, at)
    return await row(settlement_id)


async def row(settlement_id: int) -> dict[str, Any]:
    found = await engine.fetchrow("select * from settlement where id = $1", settlement_id)
    assert found is not None
    return dict(found)


async def lines(settlement_id: int) -> list[tuple[int, str, int]]:
    rows = await engine.fetch(
        "select due_month, kind, total_fen from settlement_line where settlement_id = $1 order by due_month", settlement_id
    )
    return [tuple(each) for each in rows]


async def orders() -> list[tuple[str, str, int, str]]:
    """(kind, payee, 分, state)."""
    rows = await engine.fetch("select kind, payee_name, amount_fen, state from payment_order order by id")
    return [tuple(each) for each in rows]


async def balance(person_id: int) -> int:
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    return account.total_fen


async def received(person_id: int) -> int:
    """分 that reached the person or the family, or wait for them, less what is asked back."""
    fen: int = await engine.fetchval(
        "select coalesce((select sum(net_fen) from payment_transfer where person_id = $1 and state = 'paid'), 0)"
        " + coalesce((select sum(payable_fen - recover_fen) from settlement where person_id = $1 and state = 'booked'), 0)",
        person_id,
    )  # fmt: skip
    return fen


async def books_agree() -> None:
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


async def voucher(document_id: int | None) -> dict[str, int]:
    """Account to debit less credit."""
    rows = await engine.fetch(
        "select account, sum(debit_fen - credit_fen)::bigint as fen from voucher join voucher_line using (county_code, period, number)"
        " where document_id = $1 group by 1", document_id,
    )  # fmt: skip
    return {each["account"]: each["fen"] for each in rows if each["fen"]}


def contents(settlement: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(settlement["contents"])
    return found
