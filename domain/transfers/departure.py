"""转出地: the account is settled, closed and sent on; its money follows next month, or the province settles it next year
(规程第四十三条; R-372, R-376, R-382…R-385, R-391, R-393)."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.queries import accounts, portal, reference
from db.queries import transfers as queries
from db.queries.accounts import Account
from db.stores import ledger, messages, people, refunds, transfer_accounts
from db.stores import transfers as store
from db.stores.people import PersonRow
from db.stores.transfers import Line, TransferRow
from domain import books, determination, months
from domain.actor import Actor
from domain.agency.parameters_import import snapshot
from domain.benefits import capitalise
from domain.books import DocumentKind
from domain.case.status import UNDECIDED
from domain.errors import Problem, Refused, Weight
from domain.exchange.transfer import Completion, FormLine, LineKind, Outcome, Refusal, YesNo
from domain.funds import Fund
from domain.ledger import Kind
from domain.local import profile
from domain.money import show
from domain.rules import transfer as rule
from domain.rules.interest import NegativeBase
from domain.rules.transfer import Leaving, Money
from domain.transfers.writing import entries, finish, held, note, opened, queue

ORDER = "transfer"  # kind of the payment order
RECEIVING = 3
SUSPENDED = 2


class Trial(Struct, frozen=True, kw_only=True):
    """What would go today, 分; `problem`: why it cannot be reckoned."""

    out_on: date
    settled_month: int
    total_fen: int
    years: int
    problem: str = ""


async def standing(row: TransferRow, person: PersonRow, account: Account, on: date) -> Leaving:
    """What rules.transfer.findings asks."""
    county = row.county_code
    found = await queries.open_business(county, account.id, person.id_index, sorted(UNDECIDED), row.case_id)
    named = (
        (found.cases, "办理中的业务"), (found.lines, "还没有登账的缴费或调整"), (found.waiting_money, "还没有认定的缴费"),
        (found.orders, "还没有付出的退款"),
    )  # fmt: skip
    return Leaving(
        participates=person.participation_status in (1, 2),
        receives=(person.contribution_status == RECEIVING and person.participation_status != 4) or await queries.draws(county, person.id),
        suspended=person.contribution_status == SUSPENDED, same_person=person.name == row.name, on=on, valid_until=row.valid_until,
        open_business=tuple(f"{count}件{title}" for count, title in named if count),
        unreceived_fen=sum((await transfer_accounts.unreceived(county, account.id, on.year)).values()), carried=await carries(county),
    )  # fmt: skip


async def carries(county_code: int) -> bool:
    """Whether subsidies that have not come go along here (R-387)."""
    county = await portal.county(county_code)
    assert county is not None
    return profile(county.profile).allows("transfer_unreceived_subsidies")


async def trial(row: TransferRow, account: Account, on: date) -> Trial:
    """Reads only."""
    out = await _out_on(row, account.id, on)
    month = months.month_of(out)
    try:
        balances, _ = await determination.settled(row.county_code, account, month, await snapshot(row.county_code))
    except (NegativeBase, ValueError):
        return Trial(
            out_on=out, settled_month=month, total_fen=0, years=0, problem="账户里有来源的钱支出多于存入，请先核对"
        )
    lines = await transfer_accounts.travelling(row.county_code, account.id)
    return Trial(
        out_on=out, settled_month=month, total_fen=sum(balances.values()), years=sum(line.counts for line in lines)
    )


async def _out_on(row: TransferRow, account_id: int, on: date) -> date:
    last = await queries.last_business_on(row.county_code, account_id) if on > row.due_on else None
    return rule.out_on(on, row.due_on, last)


async def leave(row: TransferRow, by: Actor, at: datetime) -> None:
    """The decision (审批表 signed): interest is settled, the account goes to nought, participation ends, the form goes out.

    In the caller's transaction. Looks once more at what is open, under the locks that bookings take too."""
    row = await held(row.county_code, row.id, "out", "received")
    assert row.person_id is not None, "a case is about somebody who is here"
    county = row.county_code
    await books.open_period(county, at.date())  # bookings of the county wait for each other here
    person = await people.read(county, row.person_id, lock=True)
    account = await accounts.account_of(county, row.person_id)
    assert person is not None and account is not None, "who participates has an account"
    await transfer_accounts.hold_account(county, account.id)
    facts = await standing(row, person, account, at.date())
    if bars := [each for each in rule.findings(facts) if each.weight is Weight.BARS]:
        raise Refused(*bars)
    out = await _out_on(row, account.id, at.date())
    lines, total = await settle(county, account, months.month_of(out), by, at)
    document = await opened(row, DocumentKind.TRANSFER_OUT, total, f"关系转出 {row.name} 转往{row.other_name}", by, at)
    await ledger.post(county, document.id, at.date(), entries(account.id, Kind.TRANSFER_OUT, lines, at.date(), -1))
    if await transfer_accounts.hold_account(county, account.id):
        raise Refused(Problem("left-over", "账户没有结清，请联系技术人员。"))
    advance = await _advance(row, account.id, len(lines) + 1, at) if facts.carried else None
    held_fen, lines, total = total, [*lines, *([advance] if advance else [])], total + (advance.total_fen if advance else 0)
    await finish(document, {"transfer_expense": held_fen, "suspense_paid": total - held_fen, "transit": -total}, by, at)
    await store.add_lines(county, row.id, lines)
    termination = await transfer_accounts.terminate(
        county, person.id, account.id, row.case_id, out, {"participation": person.participation_status,
        "contribution": person.contribution_status}, by.id, by.name, at,
    )  # fmt: skip
    await _close(row, person, account.id, at)
    form = form_of(row, person, out, lines, total, by, await reference.agency_name(county))
    head = {name: value for name, value in msgspec.to_builtins(form[0]).items() if name in _HEAD}
    await store.change(
        county, row.id, state="sent", out_on=out, settled_month=months.month_of(out), total_fen=total, advanced_fen=total - held_fen,
        document_id=document.id, termination_id=termination, form_sealed=store.sealed(head),
    )  # fmt: skip
    await queue(county, "transfer_form", form, row.case_id, at, row.number)
    await note(row, at, "left", by, f"转出{show(total)}元，{sum(line.counts for line in lines)}年")


