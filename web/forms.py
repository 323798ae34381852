"""Forms: what a person typed, decoded to a payload with every mistake told at once. What is asked stands in web.fields.

Only typing mistakes are found here; whether somebody may apply is never a form's business (规程第二十四条).
Nested structs are repeatable rows, their inputs named `beneficiaries.0.name`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar, get_args

import msgspec
from msgspec import Struct, structs

from domain import identity, names
from web.fields import FieldSpec, fields, text_of

__all__ = ["Errors", "FieldSpec", "FormData", "Text", "as_form", "build", "clean", "decode", "fields", "read_date"]
__all__ += ["reshape", "row_indexes", "typed"]

Text = dict[str, str | list[str]]  # what a form shows again, keyed by full input name
S = TypeVar("S", bound=Struct)
Errors = dict[str, str]  # by full input name; "" is about the form as a whole

ROWS_AT_MOST = 50
_TRUE = frozenset({"on", "true", "1", "yes"})
_NARROW = {
    wide: wide - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for wide in range(*span)
}
_NARROW[0x3000] = 0x20
# Invisible characters that copying from other programs leaves behind, and everything PostgreSQL refuses.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
)
_ROW = r"\.(\d{1,3})\."
_DATE = re.compile(r"(\d{4})(?:[-/.年．／－](\d{1,2})[-/.月．／－](\d{1,2})日?|(\d{2})(\d{2}))", re.ASCII)


class FormData(Protocol):
    """What Litestar's form is: several values for one name."""

    def keys(self) -> Iterable[str]: ...
    def getall(self, key: str, default: list[Any], /) -> list[Any]: ...


def decode(
    struct_type: type[Struct], form: FormData, only: Iterable[str] | None = None
) -> tuple[dict[str, Any], Errors]:
    """(values, errors): typed values by field name, and a message for every input that cannot be read.

    `only` names the fields of one page of the form; without it the struct's own __post_init__ is tried as well.
    """
    wanted = None if only is None else frozenset(only)
    specs = [spec for spec in fields(struct_type) if wanted is None or spec.name in wanted]
    values, errors = _decode(struct_type, specs, form, "")
    if wanted is None and not errors:
        _, errors = build(struct_type, values)
    return values, errors


def build(struct_type: type[S], values: Mapping[str, Any]) -> tuple[S | None, Errors]:
    """The struct itself, or what its __post_init__ has to say about the fields together."""
    try:
        return struct_type(**values), {}
    except ValueError as problem:
        return None, {"": str(problem)}
    except TypeError:
        missing = [spec for spec in fields(struct_type) if spec.required and spec.name not in values]
        return None, {spec.name: spec.ask for spec in missing}


def _decode(
    struct_type: type[Struct], specs: Sequence[FieldSpec], form: FormData, prefix: str
) -> tuple[dict[str, Any], Errors]:
    values: dict[str, Any] = {}
    errors: Errors = {}
    for spec in specs:
        name = prefix + spec.name
        try:
            values[spec.name] = _rows(spec, form, name) if spec.fields else _value(spec, form, name)
        except _Wrong as wrong:
            errors |= wrong.errors
    return values, errors | _identity_errors(struct_type, values, prefix)


class _Wrong(Exception):
    def __init__(self, errors: Errors) -> None:
        super().__init__()
        self.errors = errors


def _value(spec: FieldSpec, form: FormData, name: str) -> Any:
    texts = [clean(text) for text in form.getall(name, []) if isinstance(text, str)]
    if spec.widget == "checkboxes":
        chosen = [text for text in texts if text]
        if spec.required and not chosen:
            raise _Wrong({name: spec.ask})
        return _convert(spec, chosen, name)
    text = texts[-1] if texts else ""
    if spec.type is bool:
        return text.lower() in _TRUE
    if text:
        return _convert(spec, _read(spec, text, name), name)
    if spec.required:
        raise _Wrong({name: spec.ask})
    return None if spec.nullable else spec.default


