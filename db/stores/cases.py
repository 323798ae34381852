"""The write side of cases. Called by domain.case.flow only, inside its transaction."""

from datetime import date, datetime
from typing import Any

import msgspec
from asyncpg import Record
from msgspec import Struct

from db import engine
from db.crypto import seal, sm3, unseal

PAYLOAD = "case.payload"
EVENT = "case.event"


class CaseRow(Struct, frozen=True, kw_only=True):
    """One case as the engine needs it. `answers` are the payload's builtins: strings, numbers, lists, dicts."""

    county_code: int
    id: int
    case_no: str | None
    item: str
    profile: str
    status: str
    step: int
    subject_person_id: int | None
    subject_name: str
    subject_index: bytes
    region_code: str
    applicant_kind: str
    applicant_name: str
    applicant_index: bytes
    filer_kind: str
    filer_id: int
    filer_name: str
    filer_index: bytes | None
    channel: str
    awaiting: str | None
    page: str
    verify_token: str
    received_on: date | None
    received_reason: str | None
    limit_days: int | None
    target_days: int | None
    due_on: date | None
    target_on: date | None
    provisional: bool
    told_at: datetime | None
    desk: str | None
    waiting_post: str | None
    assignee_id: int | None
    held_until: date | None
    hold_reason: str | None
    findings: str
    outcome: str | None
    clean: bool
    decided_at: datetime | None
    decided_by_name: str | None
    reason_code: str | None
    reason_text: str | None
    on_commitment: bool
    effected_at: datetime | None
    reversed_by: int | None
    created_at: datetime
    touched_at: datetime
    version: int
    answers: dict[str, Any]
    paused_on: date | None
    resumed_on: date | None
    pause_points: str | None


_COLUMNS = ", ".join(
    "c." + name
    for name in CaseRow.__struct_fields__
    if name not in {"answers", "paused_on", "resumed_on", "pause_points"}
)
_SELECT = (
    f"select {_COLUMNS}, c.payload_sealed, p.from_on as paused_on, p.until_on as resumed_on, p.points as pause_points"
    " from service_case c left join case_pause p on p.county_code = c.county_code and p.case_id = c.id"
    " where c.county_code = $1 and c.id = $2"
)


def _row(record: Record) -> CaseRow:
    values = dict(record)
    values["answers"] = msgspec.json.decode(unseal(values.pop("payload_sealed"), PAYLOAD))
    return CaseRow(**values)


async def read(county_code: int, case_id: int) -> CaseRow | None:
    record = await engine.fetchrow(_SELECT, county_code, case_id)
    return _row(record) if record else None


async def lock(county_code: int, case_id: int) -> CaseRow | None:
    """Reads the case and keeps everybody else from writing it until the transaction ends."""
    record = await engine.fetchrow(_SELECT + " for update of c", county_code, case_id)
    return _row(record) if record else None


async def insert_draft(
    *,
    county_code: int,
    item: str,
    profile: str,
    subject_person_id: int | None,
    subject_name: str,
    subject_index: bytes,
    region_code: str,
    applicant_kind: str,
    applicant_name: str,
    applicant_index: bytes,
    filer_kind: str,
    filer_id: int,
    filer_name: str,
    filer_index: bytes | None,
    channel: str,
    answers: dict[str, Any],
    verify_token: str,
    at: datetime,
) -> int | None:
    """None when the same filer already has a draft of this item for this person."""
    found: int | None = await engine.fetchval(
        "insert into service_case (county_code, item, profile, status, subject_person_id, subject_name, subject_index,"
        " region_code, applicant_kind, applicant_name, applicant_index, filer_kind, filer_id, filer_name, filer_index,"
        " channel, payload_sealed, verify_token, created_at, touched_at)"
        " values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $17, $18, $9, $10, $11, $12, $13, $14, $15, $16, $16)"
        " on conflict (county_code, item, subject_index, filer_kind, filer_id) where status = 'draft' do nothing"
        " returning id",
        county_code, item, profile, subject_person_id, subject_name, subject_index, region_code, applicant_kind,
        filer_kind, filer_id, filer_name, filer_index, channel, seal_answers(answers), verify_token, at,
        applicant_name, applicant_index,
    )  # fmt: skip
    return found


async def draft_of(county_code: int, item: str, subject_index: bytes, filer_kind: str, filer_id: int) -> int | None:
    found: int | None = await engine.fetchval(
        "select id from service_case where county_code = $1 and item = $2 and subject_index = $3"
        " and filer_kind = $4 and filer_id = $5 and status = 'draft'",
        county_code, item, subject_index, filer_kind, filer_id,
    )  # fmt: skip
    return found


