"""制度衔接 (人社部发〔2014〕17号; R-397…R-406): the account goes to the employee scheme whole, or the one from there comes here and its
years are added. What was paid in both for the same months is given back by the side where the person stays.

The office of the employee scheme is outside: its letters and sheets are typed in by the desk, its money comes and goes through
the bank. Each step has 15 working days.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import accounts, refunds
from db.queries import benefits as benefit_query
from db.queries import books as book_query
from db.queries import linkage as queries
from db.queries import transfers as transfer_query
from db.queries.accounts import Account
from db.stores import audit, books, cases, ledger, messages, people, transfer_accounts
from db.stores import linkage as store
from db.stores import refunds as order_store
from db.stores.books import Document, NewDocument, NewLine
from db.stores.ledger import Entry
from db.stores.linkage import LinkageRow, NewLinkage
from db.stores.people import PersonRow
from db.stores.transfers import Line
from domain import books as desk
from domain import determination, months
from domain.actor import Actor, Post
from domain.agency import require_post, worker
from domain.agency.parameters_import import snapshot
from domain.agency.refunds import Back, give_back
from domain.books import DocumentKind
from domain.case.person_change import RECEIVING
from domain.case.status import UNDECIDED
from domain.errors import NotFound, Problem, Refused, Weight
from domain.funds import Fund
from domain.ledger import Kind
from domain.money import show
from domain.rules import linkage as rule
from domain.rules import refund
from domain.rules.linkage import Direction, Facts
from domain.transfers.departure import settle
from domain.transfers.writing import due_day, entries, finish

OFFICERS = (Post.COUNTY_ACCOUNT,)
ORDER = "linkage"  # kind of the payment order
RECEIPT_ACCOUNT = "income_account"
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


async def standing(
    asked: Asked, person: PersonRow, account: Account, on: date, case_id: int | None, *, draws_there: bool = False
) -> Facts:
    """What rules.linkage.findings asks. `case_id`: the linkage's own."""
    county = person.county_code
    found = await transfer_query.open_business(county, account.id, person.id_index, sorted(UNDECIDED), case_id)
    named = (
        (found.lines, "还没有登账的缴费或调整"), (found.waiting_money, "还没有认定的缴费"), (found.orders, "还没有付出的退款"),
        (found.cases, "办理中的业务"),
    )  # fmt: skip
    receiving = person.contribution_status == RECEIVING and person.participation_status != 4
    return Facts(
        on=on, retired_on=asked.retired_on, employee_months=asked.employee_months,
        participates=person.participation_status in (1, 2) and account.status == "open",
        draws=draws_there or receiving or await transfer_query.draws(county, person.id),
        under_way=await queries.is_open(county, person.id, case_id),
        open_business=tuple(f"{count}件{title}" for count, title in named if count),
    )  # fmt: skip


async def worth(account: Account, county_code: int, on: date) -> int:
    """分 in the account with its interest up to the end of the month; reads only. NegativeBase as rules.interest."""
    balances, _ = await determination.settled(county_code, account, months.month_of(on), await snapshot(county_code))
    return sum(balances.values())


async def begin(county_code: int, person_id: int, asked: Asked, case_id: int, by: Actor, at: datetime) -> int:
    """The decision, in the caller's transaction: the letter goes out, or the account leaves. Looks once more under the locks that
    bookings take too."""
    on = at.date()
    await desk.open_period(county_code, on)
    person = await people.read(county_code, person_id, lock=True)
    account = await accounts.account_of(county_code, person_id)
    if person is None or account is None:
        raise NotFound
    await transfer_accounts.hold_account(county_code, account.id)
    facts = await standing(asked, person, account, on, case_id)
    if bars := [each for each in rule.findings(asked.direction, facts) if each.weight is Weight.BARS]:
        raise Refused(*bars)
    leaves = asked.direction is Direction.TO_EMPLOYEE
    due_on, provisional = await due_day(on, rule.EACH_STEP_DAYS)
    linkage_id = await store.insert(county_code, NewLinkage(
        direction=asked.direction.value, number=asked.letter_no or f"{county_code:06d}-{on.year}-L{case_id}", case_id=case_id,
        person_id=person.id, account_id=account.id, agency=asked.agency, state="sent" if leaves else "asked", asked_on=on, due_on=due_on,
        provisional=provisional, employee_months=asked.employee_months,
        years_here=len(await benefit_query.counted_years(county_code, account.id)),
    ), at)  # fmt: skip
    if linkage_id is None:
        raise Refused(Problem("letter-twice", "这份联系函已经办理过，或者这个人的制度衔接正在办理。"))
    row = await _held(county_code, linkage_id)
    if leaves:
        await _leave(row, person, account, asked, by, at)
    else:
        await _receiving_account(county_code)
        await _log(row, "asked", row.number, by, at)
    return linkage_id


