"""Who comes: person, participation, and interest of the years between (规程第四十三条; R-377, R-390). Inside the caller's transaction."""

from datetime import date, datetime
from typing import Any

from db.queries import accounts
from db.stores import messages, people, transfer_accounts
from db.stores.transfers import TransferRow
from domain import determination, identity
from domain.actor import Actor
from domain.agency.parameters_import import snapshot
from domain.benefits import capitalise
from domain.errors import Problem, Refused
from domain.identity import IdType

PENSION_AGE = 60  # 国发〔2014〕8号 七
TERMINATED = 4


async def settle_in(row: TransferRow, answers: dict[str, Any], by: Actor, at: datetime) -> tuple[int, bool]:
    """Person and participation; and whether the account was in use here all along (R-390). The look-up across counties moves in
    this transaction, and only away from the county that has let go."""
    county = row.county_code
    home, person_id = await people.find(row.id_index) or (None, None)
    if home not in (None, county, row.other_county):
        raise Refused(Problem("other-home", "这个人现在登记在第三个县，请先弄清在哪里参保。"))
    if home == row.other_county and person_id is not None:
        there = await people.read(home, person_id)
        if there is not None and there.participation_status != TERMINATED:
            raise Refused(Problem("still-there", "转出地还没有终止他的关系，不能转入。"))
    known = person_id if home == county else await transfer_accounts.kept_person(county, row.id_index)
    person = await people.read(county, known, lock=True) if known else None
    joined = person is not None and person.participation_status in (1, 2)
    if person is None:
        known = await _create(row, answers, home, at)
    elif home != county:
        await transfer_accounts.come_home(row.id_index, county, person.id, row.other_county)
    assert known is not None
    await transfer_accounts.end_termination(county, known, row.case_id, by.name, at)
    born = person.born_on if person else identity.birth_of(IdType.RESIDENT_ID_CARD, answers["id_number"])
    assert born is not None, "an ID card says when somebody was born"
    if not joined:
        await people.enroll(
            county, known, first_enrolled_on=date.fromisoformat(row.form["first_enrolled_on"]), tier_fen=None, categories=["011"],
            contributing=identity.age_on(born, at.date()) < PENSION_AGE, case_id=row.case_id,
        )  # fmt: skip
        await messages.queue_exchange(county, "tax", "registration", {
            "action": "enroll", "person_id": known, "name": row.name, "id_type": IdType.RESIDENT_ID_CARD.value,
            "id_number": answers["id_number"], "region_code": row.region_code, "enrolled_on": at.date().isoformat(),
        }, row.case_id, at)  # fmt: skip
    return known, joined


async def _create(row: TransferRow, answers: dict[str, Any], left: int | None, at: datetime) -> int:
    number = answers["id_number"]
    sex, born = identity.sex_of(IdType.RESIDENT_ID_CARD, number), identity.birth_of(IdType.RESIDENT_ID_CARD, number)
    assert sex is not None and born is not None, "an ID card says both"
    return await people.create(
        county_code=row.county_code, name=row.name, id_type=IdType.RESIDENT_ID_CARD.value, id_number=number, sex=sex,
        ethnic_group=answers["ethnic_group"], born_on=born, phone=answers["phone"], address=answers.get("address", ""), postcode="",
        household_type=answers["household_type"], household_address=answers["household_address"], region_code=row.region_code,
        case_id=row.case_id, at=at, left=left,
    )  # fmt: skip


async def catch_up(county_code: int, person_id: int, month: int, joined: bool, by: Actor, at: datetime) -> None:
    """Years that ended between the settlement over there and today earn here what is left of them (R-182)."""
    account = await accounts.account_of(county_code, person_id)
    assert account is not None
    year = month // 100
    if not joined:
        await transfer_accounts.settled_year(county_code, account.id, year - 1)
    for past in range(year, at.year):
        account = await accounts.account_of(county_code, person_id)
        assert account is not None
        _, due = await determination.settled(county_code, account, past * 100 + 12, await snapshot(county_code))
        for each in due:
            await capitalise(county_code, account.id, each, by, at, "转入结息")
        await transfer_accounts.settled_year(county_code, account.id, past)
