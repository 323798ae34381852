"""个人缴费 comes in (规程第十一条至第十七条; R-076…R-115): lines are checked, booked, and entitle to subsidies.

Every way in (tax, bank, debit, the agency's own sheets, POS) brings the same lines: `check` says of each whether it can be
booked; `book` posts what is good, records each person's year, and keeps what belongs to nobody in suspense until `settle`
says whose it is. Nothing is dropped.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import contributions as queries
from db.stores import audit, ledger
from db.stores import books as store
from db.stores import contributions as years
from db.stores.books import NewDocument, NewLine
from db.stores.contributions import LineFacts, Rules
from domain import books
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.books import KINDS, DocumentKind
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.parameters import ContributionRule, Missing, Parameters
from domain.rules.contribution import beyond_the_top, day_in_year, is_a_tier, rules_for, year_problem

COLLECTION = (Post.COUNTY_COLLECTION,)
SUBSIDISE_BACK_PAYMENTS = False  # none by default; a parameter once a place grants it
CHUNK = 5_000  # lines looked up by one statement
SCHEME_START = date(
    2011, 7, 1
)  # 新农保 and 城居保 reached every county (国发〔2011〕18号); design: a parameter once one differs


class Way(Struct, frozen=True):
    """How a way in treats a line it cannot book. `money_is_here`: the money has been paid, so that such a line waits for
    somebody to say whose it is; else it goes back to who made the sheet. `exact`: a line is a whole tier (R-090). `zero`: government pays all
    of it (R-129)."""

    channel: str
    money_is_here: bool
    exact: bool = False
    zero: bool = False
    by_agency: bool = False


WAYS: dict[DocumentKind, Way] = {
    DocumentKind.TAX_DETAIL: Way("tax", money_is_here=True),
    DocumentKind.BANK_COLLECTION: Way("bank_counter", money_is_here=True),
    DocumentKind.DIRECT_DEBIT: Way("direct_debit", money_is_here=False, exact=True),
    DocumentKind.AGENCY_BATCH: Way("agency", money_is_here=False, exact=True, by_agency=True),
    DocumentKind.POS_REPORT: Way("pos", money_is_here=True),
    DocumentKind.ZERO_CONTRIBUTION: Way("government", money_is_here=False, zero=True),
    DocumentKind.SUSPENSE_CLEARED: Way("tax", money_is_here=True),
}


class Paid(Struct, frozen=True, kw_only=True):
    """One payment as it comes in. `id_index` is the keyed index of `id_number`; `value_on` the treasury or slip date."""

    line_no: int
    name: str
    id_number: str
    id_index: bytes
    year: int
    amount_fen: int
    value_on: date
    external_no: str = ""
    region_prefix: str = ""  # narrower than the county: whose sheet it is


async def take_in(
    county_code: int, new: NewDocument, payments: Iterable[Paid], by: Actor, at: datetime, bad: Sequence[NewLine] = ()
) -> int:
    """A draft of one of WAYS with every line judged; returns its id. `bad`: lines that could not even be read."""
    kind = DocumentKind(new.kind)
    rules = _Rules(await snapshot(county_code))
    async with transaction():
        document_id = await books.open_document(county_code, new, bad, by, at)
        for chunk in _chunks(payments):
            known = await years.facts(county_code, [p.id_index for p in chunk], [p.year for p in chunk])
            lines = [
                _judged(paid, fact, WAYS[kind], rules, county_code) for paid, fact in zip(chunk, known, strict=True)
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


class _Rules:
    """The parameters' rules by day, read once each."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._by_day: dict[date, tuple[ContributionRule, ...]] = {}

    def on(self, day: date) -> tuple[ContributionRule, ...]:
        """Missing while the office has entered no tiers for that day (R-077, R-131)."""
        if day not in self._by_day:
            self._by_day[day] = self._parameters.rules(day)
        return self._by_day[day]

    def columns(self, days: Iterable[date]) -> Rules:
        spans: list[tuple[tuple[ContributionRule, ...], list[date]]] = []
        for day in sorted(set(days)):
            if spans and spans[-1][0] == self.on(day):
                spans[-1][1].append(day)
            else:
                spans.append((self.on(day), [day]))
        rows = [(span, rule) for span, (rules, _) in enumerate(spans) for rule in rules]
        return Rules(
            first=[days[0] for _, days in spans], last=[days[-1] for _, days in spans], span=list(range(len(spans))),
            version=[span for span, _ in rows], category=[r.category for _, r in rows], household=[r.household_type for _, r in rows],
            tier=[r.tier for _, r in rows], personal=[r.personal for _, r in rows], province=[r.province for _, r in rows],
            city=[r.city for _, r in rows], county=[r.county for _, r in rows],
            government_paid=[r.government_paid for _, r in rows],
        )  # fmt: skip


def _judged(paid: Paid, known: LineFacts, way: Way, rules: _Rules, county_code: int) -> NewLine:
    problem = _problem(paid, known, way, rules, county_code)
    unusable = "exception" if way.money_is_here else "bad"
    return NewLine(
        line_no=paid.line_no, state=unusable if problem else "good", reason_code=problem.code if problem else "",
        reason=problem.message if problem else "", name=paid.name, id_index=paid.id_index, id_number=paid.id_number,
        account_id=None if problem and problem.code in NOBODY else known.account_id, year=paid.year,
        amount_fen=paid.amount_fen, value_on=paid.value_on, external_no=paid.external_no,
    )  # fmt: skip


NOBODY = frozenset({"unknown", "other-county", "no-account", "other-name"})


