"""The audit log as its chain sees it: entries beside their seals."""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec
from asyncpg import Record
from msgspec import Struct

from db import engine
from db.crypto import sm3

NO_SEAL = bytes(32)  # stands before the first seal of a county
LAYOUT = 1  # of the bytes that are hashed: a new column of audit_entry needs a new layout beside this one
FIELDS = (
    "county_code", "id", "at_us", "actor_kind", "actor_id", "actor_name", "action", "object_kind", "object_id", "reason", "detail",
)  # fmt: skip
ENTRY = ", ".join(f"e.{name}" for name in FIELDS).replace("e.at_us", "(extract(epoch from e.at) * 1000000)::bigint as at_us")
CHUNK = 5000  # rows held in memory at a time


class Link(Struct, frozen=True, kw_only=True):
    """One seal beside the entry it covers, which is None when somebody took it away."""

    position: int
    entry_id: int
    digest: bytes
    entry: Record | None


class Head(Struct, frozen=True):
    """The last seal of a county, kept apart from the seals: cutting the chain short shows."""

    position: int
    digest: bytes


class Unsealed(Struct, frozen=True):
    count: int
    oldest_id: int | None
    oldest_at: datetime | None


def digest(previous: bytes, entry: Record) -> bytes:
    """SM3(previous ‖ entry), the entry as a JSON list with its time in microseconds since 1970."""
    return sm3(previous + msgspec.json.encode([LAYOUT, *(entry[name] for name in FIELDS)]))


async def head(county_code: int) -> Head:
    row = await engine.fetchrow("select position, digest from audit_head where county_code = $1", county_code)
    return Head(row["position"], row["digest"]) if row else Head(0, NO_SEAL)


async def links(county_code: int, last_position: int) -> AsyncIterator[list[Link]]:
    """The chain in chunks, in order, up to a position."""
    after = 0
    while rows := await engine.fetch(
        f"select s.position, s.entry_id, s.digest, e.id is not null as there, {ENTRY} from audit_seal s"
        " left join audit_entry e on e.county_code = s.county_code and e.id = s.entry_id"
        " where s.county_code = $1 and s.position > $2 and s.position <= $3 order by s.position limit $4",
        county_code, after, last_position, CHUNK,
    ):  # fmt: skip
        yield [
            Link(position=row["position"], entry_id=row["entry_id"], digest=row["digest"], entry=row if row["there"] else None)
            for row in rows
        ]
        after = rows[-1]["position"]


async def unsealed(county_code: int) -> Unsealed:
    row = await engine.fetchrow(
        "select count(*) as count, min(e.id) as oldest_id, min(e.at) as oldest_at from audit_entry e where e.county_code = $1"
        " and not exists (select 1 from audit_seal s where s.county_code = e.county_code and s.entry_id = e.id)",
        county_code,
    )
    assert row is not None
    return Unsealed(row["count"], row["oldest_id"], row["oldest_at"])
