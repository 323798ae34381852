"""The statements that book a whole file say the same of each person as the pure rules say of one."""

import random
from datetime import date, datetime

import pytest

from db import engine
from domain.agency.parameters_import import snapshot
from domain.rules import contribution, special_groups
from domain.rules.special_groups import Spell
from tests import make
from tests.conftest import Database
from tests.contributions.ways import booked, paid, special_rule
from tests.make import CHINA, COUNTY, Person

PEOPLE = 80
LAST = datetime(2026, 12, 31, 9, tzinfo=CHINA)
CATEGORIES = ("021", "031", "061")
AMOUNTS = (5000, 10000, 15000, 20000, 25000, 30000, 45000, 50000, 100_000)


async def _rules(dice: random.Random) -> None:
    for category in CATEGORIES:
        for tier in (200, 300, 500):
            government = dice.choice((50, 100, 150, 200))
            items = {
                "personal": f"{tier - government}",
                "province": f"{dice.randint(1, 40)}",
                "city": "5",
                "county": "5",
            }
            await special_rule(category, "20", f"{tier}", **items, government_paid=f"{government}")


def _spells(dice: random.Random) -> list[Spell]:
    found = []
    for category in dice.sample(CATEGORIES, dice.randint(0, 2)):
        first = date(dice.choice((2024, 2025, 2026)), dice.randint(1, 12), dice.randint(1, 28))
        last = date(dice.choice((2026, 2027)), dice.randint(1, 12), 28) if dice.random() < 0.5 else None
        found.append(Spell(category, first, last if last is None or last >= first else None))
    return found


@pytest.mark.rule("R-081", "R-101", "R-113", "R-124", "R-125", "R-132")
@pytest.mark.parametrize("seed", [1, 2])
async def test_a_file_of_many_people_is_entitled_as_each_of_them_alone(db: Database, seed: int) -> None:
    dice = random.Random(seed)
    await _rules(dice)
    payments, expected = [], {}
    parameters = await snapshot(COUNTY)
    for n in range(PEOPLE):
        person = Person(f"村民{'甲乙丙丁'[n % 4]}", make.id_number(date(1975, 8, 20), 200 + n), 10)
        person_id = await make.participant(person)
        spells = _spells(dice)
        await engine.executemany(
            "insert into category_spell (county_code, person_id, category, from_on, until_on, list_source, list_no, recorded_at,"
            " recorded_by) values ($1, $2, $3, $4, $5, '民政', '1', now(), 'x')",
            [(COUNTY, person_id, s.category, s.from_on, s.until_on) for s in spells],
        )
        year = dice.choice((2025, 2026, 2026))
        days = [
            date(2026, dice.randint(1, 12), dice.randint(1, 28))
            for _ in range(1 if year < 2026 else dice.randint(1, 3))
        ]
        parts = [dice.choice(AMOUNTS) for _ in days]
        payments += [
            paid(fen, person, year, line=len(payments) + i, on=on)
            for i, (fen, on) in enumerate(zip(parts, days, strict=True), start=1)
        ]
        rules = parameters.rules(contribution.day_in_year(year, max(days)))
        back = year < max(days).year
        identity = special_groups.identity(spells, year, max(days), rules, "20")
        if back:
            identity = "011"
        reached = contribution.reached(contribution.rules_for(rules, identity, "20"), sum(parts))
        due = contribution.entitled(None if back else reached)
        expected[person_id] = (
            identity, reached.tier if reached else "", sum(parts), due.province, due.city, due.county, due.government_paid,
        )  # fmt: skip
    await booked(*payments, at=LAST)
    rows = await engine.fetch(
        "select a.person_id, y.category, y.tier, y.personal_fen, y.province_fen, y.city_fen, y.county_fen, y.government_paid_fen"
        " from contribution_year y join individual_account a on a.id = y.account_id"
    )
    found = {row["person_id"]: tuple(row)[1:] for row in rows}
    beyond = set(expected) - set(found)  # more than the highest tier of an identity: put aside as a whole
    assert len(beyond) < PEOPLE // 4
    assert found == {person: year for person, year in expected.items() if person not in beyond}
    assert await engine.fetchval(
        "select count(*) from document_line where state = 'exception' and reason_code <> 'beyond-the-top'"
    ) == 0  # fmt: skip
