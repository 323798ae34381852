"""Every fen of an account on a phone: the sum, a year, why a line is there, the statement as a file, the tier for this year."""

import re
from datetime import date

import pytest
from playwright.async_api import expect

from tests import make
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import fits
from tests.contributions.ways import booked, paid
from tests.runs.conftest import settle

pytestmark = pytest.mark.browser


@pytest.mark.rule("R-197", "R-198", "R-201")
async def test_a_resident_sees_every_fen_of_the_account_and_takes_the_statement_along(town: Town) -> None:
    liguyu = person("demo-02")
    await make.participant(liguyu)
    await booked(paid(30000, liguyu, 2025, on=date(2025, 3, 10), external_no="T1"))
    await settle(2025)
    phone = await town.resident("demo-02")

    await phone.get_by_role("link", name="账户").first.click()
    await fits(phone, phone.get_by_text("305.63").first)  # 300.00 with nine months of 2.5 %
    await phone.get_by_role("link", name="2025年", exact=True).click()
    line = phone.locator("details", has_text="个人缴费").first
    await fits(phone, line)
    await line.locator("summary").click()
    await expect(line).to_contain_text("从2025年4月")
    await fits(phone, phone.get_by_text("5.63元").last)

    await phone.goto(f"{town.portal}/account")
    await phone.get_by_role("link", name=re.compile("对账单")).first.click()
    await phone.get_by_role("link", name="2025年对账单").click()
    printed = phone.get_by_role("link", name="打印对账单（PDF）")
    await fits(phone, printed)
    answer = await phone.request.get(f"{town.portal}{await printed.get_attribute('href')}")
    assert answer.ok
    assert (await answer.body()).startswith(b"%PDF")

    await phone.get_by_role("link", name="缴费").first.click()
    await phone.get_by_role("link", name="选档次，看政府补多少").click()
    choose = phone.locator("select[name=tier]")
    await fits(phone, choose)
    await choose.select_option("1000")
    await phone.get_by_role("button", name="看一看").click()
    await fits(phone, phone.get_by_text("1,080.00元").first)
