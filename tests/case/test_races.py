"""Two people at once, and numbers that change while a case is under way."""

import asyncio
import contextvars
from datetime import date

import asyncpg
import msgspec
import pytest

from db import engine
from db.stores import people
from domain.case import flow
from domain.case.flow import Receipt, Signature
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import basic_info_change, case_reversal, enrollment, household_address_change
from tests import make
from tests.make import COUNTY, FRIDAY, LI_XIUYING, SUN_LI, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("county")
ANSWERS = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
OTHER_COUNTY = 439902


async def submit(case_id: int, actor: make.Actor, signature: Signature) -> Receipt:
    return await flow.submit(COUNTY, case_id, actor, await make.version(case_id), FRIDAY, signature)


@pytest.mark.rule("R-014")
async def test_a_resident_and_a_clerk_handing_in_the_same_at_once_make_one_open_case() -> None:
    clerk = make.staff("周敏", make.Post.TOWNSHIP_CLERK, region="43990101")
    own = await make.draft(enrollment.ITEM, ANSWERS, make.resident(), LI_XIUYING)
    typed = await make.draft(enrollment.ITEM, ANSWERS, clerk, LI_XIUYING)
    paper = Signature("paper", LI_XIUYING.name, await flow.keep_picture(COUNTY, clerk, make.picture(), FRIDAY))
    second: asyncio.Task[Receipt]
    async with engine.transaction():
        first = await submit(own, make.resident(), Signature("typed", LI_XIUYING.name))
        second = asyncio.create_task(submit(typed, clerk, paper), context=contextvars.Context())
        await until_somebody_waits()
    receipt = await second
    assert (receipt.already, receipt.case_id) == (True, first.case_id)
    assert await make.column(typed, "status") == Status.AUTO_CLOSED