_HEAD = frozenset({
    "letter_no", "agency", "name", "first_enrolled_on", "out_on", "settled_month", "years", "total_fen", "handler",
})  # fmt: skip


async def settle(county_code: int, account: Account, month: int, by: Actor, at: datetime) -> tuple[list[Line], int]:
    """Interest up to the end of the month into the books (R-376); then what the account is made of, and all of it."""
    try:
        balances, due = await determination.settled(county_code, account, month, await snapshot(county_code))
    except NegativeBase:
        raise Refused(Problem("interest", "账户里有来源的钱支出多于存入，利息算不出来，请先核对账户。")) from None
    for each in due:
        await capitalise(county_code, account.id, each, by, at, "转出结息")
    await transfer_accounts.settled_year(county_code, account.id, month // 100)
    found = await transfer_accounts.travelling(county_code, account.id)
    lines = [msgspec.structs.replace(line, year=line.year or month // 100) for line in found]
    total = await transfer_accounts.hold_account(county_code, account.id)
    if total != sum(balances.values()) or total != sum(line.total_fen for line in lines):
        raise Refused(Problem("control", "账户余额和各年明细对不上，请先核对账户。"))
    return lines, total


async def _advance(row: TransferRow, account_id: int, line_no: int, at: datetime) -> Line | None:
    """This year's subsidies that have not come, which go along all the same (R-387): the fund advances them until they come."""
    due = await transfer_accounts.unreceived(row.county_code, account_id, at.year)
    if not any(due.values()):
        return None
    return Line(line_no=line_no, year=at.year, kind="contribution", counts=False, amounts=dict.fromkeys((f.value for f in Fund), 0) | due)


async def _close(row: TransferRow, person: PersonRow, account_id: int, at: datetime) -> None:
    county, case_id = row.county_code, row.case_id
    assert case_id is not None, "who is here has a case"
    await people.terminate(county, person.id, case_id)
    await transfer_accounts.set_account(county, account_id, "settled")
    await transfer_accounts.end_agreements(county, person.id, at.date())
    await messages.queue_exchange(
        county, "tax", "registration", {"action": "cancel", "person_id": person.id}, case_id, at
    )


def form_of(
    row: TransferRow, person: PersonRow, out: date, lines: list[Line], total: int, by: Actor, agency: str
) -> list[FormLine]:
    """An account in which nothing ever was still has one row, of noughts."""
    empty = Line(line_no=1, year=out.year, kind="other", counts=False, amounts=dict.fromkeys(Fund, 0))
    assert person.first_enrolled_on is not None, "who participates has enrolled"
    return [
        FormLine(
            letter_no=row.number, in_county=row.other_county, out_county=row.county_code, agency=agency,
            name=person.name, social_security_no=person.id_number, first_enrolled_on=person.first_enrolled_on, out_on=out,
            settled_month=months.month_of(out), years=sum(each.counts for each in lines), total_fen=total, year=line.year,
            kind=LineKind(line.kind), counts=YesNo.YES if line.counts else YesNo.NO, amount_fen=line.total_fen, handler=by.name,
            **{f"{fund}_fen": fen for fund, fen in line.amounts.items()},
        )
        for line in lines or [empty]
    ]  # fmt: skip


async def refuse(row: TransferRow, reason: str, by: Actor, at: datetime) -> None:
    """The relation stays here; the other county hears why."""
    await store.change(row.county_code, row.id, state="refused", reason=reason, closed_at=at)
    told = Refusal(letter_no=row.number, in_county=row.other_county, out_county=row.county_code, reason=reason[:200])
    await queue(row.county_code, "transfer_refusal", [told], row.case_id, at, row.number)
    await note(row, at, "refused", by, reason)


async def completed(county_code: int, told: Completion, by: Actor, at: datetime) -> None:
    """办结反馈 of the other county. A second one changes nothing."""
    row = await store.lock_number(county_code, "out", told.letter_no)
    if row is None:
        raise Refused(Problem("unknown-letter", f"没有编号为{told.letter_no}的转出。"))
    if row.state != "sent":
        return
    if told.outcome is Outcome.DONE:
        await store.change(county_code, row.id, state="finished", booked_on=told.booked_on, closed_at=at)
        await note(row, at, "finished", by, f"{row.other_name}已经记入{show(told.total_fen)}元")
        return
    state = (await queries.order_state(county_code, row.order_id))[0] if row.order_id else ""
    if state in ("sent", "paid"):  # the money has left: somebody must fetch it back first
        await store.change(
            county_code, row.id, reason=f"转入地没有确认：{told.reason}，但是钱已经付出，请联系转入地退回"
        )
        await note(row, at, "not_confirmed", by, told.reason)
        return
    if row.order_id:
        await refunds.set_order(county_code, row.order_id, "cancelled", reason="转入地没有确认，转出取消")
    await _take_back(row, told.reason, by, at)


async def _take_back(row: TransferRow, reason: str, by: Actor, at: datetime) -> None:
    """取消转出 (R-381): the opposite entries, and everything stands as it stood. The interest that was settled stays."""
    assert row.person_id is not None and row.total_fen is not None
    county = row.county_code
    await books.open_period(county, at.date())
    account = await accounts.account_of(county, row.person_id)
    assert account is not None
    lines = await queries.lines(county, row.id)
    document = await opened(
        row, DocumentKind.TRANSFER_OUT, row.total_fen, f"取消转出 {row.name} {row.other_name}", by, at
    )
    await ledger.post(county, document.id, at.date(), entries(account.id, Kind.TRANSFER_OUT, lines, at.date(), 1))
    held_fen = row.total_fen - row.advanced_fen
    await finish(document, {"transit": row.total_fen, "transfer_expense": -held_fen, "suspense_paid": -row.advanced_fen}, by, at)
    before = await transfer_accounts.end_termination(county, row.person_id, row.case_id, by.name, at)
    await transfer_accounts.set_account(county, account.id, "open")
    await transfer_accounts.set_participation(county, row.person_id, before["participation"], before["contribution"])
    await store.change(county, row.id, state="cancelled", reason=reason, advanced_fen=0, closed_at=at)
    await note(row, at, "cancelled", by, reason)
    body = f"您的养老保险关系没有转成，还在本县，账户里的钱和年限都没有变。原因：{reason}。"
    await messages.tell(
        county_code=county,
        recipient_index=row.id_index,
        case_id=row.case_id,
        title="关系转移没有办成",
        body=body,
        at=at,
    )


async def pay(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """Next month's payment (R-376): its order, and when the cashier has paid, its voucher. Until then it is owed (R-393)."""
    row = await store.lock(county_code, transfer_id)
    if row is None or row.money != Money.CASH or not row.total_fen or row.document_id is None or row.out_on is None:
        return
    if row.state not in ("sent", "finished") or months.month_of(at.date()) < rule.payment_month(row.out_on):
        return
    if row.order_id is None:
        letter = row.letter
        order = await refunds.order(
            county_code,
            row.document_id,
            1,
            ORDER,
            letter["payee"],
            letter["bank"],
            letter["bank_account"],
            row.total_fen,
            at,
        )
        await store.change(county_code, row.id, order_id=order)
        await note(row, at, "ordered", by, show(row.total_fen))
        return
    newest = await queries.newest_order(county_code, row.document_id)
    if newest is not None and newest != row.order_id:
        await store.change(county_code, row.id, order_id=newest)
    state, paid_on = await queries.order_state(county_code, newest or row.order_id)
    if state == "paid" and row.payment_document_id is None:
        document = await opened(
            row, DocumentKind.TRANSFER_PAYMENT, row.total_fen, f"关系转出付款 {row.name} {row.other_name}", by, at
        )
        await finish(document, {"transit": row.total_fen, "expenditure_account": -row.total_fen}, by, at)
        await store.change(county_code, row.id, payment_document_id=document.id)
        await note(row, at, "paid", by, f"{paid_on:%Y-%m-%d}")
