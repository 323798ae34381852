"""Somebody with an account here and years there, and the way of a linkage."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from db import engine
from db.queries import accounts
from db.queries import linkage as queries
from db.stores import books as book_store
from db.stores import ledger, transfer_accounts
from db.stores.ledger import Entry
from db.stores.linkage import LinkageRow
from db.stores.transfers import Line
from domain import books, finance
from domain.agency import linkage
from domain.books import DocumentKind
from domain.finance import Slip
from domain.funds import Fund
from domain.items import scheme_linkage
from domain.ledger import Kind
from tests import make
from tests.account.conftest import document
from tests.contributions.ways import CASHIER
from tests.make import COUNTY, FRIDAY, HE_JING, WANG_DASHAN, WORKER, ZHAO_MIN

OFFICE = "省城社会保险中心"
ANSWERS: dict[str, Any] = {
    "direction": "to_resident", "agency": OFFICE, "employee_months": 96, "retired_on": "2026-08-20", "payee": "王大山",
    "bank": "农商银行", "bank_account": "6228480402564890018",
}  # fmt: skip
TO_EMPLOYEE = {
    "direction": "to_employee", "employee_months": 180, "letter_no": "职保联〔2026〕7号", "payee": "省城社会保险中心收入户",
    "bank": "省城银行", "bank_account": "6230000000000000002",
}  # fmt: skip


async def account(years: Sequence[int] = range(2020, 2027), each: dict[str, int] | None = None) -> int:
    """王大山 with these years, each with these amounts; returns the person id."""
    person_id = await make.participant()
    found = await accounts.account_of(COUNTY, person_id)
    assert found is not None
    amounts = each or {"personal": 50000, "subsidy_county": 3000}
    async with engine.transaction():
        number = await document(DocumentKind.OPENING_BALANCE, date(2026, 1, 5))
        await ledger.post(COUNTY, number, date(2026, 1, 5), [
            Entry(account_id=found.id, kind=Kind.OPENING_BALANCE, value_on=date(2026, 1, 5), contribution_year=year, amounts=amounts)
            for year in years
        ])  # fmt: skip
        held = await books.locked(COUNTY, number, "draft")
        await books.finish(held, "fiscal_account", date(2026, 1, 5), [2026], WORKER, FRIDAY)
        lines = [Line(line_no=n, year=year, kind="contribution", counts=True, amounts={f.value: 0 for f in Fund} | amounts)
                 for n, year in enumerate(years, start=1)]  # fmt: skip
        await transfer_accounts.record_years(COUNTY, found.id, lines, "20", date(2026, 1, 5), joined=False)
        await book_store.set_bank_account(COUNTY, "income_account", "农商行", "青禾县基金收入户", "820100000001", FRIDAY.date())
    await make.sources(employee_scheme={WANG_DASHAN: {"status": "insured", "since": "2010-01-01", "unit": OFFICE}})
    return person_id


async def filed(**changes: Any) -> int:
    receipt = await make.handed_in(scheme_linkage.ITEM, ANSWERS | changes, WANG_DASHAN)
    return receipt.case_id


async def approved(**changes: Any) -> LinkageRow:
    case_id = await filed(**changes)
    await make.approve(case_id, ZHAO_MIN)
    await make.approve(case_id, HE_JING)
    found = await queries.of_case(COUNTY, case_id)
    assert found is not None
    return found


async def now(row: LinkageRow) -> LinkageRow:
    found = await queries.one(COUNTY, row.id)
    assert found is not None
    return found


async def answered(row: LinkageRow, employee: dict[int, int], fen: int) -> LinkageRow:
    await linkage.answered(COUNTY, row.id, employee, fen, HE_JING, FRIDAY)
    return await now(row)


async def money(row: LinkageRow, fen: int, slip: str = "ZY1", at: datetime = FRIDAY) -> LinkageRow:
    """It comes, and the worker looks."""
    found = Slip(account="income_account", bank="农商行", slip_no=slip, received_on=at.date(), amount_fen=fen, people=1)
    assert row.document_id is not None
    await finance.register_receipt(COUNTY, found, row.document_id, CASHIER, at)
    await linkage.follow(COUNTY, at)
    return await now(row)
