"""一般信息变更，免审核 (规程第九条第一款; P-02): the participant writes the new value, and it holds at once."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from domain import identity
from domain.actor import ActorKind
from domain.case import fields, person_change
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.case.person_change import ChangeFacts
from domain.errors import Finding

PLAIN = ("sex", "ethnic_group", "address", "postcode", "household_type")


class BasicInfoChange(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`phone_verified` is no form field: web writes it when the code sent to that number came back (R-059)."""

    phone: fields.Phone | None = None
    address: fields.Address = ""
    postcode: fields.Postcode | None = None
    sex: fields.Sex
    ethnic_group: fields.EthnicGroup
    household_type: fields.HouseholdType
    phone_verified: Annotated[str, Meta(title="已验证的手机号码", extra={"widget": "hidden"})] | None = None

    def __post_init__(self) -> None:
        fields.tidy_phone(self)


async def prefill(subject: Subject) -> dict[str, Any]:
    person = await person_change.person_of(subject)
    return {"phone": person.phone, "address": person.address, "postcode": person.postcode or None, "sex": person.sex,
            "ethnic_group": person.ethnic_group, "household_type": person.household_type}  # fmt: skip


async def gather(_ask: BasicInfoChange, subject: Subject, on: date) -> ChangeFacts:
    return await person_change.facts(subject, on)


def examine(ask: BasicInfoChange, facts: ChangeFacts) -> list[Finding]:
    person, found = facts.person, []
    if not _changes(ask, facts):
        found.append(Finding("nothing-changed", "填写的内容和原来一样，没有要改的。", basis="规程第九条"))
    coded = identity.sex_of(identity.IdType(person.id_type), person.id_number)
    if coded is not None and ask.sex not in (coded, person.sex):
        found.append(
            Finding("sex-against-number", "性别和身份证号码不一致，请到“关键信息变更”办理。", basis="规程第九条第二款")
        )
    if ask.phone and ask.phone not in (person.phone, ask.phone_verified):
        found.append(Finding("phone-not-confirmed", "新手机号码还没有用短信验证码确认。", basis="规程第六条"))
    return found


def _changes(ask: BasicInfoChange, facts: ChangeFacts) -> list[str]:
    values = {**_values(ask), "phone": ask.phone or facts.person.phone}
    return [field for field, value in values.items() if (getattr(facts.person, field) or "") != (value or "")]


def _values(ask: BasicInfoChange) -> dict[str, Any]:
    return {"sex": ask.sex, "ethnic_group": ask.ethnic_group, "address": ask.address, "postcode": ask.postcode or "",
            "household_type": ask.household_type}  # fmt: skip


def compare(_ask: BasicInfoChange, _facts: ChangeFacts) -> list[Comparison]:
    return []  # 无需审核: nothing is compared


async def effect(ask: BasicInfoChange, by: Effect) -> None:
    before = await person_change.apply(_values(ask), by)
    if ask.phone and ask.phone != before.phone:
        await person_change.set_phone(before, ask.phone, by)


ITEM = ServiceItem(
    code="basic_info_change",
    title="一般信息变更",
    summary="换了手机号码、搬了家，在这里改，马上生效",
    result="新的信息已经生效。",
    basis=("规程第九条",),
    payload=BasicInfoChange,
    pages=(
        Page("phone", "手机号码", ("phone",), hint="换了新号码，我们会发一条验证码短信给新号码"),
        Page("address", "现在住的地址", ("address", "postcode")),
        Page("person", "其他信息", ("sex", "ethnic_group", "household_type")),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=2,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "change_form"),
)
