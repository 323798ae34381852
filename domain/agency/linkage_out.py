"""To the employee scheme (人社部发〔2014〕17号第五条; R-401): the account leaves whole, and what comes late follows it."""

from collections.abc import Sequence
from datetime import datetime

from db.engine import transaction
from db.queries import transfers as transfer_query
from db.queries.accounts import Account
from db.stores import cases, ledger, messages, people, transfer_accounts
from db.stores import linkage as store
from db.stores import refunds as order_store
from db.stores.linkage import LinkageRow
from db.stores.people import PersonRow
from db.stores.transfers import Line
from domain import books as desk
from domain import months
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.linkage_writing import OFFICERS, Asked, document_of, held, log, tell, written
from domain.books import DocumentKind
from domain.errors import Problem, Refused
from domain.ledger import Kind
from domain.money import show
from domain.transfers.departure import settle
from domain.transfers.writing import entries, finish

ORDER = "linkage"  # kind of the payment order


async def leave(row: LinkageRow, person: PersonRow, account: Account, asked: Asked, by: Actor, at: datetime) -> None:
    """17号第五条 (R-401): the whole account, interest up to this month; the relation here ends."""
    county, on = row.county_code, at.date()
    lines, total = await settle(county, account, months.month_of(on), by, at)
    await _send(row, lines, total, asked.payee, asked.bank, asked.bank_account, by, at)
    if await transfer_accounts.hold_account(county, account.id):
        raise Refused(Problem("left-over", "账户没有结清，请联系技术人员。"))
    before = {"participation": person.participation_status, "contribution": person.contribution_status}
    await transfer_accounts.terminate(county, person.id, account.id, row.case_id, on, before, by.id, by.name, at, "linkage")
    await people.terminate(county, person.id, row.case_id)
    await transfer_accounts.set_account(county, account.id, "settled")
    await transfer_accounts.end_agreements(county, person.id, on)
    await messages.queue_exchange(county, "tax", "registration", {"action": "cancel", "person_id": person.id}, row.case_id, at)
    await log(row, "left", show(total), by, at)
    body = f"您的城乡居民养老保险账户里的{show(total)}元（连本带息）正转到{row.agency}，并入职工养老保险个人账户，这边的关系同时终止。"
    await tell(row, "正在转到职工养老保险", body, at)


async def _send(
    row: LinkageRow, lines: Sequence[Line], fen: int, payee: str, bank: str, bank_account: str, by: Actor, at: datetime
) -> None:
    """Out of the account, and ordered to be paid."""
    county, on = row.county_code, at.date()
    document = await document_of(row, DocumentKind.TRANSFER_OUT, fen, f"制度衔接转出 {row.name} 转往{row.agency}", by, at)
    await ledger.post(county, document.id, on, entries(row.account_id, Kind.LINKAGE_OUT, lines, on, -1))
    await finish(document, {"transfer_expense": fen, "transit": -fen}, by, at)
    order = await order_store.order(county, document.id, 1, ORDER, payee, bank, bank_account, fen, at) if fen else None
    await store.change(
        county, row.id, total_fen=(row.total_fen or 0) + fen, document_id=document.id, order_id=order, payment_document_id=None
    )


async def send_on(row: LinkageRow, by: Actor, at: datetime) -> None:
    """What came after the account was closed, a subsidy mostly, follows it to the same account (R-340, R-401)."""
    county = row.county_code
    await desk.open_period(county, at.date())
    fen = await transfer_accounts.hold_account(county, row.account_id)
    if not fen:
        return
    case = await cases.read(county, row.case_id)
    assert case is not None, "a linkage comes from a case"
    lines = await transfer_accounts.travelling(county, row.account_id)
    await _send(row, lines, fen, case.answers["payee"], case.answers["bank"], case.answers["bank_account"], by, at)
    await log(row, "left", show(fen), by, at)
    await tell(row, "补转到职工养老保险", f"后来到账的{show(fen)}元，也正转到{row.agency}，并入职工养老保险个人账户。", at)


async def finished(county_code: int, linkage_id: int, note: str, by: Actor, at: datetime) -> None:
    """The employee scheme has merged it. Refused before the money has been paid."""
    require_post(by, county_code, OFFICERS)
    async with transaction():
        row = await held(county_code, linkage_id, "sent")
        if row.total_fen and row.payment_document_id is None:
            raise Refused(Problem("not-paid", "钱还没有付出，付出以后才能办结。"))
        await store.change(county_code, row.id, state="finished", reason=written(note, "请写明对方什么时候办结的。"), closed_at=at)
        await log(row, "finished", note, by, at)
        await tell(row, "已经转到职工养老保险", f"{row.agency}已经把您账户里的钱并入职工养老保险，以后在那边申请养老金。", at)


async def paid(row: LinkageRow, by: Actor, at: datetime) -> None:
    """The voucher of the payment, once the cashier has paid."""
    assert row.document_id is not None, "an order pays a document"
    newest = await transfer_query.newest_order(row.county_code, row.document_id)
    order = await order_store.lock_order(row.county_code, newest or 0)
    assert order is not None, "an order was given"
    if order.state != "paid":
        return
    fen = order.amount_fen
    await desk.open_period(row.county_code, at.date())
    document = await document_of(row, DocumentKind.TRANSFER_PAYMENT, fen, f"制度衔接付款 {row.name} {row.agency}", by, at)
    await finish(document, {"transit": fen, "expenditure_account": -fen}, by, at)
    await store.change(row.county_code, row.id, order_id=newest, payment_document_id=document.id)
    await log(row, "paid", show(fen), by, at)
