"""Numbers and check codes of the papers about an account that were handed out. Inside the caller's transaction."""

from datetime import date, datetime

from db import engine


async def issue(
    county_code: int, account_id: int, kind: str, prefix: str, year: int | None, verify_token: str, total_fen: int, as_of_on: date,
    at: datetime, by_name: str,
) -> str:  # fmt: skip
    """The paper's number: `prefix`, county, year of issue, and a running number that may have gaps."""
    number: str = await engine.fetchval(
        "insert into account_statement (county_code, id, account_id, kind, year, number, verify_token, total_fen, as_of_on,"
        " issued_at, issued_by) overriding system value select $1::int, n.id, $2, $3, $5,"
        " concat_ws('-', $4::text, lpad($1::int::text, 6, '0'), extract(year from $8::date)::int, lpad(n.id::text, 8, '0')), $6, $7, $8::date,"
        " $9, $10 from (select nextval(pg_get_serial_sequence('account_statement', 'id')) as id) n returning number",
        county_code, account_id, kind, prefix, year, verify_token, total_fen, as_of_on, at, by_name,
    )  # fmt: skip
    return number
