"""待领的结算款 (R-336): what is held of a settlement is paid when its payee brings an account, or when an heir is found."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import leaving
from db.queries import people as people_query
from db.stores import audit, messages
from db.stores import leaving as store
from db.stores.leaving import PayeeRow
from domain import codes, identity
from domain.actor import Actor, Post
from domain.agency import payment_orders, require_post
from domain.errors import NotFound, Problem, Refused
from domain.identity import IdType
from domain.money import show
from domain.settlement_booking import release

POSTS = (Post.COUNTY_ACCOUNT,)


class Heir(Struct, frozen=True, kw_only=True):
    """Somebody who was not known when the relation ended (民法典第一千一百二十七条)."""

    name: str
    id_number: str
    relation: str


async def bring_account(
    county_code: int, settlement_id: int, line_no: int, bank: str, account: str, by: Actor, at: datetime, heir: Heir | None = None
) -> int:  # fmt: skip
    """Orders everything that is held for this payee; returns 分. `heir`: for line 0, where nobody was known. The cashier, another
    person, pays. Refused where nothing is held."""
    require_post(by, county_code, POSTS)
    async with transaction():
        return await _bring(county_code, settlement_id, line_no, bank, account, by, at, heir)


async def own_account(
    county_code: int, settlement_id: int, line_no: int, bank: str, account: str, indexes: Collection[bytes], by: Actor, at: datetime
) -> None:  # fmt: skip
    """The payee himself, or the guardian, names the account for what is held or could not be paid (R-345). `indexes`: every number
    of the actor. NotFound for everybody else."""
    async with transaction():
        row = await store.lock_settlement(county_code, settlement_id)
        payees = await store.payees(county_code, row.termination_id) if row else []
        payee = next((each for each in payees if each.line_no == line_no and _is_of(each, indexes)), None)
        if row is None or payee is None:
            raise NotFound
        orders = await store.orders(county_code, settlement_id)
        failed = [each.order_id for each in orders if each.line_no == line_no and each.state == "failed" and each.order_id]
        if not failed:
            await _bring(county_code, settlement_id, line_no, bank, account, by, at, None)
        for order_id in failed:
            holder, number = payee.guardian_name or payee.name, payment_orders.digits(account)
            await payment_orders.order_again(county_code, order_id, bank, account, by, at, holder)
            await store.set_payee_account(county_code, row.termination_id, line_no, holder, bank.strip(), number)


async def lines_of(county_code: int, settlement_id: int, indexes: Collection[bytes]) -> set[int]:
    """The shares of somebody with these numbers, and of children in his care."""
    found = await leaving.settlement(county_code, settlement_id)
    payees = await store.payees(county_code, found.termination_id) if found else []
    return {each.line_no for each in payees if _is_of(each, indexes)}


def _is_of(payee: PayeeRow, indexes: Collection[bytes]) -> bool:
    guardian = people_query.id_index_of(payee.guardian_number) if payee.guardian_number else None
    return payee.id_index in indexes or guardian in indexes


async def _bring(
    county_code: int, settlement_id: int, line_no: int, bank: str, account: str, by: Actor, at: datetime, heir: Heir | None
) -> int:  # fmt: skip
    wrong = [Problem("bank", "请填写开户银行。", "bank")] if not bank.strip() else []
    if said := payment_orders.check_account(account):
        wrong.append(Problem("account", said, "bank_account"))
    if wrong:
        raise Refused(*wrong)
    row = await store.lock_settlement(county_code, settlement_id)
    ended = await store.lock_termination(county_code, row.termination_id) if row else None
    if ended is None:
        raise NotFound
    payee = await _payee(county_code, ended.id, line_no, heir)
    holder = payee.holder_name or payee.guardian_name or payee.name
    held = await store.held_of_payee(county_code, ended.id, line_no)
    if not held:
        raise Refused(Problem("nothing-held", "没有等着这个人来领的钱。"))
    number = payment_orders.digits(account)
    await store.set_payee_account(county_code, ended.id, line_no, holder, bank.strip(), number)
    payee = next(each for each in await store.payees(county_code, ended.id) if each.line_no == line_no)
    for waiting_id, fen in held:
        await release(county_code, waiting_id, ended, payee, fen, by, at)
    total = sum(fen for _, fen in held)
    body = f"注销结算里您的{show(total)}元，将付到{bank.strip()}尾号{number[-4:]}的账户，到账后再告诉您。"
    await messages.tell(
        county_code=county_code, recipient_index=payee.id_index, case_id=ended.case_id, title="注销结算", body=body, at=at
    )
    detail = f"{line_no} {total}" + (f" {codes.RELATIONS[int(heir.relation) - 1][1]}" if heir else "")
    await audit.write(county_code, at, by.kind, by.id, by.name, "settlement.released", "settlement", f"{settlement_id}", detail=detail)
    return total


async def _payee(county_code: int, termination_id: int, line_no: int, heir: Heir | None) -> PayeeRow:
    known = next((each for each in await store.payees(county_code, termination_id) if each.line_no == line_no), None)
    if known is not None:
        return known
    if line_no or heir is None:
        raise NotFound
    number = identity.normalise(IdType.RESIDENT_ID_CARD, heir.id_number)
    wrong = [] if heir.name.strip() else [Problem("name", "请填写继承人的姓名。", "name")]
    if said := identity.check(IdType.RESIDENT_ID_CARD, number):
        wrong.append(Problem("id_number", said, "id_number"))
    if heir.relation not in dict(codes.RELATIONS):
        wrong.append(Problem("relation", "请选择和参保人的关系。", "relation"))
    if wrong:
        raise Refused(*wrong)
    new = PayeeRow(
        line_no=0, name=heir.name.strip(), id_type=IdType.RESIDENT_ID_CARD, id_number=number, id_index=people_query.id_index_of(number),
        relation=heir.relation, share_percent=100, guardian_name="", guardian_number="", holder_name="", bank="", account="",
    )  # fmt: skip
    await store.add_payees(county_code, termination_id, [new])
    return new
