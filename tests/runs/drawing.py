"""Many people who draw a pension, with standards as the rules gave them when they began."""

import random
from datetime import date, datetime, timedelta

from db import engine
from db.benefit_items import COLUMNS
from db.stores import reference
from db.stores.reference import ParameterWrite
from domain import access, months
from domain.actor import Actor
from domain.agency.parameters_import import snapshot
from domain.determination import column_of
from domain.funds import Fund
from domain.identity import age_on
from domain.parameters import Parameters
from domain.rules.pension import pension, standards
from tests import make
from tests.make import CHINA, COUNTY
from tests.runs.conftest import many_accounts

AT = datetime(2026, 11, 20, 9, tzinfo=CHINA)
PAID_UNTIL = 202611


def by_the_rule(parameters: Parameters, born_on: date, years: int, balance: int, month: int) -> dict[str, int]:
    """By column, of a month."""
    first = months.first_day(month)
    found = pension({Fund.PERSONAL: balance}, years, age_on(born_on, first), standards(parameters, first))
    return {f"{column_of(item)}_fen": item.fen for item in found.items}


class Drawer:
    """Somebody with the facts the rule needs."""

    def __init__(self, person_id: int, born_on: date, years: int, balance: int, first_month: int) -> None:
        self.id, self.born_on, self.years, self.balance, self.first_month = (
            person_id,
            born_on,
            years,
            balance,
            first_month,
        )


async def drawing(count: int, seed: int = 5) -> list[Drawer]:
    """Spread over four villages; everybody paid until PAID_UNTIL."""
    accounts = await many_accounts(count)
    parameters, dice, people = await snapshot(COUNTY), random.Random(seed), []
    for account in accounts:
        person_id = await engine.fetchval("select person_id from individual_account where id = $1", account)
        first_month = dice.randint(2019, 2025) * 100 + dice.randint(1, 12)
        born_on = months.first_day(first_month) - timedelta(days=dice.randint(60 * 366, 85 * 365))
        one = Drawer(person_id, born_on, dice.randint(0, 45), dice.randint(0, 9_000_000), first_month)
        people.append(one)
        await engine.execute("update person set born_on = $2 where id = $1", person_id, born_on)
        await engine.execute(
            "insert into benefit (county_code, person_id, account_id, eligible_on, first_month, years, state, determined_at,"
            " certified_month, paid_until) values ($1, $2, $3, $4, $5, $6, 'confirmed', $7, $8, $8)",
            COUNTY, person_id, account, born_on, first_month, one.years, AT, PAID_UNTIL,
        )  # fmt: skip
        await standard(one, first_month, by_the_rule(parameters, born_on, one.years, one.balance, first_month))
        # The increases that were made in their time.
        for month in range(202401, 202502, 100):
            if month > first_month:
                await standard(one, month, by_the_rule(parameters, born_on, one.years, one.balance, month), "increase")
    return people


async def standard(one: Drawer, month: int, amounts: dict[str, int], reason: str = "determination") -> None:
    names = list(amounts)
    await engine.execute(
        f"insert into benefit_standard (county_code, person_id, from_month, reason, decided_at, decided_by, decided_by_name,"
        f" {', '.join(names)}) values ($1, $2, $3, $4, $5, 0, 'x', {', '.join(f'{fen}' for fen in amounts.values())})",
        COUNTY, one.id, month, reason, AT,
    )  # fmt: skip


async def raised(
    value: str, on: date, kind: str = "basic_pension", key: str = "central", document: str = "青财社〔2026〕9号"
) -> None:
    """A new parameter, entered and checked."""
    row = ParameterWrite(kind, key, value, on, date(2026, 11, 2), document)
    async with engine.transaction():
        await reference.add_parameters(COUNTY, [row], verified=False, proposed_by="甲", confirmed_by="乙", at=AT)


async def in_force(person_id: int, month: int) -> dict[str, int]:
    """By column, those that are not 0."""
    row = await engine.fetchrow(
        f"select {', '.join(COLUMNS)} from benefit_standard where person_id = $1 and from_month <= $2"
        " order by from_month desc, id desc limit 1", person_id, month,
    )  # fmt: skip
    assert row is not None
    return {name: fen for name, fen in row.items() if fen}


async def granted(business: str, *actors: Actor, at: datetime = AT) -> int:
    """The head of the agency gives the power for a day; the id of the last grant."""
    grant = 0
    for actor in actors:
        await engine.execute(
            "insert into staff_user (county_code, id, login_name, name, region_code, organisation, password_hash, must_change,"
            " password_at, created_at) overriding system value values ($1, $2, $3, $4, $5, 'x', 'x', false, $6, $6)"
            " on conflict do nothing",
            COUNTY, actor.id, f"{COUNTY}{actor.id}", actor.name, f"{COUNTY}", at,
        )  # fmt: skip
        grant = await access.request_authority(business, "提高基础养老金", actor, at)
        await access.grant_authority(COUNTY, grant, at + timedelta(days=1), make.FENG_YUAN, at)
    return grant
