"""A death in the family, on a phone: what is asked, what is explained, where the money is; a child among the heirs; a death that
was none. What staff does in between is done by the functions their pages call, or at their desks; the business date moves on."""

import re

import pytest
from playwright.async_api import Page, expect

from db import engine
from db.stores import benefits
from domain.actor import Post
from domain.agency import payment_orders
from domain.case import flow
from domain.case.flow import Signature
from domain.case.item import Applicant
from domain.case.status import Status
from domain.items import case_reversal, deregistration
from tests import make
from tests.agency.pensioner import drawing
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import approve_next, fits, go_on
from tests.browser.test_pension_months import day, shows
from tests.contributions.ways import CASHIER
from tests.leaving import family
from tests.make import COUNTY, FENG_YUAN, HE_JING, ZHAO_MIN, ZHENG_TAO, id_number
from tests.payments import month as way

pytestmark = pytest.mark.browser
DAUGHTER, FATHER = person("demo-12"), way.pensioner(1)
CHILD, CHILDS_NUMBER = "刘小满", id_number(way.AT.date().replace(year=2014), 345)
CARD, OTHER_CARD = "6228480402564890018", "6217995500001234567"


async def desks(town: Town) -> None:
    await town.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    await town.hire("何静", Post.COUNTY_ACCOUNT)


async def approve(town: Town) -> None:
    for name, words in (("赵敏", "初审通过"), ("何静", "审核通过")):
        desk = await approve_next(town, name, words)
        await desk.close()
    assert await engine.fetchval("select status from service_case") == "effected"


async def begun(phone: Page, town: Town) -> None:
    """From the home page to the first question."""
    await phone.goto(town.portal)
    await fits(phone)
    await phone.get_by_role("link", name=re.compile("家里人去世了")).click()
    await expect(phone.locator("main")).to_contain_text("请您节哀")
    await fits(phone)
    await phone.fill("[name=name]", FATHER.name)
    await phone.fill("[name=id_number]", FATHER.id_number)
    await go_on(phone)
    died = phone.locator("[name=happened_on]")
    await fits(phone, died)
    await died.fill("20261215")
    await phone.locator("[name=relation]").select_option("3")
    await go_on(phone)
    await fits(phone, phone.locator("[name='receivers.0.bank']"))


async def signed(phone: Page) -> str:
    """From the last question to the receipt; the address of the case."""
    await fits(phone, phone.locator("[name=phone]"))
    await go_on(phone)
    right = phone.get_by_role("button", name=re.compile("没有错")).first
    await fits(phone, right)
    await right.click()
    signature = phone.get_by_label(re.compile("签名")).first
    await fits(phone, signature)
    await signature.fill(DAUGHTER.name)
    await phone.locator("main .buttons").get_by_role("button").first.click()
    await expect(phone.locator("main")).to_contain_text("439901-")
    return phone.url.removesuffix("/receipt")


@pytest.mark.rule("R-316", "R-317", "R-319", "R-321", "R-327", "R-339", "R-344")
async def test_a_daughter_closes_her_fathers_account_and_the_money_arrives(town: Town) -> None:
    father = await family.pensioner(first=202611)
    await way.suspended(father, 202611, "lifted", 202611, pays_arrears=False)
    for number, (year, month) in ((202612, (2026, 12)), (202701, (2027, 1)), (202702, (2027, 2))):
        await family.month(number, await day(year, month, 10))
    await engine.execute("update benefit_suspension set pays_arrears = true")  # November had been stopped wrongly
    await benefits.recheck(COUNTY, [father], 202611)
    at = await day(2027, 2, 22)
    await make.sources(when=at, deaths={FATHER: {"died_on": "2026-12-15"}})
    await desks(town)
    phone = await town.resident("demo-12")

    await begun(phone, town)
    await phone.locator("[name='receivers.0.relation']").select_option("3")
    await phone.fill("[name='receivers.0.bank']", "农商银行")
    await phone.fill("[name='receivers.0.bank_account']", CARD)
    await go_on(phone)
    case = await signed(phone)
    await phone.goto(case)
    await expect(phone.locator("main")).to_contain_text("如果今天结算")
    await fits(phone)

    await approve(town)
    settled = await family.row(await engine.fetchval("select id from settlement"))
    assert (settled["arrears_fen"], settled["overpaid_fen"]) == (20923, 2 * 20923)
    assert settled["funeral_fen"] > 0
    payable = f"{settled['payable_fen'] // 100:,}.{settled['payable_fen'] % 100:02d}元"
    for words in (
        f"一共付{payable}",
        "减418.46元",
        "2027年1月、2027年2月不应当发",
        "209.23元",
        "等财务付到农商银行尾号0018的账户",
    ):
        await phone.goto(case)
        await expect(phone.locator("main")).to_contain_text(words)
    await fits(phone)
    where = await phone.get_by_role("link", name=re.compile("个人账户返还结算单")).get_attribute("href")
    sheet = await (await phone.request.get(f"{town.portal}{where}")).body()
    assert sheet.startswith(b"%PDF")
    await phone.get_by_role("link", name="长辈版").or_(phone.get_by_role("button", name="长辈版")).first.click()
    await expect(phone.locator("main")).to_contain_text(payable)
    await fits(phone)

    await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), at.date(), CASHIER, at)
    await phone.goto(case)
    await expect(phone.locator("main")).to_contain_text("2027年2月22日已经付到农商银行尾号0018的账户")
    await phone.goto(f"{town.portal}/messages")
    await phone.get_by_role("link", name=re.compile("注销结算已经付款")).first.click()
    await expect(phone.locator("main")).to_contain_text(payable)
    await fits(phone)
    await family.books_agree()


