"""How far a case is and what has happened to it, in words for the person it is about (R-026)."""

from db.queries.portal import CaseRow
from db.queries.review import EventLine
from domain.actor import ActorKind, Post
from domain.case.status import Status
from domain.local import profile as local_profile
from portal.lists import deadline
from web.pages import day, time

Row = tuple[str, str, str]  # title, text, state: done now todo bad

CLOSED_WITHOUT = {
    Status.REJECTED: ("未通过", "bad"),
    Status.WITHDRAWN: ("已撤回", "bad"),
    Status.AUTO_CLOSED: ("已自动关闭", "bad"),
}
DONE = frozenset({Status.APPROVED, Status.EFFECTED, Status.ARCHIVED})

# What the office does among its own desks (taking, giving back, holding) is no news for the applicant.
TOLD: dict[str, str] = {
    "filed": "提交申请，已经收到",
    "confirmed": "本人确认",
    "passed": "初审通过，交给县里审核",
    "supplement_requested": "请您补充",
    "resubmitted": "收到您的补充",
    "approved": "审核通过",
    "effected": "办好，已经生效",
    "rejected": "没有通过",
    "withdrawn": "撤回申请",
    "auto_closed": "自动关闭",
    "clock_recomputed": "放假安排有变化，期限重新计算",
}
WITH_NOTE = frozenset({"supplement_requested", "clock_recomputed", "rejected"})
HOW_CONFIRMED = {"login": "本人登录确认", "code": "短信确认码", "slip": "签名的确认单", "signature": "本人签名"}


def steps(case: CaseRow, events: list[EventLine]) -> list[Row]:
    """Received, each desk in turn, the end."""
    status = Status(case.status)
    filed = next((event for event in events if event.kind == "filed"), None)
    rows: list[Row] = [("已经收到", time(filed.at) if filed else day(case.received_on), "done")]
    chain = local_profile(case.profile).chains[case.item].steps
    ended = status in CLOSED_WITHOUT
    for position, desk in enumerate(chain):
        title = "乡镇初审" if desk.post is Post.TOWNSHIP_CLERK else "县里审核"
        rows.append((title, *_desk(case, status, position)))
    if ended:
        title, state = CLOSED_WITHOUT[status]
        return [row for row in rows if row[2] == "done"] + [(title, day(case.decided_at), state)]
    return [*rows, ("办好", time(case.effected_at), "done" if status in DONE else "todo")]


def _desk(case: CaseRow, status: Status, position: int) -> tuple[str, str]:
    if status in DONE or position < case.step:
        return "", "done"
    if position > case.step or status in CLOSED_WITHOUT:
        return "", "todo"
    if status is Status.SUPPLEMENT_REQUESTED:
        return "等您补充，补好再接着办", "now"
    return deadline(case.due_on, provisional=case.provisional), "now"


def history(events: list[EventLine]) -> list[tuple[str, str]]:
    """(what happened, when and by whom); names of the staff are left to the records."""
    return [(_what(event), f"{time(event.at)}　{_who(event)}") for event in events if event.kind in TOLD]


def _what(event: EventLine) -> str:
    if event.kind == "confirmed":
        return f"{TOLD['confirmed']}（{HOW_CONFIRMED.get(event.note, event.note)}）"
    return TOLD[event.kind] + (f"：{event.note}" if event.note and event.kind in WITH_NOTE else "")


def _who(event: EventLine) -> str:
    if event.actor_kind == ActorKind.STAFF:
        return event.organisation
    if event.actor_kind == ActorKind.SYSTEM:
        return "系统"
    return event.actor_name + ("（协办员）" if event.actor_kind == ActorKind.ASSISTANT else "")
