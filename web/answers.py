"""What somebody filled in, read back in words: titles as on the form, lists by their words, places by their names."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from db.queries import regions
from domain import identity, money
from domain.agency import payment_orders
from domain.case.item import ServiceItem
from web import pages
from web.fields import FieldSpec, fields

_MASKS = {"id_number": identity.mask_id, "tel": identity.mask_phone, "bank_account": payment_orders.mask_account}


class Line(Struct, frozen=True):
    """`rows` holds the lines of each repeated row; `text` is empty then."""

    name: str
    title: str
    text: str
    rows: tuple[tuple["Line", ...], ...] = ()


class Group(Struct, frozen=True):
    """One page of the form. `code` is the page's, for links back to it."""

    code: str
    title: str
    lines: tuple[Line, ...]


async def read_back(item: ServiceItem, answers: Mapping[str, Any], *, masked: bool = False) -> list[Group]:
    """All pages of the form in order. `masked` hides the middle of ID numbers, phones and bank accounts."""
    specs = {spec.name: spec for spec in fields(item.payload)}
    places = await regions.names(
        [str(answers[s.name]) for s in specs.values() if s.widget == "region" and answers.get(s.name)]
    )
    return [
        Group(
            page.code, page.title, tuple(_line(specs[name], answers.get(name), places, masked) for name in page.fields)
        )
        for page in item.pages
    ]


def _line(spec: FieldSpec, value: Any, places: Mapping[str, str], masked: bool) -> Line:
    if spec.fields:
        rows = tuple(
            tuple(_line(one, row.get(one.name), places, masked) for one in spec.fields) for row in (value or ())
        )
        return Line(spec.name, spec.title, "", rows)
    return Line(spec.name, spec.title, _text(spec, value, places, masked))


def _text(spec: FieldSpec, value: Any, places: Mapping[str, str], masked: bool) -> str:
    if spec.widget == "checkbox":
        return "是" if value else "否"
    if value is None or value == "":
        return ""
    words = {code: title for code, title, *_ in spec.choices}
    if isinstance(value, list):
        return "、".join(words.get(str(one), str(one)) for one in value)
    if spec.widget == "tier":
        return f"每年{money.show(value)}元"
    if spec.widget == "date":
        return pages.day(value if isinstance(value, date) else date.fromisoformat(value))
    text = words.get(str(value)) or places.get(str(value)) or str(value)
    mask = _MASKS.get(spec.widget)
    return mask(text) if masked and mask else text
