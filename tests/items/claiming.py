"""Somebody who turns sixty on 10 November 2026 with fifteen years and 9,000 yuan, and the two of the benefit desk."""

from datetime import date

from db import engine
from db.queries import accounts
from db.stores.ledger import Entry
from domain.actor import Post
from domain.case import flow
from domain.items import benefit_claim
from domain.ledger import Kind
from tests import make
from tests.make import COUNTY, Person, id_number
from tests.runs.conftest import posted, settle

XU_SHUANG = Person("许霜", id_number(date(1966, 11, 10), 161), 5, "13800000005")
LIN_JING = make.staff("林静", Post.COUNTY_BENEFIT, staff_id=115)
XIA_YU = make.staff("夏雨", Post.COUNTY_BENEFIT, staff_id=116)
ASKED = {"account_kind": "social_card", "bank": "农商银行", "bank_account": "6228 4804 0256 4890 018"}


async def sixty(person: Person = XU_SHUANG, *, years: range = range(2011, 2026), fen: int = 900_000) -> int:
    """Returns the person id. The money came on the last day of 2025, whose interest is settled."""
    person_id = await make.participant(person)
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    await engine.executemany(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on)"
        " values ($1, $2, $3, '011', '20', '200', 20000, 0, 0, 0, 0, 'tax', $4, $4)",
        [(COUNTY, account.id, year, date(year, 6, 1)) for year in years],
    )  # fmt: skip
    if fen:
        await posted(
            [
                Entry(
                    account_id=account.id,
                    kind=Kind.CONTRIBUTION,
                    value_on=date(2025, 12, 31),
                    amounts={"personal": fen},
                )
            ]
        )
    await settle(2025)
    return person_id


async def claimed(person: Person = XU_SHUANG, **answers: object) -> flow.Receipt:
    await make.sources(household_register=make.household(person))
    return await make.handed_in(benefit_claim.ITEM, ASKED | answers, person)
