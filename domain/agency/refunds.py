"""退费 (规程第十三条、第十四条; R-169…R-174): money goes back to who paid it, and the account gives it up.

Two ways lead here. Who pays in two schemes, or twice, files a case (domain/items/contribution_refund.py): `give_back` books
it and orders the payment to the person's own bank account. The tax bureau asks for what it collected itself: its requests
are verified by one person and approved by another, the bureau is told, and it does the paying (docs/decisions/0013).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import people as people_query
from db.queries import refunds as queries
from db.queries.refunds import RequestNote, RequestRow
from db.stores import books as store
from db.stores import contributions as years
from db.stores import interest, ledger, messages
from db.stores import refunds as refund_store
from db.stores.books import Document, NewDocument, NewLine
from db.stores.ledger import Entry
from db.stores.refunds import Payment
from domain import books, months
from domain.actor import Actor, Post
from domain.agency import require_post, worker
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.case.person_change import RECEIVING
from domain.contribution_lines import LineRules
from domain.errors import NotFound, Problem, Refused
from domain.exchange.envelope import Message
from domain.exchange.tax import TAX, RefundDone, RefundRequest, RefundVerification, Verdict
from domain.funds import Fund
from domain.ledger import Kind
from domain.money import show
from domain.rules import refund as rule
from domain.rules.contribution import day_in_year
from domain.runs.interest_settlement import resettle

VERIFIERS = (Post.COUNTY_COLLECTION,)
REPEATED = "F10004"  # 重复缴费退款


class Back(Struct, frozen=True, kw_only=True):
    """What one person gets back for one year. `amounts`: 分 by fund, positive. `reverses`: the entry that is taken back and its
    value day; None where a part of a good payment is returned. `counts`: whether the year stays one of 缴费年限. `source`:
    the document the money came with."""

    account_id: int
    name: str
    id_index: bytes
    year: int
    amounts: Mapping[Fund, int]
    reverses: tuple[int, date] | None
    counts: bool
    source: int
    payee: str
    bank: str
    bank_account: str
    case_id: int


async def give_back(county_code: int, back: Back, by: Actor, at: datetime) -> int:
    """Books the refund of a case and orders its payment, in the caller's transaction; returns the document. A payment that is
    taken back never bore interest: its closed years are reckoned anew (R-167). What is returned of a good one keeps its own."""
    reverses, value_on = back.reverses or (None, at.date())
    document, lines = await _opened(county_code, back, value_on, by, at)
    entries = [
        Entry(account_id=back.account_id, kind=Kind.REFUND, value_on=value_on, contribution_year=back.year, line_no=line.line_no,
              amounts={line.fund: line.amount_fen}, reverses_id=reverses)
        for line in lines
    ]  # fmt: skip
    await ledger.post(county_code, document.id, at.date(), entries)
    await refund_store.set_lines(county_code, document.id, [(line.line_no, "booked") for line in lines])
    if reverses is None:
        fen = back.amounts.get(Fund.PERSONAL, 0)
        await refund_store.lessen_year(county_code, back.account_id, back.year, fen, counts=back.counts)
    else:
        await _record_years(county_code, document.id, at)
    await refund_store.order(county_code, document.id, 1, REPEATED, back.payee, back.bank, back.bank_account,
                             sum(back.amounts.values()), at)  # fmt: skip
    came = await years.place_of(county_code, back.source)
    place = came if came == "income_account" else "expenditure_account"
    await _finish(document, place, entries if reverses else [], by, at, value_years=[value_on.year])
    return document.id


async def _opened(
    county_code: int, back: Back, value_on: date, by: Actor, at: datetime
) -> tuple[Document, list[NewLine]]:
    """The refund's document, decided by the case and ready to be booked; one line a fund."""
    new = NewDocument(
        kind=DocumentKind.REFUND, business_on=at.date(), region_code=f"{county_code:06d}", case_id=back.case_id,
        title=f"退费 {back.name} {back.year}年度",
    )  # fmt: skip
    lines = [
        NewLine(line_no=number, state="good", name=back.name, id_index=back.id_index, account_id=back.account_id, year=back.year,
                fund=fund, amount_fen=-fen, value_on=value_on)
        for number, (fund, fen) in enumerate(back.amounts.items(), start=1)
    ]  # fmt: skip
    document_id = await books.open_document(county_code, new, lines, worker(county_code), at)
    await store.set_state(await books.locked(county_code, document_id, "draft"), "approved", by.id, by.name, at)
    document, _ = await books.begin_booking(county_code, document_id, at.date())
    return document, lines


