"""Somebody who draws a pension, with the least that is needed, and what became of it."""

from typing import Any

from db import engine
from db.queries import accounts
from db.stores import benefits
from db.stores.benefits import NewBenefit, NewStandard
from domain import months
from tests import make
from tests.make import COUNTY, FRIDAY, GROUP, Person


async def drawing(
    person: Person = make.WANG_DASHAN, *, region: str = GROUP, certified: int = 202601, first: int = 202501
) -> int:
    """Paid since `first`, until October 2026; returns the person id."""
    person_id = await make.participant(person, region)
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    new = NewBenefit(
        person_id=person_id, account_id=account.id, case_id=None, eligible_on=months.first_day(months.after(first, -1)),
        first_month=first, years=15, certified_month=certified, paid_until=202610,
    )  # fmt: skip
    await benefits.add_benefit(COUNTY, new, FRIDAY)
    amounts = {"basic_central": 14300}
    await benefits.add_standard(
        COUNTY, NewStandard(person_id=person_id, from_month=first, reason="determination", amounts=amounts), 1, "x", FRIDAY
    )  # fmt: skip
    await benefits.confirm(COUNTY, person_id, "counter", 1, "x", FRIDAY)
    return person_id


async def benefit(person_id: int) -> dict[str, Any]:
    row = await engine.fetchrow("select * from benefit where person_id = $1", person_id)
    assert row is not None
    return dict(row)


async def suspensions(person_id: int | None = None) -> list[dict[str, Any]]:
    rows = await engine.fetch(
        "select * from benefit_suspension where person_id = coalesce($1, person_id) order by id", person_id
    )
    return [dict(row) for row in rows]


async def only(person_id: int) -> dict[str, Any]:
    (found,) = await suspensions(person_id)
    return found
