"""From what a settlement could not set off to the last 分, with books that agree."""

import asyncio
from datetime import date, datetime

import pytest

from db import engine
from domain import settlement
from domain.actor import Post
from domain.agency import (
    recovery,
    recovery_decisions,
    recovery_deductions,
    recovery_money,
    recovery_notices,
    recovery_offsets,
)
from domain.agency.recovery_notices import Delivery
from domain.errors import NotFound, Problem, Refused
from domain.money import yuan
from tests import make
from tests.contributions.ways import told
from tests.leaving import family
from tests.leaving.family import XU_XIAOYU, balance, voucher
from tests.make import CHINA, COUNTY, FENG_YUAN, ZHAO_MIN
from tests.payments import month as way
from tests.recovery.debts import (
    ACCOUNT,
    AT,
    DAY,
    LU_PING,
    MONTHLY,
    QIN_LAN,
    agrees,
    heir,
    noticed,
    of_the_dead,
    of_the_living,
    owed_by_the_books,
    paid,
    received,
    registered,
    row,
    slip,
    standing,
    verified,
)

pytestmark = pytest.mark.usefixtures("db")


def later(month: int, day: int) -> datetime:
    return datetime(2027, month, day, 9, tzinfo=CHINA)


# ------------------------------------------------------------------ how a debt begins


@pytest.mark.rule("R-325", "R-346", "R-348", "R-351")
async def test_what_a_settlement_cannot_set_off_is_a_case_once_by_item() -> None:
    case = await of_the_dead()
    await recovery_money.follow(COUNTY, AT)
    assert await engine.fetchval("select count(*) from recovery") == 1
    found = await row(case)
    settled = await family.row(int(found["settlement_id"]))  # type: ignore[call-overload]
    assert (found["state"], found["principal_fen"]) == ("registered", settled["recover_fen"])
    assert (found["debtor_name"], found["cause"]) == (XU_XIAOYU.name, "death")
    items = await engine.fetch("select item, principal_fen from recovery_item order by item")
    assert [each["item"] for each in items] == ["account_personal", "basic_central"]
    assert sum(each["principal_fen"] for each in items) == settled["recover_fen"]
    assert await owed_by_the_books() == settled["recover_fen"]
    await agrees()


@pytest.mark.rule("R-346", "R-016")
async def test_nothing_is_asked_before_the_auditor_has_verified_it() -> None:
    case = await of_the_dead()
    with pytest.raises(Refused, match="还没有核实"):
        await recovery_notices.give_notice(COUNTY, case, date(2027, 3, 31), QIN_LAN, AT)
    with pytest.raises(Refused, match="还没有核实"):
        await registered(case, 100)
    await verified(case)
    await registered(case, 100)


@pytest.mark.rule("R-347", "R-344")
async def test_a_case_by_hand_is_verified_by_another_and_stands_in_the_books_from_then_on() -> None:
    case = await of_the_living(basic_central=14300, account_personal=ACCOUNT, interest=60)
    person = int((await row(case))["person_id"])  # type: ignore[call-overload]
    assert await owed_by_the_books() == 0
    with pytest.raises(Refused, match="另一位同事"):
        await recovery.verify(COUNTY, case, "和发放记录核对无误", QIN_LAN, AT, agrees=True)
    await verified(case)
    found = await row(case)
    assert await voucher(found["document_id"]) == {  # type: ignore[arg-type]
        "suspense_paid": 14300 + ACCOUNT + 60, "benefit_expense": -14300, "pension_beyond_accounts": -ACCOUNT, "other_income": -60,
    }  # fmt: skip
    assert await balance(person) == 900000  # nothing had come out of it
    await agrees()


@pytest.mark.rule("R-344")
async def test_account_pensions_go_back_into_the_account_as_far_as_it_gave_them() -> None:
    person = await family.pensioner(personal=900000)
    await family.month(202612, way.AT)
    assert await balance(person) == 900000 - ACCOUNT
    case = await recovery.register(
        COUNTY,
        way.pensioner(1).id_number,
        "wrong_amount",
        {"account_personal": ACCOUNT + 100},
        "个人账户养老金多发",
        QIN_LAN,
        AT,
    )
    await verified(case)
    assert await balance(person) == 900000
    found = await row(case)
    assert await voucher(found["document_id"]) == {  # type: ignore[arg-type]
        "suspense_paid": ACCOUNT + 100, "pension_from_accounts": -ACCOUNT, "pension_beyond_accounts": -100,
    }  # fmt: skip
    await agrees()


