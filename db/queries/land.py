"""Awards of 被征地补贴 as pages and the yearly list read them. The first argument is the county."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db import engine


class AwardRow(Struct, frozen=True, kw_only=True):
    """`credited`: 分 by contribution year, in lists that are not cancelled; `booked_fen`: of it, what is in the account.
    `paid_years`: those in which the own contribution counts. `account_id` None: the account is closed."""

    id: int
    person_id: int
    account_id: int | None
    name: str
    id_index: bytes
    born_on: date
    region_code: str
    participation_status: int
    contribution_status: int
    total_fen: int
    manner: str
    years: int
    expropriated_on: date
    confirmed_document: str
    recorded_at: datetime
    recorded_by_name: str
    stopped_at: datetime | None
    stop_reason: str
    credited: dict[int, int]
    booked_fen: int
    paid_years: list[int]

    @property
    def left_fen(self) -> int:
        return self.total_fen - sum(self.credited.values())


def line_reference(award_id: int) -> str:
    """How a line of a list names its award."""
    return f"land-{award_id}"


async def awards(
    county_code: int, prefix: str, *, award_id: int | None = None, only_open: bool = False, after: int = 0, limit: int
) -> list[AwardRow]:
    """In the order in which they were recorded. `only_open`: of people whose account is open, not stopped, with something left."""
    rows = await engine.fetch(
        "select * from (select w.*, a.id as account_id, p.name, p.id_index, p.born_on, p.region_code, pa.participation_status,"
        " pa.contribution_status, coalesce(c.credited, '{}') as credited, coalesce(c.fen, 0)::bigint as credited_fen,"
        " coalesce(c.booked_fen, 0)::bigint as booked_fen,"
        " array(select y.year from contribution_year y where y.county_code = $1 and y.account_id = a.id and y.counts) as paid_years"
        " from land_loss_award w join person p on p.county_code = $1 and p.id = w.person_id"
        " join participation pa on pa.county_code = $1 and pa.person_id = w.person_id"
        " left join individual_account a on a.county_code = $1 and a.person_id = w.person_id and a.status = 'open'"
        " left join lateral (select json_object_agg(s.year, s.fen)::text as credited, sum(s.fen) as fen, sum(s.booked) as booked_fen"
        " from (select l.year, sum(l.amount_fen)::bigint as fen, sum(l.amount_fen) filter (where l.state = 'booked') as booked"
        " from document_line l join fund_document d on d.county_code = $1 and d.id = l.document_id and d.kind = 'land_loss'"
        " and d.state <> 'cancelled' where l.county_code = $1 and l.external_no = 'land-' || w.id and l.external_no <> ''"
        " and l.state in ('good', 'booked') group by l.year) s) c on true"
        " where w.county_code = $1 and p.region_code like $2 || '%' and ($3::bigint is null or w.id = $3) and w.id > $4) w"
        " where not $5 or (stopped_at is null and account_id is not null and total_fen > credited_fen) order by id limit $6",
        county_code, prefix, award_id, after, only_open, limit,
    )  # fmt: skip
    return [_award(row) for row in rows]


def _award(row: engine.Record) -> AwardRow:
    rest = {name: row[name] for name in AwardRow.__struct_fields__ if name != "credited"}
    return AwardRow(credited=msgspec.json.decode(row["credited"], type=dict[int, int]), **rest)
