"""Registers of 特殊人群 as screens and sheets show them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine


class Member(Struct, frozen=True, kw_only=True):
    """One spell of one person. `village`: its full name."""

    id: int
    person_id: int
    name: str
    born_on: date
    region_code: str
    village: str
    category: str
    from_on: date
    until_on: date | None
    list_source: str
    list_no: str
    recorded_at: datetime
    recorded_by: str
    end_reason: str
    missing_from: str


class Candidate(Struct, frozen=True, kw_only=True):
    """Somebody for whom government may pay everything. `consented_on` None: nobody has asked him, or he did not agree."""

    person_id: int
    name: str
    id_index: bytes
    born_on: date
    village: str
    category: str
    consented_on: date | None
    manner: str | None


_VILLAGE = "left join region r on r.code = left(p.region_code, 10)"


async def members(
    county_code: int, prefix: str, *, category: str = "", on: date | None = None, missing: bool = False, after: int = 0,
    limit: int,
) -> list[Member]:  # fmt: skip
    """In the order in which they were recorded. `on`: only those in force on that day; `missing`: only those the newest full
    list does not name."""
    rows = await engine.fetch(
        "select s.id, s.person_id, p.name, p.born_on, p.region_code, coalesce(r.full_name, '') as village, s.category, s.from_on,"
        " s.until_on, s.list_source, s.list_no, s.recorded_at, s.recorded_by, s.end_reason, s.missing_from from category_spell s"
        f" join person p on p.county_code = s.county_code and p.id = s.person_id {_VILLAGE} where s.county_code = $1"
        " and p.region_code like $2 || '%' and ($3 = '' or s.category = $3) and ($4::date is null or s.from_on <= $4 and"
        " (s.until_on is null or s.until_on >= $4)) and (not $7 or s.missing_from <> '') and s.id > $5"
        " order by s.id limit $6",
        county_code, prefix, category, on, after, limit, missing,
    )  # fmt: skip
    return [Member(**dict(row)) for row in rows]


async def zero_candidates(
    county_code: int, prefix: str, year: int, covered: Sequence[tuple[str, str]], *, after: int = 0, limit: int
) -> list[Candidate]:
    """Contributors of the identities and household types of `covered` within the year, for whom nothing is paid yet and nothing
    is on its way."""
    rows = await engine.fetch(
        "select distinct on (p.id) p.id as person_id, p.name, p.id_index, p.born_on, coalesce(r.full_name, '') as village,"
        " s.category, z.given_on as consented_on, z.manner from unnest($4::text[], $5::text[]) c (category, household)"
        " join category_spell s on s.county_code = $1 and s.category = c.category and s.from_on <= make_date($3, 12, 31)"
        " and (s.until_on is null or s.until_on >= make_date($3, 1, 1)) join person p on p.county_code = $1 and p.id = s.person_id"
        " and p.household_type = c.household join participation n on n.county_code = $1 and n.person_id = p.id"
        " and n.participation_status = 1 and n.contribution_status = 1 join individual_account a on a.county_code = $1"
        f" and a.person_id = p.id and a.status = 'open' {_VILLAGE} left join zero_consent z on z.county_code = $1"
        " and z.person_id = p.id and z.year = $3 where p.region_code like $2 || '%' and p.id > $6 and not exists (select from"
        " contribution_year y where y.county_code = $1 and y.account_id = a.id and y.year = $3 and (y.counts or y.personal_fen > 0))"
        " and not exists (select from document_line l join fund_document d on d.county_code = l.county_code"
        " and d.id = l.document_id and d.kind = 'zero_contribution' and d.state in ('draft', 'declared', 'approved')"
        " where l.county_code = $1 and l.account_id = a.id and l.year = $3 and l.state = 'good') order by p.id, s.category limit $7",
        county_code, prefix, year, [category for category, _ in covered], [household for _, household in covered], after, limit,
    )  # fmt: skip
    return [Candidate(**dict(row)) for row in rows]


async def region_of(county_code: int, person_id: int) -> str | None:
    code: str | None = await engine.fetchval(
        "select region_code from person where county_code = $1 and id = $2", county_code, person_id
    )
    return code