async def test_what_plans_compare_or_take_off_themselves_is_not_registered_again() -> None:
    person = await family.pensioner()
    await engine.execute("update benefit set carried_fen = 5000 where person_id = $1", person)
    number = way.pensioner(1).id_number
    with pytest.raises(Refused, match="就重复了"):
        await recovery.register(COUNTY, number, "dual", {"basic_central": 100}, "在外地也领养老金", QIN_LAN, AT)
    case = await recovery.take_over(COUNTY, person, "imprisoned", "服刑期间，以后没有可扣的养老金", QIN_LAN, AT)
    assert (await row(case))["principal_fen"] == 5000
    assert await engine.fetchval("select carried_fen from benefit where person_id = $1", person) == 0
    with pytest.raises(Refused, match="没有发放计划扣不回来的"):
        await recovery.take_over(COUNTY, person, "imprisoned", "服刑期间，以后没有可扣的养老金", QIN_LAN, AT)
    await recovery.verify(COUNTY, case, "其实已经释放，继续扣", LU_PING, AT, agrees=False)
    assert await engine.fetchval("select carried_fen from benefit where person_id = $1", person) == 5000
    assert (await row(case))["state"] == "withdrawn"


# ------------------------------------------------------------------ notice


@pytest.mark.rule("R-353", "R-354")
async def test_a_demand_goes_to_the_heir_and_is_served_by_two_with_a_recording() -> None:
    case = await noticed(await of_the_dead())
    notice = await engine.fetchrow("select * from recovery_notice")
    assert notice is not None
    assert (notice["kind"], notice["addressee"], notice["amount_fen"]) == (
        "demand",
        "许小雨",
        (await row(case))["open_fen"],
    )
    (said,) = await told("冒领社会保险待遇追缴通知书")
    assert "2027年03月31日以前" in said
    alone = Delivery(served_on=DAY, second_id=QIN_LAN.id, receiver="许小雨签字", recording="")
    with pytest.raises(Refused) as refused:
        await recovery_notices.serve(COUNTY, case, notice["id"], alone, QIN_LAN, AT)
    assert [each.code for each in refused.value.problems if isinstance(each, Problem)] == ["second", "recording"]


@pytest.mark.rule("R-352")
@pytest.mark.parametrize(
    ("deadline", "good"),
    [(date(2027, 3, 7), False), (date(2027, 3, 8), True), (date(2027, 8, 28), True), (date(2027, 8, 29), False)],
)
async def test_a_notice_leaves_a_week_at_least_and_half_a_year_at_most(deadline: date, good: bool) -> None:
    case = await verified(await of_the_living())
    if good:
        await recovery_notices.give_notice(COUNTY, case, deadline, QIN_LAN, AT)
        assert await engine.fetchval("select kind from recovery_notice") == "return"
        assert await standing(case) == ("noticed", 0, 0, 30060)
    else:
        with pytest.raises(Refused, match="期限"):
            await recovery_notices.give_notice(COUNTY, case, deadline, QIN_LAN, AT)


# ------------------------------------------------------------------ payments


