"""缴费调整, the finance post's part (湖南省经办工作流程十八; R-160…R-164, R-167): review, and the entries that put a year right.

What the person pays in besides waits for its slip and is booked by the worker (R-162); what is paid out, and what changes
subsidies only, is booked with the approval (R-160, R-164).
"""

from collections.abc import Sequence
from datetime import date, datetime

from db.engine import transaction
from db.queries import adjustments as queries
from db.queries.adjustments import AdjustmentRow
from db.stores import adjustments as store
from db.stores import books as book_store
from db.stores import contributions as years
from db.stores import interest, ledger, refunds
from db.stores.books import Document
from db.stores.ledger import Entry
from domain import books, months
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.adjustment import MAKERS, authorised, not_his_own
from domain.books import DocumentKind
from domain.contributions import book_each
from domain.errors import NotFound, Problem, Refused
from domain.ledger import Kind
from domain.money import show
from domain.runs.interest_settlement import resettle

CHECKERS = (Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT)
WORKING_DAYS = 5
PAID_FROM = "expenditure_account"
PAYOUT = "F10007"  # 负调整


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By the finance post, never by who saved it. Booked at once unless the person has to pay in first."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        document = await locked(county_code, document_id, "declared")
        rows = await queries.lines(county_code, document_id)
        one = rows[0].person_id if not document.file_name and rows else None
        await authorised(county_code, by, at, one)
        not_his_own(by, [row.id_index for row in rows])
        await books.approve(county_code, document_id, by, at)
        if document.total_fen <= 0:
            await _book(county_code, document_id, by, at)


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Given up by who saved it, or sent back by the finance post."""
    require_post(by, county_code, (*MAKERS, *CHECKERS))
    async with transaction():
        await locked(county_code, document_id, "draft", "declared", "approved")
        await books.cancel(county_code, document_id, reason, by, at)


async def locked(county_code: int, document_id: int, *states: str) -> Document:
    """The adjustment, held for this transaction. NotFound for another kind of document."""
    document = await books.locked(county_code, document_id, *states)
    if document.kind != DocumentKind.ADJUSTMENT:
        raise NotFound
    return document


async def book_ready(county_code: int, by: Actor, at: datetime) -> int:
    """The worker's round: approved adjustments whose money is all there; returns how many."""
    return await book_each(county_code, [DocumentKind.ADJUSTMENT], _book_alone, by, at)


async def _book_alone(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    async with transaction():
        await _book(county_code, document_id, by, at)


async def _book(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Entries, contribution years, claims, payment order, the interest of closed years and the voucher, all or nothing. A year
    that has moved since it was saved is left alone; money that came for it waits for its owner."""
    document, place = await _place(county_code, document_id, at.date())
    await store.put_aside_moved(county_code, document_id)
    rows = [row for row in await queries.lines(county_code, document_id) if row.state == "good"]
    if not rows and document.total_fen <= 0:
        raise Refused(Problem("moved", "保存以后，这个人或这一年的缴费又有变动，请作废后重新办理。"))
    value_on = await _value_day(county_code, document_id, rows, at.date())
    entries = [_entry(row, value_on) for row in rows if row.amount_fen]
    accounts = sorted({entry.account_id for entry in entries})
    await ledger.post(county_code, document_id, at.date(), entries)
    await store.follow(county_code, document_id, value_on, months.month_of(at.date()))
    for row in rows:
        if row.amount_fen < 0:
            await refunds.order(county_code, document_id, row.line_no, PAYOUT, row.payee_name, row.bank, row.bank_account,
                                -row.amount_fen, at)  # fmt: skip
    last = await interest.last_settled(county_code, accounts)
    await resettle(county_code, accounts, value_on.year, document_id, at.date())
    await book_store.count_lines(county_code, document_id)
    waiting = await years.waiting_fen(county_code, document_id)
    value_years = [*range(value_on.year, max(value_on.year, last) + 1)]
    await books.finish(document, place, at.date(), value_years, by, at, suspense_fen=waiting)
    await _tell(county_code, document_id, at)


async def _place(county_code: int, document_id: int, on: date) -> tuple[Document, str]:
    """What is paid in lies where its slip says; what is paid out leaves 支出户 (规程第四十八条)."""
    document = await locked(county_code, document_id, "approved")
    if document.total_fen >= 0:
        return await books.begin_booking(county_code, document_id, on)
    await books.open_period(county_code, on)
    return document, PAID_FROM


async def _value_day(county_code: int, document_id: int, rows: Sequence[AdjustmentRow], today: date) -> date:
    """The day of the payment that is taken back, the day the money came, or today (R-167)."""
    reversed_on = [row.reverses_on for row in rows if row.reverses_on]
    came = [day for _, _, day in await book_store.received(county_code, document_id)]
    return max(reversed_on or came or [today])


def _entry(row: AdjustmentRow, value_on: date) -> Entry:
    return Entry(
        account_id=row.account_id, kind=Kind.REVERSAL if row.reverses_id else Kind.ADJUSTMENT, value_on=value_on,
        amounts={"personal": row.amount_fen}, contribution_year=row.year, line_no=row.line_no, reverses_id=row.reverses_id,
    )  # fmt: skip


async def _tell(county_code: int, document_id: int, at: datetime) -> None:
    bodies = {
        (year, fen): f"您{year}年度的缴费记录已经核实调整，{_words(fen)}请在“我的账户”里查看，有疑问可以提出异议。"
        for year, fen in await years.paid_amounts(county_code, document_id)
    }
    await years.tell_payers(county_code, document_id, "缴费记录已经调整", bodies, at)


def _words(fen: int) -> str:
    if not fen:
        return "个人缴费没有变。"
    return f"个人缴费{'增加' if fen > 0 else '减少'}{show(abs(fen))}元。"
