"""What waits for a village's assistant. The first arguments are the county and the village."""

from datetime import date

from msgspec import Struct

from db import engine


class Villager(Struct, frozen=True, kw_only=True):
    """Enough to tell two people of one name apart, no more."""

    person_id: int
    name: str
    born_on: date


class Waiting(Struct, frozen=True, kw_only=True):
    """A case whose papers are not complete. `mine`: typed in by the assistant who asks, who may open it."""

    case_id: int
    item: str
    name: str
    mine: bool


async def to_claim(county_code: int, village: str, born_until: date, limit: int) -> list[Villager]:
    """Participants born on that day or earlier who draw nothing and have asked for nothing."""
    rows = await engine.fetch(
        "select p.id as person_id, p.name, p.born_on from person p join participation q on q.county_code = $1 and q.person_id = p.id"
        " and q.participation_status <> 4 where p.county_code = $1 and p.region_code like $2 || '%' and p.born_on <= $3"
        " and not exists (select from benefit b where b.county_code = $1 and b.person_id = p.id)"
        " and not exists (select from service_case c where c.county_code = $1 and c.item = 'benefit_claim'"
        " and c.subject_index = p.id_index and c.status in ('submitted', 'supplement_requested', 'resubmitted',"
        " 'preliminary_passed', 'under_review', 'approved')) order by p.region_code, p.name, p.id limit $4",
        county_code, village, born_until, limit,
    )  # fmt: skip
    return [Villager(**dict(row)) for row in rows]


async def to_supplement(county_code: int, village: str, account_id: int, limit: int) -> list[Waiting]:
    """Cases of the village that wait for papers, the longest waiting first. `account_id`: of the assistant."""
    rows = await engine.fetch(
        "select id as case_id, item, subject_name as name, filer_kind = 'assistant' and filer_id = $4 as mine from service_case"
        " where county_code = $1 and region_code like $2 || '%' and status = 'supplement_requested' order by touched_at, id limit $3",
        county_code, village, limit, account_id,
    )  # fmt: skip
    return [Waiting(**dict(row)) for row in rows]
