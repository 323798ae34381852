"""重复参保、重复领取: found in a list, stopped, then ended or restored."""

from datetime import date, datetime
from typing import Any

import pytest

from db import engine
from domain.actor import Post
from domain.agency import dual_coverage, suspensions
from domain.errors import NotFound, Refused
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.leaving import family
from tests.make import CHINA, COUNTY, FRIDAY, HE_JING, LI_XIUYING, WANG_DASHAN, ZHAO_MIN
from tests.payments import month as way

pytestmark = pytest.mark.usefixtures("db")
DECEMBER = datetime(2026, 12, 20, 9, tzinfo=CHINA)
JANUARY = datetime(2027, 1, 28, 9, tzinfo=CHINA)
FOUND = {"status": "receiving", "since": "2026-09-01", "unit": "省直机关社保中心"}


async def row(person_id: int) -> dict[str, Any]:
    found = await engine.fetchrow("select * from dual_finding where person_id = $1 order by id desc limit 1", person_id)
    assert found is not None
    return dict(found)


async def found(person: make.Person = WANG_DASHAN, at: datetime = FRIDAY, **facts: str) -> int:
    await make.sources(employee_scheme={person: FOUND | facts}, when=at)
    return await dual_coverage.follow(COUNTY, at)


async def stopped(person_id: int, at: datetime = FRIDAY) -> int:
    finding_id: int = (await row(person_id))["id"]
    assert await dual_coverage.suspend(COUNTY, [finding_id], LIN_JING, at) == 1
    return finding_id


async def participation(person_id: int) -> tuple[int, int]:
    found = await engine.fetchrow("select participation_status, contribution_status from participation where person_id = $1", person_id)
    assert found is not None
    return found["participation_status"], found["contribution_status"]


@pytest.mark.rule("R-407")
async def test_the_list_finds_who_draws_both_and_who_pays_both_once() -> None:
    pensioner, payer = await drawing(), await make.participant(LI_XIUYING)
    await make.sources(employee_scheme={WANG_DASHAN: FOUND, LI_XIUYING: {"status": "insured", "since": "2026-03-01"}})
    assert await dual_coverage.follow(COUNTY, FRIDAY) == 2
    assert await dual_coverage.follow(COUNTY, FRIDAY) == 0
    assert ((await row(payer))["kind"], (await row(payer))["state"]) == ("coverage", "found")
    assert (await row(pensioner))["since_on"] == date(2026, 9, 1)


@pytest.mark.rule("R-299", "R-407")
async def test_a_suspected_double_pension_stops_before_proof_and_has_until_the_year_ends() -> None:
    person = await drawing()
    await found()
    await stopped(person)
    held = await only(person)
    assert (held["state"], held["reason"], held["first_month"], held["origin"]) == ("confirmed", "suspected_dual", 202611, "comparison")
    assert (await row(person))["resolve_by"] == date(2026, 12, 31)
    (body,) = await told("养老金暂停发放")
    assert "2026年09月01日起在那边领取养老金" in body
    assert await dual_coverage.suspend(COUNTY, [(await row(person))["id"]], LIN_JING, FRIDAY) == 0  # a second press
    with pytest.raises(Refused, match="勾选"):
        await dual_coverage.suspend(COUNTY, [], LIN_JING, FRIDAY)
    with pytest.raises(Refused):
        await dual_coverage.suspend(COUNTY, [1], ZHAO_MIN, FRIDAY)


@pytest.mark.rule("R-299")
async def test_what_is_not_true_goes_on_at_once_with_what_was_stopped_and_is_not_found_again() -> None:
    person = await drawing()
    await found()
    finding = await stopped(person)
    with pytest.raises(Refused, match="怎样核实"):
        await dual_coverage.clear(COUNTY, finding, "不", LIN_JING, FRIDAY)
    await dual_coverage.clear(COUNTY, finding, "是同名同号登记错误", LIN_JING, FRIDAY)
    held = await only(person)
    assert (held["state"], held["pays_arrears"]) == ("lifted", True)
    assert (await row(person))["state"] == "cleared"
    assert "一起补发" in (await told("养老金恢复发放"))[0]
    assert await found() == 0
    assert await found(since="2026-10-01") == 1  # another day: looked into anew
    with pytest.raises(Refused, match="已经有人处理"):
        await dual_coverage.clear(COUNTY, finding, "是同名同号登记错误", LIN_JING, FRIDAY)
    with pytest.raises(NotFound):
        await dual_coverage.clear(COUNTY, 999, "是同名同号登记错误", LIN_JING, FRIDAY)


