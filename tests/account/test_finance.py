"""The finance desk: money is registered once, moves only where it may, and a closed month stays closed."""

from datetime import date, datetime

import pytest
from msgspec import structs

from db import engine
from db.queries import books as queries
from domain import finance, verify
from domain.actor import Actor, Post
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from domain.finance import MOVEMENTS, Slip
from tests import make
from tests.account.test_books import CASHIER, approved, booked
from tests.conftest import Database
from tests.make import CHINA, COUNTY, FRIDAY, SUN_LI

ACCOUNTANT = make.staff("路平", Post.ACCOUNTANT, staff_id=111)
SUPERVISOR = make.staff("严明", Post.FINANCE_SUPERVISOR, staff_id=112)
DECEMBER = datetime(2026, 12, 2, 9, tzinfo=CHINA)
SLIP = Slip(
    account="income_account", bank="农商行", slip_no="0001", received_on=date(2026, 11, 20), amount_fen=30000, people=1
)


async def balance(account: str) -> int:
    return await queries.balance_of(COUNTY, account)


@pytest.mark.rule("R-471", "R-092")
async def test_a_slip_pays_the_document_it_is_registered_for(account_id: int) -> None:
    paper = await approved(account_id, 30000)
    await finance.register_receipt(COUNTY, SLIP, paper, CASHIER, FRIDAY)
    assert await queries.awaiting_money(COUNTY, 10) == []
    assert await booked(paper) == 1
    assert await balance("income_account") == 30000


@pytest.mark.rule("R-092")
@pytest.mark.parametrize(("second", "good"), [(10000, True), (10001, False)])
async def test_two_slips_may_pay_one_document_but_not_more_than_it_asks(
    account_id: int, second: int, good: bool
) -> None:
    paper = await approved(account_id, 30000)
    await finance.register_receipt(COUNTY, structs.replace(SLIP, amount_fen=20000), paper, CASHIER, FRIDAY)
    more = structs.replace(SLIP, slip_no="0002", amount_fen=second)
    if good:
        await finance.register_receipt(COUNTY, more, paper, CASHIER, FRIDAY)
        assert await booked(paper) == 1
    else:
        with pytest.raises(Refused, match=r"还差100\.00元"):
            await finance.register_receipt(COUNTY, more, paper, CASHIER, FRIDAY)


async def test_money_of_one_document_lies_in_one_place(account_id: int) -> None:
    paper = await approved(account_id, 30000)
    await finance.register_receipt(COUNTY, structs.replace(SLIP, amount_fen=10000), paper, CASHIER, FRIDAY)
    elsewhere = structs.replace(SLIP, slip_no="0002", amount_fen=20000, account="fiscal_account")
    with pytest.raises(Refused, match="同一个账户"):
        await finance.register_receipt(COUNTY, elsewhere, paper, CASHIER, FRIDAY)


async def test_money_nobody_has_declared_waits_in_suspense_and_pays_later(account_id: int) -> None:
    receipt = await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    assert await balance("suspense_received") == -30000
    paper = await approved(account_id, 30000)
    await finance.match_receipt(COUNTY, receipt, paper, ACCOUNTANT, FRIDAY)
    await booked(paper)
    assert [await balance(a) for a in ("suspense_received", "income_account", "contribution_income")] == [
        0,
        30000,
        -30000,
    ]
    with pytest.raises(Refused, match="已经对上"):
        await finance.match_receipt(COUNTY, receipt, paper, ACCOUNTANT, FRIDAY)
    with pytest.raises(NotFound):
        await finance.match_receipt(COUNTY, receipt + 99, paper, ACCOUNTANT, FRIDAY)


@pytest.mark.rule("R-471")
async def test_the_same_slip_leaves_no_trace_the_second_time(db: Database) -> None:
    await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    with pytest.raises(Refused, match="不能重复登记"):
        await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    assert await balance("income_account") == 30000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"account": "expenditure_account"}, "不能收这种款"),  # 规程第四十八条
        ({"slip_no": " "}, "单据号"),
        ({"received_on": date(2026, 11, 21)}, "不能晚于今天"),
        ({"amount_fen": 0}, "大于0"),
        ({"people": -1}, "人数"),
    ],
)
async def test_a_slip_that_cannot_be_is_told_with_its_field(
    db: Database, change: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        await finance.register_receipt(COUNTY, structs.replace(SLIP, **change), None, CASHIER, FRIDAY)  # type: ignore[arg-type]


@pytest.mark.rule("R-017")
@pytest.mark.parametrize("who", [SUN_LI, ACCOUNTANT], ids=["enrollment", "accountant"])
async def test_only_cashier_and_supervisor_register_money(db: Database, who: Actor) -> None:
    with pytest.raises(Refused, match="岗位"):
        await finance.register_receipt(COUNTY, SLIP, None, who, FRIDAY)


@pytest.mark.rule("R-459", "R-460")
async def test_money_moves_only_along_the_allowed_ways(db: Database) -> None:
    await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    places = ("treasury", "income_account", "fiscal_account", "expenditure_account")
    for source in places:
        for target in places:
            if (source, target) not in MOVEMENTS:
                with pytest.raises(Refused, match="不能这样划转"):
                    await finance.move(COUNTY, source, target, 1, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)
    await finance.move(COUNTY, "income_account", "fiscal_account", 30000, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)
    await finance.move(COUNTY, "fiscal_account", "expenditure_account", 10000, "S2", FRIDAY.date(), ACCOUNTANT, FRIDAY)
    assert [await balance(place) for place in places] == [0, 0, 20000, 10000]


async def test_one_slip_moves_money_once(db: Database) -> None:
    await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    await finance.move(COUNTY, "income_account", "fiscal_account", 1, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)
    with pytest.raises(Refused, match="S1已经录入过"):
        await finance.move(COUNTY, "income_account", "fiscal_account", 1, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)


@pytest.mark.parametrize("fen", [0, -1, 30001])
async def test_what_does_not_lie_there_is_not_moved(db: Database, fen: int) -> None:
    await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    with pytest.raises(Refused, match=r"账上有300\.00元"):
        await finance.move(COUNTY, "income_account", "fiscal_account", fen, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)


async def settled_november(account_id: int) -> None:
    paper = await approved(account_id, 30000)
    await finance.register_receipt(COUNTY, SLIP, paper, CASHIER, FRIDAY)
    await booked(paper)
    await finance.move(COUNTY, "income_account", "fiscal_account", 30000, "S1", FRIDAY.date(), ACCOUNTANT, FRIDAY)
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on)"
        " values ($1, $2, 2026, '011', '20', 30000, 0, 0, 0, 0, 'agency', '2026-11-20', '2026-11-20')", COUNTY, account_id,
    )  # fmt: skip


