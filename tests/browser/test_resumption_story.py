"""A pension that was stopped, on a phone: why, one tap to the application, the promise, two desks, and what comes back."""

import re

import pytest
from playwright.async_api import expect

from db.queries import clock
from domain import months
from domain.actor import Post
from domain.agency import suspensions
from tests.agency.pensioner import drawing, only
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import approve_next, fits, go_on
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, ZHAO_MIN
from tests.payments.month import banked

pytestmark = pytest.mark.browser


@pytest.mark.rule("R-293", "R-302")
async def test_a_stopped_pension_is_asked_back_on_the_phone_and_the_stopped_months_come_with_it(town: Town) -> None:
    now = await clock.now()
    this = months.month_of(now.date())
    who = person("demo-04")
    person_id = await drawing(who, region="439901010101", certified=this)
    await banked(1, person_id)
    held = await suspensions.propose(
        COUNTY, person_id, "suspected_dual", months.after(this, -2), "邻县的名单里有同名同号的人", ZHAO_MIN, now
    )
    await suspensions.confirm(COUNTY, [held], LIN_JING, now)
    await town.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    await town.hire("林静", Post.COUNTY_BENEFIT)
    phone = await town.resident("demo-04")

    await phone.goto(f"{town.portal}/pension")
    await expect(phone.locator("main")).to_contain_text("可能重复领取养老金")
    ask = phone.get_by_role("link", name="原因没有了，申请恢复发放")
    await fits(phone, ask)
    await ask.click()
    await phone.locator("main .buttons").get_by_role("button", name=re.compile("开始")).first.click()
    chosen = phone.locator('input[name=why][value="not_dual"]')
    await expect(chosen).to_be_checked()  # the answer that fits is there already
    await fits(phone)
    await go_on(phone)
    right = phone.get_by_role("button", name=re.compile("没有错")).first
    await fits(phone, right)
    await right.click()
    signature = phone.get_by_label(re.compile("签名")).first
    await fits(phone, signature)
    await signature.fill(who.name)
    await phone.locator("main .buttons").get_by_role("button").first.click()
    await expect(phone.locator("main")).to_contain_text("439901-")

    for name, words in (("赵敏", "初审通过"), ("林静", "审核通过")):
        desk = await approve_next(town, name, words)
        await desk.close()
    assert (await only(person_id))["state"] == "lifted"
    await phone.goto(f"{town.portal}/pension")
    await expect(phone.locator("main")).to_contain_text("下一次在")
    await expect(phone.locator("main")).not_to_contain_text("暂停发放")
    await fits(phone)
    await phone.goto(f"{town.portal}/messages")
    await phone.get_by_role("link", name="养老金恢复发放").first.click()
    await expect(phone.locator("main")).to_contain_text("共2个月，大约286.00元")
