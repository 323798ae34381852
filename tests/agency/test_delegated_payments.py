"""Allowances of other bureaus: judged line by line, paid once a month, held and asked for when the pension stops, never mixed with the
fund."""

from datetime import datetime
from io import BytesIO

import asyncpg
import pytest
from python_calamine import load_workbook

from db import engine
from db.stores import books
from db.stores.books import VoucherLine
from domain import finance, verify
from domain.agency import (
    delegated_files,
    delegated_lists,
    delegated_payments,
    delegated_programmes,
)
from domain.agency.delegated_programmes import Programme
from domain.errors import NotFound, Refused
from tests.agency import delegating as way
from tests.agency.delegating import AT, MONTH, OFFICER, SECOND, codes, person, row
from tests.contributions.ways import CASHIER, told
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY, FENG_YUAN
from tests.payments import month as pensions
from tests.runs.conftest import REVIEWER

pytestmark = pytest.mark.usefixtures("db")
JANUARY = datetime(2027, 1, 8, 9, tzinfo=CHINA)
FEBRUARY = datetime(2027, 2, 8, 9, tzinfo=CHINA)


# ------------------------------------------------------------------ programmes


@pytest.mark.rule("R-437", "R-016")
async def test_a_programme_is_one_person_s_proposal_and_another_s_word() -> None:
    new = Programme(
        name="津贴", principal="民政局", purpose="津贴", from_month=MONTH, last_month=None, pay_day=20, document="1号"
    )
    with pytest.raises(Refused) as refused:
        await delegated_programmes.open_programme(COUNTY, new, LIN_JING, AT)
    assert codes(refused) == ["wrong-post"]
    programme = await delegated_programmes.open_programme(COUNTY, new, OFFICER, AT)
    with pytest.raises(Refused) as refused:
        await way.drafted(programme)
    assert codes(refused) == ["no-term"]
    term = await engine.fetchval("select id from delegated_term")
    with pytest.raises(Refused) as refused:
        await delegated_programmes.decide_programme(COUNTY, term, OFFICER, AT, approve=True)
    assert codes(refused) == ["own"]
    await delegated_programmes.decide_programme(COUNTY, term, FENG_YUAN, AT, approve=True)
    with pytest.raises(Refused) as refused:
        await delegated_programmes.decide_programme(COUNTY, term, SECOND, AT, approve=False)
    assert codes(refused) == ["decided"]
    with pytest.raises(Refused) as refused:
        await delegated_programmes.open_programme(COUNTY, new, OFFICER, AT)
    assert codes(refused) == ["name-taken"]


async def test_a_programme_changes_from_a_month_that_is_not_paid_yet() -> None:
    programme = await way.programme()
    await way.lives(1)
    await way.listed(programme, row(person(1)))
    await way.drafted(programme)
    with pytest.raises(Refused) as refused:
        await delegated_programmes.change_programme(COUNTY, programme, MONTH, None, 10, "2号", OFFICER, AT)
    assert codes(refused) == ["paid"]
    await delegated_programmes.change_programme(COUNTY, programme, 202701, 202701, 10, "2号", OFFICER, AT)
    await way.approved_term(programme)
    january = await way.drafted(programme, 202701, JANUARY)
    assert f"{await engine.fetchval('select pay_on from delegated_month where id = $1', january)}" == "2027-01-08"
    with pytest.raises(Refused) as refused:
        await way.drafted(programme, 202702, JANUARY)
    assert codes(refused) == ["no-term"]


# ------------------------------------------------------------------ lists


async def test_a_list_is_judged_line_by_line_and_nothing_is_lost() -> None:
    programme = await way.programme()
    await way.lives(1)
    await way.lives(2, bank=None)
    stranger, other = person(3), person(1)
    list_id = await way.imported(
        programme, row(person(1)), row(person(1)), row(stranger), ["邻居丁", other.id_number[:-1] + "0", "新增", "202612", "1"],
        row(person(2), "加"), row(person(2), "新增", 202613), row(person(2), "新增", MONTH, "0"), row(person(2), "停发"),
        row(person(2), "新增", 202512), row(person(2), "新增", MONTH, "10.999"), row(person(2), "新增", MONTH, "100000.01"),
        row(person(2), "新增", MONTH, "5", "202611"), row(person(2), "新增", MONTH, "5", "", "", "6228480403000001"),
        ["别人", person(2).id_number, "新增", "202612", "1"],
    )  # fmt: skip
    said = await way.said(list_id)
    assert said[0] == ("good", "")
    assert {state for state, _ in said[1:]} == {"refused"}
    words = ["和第2行是同一个人", "没有查到", "号码", "“办理”", "6位数字", "大于0", "没有在发", "最多补到11个月", "最多两位小数", "不超过10万",
             "最后一个月", "哪家银行", "姓名和参保登记"]  # fmt: skip
    for (_, reason), word in zip(said[1:], words, strict=True):
        assert word in reason
    counts = await engine.fetchrow("select good_count, refused_count from delegated_list")
    assert counts is not None
    assert tuple(counts) == (1, 13)


