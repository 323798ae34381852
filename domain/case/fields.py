"""Field types that several forms share: one title, one hint, one check each.

`extra` speaks to web.forms: `widget` says how to ask, `choices` from what, `check` is a function from the text to a
complaint in plain words or None.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from domain import codes, identity, names


def _check_name(text: str) -> str | None:
    return names.check_name(names.normalise_name(text), latin=True)


def _check_phone(text: str) -> str | None:
    return identity.check_phone(identity.normalise_phone(text))


Name = Annotated[str, Meta(title="姓名", description="和证件上的一样", max_length=50,
                           extra={"widget": "text", "autocomplete": "name", "check": _check_name})]  # fmt: skip
IdType = Annotated[
    identity.IdType, Meta(title="证件类型", extra={"widget": "select", "choices": identity.ID_TYPE_CHOICES})
]
IdNumber = Annotated[str, Meta(title="证件号码", description="身份证号码18位，最后一位可能是字母X", max_length=32,
                               extra={"widget": "id_number"})]  # fmt: skip
Sex = Annotated[str, Meta(title="性别", extra={"widget": "radio", "choices": codes.SEXES})]
BornOn = Annotated[date, Meta(title="出生日期", extra={"widget": "date"})]
EthnicGroup = Annotated[str, Meta(title="民族", extra={"widget": "select", "choices": codes.ETHNIC_GROUPS})]
HouseholdType = Annotated[str, Meta(title="户口性质", extra={"widget": "radio", "choices": codes.HOUSEHOLD_TYPES})]
HouseholdAddress = Annotated[str, Meta(title="户口所在地", description="照户口簿首页填写", min_length=4, max_length=100,
                                       extra={"widget": "text"})]  # fmt: skip
Region = Annotated[str, Meta(title="所在村组", description="选择户口所在的乡镇、村和组", pattern=r"^\d{12}$",
                             extra={"widget": "region"})]  # fmt: skip
Phone = Annotated[str, Meta(title="手机号码", description="办理结果会发短信到这个号码", extra={
    "widget": "tel", "autocomplete": "tel", "check": _check_phone})]  # fmt: skip
Address = Annotated[
    str, Meta(title="现在住的地址", max_length=100, extra={"widget": "text", "autocomplete": "street-address"})
]
Postcode = Annotated[str, Meta(title="邮政编码", pattern=r"^\d{6}$", extra={"widget": "digits"})]


class Beneficiary(Struct, frozen=True, kw_only=True):
    """指定受益人 (R-055). `share_percent`: whole per cent of what may be inherited."""

    name: Name
    id_type: IdType
    id_number: IdNumber
    relation: Annotated[str, Meta(title="与本人关系", extra={"widget": "select", "choices": codes.RELATIONS})]
    share_percent: Annotated[int, Meta(title="份额（%）", ge=1, le=100, extra={"widget": "digits"})]

    def __post_init__(self) -> None:
        tidy_identity(self)


Beneficiaries = Annotated[list[Beneficiary], Meta(title="指定受益人", max_length=5, extra={"widget": "rows"})]


def shares_add_up(rows: list[Beneficiary]) -> None:
    """A form whose shares do not add up cannot be read: ValueError with what to do (R-055)."""
    total = sum(row.share_percent for row in rows)
    if rows and total != 100:
        raise ValueError(f"各受益人的份额加起来要正好是100%，现在是{total}%")
    numbers = [row.id_number for row in rows]
    if len(set(numbers)) != len(numbers):
        raise ValueError("同一个受益人填了两次")


def tidy_identity(form: Any) -> None:
    """Name, ID number and phone in their one stored form; ValueError in plain words when the number cannot be right."""
    kind: identity.IdType = form.id_type
    number = identity.normalise(kind, form.id_number)
    name = names.normalise_name(form.name)
    latin = kind in identity.LATIN_NAMES
    wrong = identity.check(kind, number) or names.check_name(name, latin=latin)
    if wrong:
        raise ValueError(wrong)
    structs.force_setattr(form, "id_number", number)
    structs.force_setattr(form, "name", name)
    tidy_phone(form)


def tidy_phone(form: Struct) -> None:
    phone = getattr(form, "phone", None)
    if phone:
        structs.force_setattr(form, "phone", identity.normalise_phone(phone))


def born_on_of(kind: identity.IdType, number: str, declared: date | None) -> date | None:
    """The birth date coded in the number where the document has one, otherwise what was declared (R-039)."""
    return identity.birth_of(kind, number) or declared