@pytest.mark.rule("R-333", "R-335", "R-336", "R-345")
async def test_a_child_among_the_heirs_is_paid_through_the_guardian_who_brings_an_account_later(town: Town) -> None:
    await family.pensioner()
    at = await day(2026, 12, 22)
    await make.sources(when=at, deaths={FATHER: {"died_on": "2026-12-15"}})
    await desks(town)
    phone = await town.resident("demo-12")
    await begun(phone, town)
    await phone.locator("[name='receivers.0.relation']").select_option("3")
    await phone.fill("[name='receivers.0.share_percent']", "50")
    await phone.fill("[name='receivers.0.bank']", "农商银行")
    await phone.fill("[name='receivers.0.bank_account']", CARD)
    await phone.get_by_role("button", name=re.compile("再加|添加|增加")).click()
    row = {
        "name": CHILD,
        "id_number": CHILDS_NUMBER,
        "share_percent": "50",
        "guardian_name": DAUGHTER.name,
        "guardian_number": DAUGHTER.id_number,
    }
    await expect(phone.locator("[name='receivers.1.name']")).to_be_visible()
    for name, value in row.items():
        await phone.fill(f"[name='receivers.1.{name}']", value)
    await phone.locator("[name='receivers.1.relation']").select_option("4")
    await go_on(phone)
    case = await signed(phone)
    await approve(town)

    await phone.goto(case)
    await expect(phone.locator("main")).to_contain_text(f"{CHILD}（{DAUGHTER.name}代领）")
    await fits(phone)
    await phone.get_by_role("link", name="填写收款账户").click()
    await phone.fill("[name=bank]", "邮储银行")
    await phone.fill("[name=bank_account]", OTHER_CARD)
    await fits(phone)
    await go_on(phone, "付到这个账户")
    await expect(phone.locator("main")).to_contain_text("等财务付到邮储银行尾号4567的账户")
    assert [(payee, state) for _, payee, _, state in await family.orders()] == [(DAUGHTER.name, "waiting")] * 2
    await family.books_agree()


@pytest.mark.rule("R-338", "R-343")
async def test_who_was_called_dead_by_mistake_gets_the_pension_back_with_its_arrears(town: Town) -> None:
    who = person("demo-04")
    person_id = await drawing(who, region="439901010101", certified=202611, first=202611)
    await family.deposited(person_id, personal=900000)
    await way.banked(1, person_id)
    at = await day(2026, 12, 22)
    await make.sources(when=at, deaths={who: {"died_on": "2026-12-15"}})
    subject, heir = await make.subject(who), make.resident(DAUGHTER, when=at)
    row = {"name": DAUGHTER.name, "id_type": "resident_id_card", "id_number": DAUGHTER.id_number, "relation": "3", "share_percent": 100,
           "bank": "农商银行", "bank_account": CARD}  # fmt: skip
    asked = {
        "cause": "death",
        "happened_on": "2026-12-15",
        "relation": "3",
        "receivers": [row],
        "phone": DAUGHTER.phone,
    }
    wrong = await flow.start(
        deregistration.ITEM, subject, heir, "national", at, asked, Applicant(DAUGHTER.name, DAUGHTER.index)
    )
    await flow.submit(COUNTY, wrong, heir, await make.version(wrong), at, Signature("typed", DAUGHTER.name))
    await make.approve(wrong, ZHAO_MIN, at)
    await make.approve(wrong, HE_JING, at)
    phone = await town.resident("demo-04")
    await shows(phone, town, "/pension", "发到2026年12月为止")

    at = await day(2027, 1, 8)
    told = {"original_id": wrong, "original_no": "1", "reason": "本人健在，弄错了人"}
    back = await flow.start(case_reversal.ITEM, subject, ZHENG_TAO, "national", at, told)
    await flow.submit(COUNTY, back, ZHENG_TAO, await make.version(back), at)
    assert await make.approve(back, FENG_YUAN, at) is Status.EFFECTED
    await way.paid(202701, at)
    await shows(phone, town, "/pension", "正在领养老金", "429.00")  # November, December and January
    family_phone = await town.resident("demo-12")
    await shows(family_phone, town, f"/cases/{wrong}", "这次注销已经撤销")