async def open_case_of(county_code: int, item: str, subject_index: bytes) -> int | None:
    """Of the same person, under whichever number it was filed (R-014).

    Who hands in the same at this very moment waits here until this transaction is over, and then finds its case.
    """
    await engine.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{county_code}/{item}/{subject_index.hex()}"
    )
    found: int | None = await engine.fetchval(
        "select id from service_case where county_code = $1 and item = $2 and subject_index in (select $3::bytea union all"
        "  select n.id_index from identity_index mine join person_identity n on n.county_code = mine.county_code"
        "  and n.person_id = mine.person_id where mine.id_index = $3 and mine.county_code = $1) and status in"
        " ('submitted', 'supplement_requested', 'resubmitted', 'preliminary_passed', 'under_review', 'approved') limit 1",
        county_code, item, subject_index,
    )  # fmt: skip
    return found


def seal_answers(answers: Any) -> bytes:
    return seal(msgspec.json.encode(answers), PAYLOAD)


async def change(county_code: int, case_id: int, version: int, values: dict[str, Any]) -> bool:
    """Writes the columns if the case still has this version, and raises the version; False when somebody was faster."""
    names = sorted(values)
    sets = ", ".join(f"{name} = ${position}" for position, name in enumerate(names, start=4))
    done = await engine.fetchval(
        f"update service_case set {sets}, version = version + 1"
        " where county_code = $1 and id = $2 and version = $3 returning version",
        county_code, case_id, version, *(values[name] for name in names),
    )  # fmt: skip
    return done is not None


async def append_event(
    *,
    county_code: int,
    case_id: int,
    at: datetime,
    kind: str,
    from_status: str,
    to_status: str,
    actor_kind: str,
    actor_id: int,
    actor_name: str,
    post: str | None,
    organisation: str,
    channel: str,
    note: str = "",
    detail: Any = None,
) -> None:
    await engine.execute(
        "insert into case_event (county_code, case_id, at, kind, from_status, to_status, actor_kind, actor_id, actor_name,"
        " post, organisation, channel, note, detail_sealed)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        county_code, case_id, at, kind, from_status, to_status, actor_kind, actor_id, actor_name, post, organisation,
        channel, note, None if detail is None else seal(msgspec.json.encode(detail), EVENT),
    )  # fmt: skip


async def acted_on(county_code: int, case_id: int, staff_id: int) -> list[str]:
    """The kinds of events a staff member already has on this case (经办、复核分离)."""
    rows = await engine.fetch(
        "select distinct kind from case_event where county_code = $1 and case_id = $2"
        " and actor_kind = 'staff' and actor_id = $3",
        county_code, case_id, staff_id,
    )  # fmt: skip
    return [row["kind"] for row in rows]


async def begin_pause(
    county_code: int, case_id: int, from_on: date, points: str, asked_by: int, asked_by_name: str, at: datetime
) -> bool:
    """False when the case already had its one supplement notice (R-009)."""
    done = await engine.fetchval(
        "insert into case_pause (county_code, case_id, from_on, points, asked_by, asked_by_name, asked_at)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (county_code, case_id) do nothing returning case_id",
        county_code, case_id, from_on, points, asked_by, asked_by_name, at,
    )  # fmt: skip
    return done is not None


async def end_pause(county_code: int, case_id: int, until_on: date) -> None:
    await engine.execute(
        "update case_pause set until_on = $3 where county_code = $1 and case_id = $2 and until_on is null",
        county_code, case_id, until_on,
    )  # fmt: skip


async def take_next(
    county_code: int, desk: str, posts: list[str], staff_id: int, own: list[bytes], on: date
) -> int | None:
    """The most urgent case nobody has taken, skipping those another session is taking just now and those the taker may
    not handle: his own and his relatives', those he filed, those he already had a hand in."""
    found: int | None = await engine.fetchval(
        "select id from service_case c where county_code = $1 and desk = $2 and waiting_post = any($3)"
        " and assignee_id is null and (held_until is null or held_until <= $6)"
        " and not (subject_index = any($5::bytea[]) or applicant_index = any($5) or coalesce(filer_index = any($5), false))"
        " and not exists (select 1 from case_event e where e.county_code = c.county_code and e.case_id = c.id"
        "   and e.actor_kind = 'staff' and e.actor_id = $4 and e.kind in ('filed', 'passed', 'resubmitted'))"
        " order by due_on, id limit 1 for update skip locked",
        county_code, desk, posts, staff_id, own, on,
    )  # fmt: skip
    return found


