"""Somebody moves, on a phone: inside the county only the address changes; from another province the years and the money come along,
and the money comes in two parts. What other agencies and the bank do in between is done by the functions of the worker."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from db import engine
from db.queries import transfers as queries
from db.stores import books as book_store
from db.stores.transfers import TransferRow
from domain import finance, verify
from domain.actor import Post
from domain.finance import Slip
from domain.transfers import desk as transfer_desk
from ops import exchange
from sandbox.transfer.platform import Platform
from tests import make
from tests.browser.conftest import Town, person
from tests.browser.test_main_stories import approve_next, fits, go_on
from tests.browser.test_pension_months import day, shows
from tests.contributions.ways import CASHIER
from tests.leaving.family import balance, deposited
from tests.make import COUNTY, OTHER_GROUP
from tests.transfers import two_counties as there

pytestmark = pytest.mark.browser
OUTSIDE, GROUP = 519901, "439901010201"
MOVER, COMER = person("demo-13"), person("demo-01")


async def begun(phone: Page, town: Town, item: str) -> None:
    await phone.goto(f"{town.portal}/apply/{item}")
    await fits(phone)
    await go_on(phone, "开始")


async def place(phone: Page, group: str, *names: str) -> None:
    """From the county down to the group."""
    for name in names:
        await phone.get_by_role("link", name=name, exact=True).click()
    button = phone.locator(f"button[value='{group}']")
    await fits(phone, button)
    await button.click()


async def handed_in(phone: Page) -> str:
    """From the last look to the receipt; the address of the case."""
    right = phone.get_by_role("button", name=re.compile("没有错")).first
    await fits(phone, right)
    await right.click()
    await phone.wait_for_load_state()
    signature = phone.locator("[name=signature]")
    if await signature.count():
        await signature.fill(COMER.name)
        await go_on(phone, "签名")
    await expect(phone.locator("main")).to_contain_text("439901-")
    await fits(phone)
    return phone.url.removeprefix("http://").partition("/")[2].removesuffix("/receipt")


@pytest.mark.rule("R-073")
async def test_a_move_inside_the_county_changes_the_address_and_nothing_else(town: Town) -> None:
    person_id = await make.participant(MOVER, "439901010302")
    await deposited(person_id, personal=300_000)
    at = await day(2026, 12, 10)
    await make.sources(
        when=at, household_register={MOVER: {"region_code": OTHER_GROUP, "address": "青禾县石桥乡枫岭村一组3号"}}
    )
    await town.hire("何静", Post.COUNTY_ACCOUNT)
    phone = await town.resident("demo-13")
    await begun(phone, town, "household_address_change")
    await phone.fill("[name=household_address]", "青禾县石桥乡枫岭村一组3号")
    await go_on(phone)
    await place(phone, OTHER_GROUP, "石桥乡", "枫岭村")
    case = await handed_in(phone)
    await (await approve_next(town, "何静", "审核通过")).close()
    await shows(phone, town, f"/{case}", "已办好")
    await shows(phone, town, "/me", "枫岭村一组3号")
    await shows(phone, town, "/account", "3,000.00")
    assert await balance(person_id) == 300_000
    assert await engine.fetchval("select count(*) from transfer") == 0


@pytest.mark.rule("R-375", "R-377", "R-378", "R-389")
async def test_years_and_money_from_another_province_are_booked_when_the_last_part_is_there(
    town: Town, photo: str, tmp_path: Path
) -> None:
    folder = tmp_path / "exchange"
    (folder / "transfer" / "in").mkdir(parents=True)
    at = await day(2026, 12, 10)
    async with engine.transaction():
        await book_store.set_bank_account(
            COUNTY, "income_account", "农商行", "青禾县基金收入户", "8201 0000 0001", at.date()
        )
    await there.use_profile("hunan")
    await there.sources(COUNTY, person=COMER, old=OUTSIDE, region=GROUP, when=at)
    await town.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    await town.hire("何静", Post.COUNTY_ACCOUNT)
    phone = await town.resident("demo-01")
    case = await asked(phone, town, photo, "外省县")
    await approved(town)
    await shows(phone, town, f"/{case}", "关系转到哪里了", "接收函已经发出")
    for _ in range(3):
        await exchange.exchange_transfers(COUNTY, at)
        Platform(folder, f"{COUNTY}", "1").look(f"{at:%Y%m%d}")
    await exchange.exchange_transfers(COUNTY, at)
    await shows(phone, town, f"/{case}", "5年，1,562.50元", "等钱足额到账")

    await arrives(100_000, "ZY1", at)
    await shows(phone, town, f"/{case}", "等钱足额到账")
    assert await engine.fetchval("select count(*) from individual_account") == 0, "a part is not booked"
    (difference,) = await queries.differences(COUNTY)
    assert (difference.expected_fen, difference.received_fen) == (156_250, 100_000)

    await arrives(56_250, "ZY2", at)
    await shows(phone, town, f"/{case}", "已经转好")
    await shows(phone, town, "/account", "1,562.50")
    await phone.goto(f"{town.portal}/messages")
    await fits(phone)
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-376", "R-379", "R-389", "R-394")
async def test_a_relation_goes_to_the_next_county_and_the_phone_says_where_it_is(town: Town) -> None:
    at = await day(2026, 12, 10)
    await there.neighbour()
    await there.contributor(MOVER)
    await there.sources(there.NEIGHBOUR, person=MOVER, when=at)
    phone = await town.resident("demo-13")
    asked_for = await there.asked(MOVER, when=at)
    await there.delivered(at)
    out = await there.side(COUNTY, "out", asked_for.number)
    await shows(phone, town, f"/cases/{out.case_id}", "收到转入地的接收函", "白杨县")
    out = await there.let_go(asked_for.number, at)
    assert out.total_fen is not None
    await shows(phone, town, f"/cases/{out.case_id}", "转入地记到您的账户", "正在转移")
    await there.delivered(at)
    await transfer_desk.confirm(there.NEIGHBOUR, asked_for.id, there.OFFICER_THERE, at)
    await there.delivered(at)
    phone = await town.resident("demo-13")
    await shows(phone, town, "/account", f"{out.total_fen // 100:,}.{out.total_fen % 100:02d}")
    assert await there.homes(MOVER) == [(there.NEIGHBOUR, out.total_fen)]


async def approved(town: Town) -> None:
    for name, words in (("赵敏", "初审通过"), ("何静", "审核通过")):
        await (await approve_next(town, name, words)).close()


async def asked(phone: Page, town: Town, photo: str, before: str) -> str:
    """转入 from the first question to the receipt."""
    await begun(phone, town, "transfer_in")
    await phone.locator("select[name=ethnic_group]").select_option("01")
    await go_on(phone)
    await phone.fill("[name=from_place]", before)
    await fits(phone)
    await go_on(phone)
    await phone.fill("[name=moved_on]", "20261008")
    await phone.locator("input[name=household_type][value='20']").check()
    await phone.fill("[name=household_address]", "青禾县柳湾镇东坪村一组8号")
    await go_on(phone)
    await place(phone, GROUP, "柳湾镇", "东坪村")
    await phone.fill("[name=phone]", COMER.phone)
    await go_on(phone)
    await phone.set_input_files("input[type=file][name=id_document]", photo)
    await go_on(phone, "上传|继续|保存")
    return await handed_in(phone)


async def arrives(fen: int, slip: str, at: datetime) -> None:
    found = Slip(account="income_account", bank="农商行", slip_no=slip, received_on=at.date(), amount_fen=fen, people=1)
    await finance.register_receipt(COUNTY, found, (await newest()).document_id, CASHIER, at)
    await transfer_desk.follow(COUNTY, at)


async def newest() -> TransferRow:
    found = await queries.one(
        COUNTY, await engine.fetchval("select max(id) from transfer where county_code = $1", COUNTY)
    )
    assert found is not None
    return found
