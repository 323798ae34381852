"""The write side of batches. Called by domain.runs.run only, inside its transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine


class RunRow(Struct, frozen=True, kw_only=True):
    """`settings` and `totals` are JSON."""

    county_code: int
    id: int
    kind: str
    period: str
    round: int
    state: str
    settings: str
    totals: str
    trouble: str
    document_id: int | None
    prepared_at: datetime
    prepared_by: int
    prepared_by_name: str
    reviewed_at: datetime | None
    reviewed_by: int | None
    reviewed_by_name: str
    approved_at: datetime | None
    approved_by: int | None
    approved_by_name: str
    finished_at: datetime | None
    reason: str
    version: int


class ChunkRow(Struct, frozen=True, kw_only=True):
    """`detail`: JSON, name to a whole number."""

    number: int
    title: str
    key: str
    state: str
    rows_done: int
    amount_fen: int
    detail: str
    done_at: datetime | None


RUN = ", ".join(RunRow.__struct_fields__)
CHUNK = ", ".join(ChunkRow.__struct_fields__)


async def insert(
    county_code: int, kind: str, period: str, settings: str, chunks: Sequence[tuple[str, str]], by: int, by_name: str, at: datetime
) -> int | None:  # fmt: skip
    """A run that is to be tried, with its chunks (title, key). None while another of this kind and period is open."""
    run_id: int | None = await engine.fetchval(
        "insert into batch_run (county_code, kind, period, round, state, settings, prepared_at, prepared_by, prepared_by_name)"
        " values ($1, $2, $3, (select count(*) + 1 from batch_run where county_code = $1 and kind = $2 and period = $3),"
        " 'trying', $4, $5, $6, $7) on conflict do nothing returning id",
        county_code, kind, period, settings, at, by, by_name,
    )  # fmt: skip
    if run_id is not None:
        await engine.executemany(
            "insert into run_chunk (county_code, run_id, number, title, key) values ($1, $2, $3, $4, $5)",
            [(county_code, run_id, number, title, key) for number, (title, key) in enumerate(chunks, start=1)],
        )
    return run_id


async def lock(county_code: int, run_id: int) -> RunRow | None:
    row = await engine.fetchrow(
        f"select {RUN} from batch_run where county_code = $1 and id = $2 for update", county_code, run_id
    )
    return RunRow(**dict(row)) if row else None


async def stamp(run: RunRow, state: str, by: int, by_name: str, at: datetime, *, reason: str = "") -> None:
    """The next state; reviewing and approving keep who and when."""
    who = {"reviewed": "reviewed", "approved": "approved"}.get(state)
    more = f", {who}_at = $5, {who}_by = $6, {who}_by_name = $7" if who else ""
    args = (at, by, by_name) if who else ()
    await engine.execute(
        f"update batch_run set state = $3, reason = $4, trouble = '', version = version + 1{more} where county_code = $1"
        " and id = $2",
        run.county_code, run.id, state, reason, *args,
    )  # fmt: skip


async def begin_posting(county_code: int, run_id: int, document_id: int | None) -> None:
    """All chunks wait again, this time for good."""
    await engine.execute(
        "update batch_run set document_id = $3 where county_code = $1 and id = $2", county_code, run_id, document_id
    )
    await engine.execute(
        "update run_chunk set state = 'waiting', rows_done = 0, amount_fen = 0, detail = '{}', done_at = null"
        " where county_code = $1 and run_id = $2",
        county_code, run_id,
    )  # fmt: skip


async def claim(county_code: int) -> tuple[RunRow, ChunkRow | None] | None:
    """A run with work to do and its next chunk, which this transaction holds; None when there is nothing to do.

    Without a chunk: none waits any more. A run in trouble comes last, so that the others go on. The run itself is held in
    share: it cannot be finished or cancelled under us.
    """
    runs = await engine.fetch(
        f"select {RUN} from batch_run where county_code = $1 and state in ('trying', 'approved')"
        " order by trouble <> '', id for share skip locked",
        county_code,
    )  # fmt: skip
    for row in runs:
        run = RunRow(**dict(row))
        chunk = await engine.fetchrow(
            f"select {CHUNK} from run_chunk where county_code = $1 and run_id = $2 and state = 'waiting' order by number limit 1"
            " for update skip locked",
            county_code, run.id,
        )  # fmt: skip
        if chunk is not None:
            return run, ChunkRow(**dict(chunk))
        if not await waiting(county_code, run.id):
            return run, None
    return None


async def waiting(county_code: int, run_id: int) -> bool:
    """Whether any chunk is not done, held by somebody or not."""
    found: bool = await engine.fetchval(
        "select exists (select from run_chunk where county_code = $1 and run_id = $2 and state = 'waiting')",
        county_code, run_id,
    )  # fmt: skip
    return found


async def chunk_done(
    county_code: int, run_id: int, number: int, rows: int, amount_fen: int, detail: str, at: datetime
) -> None:
    """The checkpoint: written in the transaction of the work itself."""
    await engine.execute(
        "update run_chunk set state = 'done', rows_done = $4, amount_fen = $5, detail = $6, done_at = $7"
        " where county_code = $1 and run_id = $2 and number = $3",
        county_code, run_id, number, rows, amount_fen, detail, at,
    )  # fmt: skip


async def put_aside(
    county_code: int, run_id: int, number: int, rows: Sequence[tuple[int, str]], *, trial: bool
) -> None:  # fmt: skip
    """`rows`: (account, bucket)."""
    await engine.execute(
        "insert into run_exception (county_code, run_id, chunk_number, trial, account_id, bucket)"
        " select $1, $2, $3, $4, t.account_id, t.bucket from unnest($5::bigint[], $6::text[]) as t (account_id, bucket)"
        " on conflict do nothing",
        county_code, run_id, number, trial, [row[0] for row in rows], [row[1] for row in rows],
    )  # fmt: skip


async def keep_totals(run: RunRow, state: str, totals: str, at: datetime) -> None:
    """The end of the trial (`tried`) or of the run (`done`)."""
    await engine.execute(
        "update batch_run set state = $3, totals = $4, trouble = '', version = version + 1,"
        " finished_at = case when $3 = 'done' then $5::timestamptz end where county_code = $1 and id = $2",
        run.county_code, run.id, state, totals, at,
    )  # fmt: skip


async def keep_trouble(county_code: int, run_id: int, trouble: str) -> None:
    await engine.execute(
        "update batch_run set trouble = $3 where county_code = $1 and id = $2 and trouble <> $3",
        county_code, run_id, trouble,
    )  # fmt: skip


async def chunks(county_code: int, run_id: int) -> list[ChunkRow]:
    rows = await engine.fetch(
        f"select {CHUNK} from run_chunk where county_code = $1 and run_id = $2 order by number", county_code, run_id
    )
    return [ChunkRow(**dict(row)) for row in rows]
