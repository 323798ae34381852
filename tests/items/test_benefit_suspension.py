"""养老金暂停发放 (P-23)."""

from datetime import date

import pytest

from db import engine
from domain.agency import suspensions
from domain.case import flow
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import benefit_suspension
from domain.items.benefit_suspension import BenefitSuspension
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.agency.pensioner import suspensions as rows
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import COUNTY, FRIDAY, SHI_QIAO_CLERK, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("county")
FOUND = "外县说也在领取"


async def filed(reason: str = "suspected_dual", since: date = date(2026, 11, 2), **more: object) -> int:
    answers = {"reason": reason, "since": since.isoformat(), "finding": FOUND} | more
    return (await make.handed_in(benefit_suspension.ITEM, answers, WANG_DASHAN, actor=ZHAO_MIN)).case_id


async def codes(case_id: int) -> list[str]:
    return [finding.code for finding in (await flow.look(COUNTY, case_id, LIN_JING, FRIDAY))[1].findings]


@pytest.mark.rule("R-292", "R-294", "R-295", "R-302")
async def test_a_clerk_files_it_the_county_decides_and_only_then_the_person_is_told_why_and_what_to_do() -> None:
    person = await drawing()
    case_id = await filed()
    assert await make.column(case_id, "limit_days") == 15
    assert await rows(person) == []
    assert await engine.fetchval("select count(*) from message") == 0
    assert await make.approve(case_id, LIN_JING) is Status.EFFECTED
    held = await only(person)
    assert (held["state"], held["first_month"], held["origin"], held["case_id"], held["decided_by_name"]) == (
        "confirmed", 202612, "case", case_id, "林静",
    )  # fmt: skip
    assert (await benefit(person))["recheck_from"] == 202612
    (body,) = await told("养老金暂停发放")
    for words in ("2026年12月", "可能重复领取", FOUND, "请到窗口说明"):
        assert words in body
    assert await engine.fetchval("select count(*) from message where channel = 'in_app'") == 1


@pytest.mark.rule("R-299", "R-300")
async def test_what_a_comparison_has_proposed_is_confirmed_by_the_case_and_stands_once() -> None:
    person = await drawing()
    await make.sources(deaths={WANG_DASHAN: {"died_on": "2026-10-31"}})
    await suspensions.follow_deaths(COUNTY, FRIDAY)
    case_id = await filed("suspected_death", date(2026, 10, 31))
    assert await codes(case_id) == []
    await make.approve(case_id, LIN_JING)
    held = await only(person)
    assert (held["state"], held["origin"], held["case_id"]) == ("confirmed", "comparison", case_id)
    second = await filed("suspected_death", date(2026, 10, 31))
    assert await codes(second) == ["stopped-already"]
    with pytest.raises(Refused, match="同样的原因"):
        await make.approve(second, XIA_YU)


async def test_the_one_who_filed_it_does_not_decide_it_and_another_township_cannot_file_it() -> None:
    await drawing()
    answers = {"reason": "other", "since": "2026-11-02", "finding": FOUND}
    case_id = (await make.handed_in(benefit_suspension.ITEM, answers, WANG_DASHAN, actor=LIN_JING)).case_id
    with pytest.raises(Refused, match="别人办理"):
        await make.approve(case_id, LIN_JING)
    with pytest.raises(NotFound):
        await make.handed_in(benefit_suspension.ITEM, answers, WANG_DASHAN, actor=SHI_QIAO_CLERK)
    with pytest.raises(Refused, match="不能办理"):
        await make.handed_in(benefit_suspension.ITEM, answers, WANG_DASHAN)
    with pytest.raises(Refused, match="不能撤回"):
        await flow.withdraw(COUNTY, case_id, make.resident(WANG_DASHAN), FRIDAY)


@pytest.mark.parametrize(
    ("since", "found"),
    [
        (date(2025, 9, 30), ["too-far"]),
        (date(2025, 10, 1), []),
        (date(2026, 12, 31), []),
        (date(2027, 1, 1), ["too-far"]),
    ],
)
async def test_it_begins_with_the_month_after_and_not_more_than_a_year_ago(since: date, found: list[str]) -> None:
    await drawing()
    assert await codes(await filed("other", since)) == found


@pytest.mark.parametrize(("certified", "found"), [(202511, ["certified"]), (202510, [])])
async def test_nobody_is_stopped_for_want_of_a_certification_that_holds(certified: int, found: list[str]) -> None:
    await drawing(certified=certified)
    assert await codes(await filed("not_certified")) == found


@pytest.mark.rule("R-299")
async def test_what_no_source_knows_is_noted_and_does_not_bar() -> None:
    await drawing()
    await make.sources(employee_scheme={})
    assert await codes(await filed("suspected_dual")) == ["not-on-record"]
    await make.sources(employee_scheme={WANG_DASHAN: {"status": "receiving"}})
    await engine.execute("update service_case set status = 'withdrawn'")
    assert await codes(await filed("suspected_dual")) == []


async def test_where_nothing_is_drawn_there_is_nothing_to_stop() -> None:
    await make.participant()
    assert await codes(await filed()) == ["no-benefit"]
    with pytest.raises(ValueError, match="为什么"):
        BenefitSuspension(reason="x", since=date(2026, 11, 2), finding=FOUND)
