"""Money that comes back (R-348, R-349, R-355, R-356): paid in at once or by instalments, and what the worker follows.

A payment is registered when its slip is here, reviewed by another person, and in the books when finance has its money. Nobody pays
more than is open.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import recovery as queries
from db.stores import people
from db.stores import recovery as store
from db.stores.books import NewDocument, NewLine
from db.stores.recovery import NewPayment, Recovery
from domain import books
from domain.actor import Actor
from domain.agency import recovery_books, recovery_deductions, require_post, worker
from domain.agency.adjustment import not_his_own
from domain.agency.recovery import OPEN, REGISTRARS, held_in, log, open_found, room, tell, tell_taken, withdraw_reversed
from domain.books import DocumentKind, sides
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.rules import recovery as rule
from domain.rules.recovery import Instalment

WAYS = {"bank": "银行转账、进账", "cash": "现金，已存入银行"}
TO_PAY_ALL = timedelta(days=15)  # after an agreement is broken
FIRST_AT_MOST = timedelta(days=62)


class Slip(Struct, frozen=True, kw_only=True):
    """What really came. `parts`: 分 by item, empty: over all that is open in proportion. `voluntary`: beyond what was inherited."""

    amount_fen: int
    payer: str
    way: str
    slip_no: str
    paid_on: date
    parts: Mapping[str, int] = {}
    voluntary: bool = False


# ------------------------------------------------------------------ payments


async def register(county_code: int, recovery_id: int, slip: Slip, by: Actor, at: datetime) -> int:
    """《稽核退款登记单》; returns its document, which waits for the review. Refused beyond what is open."""
    require_post(by, county_code, REGISTRARS)
    _check(slip, at.date())
    async with transaction():
        held = await held_in(county_code, recovery_id, *OPEN)
        not_his_own(by, [held.debtor_index] if held.debtor_index else [])
        most = await room(county_code, held, voluntary=slip.voluntary)
        if slip.amount_fen > most:
            more = (
                "超过继承遗产的部分，退款人自愿退的请注明。"
                if most < await room(county_code, held, voluntary=True)
                else "多交的请退还给他。"
            )
            raise Refused(Problem("too-much", f"现在最多登记{show(most)}元。{more}", "amount"))
        parts = await _parts(county_code, held, slip)
        document = await _draft(county_code, held, slip, by, at)
        await store.add_payment(county_code, NewPayment(
            recovery_id=recovery_id, document_id=document, amount_fen=slip.amount_fen, parts=msgspec.json.encode(parts).decode(),
            payer=slip.payer.strip(), way=slip.way, slip_no=slip.slip_no.strip(), paid_on=slip.paid_on, voluntary=slip.voluntary,
        ))  # fmt: skip
        await log(county_code, recovery_id, "recovery.payment", f"{document} {slip.amount_fen}", by, at)
    return document


def _check(slip: Slip, today: date) -> None:
    wrong = []
    if slip.amount_fen <= 0:
        wrong.append(Problem("amount", "金额要大于0。", "amount"))
    if not slip.payer.strip():
        wrong.append(Problem("payer", "请填写交款人。", "payer"))
    if slip.way not in WAYS:
        wrong.append(Problem("way", "请选择怎样交的。", "way"))
    if not slip.slip_no.strip():
        wrong.append(Problem("slip", "请填写银行单据号。没有单据不能登记。", "slip_no"))
    if slip.paid_on > today:
        wrong.append(Problem("paid-on", "交款日期不能晚于今天。", "paid_on"))
    if wrong:
        raise Refused(*wrong)


async def _parts(county_code: int, held: Recovery, slip: Slip) -> dict[str, int]:
    """By item (R-348), never more of one than is open and not registered yet."""
    left, pending = await store.open_items(county_code, held.id), await store.pending(county_code, held.id)
    left = {item: fen - pending.get(item, 0) for item, fen in left.items() if fen > pending.get(item, 0)}
    if not slip.parts:
        return rule.spread(slip.amount_fen, left)
    if sum(slip.parts.values()) != slip.amount_fen or any(
        not 0 < fen <= left.get(item, 0) for item, fen in slip.parts.items()
    ):
        raise Refused(Problem("parts", "分项合计要等于退款金额，每一项不能多于还欠的。", "amount"))
    return dict(slip.parts)


async def _draft(county_code: int, held: Recovery, slip: Slip, by: Actor, at: datetime) -> int:
    """Declared at once: what is on the slip is what it is."""
    person = await people.read(county_code, held.person_id)
    assert person is not None, "whose pension it was is here"
    new = NewDocument(
        kind=DocumentKind.RECOVERY, business_on=slip.paid_on, region_code=f"{county_code:06d}", title=f"稽核退款 {person.name}",
    )  # fmt: skip
    line = NewLine(
        line_no=1,
        state="good",
        name=person.name,
        id_index=person.id_index,
        amount_fen=slip.amount_fen,
        value_on=slip.paid_on,
    )
    document = await books.open_document(county_code, new, [line], by, at)
    await books.declare(county_code, document, by, at)
    return document


async def review(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By another person; from now on finance can register the money (R-349)."""
    require_post(by, county_code, REGISTRARS)
    async with transaction():
        held = await _of_payment(county_code, document_id)
        not_his_own(by, [held.debtor_index] if held.debtor_index else [])
        await books.approve(county_code, document_id, by, at)


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Registered by mistake, as long as finance has no money for it."""
    require_post(by, county_code, REGISTRARS)
    async with transaction():
        await _of_payment(county_code, document_id)
        await books.cancel(county_code, document_id, reason, by, at)


async def _of_payment(county_code: int, document_id: int) -> Recovery:
    """The case, held before its document: two clerks at once come one after the other."""
    found = await store.payment(county_code, document_id)
    held = await store.lock(county_code, found.recovery_id) if found else None
    if held is None:
        raise NotFound
    return held


async def _book(county_code: int, document_id: int, at: datetime) -> None:
    """Finance has the money: it is the fund's again, and the debt is less by it."""
    by = worker(county_code)
    async with transaction():
        held, found = await _of_payment(county_code, document_id), await store.payment(county_code, document_id)
        assert found is not None, "held by it"
        document, place = await books.begin_booking(county_code, document_id, at.date())
        await recovery_books.finish(
            document, [*sides(place, found.amount_fen), *sides("suspense_paid", -found.amount_fen)], by, at
        )
        parts = msgspec.json.decode(found.parts, type=dict[str, int])
        await store.enter(county_code, held.id, "payment", document_id, parts, at.date())
        await tell_taken(county_code, held, found.amount_fen, "您退还的", at)


