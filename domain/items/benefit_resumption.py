"""待遇恢复 (P-23; 规程第三十三条; R-293…R-301): the reason for a suspension is gone.

Who is still eligible is paid again at once, and the stopped months at the standards of those months; only the months of a
sentence stay unpaid (R-363). What comparison can answer is looked up, what it cannot the person commits to.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from db.queries import benefits as queries
from db.queries import pension
from db.queries.benefits import BenefitRow
from db.queries.pension import Suspension
from db.stores import death_reports
from db.stores import suspensions as store
from db.stores.death_reports import Spell
from domain import months
from domain.actor import ActorKind
from domain.agency import certification, sentences, suspensions
from domain.agency.suspensions import REASON_AT_LEAST, REASONS
from domain.case import person_change, sources
from domain.case.item import Answer, CommitmentText, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight
from domain.rules.certification import valid_until
from domain.rules.imprisonment import RULES, STOPPING, Situation

BASIS = "规程第三十三条"
WHY = (
    ("certified", "已经办了资格确认"),
    ("not_dual", "没有重复领取养老金"),
    ("alive", "弄错了，本人健在"),
    ("released", "已经释放"),
    ("not_guilty", "没有被判有罪"),
    ("other", "其他"),
)
# The reason of a suspension that is gone with it.
GONE = {
    "certified": "not_certified", "not_dual": "suspected_dual", "alive": "suspected_death", "released": "imprisoned",
    "not_guilty": "imprisoned", "other": "other",
}  # fmt: skip
FREED = ("released", "not_guilty")

COMMITMENT = CommitmentText(
    code="benefit_resumption",
    version="2026-1",
    title="恢复发放承诺书",
    text=(
        "依据城乡居民基本养老保险经办规程第六条、第三十三条，恢复发放养老金不用交健在证明、释放证明、没有领取其他养老金的证明。\n"
        "我承诺：\n"
        "一、我仍然符合领取城乡居民养老金的条件，没有领取其他基本养老保险待遇；\n"
        "二、我填写的内容都是真实的。\n"
        "社保经办机构可以向公安、司法、人社等部门核对。如果承诺不实，多领的钱要退回，以后也可能不能再用承诺的方式办理。"
    ),
    not_demanded=("健在证明", "释放证明", "未领取其他养老金证明"),
)


class BenefitResumption(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    why: Annotated[str, Meta(title="为什么可以恢复", extra={"widget": "radio", "choices": WHY})]
    freed_on: Annotated[
        date | None, Meta(title="哪一天释放的", description="被羁押、服刑过的才填", extra={"widget": "date"})
    ] = None
    note: Annotated[
        str,
        Meta(title="说明", description="选“其他”的请写明，别的可以不填", max_length=200, extra={"widget": "textarea"}),
    ] = ""

    def __post_init__(self) -> None:
        if self.why not in GONE:
            raise ValueError("请选择为什么可以恢复")
        if self.why in FREED and self.freed_on is None:
            raise ValueError("请填写哪一天释放的")
        if self.why == "other" and len(self.note.strip()) < REASON_AT_LEAST:
            raise ValueError("选“其他”的，请写明为什么可以恢复")

    @property
    def last_month(self) -> int | None:
        """The last one that a sentence or a detention counts for."""
        return months.month_of(self.freed_on) if self.why in FREED and self.freed_on else None


class Facts(Struct, frozen=True, kw_only=True):
    """`held`: the open suspensions; `spell`: the open sentence or detention that stops the pension; `arrears`: what would come
    afterwards, in words."""

    on: date
    benefit: BenefitRow | None
    held: list[Suspension]
    spell: Spell | None
    certified_until: date | None
    arrears: str
    answers: tuple[Answer, ...]


async def gather(ask: BenefitResumption, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    county = person.county_code
    benefit, held = await queries.benefit(county, person.id), await pension.open_suspensions(county, person.id)
    mine, arrears = next((each for each in held if each.reason == GONE[ask.why]), None), ""
    if mine is not None and ask.why != "released":
        arrears = await suspensions.arrears_in_words(county, person.id, mine.first_month, on, lifting=mine.reason)
    return Facts(
        on=on, benefit=benefit, held=held, spell=await _spell(county, person.id) if ask.why in FREED else None, arrears=arrears,
        certified_until=valid_until(benefit.certified_month, await certification.cycle(county, on)) if benefit else None,
        answers=await sources.ask(county, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS)),
    )  # fmt: skip


async def _spell(county_code: int, person_id: int) -> Spell | None:
    spells = await death_reports.spells(county_code, person_id)
    return next((each for each in spells if each.last_month is None and each.situation in STOPPING), None)


def examine(ask: BenefitResumption, facts: Facts) -> list[Finding]:
    if facts.benefit is None or facts.benefit.state in ("ended", "settled"):
        return [Finding("no-benefit", "没有养老金可以恢复。", basis=BASIS)]
    if facts.spell is None and not any(each.reason == GONE[ask.why] for each in facts.held):
        others = "、".join(REASONS[each.reason] for each in facts.held)
        text = f"现在没有因为“{REASONS[GONE[ask.why]]}”暂停发放，不用恢复。"
        return [Finding("not-stopped", text + (f"现在暂停的原因是：{others}。" if others else ""), basis=BASIS)]
    return [*_doubts(ask, facts), *_prison(ask, facts), *sources.unavailable(facts.answers)]


def _doubts(ask: BenefitResumption, facts: Facts) -> list[Finding]:
    found = []
    if ask.why == "certified" and facts.certified_until and facts.certified_until < facts.on:
        text = "还没有新的资格确认。办了资格确认，养老金马上自动恢复，停发的月份一起补发。"
        found.append(Finding("not-certified", text, basis="规程第三十一条"))
    employee = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME).record or {}
    if ask.why == "not_dual" and employee.get("status") == "receiving":
        found.append(Finding("draws-another", "职工养老保险库里写着正在领取待遇，请先核实。", basis="规程第三十七条"))
    dead = sources.deceased(facts.answers)
    if ask.why == "alive" and dead:  # just this is in doubt: whoever decides has to see the person
        found.append(_note("see-the-person", f"{dead[0].message}请见到本人、核对身份证以后再通过。"))
    else:
        found += dead
    if facts.arrears:
        found.append(_note("arrears", f"恢复以后，{facts.arrears}"))
    return found


def _prison(ask: BenefitResumption, facts: Facts) -> list[Finding]:
    if ask.freed_on is None or ask.why not in FREED:
        return []
    found = []
    if ask.freed_on > facts.on:
        found.append(Finding("not-yet", "释放的日子还没有到。", basis="规程第三十条"))
    if facts.spell and facts.spell.first_month > months.month_of(ask.freed_on):
        text = f"登记的是从{months.in_words(facts.spell.first_month)}起，释放的日子不能更早。"
        found.append(Finding("before-spell", text, basis="规程第三十条"))
    if ask.why == "not_guilty" and facts.spell and not RULES[Situation(facts.spell.situation)].arrears_if_acquitted:
        found.append(
            Finding("sentenced", "登记的是收监服刑，停发的月份不能补发。请选“已经释放”。", basis="规程第三十条")
        )
    if ask.why == "released":
        text = f"{months.in_words(months.month_of(ask.freed_on))}以前停发的月份不补发，从下个月起继续发放。"
        found.append(Finding("no-arrears", text, basis="规程第三十条", weight=Weight.NOTE))
    return found


def _note(code: str, text: str) -> Finding:
    return Finding(code, text, basis=BASIS, weight=Weight.NOTE)


def compare(ask: BenefitResumption, facts: Facts) -> list[Comparison]:
    lines = [
        Comparison("暂停原因", dict(WHY)[ask.why], "待遇记录", f"{REASONS[each.reason]}，{months.in_words(each.first_month)}起。{each.finding}",
                   each.proposed_at.date(), None)
        for each in facts.held
    ]  # fmt: skip
    if facts.spell:
        says = f"{sentences.TITLES[Situation(facts.spell.situation)]}，{months.in_words(facts.spell.first_month)}起"
        lines.append(Comparison("服刑情形", dict(WHY)[ask.why], "服刑登记", says, None, None))
    until = f"有效期到{facts.certified_until}" if facts.certified_until else ""
    return [
        *lines, sources.absence_line("职工养老保险", Source.EMPLOYEE_SCHEME, facts.answers),
        sources.absence_line("是否健在", Source.DEATHS, facts.answers), Comparison("资格确认", "", "资格确认记录", until, facts.on, None),
    ]  # fmt: skip


async def effect(ask: BenefitResumption, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    county, why = person.county_code, ask.note.strip() or dict(WHY)[ask.why]
    spell = await _spell(county, person.id) if ask.why in FREED else None
    if spell is not None and ask.last_month is not None:
        acquitted = ask.why == "not_guilty"
        await sentences.close(
            county, spell, ask.last_month, f"恢复发放申请：{why}", by.actor, by.at, acquitted=acquitted
        )
    held = await store.open_of(county, person.id, GONE[ask.why])
    if held is not None and held.state == "proposed":
        await suspensions.let_go(county, held, why, by.actor, by.at)
    elif held is not None:
        await suspensions.restore(
            county, held, why, by.actor, by.at, pays_arrears=ask.why != "released", case_id=by.case_id,
            last=ask.last_month if ask.why == "released" else None,
        )  # fmt: skip


async def prefill(subject: Subject) -> dict[str, Any]:
    """The answer that fits the oldest open suspension; the form still asks."""
    held = await pension.open_suspensions(subject.county_code, subject.person_id) if subject.person_id else []
    return {"why": next(why for why, reason in GONE.items() if reason == held[-1].reason)} if held else {}


ITEM = ServiceItem(
    code="benefit_resumption",
    title="恢复发放养老金",
    summary="养老金暂停了，原因已经没有了，申请恢复发放",
    result="养老金已经恢复发放。补发哪几个月、大约多少、什么时候发，另有消息告诉您，也可以看“我的养老金”。",
    basis=(BASIS, "湖南省经办工作流程七"),
    payload=BenefitResumption,
    pages=(Page("why", "为什么可以恢复", ("why", "freed_on", "note"), hint="不用交任何证明"),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    commitment=COMMITMENT,
    assurance=3,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
