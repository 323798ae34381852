"""追缴和返还 (规程第三十五条、第三十六条; 松山办法第二十八条至第三十一条; R-346…R-362): how a debt begins, who verifies it, who is asked.

What a settlement cannot set off opens a case by itself, once. One person registers, the auditor verifies, another person. Nothing is
asked of anybody before that.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import payments
from db.queries import people as people_query
from db.queries import recovery as queries
from db.queries.recovery import Unsettled
from db.stores import audit, messages, people
from db.stores import recovery as store
from db.stores.recovery import NewRecovery, Recovery
from domain import codes, identity, months
from domain.actor import Actor, Post
from domain.agency import recovery_books, require_post, worker
from domain.agency.adjustment import not_his_own
from domain.errors import NotFound, Problem, Refused
from domain.identity import IdType
from domain.money import Fen, show
from domain.rules.recovery import (
    CARRIED,
    CAUSE_TITLES,
    OTHERS,
    SETTLEMENT,
    Cause,
    demandable,
    spread,
)

REGISTRARS = (Post.COUNTY_AUDITOR, Post.COUNTY_BENEFIT)
VERIFIERS = (Post.COUNTY_AUDITOR,)
OPEN = ("verified", "noticed", "transferred")  # something can come
WORDS_AT_LEAST = 6
MOST_FEN = 100_000_000
RELATIONS = {"0": "本人"} | dict(codes.RELATIONS)


class Debtor(Struct, frozen=True, kw_only=True):
    """Who is asked. `limit_fen`: what he inherited, None where he answers for all of it (R-358)."""

    name: str
    id_number: str
    relation: str
    limit_fen: int | None = None
    limit_note: str = ""


# ------------------------------------------------------------------ how a case begins


async def open_found(county_code: int, at: datetime) -> int:
    """What settlements could not set off (R-327, R-351), each once; returns how many."""
    done = 0
    async with transaction():
        for found in await queries.unsettled(county_code):
            new = NewRecovery(
                person_id=found.person_id, region_code=found.region_code, origin="settlement", facts=_facts(found),
                cause=Cause.WRONG_SETTLEMENT if found.kind == "reversal" else Cause(found.cause), principal_fen=found.recover_fen,
                settlement_id=found.settlement_id, debtor_name=found.debtor_name, debtor_index=found.debtor_index,
                debtor_relation=found.debtor_relation,
            )  # fmt: skip
            made = await store.open_(county_code, new, _principal(found), 0, "系统", at)
            if made is not None:
                await log(
                    county_code,
                    made,
                    "recovery.registered",
                    f"{found.settlement_id} {found.recover_fen}",
                    worker(county_code),
                    at,
                )
                done += 1
    return done


def _facts(found: Unsettled) -> str:
    if found.kind == "reversal":
        return f"注销已经撤销，结算时付出的{show(found.recover_fen)}元要退还。"
    return (
        f"{CAUSE_TITLES[Cause(found.cause)]}：{found.happened_on:%Y年%m月%d日}关系终止，养老金应发到{months.in_words(found.last_month)}，以后的不应再领。"
        f"多发{show(found.overpaid_fen)}元，账户、丧葬补助金等抵扣以后还差{show(found.recover_fen)}元。"
    )  # fmt: skip


def _principal(found: Unsettled) -> dict[str, int]:
    """What was set off covered every part alike; what plans had carried is an item of its own."""
    if found.kind == "reversal":
        return {SETTLEMENT: found.recover_fen}
    overpaid = {item: fen for item, fen in found.overpaid.items() if fen > 0}
    carried = found.overpaid_fen - sum(overpaid.values())
    return spread(found.recover_fen, overpaid | ({CARRIED: carried} if carried > 0 else {}))


async def withdraw_reversed(county_code: int, at: datetime) -> int:
    """The end of the relation was taken back, and with it the debt (R-343)."""
    found = await queries.taken_back(county_code)
    for recovery_id in found:
        async with transaction():
            held = await held_in(county_code, recovery_id, "registered", *OPEN)
            await store.set_values(county_code, recovery_id, {"state": "withdrawn", "due_on": None})
            if held.state != "registered":
                back = f"已经退还的{show(held.recovered_fen)}元，我们会退给您。" if held.recovered_fen else ""
                await tell(county_code, held, "不用再退还", f"注销登记已经撤销，原来通知退还的钱不用再退。{back}", at)
            await log(county_code, recovery_id, "recovery.withdrawn", f"{held.recovered_fen}", worker(county_code), at)
    return len(found)


async def register(
    county_code: int, id_number: str, cause: str, items: Mapping[str, int], facts: str, by: Actor, at: datetime
) -> int:
    """By hand, without an end of the relation (R-347). `items`: 分 by part. Refused while plans compare or take off themselves: the
    same month would be asked back twice."""
    require_post(by, county_code, REGISTRARS)
    wrong = _about(cause, facts)
    total = sum(items.values())
    if (
        any(item not in (*queries.PARTS, *OTHERS) or item == CARRIED or fen <= 0 for item, fen in items.items())
        or not 0 < total <= MOST_FEN
    ):
        wrong.append(Problem("amount", "请分项填写要退的金额，合计要大于0。", "amount"))
    if wrong:
        raise Refused(*wrong)
    async with transaction():
        person_id = await _person(county_code, id_number)
        owing = await store.owing(county_code, person_id)
        if owing and (owing.carried_fen or owing.recheck_from is not None):
            text = (
                "发放计划正在比对或者扣回这个人的待遇，再登记就重复了。扣不回来的，在本页下面“扣不回来的”里转为追缴。"
            )
            raise Refused(Problem("deducting", text, "id_number"))
        return await _opened(county_code, person_id, "desk", Cause(cause), facts.strip(), dict(items), by, at)


async def take_over(county_code: int, person_id: int, cause: str, facts: str, by: Actor, at: datetime) -> int:
    """What plans have still to take off and cannot, because nothing is paid any more: asked back from now on, taken off no more."""
    require_post(by, county_code, REGISTRARS)
    if wrong := _about(cause, facts):
        raise Refused(*wrong)
    async with transaction():
        owing = await store.owing(county_code, person_id)
        if owing is None or not owing.carried_fen:
            raise Refused(Problem("nothing", "这个人没有发放计划扣不回来的钱。"))
        await no_draft(county_code)
        await store.add_carried(county_code, person_id, -owing.carried_fen)
        return await _opened(
            county_code, person_id, "deduction", Cause(cause), facts.strip(), {CARRIED: owing.carried_fen}, by, at
        )


def _about(cause: str, facts: str) -> list[Problem]:
    wrong = []
    if cause not in CAUSE_TITLES:
        wrong.append(Problem("cause", "请选择为什么多领。", "cause"))
    if len(facts.strip()) < WORDS_AT_LEAST:
        wrong.append(Problem("facts", "请写明查到的事实，通知书上会写。", "facts"))
    return wrong


async def _person(county_code: int, id_number: str) -> int:
    number = identity.normalise(IdType.RESIDENT_ID_CARD, id_number)
    found = await people_query.person_id_of(county_code, people_query.id_index_of(number))
    if found is None:
        raise Refused(Problem("nobody", "没有查到这个人。", "id_number"))
    return found


async def _opened(
    county_code: int, person_id: int, origin: str, cause: Cause, facts: str, items: dict[str, int], by: Actor, at: datetime
) -> int:  # fmt: skip
    person = await people.read(county_code, person_id)
    assert person is not None, "found by the number"
    not_his_own(by, [person.id_index])
    alive = cause is not Cause.DEATH
    new = NewRecovery(
        person_id=person_id, region_code=person.region_code, origin=origin, cause=cause, facts=facts, principal_fen=sum(items.values()),
        debtor_name=person.name if alive else "", debtor_index=person.id_index if alive else None, debtor_relation="0" if alive else "",
    )  # fmt: skip
    made = await store.open_(county_code, new, items, by.id, by.name, at)
    assert made is not None, "no settlement"
    await log(county_code, made, "recovery.registered", f"{sum(items.values())} {facts}", by, at)
    return made


# ------------------------------------------------------------------ verified, who is asked


async def verify(county_code: int, recovery_id: int, note: str, by: Actor, at: datetime, *, agrees: bool) -> None:
    """By the auditor, never who registered it (R-346). From now on it is a debt; a case that is not true is withdrawn."""
    require_post(by, county_code, VERIFIERS)
    note = sentence(note, "note", "请写明怎样核实的。")
    async with transaction():
        held = await held_in(county_code, recovery_id, "registered")
        if held.registered_by == by.id:
            raise Refused(Problem("same-person", "自己登记的，要由另一位同事核实。"))
        if not agrees and held.origin == "settlement":
            raise Refused(Problem("settled", "结算出来的金额不能在这里退回；结算有错的，先撤销注销。"))
        await _not_own(county_code, held, by)
        values = {"verified_at": at, "verified_by": by.id, "verified_by_name": by.name, "verified_note": note}
        if agrees and held.origin == "desk":
            items = await store.open_items(county_code, recovery_id)
            values["document_id"] = await recovery_books.demand(held, county_code, items, by, at)
        if not agrees and held.origin == "deduction":
            await store.add_carried(county_code, held.person_id, held.principal_fen)
        await store.set_values(county_code, recovery_id, values | {"state": "verified" if agrees else "withdrawn"})
        await log(county_code, recovery_id, "recovery.verified" if agrees else "recovery.withdrawn", note, by, at)


async def set_debtor(county_code: int, recovery_id: int, new: Debtor, by: Actor, at: datetime) -> None:
    """An heir who was not known, or what he inherited."""
    require_post(by, county_code, REGISTRARS)
    number = identity.normalise(IdType.RESIDENT_ID_CARD, new.id_number)
    wrong = [] if new.name.strip() else [Problem("name", "请填写退款人的姓名。", "name")]
    if said := identity.check(IdType.RESIDENT_ID_CARD, number):
        wrong.append(Problem("id_number", said, "id_number"))
    if new.relation not in RELATIONS:
        wrong.append(Problem("relation", "请选择和参保人的关系。", "relation"))
    if new.limit_fen is not None and (new.limit_fen < 0 or len(new.limit_note.strip()) < WORDS_AT_LEAST):
        wrong.append(Problem("limit", "请写明继承了什么、怎样核实的。", "limit_note"))
    if new.limit_fen is not None and new.relation == "0":
        wrong.append(Problem("limit", "本人的欠款不以遗产为限。", "limit"))
    if wrong:
        raise Refused(*wrong)
    async with transaction():
        held = await held_in(county_code, recovery_id, "registered", *OPEN)
        await _not_own(county_code, held, by)
        await store.set_values(county_code, recovery_id, {
            "debtor_name": new.name.strip(), "debtor_index": people_query.id_index_of(number), "debtor_relation": new.relation,
            "limit_fen": new.limit_fen, "limit_note": new.limit_note.strip(),
        })  # fmt: skip
        limit = "" if new.limit_fen is None else f" {new.limit_fen} {new.limit_note.strip()}"
        await log(county_code, recovery_id, "recovery.debtor", f"{RELATIONS[new.relation]}{limit}", by, at)


async def mark_fraud(county_code: int, recovery_id: int, note: str, by: Actor, at: datetime) -> None:
    """冒领、骗取: marked for the authority, which alone fines (社会保险法第八十八条; R-357)."""
    require_post(by, county_code, VERIFIERS)
    note = sentence(note, "note", "请写明依据什么认为是骗取。")
    async with transaction():
        await held_in(county_code, recovery_id, *OPEN)
        await store.set_values(county_code, recovery_id, {"fraud": True})
        await log(county_code, recovery_id, "recovery.fraud", note, by, at)


# ------------------------------------------------------------------ what the other files of the desk use


async def held_in(county_code: int, recovery_id: int, *states: str) -> Recovery:
    """Held for this transaction. NotFound; Refused in any other state."""
    held = await store.lock(county_code, recovery_id)
    if held is None:
        raise NotFound
    if held.state not in states:
        raise Refused(Problem("other-state", "这一件刚刚已经处理过了，或者还没有核实，请刷新页面。"))
    return held


async def room(county_code: int, held: Recovery, *, voluntary: bool = False) -> Fen:
    """What may still be asked for: open, less what is registered and what plans are taking off."""
    under_way = sum((await store.pending(county_code, held.id)).values())
    deduction = await store.deduction(county_code, held.id)
    under_way += deduction.amount_fen - deduction.recovered_fen if deduction else 0
    whole = held.open_fen if voluntary else demandable(held.open_fen, held.recovered_fen + under_way, held.limit_fen)
    return Fen(max(min(whole, held.open_fen - under_way), 0))


async def _not_own(county_code: int, held: Recovery, by: Actor) -> None:
    person = await people.read(county_code, held.person_id)
    not_his_own(by, [index for index in (held.debtor_index, person.id_index if person else None) if index])


async def no_draft(county_code: int) -> None:
    """Whoever stands in a draft would be another person and be left out of it."""
    plan = await payments.latest(county_code)
    if plan and plan.state == "draft":
        raise Refused(Problem("draft", f"{months.in_words(plan.month)}的发放计划还没有批准，先办完它。"))


def sentence(text: str, field: str, message: str) -> str:
    """Without blanks around. Refused when it is none."""
    if len(text.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", message, field))
    return text.strip()


async def tell(county_code: int, held: Recovery, title: str, body: str, at: datetime) -> None:
    if held.debtor_index is not None:
        await messages.tell(
            county_code=county_code, recipient_index=held.debtor_index, case_id=None, title=title, body=body, at=at
        )


async def tell_taken(county_code: int, held: Recovery, fen: int, whose: str, at: datetime) -> None:
    """`held`: as it was before this came."""
    left = held.open_fen - fen
    rest = f"还差{show(left)}元。" if left else "已经全部还清，谢谢。"
    await tell(county_code, held, "收到退还的钱", f"{whose}{show(fen)}元已经入账，{rest}", at)


async def log(county_code: int, recovery_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "recovery", f"{recovery_id}", detail=detail)
