"""The books of the individual accounts: entries are added, balances follow in the same statement, nothing is rewritten.

Amounts are signed: what leaves an account is negative. A balance that would fall below zero is refused by its check.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.funds import AMOUNTS, FUNDS


class Entry(Struct, frozen=True, kw_only=True):
    """One event of one account. `amounts`: signed 分 by fund name; what is not named is not touched."""

    account_id: int
    kind: int
    value_on: date
    amounts: dict[str, int]
    is_interest: bool = False
    contribution_year: int | None = None
    line_no: int | None = None
    reverses_id: int | None = None


class UnknownAccount(LookupError):
    """An entry was for an account this county does not keep, or one that is not open."""


# Sums the new rows by account into the balances and writes them, in one statement. `given` has the columns of
# ledger_entry but for county_code, year, document_id and booked_on.
_BOOK = (
    "moved as (update account_balance b set "
    + ", ".join(
        f"{fund}_fen = b.{fund}_fen + s.{fund}, {fund}_interest_fen = b.{fund}_interest_fen + s.{fund}_interest"
        for fund in FUNDS
    )
    + " from (select account_id, "
    + ", ".join(
        f"coalesce(sum({fund}_fen) filter (where not is_interest), 0)::bigint as {fund},"
        f" coalesce(sum({fund}_fen) filter (where is_interest), 0)::bigint as {fund}_interest"
        for fund in FUNDS
    )
    + " from given group by account_id) s where b.county_code = $1 and b.account_id = s.account_id returning 1),"
    " written as (insert into ledger_entry (county_code, year, account_id, document_id, line_no, value_on, booked_on, kind,"
    f" contribution_year, is_interest, {AMOUNTS}, reverses_id) select $1, extract(year from value_on)::int, account_id, $2,"
    f" line_no, value_on, $3, kind, contribution_year, is_interest, {AMOUNTS}, reverses_id from given order by account_id, at"
    " returning 1)"
)

_POST = (
    "with given as (select * from unnest($4::bigint[], $5::int[], $6::date[], $7::smallint[], $8::smallint[], $9::bool[],"
    " $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],"
    f" $18::bigint[]) with ordinality as t (account_id, line_no, value_on, kind, contribution_year, is_interest, {AMOUNTS},"
    f" reverses_id, at)), {_BOOK} select (select count(*) from moved), (select count(*) from written)"
)


async def post(county_code: int, document_id: int, booked_on: date, entries: Sequence[Entry]) -> int:
    """Writes the entries and moves the balances, in one statement; returns how many entries there are.

    Raises UnknownAccount (and the caller's transaction must fail) when an account is not there, and
    asyncpg.CheckViolationError when a fund would fall below zero.
    """
    columns = [
        [e.account_id for e in entries], [e.line_no for e in entries], [e.value_on for e in entries],
        [e.kind for e in entries], [e.contribution_year for e in entries], [e.is_interest for e in entries],
        *([e.amounts.get(fund) for e in entries] for fund in FUNDS), [e.reverses_id for e in entries],
    ]  # fmt: skip
    row = await engine.fetchrow(_POST, county_code, document_id, booked_on, *columns)
    assert row is not None
    if row[0] != len({e.account_id for e in entries}):
        raise UnknownAccount(f"county {county_code}: not every account of document {document_id} is known")
    return int(row[1])


_POST_LINES = (
    "with given as (select l.account_id, l.line_no, l.value_on, $4::smallint as kind, l.year::smallint as contribution_year,"
    " false as is_interest, "
    + ", ".join(
        f"case when l.fund = {at} then l.amount_fen end as {fund}_fen" for at, fund in enumerate(FUNDS, start=1)
    )
    + ", null::bigint as reverses_id, l.line_no as at from document_line l where l.county_code = $1 and l.document_id = $2"
    " and l.state = 'good' and l.line_no between $5 and $6 and l.amount_fen <> 0),"
    f" {_BOOK}, done as (update document_line set state = 'booked' where county_code = $1 and document_id = $2"
    " and state = 'good' and line_no between $5 and $6 returning 1)"
    " select (select count(*) from moved), (select count(distinct account_id) from given), (select count(*) from done)"
)


async def post_lines(
    county_code: int, document_id: int, booked_on: date, kind: int, first: int = 1, last: int = 2**31 - 1
) -> int:
    """Books the good lines of a document with numbers from `first` to `last`, set-based; returns how many there were.

    A line that is booked is not good any more: a second call does nothing. Errors as in `post`.
    """
    row = await engine.fetchrow(_POST_LINES, county_code, document_id, booked_on, kind, first, last)
    assert row is not None
    if row[0] != row[1]:
        raise UnknownAccount(f"county {county_code}: not every account of document {document_id} is known")
    return int(row[2])
