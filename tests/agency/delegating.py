"""A programme of another bureau, its lists, and the whole way of one of its months."""

from datetime import date, datetime
from itertools import count
from typing import Any

import pytest

from db import engine
from db.queries import delegated_payments as queries
from db.stores import benefits
from db.stores.benefits import NewAccount
from domain.actor import Post
from domain.agency import (
    delegated_decisions,
    delegated_files,
    delegated_lists,
    delegated_payments,
    delegated_programmes,
)
from domain.agency.delegated_payments import Slip
from domain.agency.delegated_programmes import Programme
from domain.errors import Refused
from domain.exchange import bank as formats
from domain.exchange import workbook
from domain.exchange.bank import Debit
from tests import make
from tests.contributions.ways import CASHIER
from tests.make import CHINA, COUNTY, Person, id_number
from tests.payments.month import BANK, answer, draws
from tests.payments.month import pensioner as numbered
from tests.runs.conftest import REVIEWER

OFFICER = make.staff("方洁", Post.DELEGATED_PAY_OFFICER, staff_id=130)
SECOND = make.staff("白云", Post.DELEGATED_PAY_OFFICER, staff_id=131)
AT = datetime(2026, 12, 10, 9, tzinfo=CHINA)
MONTH = 202612
NAME = "高龄津贴"
_numbers = count(1)


def person(number: int) -> Person:
    return Person(
        f"邻居{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
        id_number(date(1940, 1 + number % 12, 1 + number % 28), 500 + number),
        200 + number,
    )


async def lives(number: int, *, bank: str | None = BANK, region: str = make.GROUP) -> int:
    """Somebody of the county who draws no pension; returns the person id."""
    person_id = await make.participant(person(number), region)
    if bank:
        async with engine.transaction():
            await benefits.set_account(COUNTY, NewAccount(
                person_id=person_id, kind="card", bank=bank, holder_name=person(number).name, number=f"62284804030{number:05d}", origin="import",
            ), AT)  # fmt: skip
    return person_id


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


async def programme(name: str = NAME, *, first: int = 202601, last: int | None = None, day: int = 20) -> int:
    """Proposed and approved."""
    new = Programme(name=name, principal="青禾县民政局", purpose="八十岁以上老人的津贴", from_month=first, last_month=last, pay_day=day,
                    document="青民函〔2026〕1号")  # fmt: skip
    programme_id = await delegated_programmes.open_programme(COUNTY, new, OFFICER, AT)
    await approved_term(programme_id)
    return programme_id


async def approved_term(programme_id: int) -> None:
    term = await engine.fetchval(
        "select id from delegated_term where programme_id = $1 and state = 'proposed'", programme_id
    )
    await delegated_programmes.decide_programme(COUNTY, term, SECOND, AT, approve=True)


def row(who: Person, change: str = "新增", month: int = MONTH, fen: str = "100", *more: str) -> list[str]:
    return [who.name, who.id_number, change, f"{month}", fen, *more]


def sheet(rows: list[list[str]]) -> bytes:
    return workbook.write([("名单", [[*delegated_lists.COLUMNS, *delegated_lists.OPTIONAL], *rows])])


async def imported(programme_id: int, *rows: list[str], at: datetime = AT) -> int:
    return await delegated_lists.import_list(
        COUNTY, programme_id, f"名单{next(_numbers)}", sheet(list(rows)), OFFICER, at
    )


async def listed(programme_id: int, *rows: list[str], at: datetime = AT) -> int:
    """Imported and approved."""
    list_id = await imported(programme_id, *rows, at=at)
    await delegated_lists.decide_list(COUNTY, list_id, SECOND, at, approve=True)
    return list_id


async def said(list_id: int) -> list[tuple[str, str]]:
    """(state, reason) of every line."""
    rows = await engine.fetch(
        "select state, reason from delegated_list_line where list_id = $1 order by line_no", list_id
    )
    return [(row["state"], row["reason"]) for row in rows]


# ------------------------------------------------------------------ a month


async def drafted(programme_id: int, month: int = MONTH, at: datetime = AT) -> int:
    return await delegated_payments.draft(COUNTY, programme_id, month, OFFICER, at)


async def reviewed(programme_id: int, month: int = MONTH, at: datetime = AT) -> int:
    month_id = await drafted(programme_id, month, at)
    await delegated_payments.review(COUNTY, month_id, SECOND, at)
    return month_id


