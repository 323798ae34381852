"""What every step of a linkage writes in the same way."""

from datetime import date, datetime

from msgspec import Struct

from db.stores import audit, books, messages, people
from db.stores import linkage as store
from db.stores.books import Document, NewDocument, NewLine
from db.stores.linkage import LinkageRow
from domain import books as desk
from domain.actor import Actor, Post
from domain.books import DocumentKind
from domain.errors import NotFound, Problem, Refused
from domain.rules.linkage import Direction

OFFICERS = (Post.COUNTY_ACCOUNT,)
PARTNER = "employee_scheme"
WORDS_AT_LEAST = 4


class Asked(Struct, frozen=True, kw_only=True):
    """What an application says. The bank account: of the employee scheme's office, or the person's own for what is given back."""

    direction: Direction
    agency: str
    letter_no: str
    retired_on: date
    employee_months: int
    payee: str
    bank: str
    bank_account: str


async def held(county_code: int, linkage_id: int, *states: str) -> LinkageRow:
    row = await store.lock(county_code, linkage_id)
    if row is None:
        raise NotFound
    if states and row.state not in states:
        raise Refused(Problem("other-state", "这件衔接刚刚已经处理过了，请刷新页面。"))
    return row


def written(text: str, message: str) -> str:
    if len(text.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", message, "reason"))
    return text.strip()


async def document_of(row: LinkageRow, kind: DocumentKind, fen: int, title: str, by: Actor, at: datetime) -> Document:
    """Of one line, decided by the case and ready to be booked."""
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=f"{row.county_code:06d}", case_id=row.case_id, partner=PARTNER, title=title[:200]
    )
    line = NewLine(line_no=1, state="good", name=row.name, id_index=row.id_index, amount_fen=fen, external_no=row.number)
    document_id = await desk.open_document(row.county_code, new, [line], by, at)
    await books.set_state(await desk.locked(row.county_code, document_id, "draft"), "approved", 0, "系统", at)
    return await desk.locked(row.county_code, document_id, "approved")


async def tell(row: LinkageRow, title: str, body: str, at: datetime) -> None:
    person = await people.read(row.county_code, row.person_id)
    assert person is not None, "a linkage is about somebody here"
    await messages.tell(
        county_code=row.county_code, recipient_index=row.id_index, case_id=row.case_id, title=title, body=body, at=at, phone=person.phone
    )  # fmt: skip


async def log(row: LinkageRow, step: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(
        row.county_code, at, by.kind, by.id, by.name, f"linkage.{step}", "scheme_linkage", f"{row.id}", detail=detail
    )
