"""代发一个月: the list, a second pair of eyes, the principal's money, and once the bank has answered (delegated_files.py) what is left goes back (R-437).

The money is the principal's: it has an account and vouchers of its own and never meets the fund (规程第四十六条). A person gets a month
of a programme at most once; what was held comes with a later month. Opens its own transactions.
"""

from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import delegated_payments as queries
from db.stores import audit, books, payments
from db.stores import delegated_lists as lists
from db.stores import delegated_payments as store
from db.stores.books import NewDocument, NewReceipt
from db.stores.delegated_payments import MonthRow
from domain import books as desk
from domain import finance, months
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.delegated_decisions import span
from domain.agency.delegated_programmes import CHECKERS, MAKERS
from domain.books import DocumentKind, sides
from domain.errors import NotFound, Problem, Refused
from domain.exchange import workbook
from domain.money import show
from domain.payment_days import pay_day
from domain.payment_list import tell
from domain.payments import ACCOUNTANTS, PAYERS

MOST_TOLD = 100_000
WHY = {
    "no_account": "没有登记可以用的银行账户",
    "asked": "养老金停了，等核实以后再定发不发",
    "stopped": "养老金停发，这一项也不发",
    "dead": "已经去世",
    "verifying": "正在核实是不是已经去世",
    "changed": "名单有变动，以后的月份再发",
    "failed": "银行没有发成",
}
# What somebody can do who is not paid this month.
WHAT_TO_DO = {
    "no_account": "请带身份证和本人的银行卡到乡镇（街道）事务所登记，以后一起补发。",
    "asked": "正在核实，定了以后告诉您。",
}
OUTCOMES = {
    "paid": "已发",
    "left_out": "没有发",
    "returned": "没有发成，退回",
    "planned": "等待发放",
    "sent": "银行正在发",
    "failed": "没有发成",
}


class Slip(Struct, frozen=True, kw_only=True):
    """What stands on the bank's slip."""

    bank: str
    slip_no: str
    on: date
    amount_fen: int


# ------------------------------------------------------------------ the list of a month


async def draft(county_code: int, programme_id: int, month: int, by: Actor, at: datetime) -> int:
    """This month's or the next one's; returns its id. Refused outside the programme's months, a second time, and for nobody."""
    require_post(by, county_code, MAKERS)
    this = months.month_of(at.date())
    if month not in (this, months.after(this)):
        raise Refused(Problem("month", "请选择这个月或者下个月。", "month"))
    async with transaction():
        if await lists.lock_programme(county_code, programme_id) is None:
            raise NotFound
        term = await lists.term_of(county_code, programme_id, month)
        if term is None or (term.last_month is not None and month > term.last_month):
            raise Refused(Problem("no-term", f"这个项目{months.in_words(month)}不发，或者还没有复核通过。", "month"))
        pay_on = max(await pay_day(month, term.pay_day), at.date())
        month_id = await store.add_month(county_code, programme_id, month, pay_on, by.id, by.name, at)
        if month_id is None:
            raise Refused(Problem("month-twice", f"{months.in_words(month)}已经编过，一个月只发一次。", "month"))
        await store.draft(county_code, month_id, programme_id, span(month))
        await store.count_month(county_code, month_id)
        await log(county_code, at, by, "delegated.drafted", month_id, f"{programme_id} {month}")
    return month_id


