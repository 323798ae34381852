"""What the three change items share: reading the participant, and keeping every old value (R-058)."""

from datetime import date
from typing import Any

from msgspec import Struct

from db.queries import people as people_query
from db.stores import messages, people
from db.stores.people import PersonRow
from domain.case import sources
from domain.case.item import Answer, Effect, Source, Subject
from domain.errors import NotFound

CHANGE_SOURCES = (Source.HOUSEHOLD_REGISTER, Source.DEATHS)

RECEIVING = 3  # AAC031 终止缴费: the participant draws, or drew, the pension

TITLES: dict[str, str] = {
    "name": "姓名", "id_type": "证件类型", "id_number": "证件号码", "sex": "性别", "born_on": "出生日期",
    "ethnic_group": "民族", "phone": "手机号码", "address": "现在住的地址", "postcode": "邮政编码",
    "household_type": "户口性质", "household_address": "户口所在地", "region_code": "所在村组",
}  # fmt: skip


class ChangeFacts(Struct, frozen=True, kw_only=True):
    """`number_holder`: the person who has the new number already, None when nobody has."""

    on: date
    person: PersonRow
    answers: tuple[Answer, ...]
    number_holder: int | None = None


async def person_of(subject: Subject, *, lock: bool = False) -> PersonRow:
    """The participant a case is about. NotFound when there is none."""
    person = await people.read(subject.county_code, subject.person_id, lock=lock) if subject.person_id else None
    if person is None:
        raise NotFound
    return person


async def facts(subject: Subject, on: date, *, number: str | None = None) -> ChangeFacts:
    """The participant and what the sources say. With `number`, the sources are asked about that new number instead."""
    person = await person_of(subject)
    asked = people_query.id_index_of(number) if number else person.id_index  # changed since the case was filed, perhaps
    holder = await people.find(asked)
    return ChangeFacts(
        on=on,
        person=person,
        answers=await sources.ask(subject.county_code, asked, CHANGE_SOURCES),
        number_holder=holder[1] if holder else None,
    )


async def apply(values: dict[str, Any], by: Effect) -> PersonRow:
    """Writes the plain fields that really change, and keeps each old value. Returns the person as before."""
    before = await person_of(by.subject, lock=True)
    changed = {field: value for field, value in values.items() if getattr(before, field) != value}
    if changed:
        await people.set_fields(before.county_code, before.id, changed)
        await record(before, changed, by)
    return before


async def record(before: PersonRow, changed: dict[str, Any], by: Effect) -> None:
    rows = [(field, _text(getattr(before, field)), _text(value)) for field, value in changed.items()]
    await people.record_changes(
        before.county_code, before.id, rows, case_id=by.case_id, at=by.at, actor_kind=by.actor.kind, actor_id=by.actor.id,
        actor_name=by.actor.name, channel=by.actor.channel,
    )  # fmt: skip


async def take_back(original_case_id: int, by: Effect) -> None:
    """Puts back what a case changed, unless a later change has written the field since."""
    person = await person_of(by.subject, lock=True)
    back: dict[str, str] = {}
    for change in await people_query.changes_by_case(person.county_code, original_case_id):
        if _text(getattr(person, change.field)) != change.after:
            raise sources.cannot_undo(f"“{TITLES[change.field]}”后来又改过，请直接办理新的变更。")
        back[change.field] = change.before
    number = back.pop("id_number", None)
    id_type = back.pop("id_type", person.id_type)
    phone = back.pop("phone", None)
    if number or id_type != person.id_type:
        await replace_number(person, id_type, number or person.id_number, by)
    if phone is not None:
        await set_phone(person, phone, by)
    await apply({field: _typed(field, value) for field, value in back.items()}, by)


async def replace_number(person: PersonRow, id_type: str, number: str, by: Effect) -> None:
    await people.replace_number(person.county_code, person.id, id_type, number, by.case_id, by.on)
    changed = {"id_type": id_type, "id_number": number}
    await record(person, {field: value for field, value in changed.items() if getattr(person, field) != value}, by)


async def set_phone(person: PersonRow, phone: str, by: Effect) -> None:
    """The new phone, and a word to the old one, which may be the only way its owner learns of a fraud (R-059)."""
    await people.set_phone(person.county_code, person.id, phone)
    await record(person, {"phone": phone}, by)
    if person.phone:
        await messages.text(
            county_code=person.county_code, recipient_index=person.id_index, case_id=by.case_id, phone=person.phone,
            title="手机号码已变更",
            body="您在城乡居民养老保险登记的手机号码已经改成别的号码。如果不是您本人办理的，请马上联系社保经办机构。",
            at=by.at,
        )  # fmt: skip


async def tell_tax(person_id: int, by: Effect) -> None:
    """Key changes are sent to the tax bureau again (规程第十三条; R-072)."""
    after = await people.read(by.subject.county_code, person_id)
    assert after is not None
    await messages.queue_exchange(by.subject.county_code, "tax", "registration", {
        "action": "change", "person_id": after.id, "name": after.name, "id_type": after.id_type,
        "id_number": after.id_number, "region_code": after.region_code, "changed_on": by.on.isoformat(),
    }, by.case_id, by.at)  # fmt: skip


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _typed(field: str, text: str) -> Any:
    return date.fromisoformat(text) if field == "born_on" else text
