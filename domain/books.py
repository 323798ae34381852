"""The fund's books: one document, one voucher, one number (财会〔2017〕28号; R-458…R-472).

A document goes draft → declared → approved (by a second person) → booked. Booking posts its lines to the accounts and
writes its voucher in the same transaction; what a kind does besides (contribution years, subsidies) is its own file's work,
between `begin_booking` and `finish`. Nothing here opens a transaction but the functions that say so.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from db.stores import audit, books
from db.stores.books import Document, NewDocument, NewLine, NewReceipt, VoucherLine
from domain import months
from domain.actor import Actor
from domain.errors import NotFound, Problem, Refused
from domain.ledger import Kind
from domain.money import show

INCOME_OF_FUND = {
    "personal": "contribution_income",
    "collective": "collective_income",
    "other_assistance": "other_assistance_income",
    "subsidy_province": "subsidy_income_province",
    "subsidy_city": "subsidy_income_city",
    "subsidy_county": "subsidy_income_county",
    "government_paid": "government_paid_income",
    "land_loss": "land_loss_income",
}
PLACES = ("treasury", "income_account", "expenditure_account", "fiscal_account")


class DocumentKind(StrEnum):
    TAX_DETAIL = "tax_detail"
    BANK_COLLECTION = "bank_collection"
    DIRECT_DEBIT = "direct_debit"
    AGENCY_BATCH = "agency_batch"
    POS_REPORT = "pos_report"
    ZERO_CONTRIBUTION = "zero_contribution"  # government pays everything: a list without money of the people on it
    COLLECTIVE_ASSISTANCE = "collective_assistance"
    LAND_LOSS = "land_loss"
    SUBSIDY_ARRIVAL = "subsidy_arrival"
    ADJUSTMENT = "adjustment"
    REFUND = "refund"
    INTEREST = "interest"
    OPENING_BALANCE = "opening_balance"
    SUSPENSE = "suspense"  # money that came and belongs to nobody yet
    SUSPENSE_CLEARED = "suspense_cleared"  # and whose it turned out to be
    BENEFIT_PAYMENT = "benefit_payment"  # the pensions of a month
    SETTLEMENT = "settlement"  # what is paid out when a relation ends, gross
    SETTLEMENT_OFFSET = "settlement_offset"  # and what is set off against it
    TRANSFER_OUT = "transfer_out"  # an account that goes to another county
    TRANSFER_IN = "transfer_in"  # and one that comes from there
    TRANSFER_PAYMENT = "transfer_payment"  # the money of it, paid next month
    PROVINCE_SETTLEMENT = "province_settlement"  # or settled by the province next year
    RECOVERY_DEMAND = "recovery_demand"  # what was overpaid is known and owed
    RECOVERY = "recovery"  # money of it that came back
    RECOVERY_OFFSET = "recovery_offset"  # what was to be paid to the debtor
    RECOVERY_WRITE_OFF = "recovery_write_off"  # and what is given up
    MOVEMENT = "movement"  # from one account of the agency to another
    DELEGATED_ARRIVAL = "delegated_arrival"  # another bureau's money: it came, was paid out, what was left went back
    DELEGATED_PAYMENT = "delegated_payment"
    DELEGATED_RETURN = "delegated_return"


class Rules(Struct, frozen=True):
    """`entry`: how its lines stand in the ledger. `place`: where its money lies when no receipt says so; empty: a receipt is
    needed before it can be booked (R-087)."""

    title: str
    entry: Kind
    place: str = ""


KINDS: dict[DocumentKind, Rules] = {
    DocumentKind.TAX_DETAIL: Rules("税务缴费明细", Kind.CONTRIBUTION, "treasury"),
    DocumentKind.BANK_COLLECTION: Rules("银行代收", Kind.CONTRIBUTION),
    DocumentKind.DIRECT_DEBIT: Rules("银行代扣代缴", Kind.CONTRIBUTION),
    DocumentKind.AGENCY_BATCH: Rules("批量缴费申报", Kind.CONTRIBUTION),
    DocumentKind.POS_REPORT: Rules("村级代办刷卡缴费", Kind.CONTRIBUTION),
    DocumentKind.ZERO_CONTRIBUTION: Rules("政府全额代缴零缴费", Kind.CONTRIBUTION),
    DocumentKind.COLLECTIVE_ASSISTANCE: Rules("集体补（资）助", Kind.ASSISTANCE),
    DocumentKind.LAND_LOSS: Rules("被征地农民缴费补贴", Kind.LAND_LOSS),
    DocumentKind.SUBSIDY_ARRIVAL: Rules("缴费补贴到账", Kind.SUBSIDY),
    DocumentKind.ADJUSTMENT: Rules("缴费调整", Kind.ADJUSTMENT),
    DocumentKind.REFUND: Rules("退费", Kind.REFUND, "income_account"),
    DocumentKind.INTEREST: Rules("年度结息", Kind.INTEREST, "account_interest"),
    DocumentKind.OPENING_BALANCE: Rules("期初余额导入", Kind.OPENING_BALANCE, "fiscal_account"),
    DocumentKind.SUSPENSE: Rules("暂收款", Kind.CONTRIBUTION),
    DocumentKind.SUSPENSE_CLEARED: Rules("暂收款转入个人账户", Kind.CONTRIBUTION, "suspense_received"),
    DocumentKind.BENEFIT_PAYMENT: Rules("待遇支付", Kind.PENSION, "expenditure_account"),
    DocumentKind.SETTLEMENT: Rules("注销结算", Kind.SETTLEMENT, "expenditure_account"),
    DocumentKind.SETTLEMENT_OFFSET: Rules("注销结算抵扣多领待遇", Kind.PENSION, "settlement_payable"),
    DocumentKind.TRANSFER_OUT: Rules("关系转出", Kind.TRANSFER_OUT, "transit"),
    DocumentKind.TRANSFER_IN: Rules("关系转入", Kind.TRANSFER_IN),
    DocumentKind.TRANSFER_PAYMENT: Rules("关系转出付款", Kind.TRANSFER_OUT, "expenditure_account"),
    DocumentKind.PROVINCE_SETTLEMENT: Rules("省内转移结算", Kind.TRANSFER_OUT, "transit"),
    DocumentKind.RECOVERY_DEMAND: Rules("多发待遇登记应收", Kind.PENSION, "suspense_paid"),
    DocumentKind.RECOVERY: Rules("稽核退款", Kind.PENSION),
    DocumentKind.RECOVERY_OFFSET: Rules("应付款抵扣多发待遇", Kind.PENSION, "suspense_paid"),
    DocumentKind.RECOVERY_WRITE_OFF: Rules("多发待遇核销", Kind.PENSION, "suspense_paid"),
    DocumentKind.MOVEMENT: Rules("基金账户之间划转", Kind.CONTRIBUTION),
    DocumentKind.DELEGATED_ARRIVAL: Rules("代发资金到账", Kind.CONTRIBUTION, "entrusted_account"),
    DocumentKind.DELEGATED_PAYMENT: Rules("代发支付", Kind.CONTRIBUTION, "entrusted_account"),
    DocumentKind.DELEGATED_RETURN: Rules("代发资金退回委托单位", Kind.CONTRIBUTION, "entrusted_account"),
}


async def open_document(county_code: int, new: NewDocument, lines: Iterable[NewLine], by: Actor, at: datetime) -> int:
    """A draft with its lines (COPY), in the caller's transaction. Refused when this document of the partner is there already."""
    document_id = await books.insert(county_code, new, by.id, by.name, at)
    if document_id is None:
        title = KINDS[DocumentKind(new.kind)].title
        raise Refused(Problem("document-twice", f"{title}{new.external_no or new.number}已经录入过，不能重复录入。"))
    await books.add_lines(county_code, document_id, lines)
    await books.count_lines(county_code, document_id)
    await log(county_code, at, by, "document.opened", document_id, new.kind)
    return document_id


