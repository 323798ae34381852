"""续保 (P-14; R-203…R-208): whoever was suspended contributes again, from the day it is decided."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import spells as query
from db.queries.spells import Standing
from db.stores import spells
from domain.actor import ActorKind
from domain.case import person_change, sources
from domain.case.item import Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight

SUSPENDED = (2, 2)


class ContributionResumption(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    note: Annotated[
        str, Meta(title="说明", description="没有要说明的可以不填", max_length=100, extra={"widget": "text"})
    ] = ""


class Facts(Struct, frozen=True, kw_only=True):
    on: date
    standing: Standing | None
    answers: tuple[Answer, ...]


async def gather(_ask: ContributionResumption, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    asked = await sources.ask(subject.county_code, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS))
    return Facts(on=on, standing=await query.standing(person.county_code, person.id), answers=asked)


def examine(_ask: ContributionResumption, facts: Facts) -> list[Finding]:
    found = []
    now = facts.standing
    if now is None or (now.participation_status, now.contribution_status) != SUSPENDED:
        found.append(Finding("not-suspended", "现在没有暂停缴费，不用办续保。", basis="湖南省经办工作流程六"))
    if sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME).record is not None:
        text = "职工养老保险库里有这个人，两边可以同时有记录，以后要办衔接（R-098）。"
        found.append(Finding("dual-coverage", text, basis="规程第六条", weight=Weight.NOTE))
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def compare(_ask: ContributionResumption, _facts: Facts) -> list[Comparison]:
    return []


async def effect(_ask: ContributionResumption, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    await spells.end_suspension(person.county_code, person.id, by.on, by.case_id)


ITEM = ServiceItem(
    code="contribution_resumption",
    title="续保（恢复缴费）",
    summary="以前暂停缴费的，从现在起接着缴",
    result="已经恢复缴费，可以接着缴养老保险费。",
    basis=("湖南省经办工作流程六", "规程第六条"),
    payload=ContributionResumption,
    pages=(Page("note", "恢复缴费", ("note",)),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=3,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
