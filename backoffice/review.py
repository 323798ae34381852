"""Everything the review page puts side by side, gathered once."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from backoffice import due as clocks
from backoffice.due import Due
from db.queries import access, regions, review
from db.queries.review import AttachmentLine, CommitmentLine, DocumentLine, EventLine
from domain import local
from domain.actor import CHANNEL_TITLES, POST_TITLES, Actor, ActorKind, Post
from domain.case import flow, rights
from domain.case.examination import Examination
from domain.case.item import Comparison, Material, ServiceItem
from domain.case.status import ON_A_DESK, TITLES, UNDECIDED, Status
from domain.errors import Finding, NotFound, Problem, Refused, Weight
from domain.items import BY_CODE
from web.answers import Group, read_back
from web.documents.fonts import uncovered

KINDS: dict[str, str] = {
    "started": "开始填写", "asked_resident": "请居民确认", "confirmed": "居民确认", "filed": "受理", "taken": "接手",
    "given_back": "放回", "passed": "初审通过", "approved": "审核通过", "effected": "办结生效", "rejected": "不予通过",
    "supplement_requested": "一次性告知补正", "resubmitted": "补正提交", "sent_back": "退回上一岗位", "held": "挂起",
    "released": "取消挂起", "withdrawn": "申请人撤回", "auto_closed": "自动关闭", "clock_recomputed": "期限重算",
}  # fmt: skip
ACTORS: dict[str, str] = {
    ActorKind.RESIDENT: "居民",
    ActorKind.ASSISTANT: "协办员",
    ActorKind.STAFF: "经办人员",
    ActorKind.SYSTEM: "系统",
}


class Steps(Struct, frozen=True, kw_only=True):
    """What the viewer may do now. `barred` says why nothing, None when something can be done."""

    barred: Problem | None
    preliminary: bool = False
    mine: bool = False
    held: bool = False
    may_send_back: bool = False
    may_supplement: bool = False
    may_approve: bool = False
    on_commitment: bool = False  # approving means: although a source could not be asked


class Review(Struct, frozen=True, kw_only=True):
    case: Any  # db.stores.cases.CaseRow
    item: ServiceItem
    place: str
    status: str
    post: str
    due: Due | None
    assignee: str
    comparisons: list[Comparison]
    findings: list[Finding]
    outcome: str
    groups: list[Group]
    masked: bool
    rare: list[str]  # characters no font has
    materials: list[tuple[Material | None, list[AttachmentLine]]]
    commitments: list[CommitmentLine]
    documents: list[DocumentLine]
    events: list[EventLine]
    points: list[str]  # of the supplement notice
    steps: Steps


async def gather(actor: Actor, case_id: int, at: datetime) -> Review:
    """NotFound outside the viewer's regions. The opening is logged by flow.look."""
    county = actor.scope.county_code
    case, looked = await flow.look(county, case_id, actor, at)
    item, status = BY_CODE[case.item], Status(case.status)
    steps = await _steps(case, looked, actor, at)
    masked = steps.barred is not None
    files = await review.attachments(county, case_id)
    taker = await access.staff_user(county, case.assignee_id, at.date()) if case.assignee_id else None
    return Review(
        case=case,
        item=item,
        place=(await regions.names([case.region_code])).get(case.region_code, ""),
        status=TITLES[status],
        post=POST_TITLES[Post(case.waiting_post)] if case.waiting_post else "",
        due=clocks.due(case, await clocks.today(at.date())) if status in UNDECIDED else None,
        assignee=taker.name if taker else "",
        comparisons=looked.comparisons,
        # What stood when it was decided, not what the effect has made of it since.
        findings=looked.findings if status in UNDECIDED else msgspec.json.decode(case.findings, type=list[Finding]),
        outcome=looked.outcome,
        groups=await read_back(item, case.answers, masked=masked),
        masked=masked,
        rare=uncovered("".join(_texts(case.answers)) + case.subject_name),
        materials=_by_material(item, files),
        commitments=await review.commitments(county, case_id),
        documents=await review.documents(county, case_id),
        events=await review.events(county, case_id),
        points=msgspec.json.decode(case.pause_points) if case.pause_points else [],
        steps=steps,
    )


async def _steps(case: Any, looked: Examination, actor: Actor, at: datetime) -> Steps:
    chain = local.profile(case.profile).chains[case.item]
    if not chain.steps or Status(case.status) not in ON_A_DESK:
        return Steps(barred=Problem("not-open", _why_closed(case)))
    step = chain.steps[case.step]
    try:
        await rights.may_handle(case, step, actor)
    except NotFound:
        return Steps(barred=Problem("not-here", "这件业务不在您的岗位上。"))
    except Refused as refused:
        return Steps(barred=refused.problems[0])  # type: ignore[arg-type]
    waits = any(finding.weight is Weight.WAITS for finding in looked.findings)
    return Steps(
        barred=None,
        preliminary=step.preliminary,
        mine=case.assignee_id == actor.id,
        held=case.held_until is not None and case.held_until > at.date(),
        may_send_back=case.step > 0,
        may_supplement=case.paused_on is None,
        may_approve=step.preliminary or not looked.bars,
        on_commitment=waits and not step.preliminary,
    )


def _why_closed(case: Any) -> str:
    if Status(case.status) is Status.SUPPLEMENT_REQUESTED:
        return "已经请申请人补充材料，补好以后会回到这里，等待的日子不计时。"
    return f"这件业务{TITLES[Status(case.status)]}，不用再办理。"


def _by_material(item: ServiceItem, files: list[AttachmentLine]) -> list[tuple[Material | None, list[AttachmentLine]]]:
    found: list[tuple[Material | None, list[AttachmentLine]]] = [
        (material, [file for file in files if file.material == material.code]) for material in item.materials
    ]
    signatures = [file for file in files if not file.material]
    return [*found, (None, signatures)] if signatures else found


def _texts(answers: Any) -> list[str]:
    """Every text in the answers, those of repeated rows too."""
    if isinstance(answers, dict):
        return [text for value in answers.values() for text in _texts(value)]
    if isinstance(answers, list):
        return [text for value in answers for text in _texts(value)]
    return [answers] if isinstance(answers, str) else []


WORDS = {
    "kinds": KINDS, "actors": ACTORS, "posts": {post.value: title for post, title in POST_TITLES.items()},
    "channels": {channel.value: title for channel, title in CHANNEL_TITLES.items()}, "titles": TITLES,
}  # fmt: skip
