"""A payment month after its plan: money asked for and there, files, results, booking, the end
(规程第二十八条、第二十九条; R-242…R-268). Each step in its legal order, each by its post. Opens its own transactions.
"""

from datetime import date, datetime

from db.engine import transaction
from db.queries import books as book_queries
from db.stores import books as book_store
from db.stores import exchange, payment_booking
from db.stores import payment_drafts as drafts
from db.stores import payments as store
from db.stores.books import NewDocument
from db.stores.payment_drafts import LeftOut
from db.stores.payments import PlanRow, ToSend, Transfer
from domain import books, months
from domain.actor import Actor, Post
from domain.agency import debit_files, require_post
from domain.books import DocumentKind, sides
from domain.errors import NotFound, Problem, Refused
from domain.exchange import bank as formats
from domain.exchange.bank import Debit
from domain.money import show
from domain.payment_days import transfer_by
from domain.payment_list import DECIDERS, held, leave_out, log, tell
from domain.rules.imprisonment import STOPPING

ACCOUNTANTS = (Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR)
PAYERS = (Post.CASHIER, Post.FINANCE_SUPERVISOR)
CLOSERS = (Post.FINANCE_SUPERVISOR,)
FILE = ("payment",)
ROWS = 100_000  # of one file; banks take up to 150,000


# ------------------------------------------------------------------ money


async def request(county_code: int, plan_id: int, on: date, by: Actor, at: datetime) -> None:
    """用款计划 sent to the finance bureau (R-245)."""
    require_post(by, county_code, ACCOUNTANTS)
    _not_later(on, at, "申请日期")
    async with transaction():
        await held(county_code, plan_id, "approved")
        await store.set_plan(county_code, plan_id, "requested", requested_on=on)
        await log(county_code, at, by, "payment.requested", plan_id, f"{on}")


async def fund(county_code: int, plan_id: int, on: date, by: Actor, at: datetime) -> None:
    """The money is in the expenditure account: the books say so, not the form."""
    require_post(by, county_code, ACCOUNTANTS)
    _not_later(on, at, "到账日期")
    async with transaction():
        plan = await held(county_code, plan_id, "requested")
        there = await book_queries.balance_of(county_code, "expenditure_account")
        free = there - await store.promised(county_code, plan_id)
        if free < plan.total_fen:
            text = f"支出户可以用的有{show(free)}元，这个月要发{show(plan.total_fen)}元。请先从财政专户划入支出户。"
            raise Refused(Problem("not-there", text))
        await store.set_plan(county_code, plan_id, "funded", funded_on=on)
        await log(county_code, at, by, "payment.funded", plan_id, f"{on}")


async def transfer(
    county_code: int, plan_id: int, slip_no: str, on: date, why_late: str, by: Actor, at: datetime
) -> None:
    """The bank has the money, at the latest two working days before the pay day; later only with a reason, which is kept."""
    require_post(by, county_code, PAYERS)
    _not_later(on, at, "划拨日期")
    if not slip_no.strip():
        raise Refused(Problem("no-slip", "请填写银行单据号。", "slip_no"))
    async with transaction():
        plan = await held(county_code, plan_id, "funded")
        latest = await transfer_by(plan.pay_on)
        if plan.funded_on and on < plan.funded_on:
            raise Refused(Problem("before-money", "划拨日期不能早于到账日期。", "on"))
        if on > latest and not why_late.strip():
            text = f"应当在{latest:%m月%d日}以前（发放前两个工作日）划给银行，已经晚了，请写明原因。"
            raise Refused(Problem("late", text, "why_late"))
        await store.set_plan(county_code, plan_id, "transferred", transferred_on=on, transfer_slip=slip_no.strip())
        await log(
            county_code, at, by, "payment.transferred", plan_id, f"{on} {slip_no.strip()} {why_late.strip()}".strip()
        )


def _not_later(on: date, at: datetime, title: str) -> None:
    if on > at.date():
        raise Refused(Problem("future", f"{title}不能晚于今天。", "on"))


# ------------------------------------------------------------------ files


async def write_files(county_code: int, plan_id: int, by: Actor, at: datetime) -> int:
    """The files of everybody who waits for one; how many. Each is one transaction: after a crash the next call goes on where
    this one stopped, with the same bytes it would have written."""
    require_post(by, county_code, PAYERS)
    async with transaction():
        plan = await held(county_code, plan_id, "transferred", "sent")
        await _withdraw(county_code, plan, at)
        await store.pay_nothing(county_code, plan_id, plan.pay_on)
    count = 0
    while await _write_next(county_code, plan_id, by, at):
        count += 1
    if not count:
        async with transaction():
            plan = await held(county_code, plan_id, "transferred", "sent", "settled")
            await _settle(county_code, plan)
    return count