@pytest.mark.rule("R-348", "R-349")
async def test_money_is_registered_with_its_slip_reviewed_received_and_then_booked() -> None:
    case = await noticed(await of_the_living())
    document = await registered(case, 10000, parts={"basic_central": 9940, "interest": 60})
    await recovery_money.follow(COUNTY, AT)
    with pytest.raises(Refused, match="另一位同事"):
        await recovery_money.review(COUNTY, document, QIN_LAN, AT)
    with pytest.raises(Refused, match="还没有复核"):
        await received(document, 10000)
    await recovery_money.review(COUNTY, document, LU_PING, AT)
    await recovery_money.follow(COUNTY, AT)
    assert await standing(case) == ("noticed", 0, 0, 30060)
    await received(document, 10000)
    await recovery_money.follow(COUNTY, AT)
    await recovery_money.follow(COUNTY, AT)
    assert await standing(case) == ("noticed", 10000, 0, 20060)
    assert await voucher(document) == {"income_account": 10000, "suspense_paid": -10000}
    sources = await engine.fetch("select source, reference, item, amount_fen from recovery_entry order by item")
    assert [tuple(each) for each in sources] == [
        ("payment", document, "basic_central", 9940),
        ("payment", document, "interest", 60),
    ]
    (said,) = await told("收到退还的钱")
    assert "还差200.60元" in said
    await agrees()
    await paid(case, 20060)
    assert await standing(case) == ("closed", 30060, 0, 0)
    assert "已经全部还清" in (await told("收到退还的钱"))[1]
    await agrees()


@pytest.mark.parametrize(("fen", "good"), [(30060, True), (30061, False), (0, False)])
async def test_nobody_pays_more_than_is_open(fen: int, good: bool) -> None:
    case = await noticed(await of_the_living())
    if good:
        await paid(case, fen)
        assert (await standing(case))[0] == "closed"
        return
    with pytest.raises(Refused):
        await registered(case, fen)


async def test_what_is_registered_counts_until_it_is_cancelled() -> None:
    case = await noticed(await of_the_living())
    first = await registered(case, 30000)
    with pytest.raises(Refused, match=r"最多登记0.60元"):
        await registered(case, 61)
    with pytest.raises(Refused, match="分项合计"):
        await registered(case, 60, parts={"interest": 60})  # which is registered already
    await recovery_money.cancel(COUNTY, first, "登记错了案件", QIN_LAN, AT)
    await paid(case, 30060)
    await agrees()


