"""《缴费补贴测算表》, when it was asked for, and what government still owes."""

from datetime import datetime

from msgspec import Struct

from db import engine
from db.stores.subsidies import LEVELS


class EstimateLine(Struct, frozen=True, kw_only=True):
    """One tier of a month (R-411): people-times and sums."""

    tier: str
    times: int
    personal_fen: int
    province_fen: int
    city_fen: int
    county_fen: int
    government_paid_fen: int

    @property
    def subsidy_fen(self) -> int:
        return self.province_fen + self.city_fen + self.county_fen + self.government_paid_fen


async def estimate(county_code: int, period: int) -> list[EstimateLine]:
    rows = await engine.fetch(
        "select tier, count(*)::int as times, sum(personal_fen)::bigint as personal_fen, sum(province_fen)::bigint as province_fen,"
        " sum(city_fen)::bigint as city_fen, sum(county_fen)::bigint as county_fen,"
        " sum(government_paid_fen)::bigint as government_paid_fen from subsidy_due where county_code = $1 and period = $2"
        " group by tier order by nullif(tier, '')::numeric nulls first",
        county_code, period,
    )  # fmt: skip
    return [EstimateLine(**dict(row)) for row in rows]


async def open_by_month(county_code: int) -> list[tuple[int, dict[str, int]]]:
    """Each month with something owed, the oldest first, by level."""
    sums = ", ".join(f"sum({level}_fen - credited_{level}_fen)::bigint as {level}" for level in LEVELS)
    some = " or ".join(f"{level}_fen <> credited_{level}_fen" for level in LEVELS)
    rows = await engine.fetch(
        f"select period, {sums} from subsidy_due where county_code = $1 and ({some}) group by period order by period",
        county_code,
    )
    return [(row["period"], {level: row[level] for level in LEVELS}) for row in rows]


async def asked_on(county_code: int, period: int) -> datetime | None:
    """When the month's subsidies were asked of the finance bureau; None while they were not, or the bureau refused the file."""
    when: datetime | None = await engine.fetchval(
        "select created_at from exchange_file where county_code = $1 and partner = 'finance' and direction = 'out'"
        " and kind = 'subsidy_request' and business_on >= make_date($2 / 100, $2 % 100, 1)"
        " and business_on < make_date($2 / 100, $2 % 100, 1) + interval '1 month' and state <> 'refused' order by id desc limit 1",
        county_code, period,
    )  # fmt: skip
    return when