async def _receiving_account(county_code: int) -> None:
    """Refused while the letter could not say where the money is to come."""
    if not await receiving_account(county_code):
        raise Refused(Problem("no-bank-account", "请财务先在“银行账户”里登记收入户，职工养老保险要把钱汇到这个账户。"))


async def receiving_account(county_code: int) -> tuple[str, str, str] | None:
    """(name, bank, number) of the account to which the money comes."""
    known = [row for row in await book_query.bank_accounts(county_code) if row.kind == RECEIPT_ACCOUNT and row.until_on is None]
    return (known[0].account_name, known[0].bank, known[0].account_no) if known else None


# ------------------------------------------------------------------ to the employee scheme


async def _leave(row: LinkageRow, person: PersonRow, account: Account, asked: Asked, by: Actor, at: datetime) -> None:
    """17号第五条 (R-401): the whole account, interest up to this month; the relation here ends."""
    county, on = row.county_code, at.date()
    lines, total = await settle(county, account, months.month_of(on), by, at)
    await _send(row, lines, total, asked.payee, asked.bank, asked.bank_account, by, at)
    if await transfer_accounts.hold_account(county, account.id):
        raise Refused(Problem("left-over", "账户没有结清，请联系技术人员。"))
    before = {"participation": person.participation_status, "contribution": person.contribution_status}
    await transfer_accounts.terminate(county, person.id, account.id, row.case_id, on, before, by.id, by.name, at, "linkage")
    await people.terminate(county, person.id, row.case_id)
    await transfer_accounts.set_account(county, account.id, "settled")
    await transfer_accounts.end_agreements(county, person.id, on)
    await messages.queue_exchange(county, "tax", "registration", {"action": "cancel", "person_id": person.id}, row.case_id, at)
    await _log(row, "left", show(total), by, at)
    body = f"您的城乡居民养老保险账户里的{show(total)}元（连本带息）正转到{row.agency}，并入职工养老保险个人账户，这边的关系同时终止。"
    await _tell(row, "正在转到职工养老保险", body, at)


async def _send(
    row: LinkageRow, lines: Sequence[Line], fen: int, payee: str, bank: str, bank_account: str, by: Actor, at: datetime
) -> None:
    """Out of the account, and ordered to be paid."""
    county, on = row.county_code, at.date()
    document = await _document(row, DocumentKind.TRANSFER_OUT, fen, f"制度衔接转出 {row.name} 转往{row.agency}", by, at)
    await ledger.post(county, document.id, on, entries(row.account_id, Kind.LINKAGE_OUT, lines, on, -1))
    await finish(document, {"transfer_expense": fen, "transit": -fen}, by, at)
    order = await order_store.order(county, document.id, 1, ORDER, payee, bank, bank_account, fen, at) if fen else None
    await store.change(
        county, row.id, total_fen=(row.total_fen or 0) + fen, document_id=document.id, order_id=order, payment_document_id=None
    )


async def _send_on(row: LinkageRow, by: Actor, at: datetime) -> None:
    """What came after the account was closed, a subsidy mostly, follows it to the same account (R-340, R-401)."""
    county = row.county_code
    await desk.open_period(county, at.date())
    fen = await transfer_accounts.hold_account(county, row.account_id)
    if not fen:
        return
    case = await cases.read(county, row.case_id)
    assert case is not None, "a linkage comes from a case"
    left = [each for each in await transfer_accounts.travelling(county, row.account_id) if any(each.amounts.values())]
    lines = [msgspec.structs.replace(each, year=each.year or at.year) for each in left]
    await _send(row, lines, fen, case.answers["payee"], case.answers["bank"], case.answers["bank_account"], by, at)
    await _log(row, "left", show(fen), by, at)
    await _tell(row, "补转到职工养老保险", f"后来到账的{show(fen)}元，也正转到{row.agency}，并入职工养老保险个人账户。", at)


async def finished(county_code: int, linkage_id: int, note: str, by: Actor, at: datetime) -> None:
    """The employee scheme has merged it. Refused before the money has been paid."""
    require_post(by, county_code, OFFICERS)
    async with transaction():
        row = await _held(county_code, linkage_id, "sent")
        if row.total_fen and row.payment_document_id is None:
            raise Refused(Problem("not-paid", "钱还没有付出，付出以后才能办结。"))
        await store.change(county_code, row.id, state="finished", reason=_written(note, "请写明对方什么时候办结的。"), closed_at=at)
        await _log(row, "finished", note, by, at)
        await _tell(row, "已经转到职工养老保险", f"{row.agency}已经把您账户里的钱并入职工养老保险，以后在那边申请养老金。", at)


