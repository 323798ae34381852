"""What the imported snapshots say about one ID number: the newest batch of each source, with its age."""

from datetime import date

import msgspec
from msgspec import Struct

from db import engine


class SourceRow(Struct, frozen=True, kw_only=True):
    """`batch_id` None: nothing was ever imported from this source. `record` None: the batch does not know the number."""

    source: str
    available: bool
    batch_id: int | None
    batch_no: str
    as_of_on: date | None
    name: str | None
    record: dict[str, str] | None


async def ask(county_code: int, id_index: bytes, sources: list[str]) -> list[SourceRow]:
    rows = await engine.fetch(
        "select s.source, coalesce(t.available, false) as available, b.id as batch_id, coalesce(b.batch_no, '') as batch_no,"
        " b.as_of_on, r.name, r.data"
        " from unnest($3::text[]) with ordinality as s(source, position)"
        " left join source_state t on t.county_code = $1 and t.source = s.source"
        " left join lateral (select id, batch_no, as_of_on from source_batch where county_code = $1 and source = s.source"
        "   order by as_of_on desc, id desc limit 1) b on true"
        " left join source_record r on r.county_code = $1 and r.source = s.source and r.id_index = $2 and r.batch_id = b.id"
        " order by s.position",
        county_code, id_index, sources,
    )  # fmt: skip
    return [
        SourceRow(
            source=row["source"],
            available=row["available"] and row["batch_id"] is not None,
            batch_id=row["batch_id"],
            batch_no=row["batch_no"],
            as_of_on=row["as_of_on"],
            name=row["name"],
            record=msgspec.json.decode(row["data"], type=dict[str, str]) if row["data"] else None,
        )
        for row in rows
    ]
