"""财务岗: money that came is registered, moved between the agency's accounts as they may, and the month is closed.

Opens its own transactions. Registering is the cashier's work, moving and closing the accountant's and the supervisor's
(规程第四十七条; R-461).
"""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import books as queries
from db.stores import books as store
from db.stores.books import NewDocument, NewReceipt, VoucherLine
from domain import books, months, verify
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.books import DocumentKind
from domain.errors import NotFound, Problem, Refused
from domain.money import show

REGISTER = (Post.CASHIER, Post.FINANCE_SUPERVISOR)
MOVE = (Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR)
CLOSE = (Post.FINANCE_SUPERVISOR,)

# From where to where money may go inside the agency (规程第四十八条; ). Whatever is not listed is refused.
MOVEMENTS: dict[tuple[str, str], str] = {
    ("treasury", "fiscal_account"): "国库划入财政专户",
    ("income_account", "fiscal_account"): "收入户划入财政专户",
    ("fiscal_account", "expenditure_account"): "财政专户拨入支出户",
}
# Where the money of a list comes in: from the finance bureau, or from who gives it (湖南省经办工作流程十六、十七).
ARRIVES = {DocumentKind.LAND_LOSS: "fiscal_account", DocumentKind.COLLECTIVE_ASSISTANCE: "income_account"}
# What an account may take in from outside: 支出户 takes only its interest and payments that came back.
MAY_RECEIVE = frozenset({"treasury", "income_account", "fiscal_account"})


class Slip(Struct, frozen=True, kw_only=True):
    """What stands on a bank's slip."""

    account: str
    bank: str
    slip_no: str
    received_on: date
    amount_fen: int
    people: int
    payer: str = ""
    purpose: str = ""


async def register_receipt(county_code: int, slip: Slip, document_id: int | None, by: Actor, at: datetime) -> int:
    """到款登记 (R-471). With a document it pays that one and no more than it declared (R-092); without, the money stands in
    suspense, with a voucher of its own, until somebody knows what it is for."""
    require_post(by, county_code, REGISTER)
    _check(slip, at.date())
    async with transaction():
        suspense = None
        if document_id is None:
            suspense = await _to_suspense(county_code, slip, by, at)
        else:
            await _fits(county_code, document_id, slip.account, slip.account, slip.amount_fen)
        new = NewReceipt(**msgspec.structs.asdict(slip), document_id=document_id, suspense_id=suspense)
        return await books.register(county_code, new, by, at)


def _check(slip: Slip, today: date) -> None:
    problems = []
    if slip.account not in MAY_RECEIVE:
        problems.append(Problem("place", "这个账户不能收这种款。请选择收入户、财政专户或国库。", "account"))
    if not slip.bank.strip() or not slip.slip_no.strip():
        problems.append(Problem("no-slip", "请填写银行和单据号。", "slip_no"))
    if slip.received_on > today:
        problems.append(Problem("future", "到款日期不能晚于今天。", "received_on"))
    if slip.amount_fen <= 0:
        problems.append(Problem("amount", "到款金额要大于0。", "amount"))
    if slip.people < 0:
        problems.append(Problem("people", "人数不能是负数。", "people"))
    if problems:
        raise Refused(*problems)


async def _to_suspense(county_code: int, slip: Slip, by: Actor, at: datetime) -> int:
    new = NewDocument(
        kind=DocumentKind.SUSPENSE, business_on=slip.received_on, region_code=f"{county_code:06d}",
        partner=slip.bank, title=f"暂收款 {slip.bank} {slip.slip_no}",
    )  # fmt: skip
    lines = [VoucherLine(slip.account, slip.amount_fen, 0), VoucherLine("suspense_received", 0, slip.amount_fen)]
    return await book_plain(county_code, new, lines, at.date(), by, at)


