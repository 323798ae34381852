"""Places: names, children, and what a code stands for."""

from datetime import date

from msgspec import Struct

from db import engine


class RegionRow(Struct, frozen=True, kw_only=True):
    code: str
    name: str
    full_name: str
    closed_on: date | None


async def find(county_code: int, code: str) -> RegionRow | None:
    row = await engine.fetchrow(
        "select code, name, full_name, closed_on from region where county_code = $1 and code = $2", county_code, code
    )
    return RegionRow(**dict(row)) if row else None


async def below(county_code: int, prefix: str, length: int, *, with_closed: bool = False) -> list[RegionRow]:
    """The regions of one level (`length` digits) under `prefix`, in order of code."""
    rows = await engine.fetch(
        "select code, name, full_name, closed_on from region where county_code = $1 and code like $2 || '%'"
        " and length(code) = $3 and ($4 or closed_on is null) order by code",
        county_code, prefix, length, with_closed,
    )  # fmt: skip
    return [RegionRow(**dict(row)) for row in rows]


async def names(codes: list[str]) -> dict[str, str]:
    """Full names of many codes at once, for lists."""
    rows = await engine.fetch("select code, full_name from region where code = any($1)", codes)
    return {row["code"]: row["full_name"] for row in rows}


async def short_names(codes: list[str]) -> dict[str, str]:
    """Each place's own name, without those above it."""
    rows = await engine.fetch("select code, name from region where code = any($1)", codes)
    return {row["code"]: row["name"] for row in rows}
