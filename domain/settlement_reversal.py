"""A wrong end of a relation is taken back by a reviewed case (R-338, R-343): everything as it was, by opposite entries; money that
was paid is asked back."""

from datetime import datetime

import msgspec

from db.queries import leaving as queries
from db.stores import audit, ledger, messages, people, relations, suspensions
from db.stores import books as book_store
from db.stores import leaving as store
from db.stores import refunds as order_store
from db.stores.books import NewDocument
from db.stores.leaving import Ended, SettlementRow
from db.stores.ledger import Entry
from domain import books, months
from domain.actor import Actor
from domain.agency import worker
from domain.books import DocumentKind, sides
from domain.errors import NotFound, Problem, Refused
from domain.money import show

UNPAID = ("waiting", "failed")


async def reverse(county_code: int, termination_id: int, case_id: int, by: Actor, at: datetime) -> None:
    """In the caller's transaction. What was ordered and not paid is cancelled; what was paid is a demand (recover_fen of a row
    `reversal`). The person is paid, or pays in, as before; missed months come with the next plan."""
    await store.settlements(county_code, termination_id)  # the worker that settles one holds it first, then the termination
    ended = await store.lock_termination(county_code, termination_id)
    if ended is None:
        raise NotFound
    if ended.state != "registered":
        raise Refused(Problem("reversed", "这次注销已经撤销过。"))
    await books.open_period(county_code, at.date())
    await _restore(county_code, ended, at)
    paid = 0
    for row in await store.settlements(county_code, ended.id):
        if row.state == "booked":
            paid += await _take_back(county_code, ended, row, case_id, by, at)
        await store.set_settlement(county_code, row.id, {"state": "reversed"})
    if paid:
        reversal = await store.open_settlement(county_code, ended.id, ended.person_id, "reversal", at)
        await store.set_settlement(county_code, reversal, {
            "state": "booked", "settled_on": at.date(), "recover_fen": paid, "booked_at": at, "booked_by": by.id, "booked_by_name": by.name,
        })  # fmt: skip
    await store.reverse_termination(county_code, ended.id, case_id, by.name, at)
    await audit.write(county_code, at, by.kind, by.id, by.name, "relation.restored", "person", f"{ended.person_id}", detail=f"{paid}")
    await _tell(county_code, ended, paid, at)


async def _restore(county_code: int, ended: Ended, at: datetime) -> None:
    before = msgspec.json.decode(ended.before)
    await relations.set_participation(county_code, ended.person_id, before["participation_status"], before["contribution_status"])
    await relations.set_account(county_code, ended.account_id, before["account_status"])
    for suspension_id in before["suspensions"]:
        await suspensions.reopen(county_code, suspension_id)
    if before["benefit_state"]:
        first = await queries.first_settled(county_code, ended.id)
        await relations.restore_benefit(county_code, ended.person_id, before, min(first or 999912, months.after(ended.last_month)))
    person = await people.read(county_code, ended.person_id)
    assert person is not None, "who has left was here"
    await messages.queue_exchange(county_code, "tax", "registration", {
        "action": "enroll", "person_id": person.id, "name": person.name, "id_type": person.id_type, "id_number": person.id_number,
        "region_code": person.region_code,
    }, ended.case_id, at)  # fmt: skip


async def _take_back(county_code: int, ended: Ended, row: SettlementRow, case_id: int, by: Actor, at: datetime) -> int:
    """Opposite entries of both documents with their days of value, opposite vouchers; returns the 分 that were paid already."""
    paid: dict[int, int] = {}
    documents = {row.document_id: DocumentKind.SETTLEMENT, row.offset_document_id: DocumentKind.SETTLEMENT_OFFSET}
    for each in await store.orders(county_code, row.id):
        if each.state == "sent":
            raise Refused(Problem("order-sent", "有一张支付单已经送银行，等银行有了结果再撤销。"))
        if each.order_id is None or each.document_id is None:
            continue
        documents[each.document_id] = DocumentKind.SETTLEMENT  # what was held and released has a document of its own
        if each.state in UNPAID:
            await order_store.set_order(county_code, each.order_id, "cancelled", reason="注销已经撤销")
        elif each.state == "paid":
            paid[each.document_id] = paid.get(each.document_id, 0) + each.amount_fen
    for document_id, kind in documents.items():
        if document_id is not None:
            await _opposite(county_code, document_id, kind, ended, case_id, paid.get(document_id, 0), by, at)
    return sum(paid.values())


async def _opposite(
    county_code: int, document_id: int, kind: DocumentKind, ended: Ended, case_id: int, paid: int, by: Actor, at: datetime
) -> None:
    title = f"{books.KINDS[kind].title}（撤销）"
    new = NewDocument(kind=kind, business_on=at.date(), region_code=f"{county_code:06d}", title=title, case_id=case_id)
    opposite = await books.open_document(county_code, new, [], worker(county_code), at)
    await book_store.set_state(await books.locked(county_code, opposite, "draft"), "approved", by.id, by.name, at)
    document, _ = await books.begin_booking(county_code, opposite, at.date())
    entries = [
        Entry(account_id=ended.account_id, kind=each.kind, value_on=each.value_on, is_interest=each.is_interest, reverses_id=each.id,
              amounts={fund: -fen for fund, fen in each.amounts.items()})
        for each in await queries.entries_of(county_code, ended.account_id, document_id)
    ]  # fmt: skip
    if entries:
        await ledger.post(county_code, document.id, at.date(), entries)
    sums = {account: -fen for account, fen in (await queries.voucher_of(county_code, document_id)).items()}
    if paid:  # the money is not here again: somebody owes it
        sums["expenditure_account"] = sums.get("expenditure_account", 0) - paid
        sums["suspense_paid"] = sums.get("suspense_paid", 0) + paid
    lines = [line for account, fen in sums.items() for line in sides(account, fen)]
    if lines:
        period = await books.open_period(county_code, at.date())
        await book_store.write_voucher(county_code, period, document.id, at.date(), title, lines, by.id, by.name, at)
    await book_store.set_state(document, "booked", by.id, by.name, at)
    await books.log(county_code, at, by, "document.booked", document.id, document.kind)


async def _tell(county_code: int, ended: Ended, paid: int, at: datetime) -> None:
    person = await people.read(county_code, ended.person_id)
    assert person is not None, "who has left was here"
    body = f"{person.name}的城乡居民养老保险注销登记已经撤销，关系恢复到注销以前。没有发的养老金，下一次一起补发。"
    if paid:
        body += f"结算时付出的{show(paid)}元需要退还，怎样退另外通知。"
    for recipient in {person.id_index, *(each.id_index for each in await store.payees(county_code, ended.id))}:
        await messages.tell(county_code=county_code, recipient_index=recipient, case_id=ended.case_id, title="注销登记已经撤销", body=body, at=at)
