"""What a village reports of the lines of its packs: all right, something wrong, dead, moved away (规程第三十一条、第三十二条; R-291, R-292,
R-311). Once a line; whoever reports again sees the first report and says why it is corrected."""

from datetime import date, datetime

from db.engine import transaction
from db.queries import village_packs as queries
from db.queries.village_packs import LineRow
from db.stores import audit, suspensions
from db.stores import village_packs as store
from db.stores.suspensions import NewSuspension
from db.stores.village_packs import NewCheck, PackLine
from domain import months
from domain.actor import Actor, ActorKind
from domain.agency import certification
from domain.agency.suspensions import let_go, written
from domain.agency.village_packs import MAKERS
from domain.errors import NotFound, Problem, Refused

__all__ = ["ANSWERS", "NewCheck", "follow_up", "line", "report"]

ANSWERS = {"right": "无误", "wrong": "有误", "dead": "已去世", "moved": "已搬走"}
TO_FOLLOW = ("wrong", "moved")
ORIGIN = "village_check"


async def line(code: str, by: Actor) -> LineRow:
    """The line whose picture was scanned. NotFound for whoever is neither an assistant of its village nor staff of its region: a
    code that exists and one that does not look alike."""
    found = await queries.by_code(by.scope.county_code, code)
    if found is None or not _may_report(found.region_code, by):
        raise NotFound
    return found


def _may_report(village: str, by: Actor) -> bool:
    posted = by.kind is ActorKind.ASSISTANT or any(by.holds(post) for post in MAKERS)
    return posted and by.scope.covers(village)


async def report(
    county_code: int, pack_id: int, line_no: int, new: NewCheck, evidence: str, by: Actor, at: datetime
) -> None:
    """`evidence`: storage key of a picture, for a line of a certification roll that is right. Refused in words for the screen."""
    new = _checked(new, at.date())
    async with transaction():
        held = await store.lock_line(county_code, pack_id, line_no)
        if held is None or by.scope.county_code != county_code or not _may_report(held.region_code, by):
            raise NotFound
        if held.turn:
            written(new.why_corrected, "why_corrected", "已经报过了。要更正的，请写明为什么。")
        if held.answer == "dead" and new.answer != "dead":
            await _take_back(county_code, held, new.why_corrected, by, at)
        if new.answer == "dead":
            await _propose(county_code, held, new, by, at)
        if new.answer == "right" and held.kind == "certification":
            await certification.certify_by_visit(county_code, held.person_id, evidence, new.note, by, at)
        follow_up = "open" if new.answer in TO_FOLLOW or _changed(held, new) else ""
        await store.report(county_code, held, new, follow_up, by.id, by.kind, by.name, at)
        detail = f"{line_no} {new.answer} {new.why_corrected}".strip()
        await _log(county_code, pack_id, "village_check.reported", detail, by, at)


def _checked(new: NewCheck, on: date) -> NewCheck:
    if new.answer not in ANSWERS:
        raise NotFound
    if new.answer == "wrong":
        written(new.note, "note", "请写明哪里不对，例如“账户尾号不是这个”。")
    if new.answer == "dead" and (new.died_on is None or new.died_on > on):
        raise Refused(Problem("died-on", "请填写去世的日期，不能晚于今天。", "died_on"))
    return NewCheck(
        answer=new.answer, note=new.note.strip(), died_on=new.died_on if new.answer == "dead" else None,
        why_corrected=new.why_corrected.strip(),
    )  # fmt: skip


def _changed(held: PackLine, new: NewCheck) -> bool:
    """A visit that is called back has certified somebody, who must be looked into."""
    return held.kind == "certification" and held.answer == "right" and new.answer != "right"


async def _propose(county_code: int, held: PackLine, new: NewCheck, by: Actor, at: datetime) -> None:
    """Stops the pension from the month after, once the county confirms it; the village's list of the month names the person, too."""
    if await suspensions.region_of_pensioner(county_code, held.person_id) is None:
        return  # ended meanwhile: the report stands, nothing is to be stopped
    assert new.died_on is not None, "checked before"
    finding = f"{new.died_on:%Y-%m-%d}去世，村里核对名册时报告"
    proposal = NewSuspension(
        person_id=held.person_id, reason="suspected_death", origin=ORIGIN, finding=finding,
        first_month=months.after(months.month_of(new.died_on)),
    )  # fmt: skip
    await suspensions.propose(county_code, proposal, by.id, by.name, at)


async def _take_back(county_code: int, held: PackLine, why: str, by: Actor, at: datetime) -> None:
    """A proposal that rests on this report alone; what the county has confirmed, the county restores."""
    proposal = await suspensions.open_of(county_code, held.person_id, "suspected_death")
    if proposal is not None and proposal.state == "proposed" and proposal.origin == ORIGIN:
        await let_go(county_code, proposal, why, by, at)


async def follow_up(county_code: int, pack_id: int, line_no: int, note: str, by: Actor, at: datetime) -> None:
    """The township has looked into what was wrong."""
    note = written(note, "note", "请写明怎样处理的。")
    async with transaction():
        held = await store.lock_line(county_code, pack_id, line_no)
        if held is None or by.kind is not ActorKind.STAFF or not _may_report(held.region_code, by):
            raise NotFound
        if held.follow_up != "open":
            raise Refused(Problem("done", "这一行已经处理过了。"))
        await store.followed(county_code, held, note, by.id, by.name, at)
        await _log(county_code, pack_id, "village_check.followed", f"{line_no} {note}", by, at)


async def _log(county_code: int, pack_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "village_pack", f"{pack_id}", detail=detail)