async def book_plain(
    county_code: int, new: NewDocument, lines: list[VoucherLine], booked_on: date, by: Actor, at: datetime
) -> int:
    """A document that touches no individual account: written and booked at once."""
    document_id = await books.open_document(county_code, new, [], by, at)
    document = await books.locked(county_code, document_id, "draft")
    period = await books.open_period(county_code, booked_on)
    await store.write_voucher(county_code, period, document_id, booked_on, new.title, lines, by.id, by.name, at)
    await store.set_state(document, "booked", by.id, by.name, at)
    return document_id


async def _fits(county_code: int, document_id: int, place: str, account: str, amount_fen: int) -> None:
    """`place`: where the money stands by the books; `account`: the account it came in on."""
    document = await books.locked(county_code, document_id, "declared", "approved")
    if document.kind == DocumentKind.RECOVERY and document.state == "declared":
        raise Refused(Problem("not-reviewed", "这张稽核退款登记单还没有复核，复核以后再登记到款。", "document_id"))
    if ARRIVES.get(DocumentKind(document.kind), account) != account:
        raise Refused(Problem("arrives", "这种款不应当到这个账户：被征地补贴到财政专户，集体补助到收入户。", "account"))
    there = await store.received(county_code, document_id)
    if any(account != place for account, _, _ in there):
        raise Refused(
            Problem("other-place", "这张单据已有到款登记在别的账户，同一张单据的款要在同一个账户。", "account")
        )
    left = document.total_fen - sum(fen for _, fen, _ in there)
    if amount_fen > left:
        raise Refused(Problem("too-much", f"这张单据还差{show(left)}元，登记{show(amount_fen)}元就多了。", "amount"))


async def match_receipt(county_code: int, receipt_id: int, document_id: int, by: Actor, at: datetime) -> None:
    """Says what money in suspense is for. Once matched it stays matched."""
    require_post(by, county_code, MOVE)
    async with transaction():
        receipt = await store.lock_receipt(county_code, receipt_id)
        if receipt is None:
            raise NotFound
        if receipt.document_id is not None:
            raise Refused(Problem("matched", "这笔到款已经对上单据了。"))
        await _fits(county_code, document_id, "suspense_received", receipt.account, receipt.amount_fen)
        await store.match_receipt(county_code, receipt_id, document_id)
        await books.log(county_code, at, by, "receipt.matched", receipt_id, f"{document_id}", "receipt")


async def move(
    county_code: int, source: str, target: str, amount_fen: int, slip_no: str, on: date, by: Actor, at: datetime
) -> int:
    """Money from one account of the agency to another, as MOVEMENTS allows. Never more than lies there by the books."""
    require_post(by, county_code, MOVE)
    title = MOVEMENTS.get((source, target))
    if title is None:
        raise Refused(Problem("movement", "这两个账户之间不能这样划转。", "target"))
    if not slip_no.strip():
        raise Refused(Problem("no-slip", "请填写银行单据号。", "slip_no"))
    if on > at.date():
        raise Refused(Problem("future", "划转日期不能晚于今天。", "on"))
    async with transaction():
        await books.open_period(county_code, on)  # one movement of a month after the other: the balance below holds
        there = await queries.balance_of(county_code, source)
        if not 0 < amount_fen <= there:
            raise Refused(Problem("amount", f"账上有{show(there)}元，不能划转{show(amount_fen)}元。", "amount"))
        new = NewDocument(
            kind=DocumentKind.MOVEMENT, business_on=on, region_code=f"{county_code:06d}", title=title,
            partner=source, external_no=slip_no.strip(),
        )  # fmt: skip
        lines = [VoucherLine(target, amount_fen, 0), VoucherLine(source, 0, amount_fen)]
        return await book_plain(county_code, new, lines, on, by, at)


async def review_vouchers(county_code: int, period: int, first: int, last: int, by: Actor, at: datetime) -> int:
    """复核: a second person's eyes on the vouchers of one month from `first` to `last`, those of his own making left out
    (R-016); how many he reviewed. Refused when there was none."""
    require_post(by, county_code, MOVE)
    async with transaction():
        count = await store.review_vouchers(county_code, period, first, last, by.id, by.name, at)
        if not count:
            raise Refused(Problem("none-to-review", "没有可以复核的凭证。自己制的凭证要由另一位同事复核。"))
        detail = f"{first}-{last}: {count}"
        await books.log(county_code, at, by, "voucher.reviewed", period, detail, "accounting_period")
        return count


