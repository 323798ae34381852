"""Batches as pages and their preparation read them. The first argument is the county."""

from typing import Any

import msgspec
from msgspec import Struct

from db import engine
from db.funds import FUNDS
from db.stores.runs import CHUNK, RUN, ChunkRow, RunRow

__all__ = ["ChunkRow", "RunRow"]


class Township(Struct, frozen=True):
    code: str
    name: str
    accounts: int


class Aside(Struct, frozen=True, kw_only=True):
    """Somebody a run put aside."""

    bucket: str
    account_id: int
    person_id: int
    name: str
    region_code: str


async def open_accounts_by_township(county_code: int) -> list[Township]:
    """In order of code, townships without an account and closed ones too."""
    rows = await engine.fetch(
        "select r.code, r.name, count(a.id)::int as accounts from region r left join person p on p.county_code = r.county_code"
        " and p.region_code >= r.code and p.region_code < r.code || 'x' left join individual_account a on a.county_code ="
        " p.county_code and a.person_id = p.id and a.status = 'open' where r.county_code = $1 and length(r.code) = 8"
        " group by r.code, r.name order by r.code",
        county_code,
    )  # fmt: skip
    return [Township(**dict(row)) for row in rows]


async def runs(county_code: int, *, before: int | None = None, limit: int) -> list[RunRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"select {RUN} from batch_run where county_code = $1 and ($2::bigint is null or id < $2) order by id desc limit $3",
        county_code, before, limit,
    )  # fmt: skip
    return [RunRow(**dict(row)) for row in rows]


async def run(county_code: int, run_id: int) -> RunRow | None:
    row = await engine.fetchrow(f"select {RUN} from batch_run where county_code = $1 and id = $2", county_code, run_id)
    return RunRow(**dict(row)) if row else None


async def chunks(county_code: int, run_id: int) -> list[ChunkRow]:
    rows = await engine.fetch(
        f"select {CHUNK} from run_chunk where county_code = $1 and run_id = $2 order by number", county_code, run_id
    )
    return [ChunkRow(**dict(row)) for row in rows]


async def aside(county_code: int, run_id: int, *, trial: bool, limit: int) -> tuple[dict[str, int], list[Aside]]:
    """How many stand in each bucket, and the first of them all."""
    counts = await engine.fetch(
        "select bucket, count(*)::int as n from run_exception where county_code = $1 and run_id = $2 and trial = $3 group by bucket",
        county_code, run_id, trial,
    )  # fmt: skip
    rows = await engine.fetch(
        "select x.bucket, x.account_id, p.id as person_id, p.name, p.region_code from run_exception x join individual_account a"
        " on a.county_code = x.county_code and a.id = x.account_id join person p on p.county_code = a.county_code"
        " and p.id = a.person_id where x.county_code = $1 and x.run_id = $2 and x.trial = $3 order by x.bucket, x.account_id limit $4",
        county_code, run_id, trial, limit,
    )  # fmt: skip
    return {row["bucket"]: row["n"] for row in counts}, [Aside(**dict(row)) for row in rows]


async def sums_by_township(county_code: int, document_id: int) -> list[dict[str, Any]]:
    """What a document wrote to the accounts: `code` and `name` of the township, `people`, and 分 by fund."""
    rows = await engine.fetch(
        "select r.code, r.name, count(distinct e.account_id)::int as people, "
        + ", ".join(f"coalesce(sum(e.{fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
        + " from ledger_entry e join individual_account a on a.county_code = e.county_code and a.id = e.account_id join person p"
        " on p.county_code = a.county_code and p.id = a.person_id left join region r on r.code = left(p.region_code, 8)"
        " where e.county_code = $1 and e.document_id = $2 group by r.code, r.name order by r.code nulls last",
        county_code, document_id,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def changed_since_settled(county_code: int, before_year: int) -> dict[int, int]:
    """Year to how many accounts got entries in it after its last settlement, by documents that did not settle them anew."""
    rows = await engine.fetch(
        "with r as (select period::int as year, max(approved_at) as settled_at from batch_run where county_code = $1"
        " and kind = 'interest_settlement' and state = 'done' and period::int < $2 group by period)"
        " select r.year, count(distinct e.account_id)::int as accounts from r join fund_document d on d.county_code = $1"
        " and d.booked_at > r.settled_at join ledger_entry e on e.county_code = $1 and e.document_id = d.id and e.year = r.year"
        " where not exists (select from ledger_entry x where x.county_code = $1 and x.account_id ="
        " e.account_id and x.year = e.year and x.document_id = d.id and x.is_interest) group by r.year order by r.year",
        county_code, before_year,
    )  # fmt: skip
    return {row["year"]: row["accounts"] for row in rows}


def numbers(totals: str) -> tuple[int, int, dict[str, int]]:
    """(rows, 分, detail by name) of a run's totals."""
    found = msgspec.json.decode(totals)
    return found.get("rows", 0), found.get("amount_fen", 0), found.get("detail", {})