async def test_a_clean_month_is_closed_without_a_word_and_then_takes_nothing(account_id: int) -> None:
    await settled_november(account_id)
    assert [o.text for o in await finance.obstacles(COUNTY, 202611)] == ["还有2张凭证没有复核。"]
    assert await finance.review_vouchers(COUNTY, 202611, 1, 2, SUPERVISOR, FRIDAY) == 2
    assert await finance.obstacles(COUNTY, 202611) == []
    await finance.close_period(COUNTY, 202611, "", SUPERVISOR, DECEMBER)
    with pytest.raises(Refused, match="已经封账"):
        await finance.move(
            COUNTY, "fiscal_account", "expenditure_account", 1, "S2", date(2026, 11, 30), ACCOUNTANT, DECEMBER
        )
    with pytest.raises(Refused, match="已经封账"):
        await finance.close_period(COUNTY, 202611, "", SUPERVISOR, DECEMBER)
    await finance.move(
        COUNTY, "fiscal_account", "expenditure_account", 1, "S2", date(2026, 12, 1), ACCOUNTANT, DECEMBER
    )


@pytest.mark.parametrize(("period", "good"), [(202611, True), (202612, False), (202613, False)])
async def test_only_a_month_that_is_over_is_closed(db: Database, period: int, good: bool) -> None:
    if good:
        await finance.close_period(COUNTY, period, "", SUPERVISOR, DECEMBER)
    else:
        with pytest.raises(Refused, match="没有过完"):
            await finance.close_period(COUNTY, period, "", SUPERVISOR, DECEMBER)


async def test_a_month_with_an_unbooked_document_stays_open(account_id: int) -> None:
    await settled_november(account_id)
    await approved(account_id, 1, kind=DocumentKind.TAX_DETAIL)
    with pytest.raises(Refused, match="还有1张"):
        await finance.close_period(COUNTY, 202611, "为了测试", SUPERVISOR, DECEMBER)


async def test_money_left_in_the_income_account_needs_a_reason_that_is_kept(db: Database) -> None:
    await finance.register_receipt(COUNTY, SLIP, None, CASHIER, FRIDAY)
    with pytest.raises(Refused, match="为什么"):
        await finance.close_period(COUNTY, 202611, "", SUPERVISOR, DECEMBER)
    await finance.close_period(COUNTY, 202611, "银行系统升级，次月划转", SUPERVISOR, DECEMBER)
    (period,) = await queries.periods(COUNTY, 5)
    assert period.state == "closed"
    assert "收入户月末还有300.00元" in period.checks
    assert "银行系统升级" in period.checks


async def test_months_are_closed_one_after_the_other(db: Database) -> None:
    await finance.register_receipt(COUNTY, structs.replace(SLIP, received_on=date(2026, 10, 20)), None, CASHIER,
                                   datetime(2026, 10, 20, 9, tzinfo=CHINA))  # fmt: skip
    with pytest.raises(Refused, match="按顺序"):
        await finance.close_period(COUNTY, 202611, "等", SUPERVISOR, DECEMBER)
    await finance.close_period(COUNTY, 202610, "等", SUPERVISOR, DECEMBER)
    await finance.close_period(COUNTY, 202611, "等", SUPERVISOR, DECEMBER)


async def test_books_that_do_not_agree_are_not_closed(account_id: int) -> None:
    await settled_november(account_id)
    await engine.execute("update account_balance set personal_fen = 1")
    assert not (await verify.county(COUNTY)).clean
    with pytest.raises(Refused, match="账目核对不平"):
        await finance.close_period(COUNTY, 202611, "", SUPERVISOR, DECEMBER)


async def test_a_voucher_is_found_by_its_number_only(account_id: int) -> None:
    await settled_november(account_id)
    found = await queries.voucher(COUNTY, 202611, 2)
    assert found is not None
    head, rows = found
    assert head.document_kind == "movement"
    assert [(row.title, row.debit_fen, row.credit_fen) for row in rows] == [
        ("财政专户存款", 30000, 0), ("收入户存款", 0, 30000),
    ]  # fmt: skip
    assert await queries.voucher(COUNTY, 202611, 3) is None
    assert [b.balance_fen for b in await queries.balances(COUNTY, 202611)] == [0, 30000, -30000]
