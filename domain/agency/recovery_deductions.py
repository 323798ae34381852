"""从以后的养老金里扣还 (社会保险经办条例第四十六条; R-355): the payment plans take it off; what they have taken is followed here.

A plan takes off what benefit.carried_fen says, whatever it is for: first what it had to take off before.
"""

from datetime import datetime

from db.engine import transaction
from db.queries import recovery as queries
from db.stores import recovery as store
from db.stores.recovery import Deduction, Recovery
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.recovery import OPEN, REGISTRARS, held_in, log, no_draft, room, tell, tell_taken
from domain.errors import Problem, Refused
from domain.money import show
from domain.rules import recovery as rule


async def deduct(county_code: int, recovery_id: int, amount_fen: int, by: Actor, at: datetime) -> int:
    """The debtor draws a pension himself and agrees that the plans take it off (R-355)."""
    require_post(by, county_code, REGISTRARS)
    async with transaction():
        held = await held_in(county_code, recovery_id, "noticed", "transferred")
        owing = await store.owing(county_code, held.person_id)
        if owing is None or owing.state != "confirmed" or held.debtor_relation != "0":
            raise Refused(Problem("not-drawing", "退款人本人正在领养老金的，才能从以后的养老金里扣。"))
        await no_draft(county_code)
        most = await room(county_code, held)
        if not 0 < amount_fen <= most:
            raise Refused(Problem("amount", f"扣的金额要大于0，不超过{show(most)}元。", "amount"))
        found = await store.hand_over(
            county_code, recovery_id, held.person_id, amount_fen, owing.carried_fen, by.name, at
        )
        if found is None:
            raise Refused(Problem("open", "这个人已经有一笔正在从养老金里扣。"))
        await store.add_carried(county_code, held.person_id, amount_fen)
        await tell(
            county_code,
            held,
            "从养老金里扣还",
            f"按您同意的，以后每月的养老金先扣还{show(amount_fen)}元，扣完为止。",
            at,
        )
        await log(county_code, recovery_id, "recovery.deducted", f"{amount_fen}", by, at)
    return found


async def end_deduction(county_code: int, recovery_id: int, by: Actor, at: datetime) -> None:
    """What was not taken off yet is to be paid otherwise."""
    require_post(by, county_code, REGISTRARS)
    await follow(county_code, recovery_id, at)
    async with transaction():
        await held_in(county_code, recovery_id, *OPEN)
        found = await store.deduction(county_code, recovery_id)
        if found is None:
            raise Refused(Problem("none", "没有正在从养老金里扣的。"))
        owing = await store.owing(county_code, found.person_id)
        await no_draft(county_code)
        rest = found.amount_fen - found.recovered_fen
        if owing is None or owing.carried_fen < rest:
            raise Refused(Problem("under-way", "有一部分已经在发放计划里扣，等那个月登账以后再办。"))
        await store.add_carried(county_code, found.person_id, -rest)
        await store.set_deduction(county_code, found.id, found.recovered_fen, "ended")
        await log(county_code, recovery_id, "recovery.deduction_ended", f"{rest}", by, at)


async def follow(county_code: int, recovery_id: int, at: datetime) -> None:
    """What booked plans have taken off; a settlement takes over what they had not."""
    async with transaction():
        held = await store.lock(county_code, recovery_id)
        found = await store.deduction(county_code, recovery_id)
        if held is None or found is None:
            return
        plan, taken = await store.taken(county_code, found.person_id, found.after_plan_id)
        done = rule.deducted(found.amount_fen, found.before_fen, taken)
        if new := done - found.recovered_fen:
            await _enter(county_code, held, "deduction", plan, new, at)
            await store.set_deduction(county_code, found.id, done, "done" if done == found.amount_fen else "open")
            await tell_taken(county_code, held, new, "从养老金里扣还的", at)
        elif settlement := await _settled(county_code, found):
            await _enter(county_code, held, "settlement", settlement, found.amount_fen - done, at)
            await store.set_deduction(county_code, found.id, found.amount_fen, "done")


async def _settled(county_code: int, found: Deduction) -> int | None:
    """Since this was handed over the relation has ended: the settlement has set it off or asks for it itself."""
    owing = await store.owing(county_code, found.person_id)
    if owing is None or owing.state != "settled" or owing.carried_fen:
        return None
    return await queries.settled_with(county_code, found.person_id, await store.handed_over_at(county_code, found.id))


async def _enter(county_code: int, held: Recovery, source: str, reference: int, fen: int, at: datetime) -> None:
    parts = rule.spread(fen, await store.open_items(county_code, held.id))
    await store.enter(county_code, held.id, source, reference, parts, at.date())
