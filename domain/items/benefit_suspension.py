"""待遇暂停 (P-23; 规程第三十三条; R-292…R-302): the office has heard that somebody may not be owed the pension any more.

A township or the county's benefit desk writes down what it heard and from when; the comparison stands beside it; another one at
the county decides. Nobody proves anything by paper. The person is told why, and how it is restored, when it is decided.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import benefits as queries
from db.queries import pension
from db.queries.benefits import BenefitRow
from db.queries.pension import Suspension
from db.stores.suspensions import NewSuspension
from domain import months
from domain.actor import ActorKind
from domain.agency import certification, suspensions
from domain.agency.suspensions import REASON_AT_LEAST, REASONS
from domain.case import person_change, sources
from domain.case.item import Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight
from domain.rules.certification import valid_until

BASIS = "规程第三十三条"


class BenefitSuspension(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(title="为什么要暂停", extra={"widget": "radio", "choices": tuple(REASONS.items())})]
    since: Annotated[date, Meta(title="从哪一天起", description="例如去世、被羁押的那一天；说不清的，填知道的那一天。从下个月起停发",
                                extra={"widget": "date"})]  # fmt: skip
    finding: Annotated[str, Meta(title="查到了什么", description="本人会看到这段话", min_length=REASON_AT_LEAST, max_length=200,
                                 extra={"widget": "textarea"})]  # fmt: skip

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise ValueError("请选择为什么要暂停")

    @property
    def first_month(self) -> int:
        """The first one that is not paid (规程第三十四条)."""
        return months.after(months.month_of(self.since))


class Facts(Struct, frozen=True, kw_only=True):
    """`held`: what is open already. `certified_until`: None without a pension."""

    on: date
    benefit: BenefitRow | None
    held: list[Suspension]
    certified_until: date | None
    answers: tuple[Answer, ...]


async def gather(_ask: BenefitSuspension, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    county = person.county_code
    benefit = await queries.benefit(county, person.id)
    until = valid_until(benefit.certified_month, await certification.cycle(county, on)) if benefit else None
    return Facts(
        on=on, benefit=benefit, held=await pension.open_suspensions(county, person.id), certified_until=until,
        answers=await sources.ask(county, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS)),
    )  # fmt: skip


def examine(ask: BenefitSuspension, facts: Facts) -> list[Finding]:
    if facts.benefit is None or facts.benefit.state in ("ended", "settled"):
        return [Finding("no-benefit", "这个人没有在领取养老金，不用暂停。", basis=BASIS)]
    found = []
    if any(held.state == "confirmed" and held.reason == ask.reason for held in facts.held):
        found.append(Finding("stopped-already", "已经因为同样的原因暂停发放了。", basis=BASIS))
    if not suspensions.near(ask.first_month, facts.on):
        text = "从哪一天起，只能写一年以内的日子。更早多发的，核实以后按多领待遇退还办理。"
        found.append(Finding("too-far", text, basis="规程第三十四条"))
    if ask.reason == "not_certified" and facts.certified_until and facts.certified_until >= facts.on:
        found.append(
            Finding("certified", f"资格确认到{facts.certified_until}为止还有效，不能以这个原因暂停。", basis=BASIS)
        )
    if ask.reason in _SOURCE_OF and (answer := sources.answer_of(facts.answers, _SOURCE_OF[ask.reason])).available:
        if answer.record is None:
            found.append(_note("not-on-record", "比对的数据里没有查到这个情况，请核实查到的依据。"))
    elif ask.reason not in _SOURCE_OF:
        found += [_note(finding.code, finding.message) for finding in sources.deceased(facts.answers)]
    return [*found, *sources.unavailable(facts.answers)]


_SOURCE_OF = {"suspected_dual": Source.EMPLOYEE_SCHEME, "suspected_death": Source.DEATHS}


def _note(code: str, text: str) -> Finding:
    return Finding(code, text, basis="规程第六条", weight=Weight.NOTE)


def compare(ask: BenefitSuspension, facts: Facts) -> list[Comparison]:
    said = f"{REASONS[ask.reason]}，从{months.in_words(ask.first_month)}起停发"
    until = f"有效期到{facts.certified_until}" if facts.certified_until else ""
    return [
        Comparison("暂停发放", said, "待遇记录", "已有暂停" if facts.held else "正常发放", facts.on, None),
        sources.absence_line("职工养老保险", Source.EMPLOYEE_SCHEME, facts.answers),
        sources.absence_line("是否健在", Source.DEATHS, facts.answers),
        Comparison("资格确认", "", "资格确认记录", until, facts.on, None),
    ]


async def effect(ask: BenefitSuspension, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    new = NewSuspension(
        person_id=person.id, reason=ask.reason, first_month=ask.first_month, origin="case", finding=ask.finding.strip()
    )
    await suspensions.stop_by_case(person.county_code, new, by.case_id, by.actor, by.at)


ITEM = ServiceItem(
    code="benefit_suspension",
    title="养老金暂停发放",
    summary="发现可能不再符合领取条件的，先暂停发放，马上核实",
    result="养老金已经暂停发放，原因和怎样恢复已经告诉本人。",
    basis=(BASIS, "湖南省经办工作流程七"),
    payload=BenefitSuspension,
    pages=(Page("reason", "暂停发放", ("reason", "since", "finding"), hint="不要求本人交任何证明，由经办机构核实"),),
    applicants=frozenset({ActorKind.STAFF}),
    tells=False,  # what is being looked into is told when something comes of it, with the way back
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
