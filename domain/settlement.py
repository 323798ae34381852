"""注销 (规程第三十七条至第三十九条; R-314…R-345): a relation ends, and what is left of it is settled.

The end takes effect at once: nothing more is paid in or out. The settlement is booked in the same transaction, unless money of
the person is still on its way in a payment month: then the worker makes it as soon as that is known.
"""

from collections.abc import Awaitable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import leaving, people
from db.stores import audit, benefits, death_reports, messages, relations, suspensions
from db.stores import books as book_store
from db.stores import leaving as store
from db.stores.leaving import Ended, NewTermination, PayeeRow
from domain import books, months, payments
from domain.actor import Actor
from domain.agency import worker
from domain.errors import NotFound, Problem, Refused
from domain.rules.settlement import CAUSE_TITLES, Cause
from domain.settlement_booking import book
from domain.settlement_trial import Trial, in_words, trial

__all__ = ["New", "Payee", "Trial", "in_words", "register", "settle", "settle_ready", "supplement_due", "trial", "trial_at_one_moment"]

supplement_due = leaving.supplement_due
ENDED = {Cause.DEATH: "死亡", Cause.NATIONALITY: "丧失国籍", Cause.OTHER_PENSION: "已享受其他基本养老保障待遇"}
TAKEN_OUT = "养老保险关系已经终止，应得的在注销结算里付清。"


class Payee(Struct, frozen=True, kw_only=True):
    """Who gets a share (R-333…R-335). Without an account the money is held until somebody brings one (R-336)."""

    name: str
    id_type: str
    id_number: str
    relation: str
    share_percent: int = 100
    guardian_name: str = ""
    guardian_number: str = ""
    holder_name: str = ""
    bank: str = ""
    account: str = ""


class New(Struct, frozen=True, kw_only=True):
    """`evidence`: comparison, field, judgment or own_word (R-323, R-337). `use_old_account`: everybody is paid to where the pension
    went (R-345). `claims_funeral`: no other funeral grant is drawn (R-332)."""

    person_id: int
    cause: str
    happened_on: date
    evidence: str
    evidence_note: str = ""
    case_id: int | None = None
    payees: tuple[Payee, ...] = ()
    use_old_account: bool = False
    claims_funeral: bool = True


async def trial_at_one_moment(
    county_code: int, person_id: int, cause: str, happened_on: date, on: date, *, claims_funeral: bool
) -> Trial:
    """For a page: all figures as the books stood at one moment, also while a payment month is booked."""
    async with transaction(readonly=True, isolation="repeatable_read"):
        return await trial(county_code, person_id, cause, happened_on, on, claims_funeral=claims_funeral)


async def register(county_code: int, new: New, by: Actor, at: datetime) -> int:
    """Ends the relation in the caller's transaction and opens its settlement; returns the settlement. Refused where it has ended
    before, NotFound for nobody here."""
    if new.happened_on > at.date():
        raise Refused(Problem("future", "日期不能晚于今天。", "happened_on"))
    standing = await _ending(county_code, new.person_id, by, at)
    last = months.month_of(new.happened_on)
    before = {key: standing[key] for key in standing if key != "recheck_from"}
    before |= {"suspensions": await _lift(county_code, new, last, by, at)}
    await relations.set_participation(county_code, new.person_id, 4, 3)
    await relations.leave_debits(county_code, new.person_id, at.date())
    if standing["benefit_state"]:
        await relations.settle_benefit(county_code, new.person_id, last, ENDED[Cause(new.cause)])
    termination_id = await store.add_termination(county_code, NewTermination(
        person_id=new.person_id, account_id=standing["account_id"], case_id=new.case_id, cause=new.cause, happened_on=new.happened_on,
        last_month=last, evidence=new.evidence, evidence_note=new.evidence_note, claims_funeral=new.claims_funeral,
        before=msgspec.json.encode(before).decode(),
    ), by.id, by.name, at)  # fmt: skip
    await store.add_payees(county_code, termination_id, await _payees(county_code, new))
    await messages.queue_exchange(
        county_code, "tax", "registration", {"action": "cancel", "person_id": new.person_id}, new.case_id, at
    )
    detail = f"{new.cause} {new.happened_on} {new.evidence} {new.evidence_note}".strip()
    await audit.write(county_code, at, by.kind, by.id, by.name, "relation.ended", "person", f"{new.person_id}", detail=detail)
    return await store.open_settlement(county_code, termination_id, new.person_id, "settlement", at)


async def _ending(county_code: int, person_id: int, by: Actor, at: datetime) -> dict[str, Any]:
    """Everything as it stands, held; first the payment months, then the books of the month, then the person: whoever books or lets
    somebody go locks in this order too."""
    way = await leaving.under_way(county_code, person_id)
    for plan_id in way.planned:
        await payments.take_out(county_code, plan_id, person_id, TAKEN_OUT, by, at)
    await _give_up(county_code, person_id, way.failed, by, at)
    await book_store.lock_period(county_code, months.month_of(at.date()))
    standing = await relations.standing(county_code, person_id)
    if standing is None:
        raise NotFound
    if standing["participation_status"] == 4 or standing["account_status"] != "open":
        raise Refused(Problem("terminated", "这个人的养老保险关系已经终止，不用再注销。"))
    return standing


