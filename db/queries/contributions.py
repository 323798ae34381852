"""Contributions as pages and the worker read them. The first argument is the county."""

from msgspec import Struct

from db import engine


class Owner(Struct, frozen=True):
    """Who a waiting line is given to."""

    person_id: int
    name: str
    id_index: bytes


async def ready(county_code: int, kinds: list[str], without_slip: list[str]) -> list[int]:
    """Approved documents whose money is all there, the oldest first. `without_slip`: kinds that need no receipt."""
    rows = await engine.fetch(
        "select d.id from fund_document d where d.county_code = $1 and d.state = 'approved' and d.kind = any($2)"
        " and (d.kind = any($3) or d.total_fen = (select coalesce(sum(r.amount_fen), 0) from receipt r"
        " where r.county_code = $1 and r.document_id = d.id)) order by d.id",
        county_code, kinds, without_slip,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def owner(county_code: int, person_id: int) -> Owner | None:
    row = await engine.fetchrow(
        "select id as person_id, name, id_index from person where county_code = $1 and id = $2", county_code, person_id
    )
    return Owner(**dict(row)) if row else None
