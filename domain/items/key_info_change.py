"""关键信息变更: 姓名、出生日期、有效身份证件号码 (规程第九条第二款、第十条; P-03)."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from domain import identity
from domain.actor import ActorKind
from domain.case import fields, person_change, sources
from domain.case.item import Comparison, Effect, Material, Page, ServiceItem, Subject
from domain.case.person_change import RECEIVING, ChangeFacts
from domain.errors import Finding, Weight


class KeyInfoChange(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: fields.Name
    id_type: fields.IdType
    id_number: fields.IdNumber
    born_on: fields.BornOn | None = None
    sex: fields.Sex | None = None
    reason: Annotated[str, Meta(title="为什么要改", description="例如：派出所改了名字、身份证号码重号", min_length=2, max_length=200,
                                extra={"widget": "textarea"})]  # fmt: skip

    def __post_init__(self) -> None:
        fields.tidy_identity(self)


async def prefill(subject: Subject) -> dict[str, Any]:
    person = await person_change.person_of(subject)
    return {"name": person.name, "id_type": person.id_type, "id_number": person.id_number}


async def gather(ask: KeyInfoChange, subject: Subject, on: date) -> ChangeFacts:
    return await person_change.facts(subject, on, number=ask.id_number)


def examine(ask: KeyInfoChange, facts: ChangeFacts) -> list[Finding]:
    person, found = facts.person, []
    new = _values(ask, facts)
    if all(getattr(person, field) == value for field, value in new.items()):
        found.append(Finding("nothing-changed", "填写的内容和原来一样，没有要改的。", basis="规程第九条"))
    if facts.number_holder not in (None, person.id):
        found.append(Finding("number-of-another", "这个证件号码已经登记在另一个参保人名下。", basis="规程第十二条"))
    if new["born_on"] is None or new["sex"] is None:
        found.append(Finding("identity-incomplete", "这种证件看不出性别和出生日期，请填写。", basis="规程第六十七条"))
    if new["born_on"] != person.born_on and person.contribution_status == RECEIVING:
        found.append(Finding("recheck-benefit", "正在领取待遇，出生日期变更后要重新核对领取年龄，不会自动停发。",
                             basis="规程第二十五条", weight=Weight.NOTE))  # fmt: skip
    return [
        *found,
        *_conflict(ask),
        *sources.name_in_household_register(ask.name, facts.answers),
        *sources.deceased(facts.answers),
        *sources.unavailable(facts.answers),
    ]


def _conflict(ask: KeyInfoChange) -> list[Finding]:
    """A birth date that disagrees with the number needs a special authority (R-066)."""
    coded = identity.birth_of(ask.id_type, ask.id_number)
    if coded is None or ask.born_on in (None, coded):
        return []
    return [
        Finding(
            "birth-against-number", "出生日期和身份证号码不一致，要先报省里授权。", basis="湖南经办流程五·核心提示3"
        )
    ]


def _values(ask: KeyInfoChange, facts: ChangeFacts) -> dict[str, Any]:
    """What the person would be after the change; an empty birth date or sex follows the number."""
    return {
        "name": ask.name,
        "id_type": ask.id_type,
        "id_number": ask.id_number,
        "born_on": ask.born_on or identity.birth_of(ask.id_type, ask.id_number) or facts.person.born_on,
        "sex": identity.sex_of(ask.id_type, ask.id_number) or ask.sex or facts.person.sex,
    }


def compare(ask: KeyInfoChange, facts: ChangeFacts) -> list[Comparison]:
    new, person = _values(ask, facts), facts.person
    before = [
        Comparison(
            person_change.TITLES[field], str(new[field] or ""), "原登记", str(getattr(person, field)), None, None
        )
        for field in ("name", "id_number", "born_on", "sex")
        if new[field] != getattr(person, field)
    ]
    return [*before, *sources.identity_lines(ask.name, new["born_on"], None, facts.answers)]


async def effect(ask: KeyInfoChange, by: Effect) -> None:
    """The same person with other marks (R-070); old values are kept, the tax bureau hears of it (R-072)."""
    person = await person_change.person_of(by.subject, lock=True)
    new = _values(ask, ChangeFacts(on=by.on, person=person, answers=()))
    if (new["id_type"], new["id_number"]) != (person.id_type, person.id_number):
        await person_change.replace_number(person, new["id_type"], new["id_number"], by)
    await person_change.apply({field: new[field] for field in ("name", "born_on", "sex")}, by)
    await person_change.tell_tax(person.id, by)


ITEM = ServiceItem(
    code="key_info_change",
    title="关键信息变更",
    summary="姓名、出生日期或身份证号码变了，在这里申请",
    result="新的信息已经生效，原来的信息会一直保留备查。",
    basis=("规程第九条", "规程第十条"),
    payload=KeyInfoChange,
    pages=(
        Page(
            "changed",
            "变更后的信息",
            ("name", "id_type", "id_number", "born_on", "sex"),
            hint="只改有变化的地方。用身份证的，性别和出生日期不用填",
        ),
        Page("reason", "变更原因", ("reason",)),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    materials=(Material("id_document", "变更后的有效身份证件", "规程第九条", hint="正反两面，各拍一张"),),
    assurance=3,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    undo=None,
    documents=("receipt", "change_form", "result"),
)