async def _withdraw(county_code: int, plan: PlanRow, at: datetime) -> None:
    """Whose pension has stopped since the approval gets no line in a file (R-258)."""
    stopped = await store.stopped_since(county_code, plan.id, plan.month, STOPPING)
    left = [LeftOut(person_id, "stopped", "") for person_id in stopped]
    await leave_out(county_code, plan.id, plan.month, left, at, taken_in=True)
    if left:
        await store.count_plan(county_code, plan.id)


async def _write_next(county_code: int, plan_id: int, by: Actor, at: datetime) -> bool:
    """One file of one bank; False when nobody waits."""
    async with transaction():
        plan = await held(county_code, plan_id, "transferred", "sent")
        bank = await store.next_bank(county_code, plan_id)
        if bank is None:
            return False
        await exchange.lock_partner(county_code, bank)
        rows = await store.to_send(county_code, plan_id, bank, ROWS)
        batch = formats.batch_number(plan.pay_on, await exchange.next_out(county_code, bank))
        body = formats.encode_debits([_line(county_code, row, batch) for row in rows])
        name, total = formats.payment_file_name(county_code, batch), sum(row.net_fen for row in rows)
        file_id = await debit_files.send(county_code, bank, "payment", name, body, len(rows), total, at)
        await store.sent(county_code, plan_id, file_id, [row.person_id for row in rows])
        await store.set_plan(county_code, plan_id, "sent")
        await log(county_code, at, by, "payment.file_written", plan_id, f"{name} {len(rows)} {total}")
    return True


def _line(county_code: int, row: ToSend, batch: str) -> Debit:
    return Debit(
        participant_no=f"{county_code}-{row.person_id}", name=row.name, id_number=row.id_number, amount_fen=row.net_fen,
        batch_no=batch, account_no=row.account_no, region_code=row.region_code,
    )  # fmt: skip


async def take_return(
    county_code: int,
    file_id: int,
    success: bytes,
    failure: bytes,
    total_fen: int,
    paid_on: date,
    by: Actor,
    at: datetime,
) -> bool:
    """What the bank says of a file; False when just this was said before, and nothing changes. Refused, nothing taken: half an
    answer, lines that are not ours, another total than the bank's own slip, a second answer that differs."""
    require_post(by, county_code, PAYERS)
    async with transaction():
        plan_id = await store.plan_of_file(county_code, file_id)
        if plan_id is None:
            raise NotFound
        plan = await held(county_code, plan_id, "sent", "settled", "closed")
        file = await debit_files.sent(county_code, file_id, FILE)
        if await debit_files.heard(county_code, file, debit_files.digest_of(success, failure)):
            return False
        asked = formats.decode_sent(file.body)
        outcomes = formats.decode_returns(success, failure, asked)
        failed = {row: said.reason for row, said in enumerate(outcomes, start=1) if said.reason}
        _check_slip(
            plan, sum(row.amount_fen for n, row in enumerate(asked, start=1) if n not in failed), total_fen, paid_on, at
        )
        await store.answered(county_code, plan_id, file_id, failed, paid_on)
        await debit_files.answered(county_code, file, success, failure, at)
        await _tell_failed(county_code, file_id, plan, failed, at)
        await _settle(county_code, plan)
        await log(
            county_code,
            at,
            by,
            "payment.returned",
            plan_id,
            f"{file.file_name} {len(asked) - len(failed)} {len(failed)}",
        )
    return True


def _check_slip(plan: PlanRow, fen: int, total_fen: int, paid_on: date, at: datetime) -> None:
    if plan.transferred_on and not plan.transferred_on <= paid_on <= at.date():
        raise Refused(Problem("paid-on", "发放日期不能早于划拨日期，也不能晚于今天。", "paid_on"))
    if fen != total_fen:
        text = f"银行回单合计{show(total_fen)}元，回盘发放成功{show(fen)}元，对不上。请银行核对后重新回盘。"
        raise Refused(Problem("other-total", text, "total"))


async def _tell_failed(county_code: int, file_id: int, plan: PlanRow, failed: dict[int, str], at: datetime) -> None:
    people = await store.people_of_rows(county_code, plan.id, file_id, list(failed))
    found = await store.indexes(county_code, list(people.values()))
    for row, reason in failed.items():
        body = (
            f"{months.in_words(plan.month)}的养老金，银行没有发成：{reason}。请核对您的银行账户，需要换账户的请办理变更发放"
            "账户；换好以后马上重新发。"
        )  # fmt: skip
        await tell(county_code, found[people[row]], "养老金没有发成", body, at)


async def _settle(county_code: int, plan: PlanRow) -> None:
    if plan.state in ("sent", "transferred") and not await store.unfinished(county_code, plan.id):
        await store.set_plan(county_code, plan.id, "settled")


# ------------------------------------------------------------------ what failed