def clean(text: str) -> str:
    """Full-width digits and letters made narrow, invisible characters and outer blanks removed."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n")).translate(_NARROW).strip()


def read_date(text: str) -> date | None:
    """1958-03-05, 19580305, 1958/3/5, 1958年3月5日; None when it is no date. ValueError when there is no such day."""
    found = _DATE.fullmatch(re.sub(r"\s", "", text))
    return date(*(int(part) for part in found.groups() if part)) if found else None


def _read(spec: FieldSpec, text: str, name: str) -> Any:
    if spec.type is date:
        try:
            day = read_date(text)
        except ValueError:
            raise _Wrong({name: f"没有“{text}”这一天，请检查{spec.title}。"}) from None
        if day is None:
            raise _Wrong({name: f"{spec.title}请写成8位数字，例如19580305。"})
        return day
    if spec.type is int:
        number = text.replace(",", "").replace("，", "")
        if not re.fullmatch(r"[+-]?\d{1,18}", number, re.ASCII):
            raise _Wrong({name: f"{spec.title}请填整数，例如200。"})
        return int(number)
    return text


def _convert(spec: FieldSpec, value: Any, name: str) -> Any:
    """The value in its type, once no constraint and no `check` of the field has a complaint."""
    complaint = _complaint(spec, value)
    if complaint is None:
        try:
            return msgspec.convert(value, spec.type, strict=False)
        except msgspec.ValidationError:
            complaint = f"{spec.title}不对，请检查。"
    raise _Wrong({name: complaint})


def _complaint(spec: FieldSpec, value: Any) -> str | None:
    meta, title = spec.meta, spec.title
    chosen = value if isinstance(value, list) else [value]
    if spec.choices and not {str(one) for one in chosen} <= {choice[0] for choice in spec.choices}:
        return f"请从列出的选项里选择{title}。"
    if isinstance(value, str):
        if len(value) > meta.get("max_length", len(value)):
            return f"{title}太长了，最多{meta['max_length']}个字，现在有{len(value)}个字。"
        if len(value) < meta.get("min_length", 0):
            return f"{title}太短了，至少{meta['min_length']}个字。"
        if "pattern" in meta and not re.search(meta["pattern"], value, re.ASCII):
            return str(meta["extra"].get("message") or f"{title}的格式不对，请检查有没有多写或漏写。")
    if isinstance(value, int):
        if value < meta.get("ge", value):
            return f"{title}不能小于{meta['ge']}。"
        if value > meta.get("le", value):
            return f"{title}不能大于{meta['le']}。"
    check: Callable[[Any], str | None] | None = meta["extra"].get("check")
    return check(value) if check else None


def _rows(spec: FieldSpec, form: FormData, name: str) -> list[Struct]:
    """One struct for each row in which anything was typed."""
    row_type: type[Struct] = get_args(spec.type)[0]
    at_most = spec.meta.get("max_length", ROWS_AT_MOST)
    rows: list[Struct | None] = []
    errors: Errors = {}
    for index in row_indexes(form, name):
        prefix = f"{name}.{index}."
        if not any(clean(text) for text in _typed_in(spec, form, prefix)):
            continue
        values, wrong = _decode(row_type, spec.fields, form, prefix)
        row, whole = (None, wrong) if wrong else build(row_type, values)
        rows.append(row)
        errors |= {key or name: message for key, message in whole.items()}
    if len(rows) > at_most:
        errors[name] = f"{spec.title}最多填{at_most}位。"
    if spec.required and not rows:
        errors[name] = f"请至少填写一位{spec.title}。"
    if errors:
        raise _Wrong(errors)
    return [row for row in rows if row is not None]


def _typed_in(spec: FieldSpec, form: FormData, prefix: str) -> list[str]:
    """What a person entered in a row; a select that always sends something does not count."""
    return [
        text
        for field in spec.fields
        if not field.choices
        for text in form.getall(prefix + field.name, [])
        if isinstance(text, str)
    ]


def row_indexes(keys: Mapping[str, Any] | FormData, name: str) -> list[int]:
    """The numbers of the rows that are there, in order; gaps are allowed."""
    row = re.compile(re.escape(name) + _ROW, re.ASCII)
    return sorted({int(found[1]) for found in map(row.match, keys.keys()) if found})


def _identity_errors(struct_type: type[Struct], values: Mapping[str, Any], prefix: str) -> Errors:
    """Number and name are judged by the kind of document beside them, wherever a form asks for the three (规程第六十七条)."""
    number, name = values.get("id_number"), values.get("name")
    if "id_type" not in struct_type.__struct_fields__ or not number:
        return {}
    kind = values.get("id_type") or identity.IdType.RESIDENT_ID_CARD
    latin = kind not in (identity.IdType.RESIDENT_ID_CARD, identity.IdType.SOCIAL_SECURITY_CARD)
    found = {
        "id_number": identity.check(kind, identity.normalise(kind, number)),
        "name": names.check_name(names.normalise_name(name), latin=latin) if name else None,
    }
    return {prefix + field: message for field, message in found.items() if message}


def typed(form: FormData) -> Text:
    """What was typed, to be shown again as it was."""
    texts = {
        name: [text for text in form.getall(name, []) if isinstance(text, str)] for name in dict.fromkeys(form.keys())
    }
    return {name: some[0] if len(some) == 1 else some for name, some in texts.items() if some}


def as_form(values: Mapping[str, Any] | Struct, prefix: str = "") -> Text:
    """Values of a struct, of `decode` or of a stored draft as the texts that fill the form."""
    items = structs.asdict(values) if isinstance(values, Struct) else values
    out: Text = {}
    for name, value in items.items():
        full = prefix + name
        if isinstance(value, list | tuple) and value and isinstance(value[0], Struct | Mapping):
            for index, row in enumerate(value):
                out |= as_form(row, f"{full}.{index}.")
        elif isinstance(value, list | tuple):
            out[full] = [text_of(one) for one in value]
        else:
            out[full] = text_of(value)
    return out


def reshape(form: FormData) -> Text | None:
    """The refilled form when the button pressed was 添加一位 or 去掉; None when it was any other button."""
    texts = typed(form)
    add, remove = texts.pop("_add", None), texts.pop("_remove", None)
    if isinstance(add, str):
        rows = row_indexes(texts, add)
        texts[f"{add}.{rows[-1] + 1 if rows else 0}."] = ""  # no input has this name; it only opens the row
        return texts
    if isinstance(remove, str):
        return {name: text for name, text in texts.items() if not name.startswith(remove + ".")}
    return None