async def test_two_clerks_at_once_never_take_more_than_is_owed() -> None:
    case = await noticed(await of_the_living())
    done = await asyncio.gather(
        *(recovery_money.register(COUNTY, case, slip(20000), by, AT) for by in (QIN_LAN, LU_PING)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["Refused", "int"]


@pytest.mark.rule("R-358")
async def test_an_heir_is_asked_for_what_was_inherited_and_may_pay_more() -> None:
    case = await of_the_dead()
    await recovery.set_debtor(COUNTY, case, heir(1000), QIN_LAN, AT)
    await noticed(case)
    assert await engine.fetchval("select amount_fen from recovery_notice") == 1000
    with pytest.raises(Refused, match="自愿"):
        await registered(case, 1001)
    await paid(case, 1000)
    with pytest.raises(Refused, match="没有要他退还"):
        await recovery_notices.give_notice(COUNTY, case, date(2027, 3, 31), QIN_LAN, AT)
    await paid(case, 500, voluntary=True)
    assert (await standing(case))[1] == 1500
    await agrees()


# ------------------------------------------------------------------ instalments


@pytest.mark.rule("R-355", "R-356")
async def test_who_misses_one_instalment_is_told_and_after_the_second_all_is_due() -> None:
    case = await noticed(await of_the_living(basic_central=37560))
    await recovery_money.agree(COUNTY, case, 6, date(2027, 3, 20), QIN_LAN, AT)
    assert [each["amount_fen"] for each in await engine.fetch("select amount_fen from recovery_instalment")] == [
        6260
    ] * 6
    with pytest.raises(Refused, match="已经有一份"):
        await recovery_money.agree(COUNTY, case, 6, date(2027, 3, 20), QIN_LAN, AT)
    await paid(case, 6260, later(3, 18), paid_on=date(2027, 3, 18))
    assert (await row(case))["due_on"] == date(2027, 4, 20)
    await recovery_money.follow(COUNTY, later(4, 20))
    assert await told("分期没有按时退还") == []
    for _ in range(2):
        await recovery_money.follow(COUNTY, later(4, 21))
    (said,) = await told("分期没有按时退还")
    assert "2027年04月20日这一期62.60元还没有收到" in said
    await recovery_money.follow(COUNTY, later(5, 21))
    assert "剩下的313.00元请在2027年06月05日以前退清" in (await told("分期没有按时退还"))[1]
    assert await engine.fetchval("select state from recovery_agreement") == "broken"
    assert (await row(case))["due_on"] == date(2027, 6, 5)


async def test_an_agreement_that_was_kept_is_fulfilled() -> None:
    case = await noticed(await of_the_living(basic_central=20001))
    await recovery_money.agree(COUNTY, case, 2, date(2027, 3, 20), QIN_LAN, AT)
    await paid(case, 10001)
    await paid(case, 10000)
    await recovery_money.follow(COUNTY, later(6, 1))
    assert await engine.fetchval("select state from recovery_agreement") == "fulfilled"
    assert await standing(case) == ("closed", 20001, 0, 0)
    assert await told("分期没有按时退还") == []


# ------------------------------------------------------------------ off later months


@pytest.mark.rule("R-355")
async def test_later_months_pay_it_once_and_the_books_agree() -> None:
    case = await noticed(await of_the_living(basic_central=30000))
    person = int((await row(case))["person_id"])  # type: ignore[call-overload]
    await recovery_deductions.deduct(COUNTY, case, 30000, QIN_LAN, AT)
    with pytest.raises(Refused, match=r"0\.00元"):
        await registered(case, 1)
    await family.month(202703, later(3, 10))
    arrears = 4 * MONTHLY  # December to March came together
    await recovery_money.follow(COUNTY, later(3, 12))
    assert arrears > 30000
    assert await standing(case) == ("closed", 30000, 0, 0)
    assert (
        await engine.fetchval("select sum(net_fen)::bigint from payment_transfer where person_id = $1", person)
        == arrears - 30000
    )
    await recovery_money.follow(COUNTY, later(3, 13))
    await agrees()


async def test_a_deduction_is_ended_and_the_rest_is_paid_otherwise() -> None:
    case = await noticed(await of_the_living(basic_central=100000))
    await recovery_deductions.deduct(COUNTY, case, 100000, QIN_LAN, AT)
    await family.month(202703, later(3, 10))
    await recovery_deductions.end_deduction(COUNTY, case, QIN_LAN, later(3, 12))
    taken = 4 * MONTHLY
    assert await standing(case) == ("noticed", taken, 0, 100000 - taken)
    assert await engine.fetchval("select carried_fen from benefit") == 0
    await paid(case, 100000 - taken, later(3, 13))
    await agrees()


@pytest.mark.rule("R-327")
async def test_a_settlement_takes_over_what_plans_had_not_taken_off_and_nothing_is_asked_twice() -> None:
    case = await noticed(await of_the_living(held=1000, basic_central=100000))
    person = int((await row(case))["person_id"])  # type: ignore[call-overload]
    await recovery_deductions.deduct(COUNTY, case, 100000, QIN_LAN, AT)
    await family.month(202703, later(3, 10))
    settled = await family.ended(person, date(2027, 3, 20), later(4, 1), claims_funeral=False)
    await recovery_money.follow(COUNTY, later(4, 1))
    await recovery_money.follow(COUNTY, later(4, 2))
    assert await standing(case) == ("closed", 100000, 0, 0)
    new = await engine.fetch("select principal_fen from recovery where id <> $1", case)
    assert [each["principal_fen"] for each in new] == [settled["recover_fen"]]
    await agrees()


@pytest.mark.rule("R-325", "R-326", "R-340")
async def test_a_late_supplement_is_set_against_the_open_debt_gross() -> None:
    case = await noticed(await of_the_dead())
    open_ = (await standing(case))[3]
    await family.deposited(int((await row(case))["person_id"]), DAY, personal=1000)  # type: ignore[call-overload]
    await settlement.settle_ready(COUNTY, AT)
    ((_, payee, fen, state),) = await family.orders()
    assert (payee, fen >= 1000, state) == ("许小雨", True, "waiting")
    order = await engine.fetchval("select id from payment_order")
    with pytest.raises(NotFound):
        await recovery_offsets.offset(COUNTY, case, order + 1, QIN_LAN, AT)
    await recovery_offsets.offset(COUNTY, case, order, QIN_LAN, AT)
    assert await standing(case) == ("noticed", fen, 0, open_ - fen)
    assert [each[3] for each in await family.orders()] == ["cancelled"]
    with pytest.raises(NotFound):
        await recovery_offsets.offset(COUNTY, case, order, QIN_LAN, AT)
    await agrees()


# ------------------------------------------------------------------ the end


@pytest.mark.rule("R-361")
async def test_only_the_head_writes_off_and_it_is_a_state_of_its_own() -> None:
    case = await noticed(await of_the_living())
    await paid(case, 10060)
    await recovery_decisions.ask(COUNTY, case, "write_off", "债务人没有财产，法院终结执行", QIN_LAN, AT)
    with pytest.raises(Refused, match="负责人"):
        await recovery_decisions.decide(COUNTY, case, LU_PING, AT, approves=True)
    await recovery_decisions.decide(COUNTY, case, FENG_YUAN, AT, approves=True)
    assert await standing(case) == ("written_off", 10060, 20000, 0)
    document = await engine.fetchval("select reference from recovery_entry where source = 'write_off' limit 1")
    assert await voucher(document) == {"other_expense": 20000, "suspense_paid": -20000}
    await agrees()


@pytest.mark.rule("R-361", "R-016")
async def test_nobody_decides_what_he_asked_for_himself() -> None:
    case = await noticed(await of_the_living())
    both = make.staff("冯远", Post.COUNTY_HEAD, Post.COUNTY_AUDITOR, staff_id=FENG_YUAN.id)
    await recovery_decisions.ask(COUNTY, case, "write_off", "债务人没有财产，法院终结执行", both, AT)
    with pytest.raises(Refused, match="别人决定"):
        await recovery_decisions.decide(COUNTY, case, both, AT, approves=True)


async def test_a_write_off_waits_for_money_on_its_way() -> None:
    case = await noticed(await of_the_living())
    await registered(case, 100)
    with pytest.raises(Refused, match="还有退款没有入账"):
        await recovery_decisions.ask(COUNTY, case, "write_off", "债务人没有财产，法院终结执行", QIN_LAN, AT)


@pytest.mark.rule("R-350", "R-357")
async def test_who_does_not_pay_in_time_is_handed_to_the_authority_and_may_still_pay() -> None:
    case = await noticed(await of_the_living())
    with pytest.raises(Refused, match="期限过了"):
        await recovery_decisions.ask(COUNTY, case, "transfer", "到期拒不退还，已催三次", QIN_LAN, later(3, 31))
    await recovery_decisions.ask(COUNTY, case, "transfer", "到期拒不退还，已催三次", QIN_LAN, later(4, 1))
    await recovery_decisions.decide(COUNTY, case, FENG_YUAN, later(4, 2), approves=True)
    assert (await standing(case))[0] == "transferred"
    await recovery.mark_fraud(COUNTY, case, "冒用他人身份领取", LU_PING, later(4, 2))
    await paid(case, 30060, later(4, 3))
    assert (await standing(case))[0] == "closed"
    await agrees()


@pytest.mark.rule("R-362")
async def test_neglect_of_a_township_is_recorded_once() -> None:
    case = await verified(await of_the_dead())
    await recovery_notices.neglect(COUNTY, case, "43990101", "村里三个月没有上报死亡", QIN_LAN, AT)
    with pytest.raises(Refused, match="已经记录"):
        await recovery_notices.neglect(COUNTY, case, "43990101", "村里三个月没有上报死亡", QIN_LAN, AT)
    with pytest.raises(Refused, match="乡镇"):
        await recovery_notices.neglect(COUNTY, case, "4399010102", "村里三个月没有上报死亡", QIN_LAN, AT)


async def test_only_the_posts_of_the_county_act() -> None:
    case = await verified(await of_the_living())
    for by in (ZHAO_MIN, FENG_YUAN):
        with pytest.raises(Refused, match="没有这个岗位"):
            await recovery_money.register(COUNTY, case, slip(100), by, AT)
    with pytest.raises(NotFound):
        await recovery_money.register(COUNTY, case + 1, slip(100), QIN_LAN, AT)
    assert yuan("1.00") == 100
