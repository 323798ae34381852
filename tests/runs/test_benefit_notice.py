"""Who turns sixty is told once, with figures that are his own; the dead and who draws another pension are put aside."""

import asyncio
import os
import signal
from datetime import date

import asyncpg
import msgspec
import pytest

from db import engine
from db.crypto import unseal_text
from db.queries import benefit_notices as queries
from db.stores import runs as store
from domain import benefit_notices
from domain.agency.parameters_import import snapshot
from domain.benefit_notices import Contents, contents_of
from domain.errors import NotFound, Refused
from domain.runs import benefit_notice, interest_settlement, run
from tests import make
from tests.items.claiming import LIN_JING, XIA_YU, XU_SHUANG, sixty
from tests.make import COUNTY, OTHER_GROUP, Person, id_number
from tests.runs.conftest import APPROVER, state, work
from tests.runs.drawing import AT
from tests.runs.test_interruption import DEADLINE, begin, stuck

KIND = benefit_notice.KIND
DECEMBER = Person("贺春", id_number(date(1966, 12, 1), 162), 6, "13800000006")
LAST_DAY = Person("龙井", id_number(date(1966, 12, 31), 163), 7, "13800000007")
JANUARY = Person("毛尖", id_number(date(1967, 1, 1), 164), 8, "13800000008")


