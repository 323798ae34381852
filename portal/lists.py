"""A case as a line of a list: what it is called, how it stands, by when, and where a click leads."""

from datetime import date

from msgspec import Struct

from db.queries.portal import CaseLine
from domain.case.notices import day
from domain.case.status import TITLES, UNDECIDED, Status
from domain.items import BY_CODE

TONES: dict[Status, str] = {
    Status.SUPPLEMENT_REQUESTED: "warn",
    Status.APPROVED: "good",
    Status.EFFECTED: "good",
    Status.ARCHIVED: "good",
    Status.REJECTED: "bad",
    Status.DRAFT: "neutral",
    Status.WITHDRAWN: "neutral",
    Status.AUTO_CLOSED: "neutral",
}


class Shown(Struct, frozen=True, kw_only=True):
    title: str
    who: str
    url: str
    state: str
    tone: str
    text: str


def state_of(status: Status, awaiting: str | None) -> tuple[str, str]:
    """Words and tone."""
    if status is Status.DRAFT and awaiting:
        return "等本人确认", "warn"
    return TITLES[status], TONES.get(status, "info")


def deadline(due_on: date | None, *, provisional: bool) -> str:
    if due_on is None:
        return ""
    return f"最晚{day(due_on)}告诉您" + ("（暂定）" if provisional else "")


def shown(line: CaseLine, *, for_assistant: bool = False) -> Shown:
    status = Status(line.status)
    state, tone = state_of(status, line.awaiting)
    url = f"/cases/{line.id}"
    if status is Status.DRAFT and not line.awaiting:
        url = f"/drafts/{line.id}"
    elif status is Status.DRAFT and for_assistant:
        url = f"/drafts/{line.id}/confirm"
    text = ""
    if status is Status.DRAFT:
        text = (
            f"{line.filer_name}帮您填好了，请您核对"
            if line.awaiting and not for_assistant
            else f"{day(line.touched_at.date())}填写"
        )
    elif status is Status.SUPPLEMENT_REQUESTED:
        text = "请打开看看要补什么"
    elif status in UNDECIDED:
        text = deadline(line.due_on, provisional=line.provisional)
    elif line.received_on:
        text = f"{day(line.received_on)}提交"
    return Shown(title=BY_CODE[line.item].title, who=line.subject_name, url=url, state=state, tone=tone, text=text)
