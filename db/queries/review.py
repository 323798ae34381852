"""What a review page shows beside the case itself: what happened, what was handed in, what was promised and issued."""

from datetime import datetime

from msgspec import Struct

from db import engine
from db.stores import cases
from db.stores.cases import CaseRow


class EventLine(Struct, frozen=True, kw_only=True):
    at: datetime
    kind: str
    from_status: str
    to_status: str
    actor_kind: str
    actor_name: str
    post: str | None
    organisation: str
    channel: str
    note: str


class AttachmentLine(Struct, frozen=True, kw_only=True):
    """`material` is empty for a picture that belongs to the signature."""

    id: int
    material: str
    storage_key: str
    thumbnail_key: str | None
    media_type: str
    page_count: int
    filename: str
    created_at: datetime


class CommitmentLine(Struct, frozen=True, kw_only=True):
    text_version: str
    text_digest: str
    signed_name: str
    signature: str
    signature_attachment_id: int | None
    signer_kind: str
    at: datetime
    channel: str
    not_demanded: list[str]


class DocumentLine(Struct, frozen=True, kw_only=True):
    kind: str
    document_no: str
    issued_at: datetime
    issued_by: str


async def events(county_code: int, case_id: int) -> list[EventLine]:
    rows = await engine.fetch(
        "select at, kind, from_status, to_status, actor_kind, actor_name, post, organisation, channel, note"
        " from case_event where county_code = $1 and case_id = $2 order by id",
        county_code, case_id,
    )  # fmt: skip
    return [EventLine(**dict(row)) for row in rows]


_ATTACHMENT = "a.id, a.storage_key, a.thumbnail_key, a.media_type, a.page_count, a.filename, a.created_at"
# Only what hangs on the case: a guessed number of somebody else's picture finds nothing.
_OF_CASE = (
    f"select m.material, {_ATTACHMENT} from case_material m join attachment a on a.county_code = m.county_code"
    " and a.id = m.attachment_id where m.county_code = $1 and m.case_id = $2 and m.removed_at is null"
    f" union all select '', {_ATTACHMENT} from commitment k join attachment a on a.county_code = k.county_code"
    " and a.id = k.signature_attachment_id where k.county_code = $1 and k.case_id = $2"
)


async def attachments(county_code: int, case_id: int) -> list[AttachmentLine]:
    rows = await engine.fetch(f"select * from ({_OF_CASE}) found order by id", county_code, case_id)
    return [AttachmentLine(**dict(row)) for row in rows]


async def attachment(county_code: int, case_id: int, attachment_id: int) -> AttachmentLine | None:
    row = await engine.fetchrow(
        f"select * from ({_OF_CASE}) found where id = $3 limit 1", county_code, case_id, attachment_id
    )
    return AttachmentLine(**dict(row)) if row else None


async def commitments(county_code: int, case_id: int) -> list[CommitmentLine]:
    rows = await engine.fetch(
        "select text_version, text_digest, signed_name, signature, signature_attachment_id, signer_kind, at, channel,"
        " not_demanded from commitment where county_code = $1 and case_id = $2 order by id",
        county_code, case_id,
    )  # fmt: skip
    return [CommitmentLine(**dict(row)) for row in rows]


async def documents(county_code: int, case_id: int) -> list[DocumentLine]:
    rows = await engine.fetch(
        "select kind, document_no, issued_at, issued_by from issued_document where county_code = $1 and case_id = $2"
        " order by id",
        county_code, case_id,
    )  # fmt: skip
    return [DocumentLine(**dict(row)) for row in rows]


class DraftLine(Struct, frozen=True, kw_only=True):
    id: int
    item: str
    subject_name: str
    status: str
    touched_at: datetime


async def unfinished(county_code: int, staff_id: int, limit: int) -> list[DraftLine]:
    """What a member of staff is typing in for others, and what came back to be supplemented."""
    rows = await engine.fetch(
        "select id, item, subject_name, status, touched_at from service_case where county_code = $1 and filer_kind = 'staff'"
        " and filer_id = $2 and status in ('draft', 'supplement_requested') order by id desc limit $3",
        county_code, staff_id, limit,
    )  # fmt: skip
    return [DraftLine(**dict(row)) for row in rows]


async def case(county_code: int, case_id: int) -> CaseRow | None:
    return await cases.read(county_code, case_id)


async def at_counter(county_code: int, case_id: int, staff_id: int, region_prefix: str) -> CaseRow | None:
    """The case, for the member of staff who typed it in, or who takes in a supplement within his area."""
    found = await cases.read(county_code, case_id)
    if found is None:
        return None
    own = (found.filer_kind, found.filer_id) == ("staff", staff_id)
    supplement = found.status == "supplement_requested" and found.region_code.startswith(region_prefix)
    return found if own or supplement else None
