"""承诺的核实、抽查、不实和改正 (规程第三十八条; R-027, R-323): what the office finds out about a promise, before and after a decision."""

from datetime import datetime

from db.engine import transaction
from db.stores import audit, cases, messages
from db.stores import commitments as store
from db.stores.cases import CaseRow
from domain.actor import Actor, ActorKind, Post
from domain.case.rights import involved
from domain.case.status import ON_A_DESK, Status
from domain.errors import NotFound, Problem, Refused

VERIFIERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_ACCOUNT, Post.COUNTY_BENEFIT, Post.COUNTY_AUDITOR)
CHECKERS = (Post.COUNTY_ACCOUNT, Post.COUNTY_AUDITOR)
HOW = {"visit": "上门", "call": "电话", "office": "向有关部门"}
WORDS_AT_LEAST = 6


async def verify(county_code: int, case_id: int, how: str, found: str, by: Actor, at: datetime) -> int:
    """How it was made sure of, without any certificate (R-323): on the record of the case, for whoever decides."""
    if how not in HOW:
        raise Refused(Problem("how", "请选择怎样核实的。", "how"))
    found = _written(found, "found", "请写明向谁核实、核实到什么。")
    async with transaction():
        case = await _case(county_code, case_id, by, VERIFIERS)
        if Status(case.status) not in ON_A_DESK:
            raise Refused(Problem("not-open", "这件业务已经不在办理中。"))
        done = await store.add_verification(county_code, case_id, how, f"{HOW[how]}核实：{found}", by.id, by.name, at)
        await _log(county_code, case_id, "commitment.verified", found, by, at)
    return done


async def check(county_code: int, case_id: int, note: str, by: Actor, at: datetime, *, kept: bool) -> None:
    """The result of an after-check, by somebody else than who decided. A broken promise is marked at once."""
    note = _written(note, "note", "请写明抽查的结果。")
    async with transaction():
        case = await _case(county_code, case_id, by, CHECKERS)
        if case.status not in (Status.EFFECTED, Status.ARCHIVED):
            raise Refused(Problem("not-decided", "还没有办结的业务不用抽查。"))
        if case.decided_by_name == by.name:
            raise Refused(Problem("own-decision", "自己审核的业务，要由另一位同事抽查。"))
        if not await store.add_check(county_code, case_id, note, by.id, by.name, at, kept=kept):
            raise Refused(Problem("checked", "这件业务已经抽查过了。"))
        await _log(county_code, case_id, "commitment.checked", note, by, at)
        if not kept:
            await _mark(case, note, by, at)


async def mark_false(county_code: int, case_id: int, found: str, by: Actor, at: datetime) -> None:
    """A promise that is not true: until it is made good nothing is decided for its signer on a promise."""
    found = _written(found, "found", "请写明哪里不实、怎样查到的，本人会看到。")
    async with transaction():
        await _mark(await _case(county_code, case_id, by, VERIFIERS), found, by, at)


async def _mark(case: CaseRow, found: str, by: Actor, at: datetime) -> None:
    marked = await store.add_false(
        case.county_code, case.id, case.applicant_index, case.applicant_name, found, by.id, by.name, at
    )
    if marked is None:
        raise Refused(Problem("marked", "这份承诺已经记为不实。"))
    body = f"经核实，您签的承诺有不实的地方：{found}。改正以前，您的业务要先核实再办。有不同意见，请到窗口说明；改正以后恢复。"
    await messages.tell(
        county_code=case.county_code, recipient_index=case.applicant_index, case_id=case.id, title="承诺不实", body=body, at=at,
        phone=case.answers.get("phone"),
    )  # fmt: skip
    await _log(case.county_code, case.id, "commitment.false", found, by, at)


async def repair(county_code: int, false_id: int, note: str, by: Actor, at: datetime) -> None:
    """Made good, which another person than who marked it says."""
    note = _written(note, "note", "请写明怎样改正的。")
    async with transaction():
        broken = await store.lock_false(county_code, false_id)
        if broken is None:
            raise NotFound
        case = await _case(county_code, broken.case_id, by, CHECKERS)
        if broken.recorded_by == by.id:
            raise Refused(Problem("own-mark", "自己记的不实承诺，要由另一位同事确认改正。"))
        await store.repair(county_code, false_id, note, by.name, at)
        await messages.tell(
            county_code=county_code, recipient_index=case.applicant_index, case_id=case.id, title="承诺已经改正",
            body=f"您的承诺已经改正：{note}。以后又可以按承诺办理业务。", at=at,
        )  # fmt: skip
        await _log(county_code, case.id, "commitment.repaired", note, by, at)


async def _case(county_code: int, case_id: int, by: Actor, posts: tuple[Post, ...]) -> CaseRow:
    """In the scope of one of the posts, and not about the actor himself."""
    case = await cases.lock(county_code, case_id) if by.kind is ActorKind.STAFF and by.scope.county_code == county_code else None
    if case is None or not by.scope.covers(case.region_code):
        raise NotFound
    if not any(by.holds(post) for post in posts):
        raise Refused(Problem("wrong-post", "您的岗位不能办理这项工作。"))
    if involved(case, by):
        raise Refused(Problem("own-case", "本人、亲属的业务，或者自己代填的业务，必须由别人办理。"))
    return case


def _written(text: str, field: str, message: str) -> str:
    if len(text.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", message, field))
    return text.strip()[:300]


async def _log(county_code: int, case_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "case", f"{case_id}", detail=detail)