async def _paid(row: LinkageRow, by: Actor, at: datetime) -> None:
    """The voucher of the payment, once the cashier has paid."""
    assert row.document_id is not None, "an order pays a document"
    newest = await transfer_query.newest_order(row.county_code, row.document_id)
    order = await order_store.lock_order(row.county_code, newest or 0)
    assert order is not None, "an order was given"
    if order.state != "paid":
        return
    fen = order.amount_fen
    await desk.open_period(row.county_code, at.date())
    document = await _document(row, DocumentKind.TRANSFER_PAYMENT, fen, f"制度衔接付款 {row.name} {row.agency}", by, at)
    await finish(document, {"transit": fen, "expenditure_account": -fen}, by, at)
    await store.change(row.county_code, row.id, order_id=newest, payment_document_id=document.id)
    await _log(row, "paid", show(fen), by, at)


# ------------------------------------------------------------------ from the employee scheme


async def answered(
    county_code: int, linkage_id: int, employee: Mapping[int, int], total_fen: int, by: Actor, at: datetime
) -> None:
    """《信息表》: months by year and the amount that follows (R-400: of all relations, gathered there first). Refused where it does
    not fit the conditions."""
    require_post(by, county_code, OFFICERS)
    if not employee:
        raise Refused(Problem("no-months", "请填写每年缴费的月数，例如2015:12 2016:5。", "months"))
    if sum(employee.values()) >= rule.ENOUGH_MONTHS:
        raise Refused(Problem("enough-years", "职工养老保险满15年的，不能转到城乡居民养老保险，请核对信息表。", "months"))
    if max(employee) > at.year:
        raise Refused(Problem("future", "年份不能晚于今年。", "months"))
    if total_fen <= 0:
        raise Refused(Problem("amount", "请填写信息表上个人账户的金额。", "amount"))
    async with transaction():
        row = await _held(county_code, linkage_id, "asked")
        await store.add_months(county_code, row.id, employee)
        document = await _document(row, DocumentKind.TRANSFER_IN, total_fen, f"制度衔接转入 {row.name} 从{row.agency}", by, at)
        due_on, provisional = await due_day(at.date(), rule.EACH_STEP_DAYS)
        await store.change(
            county_code, row.id, state="answered", employee_months=sum(employee.values()), total_fen=total_fen, document_id=document.id,
            due_on=due_on, provisional=provisional,
        )  # fmt: skip
        await _log(row, "answered", f"{sum(employee.values())}个月 {show(total_fen)}", by, at)
        body = f"{row.agency}已经办理转出：缴费{rule.in_words(sum(employee.values()))}，个人账户{show(total_fen)}元。钱足额到账以后马上记入。"
        await _tell(row, "职工养老保险已经转出", body, at)


