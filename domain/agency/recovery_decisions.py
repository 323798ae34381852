"""核销 and 移送 (规程第三十五条、第三十六条; R-350, R-357, R-361): asked by the auditor, decided by the head.

A write-off takes what is open out of the books and is a state of its own. A transfer hands the file to the authority; the debt stays,
and what comes is registered as before.
"""

from datetime import datetime

from db.engine import transaction
from db.stores import recovery as store
from db.stores.recovery import Recovery
from domain.actor import Actor, Post
from domain.agency import recovery_books, require_post
from domain.agency.recovery import OPEN, VERIFIERS, held_in, log, sentence, tell
from domain.errors import Problem, Refused
from domain.money import show

DECIDERS = (Post.COUNTY_HEAD,)
TITLES = {"write_off": "核销", "transfer": "移送处理"}


async def ask(county_code: int, recovery_id: int, kind: str, reason: str, by: Actor, at: datetime) -> int:
    """A transfer only when the day of the notice is over (R-350, R-353)."""
    require_post(by, county_code, VERIFIERS)
    if kind not in TITLES:
        raise Refused(Problem("kind", "请选择申请核销还是移送。", "decision"))
    reason = sentence(reason, "reason", "请写明理由，负责人据此决定。")
    async with transaction():
        held = await held_in(county_code, recovery_id, *OPEN)
        if kind == "transfer" and (held.state != "noticed" or held.due_on is None or held.due_on >= at.date()):
            raise Refused(Problem("too-early", "通知书的期限过了还不退的，才移送。"))
        if kind == "write_off":
            await _nothing_under_way(county_code, held)
        found = await store.ask(county_code, recovery_id, kind, reason, by.id, by.name, at)
        if found is None:
            raise Refused(Problem("asked", "已经有一份申请在等负责人决定。"))
        await log(county_code, recovery_id, f"recovery.{kind}_asked", reason, by, at)
    return found


async def decide(county_code: int, recovery_id: int, by: Actor, at: datetime, *, approves: bool) -> None:
    """By the head, never by who asked."""
    require_post(by, county_code, DECIDERS)
    async with transaction():
        held = await held_in(county_code, recovery_id, *OPEN)
        asked = await store.asked(county_code, recovery_id)
        if asked is None:
            raise Refused(Problem("none", "没有等待决定的申请。"))
        if asked.asked_by == by.id:
            raise Refused(Problem("same-person", "自己申请的，要由别人决定。"))
        await store.decide(
            county_code, asked.id, "approved" if approves else "refused", held.open_fen, by.id, by.name, at
        )
        if approves and asked.kind == "write_off":
            await _write_off(county_code, held, by, at)
        elif approves:
            await store.set_values(county_code, recovery_id, {"state": "transferred"})
            await tell(
                county_code,
                held,
                "已经移送处理",
                f"到期没有退还的{show(held.open_fen)}元，已经移送有关部门依法处理。现在退还仍然可以。",
                at,
            )
        action = f"recovery.{asked.kind}_{'approved' if approves else 'refused'}"
        await log(county_code, recovery_id, action, f"{held.open_fen}", by, at)


async def _write_off(county_code: int, held: Recovery, by: Actor, at: datetime) -> None:
    await _nothing_under_way(county_code, held)
    document = await recovery_books.write_off(held, county_code, by, at)
    await store.enter(
        county_code, held.id, "write_off", document, await store.open_items(county_code, held.id), at.date()
    )


async def _nothing_under_way(county_code: int, held: Recovery) -> None:
    if await store.pending(county_code, held.id) or await store.deduction(county_code, held.id):
        raise Refused(Problem("under-way", "还有退款没有入账，或者正在从养老金里扣，办完再核销。"))
