"""What a payload struct asks: one FieldSpec an input, from the titles and notes that the struct itself carries."""

import types
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct, structs

_HINTS = {"date": "写8位数字，例如19580305"}
_RADIOS_AT_MOST = 5
_SHORT_TITLE = 6


class FieldSpec(Struct, frozen=True, kw_only=True):
    """One input as the struct declares it: Meta(title, description, extra={widget, choices, autocomplete, check, message})."""

    name: str
    title: str
    hint: str
    widget: str  # text textarea tel digits bank_account number date id_number select radio checkbox checkboxes region tier rows hidden signature
    required: bool
    nullable: bool
    default: Any
    type: Any
    choices: tuple[tuple[str, ...], ...]
    meta: dict[str, Any]
    fields: tuple["FieldSpec", ...] = ()

    @property
    def initial(self) -> "str | list[str]":
        """What an untouched form shows."""
        if self.default is NODEFAULT or self.fields or self.type is bool:
            return ""
        return (
            [text_of(one) for one in self.default] if isinstance(self.default, list | tuple) else text_of(self.default)
        )

    @property
    def optional(self) -> bool:
        """Whether leaving it empty is an answer; an input that starts with a value is neither asked nor optional."""
        return not self.required and not self.initial

    @property
    def inputmode(self) -> str:
        return {"digits": "numeric", "number": "numeric", "date": "numeric", "tel": "tel", "bank_account": "numeric"}.get(self.widget, "")

    @property
    def autocomplete(self) -> str:
        return str(self.meta["extra"].get("autocomplete", "off"))

    @property
    def inline(self) -> bool:
        """Short choices stand side by side."""
        return all(len(words[1]) <= _SHORT_TITLE for words in self.choices)

    @property
    def ask(self) -> str:
        return f"请{'选择' if self.choices or self.widget in ('region', 'tier') else '填写'}{self.title}。"


@cache
def fields(struct_type: type[Struct]) -> tuple[FieldSpec, ...]:
    hints = get_type_hints(struct_type, include_extras=True)
    return tuple(_spec(field, hints[field.name]) for field in structs.fields(struct_type))


def _spec(field: structs.FieldInfo, hint: Any) -> FieldSpec:
    type_, meta, nullable = _unwrap(hint)
    element = get_args(type_)[0] if get_origin(type_) in (list, tuple) else None
    row_type = element if isinstance(element, type) and issubclass(element, Struct) else None
    choices = _choices(meta["extra"].get("choices"), element or type_)
    widget = meta["extra"].get("widget") or _widget(type_, row_type, choices, element)
    default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
    return FieldSpec(
        name=field.name,
        title=meta.get("title", field.name),
        hint=meta.get("description", _HINTS.get(widget, "")),
        widget=widget,
        required=field.required and not nullable,
        nullable=nullable,
        default=default,
        type=type_,
        choices=choices,
        meta=meta,
        fields=fields(row_type) if row_type else (),
    )


def _unwrap(hint: Any) -> tuple[Any, dict[str, Any], bool]:
    """The bare type, all its Metas as one dict, and whether None is allowed."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        type_, meta, nullable = _unwrap(inner)
        for note in notes:
            if isinstance(note, Meta):
                said = {name: value for name, value in note.__rich_repr__() if value is not None}
                meta = meta | said | {"extra": meta["extra"] | said.get("extra", {})}
        return type_, meta, nullable
    if get_origin(hint) in (Union, types.UnionType):
        some = [arm for arm in get_args(hint) if arm is not types.NoneType]
        if len(some) == 1:
            type_, meta, _ = _unwrap(some[0])
            return type_, meta, True
    return hint, {"extra": {}}, False


def _choices(declared: Any, type_: Any) -> tuple[tuple[str, ...], ...]:
    if declared:
        return tuple(declared.items() if isinstance(declared, Mapping) else declared)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return tuple((str(member.value), str(member.value)) for member in type_)
    return tuple((str(arm), str(arm)) for arm in get_args(type_)) if get_origin(type_) is Literal else ()


def _widget(type_: Any, row_type: Any, choices: Sequence[Any], element: Any) -> str:
    if row_type or element:
        return "rows" if row_type else "checkboxes"
    if choices:
        return "radio" if len(choices) <= _RADIOS_AT_MOST else "select"
    return {bool: "checkbox", date: "date", int: "number"}.get(type_, "text")


def text_of(value: Any) -> str:
    """A value as the text that fills its input."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    return str(value.value if isinstance(value, Enum) else value)