async def cancel(county_code: int, linkage_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The employee scheme does not agree, or the person does not want it any more. Refused once money has come."""
    require_post(by, county_code, OFFICERS)
    reason = _written(reason, "请写明为什么不办了，本人会看到。")
    async with transaction():
        row = await _held(county_code, linkage_id, "asked", "answered")
        if row.document_id is not None:
            await desk.cancel(county_code, row.document_id, reason, by, at)
        await store.change(county_code, row.id, state="cancelled", reason=reason, closed_at=at)
        await _log(row, "cancelled", reason, by, at)
        await _tell(row, "制度衔接没有办成", f"原因：{reason}。两边的关系和钱都还在原来的地方，没有变。", at)


async def _arrived(row: LinkageRow, by: Actor, at: datetime) -> None:
    """Booked only when the full amount is there; then the overlap goes back and the years are added (R-402, R-404)."""
    county, on = row.county_code, at.date()
    assert row.document_id is not None and row.total_fen is not None
    if sum(fen for _, fen, _ in await books.received(county, row.document_id)) != row.total_fen:
        return
    document, place = await desk.begin_booking(county, row.document_id, on)
    person = await people.read(county, row.person_id, lock=True)
    assert person is not None
    entry = Entry(account_id=row.account_id, kind=Kind.LINKAGE_IN, value_on=on, amounts={Fund.PERSONAL: row.total_fen})
    await ledger.post(county, document.id, on, [entry])
    await finish(document, {place: row.total_fen, "transfer_income": -row.total_fen}, by, at)
    employee = await queries.months(county, row.id)
    here = [year.year for year in await benefit_query.counted_years(county, row.account_id)]
    back = await _give_back(row, rule.overlap(here, employee), by, at)
    together = rule.years(here, employee)
    lines = [Line(line_no=n, year=year, kind="contribution", counts=True, amounts=dict.fromkeys(Fund, 0))
             for n, year in enumerate(together.added, start=1)]  # fmt: skip
    await transfer_accounts.record_years(county, row.account_id, lines, person.household_type, on, joined=True)
    count = len(here) + len(together.added)
    await store.change(
        county, row.id, state="booked", years_here=len(here), years_after=count, rest_months=together.months, refund_fen=back, closed_at=at
    )
    await _log(row, "booked", f"{show(row.total_fen)} {count}", by, at)
    rest = f"，另有{together.months}个月不满一年" if together.months else ""
    refunded = f"两边重复缴费的月份，退回个人缴费和集体补助{show(back)}元。" if back else ""
    body = f"职工养老保险个人账户的{show(row.total_fen)}元已经记入您的账户，缴费年限合计{count}年{rest}。{refunded}"
    await _tell(row, "职工养老保险已经转来", body, at)


async def _give_back(row: LinkageRow, overlap: Mapping[int, int], by: Actor, at: datetime) -> int:
    """Own contributions and assistance of the months paid twice, to the person's own account; the year stays one of his years,
    because the employee scheme paid it. What was refunded before is not refunded again. Returns the 分."""
    case = await cases.read(row.county_code, row.case_id)
    assert case is not None, "a linkage comes from a case"
    total = 0
    for year, count in overlap.items():
        paid = await refunds.paid_year(row.county_code, row.account_id, year)
        amounts = {} if paid.overlap_refunded else refund.overlap({fund: max(paid.booked[fund], 0) for fund in refund.RETURNED}, count)
        if not amounts:
            continue
        await give_back(row.county_code, Back(
            account_id=row.account_id, name=row.name, id_index=row.id_index, year=year, amounts=amounts, reverses=None, counts=True,
            source=paid.document_id, payee=case.answers["payee"], bank=case.answers["bank"],
            bank_account=case.answers["bank_account"], case_id=row.case_id,
        ), by, at)  # fmt: skip
        total += sum(amounts.values())
    return total


# ------------------------------------------------------------------ both


async def follow(county_code: int, at: datetime) -> None:
    """The worker's round: money that came, money that was paid, money that came late. Trouble with one does not keep the others waiting."""
    troubles = list[Exception]()
    for linkage_id in await queries.open_ids(county_code):
        try:
            async with transaction():
                row = await _held(county_code, linkage_id)
                if row.state == "answered":
                    await _arrived(row, worker(county_code), at)
                elif row.order_id is not None and row.payment_document_id is None:
                    await _paid(row, worker(county_code), at)
                else:
                    await _send_on(row, worker(county_code), at)
        except Refused:  # a closed month: it stays on the list
            continue
        except Exception as trouble:  # noqa: BLE001 - raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every linkage could be followed", troubles)


async def _held(county_code: int, linkage_id: int, *states: str) -> LinkageRow:
    row = await store.lock(county_code, linkage_id)
    if row is None:
        raise NotFound
    if states and row.state not in states:
        raise Refused(Problem("other-state", "这件衔接刚刚已经处理过了，请刷新页面。"))
    return row


def _written(text: str, message: str) -> str:
    if len(text.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", message, "reason"))
    return text.strip()


async def _document(row: LinkageRow, kind: DocumentKind, fen: int, title: str, by: Actor, at: datetime) -> Document:
    """Of one line, decided by the case and ready to be booked."""
    new = NewDocument(
        kind=kind, business_on=at.date(), region_code=f"{row.county_code:06d}", case_id=row.case_id, partner=PARTNER, title=title[:200]
    )
    line = NewLine(line_no=1, state="good", name=row.name, id_index=row.id_index, amount_fen=fen, external_no=row.number)
    document_id = await desk.open_document(row.county_code, new, [line], by, at)
    await books.set_state(await desk.locked(row.county_code, document_id, "draft"), "approved", 0, "系统", at)
    return await desk.locked(row.county_code, document_id, "approved")


async def _tell(row: LinkageRow, title: str, body: str, at: datetime) -> None:
    person = await people.read(row.county_code, row.person_id)
    assert person is not None, "a linkage is about somebody here"
    await messages.tell(
        county_code=row.county_code, recipient_index=row.id_index, case_id=row.case_id, title=title, body=body, at=at, phone=person.phone
    )  # fmt: skip


async def _log(row: LinkageRow, step: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(
        row.county_code, at, by.kind, by.id, by.name, f"linkage.{step}", "scheme_linkage", f"{row.id}", detail=detail
    )
