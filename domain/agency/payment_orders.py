"""财务支付单 (R-156, R-164, R-173, R-345): money that leaves for a refund, an adjustment or a settlement, paid by the cashier outside and told here."""

from datetime import date, datetime

import msgspec

from db.engine import transaction
from db.stores import leaving, messages
from db.stores import refunds as store
from db.stores.refunds import Order
from domain import books
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.errors import NotFound, Problem, Refused
from domain.exchange.tax import TAX, RefundDone
from domain.money import show

PAYERS = (Post.CASHIER, Post.FINANCE_SUPERVISOR)
CORRECTORS = (Post.COUNTY_COLLECTION, Post.COUNTY_ACCOUNT)


async def paid(county_code: int, order_id: int, paid_on: date, by: Actor, at: datetime) -> None:
    """The bank has paid."""
    require_post(by, county_code, PAYERS)
    async with transaction():
        order = await _held(county_code, order_id, "waiting")
        if not order.created_at.astimezone(at.tzinfo).date() <= paid_on <= at.date():
            raise Refused(Problem("paid-on", "付款日期不能早于支付单，也不能晚于今天。", "paid_on"))
        await store.set_order(county_code, order_id, "paid", paid_on)
        await _tell_payee(county_code, order, paid_on, at)
        await _tell_heir(county_code, order, paid_on, at)
        await _tell_tax(county_code, order.document_id, paid_on, at)
        await books.log(county_code, at, by, "payment.paid", order_id, f"{paid_on}", "payment_order")


async def _tell_payee(county_code: int, order: Order, paid_on: date, at: datetime) -> None:
    """Nobody is told of money that went elsewhere than to himself (R-163)."""
    owner = await store.owner(county_code, order.document_id, order.line_no or 0)
    if owner and owner[0] == order.payee_name:
        body = f"退给您的{show(order.amount_fen)}元已于{paid_on:%Y年%m月%d日}付到您的银行账户，请查收。"
        await messages.tell(
            county_code=county_code, recipient_index=owner[1], case_id=None, title="退费已经付款", body=body, at=at
        )


async def _tell_heir(county_code: int, order: Order, paid_on: date, at: datetime) -> None:
    """Whoever gets a share of what somebody left."""
    found = await leaving.payee_of_order(county_code, order.id)
    if found:
        body = f"{found[0]}的养老保险注销结算，付给您的{show(order.amount_fen)}元已于{paid_on:%Y年%m月%d日}付到{order.payee_name}的银行账户，请查收。"
        await messages.tell(
            county_code=county_code, recipient_index=found[1], case_id=None, title="注销结算已经付款", body=body, at=at
        )


async def _tell_tax(county_code: int, document_id: int, paid_on: date, at: datetime) -> None:
    """退费信息 of what the bureau had collected (规程第十三条; R-491)."""
    told = await store.paid_back(county_code, document_id)
    if told:
        body = msgspec.to_builtins(RefundDone(refunded_on=paid_on, **msgspec.structs.asdict(told)))
        await messages.queue_exchange(county_code, TAX, "refund_done", body, None, at)


async def failed(county_code: int, order_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The bank could not pay."""
    require_post(by, county_code, PAYERS)
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明银行没有付成的原因。", "reason"))
    async with transaction():
        await _held(county_code, order_id, "waiting")
        await store.set_order(county_code, order_id, "failed", reason=reason.strip()[:200])
        await books.log(county_code, at, by, "payment.failed", order_id, reason.strip(), "payment_order")


async def again(county_code: int, order_id: int, bank: str, account: str, by: Actor, at: datetime) -> int:
    """A new order to another account of the same payee, for one that failed; returns it (R-173)."""
    require_post(by, county_code, CORRECTORS)
    async with transaction():
        return await order_again(county_code, order_id, bank, account, by, at)


async def order_again(
    county_code: int, order_id: int, bank: str, account: str, by: Actor, at: datetime, payee: str = ""
) -> int:
    """As again, in the caller's transaction, who has seen to it that `by` may name the account. `payee`: another holder."""
    problems = []
    if not bank.strip():
        problems.append(Problem("bank", "请填写开户银行。", "bank"))
    if wrong := check_account(account):
        problems.append(Problem("account", wrong, "bank_account"))
    if problems:
        raise Refused(*problems)
    order = await _held(county_code, order_id, "failed")
    await store.set_order(county_code, order_id, "cancelled", reason="已改账户重新支付")
    new = await store.order(county_code, order.document_id, order.line_no, order.kind, payee or order.payee_name, bank.strip(),
                            digits(account), order.amount_fen, at)  # fmt: skip
    await leaving.reordered(county_code, order_id, new)
    await books.log(county_code, at, by, "payment.ordered_again", new, f"{order_id}", "payment_order")
    return new


def check_account(text: str) -> str | None:
    """A complaint in plain words, or None."""
    number = digits(text)
    good = number.isascii() and number.isdigit() and 8 <= len(number) <= 32
    return None if good else "请填写银行账号，8到32位数字。"


def mask_account(text: str) -> str:
    """First three and last four digits, enough to recognise one's own card (R-277)."""
    number = digits(text)
    return f"{number[:3]}{'*' * max(len(number) - 7, 4)}{number[-4:]}"


def digits(text: str) -> str:
    return "".join(text.split()).replace("-", "")


async def _held(county_code: int, order_id: int, state: str) -> Order:
    order = await store.lock_order(county_code, order_id)
    if order is None:
        raise NotFound
    if order.state != state:
        raise Refused(Problem("other-state", "这张支付单刚刚已经处理过了，请刷新页面。"))
    return order
