"""`ledger verify` reckons every determination once more, set-based, and finds what the rule would not have given."""

import random
from datetime import date, datetime

import asyncpg
import msgspec
import pytest

from db import engine
from db.queries.determinations import PAYOUT_MONTHS
from db.stores import benefits as store
from db.stores.benefits import NewBenefit, NewStandard
from domain import months, verify
from domain.agency.parameters_import import snapshot
from domain.determination import column_of
from domain.funds import Fund
from domain.identity import age_on
from domain.rules import pension as rule
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY, GROUP

pytestmark = pytest.mark.usefixtures("db")
AT = datetime(2026, 12, 10, 9, tzinfo=CHINA)
TITLE = "determinations are what the rules give"
PARAMETER = (
    "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
    " confirmed_by, recorded_at) values ($1, $2, $3, $4, $5, '2026-01-01', 'x', false, 'a', 'b', now())"
)
SUPPLEMENTS = [
    ("long_supplement", "county", "2"), ("long_supplement", "province", "1%"), ("age_supplement", "county/65", "5"),
    ("age_supplement", "county/70", "10"), ("age_supplement", "city/80", "30.5"), ("basic_pension", "city", "7.77"),
]  # fmt: skip


async def determined(number: int, dice: random.Random) -> int:
    """Somebody of any age, years and money, as domain.determination would have written it. Returns the person id."""
    month, years = dice.choice([202602, 202603, 202609, 202612]), dice.randint(0, 45)
    born_on = dice.choice([
        date(dice.choice([1944, 1946, 1951, 1956, 1960, 1965, 1966]), dice.randint(1, 12), dice.randint(1, 28)),
        date(dice.choice([1946, 1956, 1961]), month % 100, dice.choice([1, 2])),  # reaches a band on that day or the next
        date(1956, 2, 29),
    ])  # fmt: skip
    funds = dice.sample(list(Fund), dice.randint(0, len(Fund)))
    balances = {fund: dice.choice([1, 69, 70, 139, dice.randint(1, 5_000_000)]) for fund in funds}
    on = months.first_day(month)
    found = rule.pension(balances, years, age_on(born_on, on), rule.standards(await snapshot(COUNTY), on))
    person_id: int = await engine.fetchval(
        "insert into person (county_code, name, id_type, id_number_sealed, id_index, sex, ethnic_group, born_on, household_type,"
        " household_address, region_code, created_at) values ($1, '老人', 'resident_id_card', '\\x00', $2, '1', '01', $3, '20', '', $4,"
        " now()) returning id",
        COUNTY, number.to_bytes(32), born_on, GROUP,
    )  # fmt: skip
    account_id = await engine.fetchval(
        "insert into individual_account (county_code, person_id, opened_on) values ($1, $2, '2015-01-01') returning id",
        COUNTY, person_id,
    )  # fmt: skip
    await store.add_benefit(COUNTY, NewBenefit(
        person_id=person_id, account_id=account_id, case_id=None, eligible_on=on, first_month=month, years=years,
        certified_month=month, paid_until=months.after(month, -1),
    ), AT)  # fmt: skip
    await store.add_standard(COUNTY, NewStandard(
        person_id=person_id, from_month=month, reason="determination", amounts={column_of(item): item.fen for item in found.items},
        balances=msgspec.json.encode({fund.value: fen for fund, fen in balances.items()}).decode(),
        versions=tuple(sorted(found.trace.all_versions())),
    ), LIN_JING.id, LIN_JING.name, AT)  # fmt: skip
    return person_id


async def many(count: int) -> list[int]:
    for kind, key, value in SUPPLEMENTS:
        await engine.execute(PARAMETER, COUNTY, kind, key, value, date(2011, 7, 1))
    dice = random.Random(230)
    return [await determined(number, dice) for number in range(count)]


async def found() -> tuple[int, list[str]]:
    """How many are another, and the first people of them."""
    check = next(check for check in (await verify.county(COUNTY)).checks if check.title == TITLE)
    return check.count, [person for person, _ in check.findings]


@pytest.mark.rule("R-191", "R-224", "R-225", "R-226", "R-230", "R-237", "R-238")
async def test_a_county_reckoned_by_joins_is_what_the_rule_gives_each_person(owner: asyncpg.Connection) -> None:
    people = await many(150)
    assert await found() == (0, [])
    await owner.execute("update benefit_standard set reason = 'increase' where reason = 'determination'")
    await owner.execute("update benefit_standard set basic_central_fen = 0")
    assert await found() == (0, []), "only determinations are looked at"
    await owner.execute("update benefit_standard set reason = 'determination'")
    count, first = await found()
    assert count == len(people)
    assert first[0] == f"{people[0]}"


@pytest.mark.parametrize(
    "damage",
    [
        "update benefit_standard set account_personal_fen = account_personal_fen + 1, long_county_fen = 0 where person_id = $1",
        "update benefit_standard set long_county_fen = long_county_fen + 1 where person_id = $1",
        "update benefit_standard set balances = '' where person_id = $1",
        "update benefit_standard set versions = '{}' where person_id = $1",
        "update benefit set years = years + 20 where person_id = $1",
        "update person set born_on = born_on - interval '40 years' where id = $1",
    ],
)
async def test_whatever_is_another_is_found_and_nobody_else(owner: asyncpg.Connection, damage: str) -> None:
    people = await many(12)
    rich = await owner.fetchval(
        "select person_id from benefit_standard where account_personal_fen > 0 and age_county_fen = 0 and long_county_fen > 0"
        " order by person_id limit 1"
    )
    assert rich in people
    await owner.execute(damage, rich)
    assert await found() == (1, [f"{rich}"])


async def test_what_was_decided_later_changes_no_determination_of_before() -> None:
    await many(5)
    await engine.execute(PARAMETER, COUNTY, "basic_pension", "county", "500", date(2020, 1, 1))
    assert await found() == (0, [])


async def test_who_was_determined_anew_has_other_years_now(owner: asyncpg.Connection) -> None:
    person, _ = await many(2)
    await owner.execute("update benefit set years = years + 20 where person_id = $1", person)
    for state, count in (("approved", 1), ("confirmed", 0)):
        await owner.execute(
            "insert into benefit_redetermination (county_code, person_id, from_month, years, balances, reason, state, proposed_at,"
            " proposed_by, proposed_by_name) values ($1, $2, 202612, 1, '', 'x', $3, now(), 1, 'x')",
            COUNTY, person, state,
        )  # fmt: skip
        assert (await found())[0] == count


def test_the_months_are_those_of_the_rule() -> None:
    assert PAYOUT_MONTHS == rule.PAYOUT_MONTHS
