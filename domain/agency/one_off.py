"""一次性待遇调整 (湖南省经办工作流程二十二; R-304…R-306): money for one person, once, with the next plan, never again.

A non-routine power: who asks for it needs an authority granted for it, in force until the approval, and hands it back afterwards.
It adds; what was paid too much comes back by other ways.
"""

from collections.abc import Mapping
from datetime import datetime

from db.engine import transaction
from db.queries import access, payments, pension
from db.queries import benefits as queries
from db.stores import audit, cases, people
from db.stores import one_off as store
from db.stores.one_off import PARTS, OneOff
from domain import months
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_document, require_post
from domain.agency.adjustment import not_his_own
from domain.agency.suspensions import tell, written
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.runs.payment_month import next_pay

BUSINESS = "one_off_adjustment"
MAKERS = (Post.COUNTY_BENEFIT,)
CHECKERS = (Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT)
MOST_FEN = 10_000_000  # a slip of the hand, not a pension


async def propose(
    county_code: int, person_id: int, amounts: Mapping[str, int], reason: str, document: str, by: Actor, at: datetime
) -> int:
    """`amounts`: 分 by part and who pays, as `basic_county`. Refused while a doubt about the pension is open (R-305)."""
    require_post(by, county_code, MAKERS)
    document, reason = require_document(document), written(reason, "reason", "请写明为什么，本人会看到。")
    if any(part.endswith("_central") and part not in PARTS for part in amounts):
        raise Refused(Problem("no-central", "只有基础养老金有中央的钱，这一部分不能填中央。", "central"))
    if any(part not in PARTS or fen < 0 for part, fen in amounts.items()) or not 0 < sum(amounts.values()) <= MOST_FEN:
        raise Refused(Problem("amount", f"请填写金额，合计要大于0，不超过{show(MOST_FEN)}元。", "amount"))
    await _authorised(county_code, by.id, person_id, at)
    async with transaction():
        person, benefit = await people.read(county_code, person_id), await queries.benefit(county_code, person_id)
        if person is None or benefit is None or benefit.state != "confirmed" or not by.scope.covers(person.region_code):
            raise Refused(Problem("nobody", "这个人没有在领取养老金。", "id_number"))
        not_his_own(by, [person.id_index])
        if await _in_doubt(county_code, person_id, person.id_index):
            raise Refused(Problem("in-doubt", "这个人的待遇异议或者重新核定还没有办完，办完以后再调。", "id_number"))
        found = await store.propose(county_code, person_id, amounts, reason, document, by.id, by.name, at)
        if found is None:
            raise Refused(Problem("open", "这个人有一笔一次性调整还在等审核。", "id_number"))
        await _log(county_code, found, "one_off.proposed", f"{sum(amounts.values())} {document}", by, at)
    return found


async def _in_doubt(county_code: int, person_id: int, index: bytes) -> bool:
    corrections = await pension.redeterminations(county_code, person_id)
    if any(each.state in ("proposed", "approved") for each in corrections):
        return True
    return await cases.open_case_of(county_code, "benefit_dispute", index) is not None


async def approve(county_code: int, one_off_id: int, by: Actor, at: datetime) -> None:
    """By the finance post. Refused while a plan is a draft: the person in it would be another and be left out. The person is
    told."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        held = await _held(county_code, one_off_id, "proposed")
        if held.proposed_by == by.id:
            raise Refused(Problem("same-person", "提出和审核不能是同一个人，请另一位同事审核。"))
        not_his_own(by, [held.id_index])
        await _authorised(county_code, held.proposed_by, held.person_id, at)
        await _no_draft(county_code)
        await store.decide(county_code, one_off_id, "approved", by.id, by.name, at)
        month, day = await next_pay(county_code, at.date())
        what = (
            f"您有一笔一次性发放的养老金{show(held.total_fen)}元，原因：{held.reason}。"
            f"和{months.in_words(month)}的养老金一起，在{day.month}月{day.day}日前后发，只发这一次。"
        )
        await tell(county_code, held.person_id, "一次性发放养老金", what, at)
        await _log(county_code, one_off_id, "one_off.approved", f"{held.total_fen}", by, at)


async def cancel(county_code: int, one_off_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Refused by the finance post, or given up by either, as long as no plan holds it."""
    require_post(by, county_code, (*MAKERS, *CHECKERS))
    reason = written(reason, "reason", "请写明为什么不发。")
    async with transaction():
        held = await _held(county_code, one_off_id, "proposed", "approved")
        if held.state == "approved":
            await _no_draft(county_code)
        if held.planned:
            raise Refused(Problem("planned", "这一笔已经列入发放计划，不能再取消。"))
        await store.decide(county_code, one_off_id, "cancelled", by.id, by.name, at, reason=reason)
        if held.state == "approved":
            what = (
                f"原来告诉您的一次性发放{show(held.total_fen)}元不发了，原因：{reason}。有疑问请问乡镇（街道）事务所。"
            )
            await tell(county_code, held.person_id, "一次性发放取消", what, at)
        await _log(county_code, one_off_id, "one_off.cancelled", reason, by, at)


async def _held(county_code: int, one_off_id: int, *states: str) -> OneOff:
    await store.hold(county_code)
    held = await store.lock(county_code, one_off_id)
    if held is None:
        raise NotFound
    if held.state not in states:
        raise Refused(Problem("decided", "这一笔已经有人处理过了，请看最新的名单。"))
    return held


async def _no_draft(county_code: int) -> None:
    plan = await payments.latest(county_code)
    if plan and plan.state == "draft":
        raise Refused(
            Problem("draft", f"{months.in_words(plan.month)}的发放计划还没有批准，先办完它，再办一次性调整。")
        )


async def _authorised(county_code: int, staff_id: int, person_id: int, at: datetime) -> None:
    if not await access.has_authority(county_code, staff_id, BUSINESS, at, person_id=person_id):
        text = "一次性待遇调整是非常规业务，提出的人请先在“非常规权限”里申请，负责人批准以后才能办。"
        raise Refused(Problem("no-authority", text))


async def _log(county_code: int, one_off_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    assert by.kind is ActorKind.STAFF, "an authority is somebody's"
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "one_off", f"{one_off_id}", detail=detail)
