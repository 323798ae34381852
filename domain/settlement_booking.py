"""A settlement in the books: account, documents, vouchers, orders, words (规程第三十六条、第三十九条; R-326, R-333…R-345).

Gross, as income and expense are kept apart: one document for what is due, one for what is set off against it.
"""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from db.queries import accounts
from db.stores import audit, benefits, cases, ledger, messages, people, relations
from db.stores import books as book_store
from db.stores import leaving as store
from db.stores import refunds as order_store
from db.stores.books import Document, NewDocument, VoucherLine
from db.stores.leaving import Ended, PayeeRow
from db.stores.ledger import Entry
from db.stores.people import PersonRow
from domain import books, months
from domain.actor import Actor
from domain.agency import worker
from domain.benefits import capitalise
from domain.books import DocumentKind, sides
from domain.funds import Fund
from domain.ledger import Kind
from domain.money import show
from domain.rules.settlement import Cause, shares
from domain.settlement_trial import Trial, account_parts

ORDER = "F10006"  # 注销结算支付
NO_ACCOUNT, NOBODY = "还没有收款账户", "没有受益人或者继承人"


async def book(county_code: int, settlement_id: int, ended: Ended, found: Trial, by: Actor, at: datetime) -> None:
    """Writes a trial down, in the caller's transaction, which holds everything it was reckoned from."""
    person = await people.read(county_code, ended.person_id)
    assert person is not None, "who has left was here"
    payees = await store.payees(county_code, ended.id)
    values = _figures(found) | {"state": "booked", "settled_on": at.date(), "booked_at": at, "booked_by": by.id, "booked_by_name": by.name}
    if not found.nothing:
        values["offset_document_id"] = await _set_off(county_code, ended, found, person, by, at)
        await _interest(county_code, ended, found, by, at)
        values["document_id"] = await _pay_out(county_code, settlement_id, ended, found, person, payees, by, at)
    await store.add_lines(county_code, settlement_id, ended.person_id, [
        (each.due_month, "arrears" if each.total_fen > 0 else "overpaid", each.amounts, "") for each in found.months
    ])  # fmt: skip
    await store.set_settlement(county_code, settlement_id, values)
    await relations.benefit_is_settled(county_code, ended.person_id, ended.last_month)
    await relations.set_account(county_code, ended.account_id, "settled")
    await benefits.mark_settled(county_code, ended.account_id, at.year)
    detail = f"{found.offset.payable} {found.offset.recover}"
    await audit.write(county_code, at, by.kind, by.id, by.name, "settlement.booked", "settlement", f"{settlement_id}", detail=detail)
    await _tell(county_code, ended, found, person, payees, at)


def _figures(found: Trial) -> dict[str, object]:
    off = found.offset
    contents = {
        "last_month": found.last_month, "balances": found.balances, "charged": found.charged, "carried": found.carried,
        "months": found.months, "interest": found.interest, "restored": found.restored,
    }  # fmt: skip
    return store.by_source("returned", dict(found.returned)) | store.by_source("kept", dict(found.kept)) | {
        "arrears_fen": found.arrears, "funeral_fen": found.funeral, "overpaid_fen": found.overpaid, "restored_fen": found.restored_fen,
        "from_account_fen": off.from_account, "from_funeral_fen": off.from_funeral, "from_arrears_fen": off.from_arrears,
        "payable_fen": off.payable, "recover_fen": off.recover, "contents": msgspec.json.encode(contents).decode(),
    }  # fmt: skip


async def _document(
    county_code: int, kind: DocumentKind, title: str, case_id: int | None, fen: int, by: Actor, at: datetime
) -> Document:
    """Decided with the end of the relation, ready to be booked."""
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=f"{county_code:06d}", title=title, case_id=case_id, declared_count=1,
        declared_fen=fen,
    )  # fmt: skip
    document_id = await books.open_document(county_code, new, [], worker(county_code), at)
    await book_store.set_state(await books.locked(county_code, document_id, "draft"), "approved", by.id, by.name, at)
    document, _ = await books.begin_booking(county_code, document_id, at.date())
    return document


