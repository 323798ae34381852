"""Files exchanged with partners: each numbered, kept whole, told once. Inside the caller's transaction."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import seal, unseal
from db.stores.messages import EXCHANGE


class NewFile(Struct, frozen=True, kw_only=True):
    """`body` is kept, sealed, so that the file can be sent again byte for byte."""

    partner: str
    direction: str
    kind: str
    sequence: int
    digest: str
    file_name: str
    business_on: date
    row_count: int
    total_fen: int
    state: str
    body: bytes
    reason: str = ""
    document_id: int | None = None


class Queued(Struct, frozen=True):
    """A message that waits for its file."""

    id: int
    body: dict[str, Any]


async def lock_partner(county_code: int, partner: str) -> None:
    """One file of a partner after the other: numbers must not be given twice."""
    await engine.fetchval("select pg_advisory_xact_lock(hashtext($1))", f"exchange {county_code} {partner}")


async def taken(county_code: int, partner: str, sequence: int) -> tuple[str | None, int]:
    """(digest of the file taken under this number, highest number taken so far)."""
    row = await engine.fetchrow(
        "select (select digest from exchange_file where county_code = $1 and partner = $2 and direction = 'in'"
        " and sequence = $3) as digest, coalesce((select max(sequence) from exchange_file where county_code = $1"
        " and partner = $2 and direction = 'in'), 0) as last",
        county_code, partner, sequence,
    )  # fmt: skip
    assert row is not None
    return row["digest"], row["last"]


async def came_again(county_code: int, partner: str, sequence: int) -> None:
    await engine.execute(
        "update exchange_file set times = times + 1 where county_code = $1 and partner = $2 and direction = 'in'"
        " and sequence = $3",
        county_code, partner, sequence,
    )  # fmt: skip


async def next_out(county_code: int, partner: str) -> int:
    """The number of our next file to this partner."""
    number: int = await engine.fetchval(
        "select coalesce(max(sequence), 0) + 1 from exchange_file where county_code = $1 and partner = $2"
        " and direction = 'out'",
        county_code, partner,
    )  # fmt: skip
    return number


async def insert(county_code: int, new: NewFile, at: datetime) -> int:
    file_id: int = await engine.fetchval(
        "insert into exchange_file (county_code, partner, direction, kind, sequence, digest, file_name, business_on, row_count,"
        " total_fen, state, reason, document_id, created_at, body_sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
        " $12, $13, $14, $15) returning id",
        county_code, new.partner, new.direction, new.kind, new.sequence, new.digest, new.file_name, new.business_on,
        new.row_count, new.total_fen, new.state, new.reason, new.document_id, at, seal(new.body, EXCHANGE),
    )  # fmt: skip
    return file_id


async def queued(county_code: int, partner: str, kind: str, limit: int) -> list[Queued]:
    rows = await engine.fetch(
        "select id, body_sealed from exchange_message where county_code = $1 and partner = $2 and kind = $3"
        " and state = 'waiting' order by id limit $4 for update skip locked",
        county_code, partner, kind, limit,
    )  # fmt: skip
    return [Queued(row["id"], msgspec.json.decode(unseal(row["body_sealed"], EXCHANGE))) for row in rows]


async def went_out(county_code: int, ids: list[int], file_id: int, at: datetime) -> None:
    await engine.execute(
        "update exchange_message set state = 'sent', sent_at = $4, file_id = $3 where county_code = $1 and id = any($2::bigint[])",
        county_code, ids, file_id, at,
    )  # fmt: skip


async def to_write(county_code: int, partner: str) -> list[tuple[int, str, bytes]]:
    """(id, name, bytes) of the files that have to be laid into the folder."""
    rows = await engine.fetch(
        "select id, file_name, body_sealed from exchange_file where county_code = $1 and partner = $2 and direction = 'out'"
        " and state = 'waiting' order by sequence",
        county_code, partner,
    )  # fmt: skip
    return [(row["id"], row["file_name"], unseal(row["body_sealed"], EXCHANGE)) for row in rows]


async def set_state(county_code: int, file_id: int, state: str, at: datetime, reason: str = "") -> None:
    """Without a reason, the one that is there stays."""
    await engine.execute(
        "update exchange_file set state = $3, done_at = $4, reason = coalesce(nullif($5, ''), reason)"
        " where county_code = $1 and id = $2",
        county_code, file_id, state, at, reason,
    )  # fmt: skip


async def answered(
    county_code: int, partner: str, sequence: int, digest: str, state: str, reason: str, at: datetime
) -> bool:
    """What the partner said of our file; False when it is not the file we sent. One it misses is sent once more."""
    tag = await engine.execute(
        "update exchange_file set state = $5, reason = $6, done_at = $7, times = times + ($5 = 'waiting')::int where county_code = $1 and partner = $2"
        " and direction = 'out' and sequence = $3 and ($4 = '' or digest = $4)",
        county_code, partner, sequence, digest, state, reason, at,
    )  # fmt: skip
    return tag.endswith("1")


async def details_of(county_code: int, partner: str, sequence: int) -> tuple[int, int] | None:
    """(lines, 分) of a file of payment details that came; None when it did not."""
    row = await engine.fetchrow(
        "select row_count, total_fen from exchange_file where county_code = $1 and partner = $2 and direction = 'in'"
        " and sequence = $3",
        county_code, partner, sequence,
    )  # fmt: skip
    return (row["row_count"], row["total_fen"]) if row else None


class HeldFile(Struct, frozen=True):
    """A file that came and disagrees with what we have."""

    id: int
    business_on: date
    body: bytes


async def held(county_code: int, partner: str, kind: str) -> list[HeldFile]:
    rows = await engine.fetch(
        "select id, business_on, body_sealed from exchange_file where county_code = $1 and partner = $2 and state = 'held'"
        " and kind = $3 order by id for update",
        county_code, partner, kind,
    )  # fmt: skip
    return [HeldFile(row["id"], row["business_on"], unseal(row["body_sealed"], EXCHANGE)) for row in rows]


class FileState(Struct, frozen=True):
    partner: str
    direction: str
    kind: str
    sequence: int
    state: str
    reason: str


async def lock_file(county_code: int, file_id: int) -> FileState | None:
    """Held for this transaction."""
    row = await engine.fetchrow(
        "select partner, direction, kind, sequence, state, reason from exchange_file where county_code = $1 and id = $2 for update",
        county_code, file_id,
    )  # fmt: skip
    return FileState(**dict(row)) if row else None


async def made_good(county_code: int, partner: str, file_name: str, at: datetime) -> None:
    """A file that was refused has come as it should: what its refusal said needs nobody any more."""
    await engine.execute(
        "update exchange_file set state = 'processed', done_at = $4 where county_code = $1 and partner = $2 and direction = 'out'"
        " and kind = 'ack' and state = 'sent' and starts_with(reason, $3 || '：')",
        county_code, partner, file_name, at,
    )  # fmt: skip


async def send_again(county_code: int, file_id: int) -> None:
    """The same bytes under the same number."""
    await engine.execute(
        "update exchange_file set state = 'waiting', times = times + 1 where county_code = $1 and id = $2",
        county_code, file_id,
    )  # fmt: skip


async def determination(county_code: int, number: str) -> Queued | None:
    """A 特殊缴费核定 of ours that has not been answered yet, held for this transaction."""
    row = await engine.fetchrow(
        "select id, body_sealed from exchange_message where county_code = $1 and partner = 'tax' and reference = $2"
        " and kind = 'special_contribution_determination' and state <> 'acknowledged' for update",
        county_code, number,
    )  # fmt: skip
    return Queued(row["id"], msgspec.json.decode(unseal(row["body_sealed"], EXCHANGE))) if row else None


async def determined(county_code: int, prefix: str) -> int:
    """How many determinations bear a number that begins so."""
    count: int = await engine.fetchval(
        "select count(*) from exchange_message where county_code = $1 and partner = 'tax' and reference like $2 || '%'"
        " and kind = 'special_contribution_determination' and reference <> ''",
        county_code, prefix,
    )  # fmt: skip
    return count


async def fulfilled(county_code: int, message_id: int) -> None:
    """What we asked for was done."""
    await engine.execute(
        "update exchange_message set state = 'acknowledged' where county_code = $1 and id = $2", county_code, message_id
    )
