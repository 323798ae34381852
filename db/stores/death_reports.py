"""死亡名单 from the village to the county (规程第三十二条), and 服刑. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import index, seal

ID_NUMBER = "death_report.id_number"


class NewLine(Struct, frozen=True, kw_only=True):
    """`person_id` None: nobody of that number here."""

    kind: str
    person_id: int | None
    name: str
    id_number: str
    happened_on: date
    note: str


class Line(Struct, frozen=True, kw_only=True):
    report_id: int
    line_no: int
    kind: str
    person_id: int | None
    name: str
    happened_on: date
    state: str
    region_code: str
    month: int
    forwarded: bool
    reported_by: int
    reported_by_name: str


class Spell(Struct, frozen=True, kw_only=True):
    """As sentence_spell."""

    id: int
    person_id: int
    situation: str
    first_month: int
    last_month: int | None
    acquitted: bool


async def add(
    county_code: int, village: str, month: int, lines: Sequence[NewLine], by: int, by_name: str, at: datetime
) -> int | None:
    """None when the village has reported that month."""
    report_id: int | None = await engine.fetchval(
        "insert into death_report (county_code, region_code, month, person_count, reported_at, reported_by, reported_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id",
        county_code, village, month, len(lines), at, by, by_name,
    )  # fmt: skip
    if report_id is not None:
        await engine.executemany(
            "insert into death_report_line (county_code, report_id, line_no, kind, person_id, name, id_index, id_number_sealed,"
            " happened_on, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                (county_code, report_id, number, n.kind, n.person_id, n.name, index(n.id_number, "id_number"),
                 seal(n.id_number, ID_NUMBER), n.happened_on, n.note)
                for number, n in enumerate(lines, start=1)
            ],
        )  # fmt: skip
    return report_id


async def forward(county_code: int, prefix: str, month: int, by: int, by_name: str, at: datetime) -> int:
    rows = await engine.fetch(
        "update death_report set forwarded_at = $4, forwarded_by = $5, forwarded_by_name = $6 where county_code = $1"
        " and region_code like $2 || '%' and month = $3 and forwarded_at is null returning 1",
        county_code, prefix, month, at, by, by_name,
    )  # fmt: skip
    return len(rows)


async def lock_line(county_code: int, report_id: int, line_no: int) -> Line | None:
    row = await engine.fetchrow(
        "select l.report_id, l.line_no, l.kind, l.person_id, l.name, l.happened_on, l.state, r.region_code, r.month,"
        " r.forwarded_at is not null as forwarded, r.reported_by, r.reported_by_name from death_report_line l"
        " join death_report r on r.county_code = $1 and r.id = l.report_id where l.county_code = $1 and l.report_id = $2"
        " and l.line_no = $3 for update of l",
        county_code, report_id, line_no,
    )  # fmt: skip
    return Line(**dict(row)) if row else None


async def set_line(county_code: int, line: Line, state: str, note: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update death_report_line set state = $4, decided_at = $5, decided_by = $6, decided_by_name = $7, decision_note = $8"
        " where county_code = $1 and report_id = $2 and line_no = $3",
        county_code, line.report_id, line.line_no, state, at, by, by_name, note,
    )  # fmt: skip


async def settle_lines(
    county_code: int, person_id: int, kinds: Sequence[str], state: str, note: str, by: int, by_name: str, at: datetime
) -> None:
    """The lines about a person of whom it is known by now."""
    await engine.execute(
        "update death_report_line set state = $4, decided_at = $5, decided_by = $6, decided_by_name = $7, decision_note = $8"
        " where county_code = $1 and person_id = $2 and kind = any($3::text[]) and state in ('reported', 'suspended')",
        county_code, person_id, list(kinds), state, at, by, by_name, note,
    )  # fmt: skip


# ------------------------------------------------------------------ 服刑


async def spells(county_code: int, person_id: int) -> list[Spell]:
    rows = await engine.fetch(
        "select id, person_id, situation, first_month, last_month, acquitted from sentence_spell where county_code = $1"
        " and person_id = $2 order by first_month",
        county_code, person_id,
    )  # fmt: skip
    return [Spell(**dict(row)) for row in rows]


async def lock_spell(county_code: int, spell_id: int) -> Spell | None:
    row = await engine.fetchrow(
        "select id, person_id, situation, first_month, last_month, acquitted from sentence_spell where county_code = $1"
        " and id = $2 for update",
        county_code, spell_id,
    )  # fmt: skip
    return Spell(**dict(row)) if row else None


async def add_spell(
    county_code: int,
    person_id: int,
    situation: str,
    first_month: int,
    document: str,
    by: int,
    by_name: str,
    at: datetime,
) -> int:
    spell_id: int = await engine.fetchval(
        "insert into sentence_spell (county_code, person_id, situation, first_month, document, recorded_at, recorded_by,"
        " recorded_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        county_code, person_id, situation, first_month, document, at, by, by_name,
    )  # fmt: skip
    return spell_id


async def end_spell(
    county_code: int, spell_id: int, last_month: int, document: str, by_name: str, at: datetime, *, acquitted: bool
) -> None:
    await engine.execute(
        "update sentence_spell set last_month = $3, end_document = $4, ended_by_name = $5, ended_at = $6, acquitted = $7"
        " where county_code = $1 and id = $2",
        county_code, spell_id, last_month, document, by_name, at, acquitted,
    )  # fmt: skip