# ------------------------------------------------------------------ instalments


async def agree(county_code: int, recovery_id: int, count: int, first_on: date, by: Actor, at: datetime) -> int:
    """分期返还协议 over all that can be demanded now (R-355)."""
    require_post(by, county_code, REGISTRARS)
    if not at.date() <= first_on <= at.date() + FIRST_AT_MOST:
        raise Refused(Problem("first-on", "第一期要在今天以后两个月以内。", "first_on"))
    async with transaction():
        held = await held_in(county_code, recovery_id, "noticed", "transferred")
        total = await room(county_code, held)
        try:
            parts = rule.instalments(total, count, first_on)
        except ValueError:
            text = f"分2期到{rule.INSTALMENTS_AT_MOST}期，每期至少{show(rule.INSTALMENT_AT_LEAST)}元。现在可以分期的是{show(total)}元。"
            raise Refused(Problem("count", text, "count")) from None
        before = held.recovered_fen + sum((await store.pending(county_code, recovery_id)).values())
        rows = [(each.due_on, each.amount_fen) for each in parts]
        found = await store.agree(county_code, recovery_id, total, before, rows, at.date(), by.name)
        if found is None:
            raise Refused(Problem("agreed", "已经有一份分期协议。"))
        await store.set_values(county_code, recovery_id, {"due_on": first_on})
        first = f"{first_on:%Y年%m月%d日}"
        body = f"分期协议已经登记：{show(total)}元分{count}期，第一期{first}以前退{show(parts[0].amount_fen)}元。有两期没有按时退的，协议终止，剩下的一次退清。"
        await tell(county_code, held, "分期返还协议", body, at)
        await log(county_code, recovery_id, "recovery.agreed", f"{total} {count}", by, at)
    return found


async def _follow_agreement(county_code: int, recovery_id: int, at: datetime) -> None:
    """Who missed an instalment is told once; after the second one the agreement ends and all of the rest is due."""
    today = at.date()
    async with transaction():
        held = await store.lock(county_code, recovery_id)
        agreed = await store.agreement(county_code, recovery_id)
        if held is None or agreed is None:
            return
        rows = await store.instalments(county_code, agreed.id)
        under_way = sum((await store.pending(county_code, recovery_id)).values())
        paid = held.recovered_fen + under_way - agreed.recovered_before_fen
        found = rule.standing([Instalment(due_on, fen) for due_on, fen, _ in rows], paid, today)
        if held.state not in OPEN or held.recovered_fen - agreed.recovered_before_fen >= agreed.total_fen:
            await store.set_agreement(county_code, agreed.id, "fulfilled")
            return
        if held.due_on != found.next_on and not found.broken:
            await store.set_values(county_code, recovery_id, {"due_on": found.next_on})
        new = [place for place in found.missed if rows[place][2] is None]
        if not new:
            return
        await store.set_missed(county_code, agreed.id, [place + 1 for place in new], today)
        if found.broken:
            await store.set_agreement(county_code, agreed.id, "broken")
            await store.set_values(county_code, recovery_id, {"due_on": today + TO_PAY_ALL})
            body = f"分期协议有{len(found.missed)}期没有按时退还，协议已经终止。剩下的{show(held.open_fen)}元请在{today + TO_PAY_ALL:%Y年%m月%d日}以前退清。"
        else:
            late = rows[new[0]]
            body = f"{late[0]:%Y年%m月%d日}这一期{show(late[1])}元还没有收到，请马上退还。再有一期没有按时退的，协议终止，剩下的要一次退清。"
        await tell(county_code, held, "分期没有按时退还", body, at)
        await log(
            county_code,
            recovery_id,
            "recovery.missed",
            f"{len(found.missed)}{' broken' if found.broken else ''}",
            worker(county_code),
            at,
        )


# ------------------------------------------------------------------ the worker's round


async def follow(county_code: int, at: datetime) -> None:
    """What begins, comes and is missed by itself. What is refused in a closed month stays and is tried again."""
    await open_found(county_code, at)
    await withdraw_reversed(county_code, at)
    for document_id in await queries.payments_due(county_code):
        try:
            await _book(county_code, document_id, at)
        except Refused:
            continue
    for recovery_id in await queries.with_deduction(county_code):
        await recovery_deductions.follow(county_code, recovery_id, at)
    for recovery_id in await queries.with_agreement(county_code):
        await _follow_agreement(county_code, recovery_id, at)
