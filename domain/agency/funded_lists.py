"""Lists for which somebody else brings the money: declared, approved by a second person, booked when it is all here.

集体补（资）助 and 被征地农民缴费补贴 share this way (湖南省经办工作流程十六、十七); who stands on a list is their own files' work.
"""

from datetime import datetime

from db.engine import transaction
from db.stores import books as store
from db.stores import contributions as years
from db.stores import funded_lists as lists
from db.stores import ledger
from db.stores.books import Document
from domain import books, contributions
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.books import KINDS, DocumentKind
from domain.errors import NotFound, Problem, Refused
from domain.money import show

HANDLED = (DocumentKind.COLLECTIVE_ASSISTANCE, DocumentKind.LAND_LOSS)
CHECKERS = (Post.COUNTY_COLLECTION,)
MOST_TOLD = 20


async def declare(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """Hands the list in with its good lines."""
    async with transaction():
        await _held(county_code, document_id, by)
        await books.declare(county_code, document_id, by, at)


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By the county's collection post, never by who made it. Refused when somebody on it has lost the own contribution of
    the year since (R-139, R-145)."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        await _held(county_code, document_id, by)
        await books.approve(county_code, document_id, by, at)
        lost = await lists.unentitled(county_code, document_id, MOST_TOLD)
        if lost:
            raise Refused(
                *(
                    Problem(
                        "unentitled",
                        f"第{line.line_no}行{line.name}现在没有{line.year}年的本人缴费，或者账户已经结清。",
                    )
                    for line in lost
                ),
                Problem("make-anew", "请作废这张单据，去掉这些人以后重新申报。"),
            )


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    async with transaction():
        await _held(county_code, document_id, by)
        await books.cancel(county_code, document_id, reason, by, at)


async def _held(county_code: int, document_id: int, by: Actor) -> Document:
    """The list, held for this transaction. NotFound for another kind, or a region that is not the viewer's."""
    document = await store.lock(county_code, document_id)
    if document is None or document.kind not in HANDLED or not by.scope.covers(document.region_code):
        raise NotFound
    return document


async def book(county_code: int, document_id: int, by: Actor, at: datetime) -> int:
    """Posts an approved list whose money is all there; interest runs from the month after it came (R-142). Returns how many
    lines. Refused as books.begin_booking."""
    async with transaction():
        document, place = await books.begin_booking(county_code, document_id, at.date())
        arrived_on = max(day for _, _, day in await store.received(county_code, document_id))
        await lists.date_lines(county_code, document_id, arrived_on)
        booked = await ledger.post_lines(county_code, document_id, at.date(), KINDS[DocumentKind(document.kind)].entry)
        await store.count_lines(county_code, document_id)
        await books.finish(document, place, at.date(), [arrived_on.year], by, at)
        await _tell(county_code, document_id, KINDS[DocumentKind(document.kind)].title, at)
    return booked


async def _tell(county_code: int, document_id: int, what: str, at: datetime) -> None:
    bodies = {
        (year, fen): f"您{year}年度的{what}{show(fen)}元已经记入个人账户，可以在“我的账户”里查看。"
        for year, fen in await years.paid_amounts(county_code, document_id)
    }
    await years.tell_payers(county_code, document_id, f"{what}已经到账", bodies, at)


async def book_ready(county_code: int, by: Actor, at: datetime) -> int:
    """The worker's round; returns how many lists were booked."""
    return await contributions.book_each(county_code, HANDLED, book, by, at)