async def _record_years(county_code: int, document_id: int, at: datetime) -> None:
    """Contribution years and claims of government become what is left of the payments (R-166)."""
    rules = LineRules(await snapshot(county_code), at.date())
    days = [day_in_year(year, paid_on) for year, paid_on in await years.payment_days(county_code, document_id)]
    await years.record_years(
        county_code, document_id, rules.columns(days), "", months.month_of(at.date()),
        subsidise_back_payments=rules.subsidises_back_payments,
    )  # fmt: skip


async def _finish(
    document: Document, place: str, reversals: Sequence[Entry], by: Actor, at: datetime, *, value_years: Sequence[int],
    suspense_fen: int = 0,
) -> None:  # fmt: skip
    """The interest of closed years anew, and the voucher."""
    county_code, touched = document.county_code, set(value_years)
    if reversals:
        accounts, first = sorted({e.account_id for e in reversals}), min(e.value_on.year for e in reversals)
        await resettle(county_code, accounts, first, document.id, at.date())
        touched |= set(range(first, await interest.last_settled(county_code, accounts) + 1))
    await store.count_lines(county_code, document.id)
    await books.finish(document, place, at.date(), sorted(touched), by, at, suspense_fen=suspense_fen)


# ------------------------------------------------------------------ requests of the tax bureau


async def take_requests(county_code: int, message: Message, file_name: str, at: datetime) -> int:
    """A file of requests as a draft whose lines are judged, in the caller's transaction; returns the document."""
    lines = [
        await _judged(county_code, number, row)
        for number, row in enumerate(message.rows, start=2)
        if isinstance(row, RefundRequest)
    ]
    header = message.header
    new = NewDocument(
        kind=DocumentKind.REFUND, business_on=header.business_on, region_code=f"{county_code:06d}", partner=TAX,
        external_no=f"{header.sequence}", file_name=file_name[:100], file_digest=header.digest,
        title=f"税务退费申请 {header.business_on:%Y-%m-%d}",
    )  # fmt: skip
    return await books.open_document(county_code, new, lines, worker(county_code), at)


async def _judged(county_code: int, line_no: int, row: RefundRequest) -> NewLine:
    """Whether what is asked for is here and can be given back (R-169, R-172)."""
    index = people_query.id_index_of(row.social_security_no)
    found = await refund_store.payment(county_code, row.voucher_no, index, row.year)
    problem = _problem(row, found)
    if problem is None and await refund_store.under_way(county_code, index, row.year):
        problem = Problem("under-way", "这个人这一年还有一笔退费没有办完。")
    if await refund_store.asked_before(county_code, row.request_no):
        problem = Problem("asked-before", "这份退费申请以前已经收到过。")
    note = RequestNote(
        voucher_no=row.voucher_no, requested_on=row.requested_on, reason=row.reason,
        entry_id=found.entry_id if found else None, document_id=found.document_id if found else 0,
        line_no=found.line_no if found else 0,
    )  # fmt: skip
    return NewLine(
        line_no=line_no, state="bad" if problem else "good", reason_code=problem.code if problem else "",
        reason=problem.message if problem else "", name=row.name, id_index=index, id_number=row.social_security_no,
        account_id=found.account_id if found else None, year=row.year, amount_fen=-row.amount_fen,
        value_on=found.value_on if found else None, external_no=row.request_no, note=msgspec.json.encode(note).decode(),
    )  # fmt: skip


def _problem(row: RefundRequest, found: Payment | None) -> Problem | None:
    if found is None:
        return Problem("not-here", "没有收到这张税票这个人这一年的缴费。")
    if row.amount_fen > found.left_fen:
        return Problem("too-much", f"这笔缴费只有{show(max(found.left_fen, 0))}元可以退。")
    if found.account_id is None:
        whole = row.amount_fen == found.left_fen
        return None if whole else Problem("part", f"这笔缴费还没有记账，只能整笔退{show(found.left_fen)}元。")
    settled = found.account_status != "open" or found.participation_status == 4
    if problem := rule.problem(settled=settled, person=found.name or "", payee=row.name):
        return problem
    if found.contribution_status == RECEIVING:
        return Problem("receiving", "这个人已经在领取待遇，个人账户已经计发，不能退费。")
    return None


