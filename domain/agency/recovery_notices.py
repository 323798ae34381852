"""通知书和送达 (松山办法第二十八条至第三十一条; R-352…R-354, R-362): what is sent, how it was brought, the papers of a case."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from db.engine import transaction
from db.queries import access, regions
from db.stores import recovery as store
from domain.actor import Actor
from domain.agency import require_post
from domain.agency.recovery import OPEN, REGISTRARS, VERIFIERS, held_in, log, room, sentence, tell
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.rules.recovery import Cause, Notice, notice_of

DEADLINE_AT_LEAST = timedelta(days=7)
DEADLINE_AT_MOST = timedelta(days=180)
NOTICE_TITLES = {Notice.RETURN: "社会保险待遇返还通知书", Notice.DEMAND: "冒领社会保险待遇追缴通知书"}
FILES = {"evidence": "调查核实材料", "receipt": "送达回执", "media": "影像资料", "agreement": "签了字的协议"}


class Delivery(Struct, frozen=True, kw_only=True):
    """`second_id`: the other one of the staff; `receiver`: who signed, or that nobody would; `recording`: number of the recorder's file."""

    served_on: date
    second_id: int
    receiver: str
    recording: str


async def give_notice(county_code: int, recovery_id: int, deadline_on: date, by: Actor, at: datetime) -> int:
    """《返还通知书》 or 《追缴通知书》 over what can be demanded today (R-352, R-353); the debtor is told on the portal too."""
    require_post(by, county_code, REGISTRARS)
    today = at.date()
    if not today + DEADLINE_AT_LEAST <= deadline_on <= today + DEADLINE_AT_MOST:
        text = f"退还的期限要在{DEADLINE_AT_LEAST.days}天以后、{DEADLINE_AT_MOST.days}天以内。"
        raise Refused(Problem("deadline", text, "deadline_on"))
    async with transaction():
        held = await held_in(county_code, recovery_id, "verified", "noticed")
        if not held.debtor_name or held.debtor_index is None:
            raise Refused(Problem("no-debtor", "请先填写由谁退还。"))
        fen = await room(county_code, held)
        if not fen:
            raise Refused(Problem("nothing", "现在没有要他退还的钱。"))
        kind = notice_of(Cause(held.cause))
        found = await store.add_notice(
            county_code, recovery_id, kind, held.debtor_name, fen, deadline_on, by.id, by.name, at
        )
        await store.set_values(county_code, recovery_id, {"state": "noticed", "due_on": deadline_on})
        body = (
            f"{held.facts}请在{deadline_on:%Y年%m月%d日}以前退还{show(fen)}元。一次退还有困难的，可以和我们签分期协议。"
            "在“要退还的钱”里可以看到怎样退、退了多少。认为不对的，请马上告诉我们。"
        )  # fmt: skip
        await tell(county_code, held, NOTICE_TITLES[kind], body, at)
        await log(county_code, recovery_id, "recovery.noticed", f"{kind} {fen} {deadline_on}", by, at)
    return found


async def serve(county_code: int, recovery_id: int, notice_id: int, how: Delivery, by: Actor, at: datetime) -> None:
    """Brought by two of the staff, recorded, signed for (R-353, R-354)."""
    require_post(by, county_code, REGISTRARS)
    wrong = []
    if how.served_on > at.date():
        wrong.append(Problem("served-on", "送达日期不能晚于今天。", "served_on"))
    second = await access.staff_user(county_code, how.second_id, at.date())
    if second is None or second.id == by.id:
        wrong.append(Problem("second", "送达要有两名工作人员在场，请选择另一位同事。", "second_id"))
    if not how.receiver.strip():
        wrong.append(Problem("receiver", "请写明谁在回执上签了字；拒绝签字的，写明情况。", "receiver"))
    if not how.recording.strip():
        wrong.append(Problem("recording", "请填写执法记录仪影像的编号。", "recording"))
    if wrong or second is None:
        raise Refused(*wrong)
    async with transaction():
        await held_in(county_code, recovery_id, *OPEN)
        done = await store.serve(
            county_code,
            recovery_id,
            notice_id,
            how.served_on,
            by.name,
            second.name,
            how.receiver.strip(),
            how.recording.strip(),
        )
        if not done:
            raise Refused(Problem("served", "这份通知书已经登记过送达。"))
        await log(county_code, recovery_id, "recovery.served", f"{notice_id} {by.name}、{second.name}", by, at)


async def add_file(
    county_code: int, recovery_id: int, kind: str, filename: str, key: str, media_type: str, by: Actor, at: datetime
) -> int:  # fmt: skip
    """`key`: where the storage keeps it."""
    require_post(by, county_code, REGISTRARS)
    if kind not in FILES:
        raise NotFound
    async with transaction():
        await held_in(county_code, recovery_id, "registered", *OPEN)
        found = await store.add_file(county_code, recovery_id, kind, filename, key, media_type, by.name, at)
        await log(county_code, recovery_id, "recovery.filed", f"{kind} {found}", by, at)
    return found


async def neglect(county_code: int, recovery_id: int, region_code: str, finding: str, by: Actor, at: datetime) -> None:
    """疏忽、瞒报漏报 of a township by which money was lost: recorded for those who call it to account (R-362)."""
    require_post(by, county_code, VERIFIERS)
    finding = sentence(finding, "finding", "请写明哪里疏忽、造成什么损失。")
    if len(region_code) != 8 or await regions.find(county_code, region_code) is None:
        raise Refused(Problem("township", "请选择乡镇（街道）。", "region_code"))
    async with transaction():
        await held_in(county_code, recovery_id, *OPEN, "closed", "written_off")
        if not await store.add_neglect(county_code, recovery_id, region_code, finding, by.id, by.name, at):
            raise Refused(Problem("recorded", "这一件已经记录过了。"))
        await log(county_code, recovery_id, "recovery.neglect", f"{region_code} {finding}", by, at)
