"""个人缴费 comes in (规程第十一条至第十七条; R-076…R-115): lines are checked, booked, and entitle to subsidies.

Every way in (tax, bank, debit, the agency's own sheets, POS) brings the same lines: `take_in` says of each whether it can be
booked; `book` posts what is good, records each person's year, and keeps what belongs to nobody in suspense until `settle`
says whose it is. Nothing is dropped.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from db.engine import transaction
from db.queries import contributions as queries
from db.stores import audit, ledger
from db.stores import books as store
from db.stores import contributions as years
from db.stores.books import NewDocument, NewLine
from db.stores.contributions import Rules
from domain import books, months
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.books import KINDS, DocumentKind
from domain.contribution_lines import WAYS, LineRules, Paid, judged, problem_of
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.rules.contribution import day_in_year

COLLECTION = (Post.COUNTY_COLLECTION,)
CHUNK = 5_000  # lines looked up by one statement


async def take_in(
    county_code: int, new: NewDocument, payments: Iterable[Paid], by: Actor, at: datetime, bad: Sequence[NewLine] = ()
) -> int:
    """A draft of one of WAYS with every line judged; returns its id. `bad`: lines that could not even be read."""
    kind = DocumentKind(new.kind)
    rules = LineRules(await snapshot(county_code), at.date())
    async with transaction():
        document_id = await books.open_document(county_code, new, bad, by, at)
        for chunk in _chunks(payments):
            known = await years.facts(county_code, [p.id_index for p in chunk], [p.year for p in chunk])
            lines = [
                judged(paid, fact, WAYS[kind], rules, county_code) for paid, fact in zip(chunk, known, strict=True)
            ]
            await store.add_lines(county_code, document_id, lines)
        await _across(county_code, document_id, kind, "exception" if WAYS[kind].money_is_here else "bad", rules)
        await store.count_lines(county_code, document_id)
    return document_id


def _chunks(payments: Iterable[Paid]) -> Iterable[list[Paid]]:
    chunk: list[Paid] = []
    for paid in payments:
        chunk.append(paid)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def _across(
    county_code: int, document_id: int, kind: DocumentKind, unusable: str, rules: LineRules, *, again: bool = False
) -> Rules:
    """What only all lines together, and all documents before, can tell. Returns the rules of the document's days. `again`:
    the document is being booked, and may be older than what else has happened."""
    days = [day_in_year(year, paid_on) for year, paid_on in await years.payment_days(county_code, document_id)]
    columns, exact = rules.columns(days), WAYS[kind].exact
    if exact:
        await years.put_aside_twice_in_file(county_code, document_id)
    if kind is not DocumentKind.SUSPENSE_CLEARED:  # its voucher is that of the line it clears
        await years.put_aside_repeated(county_code, document_id)
    if again:
        await years.put_aside_left(county_code, document_id, unusable)
    await years.put_aside_paid(county_code, document_id, unusable, exact=exact, zero=WAYS[kind].zero)
    if WAYS[kind].zero:
        await years.put_aside_uncovered(county_code, document_id, columns)
    alone = exact and (not again or await years.largest(county_code, document_id) <= rules.lowest_top(days))
    if not alone:
        await years.put_aside_beyond_top(
            county_code, document_id, columns, unusable, subsidise_back_payments=rules.subsidises_back_payments
        )
    return columns


async def book(county_code: int, document_id: int, by: Actor, at: datetime) -> int:
    """Posts an approved document of one of WAYS whose money is there, all or nothing; returns how many lines.

    Looks once more across all documents: what was paid another way since is put aside (R-092, R-121). Bookings of one
    county wait for each other at the month's row. Refused as books.begin_booking.
    """
    async with transaction():
        document, place = await books.begin_booking(county_code, document_id, at.date())
        kind = DocumentKind(document.kind)
        rules = LineRules(await snapshot(county_code), at.date())
        unusable = "bad" if WAYS[kind].zero else "exception"
        columns = await _across(county_code, document_id, kind, unusable, rules, again=True)
        booked = await ledger.post_lines(county_code, document_id, at.date(), KINDS[kind].entry)
        await years.record_years(
            county_code, document_id, columns, WAYS[kind].channel, months.month_of(at.date()),
            subsidise_back_payments=rules.subsidises_back_payments,
        )  # fmt: skip
        await store.count_lines(county_code, document_id)
        waiting = await years.waiting_fen(county_code, document_id)
        value_years = await store.value_years(county_code, document_id)
        await books.finish(document, place, at.date(), value_years, by, at, suspense_fen=waiting)
        await _tell(county_code, document_id, at)
    return booked


async def _tell(county_code: int, document_id: int, at: datetime) -> None:
    bodies = {
        (year, fen): f"您{year}年度的养老保险费{show(fen)}元已经记入个人账户，可以在“我的账户”里查看。"
        for year, fen in await years.paid_amounts(county_code, document_id)
    }
    await years.tell_payers(county_code, document_id, "缴费已经到账", bodies, at)


async def book_ready(county_code: int, by: Actor, at: datetime) -> int:
    """The worker's round: every approved document of WAYS whose money is all there; returns how many were booked."""
    return await book_each(county_code, WAYS, book, by, at)


