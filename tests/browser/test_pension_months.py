"""A pension lived through on a phone: told of before sixty, paid late, failed, paid to another account, stopped, made good,
increased. What staff does in between is done by the functions their pages call; the business date moves on."""

import re
from datetime import datetime

import pytest
from playwright.async_api import Page, expect

from db import engine
from domain import payments
from domain.agency import certification, sentences, suspensions
from domain.case.status import Status
from domain.runs import benefit_notice, run
from tests import make
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import fits, go_on
from tests.contributions.ways import CASHIER
from tests.items.claiming import LIN_JING, XIA_YU, claimed, sixty
from tests.make import CHINA, COUNTY, FENG_YUAN, ZHAO_MIN
from tests.payments import month as way
from tests.payments.lives import increase

pytestmark = pytest.mark.browser

WHO = person("demo-15")
MONTHLY = "239.23"  # 143.00 + 20.00 + 5.00 + 5.00 and 9,206.25 ÷ 139 = 66.23
PAY = "/pension"


async def day(year: int, month: int, number: int) -> datetime:
    """The business date is this one now."""
    at = datetime(year, month, number, 9, tzinfo=CHINA)
    await engine.execute("update installation set business_date = $1", at.date())
    return at


async def shows(phone: Page, town: Town, path: str, *words: str) -> None:
    await phone.goto(f"{town.portal}{path}")
    for each in words:
        await expect(phone.locator("main")).to_contain_text(each)
    await fits(phone)


async def told(at: datetime) -> None:
    kind = benefit_notice.KIND
    run_id = await run.prepare(kind, COUNTY, "202611", LIN_JING, at)
    await way.work(at)
    await run.review(kind, COUNTY, run_id, XIA_YU, at)
    await run.approve(kind, COUNTY, run_id, FENG_YUAN, at)
    await way.work(at)


async def determined() -> None:
    receipt = await claimed(WHO)
    for actor in (ZHAO_MIN, LIN_JING):
        await make.approve(receipt.case_id, actor)
    assert await make.approve(receipt.case_id, XIA_YU) is Status.EFFECTED


async def confirmed(phone: Page, town: Town) -> None:
    await phone.goto(f"{town.portal}{PAY}")
    await phone.get_by_role("button", name=re.compile("同意")).click()
    await expect(phone.locator("main")).to_contain_text("已经确认")
    await engine.execute("update payment_account set state = 'verified'")


async def begun(town: Town) -> tuple[int, Page]:
    """Somebody whose pension is confirmed on 20 November 2026, with the phone in hand."""
    person_id = await sixty(WHO)
    await day(2026, 11, 20)
    await determined()
    phone = await town.resident("demo-15")
    await confirmed(phone, town)
    return person_id, phone


