"""When a pension stops or comes back, each allowance beside it is asked for; death stops all."""

from datetime import datetime

import pytest

from db import engine
from db.stores import suspensions
from domain.agency import delegated_decisions, delegated_files, delegated_payments
from domain.errors import Refused
from tests import make
from tests.agency import delegating as way
from tests.agency.delegating import AT, MONTH, OFFICER, SECOND, answered, codes, lifted, pensioner, person, row
from tests.contributions.ways import CASHIER, told
from tests.make import CHINA, COUNTY
from tests.payments import month as pensions

pytestmark = pytest.mark.usefixtures("db")
JANUARY = datetime(2027, 1, 8, 9, tzinfo=CHINA)
FEBRUARY = datetime(2027, 2, 8, 9, tzinfo=CHINA)
MARCH = datetime(2027, 3, 8, 9, tzinfo=CHINA)


@pytest.mark.rule("R-258", "R-292")
async def test_a_stopped_pension_holds_the_allowance_until_a_word_is_said() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, AT) is None
    await pensions.suspended(person_id, MONTH)
    asked = await delegated_decisions.asked_of(COUNTY, programme, person_id, AT)
    assert asked is not None
    assert (asked.phase, asked.months, asked.fen) == ("stopped", 2, 20000), "this month and the next"
    month = await way.drafted(programme)
    assert await way.transfers(month) == {person_id: ("left_out", "asked", 10000)}
    with pytest.raises(Refused) as refused:
        await delegated_decisions.answer(COUNTY, programme, person_id, "pay", " ", OFFICER, AT)
    assert codes(refused) == ["no-reason"]
    with pytest.raises(Refused) as refused:
        await answered(programme, person_id, "pay_from_now")
    assert codes(refused) == ["answer"]
    await answered(programme, person_id, "pay")
    assert "接着发" in (await told(f"{way.NAME}的发放"))[0]
    with pytest.raises(Refused) as refused:
        await answered(programme, person_id, "stop")
    assert codes(refused) == ["decided"]
    await delegated_payments.cancel(COUNTY, month, OFFICER, AT)
    assert await way.due(await way.drafted(programme)) == {person_id: [MONTH]}
    await lifted(person_id, MONTH)
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, JANUARY) is None, "nothing was held"


@pytest.mark.rule("R-293")
@pytest.mark.parametrize(
    ("said", "paid"),
    [("pay", [202612, 202701, 202702]), ("pay_from_now", [202702]), ("stop", [])],
)
async def test_when_the_pension_comes_back_the_held_months_are_asked_for(said: str, paid: list[int]) -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    await pensions.suspended(person_id, MONTH)
    await answered(programme, person_id, "stop")
    assert await way.transfers(await way.drafted(programme)) == {person_id: ("left_out", "stopped", 10000)}
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, JANUARY) is None
    await lifted(person_id, 202701)
    asked = await delegated_decisions.asked_of(COUNTY, programme, person_id, FEBRUARY)
    assert asked is not None
    assert asked.phase == "over"
    held = await way.drafted(programme, 202701, JANUARY)
    assert (await way.transfers(held))[person_id][:2] == ("left_out", "asked")
    await answered(programme, person_id, said, FEBRUARY)
    month = await way.drafted(programme, 202702, FEBRUARY)
    assert (await way.due(month)).get(person_id, []) == paid
    if said == "stop":
        await way.listed(programme, row(pensions.pensioner(1), "新增", 202703), at=FEBRUARY)
        anew = await way.drafted(programme, 202703, FEBRUARY)
        assert await way.due(anew) == {person_id: [202703]}, "the principal begins it anew"


async def test_a_stop_that_held_nothing_is_not_asked_about_when_it_is_over() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    await way.paid(programme)
    await pensions.suspended(person_id, MONTH)
    await lifted(person_id, MONTH)
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, JANUARY) is None
    assert await way.due(await way.drafted(programme, 202701, JANUARY)) == {person_id: [202701]}


async def test_who_begins_anew_is_not_held_by_what_was_never_answered() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    await pensions.suspended(person_id, MONTH)
    await way.listed(programme, row(pensions.pensioner(1), "停发", 202702))
    await lifted(person_id, 202701)
    await way.listed(programme, row(pensions.pensioner(1), "新增", 202703), at=FEBRUARY)
    march = await way.drafted(programme, 202703, MARCH)
    assert await way.due(march) == {person_id: [202703]}
    await answered(programme, person_id, "pay", MARCH)
    assert await way.due(await way.drafted(programme, 202704, MARCH)) == {person_id: [202612, 202701, 202704]}


