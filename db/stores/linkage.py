"""Linkage with the employee scheme: the write side. Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine


class NewLinkage(Struct, frozen=True, kw_only=True):
    direction: str
    number: str
    case_id: int
    person_id: int
    account_id: int
    agency: str
    state: str
    asked_on: date
    due_on: date
    provisional: bool
    employee_months: int
    years_here: int


class LinkageRow(NewLinkage, frozen=True, kw_only=True):
    """As db/migrations/m0015_linkage.sql says, with whom it is about."""

    county_code: int
    id: int
    name: str
    id_index: bytes
    region_code: str
    years_after: int | None
    rest_months: int
    total_fen: int | None
    refund_fen: int
    document_id: int | None
    order_id: int | None
    payment_document_id: int | None
    reason: str
    opened_at: datetime
    closed_at: datetime | None


_OF_PERSON = ("name", "id_index", "region_code")
SELECT = (
    "select " + ", ".join(f"{'p' if name in _OF_PERSON else 'x'}.{name}" for name in LinkageRow.__struct_fields__)
    + " from scheme_linkage x join person p on p.county_code = x.county_code and p.id = x.person_id"
)  # fmt: skip


def row_of(record: engine.Record) -> LinkageRow:
    return LinkageRow(**dict(record))


async def insert(county_code: int, new: NewLinkage, at: datetime) -> int | None:
    """None while another one of this person is open."""
    names = NewLinkage.__struct_fields__
    values = ", ".join(f"${n}" for n in range(3, len(names) + 3))
    found: int | None = await engine.fetchval(
        f"insert into scheme_linkage (county_code, opened_at, {', '.join(names)}) values ($1, $2, {values}) on conflict do nothing"
        " returning id",
        county_code, at, *(getattr(new, name) for name in names),
    )  # fmt: skip
    return found


async def lock(county_code: int, linkage_id: int) -> LinkageRow | None:
    record = await engine.fetchrow(f"{SELECT} where x.county_code = $1 and x.id = $2 for update of x", county_code, linkage_id)
    return row_of(record) if record else None


async def change(county_code: int, linkage_id: int, **values: Any) -> None:
    """Columns by name; only those that this module's callers know."""
    sets = ", ".join(f"{name} = ${position}" for position, name in enumerate(values, start=3))
    await engine.execute(
        f"update scheme_linkage set {sets} where county_code = $1 and id = $2", county_code, linkage_id, *values.values()
    )


async def add_months(county_code: int, linkage_id: int, months: Mapping[int, int]) -> None:
    await engine.executemany(
        "insert into linkage_month (county_code, linkage_id, year, months) values ($1, $2, $3, $4)",
        [(county_code, linkage_id, year, count) for year, count in sorted(months.items())],
    )
