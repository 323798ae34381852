"""抵扣 (规程第三十六条; R-325, R-326): what is about to be paid to somebody who owes is set against the debt instead, gross.

A supplement of a settlement comes when the debt of the first one is open already: its payment order is given up for the debt.
"""

from datetime import datetime

from db.engine import transaction
from db.queries import recovery as queries
from db.stores import recovery as store
from db.stores import refunds as order_store
from domain.actor import Actor
from domain.agency import recovery_books, require_post
from domain.agency.recovery import OPEN, REGISTRARS, held_in, log, room, tell
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.rules.recovery import spread


async def offset(county_code: int, recovery_id: int, order_id: int, by: Actor, at: datetime) -> None:
    """The whole of an order that waits. Refused where it is more than is open, or the cashier was quicker."""
    require_post(by, county_code, REGISTRARS)
    async with transaction():
        held = await held_in(county_code, recovery_id, *OPEN)
        if held.debtor_index is None or order_id not in [
            each.order_id for each in await queries.offsettable(county_code, held.person_id, held.debtor_index)
        ]:
            raise NotFound
        order = await order_store.lock_order(county_code, order_id)
        assert order is not None, "in the list"
        if order.state != "waiting":
            raise Refused(Problem("paid", "这张支付单刚刚已经处理过了，请刷新页面。"))
        most = await room(county_code, held)
        if order.amount_fen > most:
            raise Refused(
                Problem(
                    "too-much",
                    f"支付单{show(order.amount_fen)}元，比现在可以抵扣的{show(most)}元多，请付款以后由他退还。",
                )
            )
        await order_store.set_order(county_code, order_id, "cancelled", reason="抵扣要退还的待遇")
        document = await recovery_books.offset(held, county_code, order.amount_fen, by, at)
        parts = spread(order.amount_fen, await store.open_items(county_code, recovery_id))
        await store.enter(county_code, recovery_id, "settlement", document, parts, at.date())
        left = held.open_fen - order.amount_fen
        body = f"补充结算应付给您的{show(order.amount_fen)}元，已经抵扣要退还的待遇，{f'还差{show(left)}元' if left else '已经全部还清'}。"
        await tell(county_code, held, "抵扣要退还的钱", body, at)
        await log(county_code, recovery_id, "recovery.offset", f"{order_id} {order.amount_fen}", by, at)