async def cancel(county_code: int, month_id: int, by: Actor, at: datetime) -> None:
    """Before the money comes. It may be drafted anew."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await held(county_code, month_id, "draft", "reviewed")
        await store.void_lines(county_code, month_id)
        await store.set_month(county_code, month_id, "cancelled")
        await log(county_code, at, by, "delegated.cancelled", month_id, "")


async def review(county_code: int, month_id: int, by: Actor, at: datetime) -> None:
    """By somebody other than who drafted it (R-016). Whoever is not as he was is left out; from now on the principal is asked for the
    total, and people who get nothing know why."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        month = await held(county_code, month_id, "draft")
        if month.drafted_by == by.id:
            raise Refused(Problem("own", "自己编的名单，要由另一位同事复核。"))
        gone = await store.changed(county_code, month_id, month.programme_id, span(month.month))
        await store.take_out(county_code, month_id, gone, "left_out")
        await store.count_month(county_code, month_id)
        month = await held(county_code, month_id, "draft")
        if not month.people:
            raise Refused(Problem("nobody", "这个月没有一个人可以发，请取消这份名单。"))
        await store.set_month(
            county_code, month_id, "reviewed", reviewed_at=at, reviewed_by=by.id, reviewed_by_name=by.name
        )
        await _tell_left_out(county_code, month, at)
        await log(county_code, at, by, "delegated.reviewed", month_id, f"{month.people} {month.total_fen}")


async def _tell_left_out(county_code: int, month: MonthRow, at: datetime) -> None:
    name = await lists.lock_programme(county_code, month.programme_id)
    waiting = [
        each
        for each in await queries.transfers(county_code, month.id, ["left_out"], limit=MOST_TOLD)
        if each.why in WHAT_TO_DO
    ]
    found = await payments.indexes(county_code, [each.person_id for each in waiting])
    for each in waiting:
        body = f"{months.in_words(month.month)}的{name}这次没有发给您：{WHY[each.why]}。{WHAT_TO_DO[each.why]}"
        await tell(county_code, found[each.person_id], f"{name}没有发放", body, at)


# ------------------------------------------------------------------ money


async def fund(county_code: int, month_id: int, slip: Slip, by: Actor, at: datetime) -> None:
    """The principal's money is here, all of it: its own slip, document and voucher."""
    require_post(by, county_code, PAYERS)
    _check(slip, at.date(), "到账日期")
    async with transaction():
        month = await held(county_code, month_id, "reviewed")
        if slip.amount_fen != month.total_fen:
            text = f"名单合计{show(month.total_fen)}元，到账{show(slip.amount_fen)}元，要正好一样。请和委托单位核对。"
            raise Refused(Problem("amount", text, "amount"))
        lines = [*sides("entrusted_account", slip.amount_fen), *sides("entrusted_payable", -slip.amount_fen)]
        document_id = await _book(county_code, DocumentKind.DELEGATED_ARRIVAL, month, lines, slip, by, at)
        await desk.register(county_code, NewReceipt(
            account="entrusted_account", bank=slip.bank, slip_no=slip.slip_no, received_on=slip.on, amount_fen=slip.amount_fen,
            people=month.people, document_id=document_id,
        ), by, at)  # fmt: skip
        await store.set_month(county_code, month_id, "funded", funded_on=slip.on, arrival_id=document_id)
        await log(county_code, at, by, "delegated.funded", month_id, f"{slip.on} {slip.amount_fen}")


def _check(slip: Slip, today: date, title: str) -> None:
    if not slip.bank.strip() or not slip.slip_no.strip():
        raise Refused(Problem("no-slip", "请填写银行和单据号。", "slip_no"))
    if slip.on > today:
        raise Refused(Problem("future", f"{title}不能晚于今天。", "on"))


async def _book(
    county_code: int, kind: DocumentKind, month: MonthRow, lines: list[books.VoucherLine], slip: Slip | None, by: Actor, at: datetime
) -> int:  # fmt: skip
    name = await lists.lock_programme(county_code, month.programme_id)
    new = NewDocument(
        kind=kind, business_on=slip.on if slip else month.pay_on, region_code=f"{county_code:06d}",
        title=f"{desk.KINDS[kind].title} {name} {months.in_words(month.month)}",
        partner=slip.bank.strip() if slip else "", external_no=slip.slip_no.strip() if slip else "",
    )  # fmt: skip
    return await finance.book_plain(county_code, new, lines, at.date(), by, at)


# ------------------------------------------------------------------ the end


