"""停发了养老金的人，代发的要不要接着发: asked person by person and allowance by allowance (R-258, R-292).

Until somebody has said a word nothing is paid and nothing is dropped: the months wait. When the pension comes back the same is asked
of what was held. Death is not asked: it stops everything from the month after.
"""

from datetime import datetime

from db.engine import transaction
from db.queries import delegated_lists as queries
from db.queries.delegated_lists import Asked
from db.stores import audit
from db.stores import delegated_lists as store
from db.stores.delegated_payments import Span
from domain import months
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.suspensions import tell, written
from domain.errors import NotFound, Problem, Refused
from domain.rules.imprisonment import RULES

DECIDERS = (Post.DELEGATED_PAY_OFFICER,)
STOPPING = [situation.value for situation, rule in RULES.items() if not rule.pays]
MONTHS_BACK = 11  # what was not paid for so long comes back only by a new list of the principal
ANSWERS = {
    "stopped": {"pay": "接着发", "stop": "跟着停"},
    "over": {"pay": "接着发，停的月份补发", "pay_from_now": "接着发，停的月份不补", "stop": "不再发"},
}


def span(month: int) -> Span:
    """Months that a payment of `month` may hold."""
    return Span(months.after(month, -MONTHS_BACK), month, STOPPING)


def horizon(at: datetime) -> Span:
    """What is asked about today: up to the next month, so that the word is there before the list."""
    return span(months.after(months.month_of(at.date())))


async def asked_of(county_code: int, programme_id: int, person_id: int, at: datetime) -> Asked | None:
    found = await queries.asked(county_code, horizon(at), person_id=person_id, programme_id=programme_id, limit=1)
    return found[0] if found else None


async def answer(
    county_code: int, programme_id: int, person_id: int, said: str, reason: str, by: Actor, at: datetime
) -> None:
    """A word on everything that is open for this allowance. Refused when nothing is, and without a reason."""
    require_post(by, county_code, DECIDERS)
    reason = written(reason, "reason", "请写明为什么这样决定，例如向委托单位核实的结果。")
    async with transaction():
        name = await store.lock_programme(county_code, programme_id)
        if name is None:
            raise NotFound
        open_now = await asked_of(county_code, programme_id, person_id, at)
        if open_now is None:
            raise Refused(Problem("decided", "这一条刚刚已经处理过了，请看最新的名单。"))
        if said not in ANSWERS[open_now.phase]:
            raise Refused(Problem("answer", "请选择接着发还是不发。", "answer"))
        stops = [(stop.kind, stop.id, "over" if stop.last_month else "stopped") for stop in open_now.stops]
        await store.say(county_code, programme_id, person_id, stops, said, reason, by.id, by.name, at)
        if open_now.phase == "over" and said == "stop":
            await _end(county_code, programme_id, person_id)
        words = ANSWERS[open_now.phase][said]
        await tell(
            county_code,
            person_id,
            f"{name}的发放",
            f"{name}{words}，原因：{reason}。有疑问请问乡镇（街道）事务所。",
            at,
        )
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "delegated.answered", "person", f"{person_id}", reason, f"{programme_id} {said}"
        )  # fmt: skip


async def _end(county_code: int, programme_id: int, person_id: int) -> None:
    """For good: the principal may begin it anew."""
    standing = (await store.standings(county_code, programme_id, [person_id]))[person_id]
    await store.end(county_code, programme_id, person_id, standing.paid_until)