async def _give_up(county_code: int, person_id: int, plans: Sequence[int], by: Actor, at: datetime) -> None:
    """A pension that could not be paid is owed to the heirs (R-339)."""
    for plan_id in plans:
        await payments.give_up(county_code, plan_id, person_id, TAKEN_OUT, by, at)


async def _lift(county_code: int, new: New, last: int, by: Actor, at: datetime) -> list[int]:
    """Nothing is stopped any more: the months up to the last one are owed (R-339), but for those of a prisoner (R-363). Returns
    the suspensions of a prisoner, which a reversal brings back."""
    why, prison = f"养老保险关系终止：{CAUSE_TITLES[Cause(new.cause)]}", []
    for suspension_id, reason, first, state in await relations.open_suspensions(county_code, new.person_id):
        if state == "proposed":
            await suspensions.dismiss(county_code, [suspension_id], why, by.id, by.name, at)
            continue
        prison += [suspension_id] if reason == "imprisoned" else []
        await suspensions.lift(
            county_code, [suspension_id], max(first, last), why, pays_arrears=reason != "imprisoned", by=by.id, by_name=by.name,
            at=at, case_id=new.case_id,
        )  # fmt: skip
        await benefits.recheck(county_code, [new.person_id], first)
    if new.cause == Cause.DEATH:
        await death_reports.settle_lines(county_code, new.person_id, ["death"], "true", why, by.id, by.name, at)
    return prison


async def _payees(county_code: int, new: New) -> list[PayeeRow]:
    old = await relations.account_in_use(county_code, new.person_id) if new.use_old_account else None
    return [
        PayeeRow(
            line_no=number, id_index=people.id_index_of(each.id_number),
            **(msgspec.structs.asdict(each) | (dict(zip(("holder_name", "bank", "account"), old, strict=True)) if old else {})),
        )
        for number, each in enumerate(new.payees, start=1)
    ]  # fmt: skip


async def settle(county_code: int, settlement_id: int, by: Actor, at: datetime) -> bool:
    """Books a waiting settlement in the caller's transaction. False while money of the person is on its way; True also for one
    that was booked before. Refused in a closed month, or where an account must be looked at first."""
    row = await store.lock_settlement(county_code, settlement_id)
    if row is None:
        raise NotFound
    if row.state != "waiting":
        return True
    ended = await _held(county_code, row.termination_id)
    way = await leaving.under_way(county_code, ended.person_id)
    await _give_up(county_code, ended.person_id, way.failed, by, at)
    if way.waiting or way.planned:
        return False
    await books.open_period(county_code, at.date())  # one booking after the other: what is looked at now stays so
    if await relations.standing(county_code, ended.person_id) is None:
        raise NotFound
    found = await trial(
        county_code, ended.person_id, ended.cause, ended.happened_on, at.date(), claims_funeral=ended.claims_funeral,
        claimed_on=ended.registered_at.astimezone(at.tzinfo).date(), first=row.kind == "settlement",
    )  # fmt: skip
    await book(county_code, settlement_id, ended, found, by, at)
    return True


async def _held(county_code: int, termination_id: int) -> Ended:
    ended = await store.lock_termination(county_code, termination_id)
    assert ended is not None, "a settlement belongs to a termination"
    return ended


async def settle_ready(county_code: int, at: datetime) -> int:
    """The worker's round: whatever is known by now, each in a transaction of its own; returns how many. What is refused stays on
    the list that the desk looks at."""
    done = 0
    for settlement_id in await leaving.waiting(county_code):
        done += await _try(settle(county_code, settlement_id, worker(county_code), at))
    for termination_id in await leaving.supplement_due(county_code):
        done += await _try(_supplement(county_code, termination_id, at))
    return done


async def _try(work: Awaitable[bool]) -> bool:
    try:
        async with transaction():
            return await work
    except Refused:
        return False


async def _supplement(county_code: int, termination_id: int, at: datetime) -> bool:
    """A settlement of what is new since the last one; none where the news comes to nothing."""
    ended = await _held(county_code, termination_id)
    if ended.state != "registered" or (await leaving.under_way(county_code, ended.person_id)).waiting:
        return False
    if (await trial(county_code, ended.person_id, ended.cause, ended.happened_on, at.date(), first=False)).nothing:
        await relations.benefit_is_settled(county_code, ended.person_id, ended.last_month)
        return False
    new = await store.open_settlement(county_code, termination_id, ended.person_id, "supplement", at)
    return await settle(county_code, new, worker(county_code), at)
