"""一次性待遇调整: for one person, by two people and a power granted for it; paid once, with a month's pension."""

from datetime import datetime
from typing import Any

import pytest

from db import engine
from db.queries import one_off as queries
from domain import payments, redetermination
from domain.actor import Post
from domain.agency import one_off, suspensions
from domain.errors import NotFound, Refused
from domain.funds import Fund
from tests import make
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY, ZHAO_MIN
from tests.payments import month as way
from tests.payments.month import AT, MONTH, draws
from tests.runs.conftest import REVIEWER
from tests.runs.drawing import granted

pytestmark = pytest.mark.usefixtures("db")
JANUARY = datetime(2027, 1, 11, 9, tzinfo=CHINA)
FEBRUARY = datetime(2027, 2, 2, 9, tzinfo=CHINA)
GIVEN = {"basic_county": 5000, "basic_central": 1000}
REASON = "2025年漏发的高龄补助"


async def proposed(person_id: int, at: datetime = AT, **change: Any) -> int:
    asked: dict[str, Any] = {"amounts": GIVEN, "reason": REASON, "document": "青人社函〔2026〕3号", "by": LIN_JING} | change
    return await one_off.propose(COUNTY, person_id, at=at, **asked)


async def power(at: datetime = AT) -> int:
    return await granted(one_off.BUSINESS, LIN_JING, at=at)


async def approved(person_id: int, at: datetime = AT, **change: Any) -> int:
    await power(at)
    found = await proposed(person_id, at, **change)
    await one_off.approve(COUNTY, found, REVIEWER, at)
    return found


async def lines(person_id: int, plan_id: int | None = None) -> list[tuple[int, str, int]]:
    return sorted(await way.lines(person_id, plan_id))


async def state(one_off_id: int) -> str:
    found: str = await engine.fetchval("select state from benefit_one_off where id = $1", one_off_id)
    return found


# ------------------------------------------------------------------ two people and a power


@pytest.mark.rule("R-304", "R-306")
async def test_it_needs_a_power_in_force_up_to_the_approval_and_a_second_person() -> None:
    person = await draws(1)
    with pytest.raises(Refused, match="非常规权限"):
        await proposed(person)
    grant = await power()
    found = await proposed(person)
    with pytest.raises(Refused, match="没有这个岗位"):
        await one_off.approve(COUNTY, found, XIA_YU, AT)
    both = make.staff("林静", Post.COUNTY_BENEFIT, Post.ACCOUNTANT, staff_id=LIN_JING.id)
    with pytest.raises(Refused, match="不能是同一个人"):
        await one_off.approve(COUNTY, found, both, AT)
    with pytest.raises(Refused, match="还在等审核"):
        await proposed(person)
    await engine.execute("update special_authority_grant set withdrawn_at = $2 where id = $1", grant, AT)
    with pytest.raises(Refused, match="非常规权限"):
        await one_off.approve(COUNTY, found, REVIEWER, AT)
    assert await state(found) == "proposed"
    await power()
    await one_off.approve(COUNTY, found, REVIEWER, AT)
    (body,) = await told("一次性发放养老金")
    assert "60.00元，原因：2025年漏发的高龄补助。和2026年12月的养老金一起，在12月25日前后发，只发这一次。" in body
    with pytest.raises(Refused, match="已经有人处理"):
        await one_off.approve(COUNTY, found, REVIEWER, AT)
    with pytest.raises(NotFound):
        await one_off.approve(COUNTY, found + 1, REVIEWER, AT)


@pytest.mark.rule("R-304")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amounts": {}}, "大于0"), ({"amounts": {"basic_county": 0}}, "大于0"), ({"amounts": {"basic_county": -1, "age_city": 5}}, "大于0"),
        ({"amounts": {"account_personal": 100}}, "大于0"), ({"amounts": {"basic_county": 10_000_001}}, "不超过100,000.00元"),
        ({"reason": "错"}, "为什么"), ({"document": " "}, "文号"), ({"by": ZHAO_MIN}, "待遇核发岗"),
    ],
)  # fmt: skip
async def test_what_is_not_whole_is_refused(change: dict[str, Any], says: str) -> None:
    person = await draws(1)
    await power()
    with pytest.raises(Refused, match=says):
        await proposed(person, **change)
    assert await proposed(person, amounts={"basic_county": 10_000_000})


@pytest.mark.rule("R-016")
async def test_nobody_gives_money_to_himself() -> None:
    person = await draws(1)
    await power()
    own = make.staff("林静", Post.COUNTY_BENEFIT, staff_id=LIN_JING.id, relatives=frozenset({way.pensioner(1).index}))
    with pytest.raises(Refused, match="别人办理"):
        await proposed(person, by=own)
    found = await proposed(person)
    own = make.staff("严明", Post.ACCOUNTANT, id_index=way.pensioner(1).index)
    with pytest.raises(Refused, match="别人办理"):
        await one_off.approve(COUNTY, found, own, AT)


@pytest.mark.rule("R-305")
async def test_a_doubt_about_the_pension_comes_first_and_only_who_is_paid_gets_anything() -> None:
    person = await draws(1)
    await power()
    await redetermination.propose(COUNTY, person, MONTH, 16, {Fund.PERSONAL: 934_525}, "漏算了一年", XIA_YU, AT)
    with pytest.raises(Refused, match="还没有办完"):
        await proposed(person)
    await redetermination.decide(COUNTY, person, LIN_JING, AT, approves=False)
    await engine.execute("update benefit set state = 'ended', ended_month = 202612")
    with pytest.raises(Refused, match="没有在领取"):
        await proposed(person)