async def _finish(document: Document, lines: list[VoucherLine], by: Actor, at: datetime) -> None:
    if lines:
        period = await books.open_period(document.county_code, at.date())
        await book_store.write_voucher(
            document.county_code, period, document.id, at.date(), document.title, lines, by.id, by.name, at
        )
    await book_store.set_state(document, "booked", by.id, by.name, at)
    await books.log(document.county_code, at, by, "document.booked", document.id, document.kind)


def _entry(account_id: int, kind: Kind, on: date, amounts: Mapping[Fund, int], *, interest: bool = False) -> Entry:
    return Entry(
        account_id=account_id, kind=kind, value_on=on, is_interest=interest,
        amounts={fund.value: fen for fund, fen in amounts.items() if fen},
    )  # fmt: skip


async def _set_off(
    county_code: int, ended: Ended, found: Trial, person: PersonRow, by: Actor, at: datetime
) -> int | None:
    """What was overpaid comes back to where it was spent from; the account first (R-344)."""
    if not found.overpaid:
        return None
    document = await _document(
        county_code, DocumentKind.SETTLEMENT_OFFSET, f"注销结算抵扣多领待遇 {person.name}", ended.case_id, found.overpaid, by, at
    )
    if found.restored:
        entries = [_entry(ended.account_id, Kind.PENSION, each.value_on, each.by_fund) for each in found.restored]
        await ledger.post(county_code, document.id, at.date(), entries)
    account = sum(account_parts(found.months, -1).values())
    others = found.overpaid - found.carried - account
    await _finish(document, [
        *sides("settlement_payable", found.offset.total), *sides("suspense_paid", found.offset.recover),
        *sides("benefit_expense", -others), *sides("pension_from_accounts", -found.restored_fen),
        *sides("pension_beyond_accounts", found.restored_fen - account), *sides("suspense_paid", -found.carried),
    ], by, at)  # fmt: skip
    return document.id


async def _interest(county_code: int, ended: Ended, found: Trial, by: Actor, at: datetime) -> None:
    """Up to the end of the month of the settlement (R-182)."""
    for due in found.interest:
        await capitalise(county_code, ended.account_id, due, by, at, "注销结算结息")


async def _pay_out(
    county_code: int, settlement_id: int, ended: Ended, found: Trial, person: PersonRow, payees: list[PayeeRow], by: Actor,
    at: datetime,
) -> int | None:  # fmt: skip
    """The account is emptied; what is due is paid to each, or held (R-333, R-336)."""
    due, charged = found.returned_fen + found.arrears + found.funeral, sum(found.charged.values())
    kept = sum(found.kept.values())
    if not due + kept:
        return None
    document = await _document(county_code, DocumentKind.SETTLEMENT, f"注销结算 {person.name}", ended.case_id, due, by, at)
    await ledger.post(county_code, document.id, at.date(), await _exit(county_code, ended, found, at.date()))
    ordered = await _order(county_code, settlement_id, document.id, payees, found.offset.payable, at)
    account = sum(account_parts(found.months, 1).values())
    await _finish(document, [
        *sides("account_return", found.returned_fen + kept), *sides("other_income", -kept),
        *sides("benefit_expense", found.arrears - account), *sides("pension_from_accounts", charged),
        *sides("pension_beyond_accounts", account - charged), *sides("funeral_expense", found.funeral),
        *sides("settlement_payable", ordered - due), *sides("expenditure_account", -ordered),
    ], by, at)  # fmt: skip
    return document.id


async def _exit(county_code: int, ended: Ended, found: Trial, on: date) -> list[Entry]:
    """Arrears take from what was paid in, then from its interest, as every month does; the rest leaves with the settlement."""
    entries = []
    held = {Fund(each.fund): (each.principal_fen, each.interest_fen) for each in await accounts.balances(county_code, ended.person_id)}
    first = {fund: min(fen, held[fund][0]) for fund, fen in found.charged.items()}
    then = {fund: fen - first[fund] for fund, fen in found.charged.items()}
    for kind, principal, interest in (
        (Kind.PENSION, first, then),
        (
            Kind.SETTLEMENT,
            {fund: had - first.get(fund, 0) for fund, (had, _) in held.items()},
            {fund: had - then.get(fund, 0) for fund, (_, had) in held.items()},
        ),
    ):
        for amounts, is_interest in ((principal, False), (interest, True)):
            entry = _entry(ended.account_id, kind, on, {f: -fen for f, fen in amounts.items()}, interest=is_interest)
            entries += [entry] if entry.amounts else []
    return entries


