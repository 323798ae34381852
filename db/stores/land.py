"""被征地农民: awards and what is credited of them. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine


class NewAward(Struct, frozen=True, kw_only=True):
    """`years` is 1 for an award that is credited at once."""

    person_id: int
    total_fen: int
    manner: str
    years: int
    expropriated_on: date


class Known(Struct, frozen=True, kw_only=True):
    """Who a line of a list is; None where nobody is. `awards`: (day of expropriation, total) of each that stands already."""

    county_code: int | None
    person_id: int | None
    account_id: int | None
    name: str | None
    region_code: str | None
    participation_status: int | None
    awards: tuple[tuple[date, int], ...]


async def known(county_code: int, indexes: Sequence[bytes]) -> list[Known]:
    """In the order asked."""
    rows = await engine.fetch(
        "select i.county_code, p.id as person_id, a.id as account_id, p.name, p.region_code, pa.participation_status,"
        " array(select row(w.expropriated_on, w.total_fen) from land_loss_award w where w.county_code = $1 and w.person_id = p.id"
        " and w.stopped_at is null) as awards"
        " from unnest($2::bytea[]) with ordinality t (id_index, at) left join identity_index i on i.id_index = t.id_index"
        " left join person p on p.county_code = $1 and i.county_code = $1 and p.id = i.person_id"
        " left join individual_account a on a.county_code = $1 and a.person_id = p.id and a.status = 'open'"
        " left join participation pa on pa.county_code = $1 and pa.person_id = p.id order by t.at",
        county_code, list(indexes),
    )  # fmt: skip
    return [Known(**dict(row) | {"awards": tuple(tuple(award) for award in row["awards"])}) for row in rows]


async def add(county_code: int, awards: Sequence[NewAward], document: str, by: int, by_name: str, at: datetime) -> None:
    await engine.executemany(
        "insert into land_loss_award (county_code, person_id, total_fen, manner, years, expropriated_on, confirmed_document,"
        " recorded_at, recorded_by, recorded_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [(county_code, each.person_id, each.total_fen, each.manner, each.years, each.expropriated_on, document, at, by, by_name)
         for each in awards],
    )  # fmt: skip


async def stop(county_code: int, award_id: int, by_name: str, reason: str, at: datetime) -> None:
    await engine.execute(
        "update land_loss_award set stopped_at = $3, stopped_by_name = $4, stop_reason = $5 where county_code = $1 and id = $2",
        county_code, award_id, at, by_name, reason,
    )  # fmt: skip
