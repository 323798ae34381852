"""Lists of people for whom somebody else brings the money: assistance and 被征地补贴. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine


class Standing(Struct, frozen=True):
    """Of one person and year: whether the own contribution counts, and what others have given or declared for it."""

    counts: bool
    given_fen: int


class Unentitled(Struct, frozen=True):
    line_no: int
    name: str
    year: int


async def one_at_a_time(county_code: int, kind: str) -> None:
    """Lists of one kind are made one after the other: each must see what the one before it promised."""
    await engine.fetchval("select pg_advisory_xact_lock(hashtext($1))", f"list {county_code} {kind}")


async def standings(county_code: int, accounts: Sequence[int], years: Sequence[int]) -> list[Standing]:
    """In the order asked. Money of lists that are not cancelled counts, whether it came or not; what went back does not."""
    rows = await engine.fetch(
        "select coalesce(y.counts, false) as counts, (select coalesce(sum(l.amount_fen), 0)::bigint from document_line l"
        " join fund_document d on d.county_code = l.county_code and d.id = l.document_id and d.state <> 'cancelled'"
        " where l.county_code = $1 and l.account_id = t.account_id and l.year = t.year and l.fund in (2, 3)"
        " and l.state in ('good', 'booked')) as given_fen"
        " from unnest($2::bigint[], $3::int[]) with ordinality t (account_id, year, at) left join contribution_year y"
        " on y.county_code = $1 and y.account_id = t.account_id and y.year = t.year order by t.at",
        county_code, list(accounts), list(years),
    )  # fmt: skip
    return [Standing(**dict(row)) for row in rows]


async def unentitled(county_code: int, document_id: int, limit: int) -> list[Unentitled]:
    """Good lines of people who have lost what the list needs since it was made: an open account, and the own contribution of
    the year where they do not draw a pension (R-139, R-145)."""
    rows = await engine.fetch(
        "select l.line_no, l.name, l.year from document_line l join individual_account a on a.county_code = $1"
        " and a.id = l.account_id join participation p on p.county_code = $1 and p.person_id = a.person_id"
        " left join contribution_year y on y.county_code = $1 and y.account_id = l.account_id and y.year = l.year"
        " where l.county_code = $1 and l.document_id = $2 and l.state = 'good' and (a.status <> 'open'"
        " or p.contribution_status <> 3 and y.counts is not true) order by l.line_no limit $3",
        county_code, document_id, limit,
    )  # fmt: skip
    return [Unentitled(**dict(row)) for row in rows]


async def date_lines(county_code: int, document_id: int, value_on: date) -> None:
    """The money of all good lines counts from the day it came."""
    await engine.execute(
        "update document_line set value_on = $3 where county_code = $1 and document_id = $2 and state = 'good'",
        county_code, document_id, value_on,
    )  # fmt: skip
