"""发放前核对名单: who is looked at before a month is paid, and who is left out of it, told why (R-246, R-256, R-262). What he is owed
stays owed: a later plan pays it."""

from collections.abc import Sequence
from datetime import datetime

from db.engine import transaction
from db.queries import payments as query
from db.stores import messages
from db.stores import payment_drafts as drafts
from db.stores import payments as store
from db.stores.payment_drafts import LeftOut
from db.stores.payments import PlanRow
from domain import books, months
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.errors import NotFound, Problem, Refused

DECIDERS = (Post.COUNTY_BENEFIT,)
FINDINGS = {
    "first_payment": "第一次发放",
    "no_account": "没有可以用的发放账户",
    "account_changed": "发放账户换过",
    "account_unverified": "账户没有经银行核对",
    "name_differs": "户名和姓名不一致",
    "account_shared": "很多人用同一个账户",
    "failed_thrice": "连着三次没有发成",
    "certification_missing": "资格确认已经过期",
    "certification_expiring": "资格确认这个月到期",
    "suspension_proposed": "有等待核实的暂停",
    "death_match": "死亡名单里有这个人",
    "unusual_amount": "金额和平常不一样",
}
DECISIONS = {"accepted": "可以发", "rejected": "不发", "skipped": "这个月先不发"}
# Why somebody is not in this month's plan, as he reads it. What he is owed comes with a later plan, as arrears.
WHY_LEFT_OUT = {
    "no_account": "没有登记可以用的发放账户。请登记本人的社会保障卡或银行账户。",
    "suspension_proposed": "有一项情况正在核实，核实以前先不发。",
    "changed": "您的待遇刚刚有变动，要重新算。",
    "rejected": "发放前核对没有通过。",
    "skipped": "发放前核对还有情况没有弄清楚。",
    "undecided": "发放前核对还没有办完。",
    "stopped": "您的待遇已经停发。",
}
LATER = "该发给您的，核对清楚以后随下一次发放一起补发。有疑问请问乡镇（街道）事务所。"


async def decide(
    county_code: int, plan_id: int, people: Sequence[int], decision: str, note: str, by: Actor, at: datetime
) -> int:
    """A word on people of the list to be looked at, until the plan is approved; returns on how many."""
    require_post(by, county_code, DECIDERS)
    if decision not in DECISIONS:
        raise Refused(Problem("decision", "请选择发还是不发。", "decision"))
    if decision != "accepted" and not note.strip():
        raise Refused(Problem("no-note", "不发的，请写明原因。", "note"))
    if not people:
        raise Refused(Problem("nobody", "请先勾选要处理的人。", "people"))
    async with transaction():
        plan = await held(county_code, plan_id, "draft")
        if await query.run_state(county_code, plan.run_id) not in ("tried", "reviewed"):
            raise Refused(Problem("other-state", "计划正在计算或者已经批准，不能再改。"))
        done = await store.decide(county_code, plan_id, people, decision, note.strip(), by.id, by.name, at)
        await log(county_code, at, by, "payment.decided", plan_id, f"{decision} {','.join(map(str, people))}"[:500])
    return done


async def leave_out(
    county_code: int, plan_id: int, month: int, people: Sequence[LeftOut], at: datetime, *, taken_in: bool
) -> None:
    """Takes people out of a plan and tells them why, in the caller's transaction."""
    if not people:
        return
    reasons = [WHY_LEFT_OUT[each.why] for each in people]
    await drafts.leave_out(county_code, plan_id, [each.person_id for each in people], reasons, taken_in=taken_in)
    found = await store.indexes(county_code, [each.person_id for each in people])
    for each, reason in zip(people, reasons, strict=True):
        body = (
            f"{months.in_words(month)}的养老金这次没有发给您：{reason}{LATER if each.why != 'stopped' else ''}"
        )
        await tell(county_code, found[each.person_id], "本月养老金没有发放", body, at)


async def tell(county_code: int, recipient: bytes, title: str, body: str, at: datetime) -> None:
    await messages.tell(county_code=county_code, recipient_index=recipient, case_id=None, title=title, body=body, at=at)


async def held(county_code: int, plan_id: int, *states: str) -> PlanRow:
    plan = await store.lock_plan(county_code, plan_id)
    if plan is None:
        raise NotFound
    if plan.state not in states:
        raise Refused(Problem("other-state", "这个月的发放刚刚已经有变化，或者前一步还没有办完，请刷新页面。"))
    return plan


async def log(county_code: int, at: datetime, by: Actor, action: str, plan_id: int, detail: str) -> None:
    await books.log(county_code, at, by, action, plan_id, detail, "payment_plan")