async def test_a_list_without_a_good_line_and_a_list_that_came_before_are_refused() -> None:
    programme = await way.programme()
    await way.lives(1)
    with pytest.raises(Refused) as refused:
        await way.imported(programme, row(person(1), "停发"))
    assert codes(refused) == ["no-good-line", "line"]
    file = way.sheet([row(person(1))])
    await delegated_lists.import_list(COUNTY, programme, "3号", file, OFFICER, AT)
    with pytest.raises(Refused) as refused:
        await delegated_lists.import_list(COUNTY, programme, " 3号 ", file, OFFICER, AT)
    assert codes(refused) == ["list-twice"]


@pytest.mark.rule("R-016")
async def test_a_list_acts_when_a_second_person_has_approved_it() -> None:
    programme = await way.programme()
    await way.lives(1)
    list_id = await way.imported(programme, row(person(1)))
    assert not await engine.fetchval("select count(*) from delegated_allowance")
    with pytest.raises(Refused) as refused:
        await delegated_lists.decide_list(COUNTY, list_id, OFFICER, AT, approve=True)
    assert codes(refused) == ["own"]
    again = await way.imported(programme, row(person(1)))
    await delegated_lists.decide_list(COUNTY, list_id, SECOND, AT, approve=True)
    await delegated_lists.decide_list(COUNTY, again, SECOND, AT, approve=True)
    assert await way.said(again) == [("refused", "这个人已经在发，不用新增；金额变了的，请填变更。")]
    assert await engine.fetchval("select count(*) from delegated_allowance") == 1
    third = await way.imported(programme, row(person(1), "停发", 202701))
    await delegated_lists.decide_list(COUNTY, third, OFFICER, AT, approve=False)
    assert await engine.fetchval("select last_month from delegated_allowance") is None


async def test_amounts_change_and_end_from_a_month_that_is_not_listed_yet() -> None:
    programme = await way.programme()
    someone = await way.lives(1)
    await way.listed(programme, row(person(1), "新增", 202611))
    december = await way.drafted(programme)
    assert await way.due(december) == {someone: [202611, 202612]}
    with pytest.raises(Refused):
        await way.imported(programme, row(person(1), "变更", MONTH, "120"))
    await way.listed(programme, row(person(1), "变更", 202701, "120"))
    await way.listed(programme, row(person(1), "停发", 202702))
    january = await way.drafted(programme, 202701, JANUARY)
    assert await way.transfers(january) == {someone: ("planned", "", 12000)}
    assert await way.transfers(await way.drafted(programme, 202702, FEBRUARY)) == {}
    await way.listed(programme, row(person(1), "新增", 202703, "130"), at=FEBRUARY)
    march = await way.drafted(programme, 202703, FEBRUARY)
    assert await way.transfers(march) == {someone: ("planned", "", 13000)}


async def test_a_change_before_a_change_and_an_end_before_the_beginning() -> None:
    programme = await way.programme()
    one, two = [await way.lives(number) for number in (1, 2)]
    await way.listed(programme, row(person(1)), row(person(2), "新增", 202702))
    await way.listed(programme, row(person(1), "变更", 202702, "120"))
    early = await way.listed(programme, row(person(1), "变更", 202701, "110"), row(person(2), "停发", 202701))
    assert await way.said(early) == [("applied", ""), ("applied", "")]
    december = await way.drafted(programme)
    january, february = [await way.drafted(programme, month, JANUARY) for month in (202701, 202702)]
    assert [(await way.transfers(month))[one][2] for month in (december, january, february)] == [10000, 11000, 11000]
    assert two not in await way.transfers(february)
    await way.listed(programme, row(person(2), "新增", 202703))
    late = await way.imported(programme, row(person(2), "变更", 202702, "1"), row(person(1), "变更", 202703, "1"))
    assert [reason for _, reason in await way.said(late)] == ["这个人那个月还没有开始发。", ""]