async def until_somebody_waits() -> None:
    """Another connection stands before a lock."""
    for _ in range(500):
        if await engine.fetchval("select exists (select from pg_locks where not granted)"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_a_number_that_lives_in_another_county_by_now_is_not_given_twice() -> None:
    person_id = await make.participant()
    new = make.id_number(date(1975, 8, 20), 199)
    await elsewhere(make.Person("王大山", new, 9))
    with pytest.raises(asyncpg.UniqueViolationError):
        async with engine.transaction():
            await people.replace_number(COUNTY, person_id, "resident_id_card", new, None, FRIDAY.date())


async def elsewhere(person: make.Person) -> int:
    """A participant of another agency."""
    async with engine.transaction():
        person_id = await people.create(
            county_code=OTHER_COUNTY, name=person.name, id_type="resident_id_card", id_number=person.id_number, sex="2",
            ethnic_group="01", born_on=date(1988, 3, 5), phone=None, address="", postcode="", household_type="20",
            household_address="别县某村", region_code="439902010101", case_id=None, at=FRIDAY,
        )  # fmt: skip
        await people.enroll(OTHER_COUNTY, person_id, first_enrolled_on=date(2015, 1, 1), tier_fen=None, categories=[],
                            contributing=True, case_id=None)  # fmt: skip
    return person_id


@pytest.mark.rule("R-054")
async def test_somebody_who_left_in_another_county_enrolls_here_and_is_at_home_here() -> None:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    there = await elsewhere(LI_XIUYING)
    await people.terminate(OTHER_COUNTY, there, case_id)
    await make.approve(case_id, ZHAO_MIN)
    assert await make.approve(case_id, SUN_LI) is Status.EFFECTED
    county, _ = await people.find(LI_XIUYING.index) or (0, 0)
    assert county == COUNTY


@pytest.mark.rule("R-058")
async def test_coming_back_keeps_what_stood_there_before() -> None:
    first = (await make.enrollment_of(LI_XIUYING)).case_id
    await make.approve(first, ZHAO_MIN)
    await make.approve(first, SUN_LI)
    _, person_id = await people.find(LI_XIUYING.index) or (0, 0)
    await people.terminate(COUNTY, person_id, first)
    again = (await make.enrollment_of(LI_XIUYING, answers={"phone": "13800000077", "address": "新家"})).case_id
    await make.approve(again, ZHAO_MIN)
    await make.approve(again, SUN_LI)
    rows = await engine.fetch("select field from person_change where case_id = $1", again)
    assert {row["field"] for row in rows} == {"phone", "address"}


async def test_the_next_case_is_never_a_relatives() -> None:
    await make.enrollment_of(LI_XIUYING)
    second = await make.enrollment_of(make.ZHOU_XIAOMAN)
    clerk = make.staff("赵敏", make.Post.TOWNSHIP_CLERK, region="43990101", relatives=frozenset({LI_XIUYING.index}))
    assert await flow.take_next(clerk, FRIDAY) == second.case_id


async def test_papers_taken_away_during_the_supplement_are_missed() -> None:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    await flow.request_supplement(COUNTY, case_id, ZHAO_MIN, await make.version(case_id), ["身份证背面"], FRIDAY)
    for row in await engine.fetch("select id from case_material where case_id = $1", case_id):
        await flow.remove_material(COUNTY, case_id, make.resident(), row["id"], FRIDAY)
    with pytest.raises(Refused, match="请上传"):
        await flow.resubmit(COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY)


async def test_a_supplement_ends_a_hold() -> None:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    await flow.hold(COUNTY, case_id, ZHAO_MIN, await make.version(case_id), date(2026, 12, 31), "等", FRIDAY)
    await flow.request_supplement(COUNTY, case_id, ZHAO_MIN, await make.version(case_id), ["身份证背面"], FRIDAY)
    await flow.resubmit(COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY)
    assert await flow.take_next(ZHAO_MIN, FRIDAY) == case_id


async def test_a_draft_given_up_is_nobodys_to_read() -> None:
    case_id = await make.draft(enrollment.ITEM, ANSWERS, make.resident(), LI_XIUYING)
    await flow.withdraw(COUNTY, case_id, make.resident(), FRIDAY)
    with pytest.raises(NotFound):
        await flow.look(COUNTY, case_id, SUN_LI, FRIDAY)


@pytest.mark.rule("R-023")
async def test_an_assistant_does_not_rewrite_what_the_resident_confirmed() -> None:
    assistant = make.assistant()
    case_id = await make.draft(enrollment.ITEM, ANSWERS, assistant, LI_XIUYING)
    await flow.ask_resident(COUNTY, case_id, assistant, await make.version(case_id), FRIDAY, None)
    signed = Signature("typed", LI_XIUYING.name)
    await flow.confirm(COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY, "login", signed)
    await flow.request_supplement(COUNTY, case_id, ZHAO_MIN, await make.version(case_id), ["身份证背面"], FRIDAY)
    with pytest.raises(Refused, match="确认过"):
        await flow.save(
            COUNTY, case_id, assistant, "contact", {"phone": "13900000000"}, await make.version(case_id), FRIDAY
        )
    await flow.save(
        COUNTY, case_id, assistant, "contact", {"phone": ANSWERS["phone"]}, await make.version(case_id), FRIDAY
    )
    await flow.add_material(COUNTY, case_id, assistant, "id_document", make.picture(), FRIDAY)
    await flow.resubmit(COUNTY, case_id, assistant, await make.version(case_id), FRIDAY)


NEW = make.Person("王大山", make.id_number(date(1975, 8, 20), 199), 2, WANG_DASHAN.phone)
MOVED = {"household_address": "青禾县柳湾镇东坪村二组9号", "region_code": make.GROUP, "household_type": "20"}


async def renumbered() -> None:
    person = await people.find(WANG_DASHAN.index)
    assert person is not None
    async with engine.transaction():
        await people.replace_number(COUNTY, person[1], "resident_id_card", NEW.id_number, None, FRIDAY.date())


@pytest.mark.rule("R-070")
async def test_the_sources_are_asked_about_the_number_in_force() -> None:
    await make.participant()
    case_id = (await make.handed_in(household_address_change.ITEM, MOVED, WANG_DASHAN)).case_id
    await renumbered()
    await make.sources(household_register=make.household(NEW), deaths={NEW: {"died_on": "2026-11-01"}})
    _, looked = await flow.look(COUNTY, case_id, ZHAO_MIN, FRIDAY)
    assert "deceased-on-record" in [finding.code for finding in looked.findings]


@pytest.mark.rule("R-014")
async def test_one_open_case_also_after_the_number_changed() -> None:
    await make.participant()
    first = await make.handed_in(household_address_change.ITEM, MOVED, WANG_DASHAN)
    await renumbered()
    second = await make.handed_in(household_address_change.ITEM, MOVED, NEW)
    assert (second.already, second.case_id) == (True, first.case_id)


async def test_reversing_a_first_phone_number_takes_it_away_again() -> None:
    person_id = await make.participant(msgspec.structs.replace(WANG_DASHAN, phone=""))
    answers = {"phone": "13800000055", "phone_verified": "13800000055", "address": "东坪村一组8号", "postcode": "421001",
               "sex": "1", "ethnic_group": "01", "household_type": "20"}  # fmt: skip
    original = (await make.handed_in(basic_info_change.ITEM, answers, WANG_DASHAN)).case_id
    asked = await flow.start(case_reversal.ITEM, await make.subject(WANG_DASHAN), make.ZHENG_TAO, "national", FRIDAY,
                             {"original_id": original, "original_no": "1", "reason": "不是本人办理的"})  # fmt: skip
    await flow.submit(COUNTY, asked, make.ZHENG_TAO, await make.version(asked), FRIDAY)
    await make.approve(asked, make.FENG_YUAN)
    person = await people.read(COUNTY, person_id)
    assert person is not None
    assert person.phone is None
