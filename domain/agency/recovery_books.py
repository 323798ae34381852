"""A debt in the books (R-348, R-349, R-361): it comes into suspense_paid once, and everything that lessens it takes it out again.

Income and expense are kept apart: what was spent wrongly lessens the expense when it is known, what comes back is money against the
debt, what is given up is an expense of its own. In the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime

from db.queries import accounts, settlement_months
from db.stores import books as store
from db.stores import ledger, people
from db.stores.books import Document, NewDocument, VoucherLine
from db.stores.ledger import Entry
from db.stores.recovery import Recovery
from domain import books
from domain.actor import Actor
from domain.agency import worker
from domain.books import DocumentKind, sides
from domain.funds import Fund
from domain.ledger import Kind
from domain.rules.recovery import FUNERAL, INTEREST, SETTLEMENT
from domain.rules.settlement import restored

ACCOUNT = "account_"
EXPENSES = {FUNERAL: "funeral_expense", SETTLEMENT: "account_return", INTEREST: "other_income"}


async def demand(held: Recovery, county_code: int, items: Mapping[str, int], by: Actor, at: datetime) -> int:
    """Registered by hand: what was spent is spent no more, and somebody owes it. Account pensions go back into the account, as far
    as it gave them (R-344), if it is still open. Returns the document."""
    document = await _document(county_code, DocumentKind.RECOVERY_DEMAND, held, "多发待遇登记应收", by, at)
    of_account = {Fund(item.removeprefix(ACCOUNT)): fen for item, fen in items.items() if item.startswith(ACCOUNT)}
    back = await _restore(county_code, held, document, of_account, at)
    parts: dict[str, int] = {}
    for item, fen in items.items():
        if not item.startswith(ACCOUNT):
            account = EXPENSES.get(item, "benefit_expense")
            parts[account] = parts.get(account, 0) + fen
    beyond = sum(of_account.values()) - back
    lines = [
        *sides("suspense_paid", held.principal_fen), *sides("pension_from_accounts", -back), *sides("pension_beyond_accounts", -beyond),
        *(line for account, fen in parts.items() for line in sides(account, -fen)),
    ]  # fmt: skip
    await finish(document, lines, by, at)
    return document.id


async def _restore(
    county_code: int, held: Recovery, document: Document, wrong: Mapping[Fund, int], at: datetime
) -> int:
    account = await accounts.account_of(county_code, held.person_id)
    if not wrong or account is None or account.status != "open":
        return 0
    paid, taken = await settlement_months.account_pensions(county_code, held.person_id, account.id)
    back = restored(wrong, {Fund(f): fen for f, fen in paid.items()}, {Fund(f): fen for f, fen in taken.items()})
    if back:
        amounts = {fund.value: fen for fund, fen in back.items()}
        entry = Entry(account_id=account.id, kind=Kind.PENSION, value_on=at.date(), amounts=amounts)
        await ledger.post(county_code, document.id, at.date(), [entry])
    return sum(back.values())


async def write_off(held: Recovery, county_code: int, by: Actor, at: datetime) -> int:
    document = await _document(county_code, DocumentKind.RECOVERY_WRITE_OFF, held, "多发待遇核销", by, at)
    await finish(document, [*sides("other_expense", held.open_fen), *sides("suspense_paid", -held.open_fen)], by, at)
    return document.id


async def offset(held: Recovery, county_code: int, fen: int, by: Actor, at: datetime) -> int:
    """What was ordered leaves no more: the order had taken it out of 支出户 already."""
    document = await _document(county_code, DocumentKind.RECOVERY_OFFSET, held, "应付款抵扣多发待遇", by, at)
    await finish(document, [*sides("expenditure_account", fen), *sides("suspense_paid", -fen)], by, at)
    return document.id


async def _document(
    county_code: int, kind: DocumentKind, held: Recovery, title: str, by: Actor, at: datetime
) -> Document:
    """Decided with the step that needs it, ready to be booked."""
    person = await people.read(county_code, held.person_id)
    assert person is not None, "whose pension it was is here"
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=f"{county_code:06d}", title=f"{title} {person.name}",
        external_no=f"{held.id}",
    )  # fmt: skip
    document_id = await books.open_document(county_code, new, [], worker(county_code), at)
    await store.set_state(await books.locked(county_code, document_id, "draft"), "approved", by.id, by.name, at)
    document, _ = await books.begin_booking(county_code, document_id, at.date())
    return document


async def finish(document: Document, lines: list[VoucherLine], by: Actor, at: datetime) -> None:
    """One voucher, booked."""
    period = await books.open_period(document.county_code, at.date())
    await store.write_voucher(
        document.county_code, period, document.id, at.date(), document.title, lines, by.id, by.name, at
    )
    await store.set_state(document, "booked", by.id, by.name, at)
    await books.log(document.county_code, at, by, "document.booked", document.id, document.kind)