async def reissue(county_code: int, plan_id: int, person_id: int, by: Actor, at: datetime) -> None:
    """The failed money once more, to the account in use now (R-252). It goes with the next file."""
    require_post(by, county_code, DECIDERS)
    async with transaction():
        await held(county_code, plan_id, "sent")
        await _failed(county_code, plan_id, person_id)
        if not await store.next_round(county_code, plan_id, person_id):
            raise Refused(Problem("no-account", "这个人没有可以用的发放账户，请先登记账户。"))
        await log(county_code, at, by, "payment.reissued", plan_id, f"{person_id}")


async def void(county_code: int, plan_id: int, person_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Given up in this month: the months are owed again (R-253)."""
    require_post(by, county_code, DECIDERS)
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么不再重发。", "reason"))
    async with transaction():
        await give_up(county_code, plan_id, person_id, reason.strip(), by, at)


async def give_up(county_code: int, plan_id: int, person_id: int, reason: str, by: Actor, at: datetime) -> None:
    """In the caller's transaction: a failed payment of an open month comes to nothing."""
    plan = await held(county_code, plan_id, "sent")
    await store.give_up(county_code, plan_id, await _failed(county_code, plan_id, person_id), reason[:200])
    await _settle(county_code, plan)
    await log(county_code, at, by, "payment.voided", plan_id, f"{person_id} {reason}")


async def take_out(county_code: int, plan_id: int, person_id: int, reason: str, by: Actor, at: datetime) -> None:
    """In the caller's transaction: who is not in a bank file yet gets nothing of an approved month."""
    plan = await held(county_code, plan_id, "approved", "requested", "funded", "transferred", "sent")
    await drafts.leave_out(county_code, plan_id, [person_id], [reason], taken_in=True)
    await store.count_plan(county_code, plan_id)
    if plan.state == "sent":
        await _settle(county_code, plan)
    await log(county_code, at, by, "payment.taken_out", plan_id, f"{person_id} {reason}")


async def _failed(county_code: int, plan_id: int, person_id: int) -> Transfer:
    found = await store.lock_transfer(county_code, plan_id, person_id)
    if found is None:
        raise NotFound
    if found.state != "failed":
        raise Refused(Problem("other-state", "这一笔刚刚已经处理过了，请刷新页面。"))
    return found


# ------------------------------------------------------------------ booking and the end


async def book(county_code: int, plan_id: int, by: Actor, at: datetime) -> int:
    """支付汇总核对 agrees: one document, one voucher, the accounts charged (R-191, R-192, R-251); returns the document."""
    require_post(by, county_code, ACCOUNTANTS)
    async with transaction():
        plan = await held(county_code, plan_id, "settled")
        if plan.document_id is not None:
            raise Refused(Problem("booked", "这个月已经登过账了。"))
        period = await books.open_period(county_code, at.date())
        paid = await payment_booking.paid(county_code, plan_id)
        title = f"{months.in_words(plan.month)}待遇支付"
        new = NewDocument(kind=DocumentKind.BENEFIT_PAYMENT, business_on=plan.pay_on, region_code=f"{county_code:06d}", title=title,
                          number=f"{plan.month}", run_id=plan.run_id, declared_count=paid.people, declared_fen=paid.net_fen)  # fmt: skip
        document_id = await books.open_document(county_code, new, [], by, at)
        document = await books.locked(county_code, document_id, "draft")
        charged = await payment_booking.charge(county_code, plan_id, document_id, plan.pay_on, at.date())
        lines = [
            *sides("benefit_expense", paid.lines_fen - charged.from_accounts - charged.beyond),
            *sides("pension_from_accounts", charged.from_accounts), *sides("pension_beyond_accounts", charged.beyond),
            *sides("suspense_paid", paid.carried_fen - paid.deducted_fen), *sides("expenditure_account", -paid.net_fen),
        ]  # fmt: skip
        if lines:
            await book_store.write_voucher(
                county_code, period, document_id, at.date(), title, lines, by.id, by.name, at
            )
        await book_store.set_state(document, "booked", by.id, by.name, at)
        await store.set_plan(county_code, plan_id, "settled", document_id=document_id)
        await log(county_code, at, by, "payment.booked", plan_id, f"{paid.people} {paid.net_fen}")
    return document_id


async def close(county_code: int, plan_id: int, by: Actor, at: datetime) -> None:
    """Nothing of the month changes any more; what turns out later is a line of a later month (R-260)."""
    require_post(by, county_code, CLOSERS)
    async with transaction():
        plan = await held(county_code, plan_id, "settled")
        if plan.document_id is None:
            raise Refused(Problem("not-booked", "先登账，再结束这个月的发放。"))
        await store.set_plan(county_code, plan_id, "closed", closed_at=at, closed_by_name=by.name)
        await log(county_code, at, by, "payment.closed", plan_id, "")
