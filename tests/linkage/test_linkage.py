"""制度衔接, both directions, from the application to the books."""

import random
from datetime import date

import pytest

from db import engine
from db.queries import accounts
from db.queries.benefits import counted_years
from domain.agency import linkage, payment_orders
from domain.agency.refunds import Back, give_back
from domain.errors import NotFound, Refused
from domain.funds import Fund
from tests.contributions.ways import CASHIER, told
from tests.leaving.family import balance, books_agree, deposited, orders, voucher
from tests.linkage.ways import OFFICE, TO_EMPLOYEE, account, answered, approved, money, now
from tests.make import COUNTY, FRIDAY, HE_JING, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("db")
EIGHT = dict.fromkeys(range(2010, 2018), 12)


async def years(person_id: int) -> list[int]:
    found = await accounts.account_of(COUNTY, person_id)
    assert found is not None
    return [each.year for each in await counted_years(COUNTY, found.id)]


@pytest.mark.rule("R-402", "R-403")
async def test_the_employee_account_comes_here_with_its_years_once_the_whole_amount_is_there() -> None:
    """E-45: 18,500.00 of 8 years to an account of 7."""
    person = await account()
    before = await balance(person)
    row = await approved()
    assert (row.state, row.due_on, row.years_here) == ("asked", date(2026, 12, 11), 7)  # 15 working days
    row = await answered(row, EIGHT, 1_850_000)
    assert (row.state, row.employee_months, row.due_on) == ("answered", 96, date(2026, 12, 11))
    row = await money(row, 1_000_000)
    assert (row.state, await balance(person)) == ("answered", before)  # not in full
    row = await money(row, 850_000, "ZY2")
    assert (row.state, row.years_after, row.rest_months, row.refund_fen) == ("booked", 15, 0, 0)
    assert await balance(person) == before + 1_850_000
    assert await years(person) == [*range(2010, 2018), *range(2020, 2027)]
    assert (await voucher(row.document_id)) == {"income_account": 1_850_000, "transfer_income": -1_850_000}
    (body,) = await told("职工养老保险已经转来")
    assert "合计15年" in body
    await linkage.follow(COUNTY, FRIDAY)  # again changes nothing
    assert await balance(person) == before + 1_850_000
    await books_agree()


@pytest.mark.rule("R-404", "R-170")
async def test_months_paid_in_both_go_back_without_subsidies_and_the_year_counts_once() -> None:
    """E-31: 1,000.00 own, 120.00 of the village, 60.00 subsidy; five months."""
    person = await account([2026], {"personal": 100000, "collective": 12000, "subsidy_county": 6000})
    row = await answered(await approved(), {2025: 12, 2026: 5}, 300_000)
    row = await money(row, 300_000)
    assert (row.refund_fen, row.years_after, row.rest_months) == (41667 + 5000, 2, 0)
    assert await years(person) == [2025, 2026]
    assert await balance(person) == 118_000 + 300_000 - 46_667
    assert [(each[1], each[2]) for each in await orders()] == [("王大山", 46_667)]
    assert "466.67元" in (await told("职工养老保险已经转来"))[0]
    await books_agree()


@pytest.mark.rule("R-404")
async def test_a_whole_year_paid_in_both_goes_back_whole_and_still_counts_once() -> None:
    person = await account([2025, 2026])
    row = await money(await answered(await approved(), {2025: 12}, 100_000), 100_000)
    assert (row.refund_fen, row.years_after, await years(person)) == (50_000, 2, [2025, 2026])
    await books_agree()


@pytest.mark.rule("R-404", "R-170")
async def test_what_was_refunded_before_is_not_refunded_again() -> None:
    person = await account([2025, 2026])
    row = await approved()
    found = await accounts.account_of(COUNTY, person)
    assert found is not None
    back = Back(
        account_id=found.id, name=row.name, id_index=row.id_index, year=2026, amounts={Fund.PERSONAL: 20000}, reverses=None, counts=True,
        source=1, payee="王大山", bank="农商银行", bank_account="6228480402564890018", case_id=row.case_id,
    )  # fmt: skip
    async with engine.transaction():
        await give_back(COUNTY, back, HE_JING, FRIDAY)
    row = await money(await answered(row, {2025: 6, 2026: 5}, 1000), 1000)
    assert row.refund_fen == 25_000  # of 2025 only
    await books_agree()


