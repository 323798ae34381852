"""Two families of the demo county that close an account, one settled and one that has just applied; and somebody who was paid too much."""

from datetime import date, datetime, timedelta

from msgspec import structs

from db.engine import transaction
from db.queries import people as people_query
from domain import months, settlement
from domain.actor import Actor
from domain.agency import recovery, recovery_notices
from domain.case import flow
from domain.case.flow import Signature
from domain.case.item import Applicant, Subject
from domain.items import deregistration
from domain.settlement import New, Payee

DIED = "汤白露"
DAUGHTER, HER_NUMBER, HER_ACCOUNT = "汤桂芳", "439901197205184102", "6299010000000000091"
LATELY_DIED, DIED_DAYS_AGO, SON = "方小寒", 6, "李谷雨"
BANK = "青禾农商行"
DEADLINE = timedelta(days=30)


async def settled(county_code: int, number: str, last: int, by: Actor, at: datetime) -> None:
    """Somebody whose death came to light after a month too many was paid; the neighbours told it. `last`: the month of death."""
    person_id = await people_query.person_id_of(county_code, people_query.id_index_of(number))
    assert person_id, "he has drawn a pension"
    new = New(
        person_id=person_id, cause="death", happened_on=months.first_day(last).replace(day=19), evidence="field",
        evidence_note="上门核实，邻居和村干部都说已经去世（样例）",
        payees=(Payee(name=DAUGHTER, id_type="resident_id_card", id_number=HER_NUMBER, relation="3", holder_name=DAUGHTER, bank=BANK,
                      account=HER_ACCOUNT),),
    )  # fmt: skip
    async with transaction():
        await settlement.settle(county_code, await settlement.register(county_code, new, by, at), by, at)


async def applied(county_code: int, number: str, son: Actor, phone: str, profile: str, at: datetime) -> None:
    """A son's promise from his phone; no source knows of the death yet, so the office has to find out itself."""
    assert son.id_index, "a resident has a number"
    index = people_query.id_index_of(number)
    subject = Subject(
        county_code=county_code, name=LATELY_DIED, id_index=index, person_id=await people_query.person_id_of(county_code, index)
    )
    died_on: date = at.date() - timedelta(days=DIED_DAYS_AGO)
    answers = {"cause": "death", "happened_on": f"{died_on}", "relation": "2", "receivers": [], "phone": phone}
    actor = structs.replace(son, authenticated_at=at)
    case_id = await flow.start(deregistration.ITEM, subject, actor, profile, at, answers, Applicant(son.name, son.id_index))
    await flow.submit(county_code, case_id, actor, 0, at, Signature("typed", son.name))


async def owes(county_code: int, number: str, registrar: Actor, auditor: Actor, at: datetime) -> None:
    """A part that was counted twice by the older system: registered by the desk, verified by the auditor, told with a day."""
    facts = "以前的系统把县级基础养老金多算了48个月，每月5元（样例）"
    case = await recovery.register(county_code, number, "wrong_amount", {"basic_county": 24_000}, facts, registrar, at)
    await recovery.verify(county_code, case, "核对了以前的发放明细，情况属实（样例）", auditor, at, agrees=True)
    await recovery_notices.give_notice(county_code, case, at.date() + DEADLINE, registrar, at)