async def declare(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Takes the sheet as it is: from now on its lines stand. Refused without a single good line, but
    for money that is here and waits for its owner."""
    document = await locked(county_code, document_id, "draft")
    if document.line_count == document.bad_count and not document.total_fen:
        raise Refused(Problem("no-good-line", "没有一行可以使用，请改正后重新导入。"))
    await books.set_state(document, "declared", by.id, by.name, at)
    await log(county_code, at, by, "document.declared", document_id, document.kind)


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By somebody other than who opened it (R-016); partner's totals must agree to the line and the 分 (R-089)."""
    document = await locked(county_code, document_id, "declared")
    if document.created_by == by.id and by.id != 0:
        raise Refused(Problem("own-document", "自己录入的单据要由另一位同事审核。"))
    await check_totals(document)
    await books.set_state(document, "approved", by.id, by.name, at)
    await log(county_code, at, by, "document.approved", document_id, document.kind)


async def take_over(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """A partner's file stands as it came: the partner made it, the system compares its totals (R-089), nobody types."""
    document = await locked(county_code, document_id, "draft")
    await check_totals(document)
    await books.set_state(document, "approved", by.id, by.name, at)
    await log(county_code, at, by, "document.approved", document_id, document.kind)


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Only before it is booked and before money was registered for it."""
    document = await locked(county_code, document_id, "draft", "declared", "approved")
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明作废的原因。", "reason"))
    if await books.received(county_code, document_id):
        raise Refused(Problem("money-is-there", "这张单据已经登记到款，不能作废。请用缴费调整或退费办理。"))
    await books.set_state(document, "cancelled", by.id, by.name, at, reason=reason.strip())
    await log(county_code, at, by, "document.cancelled", document_id, reason)


async def check_totals(document: Document) -> None:
    """Refused when the partner announced another count or total than its lines give; the document stays unposted (R-089)."""
    count, fen = await books.line_totals(document.county_code, document.id)
    if document.declared_count not in (None, count):
        raise Refused(Problem("other-count", f"对方报来{document.declared_count}笔，明细有{count}笔，不能登账。"))
    if document.declared_fen is not None and document.declared_fen != fen:
        raise Refused(
            Problem("other-total", f"对方报来合计{show(document.declared_fen)}元，明细合计{show(fen)}元，不能登账。")
        )


async def locked(county_code: int, document_id: int, *states: str) -> Document:
    """The document, held for this transaction. NotFound; Refused in any other state."""
    document = await books.lock(county_code, document_id)
    if document is None:
        raise NotFound
    if document.state not in states:
        raise Refused(Problem("other-state", "这张单据刚刚已经处理过了，请刷新页面。"))
    return document


async def begin_booking(county_code: int, document_id: int, booked_on: date) -> tuple[Document, str]:
    """The approved document and where its money lies. Refused while the money is not all there (足额, R-092), and in a
    closed month."""
    document = await locked(county_code, document_id, "approved")
    await open_period(county_code, booked_on)
    place = KINDS[DocumentKind(document.kind)].place
    if place or document.total_fen == 0:
        return document, place
    found = await books.received(county_code, document_id)
    if sum(fen for _, fen, _ in found) != document.total_fen:
        raise Refused(Problem("not-in-full", "到款金额和申报金额不一致，要足额到账才能登账。"))
    return document, found[0][0]


async def open_period(county_code: int, day: date) -> int:
    """The month of account, locked for this transaction. Refused when it is closed (封账)."""
    period = months.month_of(day)
    if await books.lock_period(county_code, period) == "closed":
        raise Refused(Problem("period-closed", f"{day:%Y年%m月}已经封账，不能再登账。"))
    return period


async def finish(
    document: Document,
    place: str,
    booked_on: date,
    years: Sequence[int],
    by: Actor,
    at: datetime,
    suspense_fen: int = 0,
) -> int | None:
    """Writes the voucher of what was posted under the document and marks it booked. Returns the voucher number; None for a
    0-registration, which moves no money (R-160, R-415). `years`: those in which the posted money counts. `suspense_fen`:
    money that came with the document and whose owner is not known yet."""
    sums = await books.sums_by_fund(document.county_code, document.id, years)
    lines = [*voucher_lines(sums, place), *sides(place, suspense_fen), *sides("suspense_received", -suspense_fen)]
    number = None
    if lines:
        period = await open_period(document.county_code, booked_on)
        title = document.title or KINDS[DocumentKind(document.kind)].title
        number = await books.write_voucher(
            document.county_code, period, document.id, booked_on, title, lines, by.id, by.name, at
        )
    await books.set_state(document, "booked", by.id, by.name, at)
    await log(document.county_code, at, by, "document.booked", document.id, f"{number or 0}")
    return number


def voucher_lines(sums: dict[tuple[str, bool], int], place: str) -> list[VoucherLine]:
    """Money in: debit where it lies, credit the income of each fund; money out the other way round (numbers B11).
    Interest: debit 个人账户记账利息, credit what is owed to the accounts."""
    lines: list[VoucherLine] = []
    interest = sum(fen for (_, is_interest), fen in sums.items() if is_interest)
    principal = [(fund, fen) for (fund, is_interest), fen in sums.items() if not is_interest]
    lines += sides(place, sum(fen for _, fen in principal))
    for fund, fen in principal:
        lines += sides(INCOME_OF_FUND[fund], -fen)
    return [*lines, *sides("account_interest", interest), *sides("account_interest_payable", -interest)]


def sides(account: str, debit: int) -> list[VoucherLine]:
    """The line of a voucher; a negative debit is a credit, nothing is no line."""
    if not debit:
        return []
    return [VoucherLine(account, max(debit, 0), max(-debit, 0))]


async def register(county_code: int, new: NewReceipt, by: Actor, at: datetime) -> int:
    """到款登记 in the caller's transaction. Refused for a slip that is registered already (R-471)."""
    found = await books.register_receipt(county_code, new, by.id, by.name, at)
    if found is None:
        raise Refused(Problem("slip-twice", f"{new.bank}单据{new.slip_no}已经登记过，不能重复登记。", "slip_no"))
    await log(county_code, at, by, "receipt.registered", found, f"{new.amount_fen}", "receipt")
    return found


async def log(
    county_code: int, at: datetime, by: Actor, action: str, object_id: int, detail: str, kind: str = "fund_document"
) -> None:
    """The audit entry of a step in the books."""
    await audit.write(county_code, at, by.kind, by.id, by.name, action, kind, f"{object_id}", detail=detail)