@pytest.mark.rule("R-401", "R-403")
async def test_the_account_here_goes_to_the_employee_scheme_whole_and_the_relation_ends() -> None:
    person = await account()
    row = await approved(**TO_EMPLOYEE)
    assert row.total_fen is not None
    assert (row.state, row.total_fen > 7 * 53_000, await balance(person)) == ("sent", True, 0)  # with its interest
    ended = await engine.fetchrow("select cause, state from termination where person_id = $1", person)
    assert ended is not None
    assert tuple(ended) == ("linkage", "registered")
    assert [(each[1], each[2]) for each in await orders()] == [("省城社会保险中心收入户", row.total_fen)]
    assert (await voucher(row.document_id)) == {"transfer_expense": row.total_fen, "transit": -row.total_fen}
    with pytest.raises(Refused, match="还没有付出"):
        await linkage.finished(COUNTY, row.id, "12月3日办结", HE_JING, FRIDAY)
    order = await engine.fetchval("select id from payment_order")
    await payment_orders.paid(COUNTY, order, FRIDAY.date(), CASHIER, FRIDAY)
    await linkage.follow(COUNTY, FRIDAY)
    await linkage.follow(COUNTY, FRIDAY)
    row = await now(row)
    assert (await voucher(row.payment_document_id)) == {"transit": row.total_fen, "expenditure_account": -(row.total_fen or 0)}
    await linkage.finished(COUNTY, row.id, "12月3日办结", HE_JING, FRIDAY)
    assert (await now(row)).state == "finished"
    assert len(await told("已经转到职工养老保险")) == 1
    await books_agree()


@pytest.mark.rule("R-340", "R-401")
async def test_a_subsidy_that_comes_late_follows_the_account_once_the_first_money_is_paid() -> None:
    person = await account()
    row = await approved(**TO_EMPLOYEE)
    await deposited(person, FRIDAY.date(), subsidy_county=3000)
    await linkage.follow(COUNTY, FRIDAY)
    assert await balance(person) == 3000  # one after the other
    await payment_orders.paid(COUNTY, await engine.fetchval("select max(id) from payment_order"), FRIDAY.date(), CASHIER, FRIDAY)
    for _ in range(3):
        await linkage.follow(COUNTY, FRIDAY)
    assert (await balance(person), (await now(row)).total_fen) == (0, (row.total_fen or 0) + 3000)
    assert [(each[1], each[2], each[3]) for each in await orders()][1:] == [("省城社会保险中心收入户", 3000, "waiting")]
    await payment_orders.paid(COUNTY, await engine.fetchval("select max(id) from payment_order"), FRIDAY.date(), CASHIER, FRIDAY)
    await linkage.follow(COUNTY, FRIDAY)
    assert (await voucher((await now(row)).payment_document_id)) == {"transit": 3000, "expenditure_account": -3000}
    await books_agree()


async def test_what_the_desk_may_do_and_what_it_is_told() -> None:
    await account()
    row = await approved()
    for employee, fen, words in (
        ({}, 1, "每年缴费的月数"), (dict.fromkeys(range(2000, 2015), 12), 1, "满15年"), ({2027: 1}, 1, "晚于今年"), ({2020: 1}, 0, "金额"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            await linkage.answered(COUNTY, row.id, employee, fen, HE_JING, FRIDAY)
    with pytest.raises(Refused):
        await linkage.answered(COUNTY, row.id, {2020: 1}, 1, ZHAO_MIN, FRIDAY)
    with pytest.raises(NotFound):
        await linkage.cancel(COUNTY, 999, "对方不同意", HE_JING, FRIDAY)
    with pytest.raises(Refused, match="为什么不办"):
        await linkage.cancel(COUNTY, row.id, "不", HE_JING, FRIDAY)
    row = await answered(row, EIGHT, 100)
    with pytest.raises(Refused, match="已经处理过"):
        await linkage.answered(COUNTY, row.id, EIGHT, 100, HE_JING, FRIDAY)
    await linkage.cancel(COUNTY, row.id, f"{OFFICE}说凭证有误", HE_JING, FRIDAY)
    assert (await now(row)).state == "cancelled"
    assert await engine.fetchval("select state from fund_document where kind = 'transfer_in'") == "cancelled"
    assert "没有变" in (await told("制度衔接没有办成"))[0]
    assert (await approved()).state == "asked"  # begun anew


async def test_money_that_came_is_not_thrown_away_by_cancelling() -> None:
    await account()
    row = await money(await answered(await approved(), EIGHT, 1000), 400)
    with pytest.raises(Refused, match="已经登记到款"):
        await linkage.cancel(COUNTY, row.id, "对方不同意转", HE_JING, FRIDAY)


@pytest.mark.rule("R-404")
@pytest.mark.parametrize("seed", range(3))
async def test_money_in_is_money_out_and_balances_and_no_year_counts_twice(seed: int) -> None:
    dice = random.Random(seed)
    here = sorted(dice.sample(range(2012, 2027), 5))
    employee = {year: dice.randint(1, 12) for year in dice.sample(range(2008, 2027), 9)}
    person = await account(here, {"personal": dice.randint(1, 500_000), "collective": dice.randint(0, 9_999), "subsidy_county": 3001})
    before, fen = await balance(person), dice.randint(1, 5_000_000)
    row = await money(await answered(await approved(employee_months=60), employee, fen), fen)
    assert await balance(person) + row.refund_fen == before + fen
    assert sum(each[2] for each in await orders()) == row.refund_fen
    counted = await years(person)
    assert (len(counted), row.years_after) == (len(set(counted)), len(counted))
    assert len(counted) * 12 + row.rest_months == 12 * len(here) + sum(m for y, m in employee.items() if y not in here)
    await books_agree()
