"""Sealing audit entries after the fact, one sealer a county. Runs in the caller's transaction."""

from datetime import datetime

from asyncpg import Record

from db import engine
from db.queries.audit import ENTRY, NO_SEAL, digest


async def take_head(county_code: int) -> Record | None:
    """The end of the chain, held until the transaction ends; None while another sealer holds it.

    `over`: every transaction that could still bring an entry up to the candidate has ended.
    `newest_id`: the highest entry sealed so far.
    """
    await engine.execute(
        "insert into audit_head (county_code, digest) values ($1, $2) on conflict do nothing", county_code, NO_SEAL
    )
    return await engine.fetchrow(
        "select position, digest, settled_id, candidate_id,"
        " coalesce(candidate_xid <= pg_snapshot_xmin(pg_current_snapshot()), false) as over,"
        " coalesce((select max(entry_id) from audit_seal s where s.county_code = h.county_code), 0) as newest_id"
        " from audit_head h where county_code = $1 for update skip locked",
        county_code,
    )


async def seal_next(county_code: int, head: Record, after: int, at: datetime, limit: int) -> list[int]:
    """Seals up to `limit` unsealed entries with ids above `after`, in order; returns their ids."""
    rows = await engine.fetch(
        f"select {ENTRY} from audit_entry e left join audit_seal s on s.county_code = e.county_code and s.entry_id = e.id"
        " where e.county_code = $1 and e.id > $2 and s.entry_id is null order by e.id limit $3",
        county_code, after, limit,
    )  # fmt: skip
    if not rows:
        return []
    seals, last = [], head["digest"]
    for row in rows:
        last = digest(last, row)
        seals.append(last)
    ids = [row["id"] for row in rows]
    await engine.execute(
        "insert into audit_seal (county_code, position, entry_id, digest, sealed_at)"
        " select $1, $2 + n - 1, entry_id, digest, $5 from unnest($3::bigint[], $4::bytea[])"
        " with ordinality as sealed(entry_id, digest, n)",
        county_code, head["position"] + 1, ids, seals, at,
    )  # fmt: skip
    await engine.execute(
        "update audit_head set position = $2, digest = $3 where county_code = $1",
        county_code, head["position"] + len(rows), last,
    )  # fmt: skip
    return ids


async def settle(county_code: int, *, over: bool) -> None:
    """Everything that could be seen is sealed: the mark below which nobody needs to look again may move up.

    A candidate from another server (a restored backup) never ends by itself: it is dated anew.
    """
    await engine.execute(
        "update audit_head h set settled_id = case when $2 then candidate_id else settled_id end,"
        " candidate_id = case when $2 or candidate_id = 0"
        "   then coalesce((select max(entry_id) from audit_seal s where s.county_code = h.county_code), 0) else candidate_id end,"
        " candidate_xid = case when $2 or candidate_id = 0 then null"
        "   when candidate_xid is null or candidate_xid > pg_snapshot_xmax(pg_current_snapshot())"
        "   then pg_snapshot_xmax(pg_current_snapshot()) else candidate_xid end"
        " where county_code = $1",
        county_code, over,
    )  # fmt: skip