async def approved(period: str = "202612") -> int:
    run_id = await run.prepare(KIND, COUNTY, period, LIN_JING, AT)
    await work(AT)
    await run.review(KIND, COUNTY, run_id, XIA_YU, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    return run_id


async def done(period: str = "202612") -> int:
    run_id = await approved(period)
    await work(AT)
    assert await state(run_id) == "done"
    return run_id


async def told(period: int = 202612) -> dict[str, Contents]:
    rows = await engine.fetch(
        "select p.name, n.contents from benefit_notice n join person p on p.id = n.person_id where n.period = $1",
        period,
    )
    return {row["name"]: msgspec.json.decode(row["contents"], type=Contents) for row in rows}


async def messages(channel: str) -> list[str]:
    rows = await engine.fetch(
        "select body_sealed from message where channel = $1 and title = $2 order by id", channel, benefit_notices.TITLE
    )
    return [unseal_text(row["body_sealed"], "message.body") for row in rows]


async def aside(run_id: int) -> set[tuple[str, str]]:
    rows = await engine.fetch(
        "select p.name, x.bucket from run_exception x join individual_account a on a.id = x.account_id join person p"
        " on p.id = a.person_id where x.run_id = $1 and not x.trial", run_id,
    )  # fmt: skip
    return {(row["name"], row["bucket"]) for row in rows}


@pytest.mark.rule("R-210", "R-214")
async def test_those_who_turn_sixty_in_the_month_are_told_once_and_nobody_else(db: object) -> None:
    for person in (XU_SHUANG, DECEMBER, LAST_DAY, JANUARY):
        await make.participant(person)
    await engine.execute("update person set phone_sealed = null where name = $1", LAST_DAY.name)
    run_id = await run.prepare(KIND, COUNTY, "202612", LIN_JING, AT)
    await work(AT)
    assert await told() == {}  # the dry run tells nobody
    assert await messages("in_app") == []
    assert sum(c.rows_done for c in await store.chunks(COUNTY, run_id)) == 2
    await run.review(KIND, COUNTY, run_id, XIA_YU, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    await work(AT)
    assert set(await told()) == {DECEMBER.name, LAST_DAY.name}
    assert (len(await messages("in_app")), len(await messages("sms"))) == (2, 1)
    assert await aside(run_id) == {(LAST_DAY.name, "without_phone")}
    await make.participant(Person("后来", id_number(date(1966, 12, 9), 165), 9))
    again = await done()
    assert sum(c.rows_done for c in await store.chunks(COUNTY, again)) == 1
    assert set(await told()) == {DECEMBER.name, LAST_DAY.name, "后来"}
    assert len(await messages("in_app")) == 3


@pytest.mark.rule("R-210")
async def test_the_dead_and_who_draws_another_pension_are_put_aside_by_the_newest_list(db: object) -> None:
    for person in (DECEMBER, LAST_DAY):
        await make.participant(person)
    third = Person("银针", id_number(date(1966, 12, 9), 165), 9)
    await make.participant(third)
    await make.sources(deaths={third: {"died_on": "2026-11-01"}}, employee_scheme={DECEMBER: {"status": "paying"}})
    await make.sources(
        deaths={DECEMBER: {"died_on": "2026-11-01"}},
        employee_scheme={LAST_DAY: {"status": "receiving"}, third: {"status": "paying"}},
    )
    run_id = await done()
    assert set(await told()) == {third.name}
    assert await aside(run_id) == {(DECEMBER.name, "dead"), (LAST_DAY.name, "other_pension")}


async def test_who_has_left_or_draws_already_is_not_told(db: object) -> None:
    ids = [await make.participant(person) for person in (DECEMBER, LAST_DAY)]
    await engine.execute(
        "update participation set participation_status = 4, contribution_status = 3 where person_id = $1", ids[0]
    )
    await engine.execute(
        "insert into benefit (county_code, person_id, account_id, eligible_on, first_month, years, state, determined_at,"
        " certified_month, paid_until) select $1, person_id, id, '2026-12-31', 202701, 15, 'determined', $3, 202612, 202612"
        " from individual_account where person_id = $2", COUNTY, ids[1], AT,
    )  # fmt: skip
    await done()
    assert await told() == {}


@pytest.mark.rule("R-211", "R-215")
async def test_it_holds_the_years_the_money_by_source_and_an_estimate(db: object) -> None:
    await sixty(DECEMBER)
    await done()
    said = (await told())[DECEMBER.name]
    assert (said.sixty_on, said.as_of_on, said.missing) == (date(2026, 12, 1), AT.date(), 0)
    assert [year.year for year in said.years] == list(range(2011, 2026))
    assert {year.personal_fen for year in said.years} == {20_000}
    assert said.held == {"personal": 900_000}
    assert said.parts[:4] == (
        ("基础养老金（中央）", 14_300), ("基础养老金（省级）", 2_000), ("基础养老金（市级）", 500), ("基础养老金（县级）", 500),
    )  # fmt: skip
    assert said.parts[-1] == ("个人账户养老金", round(900_000 * 1.025 / 139))  # this year's interest at the last rate
    assert (said.open_years, said.agency_years) == ((), ())
    assert benefit_notices.short_words(said) == ()
    assert "缴费年限已经够了" in (await messages("sms"))[0]


@pytest.mark.rule("R-212", "R-218")
async def test_who_is_short_learns_how_many_years_which_ones_and_what_they_cost(db: object) -> None:
    await sixty(DECEMBER, years=range(2014, 2026))
    await done()
    said = (await told())[DECEMBER.name]
    assert (said.needed, said.missing) == (15, 3)
    assert said.open_years == (2011, 2012, 2013, 2026)
    assert said.agency_years == ()
    assert said.lowest_fen == 20_000
    assert benefit_notices.short_words(said) == (
        "按月领养老金要缴满15年，您还差3年。",
        "还可以缴的年份：2011年至2013年、2026年。按最低档次每年200.00元，缴3年要600.00元。",
    )  # fmt: skip
    assert "缴费年限还不够" in (await messages("sms"))[0]
    assert said.parts[-1] == ("个人账户养老金", round(960_000 * 1.025 / 139))


@pytest.mark.rule("R-109", "R-218")
async def test_years_before_the_scheme_are_named_and_where_they_are_paid(db: object) -> None:
    who = queries.Candidate(
        person_id=1, account_id=1, born_on=date(1966, 12, 1), enrolled_on=date(2020, 1, 1), by_phone=True, dead=False,
        other_pension=False, held={},
    )  # fmt: skip
    parameters = await snapshot(COUNTY)
    # 44 when the scheme began: only the years from 46 on count before it, and there are none.
    assert contents_of(parameters, who, [], AT.date()).agency_years == ()
    older = msgspec.structs.replace(who, born_on=date(1963, 6, 1))  # 63 by now, 48 when it began
    said = contents_of(parameters, older, [], AT.date())
    assert said.agency_years == (2009, 2010)
    assert said.needed == 13  # 2011 to 2023
    assert "2009年至2010年只能到经办机构补缴。" in benefit_notices.short_words(said)


def test_words_for_years() -> None:
    assert benefit_notices.in_ranges([2012]) == "2012年"
    assert benefit_notices.in_ranges([2012, 2013, 2015, 2017, 2018]) == "2012年至2013年、2015年、2017年至2018年"


@pytest.mark.rule("R-212")
async def test_the_list_of_next_year_tells_everybody_of_it_and_the_month_tells_again(db: object) -> None:
    for person in (DECEMBER, JANUARY):
        await make.participant(person)
    await done("2027")
    assert set(await told(2027)) == {JANUARY.name}
    await done("202701")
    assert set(await told(202701)) == {JANUARY.name}
    assert (await told(2027))[JANUARY.name].open_years[-2:] == (2026, 2027)


@pytest.mark.parametrize("period", ["202610", "202712", "202613", "2026", "2028", "x", "20261", ""])
async def test_only_this_month_the_twelve_after_it_and_the_next_year_can_be_told(db: object, period: str) -> None:
    with pytest.raises(Refused) as refused:
        await run.prepare(KIND, COUNTY, period, LIN_JING, AT)
    assert refused.value.problems[0].field == "period"


@pytest.mark.parametrize("period", ["202611", "202711", "2027"])
async def test_the_first_and_the_last_that_can(db: object, period: str) -> None:
    assert await run.prepare(KIND, COUNTY, period, LIN_JING, AT)


@pytest.mark.rule("R-214")
async def test_reading_and_handing_over_are_kept_as_they_were_said_first(db: object) -> None:
    person_id = await make.participant(DECEMBER)
    await done()
    later = AT.replace(hour=15)
    row = await benefit_notices.own(COUNTY, person_id, AT)
    assert row is not None
    await benefit_notices.own(COUNTY, person_id, later)
    clerk, other = make.ZHAO_MIN, make.SHI_QIAO_CLERK
    await benefit_notices.handed(row.id, clerk, AT)
    await benefit_notices.handed(row.id, make.FENG_YUAN, later)
    found = await queries.notice(COUNTY, row.id)
    assert found is not None
    assert (found.read_at, found.handed_at, found.handed_by_name) == (AT, AT, "赵敏")
    with pytest.raises(NotFound):
        await benefit_notices.handed(row.id, other, AT)
    logged = await engine.fetch("select actor_name from audit_entry where action = 'notice.handed'")
    assert [row["actor_name"] for row in logged] == ["赵敏"]


@pytest.mark.parametrize(
    ("held", "finished"),
    [("lock table run_exception in share mode", 0), ("lock table benefit_notice in share mode", 0)],
    ids=["between the work and its checkpoint", "while it writes"],
)
async def test_killed_in_the_middle_nobody_is_told_twice(
    db: object, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, held: str, finished: int
) -> None:
    await make.participant(DECEMBER)
    await make.participant(LAST_DAY, region=OTHER_GROUP)
    await engine.execute("update person set phone_sealed = null")
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)  # a chunk a township
    run_id = await approved()
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin()
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()
    assert [c.state for c in await store.chunks(COUNTY, run_id)].count("done") == finished
    heir = await begin()
    assert await asyncio.wait_for(heir.wait(), DEADLINE) == 0
    assert await state(run_id) == "done"
    assert set(await told()) == {DECEMBER.name, LAST_DAY.name}
    assert len(await messages("in_app")) == 2