async def add_commitment(
    *,
    county_code: int,
    case_id: int,
    text_code: str,
    text_version: str,
    text: str,
    signed_name: str,
    signature: str,
    signature_attachment_id: int | None,
    signer_kind: str,
    signer_id: int,
    at: datetime,
    channel: str,
    not_demanded: list[str],
) -> None:
    """The digest of the very text that was shown stands with the signature (R-027)."""
    await engine.execute(
        "insert into commitment (county_code, case_id, text_code, text_version, text_digest, signed_name, signature,"
        " signature_attachment_id, signer_kind, signer_id, at, channel, not_demanded)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        county_code, case_id, text_code, text_version, sm3(text.encode()).hex(), signed_name, signature, signature_attachment_id,
        signer_kind, signer_id, at, channel, not_demanded,
    )  # fmt: skip


async def take_back_commitment(county_code: int, case_id: int, at: datetime) -> None:
    """The signer does not stand by it any more; it stays on record."""
    await engine.execute(
        "update commitment set taken_back_at = $3 where county_code = $1 and case_id = $2 and taken_back_at is null",
        county_code, case_id, at,
    )  # fmt: skip


async def open_clocks(county_code: int, after_id: int, limit: int) -> list[Record]:
    """Cases whose due date still matters, in order of id, for the recomputation when a calendar year was loaded."""
    return await engine.fetch(
        "select c.id, c.received_on, c.limit_days, c.target_days, c.due_on, c.target_on, c.provisional, c.status,"
        " p.from_on, p.until_on from service_case c"
        " left join case_pause p on p.county_code = c.county_code and p.case_id = c.id"
        " where c.county_code = $1 and c.id > $2 and c.due_on is not null and c.told_at is null"
        " order by c.id limit $3 for update of c",
        county_code, after_id, limit,
    )  # fmt: skip


async def set_clock(county_code: int, case_id: int, due_on: date, target_on: date | None, provisional: bool) -> None:
    await engine.execute(
        "update service_case set due_on = $3, target_on = $4, provisional = $5, version = version + 1"
        " where county_code = $1 and id = $2",
        county_code, case_id, due_on, target_on, provisional,
    )  # fmt: skip


async def add_attachment(
    *,
    county_code: int,
    storage_key: str,
    thumbnail_key: str | None,
    media_type: str,
    byte_count: int,
    page_count: int,
    filename: str,
    created_by_kind: str,
    created_by: int,
    at: datetime,
) -> int:
    attachment_id: int = await engine.fetchval(
        "insert into attachment (county_code, storage_key, thumbnail_key, media_type, byte_count, page_count, filename,"
        " created_at, created_by_kind, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        county_code, storage_key, thumbnail_key, media_type, byte_count, page_count, filename, at, created_by_kind, created_by,
    )  # fmt: skip
    return attachment_id


async def link_material(county_code: int, case_id: int, material: str, attachment_id: int, at: datetime) -> None:
    await engine.execute(
        "insert into case_material (county_code, case_id, material, attachment_id, added_at) values ($1, $2, $3, $4, $5)",
        county_code, case_id, material, attachment_id, at,
    )  # fmt: skip


async def unlink_material(county_code: int, case_id: int, material_id: int, at: datetime) -> None:
    """The page no longer belongs to the application; the row and the file stay."""
    await engine.execute(
        "update case_material set removed_at = $4 where county_code = $1 and case_id = $2 and id = $3 and removed_at is null",
        county_code, case_id, material_id, at,
    )  # fmt: skip


async def materials_present(county_code: int, case_id: int) -> dict[str, int]:
    """How many photos each material has."""
    rows = await engine.fetch(
        "select material, count(*) as photos from case_material where county_code = $1 and case_id = $2"
        " and removed_at is null group by material",
        county_code, case_id,
    )  # fmt: skip
    return {row["material"]: row["photos"] for row in rows}


async def keep_document(
    county_code: int, case_id: int, kind: str, document_no: str, storage_key: str, at: datetime, by: str
) -> None:
    await engine.execute(
        "insert into issued_document (county_code, case_id, kind, document_no, storage_key, issued_at, issued_by)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (county_code, case_id, kind, document_no) do nothing",
        county_code, case_id, kind, document_no, storage_key, at, by,
    )  # fmt: skip


async def mark_reversed(county_code: int, case_id: int, by_case: int) -> None:
    await engine.execute(
        "update service_case set reversed_by = $3, version = version + 1 where county_code = $1 and id = $2",
        county_code, case_id, by_case,
    )  # fmt: skip
