"""What was asked of which source for a case, and the snapshots the sources left with us (R-497)."""

from datetime import date, datetime
from typing import Any

import msgspec

from db import engine
from db.crypto import index, seal


async def keep(county_code: int, case_id: int, purpose: str, at: datetime, answers: list[dict[str, Any]]) -> None:
    """Appends the answers a decision rests on. Keys: source, batch_id, batch_no, as_of_on and whatever was said."""
    await engine.executemany(
        "insert into comparison_result (county_code, case_id, source, batch_id, batch_no, as_of_on, asked_at, purpose,"
        " answer_sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            (county_code, case_id, a["source"], a["batch_id"], a["batch_no"], a["as_of_on"], at, purpose,
             seal(msgspec.json.encode(a), "comparison.answer"))
            for a in answers
        ],
    )  # fmt: skip


async def batch_exists(county_code: int, source: str, batch_no: str) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select 1 from source_batch where county_code = $1 and source = $2 and batch_no = $3)",
        county_code, source, batch_no,
    )  # fmt: skip
    return found


async def import_snapshot(
    *,
    county_code: int,
    source: str,
    batch_no: str,
    as_of_on: date,
    purpose: str,
    rows: list[tuple[str, str, dict[str, str]]],
    imported_at: datetime,
    imported_by: str,
) -> int:
    """`rows`: (id_number, name, facts). The number itself is not kept, only its index. Returns the batch id."""
    batch_id: int = await engine.fetchval(
        "insert into source_batch (county_code, source, batch_no, as_of_on, purpose, row_count, imported_at, imported_by)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        county_code, source, batch_no, as_of_on, purpose, len(rows), imported_at, imported_by,
    )  # fmt: skip
    await engine.executemany(
        "insert into source_record (county_code, batch_id, source, id_index, name, data) values ($1, $2, $3, $4, $5, $6)",
        [
            (county_code, batch_id, source, index(number, "id_number"), name, msgspec.json.encode(facts).decode())
            for number, name, facts in rows
        ],
    )
    await set_available(county_code, source, available=True, note="", at=imported_at)
    return batch_id


async def set_available(county_code: int, source: str, *, available: bool, note: str, at: datetime) -> None:
    await engine.execute(
        "insert into source_state (county_code, source, available, note, changed_at) values ($1, $2, $3, $4, $5)"
        " on conflict (county_code, source) do update set available = $3, note = $4, changed_at = $5",
        county_code, source, available, note, at,
    )  # fmt: skip
