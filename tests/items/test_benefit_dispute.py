"""待遇标准异议 and 重新核定 (P-19)."""

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from db import engine
from db.queries import benefits as queries
from db.queries import pension
from db.stores import benefits as store
from db.stores.benefits import NewStandard
from domain import benefits, redetermination
from domain.case import flow
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.funds import Fund
from domain.items import benefit_dispute
from domain.trace import Trace
from tests import make
from tests.items.claiming import LIN_JING, XIA_YU, XU_SHUANG, sixty
from tests.items.test_benefit_claim import decided
from tests.make import CHINA, COUNTY, FRIDAY, SUN_LI, ZHAO_MIN
from tests.payments import month as way
from tests.portal.town import sms_to

pytestmark = pytest.mark.usefixtures("county")
MONDAY = date(2026, 11, 23)
ANSWERS = {
    "wrong": "account",
    "what": "2012年在村里缴过100元，没有算进去",
    "place": "township",
    "day": MONDAY.isoformat(),
}
RIGHT = {Fund.PERSONAL: 934_525}  # 9,345.25 ÷ 139 = 67.23 instead of 66.23
JANUARY = datetime(2027, 1, 11, 9, tzinfo=CHINA)
LATER = datetime(2027, 3, 1, 9, tzinfo=CHINA)


async def filed(**answers: Any) -> int:
    return (await make.handed_in(benefit_dispute.ITEM, ANSWERS | answers, XU_SHUANG)).case_id


async def looked(case_id: int) -> Any:
    return (await flow.look(COUNTY, case_id, ZHAO_MIN, FRIDAY))[1]


async def confirmed() -> int:
    person_id = await decided()
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    return person_id


async def proposed(person_id: int, at: datetime = FRIDAY, **change: Any) -> int:
    asked = {"month": 202612, "years": 15, "balances": RIGHT, "reason": "2012年的缴费漏记了"} | change
    return await redetermination.propose(COUNTY, person_id, by=LIN_JING, at=at, **asked)


async def standard(person_id: int, month: int) -> int:
    found = await queries.standard_of(COUNTY, person_id, month)
    assert found is not None
    return found.total_fen


# ------------------------------------------------------------------ the dispute


@pytest.mark.rule("R-239")
async def test_a_dispute_is_answered_by_the_benefit_desk_and_shows_what_was_determined() -> None:
    await decided()
    case_id = await filed()
    assert await make.column(case_id, "limit_days") == 10
    found = await looked(case_id)
    assert found.bars == []
    assert [(line.title, line.says) for line in found.comparisons][:4] == [
        ("个人账户的钱不对", "2026-11-23 乡镇（街道）事务所"), ("缴费年限", "15年"), ("开始领取", "2026年12月"), ("每月", "239.23元"),
    ]  # fmt: skip
    await make.approve(case_id, ZHAO_MIN)
    assert await make.approve(case_id, LIN_JING) is Status.EFFECTED
    assert [row.reason for row in await queries.standards(COUNTY, 1)] == ["determination"]


@pytest.mark.rule("R-241")
async def test_where_the_standard_is_right_the_reasons_are_told_and_kept() -> None:
    await decided()
    case_id = await filed()
    await make.approve(case_id, ZHAO_MIN)
    await flow.reject(
        COUNTY, case_id, LIN_JING, await make.version(case_id), "NO_ERROR_FOUND", "2012年的100元在账上", FRIDAY
    )
    assert await make.column(case_id, "status") == Status.REJECTED
    assert any("2012年的100元在账上" in text for text in await sms_to(XU_SHUANG.phone))


async def test_without_a_determination_there_is_nothing_to_dispute() -> None:
    await sixty()
    assert [finding.code for finding in (await looked(await filed())).bars] == ["no-benefit"]


@pytest.mark.parametrize(
    ("day", "codes"), [("2026-11-20", []), ("2026-11-19", ["day-over"]), ("2026-11-22", ["not-working"])]
)
async def test_a_day_that_cannot_be_kept_is_noted(day: str, codes: list[str]) -> None:
    await decided()
    assert [finding.code for finding in (await looked(await filed(day=day))).findings] == codes


# ------------------------------------------------------------------ the correction


@pytest.mark.rule("R-240")
async def test_a_correction_waits_for_two_people_and_for_the_person() -> None:
    person_id = await confirmed()
    await proposed(person_id)
    with pytest.raises(Refused, match="不能是同一个人"):
        await redetermination.decide(COUNTY, person_id, LIN_JING, FRIDAY, approves=True)
    with pytest.raises(Refused, match="已经确认过"):  # not approved yet
        await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
    assert any("每月240.23元，原来是239.23元" in text for text in await sms_to(XU_SHUANG.phone))
    assert await standard(person_id, 202612) == 23923
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    assert await standard(person_id, 202612) == 24023
    assert await engine.fetchval("select recheck_from from benefit") == 202612
    newest = (await queries.standards(COUNTY, person_id))[0]
    assert (newest.reason, newest.amounts["account_personal"], newest.document) == (
        "redetermination",
        6723,
        "2012年的缴费漏记了",
    )
    trace = msgspec.json.decode(newest.trace, type=Trace)
    assert (trace.rule, trace.result, trace.inputs["原来的标准"]) == ("redetermination", "240.23元", "239.23元")
    with pytest.raises(Refused, match="已经确认过"):
        await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)