async def refuse(county_code: int, document_id: int, line_no: int, why: str, by: Actor, at: datetime) -> None:
    """A request that could be met, and is not."""
    require_post(by, county_code, VERIFIERS)
    if len(why.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明为什么不能退。", f"why-{line_no}"))
    async with transaction():
        await _held(county_code, document_id, "draft")
        if not await refund_store.refuse_line(county_code, document_id, line_no, why.strip()[:200]):
            raise NotFound
        await store.count_lines(county_code, document_id)
        await books.log(county_code, at, by, "refund.line_refused", document_id, f"{line_no} {why.strip()}")


async def verify(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Every line has been looked at by this person."""
    require_post(by, county_code, VERIFIERS)
    async with transaction():
        document = await _held(county_code, document_id, "draft")
        await refund_store.sign(county_code, document_id, by.id, by.name, at)
        await store.set_state(document, "declared", by.id, by.name, at)
        await books.log(county_code, at, by, "document.declared", document_id, document.kind)


async def send_back(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """To be verified once more."""
    require_post(by, county_code, VERIFIERS)
    async with transaction():
        document = await _held(county_code, document_id, "declared")
        await store.set_state(document, "draft", by.id, by.name, at, reason="退回重新核验")
        await books.log(county_code, at, by, "document.sent_back", document_id, document.kind)


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By another person than who verified (R-016): the bureau is answered and what it may pay back leaves the accounts, in one
    transaction (R-169). Refused when a payment has moved since it was verified."""
    require_post(by, county_code, VERIFIERS)
    async with transaction():
        document = await _held(county_code, document_id, "declared")
        if await refund_store.verifier(county_code, document_id) == by.id:
            raise Refused(Problem("own-document", "自己核验的退费要由另一位同事审核。"))
        await books.approve(county_code, document_id, by, at)
        document, _ = await books.begin_booking(county_code, document_id, at.date())
        rows = await queries.requests(county_code, document_id)
        good = [row for row in rows if row.state == "good"]
        for row in good:
            await _unmoved(county_code, row)
        await _book(document, good, by, at)
        for row in rows:
            await messages.queue_exchange(county_code, TAX, "refund_verification", _answer(row), None, at)


async def _held(county_code: int, document_id: int, *states: str) -> Document:
    """A file of requests, held for this transaction. NotFound for another document."""
    document = await books.locked(county_code, document_id, *states)
    if document.kind != DocumentKind.REFUND or document.partner != TAX:
        raise NotFound
    return document


async def _unmoved(county_code: int, row: RequestRow) -> None:
    found = await refund_store.payment(county_code, row.note.voucher_no, row.id_index, row.year)
    open_account = found is not None and (found.account_id is None or found.account_status == "open")
    if found is None or found.entry_id != row.note.entry_id or found.left_fen < row.amount_fen or not open_account:
        raise Refused(Problem("moved", f"第{row.line_no}行{row.name}的缴费核验以后又有变动，请退回重新核验。"))


async def _book(document: Document, good: Sequence[RequestRow], by: Actor, at: datetime) -> None:
    """Takes back what was booked, with the value days it had; what stands in suspense goes from there."""
    county_code = document.county_code
    entries = [
        Entry(account_id=row.account_id, kind=Kind.REFUND, value_on=row.value_on, contribution_year=row.year, line_no=row.line_no,
              amounts={Fund.PERSONAL: -row.amount_fen}, reverses_id=row.note.entry_id)
        for row in good
        if row.account_id is not None and row.value_on is not None
    ]  # fmt: skip
    waiting = [row for row in good if row.account_id is None]
    if entries:
        await ledger.post(county_code, document.id, at.date(), entries)
    for row in waiting:
        await years.settle_line(
            county_code, row.note.document_id, row.note.line_no, "returned", None, by.id, by.name, at
        )
    states = [(row.line_no, "returned" if row.account_id is None else "booked") for row in good]
    await refund_store.set_lines(county_code, document.id, states)
    if entries:
        await _record_years(county_code, document.id, at)
    await _finish(document, "treasury", entries, by, at, value_years=sorted({e.value_on.year for e in entries}),
                  suspense_fen=-sum(row.amount_fen for row in waiting))  # fmt: skip


def _answer(row: RequestRow) -> dict[str, object]:
    agreed = row.state == "good"
    return msgspec.to_builtins(  # type: ignore[no-any-return]
        RefundVerification(
            request_no=row.request_no, social_security_no=row.id_number,
            verdict=Verdict.AGREED if agreed else Verdict.REFUSED, amount_fen=row.amount_fen if agreed else 0,
            reason="" if agreed else row.problem,
        )
    )  # fmt: skip


async def difference(county_code: int, rows: Sequence[RefundDone]) -> str:
    """What the bureau says it paid back beside what it was told it may; empty when they agree."""
    found = []
    for row in rows:
        agreed = await refund_store.agreed_fen(county_code, row.request_no)
        if agreed is None:
            found.append(f"{row.request_no}没有核验同意，对方退了{show(row.amount_fen)}元")
        elif agreed != row.amount_fen:
            found.append(f"{row.request_no}核验同意{show(agreed)}元，对方退了{show(row.amount_fen)}元")
    return "；".join(found)
