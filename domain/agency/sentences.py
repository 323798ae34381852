"""服刑人员的待遇 (规程第三十条; R-363…R-371): dated facts with their document. What they do to a pension, domain.rules.imprisonment says."""

from datetime import datetime

from db.engine import transaction
from db.stores import audit, benefits, death_reports, suspensions
from db.stores import death_reports as store
from domain import months
from domain.actor import Actor, Post
from domain.agency import require_document, require_post
from domain.agency.suspensions import restore, tell
from domain.errors import NotFound, Problem, Refused
from domain.rules.imprisonment import RULES, Situation

POSTS = (Post.COUNTY_BENEFIT,)
TITLES = {
    Situation.WANTED_OR_DETAINED: "通缉或者羁押，还没有判决",
    Situation.IMPRISONED: "收监服刑",
    Situation.SERVING_OUTSIDE: "管制、缓刑",
    Situation.PAROLED: "暂予监外执行、假释",
}
FIRST = 190001
_FOREVER = 999912


async def record(
    county_code: int, person_id: int, situation: str, first_month: int, document: str, by: Actor, at: datetime
) -> int:
    """`first_month`: the first one it counts for. An open suspension for the same thing is over: from now on the fact itself
    speaks. Refused where the months meet those of another fact."""
    require_post(by, county_code, POSTS)
    if situation not in set(Situation):
        raise Refused(Problem("situation", "请选择是哪一种情形。", "situation"))
    document = require_document(document)
    if not FIRST <= first_month <= months.after(months.month_of(at.date()), 1):
        raise Refused(Problem("month", "从哪个月起，不能晚于下个月。", "first_month"))
    async with transaction():
        if await suspensions.region_of_pensioner(county_code, person_id) is None:
            raise Refused(Problem("nobody", "这个人没有在领取养老金。", "id_number"))
        spells = await store.spells(county_code, person_id)
        if any(first_month <= (each.last_month or _FOREVER) for each in spells):
            raise Refused(Problem("overlap", "这个人前一段情形还没有结束，或者月份重叠，请先登记结束。", "first_month"))
        spell_id = await store.add_spell(county_code, person_id, situation, first_month, document, by.id, by.name, at)
        held = await suspensions.open_of(county_code, person_id, "imprisoned")
        if held is not None and held.state == "confirmed":
            await restore(county_code, held, "已经登记服刑情形", by, at, told=False)
        elif held is not None:
            await suspensions.dismiss(county_code, [held.id], "已经登记服刑情形", by.id, by.name, at)
        await death_reports.settle_lines(
            county_code, person_id, ["detained", "sentenced"], "true", document, by.id, by.name, at
        )
        await benefits.recheck(county_code, [person_id], first_month)
        goes_on = (
            "养老金照常发放，这段时间不参加调整。" if RULES[Situation(situation)].pays else "养老金从这个月起停发。"
        )
        what = f"已经登记从{months.in_words(first_month)}起：{TITLES[Situation(situation)]}（{document}）。按规定，{goes_on}有错请到窗口说明。"
        await tell(county_code, person_id, "养老金发放情况有变化", what, at)
        await _log(county_code, spell_id, "sentence.recorded", f"{situation} {first_month} {document}", by, at)
    return spell_id


async def end(
    county_code: int, spell_id: int, last_month: int, document: str, by: Actor, at: datetime, *, acquitted: bool = False
) -> None:
    """`last_month`: the last one it counts for; `acquitted`: there was no guilt, so a detention's stopped months are owed
    (R-369). Refused for what ended before, and for an acquittal of what is no detention."""
    require_post(by, county_code, POSTS)
    document = require_document(document)
    async with transaction():
        spell = await store.lock_spell(county_code, spell_id)
        if spell is None:
            raise NotFound
        if spell.last_month is not None:
            raise Refused(Problem("ended", "这一段已经登记过结束。"))
        await close(county_code, spell, last_month, document, by, at, acquitted=acquitted)


async def close(
    county_code: int, spell: store.Spell, last_month: int, document: str, by: Actor, at: datetime, *, acquitted: bool
) -> None:
    """In the caller's transaction: an open one ends."""
    if not spell.first_month <= last_month <= months.after(months.month_of(at.date()), 1):
        raise Refused(Problem("month", "结束的月份不能早于开始的月份，也不能晚于下个月。", "last_month"))
    if acquitted and not RULES[Situation(spell.situation)].arrears_if_acquitted:
        raise Refused(Problem("acquitted", "只有通缉、羁押以后没有被判有罪的，才补发停发的月份。", "acquitted"))
    await store.end_spell(county_code, spell.id, last_month, document, by.name, at, acquitted=acquitted)
    first_changed = spell.first_month if acquitted else months.after(last_month)
    await benefits.recheck(county_code, [spell.person_id], first_changed)
    arrears = "停发的月份下一次一起补发。" if acquitted else ""
    what = f"“{TITLES[Situation(spell.situation)]}”已经登记到{months.in_words(last_month)}为止，以后养老金照常发放。{arrears}"
    await tell(county_code, spell.person_id, "养老金发放情况有变化", what, at)
    await _log(county_code, spell.id, "sentence.ended", f"{last_month} {document}", by, at)


async def _log(county_code: int, spell_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "sentence_spell", f"{spell_id}", detail=detail)