async def test_the_account_of_a_list_is_used_only_where_there_is_none_and_no_pension() -> None:
    programme = await way.programme()
    bare, held = await way.lives(1, bank=None), await way.lives(2)
    draws = await pensions.draws(3, bank=None)
    given = ("", "邮储银行", "6217 0000 1234 5678")
    pensioner = pensions.pensioner(3)
    await way.listed(programme, row(person(1), "新增", MONTH, "1", *given), row(person(2), "新增", MONTH, "1", *given),
                     row(pensioner, "新增", MONTH, "1", *given))  # fmt: skip
    rows = await engine.fetch(
        "select person_id, account_tail, origin, state from payment_account where ended_at is null order by person_id"
    )
    assert [tuple(each) for each in rows] == [
        (bare, "5678", "import", "unverified"),
        (held, "0002", "import", "unverified"),
    ]
    transfers = await way.transfers(await way.drafted(programme))
    assert transfers == {bare: ("planned", "", 100), held: ("planned", "", 100), draws: ("left_out", "no_account", 100)}


# ------------------------------------------------------------------ a month


@pytest.mark.rule("R-016", "R-251", "R-437")
async def test_a_month_from_the_list_to_the_report() -> None:
    programme = await way.programme()
    good, failing, bare = await way.lives(1), await way.lives(2), await way.lives(3, bank=None)
    await way.listed(programme, row(person(1)), row(person(2), "新增", MONTH, "50.50"), row(person(3)))
    month = await way.drafted(programme)
    with pytest.raises(Refused) as refused:
        await delegated_payments.review(COUNTY, month, OFFICER, AT)
    assert codes(refused) == ["own"]
    await delegated_payments.review(COUNTY, month, SECOND, AT)
    assert "没有登记可以用的银行账户" in (await told(f"{way.NAME}没有发放"))[0]
    with pytest.raises(Refused) as refused:
        await delegated_payments.fund(COUNTY, month, way.slip(15049), CASHIER, AT)
    assert codes(refused) == ["amount"]
    arrived = way.slip(15050)
    await delegated_payments.fund(COUNTY, month, arrived, CASHIER, AT)
    assert await delegated_files.write_files(COUNTY, month, CASHIER, AT) == 1
    (file_id,) = await way.open_files()
    name = await engine.fetchval("select file_name from exchange_file where id = $1", file_id)
    assert name.startswith("BT439901")
    assert await way.returned(file_id, {failing: "账户已冻结"})
    assert not await way.returned(file_id, {failing: "账户已冻结"})
    assert "账户已冻结" in (await told(f"{way.NAME}没有发成"))[0]
    assert await way.state(month) == "sent"
    with pytest.raises(Refused):
        await delegated_files.give_up(COUNTY, month, failing, " ", OFFICER, AT)
    await delegated_files.give_up(COUNTY, month, failing, "本人在外地", OFFICER, AT)
    assert await way.state(month) == "settled"
    with pytest.raises(Refused):
        await delegated_payments.close(COUNTY, month, OFFICER, AT)
    await delegated_payments.book(COUNTY, month, REVIEWER, AT)
    with pytest.raises(Refused) as refused:
        await delegated_payments.close(COUNTY, month, OFFICER, AT)
    assert codes(refused) == ["not-given-back"]
    with pytest.raises(Refused) as refused:
        await delegated_payments.give_back(COUNTY, month, way.slip(5049), CASHIER, AT)
    assert codes(refused) == ["amount"]
    await delegated_payments.give_back(COUNTY, month, way.slip(5050), CASHIER, AT)
    with pytest.raises(Refused) as refused:
        await delegated_payments.give_back(COUNTY, month, way.slip(5050), CASHIER, AT)
    assert codes(refused) == ["nothing"]
    await delegated_payments.close(COUNTY, month, OFFICER, AT)
    sheet = load_workbook(BytesIO(await delegated_payments.report(COUNTY, month, OFFICER, AT)))
    rows = sheet.get_sheet_by_name("发放结果").to_python()
    assert [each[:1] + each[2:6] for each in rows[1:]] == [
        ["邻居乙", "202612", "100.00", "已发", ""],
        ["邻居丙", "202612", "50.50", "没有发成，退回", "银行没有发成：本人在外地"],
        ["邻居丁", "202612", "100.00", "没有发", "没有登记可以用的银行账户"],
    ]
    assert await way.vouchers() == [
        {"kind": kind, "total_fen": fen, "accounts": ["entrusted_account", "entrusted_payable"]}
        for kind, fen in (("delegated_arrival", 15050), ("delegated_payment", 10000), ("delegated_return", 5050))
    ]
    assert await way.balance() == 0
    assert (await verify.county(COUNTY)).text() == ""
    january = await way.drafted(programme, 202701, JANUARY)
    assert await way.due(january) == {good: [202701], failing: [202701]}, (
        "what was given back is the principal's to decide"
    )
    assert (await way.transfers(january))[bare] == ("left_out", "no_account", 20000)