async def set_bank_account(
    county_code: int, kind: str, bank: str, account_name: str, account_no: str, by: Actor, at: datetime
) -> None:
    """Names the agency's account of a kind at a bank from today on; what was there before is ended, not overwritten. It
    stands on the slips people take to the bank (进账单)."""
    require_post(by, county_code, CLOSE)
    problems = [
        Problem("required", f"请填写{title}。", field)
        for field, title, value in (
            ("bank", "银行", bank), ("account_name", "户名", account_name), ("account_no", "账号", account_no),
        )
        if not value.strip()
    ]  # fmt: skip
    if kind not in books.PLACES:
        problems.append(Problem("required", "请选择是哪一种账户。", "kind"))
    if account_no.strip() and not account_no.strip().replace("-", "").isdigit():
        problems.append(Problem("account", "账号只能有数字和短横线。", "account_no"))
    if problems:
        raise Refused(*problems)
    async with transaction():
        await store.set_bank_account(
            county_code, kind, bank.strip(), account_name.strip(), account_no.strip(), at.date()
        )
        await books.log(county_code, at, by, "bank_account.set", 0, f"{kind} {bank.strip()}", "agency_bank_account")


class Obstacle(Struct, frozen=True):
    """What stands in the way of closing a month. `hard`: it cannot be closed; else it needs a reason."""

    text: str
    hard: bool


async def obstacles(county_code: int, period: int) -> list[Obstacle]:
    """What the close looks at: nothing approved and unbooked, 收入户 empty (规程第四十八条 原则上月末无余额), books agree."""
    found = []
    first = months.first_day(period)
    waiting = await queries.unbooked(county_code, first)
    if waiting:
        found.append(Obstacle(f"还有{waiting}张本月的单据已经审核、没有登账。", hard=True))
    report = await verify.county(county_code)
    found += [
        Obstacle(f"账目核对不平：{check.title}（{check.count}处）", hard=True) for check in report.checks if check.count
    ]
    left = await queries.balance_of(county_code, "income_account", period)
    if left:
        found.append(Obstacle(f"收入户月末还有{show(left)}元没有划入财政专户。", hard=False))
    unreviewed = await queries.unreviewed(county_code, period)
    if unreviewed:
        found.append(Obstacle(f"还有{unreviewed}张凭证没有复核。", hard=False))
    suspense = await queries.balance_of(county_code, "suspense_received", period)
    if suspense:
        found.append(Obstacle(f"暂收款还有{show(-suspense)}元没有弄清楚。", hard=False))
    return found


async def close_period(county_code: int, period: int, reason: str, by: Actor, at: datetime) -> None:
    """封账: nothing posts into the month any more. Refused before the month is over, while an earlier month is open, and
    while something hard stands in the way; what is soft needs a reason, which is kept."""
    require_post(by, county_code, CLOSE)
    if not 1 <= period % 100 <= 12 or period >= months.month_of(at.date()):
        raise Refused(Problem("not-over", "这个月还没有过完，不能封账。"))
    found = await obstacles(county_code, period)
    if any(obstacle.hard for obstacle in found):
        raise Refused(*(Problem("obstacle", obstacle.text) for obstacle in found if obstacle.hard))
    if found and not reason.strip():
        raise Refused(Problem("no-reason", "请写明为什么带着这些情况封账。", "reason"))
    async with transaction():
        if await queries.open_before(county_code, period):
            raise Refused(Problem("earlier-open", "前面还有月份没有封账，请按顺序封账。"))
        await books.open_period(county_code, months.first_day(period))
        checks = msgspec.json.encode({"soft": [obstacle.text for obstacle in found], "reason": reason.strip()}).decode()
        await store.close_period(county_code, period, checks, by.id, by.name, at)
        await books.log(county_code, at, by, "period.closed", period, reason, "accounting_period")
