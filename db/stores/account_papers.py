"""Numbers and check codes of the papers about an account that were handed out. Inside the caller's transaction."""

from datetime import date, datetime

from db import engine
from db.crypto import index


async def issue(
    county_code: int, account_id: int, kind: str, prefix: str, year: int | None, verify_token: str, total_fen: int, as_of_on: date,
    at: datetime, by_name: str, figures: bytes | None = None,
) -> str:  # fmt: skip
    """The paper's number: `prefix`, county, year of issue, and a running number that may have gaps. `figures`: digest of what
    it says, where it is to be found again by that."""
    number: str = await engine.fetchval(
        "insert into account_statement (county_code, id, account_id, kind, year, number, verify_token, total_fen, as_of_on,"
        " issued_at, issued_by, figures) overriding system value select $1::int, n.id, $2, $3, $5,"
        " concat_ws('-', $4::text, lpad($1::int::text, 6, '0'), $12::int, lpad(n.id::text, 8, '0')), $6, $7, $8,"
        " $9, $10, $11 from (select nextval(pg_get_serial_sequence('account_statement', 'id')) as id) n returning number",
        county_code, account_id, kind, prefix, year, verify_token, total_fen, as_of_on, at, by_name,
        figures, at.year,
    )  # fmt: skip
    return number


def digest(said: str) -> bytes:
    """Keyed, of what a paper says: to find it again by."""
    return index(said, "file")