async def test_what_failed_goes_to_the_account_in_use_now() -> None:
    programme = await way.programme()
    someone = await way.lives(1)
    await way.listed(programme, row(person(1)))
    month = await way.paid(programme, failing={someone: "户名不符"})
    with pytest.raises(NotFound):
        await delegated_files.reissue(COUNTY, month, someone + 99, OFFICER, AT)
    await engine.execute("update payment_account set ended_at = now() where person_id = $1", someone)
    with pytest.raises(Refused) as refused:
        await delegated_files.reissue(COUNTY, month, someone, OFFICER, AT)
    assert codes(refused) == ["no-account"]
    await pensions.banked(1, someone, "邮储银行")
    await delegated_files.reissue(COUNTY, month, someone, OFFICER, AT)
    with pytest.raises(Refused) as refused:
        await delegated_files.reissue(COUNTY, month, someone, OFFICER, AT)
    assert codes(refused) == ["other-state"]
    assert await delegated_files.write_files(COUNTY, month, CASHIER, AT) == 1
    (file_id,) = await way.open_files()
    assert await engine.fetchval("select partner from exchange_file where id = $1", file_id) == "邮储银行"
    await way.returned(file_id)
    await way.finished(month)
    assert await way.state(month) == "closed"


async def test_a_bank_s_answer_is_taken_whole_or_not_at_all() -> None:
    programme = await way.programme()
    people = [await way.lives(number) for number in (1, 2)]
    await way.listed(programme, row(person(1)), row(person(2)))
    month = await way.funded(programme)
    await delegated_files.write_files(COUNTY, month, CASHIER, AT)
    (file_id,) = await way.open_files()
    success, failure, fen = pensions.answer(await way.lines_of(file_id), {})
    for broken in ((success[:40], failure, fen), (success, failure, fen - 1)):
        with pytest.raises(Refused):
            await delegated_files.take_return(COUNTY, file_id, *broken, AT.date(), CASHIER, AT)
    for day in (9, 11):
        with pytest.raises(Refused) as refused:
            await delegated_files.take_return(
                COUNTY, file_id, success, failure, fen, AT.date().replace(day=day), CASHIER, AT
            )
        assert codes(refused) == ["paid-on"]
    assert {state for state, _, _ in (await way.transfers(month)).values()} == {"sent"}
    await way.returned(file_id)
    with pytest.raises(Refused) as refused:
        await way.returned(file_id, {people[0]: "账户不存在"})
    assert codes(refused) == ["other-return"]


async def test_a_month_of_a_programme_is_paid_once(owner: asyncpg.Connection) -> None:
    programme, other = await way.programme(), await way.programme("独生子女奖励")
    someone = await way.lives(1)
    await way.listed(programme, row(person(1)))
    await way.listed(other, row(person(1), "新增", MONTH, "7"))
    month = await way.drafted(programme)
    assert await way.due(await way.drafted(other)) == {someone: [MONTH]}
    with pytest.raises(Refused) as refused:
        await way.drafted(programme)
    assert codes(refused) == ["month-twice"]
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "with m as (insert into delegated_month (county_code, programme_id, month, state, pay_on, drafted_at, drafted_by, drafted_by_name)"
            " select county_code, programme_id, 202701, state, pay_on, drafted_at, drafted_by, drafted_by_name from delegated_month"
            " where id = $1 returning id) insert into delegated_line select county_code, m.id, programme_id, person_id, due_month, amount_fen"
            " from delegated_line, m where month_id = $1",
            month,
        )  # fmt: skip
    await delegated_payments.cancel(COUNTY, month, OFFICER, AT)
    assert await way.due(await way.funded(programme)) == {someone: [MONTH]}
    (again,) = await engine.fetch(
        "select id from delegated_month where programme_id = $1 and state = 'funded'", programme
    )
    with pytest.raises(Refused):
        await delegated_payments.cancel(COUNTY, again["id"], OFFICER, AT)