async def _order(
    county_code: int, settlement_id: int, document_id: int, payees: list[PayeeRow], payable: int, at: datetime
) -> int:
    """A payment order for everybody whose account is known; returns their 分."""
    if not payable:
        return 0
    if not payees:
        await store.add_payment(county_code, settlement_id, 0, payable, None, NOBODY)
        return 0
    ordered = 0
    for payee, fen in zip(payees, shares(payable, [each.share_percent for each in payees]), strict=True):
        if fen and payee.account:
            order_id = await give_order(county_code, document_id, payee, fen, at)
            await store.add_payment(county_code, settlement_id, payee.line_no, fen, order_id, "")
            ordered += fen
        elif fen:
            await store.add_payment(county_code, settlement_id, payee.line_no, fen, None, NO_ACCOUNT)
    return ordered


async def give_order(county_code: int, document_id: int, payee: PayeeRow, fen: int, at: datetime) -> int:
    return await order_store.order(
        county_code, document_id, None, ORDER, payee.holder_name or payee.name, payee.bank, payee.account, fen, at
    )


async def release(
    county_code: int, settlement_id: int, ended: Ended, payee: PayeeRow, fen: int, by: Actor, at: datetime
) -> None:
    """What was held is ordered, under a document of its own (R-336)."""
    document = await _document(county_code, DocumentKind.SETTLEMENT, f"注销结算待领款 {payee.name}", ended.case_id, fen, by, at)
    order_id = await give_order(county_code, document.id, payee, fen, at)
    await store.set_payment(county_code, settlement_id, payee.line_no, order_id, "")
    await _finish(document, [*sides("settlement_payable", fen), *sides("expenditure_account", -fen)], by, at)


# ------------------------------------------------------------------ words


async def _tell(county_code: int, ended: Ended, found: Trial, person: PersonRow, payees: list[PayeeRow], at: datetime) -> None:
    """Whoever gets something, and the applicant; the text message goes to the phone the applicant gave."""
    case = await cases.read(county_code, ended.case_id) if ended.case_id else None
    told = {payee.id_index: _to_payee(payee, fen) for payee, fen in _shares(payees, found.offset.payable)}
    if case is not None:
        told[case.applicant_index] = told.get(case.applicant_index, "")
    for recipient, own in told.items():
        phone = case.answers.get("phone") if case and recipient == case.applicant_index else None
        body = sheet_in_words(person.name, found) + own
        await messages.tell(
            county_code=county_code, recipient_index=recipient, case_id=ended.case_id, title="注销结算", body=body, at=at, phone=phone
        )


def _shares(payees: list[PayeeRow], payable: int) -> list[tuple[PayeeRow, int]]:
    return list(zip(payees, shares(payable, [each.share_percent for each in payees]), strict=True)) if payees else []


def _to_payee(payee: PayeeRow, fen: int) -> str:
    if not fen:
        return ""
    if not payee.account:
        return f"其中您可以领{show(fen)}元。还没有您的收款账户，请带身份证和银行卡到任一窗口登记，随时可以领。"
    return f"其中您可以领{show(fen)}元，付到{payee.bank}尾号{payee.account[-4:]}的账户，到账后再告诉您。"


def sheet_in_words(name: str, found: Trial) -> str:
    """The settlement as the family reads it."""
    due = [("账户里的钱（本金和利息）", found.returned_fen), ("没有领到的养老金", found.arrears), ("丧葬补助金", found.funeral)]
    parts = "、".join(f"{title}{show(fen)}元" for title, fen in due if fen) or "没有要付的钱"
    body = f"{name}的城乡居民养老保险关系已经注销。结算：{parts}。"
    if found.overpaid:
        after = "去世以后" if found.cause is Cause.DEATH else f"{months.in_words(found.last_month)}以后"
        body += f"{after}多发了{show(found.overpaid)}元，从里面扣回{show(found.offset.total)}元。"
    if found.offset.recover:
        return body + f"还差{show(found.offset.recover)}元需要退还，怎样退另外通知您。"
    return body + f"一共付{show(found.offset.payable)}元。"
