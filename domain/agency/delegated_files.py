"""代发文件和结果: one way out and one way back for the pensions and for these (规程第二十八条、第二十九条). Opens its own transactions."""

from datetime import date, datetime

from db.engine import transaction
from db.stores import delegated_lists as lists
from db.stores import delegated_payments as store
from db.stores import exchange
from db.stores.delegated_payments import Failed, MonthRow
from db.stores.payments import ToSend
from domain import months
from domain.actor import Actor
from domain.agency import debit_files, require_post
from domain.agency.delegated_decisions import span
from domain.agency.delegated_payments import held, log
from domain.agency.delegated_programmes import MAKERS
from domain.errors import NotFound, Problem, Refused
from domain.exchange import bank as formats
from domain.exchange.bank import Debit
from domain.money import show
from domain.payment_list import tell
from domain.payments import PAYERS

FILE = ("delegated",)
ROWS = 100_000  # of one file


async def write_files(county_code: int, month_id: int, by: Actor, at: datetime) -> int:
    """The files of everybody who waits for one; how many. Each is one transaction: after a crash the next call goes on where this one
    stopped, with the same bytes it would have written. Who must not be paid any more gets no line; his money goes back."""
    require_post(by, county_code, PAYERS)
    async with transaction():
        month = await held(county_code, month_id, "funded", "sent")
        gone = await store.changed(county_code, month_id, month.programme_id, span(month.month))
        await store.take_out(county_code, month_id, gone, "returned")
    count = 0
    while await _write_next(county_code, month_id, by, at):
        count += 1
    if not count:
        async with transaction():
            await _settle(county_code, await held(county_code, month_id, "funded", "sent", "settled"))
    return count


async def _write_next(county_code: int, month_id: int, by: Actor, at: datetime) -> bool:
    """One file of one bank; False when nobody waits."""
    async with transaction():
        month = await held(county_code, month_id, "funded", "sent")
        bank = await store.next_bank(county_code, month_id)
        if bank is None:
            return False
        await exchange.lock_partner(county_code, bank)
        rows = await store.to_send(county_code, month_id, bank, ROWS)
        batch = formats.batch_number(month.pay_on, await exchange.next_out(county_code, bank))
        body = formats.encode_debits([_line(county_code, row, batch) for row in rows])
        name, total = formats.delegated_file_name(county_code, batch), sum(row.net_fen for row in rows)
        file_id = await debit_files.send(county_code, bank, FILE[0], name, body, len(rows), total, at)
        await store.sent(county_code, month_id, file_id, [row.person_id for row in rows])
        await store.set_month(county_code, month_id, "sent")
        await log(county_code, at, by, "delegated.file_written", month_id, f"{name} {len(rows)} {total}")
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
    """What the bank says of a file, whole or not at all; False when just this was said before, and nothing changes."""
    require_post(by, county_code, PAYERS)
    async with transaction():
        month_id = await store.month_of_file(county_code, file_id)
        if month_id is None:
            raise NotFound
        month = await held(county_code, month_id, "sent", "settled", "booked", "closed")
        file = await debit_files.sent(county_code, file_id, FILE)
        if await debit_files.heard(county_code, file, debit_files.digest_of(success, failure)):
            return False
        asked = formats.decode_debits(file.body)
        outcomes = formats.decode_returns(success, failure, asked)
        failed = {row: said.reason for row, said in enumerate(outcomes, start=1) if said.reason}
        paid = sum(row.amount_fen for number, row in enumerate(asked, start=1) if number not in failed)
        if not (month.funded_on or paid_on) <= paid_on <= at.date():
            raise Refused(Problem("paid-on", "发放日期不能早于到账日期，也不能晚于今天。", "paid_on"))
        if paid != total_fen:
            text = f"银行回单合计{show(total_fen)}元，回盘发放成功{show(paid)}元，对不上。请银行核对后重新回盘。"
            raise Refused(Problem("other-total", text, "total"))
        await store.answered(county_code, file_id, failed, paid_on)
        await debit_files.answered(county_code, file, success, failure, at)
        await _tell_failed(county_code, file_id, month, failed, at)
        await _settle(county_code, month)
        detail = f"{file.file_name} {len(asked) - len(failed)} {len(failed)}"
        await log(county_code, at, by, "delegated.returned", month_id, detail)
    return True


async def _tell_failed(county_code: int, file_id: int, month: MonthRow, failed: dict[int, str], at: datetime) -> None:
    name = await lists.lock_programme(county_code, month.programme_id)
    found = await store.recipients_of_rows(county_code, file_id, list(failed))
    for row, reason in failed.items():
        body = f"{months.in_words(month.month)}的{name}，银行没有发成：{reason}。请核对您的银行账户，换好以后告诉乡镇（街道）事务所，再发一次。"
        await tell(county_code, found[row], f"{name}没有发成", body, at)


async def _settle(county_code: int, month: MonthRow) -> None:
    if month.state in ("funded", "sent") and not await store.unfinished(county_code, month.id):
        await store.set_month(county_code, month.id, "settled")


async def reissue(county_code: int, month_id: int, person_id: int, by: Actor, at: datetime) -> None:
    """The failed money once more, to the account in use now. It goes with the next file."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await held(county_code, month_id, "sent")
        await _failed(county_code, month_id, person_id)
        if not await store.next_round(county_code, month_id, person_id):
            raise Refused(Problem("no-account", "这个人没有可以用的银行账户，请先登记账户。"))
        await log(county_code, at, by, "delegated.reissued", month_id, f"{person_id}")


async def give_up(county_code: int, month_id: int, person_id: int, reason: str, by: Actor, at: datetime) -> None:
    """It goes back to the principal, who decides what becomes of it: this month is not paid again by itself."""
    require_post(by, county_code, MAKERS)
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么退回，委托单位会看到。", "reason"))
    async with transaction():
        month = await held(county_code, month_id, "sent")
        failed = await _failed(county_code, month_id, person_id)
        await store.give_up(county_code, month_id, failed, reason.strip()[:200])
        await _settle(county_code, month)
        await log(county_code, at, by, "delegated.given_up", month_id, f"{person_id} {reason.strip()}")


async def _failed(county_code: int, month_id: int, person_id: int) -> Failed:
    found = await store.lock_transfer(county_code, month_id, person_id)
    if found is None:
        raise NotFound
    if found.state != "failed":
        raise Refused(Problem("other-state", "这一笔刚刚已经处理过了，请刷新页面。"))
    return found