@pytest.mark.rule("R-211", "R-222", "R-228", "R-252", "R-276", "R-283", "R-293", "R-300", "R-301", "R-302")
async def test_from_the_notice_to_the_months_that_are_made_good(town: Town) -> None:
    person_id = await sixty(WHO)
    await told(await day(2026, 10, 20))
    phone = await town.resident("demo-15")
    await phone.goto(town.portal)
    await phone.get_by_role("link", name=re.compile("待遇领取告知书")).first.click()
    await expect(phone.locator("main")).to_contain_text("2026年11月5日")
    await fits(phone)

    await day(2026, 11, 20)
    await determined()
    await shows(phone, town, PAY, "已经核定", MONTHLY, "2026年12月", "同意")
    await confirmed(phone, town)
    await shows(phone, town, PAY, "还没有发过", "下一次")

    # December's plan was missed: January's pays both months. Before the bank answers the account is changed.
    at = await day(2027, 1, 8)
    january = await way.planned(202701, at)
    await shows(phone, town, PAY, "等待发放", "478.46", "2027年1月25日")
    (file_id,) = await way.sent(january, at)
    await another_account(phone, town)
    await shows(phone, town, PAY, "已送银行", "尾号4567", "等银行核对户名")
    (line,) = await way.lines_of(file_id)
    assert line.account_no.endswith("0018"), "a running plan keeps the account it took"
    await way.returned(file_id, {person_id: "账户状态不正常"}, at)
    await shows(phone, town, PAY, "2027年1月的没有发成", "账户状态不正常", "已经换了账户")

    at = await day(2027, 1, 25)
    await payments.reissue(COUNTY, january, person_id, LIN_JING, at)
    await payments.write_files(COUNTY, january, CASHIER, at)
    (again,) = await way.open_files()
    (line,) = await way.lines_of(again)
    assert line.account_no.endswith("4567")
    await way.returned(again, at=at)
    await shows(phone, town, PAY, "正在领养老金", "已发放", "478.46")
    await phone.locator("main details summary").filter(has_text="478.46").last.click()
    for words in ("2026年12月补发：239.23元", "2027年1月当月养老金：239.23元", "第2次发", "尾号4567"):
        await expect(phone.locator("main")).to_contain_text(words)
    await fits(phone)

    # Nobody looked after the certification; November 2027 was the last month it held for.
    await way.paid(202711, await day(2027, 11, 8))
    at = await day(2027, 12, 2)
    assert await certification.follow(COUNTY, at) == 1
    await shows(phone, town, PAY, "正在核实", "没有按时办资格确认")
    (open_one,) = await engine.fetch("select id from benefit_suspension where state = 'proposed'")
    assert await suspensions.confirm(COUNTY, [open_one["id"]], XIA_YU, at) == 1
    await shows(phone, town, PAY, "从2027年12月起暂停", "没有按时办资格确认", "马上恢复")

    at = await day(2028, 2, 3)
    await shows(phone, town, "/certification", "已经过期")
    await phone.get_by_role("button", name=re.compile("重新登录确认|现在确认")).click()
    await expect(phone.locator("main")).to_contain_text("办好了")
    await fits(phone)
    await shows(phone, town, PAY, "以前暂停过1次", "停发的补发")
    await phone.goto(f"{town.portal}/messages")
    await phone.get_by_role("link", name=re.compile("养老金恢复发放")).first.click()
    await expect(phone.locator("main")).to_contain_text("补发2027年12月到2028年1月共2个月，大约478.46元")
    await fits(phone)
    await way.paid(202802, await day(2028, 2, 8))
    await shows(phone, town, PAY, "正在领养老金", "717.69")
    await phone.locator("main details summary").filter(has_text="717.69").last.click()
    await expect(phone.locator("main")).to_contain_text("2028年1月补发：239.23元")
    await fits(phone)


async def another_account(phone: Page, town: Town) -> None:
    await phone.goto(f"{town.portal}/apply/bank_account_change")
    await go_on(phone, "开始")
    await phone.fill("[name=bank]", "邮储银行")
    await phone.fill("[name=bank_account]", "6217 9955 0000 1234 567")
    await fits(phone)
    await go_on(phone)
    await go_on(phone, "没有错|提交")
    await expect(phone.locator("main")).to_contain_text("439901-")
    await fits(phone)


@pytest.mark.rule("R-240", "R-263", "R-307")
async def test_an_increase_from_the_past_is_seen_and_comes_with_the_next_month(town: Town) -> None:
    _, phone = await begun(town)
    await way.paid(202612, await day(2026, 12, 8))
    await way.paid(202701, await day(2027, 1, 8))
    await day(2027, 2, 2)
    await increase(202702, 202612, 2_000)  # the county's part, 5.00 so far
    await shows(phone, town, PAY, "254.23")
    await way.paid(202702, await day(2027, 2, 8))
    await shows(phone, town, PAY, "正在领养老金", "284.23")
    await phone.locator("main details summary").filter(has_text="284.23").last.click()
    for words in ("2026年12月补发：15.00元", "2027年1月补发：15.00元", "2027年2月当月养老金：254.23元"):
        await expect(phone.locator("main")).to_contain_text(words)
    await fits(phone)


@pytest.mark.rule("R-363", "R-364", "R-366")
async def test_a_prison_term_stops_the_pension_and_its_end_brings_it_back(town: Town) -> None:
    person_id, phone = await begun(town)
    await way.paid(202612, await day(2026, 12, 8))
    at = await day(2027, 1, 5)
    spell = await sentences.record(COUNTY, person_id, "imprisoned", 202701, "青刑初〔2026〕12号", LIN_JING, at)
    await shows(phone, town, PAY, "从2027年1月起停发：收监服刑", "申请恢复发放")
    assert "下一次" not in await phone.locator("main").inner_text()
    assert await way.lines(person_id, await way.planned(202702, await day(2027, 2, 8))) == []
    await sentences.end(COUNTY, spell, 202703, "释放证明", LIN_JING, await day(2027, 3, 20))
    at = await day(2027, 4, 8)
    await shows(phone, town, PAY, "正在领养老金", "下一次", "2027年4月")
    april = await way.paid(202704, at)
    assert await way.lines(person_id, april) == [(202704, "regular", 23923)]  # nothing for the months in prison
    await shows(phone, town, PAY, "2027年4月")