@pytest.mark.rule("R-359", "R-405", "R-016")
async def test_a_double_pension_ends_the_relation_without_subsidies_and_takes_back_what_was_drawn() -> None:
    person = await family.pensioner()  # draws 143.00 and 66.23 since December
    await family.month(way.MONTH, way.AT)
    await found(way.pensioner(1), at=DECEMBER, since="2026-11-05")
    finding = await stopped(person, DECEMBER)
    assert (await only(person))["first_month"] == 202701  # December had been sent
    with pytest.raises(Refused, match="另一位同事"):
        await dual_coverage.end(COUNTY, finding, None, "看过职工待遇核定表", LIN_JING, JANUARY)
    await dual_coverage.end(COUNTY, finding, None, "看过职工待遇核定表", XIA_YU, JANUARY)
    settled = await family.row((await row(person))["settlement_id"])
    assert (settled["state"], settled["overpaid_fen"], settled["restored_fen"]) == ("booked", 20923, 6623)
    assert (settled["from_account_fen"], settled["kept_subsidy_county_fen"] > 0, settled["returned_subsidy_county_fen"]) == (20923, True, 0)
    assert settled["payable_fen"] == settled["returned_personal_fen"] - 20923
    assert (await benefit(person))["state"] == "settled"
    assert await participation(person) == (4, 3)
    assert [(each[1], each[2]) for each in await family.orders()] == [(way.pensioner(1).name, settled["payable_fen"])]
    assert await dual_coverage.follow(COUNTY, JANUARY) == 0
    await family.books_agree()


@pytest.mark.rule("R-405")
async def test_many_are_ended_at_once_where_the_list_leaves_nothing_to_ask() -> None:
    clean, other, third = [await family.pensioner(number) for number in (1, 2, 3)]
    first, second = way.pensioner(1), way.pensioner(2)
    facts = {"status": "receiving", "since": "2026-11-05"}
    await make.sources(employee_scheme={first: facts, make.Person("别的名字", second.id_number, 9): facts, way.pensioner(3): facts}, when=JANUARY)
    assert await dual_coverage.follow(COUNTY, JANUARY) == 3
    rows = await engine.fetch("select id from dual_finding where kind = 'drawing' order by id")
    ids = [each["id"] for each in rows]
    assert await dual_coverage.suspend(COUNTY, ids, LIN_JING, JANUARY) == 3
    ended = await dual_coverage.end_clean(COUNTY, ids[:2], XIA_YU, JANUARY)
    assert (ended.done, [each.code for each in ended.problems]) == (1, ["not-clean"])
    assert (await row(other))["state"] == "suspended"
    assert await participation(clean) == (4, 3)
    await make.sources(when=JANUARY)  # a newer list no longer names anybody
    gone = await dual_coverage.end_clean(COUNTY, ids[2:], XIA_YU, JANUARY)
    assert (gone.done, [each.code for each in gone.problems], (await row(third))["state"]) == (0, ["not-clean"], "suspended")
    again = await dual_coverage.end_clean(COUNTY, ids[:1], XIA_YU, JANUARY)
    assert (again.done, again.problems) == (0, ())


@pytest.mark.rule("R-404", "R-299")
async def test_who_pays_in_both_stops_here_and_pays_again_when_it_was_not_true() -> None:
    person = await make.participant()
    await found(status="insured")
    finding = await stopped(person)
    assert await participation(person) == (2, 2)
    assert "暂停缴费" in (await told("暂停缴费"))[0]
    await dual_coverage.clear(COUNTY, finding, "已经在单位办了停保", HE_JING, FRIDAY)
    assert await participation(person) == (1, 1)
    await found(status="insured", since="2026-10-01")
    finding = await stopped(person)
    await dual_coverage.end(COUNTY, finding, None, "单位证实正在缴费", make.staff("x", Post.COUNTY_ACCOUNT), FRIDAY)
    assert (await participation(person), (await row(person))["state"]) == ((2, 2), "ended")
    assert "缴费退费" in (await told("已经参加职工养老保险"))[0]


async def test_somebody_whose_pension_was_stopped_by_hand_before_is_not_stopped_twice() -> None:
    person = await drawing()
    other = await suspensions.propose(COUNTY, person, "suspected_dual", 202611, "外县来函说在领取", ZHAO_MIN, FRIDAY)
    await suspensions.confirm(COUNTY, [other], LIN_JING, FRIDAY)
    await found()
    await stopped(person)
    assert (await only(person))["id"] == other


async def test_who_has_left_in_another_way_is_not_waited_for() -> None:
    person, other = await family.pensioner(), await family.pensioner(2)
    facts = {"status": "receiving", "since": "2026-11-05"}
    await make.sources(employee_scheme={way.pensioner(1): facts, way.pensioner(2): facts}, when=JANUARY)
    await dual_coverage.follow(COUNTY, JANUARY)
    await stopped(person, JANUARY)
    await family.ended(person, date(2026, 11, 5), JANUARY, cause="other_pension", payees=())
    assert await dual_coverage.follow(COUNTY, JANUARY) == 0
    assert ((await row(person))["state"], (await row(other))["state"]) == ("ended", "found")
    assert "已经终止" in (await row(person))["note"]
