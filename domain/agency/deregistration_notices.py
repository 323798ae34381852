"""《申请注销登记告知书》 (松山办法第十九条; R-322): who should deregister according to the data is told to come by a day; for who does not
come two people of the office do it."""

from datetime import date, datetime, timedelta

from db.engine import transaction
from db.stores import audit, messages, people
from db.stores import commitments as store
from db.stores.commitments import Notice
from domain import settlement
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.errors import NotFound, Problem, Refused
from domain.rules.settlement import CAUSE_TITLES
from domain.settlement import New

POSTS = (Post.COUNTY_ACCOUNT,)
AT_LEAST = timedelta(days=5)  # for somebody to come
AT_MOST = timedelta(days=60)
WORDS_AT_LEAST = 6


async def serve(
    county_code: int, person_id: int, cause: str, happened_on: date, finding: str, come_by: date, by: Actor, at: datetime
) -> int:
    """Served, and told on the portal; the township brings the paper. Refused where one is out already."""
    require_post(by, county_code, POSTS)
    today = at.date()
    wrong = []
    if cause not in CAUSE_TITLES:
        wrong.append(Problem("cause", "请选择为什么要注销。", "cause"))
    if happened_on > today:
        wrong.append(Problem("future", "日期不能晚于今天。", "happened_on"))
    if not today + AT_LEAST <= come_by <= today + AT_MOST:
        wrong.append(Problem("come-by", f"来办理的期限要在{AT_LEAST.days}天以后、{AT_MOST.days}天以内。", "come_by"))
    if len(finding.strip()) < WORDS_AT_LEAST:
        wrong.append(Problem("no-reason", "请写明依据哪些数据，收到的人会看到。", "finding"))
    if wrong:
        raise Refused(*wrong)
    async with transaction():
        person = await people.read(county_code, person_id, lock=True)
        if person is None:
            raise NotFound
        if person.participation_status in (None, 4):
            raise Refused(Problem("terminated", "这个人的养老保险关系已经终止。"))
        notice = await store.serve(county_code, person_id, cause, happened_on, finding.strip(), come_by, by.id, by.name, at)
        if notice is None:
            raise Refused(Problem("served", "已经发过告知书，还没有到期。"))
        body = (
            f"根据{finding.strip()}，{person.name}应当办理注销登记。请参保人本人，或者指定受益人、法定继承人在{come_by:%Y年%m月%d日}"
            "以前，在网上或者带身份证到任一窗口办理，不用交任何证明。情况不对的，也请在这以前告诉我们。"
        )  # fmt: skip
        await messages.tell(
            county_code=county_code, recipient_index=person.id_index, case_id=None, title="请办理注销登记", body=body, at=at, phone=person.phone
        )
        await _log(county_code, notice, "deregistration.served", f"{person_id} {cause} {come_by}", by, at)
    return notice


async def deregister(county_code: int, notice_id: int, note: str, by: Actor, at: datetime) -> int:
    """Nobody came: the relation is ended from the data, by somebody else than who served the notice (R-016). What is due is held
    until the heirs come (R-336). Returns the settlement."""
    require_post(by, county_code, POSTS)
    if len(note.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", "请写明怎样送达、怎样核实的。", "note"))
    async with transaction():
        notice = await _held(county_code, notice_id)
        if notice.issued_by == by.id:
            raise Refused(Problem("own-notice", "自己发出告知书的，要由另一位同事决定。"))
        if at.date() <= notice.come_by:
            raise Refused(Problem("too-early", f"期限到{notice.come_by:%Y年%m月%d日}，还没有过。"))
        new = New(
            person_id=notice.person_id, cause=notice.cause, happened_on=notice.happened_on, evidence="comparison",
            evidence_note=f"{notice.finding}；{note.strip()}",
        )  # fmt: skip
        settlement_id = await settlement.register(county_code, new, by, at)
        await settlement.settle(county_code, settlement_id, by, at)
        await store.close_notice(county_code, notice_id, "decided", note.strip(), by.id, by.name, at)
        await _log(county_code, notice_id, "deregistration.decided", note.strip(), by, at)
    return settlement_id


async def withdraw(county_code: int, notice_id: int, note: str, by: Actor, at: datetime) -> None:
    """The data were wrong, or the family has come."""
    require_post(by, county_code, POSTS)
    if len(note.strip()) < WORDS_AT_LEAST:
        raise Refused(Problem("no-reason", "请写明为什么撤回。", "note"))
    async with transaction():
        notice = await _held(county_code, notice_id)
        await store.close_notice(county_code, notice_id, "withdrawn", note.strip(), by.id, by.name, at)
        await _log(county_code, notice_id, "deregistration.withdrawn", f"{notice.person_id} {note.strip()}", by, at)


async def _held(county_code: int, notice_id: int) -> Notice:
    notice = await store.lock_notice(county_code, notice_id)
    if notice is None:
        raise NotFound
    if notice.state != "served":
        raise Refused(Problem("closed", "这份告知书已经处理过了，请刷新页面。"))
    return notice


async def _log(county_code: int, notice_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(
        county_code, at, by.kind, by.id, by.name, action, "deregistration_notice", f"{notice_id}", detail=detail
    )