@pytest.mark.rule("R-240", "R-222")
async def test_who_has_not_confirmed_yet_confirms_the_corrected_standard_in_one() -> None:
    person_id = await decided()
    await proposed(person_id)
    await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
    await benefits.confirm(COUNTY, person_id, "paper", ZHAO_MIN, FRIDAY)
    assert await standard(person_id, 202612) == 24023
    assert await engine.fetchval("select state from benefit") == "confirmed"
    (found,) = await pension.redeterminations(COUNTY, person_id)
    assert (found.state, found.confirmed_how, found.confirmed_by_name) == ("confirmed", "paper", "赵敏")


@pytest.mark.rule("R-240", "R-301")
async def test_every_later_step_is_written_anew_and_increases_stay_as_they_are() -> None:
    person_id = await confirmed()
    for month, more in ((202701, 500), (202703, 1500)):
        first = (await queries.standards(COUNTY, person_id))[-1]
        amounts = first.amounts | {"basic_central": first.amounts["basic_central"] + more}
        await store.add_standard(
            COUNTY,
            NewStandard(person_id=person_id, from_month=month, reason="increase", amounts=amounts),
            1,
            "x",
            FRIDAY,
        )
    await proposed(person_id, at=LATER, month=202702)
    await redetermination.decide(COUNTY, person_id, XIA_YU, LATER, approves=True)
    await benefits.confirm(COUNTY, person_id, "counter", LIN_JING, LATER)
    assert [await standard(person_id, month) for month in (202612, 202701, 202702, 202703)] == [
        23923,
        24423,
        24523,
        25523,
    ]
    assert await engine.fetchval("select recheck_from from benefit") == 202702


@pytest.mark.rule("R-240", "R-238")
async def test_years_move_the_long_supplement_only() -> None:
    person_id = await confirmed()
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'long_supplement', 'county', '2.00', '2026-01-01', '2026-01-01', 'x', false, 'a',"
        " 'b', now())",
        COUNTY,
    )
    await proposed(person_id, years=17, balances={Fund.PERSONAL: 920_625})
    await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
    await benefits.confirm(COUNTY, person_id, "counter", LIN_JING, FRIDAY)
    newest = (await queries.standards(COUNTY, person_id))[0]
    assert (newest.amounts["long_county"], newest.total_fen) == (400, 24323)
    assert await engine.fetchval("select years from benefit") == 17
    await proposed(person_id, years=16, balances={Fund.PERSONAL: 920_625})
    await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
    await benefits.confirm(COUNTY, person_id, "counter", LIN_JING, FRIDAY)
    assert await standard(person_id, 202612) == 24123


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"month": 202611}, "从哪个月起"),
        ({"month": 202701}, "从哪个月起"),
        ({"years": 61}, "缴费年限"),
        ({"balances": {Fund.PERSONAL: -1}}, "负数"),
        ({"reason": "错"}, "哪里有误"),
        ({"balances": {Fund.PERSONAL: 920_625}}, "和现在的标准一样"),
    ],
)
async def test_what_makes_no_correction_is_refused(change: dict[str, Any], says: str) -> None:
    person_id = await confirmed()
    with pytest.raises(Refused, match=says):
        await proposed(person_id, **change)
    assert await pension.redeterminations(COUNTY, person_id) == []


async def test_there_is_one_correction_at_a_time_and_only_the_benefit_desk_makes_it() -> None:
    person_id = await confirmed()
    with pytest.raises(Refused, match="待遇核发岗"):
        await redetermination.propose(COUNTY, person_id, 202612, 15, RIGHT, "漏记了缴费", SUN_LI, FRIDAY)
    with pytest.raises(NotFound):
        await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
    await proposed(person_id)
    with pytest.raises(Refused, match="还没有办完"):
        await proposed(person_id)
    await redetermination.decide(COUNTY, person_id, LIN_JING, FRIDAY, approves=False)
    await proposed(person_id)


@pytest.mark.rule("R-240", "R-263")
async def test_what_was_paid_too_little_follows_with_the_next_plan() -> None:
    person_id = await confirmed()
    await way.paid()
    await proposed(person_id, at=JANUARY)
    await redetermination.decide(COUNTY, person_id, XIA_YU, JANUARY, approves=True)
    await benefits.confirm(COUNTY, person_id, "paper", ZHAO_MIN, JANUARY)
    january = await way.paid(202701, JANUARY)
    assert await way.lines(person_id, january) == [(202612, "arrears", 100), (202701, "regular", 24023)]