async def book(county_code: int, month_id: int, by: Actor, at: datetime) -> None:
    """What the bank paid out, in one voucher."""
    require_post(by, county_code, ACCOUNTANTS)
    async with transaction():
        month = await held(county_code, month_id, "settled")
        people, paid_fen, _ = await store.outcome(county_code, month_id)
        document_id = None
        if paid_fen:
            lines = [*sides("entrusted_payable", paid_fen), *sides("entrusted_account", -paid_fen)]
            document_id = await _book(county_code, DocumentKind.DELEGATED_PAYMENT, month, lines, None, by, at)
        await store.set_month(county_code, month_id, "booked", payment_id=document_id)
        await log(county_code, at, by, "delegated.booked", month_id, f"{people} {paid_fen}")


async def give_back(county_code: int, month_id: int, slip: Slip, by: Actor, at: datetime) -> None:
    """What could not be paid is with the principal again, to the 分."""
    require_post(by, county_code, PAYERS)
    _check(slip, at.date(), "退回日期")
    async with transaction():
        month = await held(county_code, month_id, "booked")
        _, _, left_fen = await store.outcome(county_code, month_id)
        if month.return_id is not None or not left_fen:
            raise Refused(Problem("nothing", "没有要退回的钱。"))
        if slip.amount_fen != left_fen:
            raise Refused(
                Problem(
                    "amount", f"要退回{show(left_fen)}元，单据上是{show(slip.amount_fen)}元，要正好一样。", "amount"
                )
            )
        lines = [*sides("entrusted_payable", left_fen), *sides("entrusted_account", -left_fen)]
        document_id = await _book(county_code, DocumentKind.DELEGATED_RETURN, month, lines, slip, by, at)
        await store.set_month(county_code, month_id, "booked", return_id=document_id)
        await log(county_code, at, by, "delegated.given_back", month_id, f"{slip.on} {left_fen}")


async def close(county_code: int, month_id: int, by: Actor, at: datetime) -> None:
    """Nothing of the month changes any more."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        month = await held(county_code, month_id, "booked")
        if month.return_id is None and (await store.outcome(county_code, month_id))[2]:
            raise Refused(Problem("not-given-back", "先把没有发成的钱退给委托单位，再结束这个月。"))
        await store.set_month(county_code, month_id, "closed", closed_at=at, closed_by_name=by.name)
        await log(county_code, at, by, "delegated.closed", month_id, "")


async def report(county_code: int, month_id: int, by: Actor, at: datetime) -> bytes:
    """The sheet for the principal: everybody of his list with what became of it. Who took it is written down (R-058)."""
    async with transaction():
        month = await queries.month(county_code, month_id)
        if month is None or month.state in ("draft", "cancelled"):
            raise NotFound
        await log(county_code, at, by, "delegated.reported", month_id, "")
    heading = ["姓名", "身份证号码", "所属月份", "金额（元）", "结果", "原因", "发放日期"]
    rows = [
        [row.name, row.id_number, _due(row, month.month), show(row.amount_fen), OUTCOMES[row.state],
         "：".join(filter(None, [WHY.get(row.why, ""), row.reason])), f"{row.paid_on or ''}"]
        for row in await queries.report(county_code, month_id)
    ]  # fmt: skip
    return workbook.write([("发放结果", [heading, *rows])])


def _due(row: queries.ReportRow, month: int) -> str:
    first, last = row.first_month or month, row.last_month or month
    return f"{first}" if first == last else f"{first}—{last}"


async def held(county_code: int, month_id: int, *states: str) -> MonthRow:
    month = await store.lock_month(county_code, month_id)
    if month is None:
        raise NotFound
    if month.state not in states:
        raise Refused(Problem("other-state", "这个月的发放刚刚已经有变化，或者前一步还没有办完，请刷新页面。"))
    return month


async def log(county_code: int, at: datetime, by: Actor, action: str, month_id: int, detail: str) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "delegated_month", f"{month_id}", detail=detail)
