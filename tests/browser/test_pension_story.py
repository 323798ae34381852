"""The pension on a phone: the page says what to do, the claim is filed, three desks decide, the person says yes."""

import re

import pytest
from playwright.async_api import expect

from db import engine
from domain.actor import Post
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import approve_next, fits, go_on
from tests.items.claiming import sixty

pytestmark = pytest.mark.browser


@pytest.mark.rule("R-219", "R-222", "R-237")
async def test_a_resident_of_sixty_claims_the_pension_and_says_yes(town: Town, photo: str) -> None:
    person_id = await sixty(person("demo-15"))
    await town.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    await town.hire("林静", Post.COUNTY_BENEFIT)
    await town.hire("夏雨", Post.COUNTY_BENEFIT)
    phone = await town.resident("demo-15")

    await phone.goto(f"{town.portal}/pension")
    claim = phone.get_by_role("link", name="申请领取养老金").first
    await fits(phone, claim)
    await claim.click()
    await phone.locator("main").get_by_role("link", name="开始办理").or_(
        phone.locator("main .buttons").get_by_role("button", name=re.compile("开始"))
    ).first.click()
    bank, begin = phone.locator("[name=bank]"), phone.locator("main .buttons").get_by_role("button", name=re.compile("开始"))
    await expect(bank.or_(begin).first).to_be_visible()
    if await begin.count():
        await begin.first.click()
    await expect(bank).to_be_visible()
    await bank.fill("农商银行")
    await phone.fill("[name=bank_account]", "6228480402564890018")
    await fits(phone)
    await go_on(phone)
    await phone.set_input_files("input[type=file][name=id_document]", photo)
    await go_on(phone, "上传|继续|保存")
    right = phone.get_by_role("button", name=re.compile("没有错")).first
    await fits(phone, right)
    await right.click()
    await expect(phone.locator("main")).to_contain_text("439901-")

    for name, words in (("赵敏", "初审通过"), ("林静", "初审通过"), ("夏雨", "审核通过")):
        desk = await approve_next(town, name, words)
        await desk.close()
    assert await engine.fetchval("select state from benefit where person_id = $1", person_id) == "determined"

    await phone.goto(f"{town.portal}/pension")
    yes = phone.get_by_role("button", name=re.compile("确认|同意"))
    await fits(phone, yes.first)
    await yes.first.click()
    await expect(phone.locator("main")).to_contain_text("每月")
    await fits(phone)
    assert await engine.fetchval("select state from benefit where person_id = $1", person_id) == "confirmed"
