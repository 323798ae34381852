"""待遇标准异议 (P-19; 规程第二十五条; R-239…R-241): somebody says that the pension was reckoned wrongly.

He brings what he has to the desk on a day he chooses. 通过 means that an error was found: the benefit desk determines anew
(domain.redetermination), the person agrees, and what was paid too little or too much follows. 不予通过 means that the standard
is right: the reasons say why.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import benefits as queries
from db.queries.benefits import BenefitRow, StandardRow
from domain import months
from domain.actor import ActorKind
from domain.calendar import Calendar
from domain.case import person_change
from domain.case.clock import load_calendar
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.determination import title_of
from domain.errors import Finding
from domain.items.account_dispute import PLACES, appointment
from domain.money import show

WRONG = (
    ("years", "缴费年限少算了"),
    ("account", "个人账户的钱不对"),
    ("basic", "基础养老金不对"),
    ("start", "开始领取的月份不对"),
    ("other", "其他"),
)
BASIS = "规程第二十五条"


class BenefitDispute(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    wrong: Annotated[str, Meta(title="哪里不对", extra={"widget": "radio", "choices": WRONG})]
    what: Annotated[str, Meta(title="请说清楚", description="例如：2012年在村里缴过100元，没有算进年限", min_length=4, max_length=500,
                              extra={"widget": "textarea"})]  # fmt: skip
    place: Annotated[str, Meta(title="到哪里核对", extra={"widget": "radio", "choices": PLACES})]
    day: Annotated[
        date, Meta(title="哪一天来", description="选一个工作日，缴费收据、存折等凭据带上", extra={"widget": "date"})
    ]


class Facts(Struct, frozen=True, kw_only=True):
    on: date
    benefit: BenefitRow | None
    standard: StandardRow | None
    calendar: Calendar


async def gather(_ask: BenefitDispute, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    said = await queries.standards(person.county_code, person.id)
    return Facts(
        on=on, benefit=await queries.benefit(person.county_code, person.id), standard=said[0] if said else None,
        calendar=await load_calendar(),
    )  # fmt: skip


def examine(ask: BenefitDispute, facts: Facts) -> list[Finding]:
    """Who doubts is heard; only where nothing was determined is there nothing to doubt."""
    if facts.benefit is None:
        return [Finding("no-benefit", "还没有核定过养老金。觉得账户记错了，请申请个人账户核查。", basis=BASIS)]
    return appointment(ask.day, facts.on, facts.calendar, BASIS)


def compare(ask: BenefitDispute, facts: Facts) -> list[Comparison]:
    """What is said beside what was determined."""
    lines = [
        Comparison(dict(WRONG)[ask.wrong], ask.what, "预约核对", f"{ask.day} {dict(PLACES)[ask.place]}", None, None)
    ]
    if facts.benefit is None or facts.standard is None:
        return lines
    start, said = facts.benefit.first_month, facts.standard
    says = [
        ("缴费年限", f"{facts.benefit.years}年"),
        ("开始领取", months.in_words(start)),
        ("每月", f"{show(said.total_fen)}元"),
    ]
    says += [(title_of(column), f"{show(fen)}元") for column, fen in said.amounts.items()]
    return lines + [Comparison(title, "", "待遇核定表", text, said.decided_at.date(), None) for title, text in says]


async def effect(_ask: BenefitDispute, _by: Effect) -> None:
    """The case is the record; the correction has two people of its own and waits for the person's yes (domain.redetermination)."""


ITEM = ServiceItem(
    code="benefit_dispute",
    title="待遇标准异议",
    summary="觉得养老金算得不对，约个时间带上凭据来核对，我们查清楚告诉您",
    result="核查发现标准有错，我们马上重新核定，算好以后请您确认；您确认以后按新标准发，以前多退少补。",
    basis=(BASIS,),
    payload=BenefitDispute,
    pages=(
        Page("wrong", "哪里不对", ("wrong", "what")),
        Page("appointment", "约个时间", ("place", "day"), hint="凭据不用上传，来的那天带上就行"),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=2,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
