"""暂停和恢复发放 (P-23)."""

from datetime import date

import pytest

from domain.actor import Post
from domain.agency import suspensions
from domain.errors import NotFound, Refused
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.agency.pensioner import suspensions as rows
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import COUNTY, FRIDAY, LI_XIUYING, SHI_QIAO_CLERK, WANG_DASHAN, WORKER, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("db")
NOVEMBER = 202611


async def proposed(person_id: int, reason: str = "suspected_dual", month: int = NOVEMBER) -> int:
    return await suspensions.propose(COUNTY, person_id, reason, month, "外县说也在领取", ZHAO_MIN, FRIDAY)


@pytest.mark.rule("R-292", "R-300", "R-302")
async def test_a_proposal_stops_nothing_until_another_confirms_and_the_person_is_told_what_to_do() -> None:
    person = await drawing()
    found = await proposed(person)
    assert (await benefit(person))["recheck_from"] is None
    assert await told("养老金暂停发放") == []
    assert await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY) == 1
    held = await only(person)
    assert (held["state"], held["first_month"], held["decided_by_name"]) == ("confirmed", NOVEMBER, "林静")
    assert (await benefit(person))["recheck_from"] == NOVEMBER
    (body,) = await told("养老金暂停发放")
    for words in ("2026年11月", "可能重复领取", "外县说也在领取", "请到窗口说明"):
        assert words in body


@pytest.mark.rule("R-300")
async def test_who_proposed_does_not_confirm_and_a_clerk_never_does() -> None:
    person = await drawing()
    found = await suspensions.propose(COUNTY, person, "other", NOVEMBER, "地址找不到人", LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="另一个人"):
        await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="待遇核发岗"):
        await suspensions.confirm(COUNTY, [found], ZHAO_MIN, FRIDAY)
    assert await suspensions.confirm(COUNTY, [found], XIA_YU, FRIDAY) == 1
    assert await suspensions.confirm(COUNTY, [found], XIA_YU, FRIDAY) == 0  # a second press does nothing


async def test_clerks_propose_for_their_own_people_and_one_reason_once() -> None:
    person = await drawing()
    with pytest.raises(Refused, match="您管的地方"):
        await suspensions.propose(COUNTY, person, "other", NOVEMBER, "搬走了找不到", SHI_QIAO_CLERK, FRIDAY)
    other = make.staff("孙立", Post.COUNTY_ENROLLMENT)
    with pytest.raises(NotFound):
        await suspensions.propose(COUNTY, person, "other", NOVEMBER, "搬走了找不到", other, FRIDAY)
    await proposed(person)
    with pytest.raises(Refused, match="同样原因"):
        await proposed(person)
    for month, good in ((202510, False), (202511, True), (202701, True), (202702, False)):
        if good:
            reason = "other" if month == 202511 else "imprisoned"
            await proposed(person, reason, month)
        else:
            with pytest.raises(Refused, match="十二个月"):
                await proposed(person, "other", month)


@pytest.mark.rule("R-293", "R-299", "R-301")
async def test_lifting_restores_at_once_with_arrears_but_not_after_prison() -> None:
    person = await drawing()
    for reason, pays in (("suspected_dual", True), ("imprisoned", False)):
        found = await proposed(person, reason, 202610)
        await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY)
        await suspensions.lift(COUNTY, found, "核实没有问题", LIN_JING, FRIDAY)
        held = (await rows(person))[-1]
        assert (held["state"], held["last_month"], held["pays_arrears"]) == ("lifted", 202610, pays)
    assert (await benefit(person))["recheck_from"] == 202610
    first, second = await told("养老金恢复发放")
    assert "一起补发" in first
    assert "不补发" in second
    with pytest.raises(Refused, match="已经有人处理"):
        await suspensions.lift(COUNTY, found, "核实没有问题", LIN_JING, FRIDAY)


@pytest.mark.rule("R-369")
async def test_who_was_not_guilty_gets_the_stopped_months() -> None:
    person = await drawing()
    found = await proposed(person, "imprisoned")
    await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY)
    await suspensions.lift(COUNTY, found, "不起诉决定书", LIN_JING, FRIDAY, acquitted=True)
    assert (await only(person))["pays_arrears"] is True


async def test_a_wrong_proposal_is_dismissed_with_a_reason() -> None:
    person = await drawing()
    found = await proposed(person)
    with pytest.raises(Refused, match="为什么"):
        await suspensions.dismiss(COUNTY, found, "错", LIN_JING, FRIDAY)
    await suspensions.dismiss(COUNTY, found, "是同名的另一个人", LIN_JING, FRIDAY)
    assert (await only(person))["state"] == "dismissed"
    assert (await benefit(person))["recheck_from"] == NOVEMBER  # a plan may have left it out
    assert len(await told("养老金照常发放")) == 1
    assert await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY) == 0


@pytest.mark.rule("R-292")
async def test_a_list_of_deaths_proposes_from_the_month_after_and_not_twice() -> None:
    person, other = await drawing(), await drawing(LI_XIUYING)
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-10-31"}})
    assert await suspensions.follow_deaths(COUNTY, FRIDAY) == 1
    assert await suspensions.follow_deaths(COUNTY, FRIDAY) == 0
    held = await only(person)
    assert (held["first_month"], held["state"], held["origin"]) == (202611, "proposed", "comparison")
    assert "2026-10-31" in held["finding"]
    assert await rows(other) == []
    await suspensions.dismiss(COUNTY, held["id"], "本人还在世，名单有误", LIN_JING, FRIDAY)
    assert await suspensions.follow_deaths(COUNTY, FRIDAY) == 0
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-11-01"}})  # another day: looked into anew
    assert await suspensions.follow_deaths(COUNTY, FRIDAY) == 1
    assert (await rows(person))[-1]["first_month"] == 202612


async def test_a_true_death_ends_the_pension_with_its_month() -> None:
    person = await drawing()
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-09-30"}})
    await suspensions.follow_deaths(COUNTY, FRIDAY)
    found = (await only(person))["id"]
    with pytest.raises(Refused, match="已经有人处理"):  # proposed only
        await suspensions.verify_death(COUNTY, found, date(2026, 9, 30), "看过火化证明", LIN_JING, FRIDAY)
    await suspensions.confirm(COUNTY, [found], LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="晚于今天"):
        await suspensions.verify_death(COUNTY, found, date(2026, 11, 21), "看过火化证明", LIN_JING, FRIDAY)
    await suspensions.verify_death(COUNTY, found, date(2026, 10, 1), "看过火化证明", LIN_JING, FRIDAY)
    ended = await benefit(person)
    assert (ended["state"], ended["ended_month"], ended["recheck_from"]) == ("ended", 202610, 202610)
    assert (await only(person))["pays_arrears"] is True  # October is owed: the day on the list was wrong
    assert await told("养老金恢复发放") == []
    assert await suspensions.follow_deaths(COUNTY, FRIDAY) == 0


async def test_the_worker_is_nobody_and_so_anybody_may_confirm_what_it_found() -> None:
    person = await drawing()
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-10-31"}})
    await suspensions.follow_deaths(COUNTY, FRIDAY)
    assert (await only(person))["proposed_by"] == WORKER.id
