"""缴费暂停 (P-14; R-202…R-208): a contributor stops for a while; the account stays and goes on earning (R-189).

No judgment and no certificate is asked for: what comparison can answer the office looks up itself (规程第六条; R-208).
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import spells as query
from db.queries.spells import Standing
from db.stores import spells
from domain.actor import ActorKind
from domain.case import person_change, sources
from domain.case.item import SOURCE_TITLES, Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight

REASONS = (
    ("sentenced", "被判刑"),
    ("dual_coverage", "已参加职工养老保险等其他养老保险"),
    ("own_wish", "本人意愿"),
    ("other", "其他"),
)
CONTRIBUTING = (1, 1)


class ContributionSuspension(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(title="暂停原因", extra={"widget": "radio", "choices": REASONS})]
    note: Annotated[str, Meta(title="说明", description="选“其他”时写明", max_length=100, extra={"widget": "text"})] = (
        ""
    )

    def __post_init__(self) -> None:
        if self.reason not in dict(REASONS):
            raise ValueError("请选择暂停原因")
        if self.reason == "other" and not self.note.strip():
            raise ValueError("选“其他”时，请写明原因")


class Facts(Struct, frozen=True, kw_only=True):
    on: date
    standing: Standing | None
    answers: tuple[Answer, ...]


async def gather(_ask: ContributionSuspension, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    asked = await sources.ask(subject.county_code, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS))
    return Facts(on=on, standing=await query.standing(person.county_code, person.id), answers=asked)


def examine(ask: ContributionSuspension, facts: Facts) -> list[Finding]:
    found = []
    now = facts.standing
    if now is None or (now.participation_status, now.contribution_status) != CONTRIBUTING:
        found.append(Finding("not-contributing", "现在不是正常缴费状态，不用暂停。", basis="湖南省经办工作流程六"))
    employee = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
    if ask.reason == "dual_coverage" and employee.available and employee.record is None:
        text = "职工养老保险库里没有查到这个人，请核实。"
        found.append(Finding("no-dual-coverage", text, basis="规程第六条", weight=Weight.NOTE))
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def compare(ask: ContributionSuspension, facts: Facts) -> list[Comparison]:
    answer = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
    says = (answer.record or {}).get("unit") or ("在册" if answer.record else "没有查到")
    agrees = answer.record is not None if ask.reason == "dual_coverage" else None
    return [
        Comparison("暂停原因", dict(REASONS)[ask.reason], SOURCE_TITLES[Source.EMPLOYEE_SCHEME], sources.said(answer, says),
                   answer.as_of_on, agrees),
    ]  # fmt: skip


async def effect(ask: ContributionSuspension, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    await spells.begin_suspension(person.county_code, person.id, by.on, ask.reason, ask.note, by.case_id)


ITEM = ServiceItem(
    code="contribution_suspension",
    title="暂停缴费",
    summary="暂时不能缴费的，可以先停下来，账户里的钱照样算利息",
    result="已经暂停缴费，个人账户保留，以后可以办续保。",
    basis=("湖南省经办工作流程六", "规程第六条"),
    payload=ContributionSuspension,
    pages=(Page("reason", "为什么要暂停", ("reason", "note")),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=3,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
