"""Village packs and what is reported of their lines. Inside the caller's transaction. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine


class PackLine(Struct, frozen=True, kw_only=True):
    """A line as it stands. `region_code`: the village of its pack; `turn`: how often it was reported."""

    pack_id: int
    line_no: int
    kind: str
    region_code: str
    person_id: int
    answer: str
    follow_up: str
    turn: int


class NewCheck(Struct, frozen=True, kw_only=True):
    """`note`: what is wrong, or where to; `why_corrected`: empty for the first report of a line."""

    answer: str
    note: str
    died_on: date | None
    why_corrected: str


async def lock_village(county_code: int, village: str) -> None:
    """Of two who ask for a pack of one village, the second waits."""
    await engine.execute("select pg_advisory_xact_lock($1, $2)", county_code, int(village[6:]))


async def add(
    county_code: int, village: str, kind: str, people: Sequence[tuple[int, str]], per_file: int, by: int, by_name: str, at: datetime
) -> int:  # fmt: skip
    """`people`: (person, code) in the order of the lines. Returns the pack."""
    pack_id: int = await engine.fetchval(
        "insert into village_pack (county_code, region_code, kind, person_count, asked_at, asked_by, asked_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) returning id",
        county_code, village, kind, len(people), at, by, by_name,
    )  # fmt: skip
    await engine.execute(
        "insert into village_pack_line (county_code, pack_id, line_no, person_id, code) select $1, $2, t.line_no, t.person_id, t.code"
        " from unnest($3::bigint[], $4::text[]) with ordinality t (person_id, code, line_no)",
        county_code, pack_id, [person for person, _ in people], [code for _, code in people],
    )  # fmt: skip
    await engine.execute(
        "insert into village_pack_file (county_code, pack_id, number, first_line, last_line) select $1, $2, n, (n - 1) * $4 + 1,"
        " least(n * $4, $3) from generate_series(1, ($3::int + $4::int - 1) / $4) n",
        county_code, pack_id, len(people), per_file,
    )  # fmt: skip
    return pack_id


async def printed(county_code: int, pack_id: int, number: int, storage_key: str, at: datetime) -> None:
    """Whoever printed the same file a moment ago was first."""
    await engine.execute(
        "update village_pack_file set storage_key = $4, printed_at = $5 where county_code = $1 and pack_id = $2 and number = $3"
        " and storage_key is null",
        county_code, pack_id, number, storage_key, at,
    )  # fmt: skip


async def lock_line(county_code: int, pack_id: int, line_no: int) -> PackLine | None:
    row = await engine.fetchrow(
        "select l.pack_id, l.line_no, v.kind, v.region_code, l.person_id, l.answer, l.follow_up, (select count(*) from village_check c"
        " where c.county_code = $1 and c.pack_id = $2 and c.line_no = $3)::int as turn from village_pack_line l join village_pack v"
        " on v.county_code = $1 and v.id = l.pack_id where l.county_code = $1 and l.pack_id = $2 and l.line_no = $3 for update of l",
        county_code, pack_id, line_no,
    )  # fmt: skip
    return PackLine(**dict(row)) if row else None


async def report(
    county_code: int, line: PackLine, new: NewCheck, follow_up: str, by: int, by_kind: str, by_name: str, at: datetime
) -> None:
    await engine.execute(
        "insert into village_check (county_code, pack_id, line_no, turn, answer, note, died_on, why_corrected, reported_at, reported_by,"
        " reported_by_kind, reported_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        county_code, line.pack_id, line.line_no, line.turn + 1, new.answer, new.note, new.died_on, new.why_corrected, at, by, by_kind,
        by_name,
    )  # fmt: skip
    await engine.execute(
        "update village_pack_line set answer = $4, follow_up = $5 where county_code = $1 and pack_id = $2 and line_no = $3",
        county_code, line.pack_id, line.line_no, new.answer, follow_up,
    )  # fmt: skip


async def followed(county_code: int, line: PackLine, note: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update village_pack_line set follow_up = 'done', followed_at = $4, followed_by = $5, followed_by_name = $6, follow_note = $7"
        " where county_code = $1 and pack_id = $2 and line_no = $3",
        county_code, line.pack_id, line.line_no, at, by, by_name, note,
    )  # fmt: skip