def _problem(paid: Paid, known: LineFacts, way: Way, rules: _Rules, county_code: int) -> Problem | None:
    """Why this line cannot be booked as it stands; None when it can, as far as one line tells."""
    if found := _nobody(paid, known, county_code):
        return found
    assert known.born_on is not None
    if paid.region_prefix and not (known.region_code or "").startswith(paid.region_prefix):
        return Problem("other-region", "这个人不属于申报的乡镇（村）。")
    if (known.participation_status, known.contribution_status) != (1, 1):
        return _not_paying(known)
    if way.zero and paid.year != paid.value_on.year:
        return Problem("not-this-year", "零缴费只能办当年的。")
    if paid.amount_fen <= 0 and not way.zero:
        return Problem("amount", "金额要大于0。")
    if found := year_problem(paid.year, paid.value_on, known.born_on, SCHEME_START, by_agency=way.by_agency):
        return found
    try:
        every = rules.on(day_in_year(paid.year, paid.value_on))
    except Missing as missing:
        return Problem("no-rules", str(missing))
    return _tier_problem(paid, known, way, every)


def _nobody(paid: Paid, known: LineFacts, county_code: int) -> Problem | None:
    """Name and number must be one participant of this county (R-090)."""
    if known.county_code is None:
        return Problem("unknown", "没有查到这个人的参保登记，请先办参保登记，或核对身份证号码。")
    if known.county_code != county_code:
        return Problem("other-county", "这个人在别的县参保，不能在本县缴费。")
    if known.account_id is None:
        return Problem("no-account", "这个人在本县没有正在使用的个人账户。")
    if known.name != paid.name:
        return Problem("other-name", "姓名和参保登记的不一致，请核对。")
    return None


def _not_paying(known: LineFacts) -> Problem:
    """R-095, R-096."""
    if known.participation_status == 2:
        return Problem("suspended", "这个人已经暂停缴费，要先办续保。")
    if known.participation_status == 4:
        return Problem("terminated", "这个人的养老保险关系已经终止。")
    return Problem("receiving", "这个人已经在领取待遇，不用再缴费。")


def _tier_problem(paid: Paid, known: LineFacts, way: Way, every: Sequence[ContributionRule]) -> Problem | None:
    """For sheets only: a whole tier, and a year once (R-090, R-106). Every identity's tiers are let through here; whose
    they are is settled when it is booked."""
    if not way.exact:
        return None
    if known.paid_fen:
        return Problem("paid", f"{paid.year}年已经缴过{show(known.paid_fen)}元。")
    own = [rule for rule in every if rule.household_type == known.household_type]
    choices = [*rules_for(every, "", ""), *own]
    if is_a_tier(choices, paid.amount_fen):
        return None
    if beyond_the_top(choices, paid.amount_fen):
        return Problem("beyond-the-top", f"{show(paid.amount_fen)}元超过了最高档次。")
    return Problem("no-tier", f"{show(paid.amount_fen)}元不是{paid.year}年的任何一个缴费档次。")


async def _across(county_code: int, document_id: int, kind: DocumentKind, unusable: str, rules: _Rules) -> Rules:
    """What only all lines together, and all documents before, can tell. Returns the rules of the document's days."""
    days = [day_in_year(year, paid_on) for year, paid_on in await years.payment_days(county_code, document_id)]
    columns, exact = rules.columns(days), WAYS[kind].exact
    if exact:
        await years.put_aside_twice_in_file(county_code, document_id)
    if kind is not DocumentKind.SUSPENSE_CLEARED:  # its voucher is that of the line it clears
        await years.put_aside_repeated(county_code, document_id)
    await years.put_aside_paid(county_code, document_id, unusable, exact=exact, zero=WAYS[kind].zero)
    if WAYS[kind].zero:
        await years.put_aside_uncovered(county_code, document_id, columns)
    await years.put_aside_beyond_top(
        county_code, document_id, columns, unusable, subsidise_back_payments=SUBSIDISE_BACK_PAYMENTS
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
        rules = _Rules(await snapshot(county_code))
        unusable = "bad" if WAYS[kind].zero else "exception"
        columns = await _across(county_code, document_id, kind, unusable, rules)
        booked = await ledger.post_lines(county_code, document_id, at.date(), KINDS[kind].entry)
        await years.record_years(
            county_code, document_id, columns, WAYS[kind].channel, at.year * 100 + at.month,
            subsidise_back_payments=SUBSIDISE_BACK_PAYMENTS,
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
    """The worker's round: every approved document whose money is all there; returns how many were booked."""
    ready = await queries.ready(county_code, [kind.value for kind in WAYS], [k.value for k in WAYS if KINDS[k].place])
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
    rules = _Rules(await snapshot(county_code))
    async with transaction():
        await books.locked(county_code, document_id, "booked")
        line = await years.lock_exception(county_code, document_id, line_no)
        owner = await queries.owner(county_code, person_id)
        if line is None or owner is None:
            raise NotFound
        paid = Paid(line_no=1, name=owner.name, id_number="", id_index=owner.id_index, year=year or line.year or at.year,
                    amount_fen=line.amount_fen, value_on=line.value_on or at.date(), external_no=line.external_no)  # fmt: skip
        (known,) = await years.facts(county_code, [owner.id_index], [paid.year])
        if problem := _problem(paid, known, WAYS[DocumentKind.SUSPENSE_CLEARED], rules, county_code):
            raise Refused(problem)
        await years.settle_line(county_code, document_id, line_no, "settled", known.account_id, by.id, by.name, at)
        judged = _judged(paid, known, WAYS[DocumentKind.SUSPENSE_CLEARED], rules, county_code)
        cleared = await _open_cleared(
            county_code, f"{document_id}-{line_no}", f"暂收款认定 {why.strip()}", [judged], by, at
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