async def test_two_stops_at_once_need_one_word_for_both() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme, first=202611)
    await pensions.suspended(person_id, 202611)
    await lifted(person_id, 202611)
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, document, recorded_at, recorded_by, recorded_by_name)"
        " values ($1, $2, 'imprisoned', 202612, '1号', now(), 1, 'x')",
        COUNTY, person_id,
    )  # fmt: skip
    asked = await delegated_decisions.asked_of(COUNTY, programme, person_id, AT)
    assert asked is not None
    assert asked.phase == "stopped"
    assert [(stop.kind, stop.first_month, stop.last_month) for stop in asked.stops] == [
        ("suspension", 202611, 202611), ("sentence", 202612, None),
    ]  # fmt: skip
    await answered(programme, person_id, "pay")
    assert await way.due(await way.drafted(programme)) == {person_id: [202611, 202612]}


async def test_who_serves_outside_is_paid_the_pension_and_not_asked_for() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, document, recorded_at, recorded_by, recorded_by_name)"
        " values ($1, $2, 'serving_outside', 202612, '1号', now(), 1, 'x')",
        COUNTY, person_id,
    )  # fmt: skip
    assert await way.due(await way.drafted(programme)) == {person_id: [MONTH]}


async def test_an_ended_pension_is_asked_for_and_each_allowance_by_itself() -> None:
    one, two = await way.programme(), await way.programme("独生子女奖励")
    person_id = await pensioner(one)
    await way.listed(two, row(pensions.pensioner(1), "新增", MONTH, "7"))
    await suspensions.end_benefit(COUNTY, person_id, 202611, "已经领取职工养老金")
    await answered(one, person_id, "pay")
    assert await way.due(await way.drafted(one)) == {person_id: [MONTH]}
    assert await way.transfers(await way.drafted(two)) == {person_id: ("left_out", "asked", 700)}


@pytest.mark.rule("R-258")
async def test_death_stops_all_from_the_month_after_and_is_not_asked() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme, first=202611)
    await suspensions.end_benefit(COUNTY, person_id, 202611, "死亡")
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, AT) is None
    month = await way.drafted(programme)
    assert await way.due(month) == {person_id: [202611]}, "the month of the death is still owed"
    assert await way.transfers(await way.drafted(programme, 202701, JANUARY)) == {
        person_id: ("left_out", "dead", 10000)
    }


async def test_somebody_said_to_be_dead_waits_for_the_finding() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    await pensions.suspended(person_id, MONTH, "proposed")
    month = await way.drafted(programme)
    assert await way.transfers(month) == {person_id: ("left_out", "verifying", 10000)}
    assert await delegated_decisions.asked_of(COUNTY, programme, person_id, AT) is None
    await engine.execute("update benefit_suspension set state = 'dismissed'")
    assert await way.due(await way.drafted(programme, 202701, JANUARY)) == {person_id: [MONTH, 202701]}


async def test_the_list_of_deaths_asks_for_somebody_without_a_pension() -> None:
    programme = await way.programme()
    someone = await way.lives(1)
    await way.listed(programme, row(person(1), "新增", 202611))
    await make.sources(deaths={person(1): {"died_on": "2026-11-03"}})
    month = await way.drafted(programme)
    assert await way.due(month) == {someone: [202611]}
    await answered(programme, someone, "pay")
    assert await way.due(await way.drafted(programme, 202701, JANUARY)) == {someone: [202612, 202701]}


@pytest.mark.rule("R-258")
async def test_who_dies_after_the_draft_or_after_the_money_came_gets_nothing() -> None:
    programme = await way.programme()
    one, two, three = [await pensioner(programme, number) for number in (1, 2, 3)]
    month = await way.drafted(programme)
    await suspensions.end_benefit(COUNTY, one, 202611, "死亡")
    await delegated_payments.review(COUNTY, month, SECOND, AT)
    assert (await way.transfers(month))[one] == ("left_out", "dead", 10000)
    await delegated_payments.fund(COUNTY, month, way.slip(20000), CASHIER, AT)
    await pensions.suspended(two, MONTH)
    assert await delegated_files.write_files(COUNTY, month, CASHIER, AT) == 1
    assert (await way.transfers(month))[two] == ("returned", "asked", 10000)
    (file_id,) = await way.open_files()
    assert [line.amount_fen for line in await way.lines_of(file_id)] == [10000]
    await way.returned(file_id)
    await way.finished(month)
    assert await way.balance() == 0
    await answered(programme, two, "pay", JANUARY)
    january = await way.drafted(programme, 202701, JANUARY)
    assert await way.due(january) == {two: [202612, 202701], three: [202701]}


async def test_money_of_which_nothing_can_be_paid_goes_back_whole() -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    month = await way.funded(programme)
    await suspensions.end_benefit(COUNTY, person_id, 202611, "死亡")
    assert await delegated_files.write_files(COUNTY, month, CASHIER, AT) == 0
    assert await way.state(month) == "settled"
    await way.finished(month)
    assert [each["kind"] for each in await way.vouchers()] == ["delegated_arrival", "delegated_return"]
    assert await way.balance() == 0