# ------------------------------------------------------------------ paid once


@pytest.mark.rule("R-304")
async def test_it_is_paid_with_the_next_plan_shown_with_its_reason_booked_and_never_again() -> None:
    person = await draws(1, held=920_625)
    await approved(person)
    assert [each.total_fen for each in await queries.waiting(COUNTY, person)] == [6000]
    plan = await way.paid()
    assert await lines(person, plan) == [(MONTH, "one_off", 6000), (MONTH, "regular", 20923)]
    assert await way.transfer(plan, person) == ("paid", 26923)
    assert await queries.waiting(COUNTY, person) == []
    (row,) = await queries.listed(COUNTY, "approved", before=None, limit=5)
    assert (row.amounts, row.month, row.payment) == ({"basic_central": 1000, "basic_county": 5000}, MONTH, "paid")
    document = await payments.book(COUNTY, plan, REVIEWER, AT)
    rows = await engine.fetch(
        "select l.account, l.debit_fen - l.credit_fen as fen from voucher v join voucher_line l using (county_code, period, number)"
        " where v.document_id = $1 order by l.position", document,
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("benefit_expense", 20300), ("pension_from_accounts", 6623), ("expenditure_account", -26923)
    ]  # fmt: skip
    january = await way.paid(202701, JANUARY)
    assert await lines(person, january) == [(202701, "regular", 20923)]
    await engine.execute("update benefit set recheck_from = 202612")
    february = await way.planned(202702, FEBRUARY)
    assert await lines(person, february) == [(202702, "regular", 20923)]


async def test_who_is_left_out_of_the_plan_gets_it_with_a_later_one() -> None:
    person = await draws(1)
    await approved(person)
    run_id, plan = await way.drafted()
    held = await suspensions.propose(COUNTY, person, "other", MONTH, "地址找不到人", ZHAO_MIN, AT)
    await way.accepted(plan)
    await way.approved(run_id)
    assert await lines(person) == []
    assert len(await queries.waiting(COUNTY, person)) == 1
    await suspensions.dismiss(COUNTY, held, "核实在家", LIN_JING, AT)
    january = await way.paid(202701, JANUARY)
    assert await lines(person, january) == [
        (MONTH, "arrears", 20923),
        (202701, "one_off", 6000),
        (202701, "regular", 20923),
    ]


async def test_a_payment_that_failed_and_was_given_up_frees_it() -> None:
    person = await draws(1)
    await approved(person)
    plan = await way.paid(failing={person: "账户已冻结"})
    assert await queries.waiting(COUNTY, person) == []  # it may still be paid again
    await payments.void(COUNTY, plan, person, "换账户", LIN_JING, AT)
    assert len(await queries.waiting(COUNTY, person)) == 1
    january = await way.paid(202701, JANUARY)
    assert await lines(person, january) == [
        (MONTH, "arrears", 20923),
        (202701, "one_off", 6000),
        (202701, "regular", 20923),
    ]


async def test_while_the_month_is_stopped_it_waits() -> None:
    person = await draws(1)
    await approved(person)
    await way.suspended(person, MONTH)
    await way.planned()
    assert await lines(person) == []
    assert len(await queries.waiting(COUNTY, person)) == 1


async def test_two_for_one_person_come_one_after_the_other() -> None:
    person = await draws(1)
    await approved(person)
    await approved(person, amounts={"age_city": 700})
    assert await lines(person, await way.paid()) == [(MONTH, "one_off", 6000), (MONTH, "regular", 20923)]
    assert await lines(person, await way.paid(202701, JANUARY)) == [
        (202701, "one_off", 700),
        (202701, "regular", 20923),
    ]


# ------------------------------------------------------------------ given up


async def test_it_is_given_up_with_a_reason_until_a_plan_holds_it_and_nothing_moves_under_a_draft() -> None:
    first, second = await draws(1), await draws(2)
    await power()
    refused = await proposed(second)
    with pytest.raises(Refused, match="为什么不发"):
        await one_off.cancel(COUNTY, refused, "错", REVIEWER, AT)
    await one_off.cancel(COUNTY, refused, "没有依据", REVIEWER, AT)
    assert (await state(refused), await told("一次性发放取消")) == ("cancelled", [])
    dropped = await approved(second)
    await one_off.cancel(COUNTY, dropped, "重复申报了", LIN_JING, AT)
    assert "60.00元不发了，原因：重复申报了" in (await told("一次性发放取消"))[0]
    kept, waits = await approved(first), await proposed(second)
    run_id, plan = await way.drafted()
    for step in (one_off.approve(COUNTY, waits, REVIEWER, AT), one_off.cancel(COUNTY, kept, "不发了吧", REVIEWER, AT)):
        with pytest.raises(Refused, match="还没有批准"):
            await step
    await way.accepted(plan)
    await way.approved(run_id)
    with pytest.raises(Refused, match="已经列入发放计划"):
        await one_off.cancel(COUNTY, kept, "不发了吧", REVIEWER, AT)
    assert await lines(second) == [(MONTH, "regular", 20923)]