async def book_each(
    county_code: int, kinds: Iterable[DocumentKind], book: Callable[[int, int, Actor, datetime], Awaitable[object]], by: Actor, at: datetime
) -> int:  # fmt: skip
    """Books each document of these kinds that is ready; one that cannot be booked does not keep the others waiting."""
    ready = await queries.ready(county_code, list(kinds), [kind for kind in kinds if KINDS[kind].place])
    troubles: list[Exception] = []
    for document_id in ready:
        try:
            await book(county_code, document_id, by, at)
        except Exception as trouble:  # noqa: BLE001 - raised below, when the others are booked
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every document could be booked", troubles)
    return len(ready)


async def settle(
    county_code: int,
    document_id: int,
    line_no: int,
    person_id: int,
    why: str,
    by: Actor,
    at: datetime,
    *,
    year: int | None = None,
) -> int:
    """Says whose money a waiting line is, and books it from suspense under a document of its own; returns that document.
    `year`: another one than the line says, when that one is full.

    The line keeps what it said; who decided and why is kept beside it. Refused when the person cannot be paid for.
    """
    require_post(by, county_code, COLLECTION)
    if len(why.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明怎样认定是这个人的。", "why"))
    rules = LineRules(await snapshot(county_code), at.date())
    async with transaction():
        await books.locked(county_code, document_id, "booked")
        line = await years.lock_exception(county_code, document_id, line_no)
        owner = await queries.owner(county_code, person_id)
        if line is None or owner is None:
            raise NotFound
        paid = Paid(line_no=1, name=owner.name, id_number="", id_index=owner.id_index, year=year or line.year or at.year,
                    amount_fen=line.amount_fen, value_on=line.value_on or at.date(), external_no=line.external_no)  # fmt: skip
        (known,) = await years.facts(county_code, [owner.id_index], [paid.year])
        if problem := problem_of(paid, known, WAYS[DocumentKind.SUSPENSE_CLEARED], rules, county_code):
            raise Refused(problem)
        await years.settle_line(county_code, document_id, line_no, "settled", known.account_id, by.id, by.name, at)
        good = judged(paid, known, WAYS[DocumentKind.SUSPENSE_CLEARED], rules, county_code)
        cleared = await _open_cleared(
            county_code, f"{document_id}-{line_no}", f"暂收款认定 {why.strip()}", [good], by, at
        )
        await _log(county_code, document_id, line_no, "line.settled", why, by, at)
        if not await book(county_code, cleared, by, at):
            (refused,) = await queries.lines(county_code, cleared, limit=1)
            raise Refused(Problem(refused.reason_code, refused.reason))
    return cleared


async def give_back(county_code: int, document_id: int, line_no: int, why: str, by: Actor, at: datetime) -> int:
    """A waiting line whose money goes back to where it came from; the voucher stands under a document of its own, which is
    returned. The partner does the paying (R-173)."""
    require_post(by, county_code, COLLECTION)
    if len(why.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明为什么退回。", "why"))
    async with transaction():
        await books.locked(county_code, document_id, "booked")
        line = await years.lock_exception(county_code, document_id, line_no)
        if line is None:
            raise NotFound
        await books.open_period(county_code, at.date())
        await years.settle_line(county_code, document_id, line_no, "returned", None, by.id, by.name, at)
        cleared = await _open_cleared(county_code, f"{document_id}-{line_no}", f"暂收款退回 {why.strip()}", [], by, at)
        document, place = await books.begin_booking(county_code, cleared, at.date())
        source = await years.place_of(county_code, document_id)
        assert place == "suspense_received"
        await books.finish(document, source, at.date(), [], by, at, suspense_fen=-line.amount_fen)
        await _log(county_code, document_id, line_no, "line.returned", why, by, at)
    return cleared


async def _open_cleared(
    county_code: int, external_no: str, title: str, lines: Sequence[NewLine], by: Actor, at: datetime
) -> int:
    new = NewDocument(
        kind=DocumentKind.SUSPENSE_CLEARED, business_on=at.date(), region_code=f"{county_code:06d}", external_no=external_no,
        title=title[:200],
    )  # fmt: skip
    cleared = await books.open_document(county_code, new, lines, by, at)
    await store.set_state(await books.locked(county_code, cleared, "draft"), "approved", 0, "系统", at)
    return cleared


async def _log(
    county_code: int, document_id: int, line_no: int, action: str, why: str, by: Actor, at: datetime
) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "fund_document", f"{document_id}", why.strip(),
                      f"{line_no}")  # fmt: skip
