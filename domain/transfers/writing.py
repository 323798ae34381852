"""What both sides of a transfer write in the same way."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.stores import audit, books, messages
from db.stores import transfers as store
from db.stores.books import Document, NewDocument, NewLine
from db.stores.ledger import Entry
from db.stores.transfers import Line, TransferRow
from domain import books as desk
from domain.actor import Actor, Post
from domain.books import DocumentKind
from domain.case import clock
from domain.errors import NotFound, Problem, Refused
from domain.exchange.transfer import TRANSFER
from domain.ledger import Kind

OFFICERS = (Post.COUNTY_ACCOUNT,)
ANSWER_DAYS = 5  # 规程第四十二条; 湖南省经办工作流程九（二）


async def queue(
    county_code: int, kind: str, rows: Sequence[Struct], case_id: int | None, at: datetime, reference: str
) -> None:
    """Into the outbox of this county; `rows`: of one kind of domain.exchange.transfer, all to one county."""
    body = {"rows": [msgspec.to_builtins(row) for row in rows]}
    await messages.queue_exchange(county_code, TRANSFER, kind, body, case_id, at, reference)


async def held(county_code: int, transfer_id: int, direction: str, *states: str) -> TransferRow:
    """NotFound; Refused in any other state."""
    row = await store.lock(county_code, transfer_id)
    if row is None or row.direction != direction:
        raise NotFound
    if row.state not in states:
        raise Refused(Problem("other-state", "这件转移刚刚已经处理过了，请刷新页面。"))
    return row


async def note(row: TransferRow, at: datetime, step: str, by: Actor, words: str = "") -> None:
    """On the page of the transfer and in the log."""
    await store.step(row.county_code, row.id, at, step, by.name, words)
    await audit.write(row.county_code, at, by.kind, by.id, by.name, f"transfer.{step}", "transfer", f"{row.id}", words)


async def due_day(on: date, working_days: int = ANSWER_DAYS) -> tuple[date, bool]:
    due = (await clock.load_calendar()).due_on(on, working_days)
    return due.on, due.provisional


async def opened(row: TransferRow, kind: DocumentKind, fen: int, title: str, by: Actor, at: datetime) -> Document:
    """A document of one line, decided by the case and ready to be booked."""
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=f"{row.county_code:06d}", case_id=row.case_id, partner=f"{row.other_county:06d}",
        title=title[:200],
    )  # fmt: skip
    line = NewLine(
        line_no=1, state="good", name=row.name, id_index=row.id_index, amount_fen=fen, external_no=row.number
    )
    document_id = await desk.open_document(row.county_code, new, [line], by, at)
    await books.set_state(await desk.locked(row.county_code, document_id, "draft"), "approved", 0, "系统", at)
    return await desk.locked(row.county_code, document_id, "approved")


async def finish(document: Document, debits: dict[str, int], by: Actor, at: datetime) -> None:
    """Its voucher (a negative debit is a credit), and it is booked. Nothing but noughts has no voucher."""
    lines = [line for account, fen in debits.items() for line in desk.sides(account, fen)]
    if lines:
        period = await desk.open_period(document.county_code, at.date())
        await books.write_voucher(document.county_code, period, document.id, at.date(), document.title, lines, by.id, by.name, at)
    await books.set_state(document, "booked", by.id, by.name, at)
    await desk.log(document.county_code, at, by, "document.booked", document.id, document.kind)


def entries(account_id: int, kind: Kind, lines: Sequence[Line], on: date, sign: int) -> list[Entry]:
    """One of each line that has money."""
    return [
        Entry(
            account_id=account_id, kind=kind, value_on=on, is_interest=line.kind == "interest",
            contribution_year=None if line.kind == "other" else line.year,
            amounts={fund: sign * fen for fund, fen in line.amounts.items() if fen},
        )
        for line in lines if any(line.amounts.values())
    ]  # fmt: skip
