"""户籍地址变更，县内迁移 (规程第四十条; P-04): inside one county never a transfer, only another address (R-073)."""

from datetime import date
from typing import Any

from msgspec import Struct

from domain.actor import ActorKind
from domain.case import fields, person_change, sources
from domain.case.item import SOURCE_TITLES, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.case.person_change import ChangeFacts
from domain.errors import Finding, Weight


class HouseholdAddressChange(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    household_address: fields.HouseholdAddress
    region_code: fields.Region
    household_type: fields.HouseholdType


async def prefill(subject: Subject) -> dict[str, Any]:
    person = await person_change.person_of(subject)
    return {"household_address": person.household_address, "region_code": person.region_code,
            "household_type": person.household_type}  # fmt: skip


async def gather(_ask: HouseholdAddressChange, subject: Subject, on: date) -> ChangeFacts:
    return await person_change.facts(subject, on)


def examine(ask: HouseholdAddressChange, facts: ChangeFacts) -> list[Finding]:
    found = []
    if all(getattr(facts.person, field) == value for field, value in _values(ask).items()):
        found.append(Finding("nothing-changed", "填写的内容和原来一样，没有要改的。", basis="规程第九条"))
    answer = sources.answer_of(facts.answers, Source.HOUSEHOLD_REGISTER)
    region = (answer.record or {}).get("region_code", "")
    if region and region[:6] != f"{facts.person.county_code:06d}":
        found.append(Finding("moved-away", "公安户籍库显示户口已迁到外县，应办理关系转移。", basis="规程第四十条"))
    elif region and region[:10] != ask.region_code[:10]:
        told = (answer.record or {}).get("address", region)
        found.append(
            Finding("other-village", f"公安户籍库登记在{told}，和填写的不同。", basis="规程第十条", weight=Weight.NOTE)
        )
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def _values(ask: HouseholdAddressChange) -> dict[str, Any]:
    return {
        "household_address": ask.household_address,
        "region_code": ask.region_code,
        "household_type": ask.household_type,
    }


def compare(ask: HouseholdAddressChange, facts: ChangeFacts) -> list[Comparison]:
    answer = sources.answer_of(facts.answers, Source.HOUSEHOLD_REGISTER)
    title, source = "户口所在地", SOURCE_TITLES[Source.HOUSEHOLD_REGISTER]
    says = (answer.record or {}).get("address")
    told = sources.said(answer, says)
    return [
        Comparison(title, ask.household_address, "原登记", facts.person.household_address, None, None),
        Comparison(title, ask.household_address, source, told, answer.as_of_on, None if says is None else says == ask.household_address),
    ]  # fmt: skip


async def effect(ask: HouseholdAddressChange, by: Effect) -> None:
    before = await person_change.apply(_values(ask), by)
    await person_change.tell_tax(before.id, by)


ITEM = ServiceItem(
    code="household_address_change",
    title="县内户籍地址变更",
    summary="户口在本县里迁了地方，在这里改，不用办转移",
    result="户口所在地已经更新，养老保险关系和账户不变。",
    basis=("规程第四十条", "规程第十条"),
    payload=HouseholdAddressChange,
    pages=(Page("household", "现在的户口所在地", ("household_address", "region_code", "household_type")),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=3,
    prefill=prefill,
    region_of=lambda ask: ask.region_code,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "change_form", "result"),
)
