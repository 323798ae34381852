"""Papers about an account that were handed out, for who holds one and asks whether it is genuine (R-201)."""

from datetime import date, datetime

from msgspec import Struct

from db import engine


class IssuedPaper(Struct, frozen=True, kw_only=True):
    """What may be told to anybody: nothing about the person."""

    kind: str
    number: str
    total_fen: int
    as_of_on: date
    agency_name: str


async def by_token(token: str) -> IssuedPaper | None:
    """By the code in its QR picture, which begins with the county."""
    county_code, _, rest = token.partition("-")
    if not (
        county_code.isascii()
        and county_code.isdigit()
        and len(county_code) == 6
        and rest.isascii()
        and rest.isprintable()
    ):
        return None
    return await _one("s.verify_token", int(county_code), token)


async def by_number(number: str) -> IssuedPaper | None:
    """By what is printed on it: DZ-439901-2026-00000001."""
    _, _, rest = number.partition("-")
    county_code = rest[:6]
    if not (number.isascii() and number.isprintable() and county_code.isdigit() and len(county_code) == 6):
        return None
    return await _one("s.number", int(county_code), number)


async def _one(column: str, county_code: int, value: str) -> IssuedPaper | None:
    row = await engine.fetchrow(
        "select s.kind, s.number, s.total_fen, s.as_of_on, c.agency_name from account_statement s"
        f" join county c on c.county_code = s.county_code where s.county_code = $1 and {column} = $2",
        county_code, value,
    )  # fmt: skip
    return IssuedPaper(**dict(row)) if row else None


class HandedOut(Struct, frozen=True, kw_only=True):
    kind: str
    number: str
    year: int | None
    total_fen: int
    issued_at: datetime
    issued_by: str


async def of_account(county_code: int, account_id: int, limit: int) -> list[HandedOut]:
    """The newest first."""
    rows = await engine.fetch(
        f"select {', '.join(HandedOut.__struct_fields__)} from account_statement where county_code = $1 and account_id = $2"
        " order by id desc limit $3",
        county_code, account_id, limit,
    )  # fmt: skip
    return [HandedOut(**dict(row)) for row in rows]
