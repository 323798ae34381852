"""重新核定: proposed, approved, agreed to. The first argument is the county."""

from datetime import datetime

from db import engine
from db.queries.pension import REDETERMINATION, Redetermination


async def propose(
    county_code: int,
    person_id: int,
    month: int,
    years: int,
    balances: str,
    reason: str,
    by: int,
    by_name: str,
    at: datetime,
) -> int | None:
    """None while another one is open. `balances`: JSON, 分 by source."""
    redetermination_id: int | None = await engine.fetchval(
        "insert into benefit_redetermination (county_code, person_id, from_month, years, balances, reason, state, proposed_at,"
        " proposed_by, proposed_by_name) values ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, $9) on conflict do nothing returning id",
        county_code, person_id, month, years, balances, reason, at, by, by_name,
    )  # fmt: skip
    return redetermination_id


async def lock(county_code: int, person_id: int, state: str) -> Redetermination | None:
    """The open one, when it stands so; held for this transaction."""
    row = await engine.fetchrow(
        f"select {REDETERMINATION} from benefit_redetermination where county_code = $1 and person_id = $2 and state = $3 for update",
        county_code, person_id, state,
    )  # fmt: skip
    return Redetermination(**dict(row)) if row else None


async def decide(county_code: int, redetermination_id: int, state: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update benefit_redetermination set state = $3, decided_at = $4, decided_by = $5, decided_by_name = $6"
        " where county_code = $1 and id = $2",
        county_code, redetermination_id, state, at, by, by_name,
    )  # fmt: skip


async def confirm(county_code: int, found: Redetermination, how: str, by_name: str, at: datetime) -> None:
    """The years that count from now on go with it."""
    await engine.execute(
        "update benefit_redetermination set state = 'confirmed', confirmed_at = $3, confirmed_how = $4, confirmed_by_name = $5"
        " where county_code = $1 and id = $2",
        county_code, found.id, at, how, by_name,
    )  # fmt: skip
    await engine.execute(
        "update benefit set years = $3, version = version + 1 where county_code = $1 and person_id = $2",
        county_code, found.person_id, found.years,
    )  # fmt: skip