def slip(fen: int, at: datetime = AT) -> Slip:
    return Slip(bank=BANK, slip_no=f"D{next(_numbers)}", on=at.date(), amount_fen=fen)


async def funded(programme_id: int, month: int = MONTH, at: datetime = AT) -> int:
    month_id = await reviewed(programme_id, month, at)
    await delegated_payments.fund(COUNTY, month_id, slip(await total(month_id), at), CASHIER, at)
    return month_id


async def total(month_id: int) -> int:
    fen: int = await engine.fetchval("select total_fen from delegated_month where id = $1", month_id)
    return fen


async def open_files() -> list[int]:
    rows = await engine.fetch("select id from exchange_file where kind = 'delegated' and state = 'sent' order by id")
    return [row["id"] for row in rows]


async def lines_of(file_id: int) -> list[Debit]:
    found = await queries.file_body(COUNTY, file_id)
    assert found is not None
    return formats.decode_debits(found[1])


async def returned(file_id: int, failing: dict[int, str] | None = None, at: datetime = AT) -> bool:
    success, failure, fen = answer(await lines_of(file_id), failing or {})
    return await delegated_files.take_return(COUNTY, file_id, success, failure, fen, at.date(), CASHIER, at)


async def paid(programme_id: int, month: int = MONTH, at: datetime = AT, failing: dict[int, str] | None = None) -> int:
    """Up to the bank's answer."""
    month_id = await funded(programme_id, month, at)
    await delegated_files.write_files(COUNTY, month_id, CASHIER, at)
    for file_id in await open_files():
        await returned(file_id, failing, at)
    return month_id


async def finished(month_id: int, at: datetime = AT) -> None:
    """Booked, what was left given back, closed."""
    await delegated_payments.book(COUNTY, month_id, REVIEWER, at)
    left = await engine.fetchval(
        "select coalesce(sum(amount_fen), 0)::bigint from delegated_transfer where month_id = $1 and state = 'returned'",
        month_id,
    )
    if left:
        await delegated_payments.give_back(COUNTY, month_id, slip(left, at), CASHIER, at)
    await delegated_payments.close(COUNTY, month_id, OFFICER, at)


async def state(month_id: int) -> str:
    found: str = await engine.fetchval("select state from delegated_month where id = $1", month_id)
    return found


async def transfers(month_id: int) -> dict[int, tuple[str, str, int]]:
    """Person to (state, why, 分) of the last transfer."""
    rows = await engine.fetch(
        "select distinct on (person_id) person_id, state, why, amount_fen from delegated_transfer where month_id = $1"
        " order by person_id, round desc",
        month_id,
    )  # fmt: skip
    return {row["person_id"]: (row["state"], row["why"], row["amount_fen"]) for row in rows}


async def due(month_id: int) -> dict[int, list[int]]:
    """Person to the months that count as paid with this one."""
    rows = await engine.fetch(
        "select person_id, due_month from delegated_line where month_id = $1 and not voided order by due_month",
        month_id,
    )
    found: dict[int, list[int]] = {}
    for each in rows:
        found.setdefault(each["person_id"], []).append(each["due_month"])
    return found


async def balance(account: str = "entrusted_account") -> int:
    fen: int = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where account = $1", account
    )
    return fen


async def vouchers() -> list[dict[str, Any]]:
    rows = await engine.fetch(
        "select d.kind, v.total_fen, array_agg(distinct l.account) as accounts from voucher v join voucher_line l using (county_code,"
        " period, number) join fund_document d on d.id = v.document_id where d.kind like 'delegated%' group by d.id, d.kind, v.total_fen"
        " order by d.id"
    )
    return [dict(each) for each in rows]


# ------------------------------------------------------------------ when the pension stops


async def pensioner(programme: int, number: int = 1, first: int = MONTH) -> int:
    person_id = await draws(number, certified=202611)
    await listed(programme, row(numbered(number), "新增", first))
    return person_id


async def answered(programme: int, person_id: int, said: str, at: datetime = AT) -> None:
    await delegated_decisions.answer(COUNTY, programme, person_id, said, "问过民政局", OFFICER, at)


async def lifted(person_id: int, last: int) -> None:
    await engine.execute(
        "update benefit_suspension set state = 'lifted', last_month = $2 where person_id = $1 and state = 'confirmed'",
        person_id,
        last,
    )
