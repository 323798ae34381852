"""死亡名单上报 (P-25)."""

from datetime import date

import pytest

from db import engine
from domain.agency import death_reports as reports
from domain.agency import sentences, suspensions
from domain.agency.death_reports import Reported
from domain.errors import NotFound, Refused
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FRIDAY, LI_XIUYING, SHI_QIAO_CLERK, VILLAGE, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("db")
OCTOBER = 202610


def line(kind: str = "death", day: str = "2026-10-12", person: make.Person = WANG_DASHAN) -> Reported:
    return Reported(kind=kind, name=person.name, id_number=person.id_number, happened_on=date.fromisoformat(day))


async def reported(*lines: Reported, month: int = OCTOBER) -> int:
    return await reports.report(COUNTY, VILLAGE, month, lines, make.assistant(), FRIDAY)


async def forwarded(*lines: Reported) -> int:
    found = await reported(*lines)
    await reports.forward(COUNTY, OCTOBER, ZHAO_MIN, FRIDAY)
    return found


async def state(report_id: int, line_no: int = 1) -> str:
    found: str = await engine.fetchval(
        "select state from death_report_line where report_id = $1 and line_no = $2", report_id, line_no
    )
    return found


@pytest.mark.rule("R-311", "R-312")
async def test_a_village_reports_each_month_once_and_nobody_is_a_report() -> None:
    await reported()
    with pytest.raises(Refused, match="已经报过"):
        await reported(line())
    await reported(line(day="2026-09-30"), month=202609)
    assert await engine.fetchval("select array_agg(person_count order by month) from death_report") == [1, 0]


@pytest.mark.parametrize(("month", "good"), [(202607, False), (202608, True), (202610, True), (202611, False)])
async def test_a_month_is_over_and_not_long_ago(month: int, good: bool) -> None:
    if good:
        await reported(month=month)
    else:
        with pytest.raises(Refused, match="上个月"):
            await reported(month=month)


async def test_what_is_wrong_is_told_line_by_line() -> None:
    bad = Reported(name="", id_number="123", happened_on=date(2026, 11, 1))
    with pytest.raises(Refused) as refused:
        await reported(line(day="2026-10-31"), bad)
    assert {problem.message[:4] for problem in refused.value.problems} == {"第2人："}
    assert len(refused.value.problems) == 3
    with pytest.raises(NotFound):
        await reports.report(COUNTY, "4399010201", OCTOBER, [], make.assistant(), FRIDAY)


@pytest.mark.rule("R-312")
async def test_the_county_sees_a_line_when_the_township_has_forwarded_it() -> None:
    await drawing()
    found = await reported(line())
    with pytest.raises(NotFound):
        await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="没有等着"):
        await reports.forward(COUNTY, OCTOBER, SHI_QIAO_CLERK, FRIDAY)
    with pytest.raises(NotFound):
        await reports.forward(COUNTY, OCTOBER, LIN_JING, FRIDAY)
    assert await reports.forward(COUNTY, OCTOBER, ZHAO_MIN, FRIDAY) == 1
    await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)


@pytest.mark.rule("R-292", "R-293")
async def test_a_line_stops_from_the_month_after_and_false_restores_at_once() -> None:
    person = await drawing()
    found = await forwarded(line(day="2026-09-30"))
    await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)
    held = await only(person)
    assert (held["state"], held["first_month"], held["origin"]) == ("confirmed", 202610, "death_report")
    assert (held["proposed_by_name"], held["decided_by_name"]) == ("陈春生", "林静")
    assert await state(found) == "suspended"
    await reports.find_false(COUNTY, found, 1, "上门见到本人", LIN_JING, FRIDAY)
    assert ((await only(person))["state"], await state(found)) == ("lifted", "false")
    assert (await benefit(person))["recheck_from"] == 202610
    assert "补发" in (await told("养老金恢复发放"))[0]
    with pytest.raises(Refused, match="已经处理"):
        await reports.find_true(COUNTY, found, 1, date(2026, 9, 30), "看过证明", LIN_JING, FRIDAY)


async def test_true_ends_the_pension_with_the_month_of_death() -> None:
    person = await drawing()
    found = await forwarded(line(day="2026-10-31"))
    with pytest.raises(Refused, match="请先暂停"):
        await reports.find_true(COUNTY, found, 1, date(2026, 10, 31), "看过火化证明", LIN_JING, FRIDAY)
    await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)
    await reports.find_true(COUNTY, found, 1, date(2026, 10, 31), "看过火化证明", LIN_JING, FRIDAY)
    ended = await benefit(person)
    assert (ended["state"], ended["ended_month"], ended["recheck_from"]) == ("ended", 202610, 202611)
    assert await state(found) == "true"


async def test_one_chain_whoever_heard_of_it_first() -> None:
    person = await drawing()
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-10-12"}})
    await suspensions.follow_deaths(COUNTY, FRIDAY)
    found = await forwarded(line())
    await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)  # confirms the one that is there
    held = await only(person)
    assert (held["origin"], held["state"]) == ("comparison", "confirmed")
    await suspensions.verify_death(COUNTY, held["id"], date(2026, 10, 12), "看过火化证明", LIN_JING, FRIDAY)
    assert await state(found) == "true"


async def test_somebody_without_a_pension_is_only_written_down() -> None:
    found = await forwarded(line(), line(person=LI_XIUYING))
    for number in (1, 2):
        with pytest.raises(Refused, match="没有在这里领取"):
            await reports.suspend(COUNTY, found, number, LIN_JING, FRIDAY)
    await reports.find_true(COUNTY, found, 1, date(2026, 10, 12), "看过火化证明", LIN_JING, FRIDAY)
    await reports.find_false(COUNTY, found, 2, "同名的另一个人", LIN_JING, FRIDAY)
    assert (await state(found, 1), await state(found, 2)) == ("true", "false")


@pytest.mark.rule("R-313")
async def test_who_was_sentenced_is_stopped_until_the_fact_is_written_down() -> None:
    person = await drawing()
    found = await forwarded(line("sentenced"))
    await reports.suspend(COUNTY, found, 1, LIN_JING, FRIDAY)
    held = await only(person)
    assert (held["reason"], held["first_month"]) == ("imprisoned", 202611)
    with pytest.raises(Refused, match="服刑"):
        await reports.find_true(COUNTY, found, 1, date(2026, 10, 12), "看过判决书", LIN_JING, FRIDAY)
    await sentences.record(COUNTY, person, "imprisoned", 202611, "（2026）判字第1号", LIN_JING, FRIDAY)
    assert ((await only(person))["state"], await state(found)) == ("lifted", "true")