async def test_each_step_is_of_its_post_and_in_its_order() -> None:
    programme = await way.programme()
    await way.lives(1)
    await way.listed(programme, row(person(1)))
    month = await way.drafted(programme)
    for step in (
        delegated_payments.fund(COUNTY, month, way.slip(10000), CASHIER, AT),
        delegated_files.write_files(COUNTY, month, CASHIER, AT),
        delegated_payments.book(COUNTY, month, REVIEWER, AT),
        delegated_payments.close(COUNTY, month, OFFICER, AT),
    ):
        with pytest.raises(Refused) as refused:
            await step
        assert codes(refused) == ["other-state"]
    await delegated_payments.review(COUNTY, month, SECOND, AT)
    for step in (
        delegated_payments.fund(COUNTY, month, way.slip(10000), OFFICER, AT),
        delegated_files.write_files(COUNTY, month, OFFICER, AT),
        delegated_payments.book(COUNTY, month, OFFICER, AT),
        delegated_payments.close(COUNTY, month, CASHIER, AT),
    ):
        with pytest.raises(Refused) as refused:
            await step
        assert codes(refused) == ["wrong-post"]
    with pytest.raises(Refused) as refused:
        await way.drafted(programme, 202702)
    assert codes(refused) == ["month"]


async def test_an_account_that_the_bank_does_not_know_is_none() -> None:
    programme = await way.programme()
    someone = await way.lives(1)
    await way.listed(programme, row(person(1)))
    await engine.execute("update payment_account set state = 'rejected'")
    assert await way.transfers(await way.drafted(programme)) == {someone: ("left_out", "no_account", 10000)}


async def test_a_month_in_which_nobody_can_be_paid_is_not_reviewed() -> None:
    programme = await way.programme()
    await way.lives(1, bank=None)
    await way.listed(programme, row(person(1)))
    with pytest.raises(Refused) as refused:
        await way.reviewed(programme)
    assert codes(refused) == ["nobody"]


# ------------------------------------------------------------------ entrusted money


@pytest.mark.rule("R-459")
async def test_entrusted_money_never_meets_the_fund() -> None:
    programme = await way.programme()
    await way.lives(1)
    await way.listed(programme, row(person(1)))
    month = await way.funded(programme)
    assert await way.balance() == 10000
    mixed = [VoucherLine("expenditure_account", 1, 0), VoucherLine("entrusted_payable", 0, 1)]
    async with engine.transaction():
        with pytest.raises(ValueError, match="entrusted"):
            await books.write_voucher(COUNTY, 202612, 1, AT.date(), "x", mixed, 1, "x", AT)
    for source, target in (("entrusted_account", "expenditure_account"), ("fiscal_account", "entrusted_account")):
        with pytest.raises(Refused) as refused:
            await finance.move(COUNTY, source, target, 1, "M", AT.date(), REVIEWER, AT)
        assert codes(refused) == ["movement"]
    arrival = await engine.fetchval("select arrival_id from delegated_month where id = $1", month)
    slip = finance.Slip(
        account="entrusted_account", bank="x", slip_no="y", received_on=AT.date(), amount_fen=1, people=0
    )
    for document in (None, arrival):
        with pytest.raises(Refused):
            await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)


@pytest.mark.rule("R-471")
async def test_a_slip_pays_one_month() -> None:
    one, two = await way.programme(), await way.programme("独生子女奖励")
    await way.lives(1)
    await way.listed(one, row(person(1)))
    await way.listed(two, row(person(1)))
    first, second = await way.reviewed(one), await way.reviewed(two)
    slip = way.slip(10000)
    await delegated_payments.fund(COUNTY, first, slip, CASHIER, AT)
    with pytest.raises(Refused) as refused:
        await delegated_payments.fund(COUNTY, second, slip, CASHIER, AT)
    assert codes(refused) == ["document-twice"]
    assert await way.state(second) == "reviewed"
