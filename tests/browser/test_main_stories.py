"""The stories people will live, in a real browser at the width of a phone, on the running system."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from db import engine
from db.crypto import unseal_text
from domain.actor import Post
from tests.browser.conftest import DESK, PEOPLE, PHONE, Town
from tests.make import GROUP

pytestmark = pytest.mark.browser


async def go_on(page: Page, name: str = "继续") -> None:
    """The main button of a step."""
    await page.locator("main .buttons").get_by_role("button", name=re.compile(name)).first.click()


async def fits(page: Page, shown: Locator | None = None) -> None:
    """Nothing is wider than the phone. After a click that leads to another page `shown` says what stands there:
    htmx navigates on its own time, and a page that is just going away cannot be measured."""
    if shown is not None:
        await expect(shown).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


async def fill_in(page: Page, *way: str) -> None:
    """参保登记 from the first question to the photos, for somebody of 东坪村; `way` leads from the county to the village."""
    await page.locator("select[name=ethnic_group]").select_option("01")
    await fits(page)
    await go_on(page)
    await page.locator("input[name=household_type][value='20']").check()
    await page.fill("[name=household_address]", "青禾县柳湾镇东坪村一组8号")
    await page.fill("[name=address]", "东坪村一组8号")
    await go_on(page)
    for place in way:
        await page.get_by_role("link", name=place, exact=True).click()
    group = page.locator(f"button[value='{GROUP}']")
    await fits(page, group)
    await group.click()
    await page.fill("[name=phone]", PEOPLE["demo-01"]["phone"])
    await go_on(page)
    await go_on(page)  # 您的情况
    await go_on(page)  # 受益人


async def upload(page: Page, photo: str) -> None:
    for material in ("id_document", "household_front", "household_own"):
        await page.set_input_files(f"input[type=file][name={material}]", photo)
    await fits(page)
    await go_on(page, "上传|继续|保存")


async def text_message(title: str) -> str:
    sealed = await engine.fetchval(
        "select body_sealed from message where channel = 'sms' and title = $1 order by id desc limit 1", title
    )
    assert sealed, f"no message {title}"
    return unseal_text(sealed, "message.body")


async def approve_next(town: Town, name: str, words: str) -> Page:
    """A clerk takes the next case and lets it pass."""
    desk = await town.clerk(name)
    await desk.get_by_role("button", name="下一件").first.click()
    await desk.wait_for_url("**/cases/*")
    await desk.get_by_role("button", name=re.compile(f"^{words}")).first.click()
    await desk.wait_for_load_state()
    return desk


async def hire(town: Town) -> None:
    await town.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    await town.hire("孙立", Post.COUNTY_ENROLLMENT)


async def hand_in(page: Page, photo: str) -> None:
    await fill_in(page, "柳湾镇", "东坪村")
    await upload(page, photo)
    await fits(page, page.get_by_role("button", name=re.compile("没有错")).first)
    await go_on(page, "没有错")
    await page.fill("[name=signature]", PEOPLE["demo-01"]["name"])
    await fits(page)
    await go_on(page, "签名")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_resident_enrolls_alone_and_is_told_the_result(town: Town, photo: str, script: bool) -> None:
    await hire(town)
    page = await town.resident("demo-01", script=script)
    await page.get_by_role("link", name="参保登记").first.click()
    if "/guide/" in page.url:
        await page.locator("main").get_by_role("link", name=re.compile("开始|办理")).first.click()
    await go_on(page, "开始")
    await hand_in(page, photo)
    await expect(page.locator("main")).to_contain_text("439901-")
    await expect(page.locator("main")).to_contain_text("最晚")
    case_url = page.url.removesuffix("/receipt")

    desk = await approve_next(town, "赵敏", "初审通过")
    await expect(desk.locator("body")).to_contain_text("初审")
    await approve_next(town, "孙立", "审核通过")
    assert await engine.fetchval("select status from service_case") == "effected"

    await page.goto(case_url)
    await expect(page.locator("main")).to_contain_text("已办好")
    await fits(page)
    await page.goto(f"{town.portal}/messages")
    await expect(page.locator("main")).to_contain_text("已办好")


async def test_a_new_phone_number_is_confirmed_by_its_code(town: Town) -> None:
    from tests import make  # noqa: PLC0415
    from tests.browser.conftest import person  # noqa: PLC0415

    await make.participant(person("demo-02"))
    page = await town.resident("demo-02")
    await page.goto(f"{town.portal}/apply/basic_info_change")
    await go_on(page, "开始")
    await page.fill("[name=phone]", "13911112222")
    await go_on(page)
    await page.get_by_role("button", name="发送验证码").click()
    code = re.search(r"\d{6}", await text_message("手机验证码"))
    assert code
    await page.fill("[name=code]", "000000" if code[0] != "000000" else "111111")
    await go_on(page, "确认")
    await expect(page.locator("[role=alert]").first).to_be_visible()
    await page.fill("[name=code]", code[0])
    await go_on(page, "确认")
    await expect(page.locator("[name=address]")).to_be_visible()
    await go_on(page)
    await expect(page.locator("input[name=sex]").first).to_be_visible()
    await go_on(page)
    await go_on(page, "没有错")
    await expect(page.locator("main")).to_contain_text("已经办好")
    assert "已经改成别的号码" in await text_message("手机号码已变更")


async def test_elder_mode_is_large_and_stays_on(town: Town) -> None:
    page = await town.resident("demo-01")
    normal = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
    await page.get_by_role("link", name="长辈版").or_(page.get_by_role("button", name="长辈版")).first.click()
    await expect(page.locator("html")).to_have_class(re.compile("elder"))
    large = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('main')).fontSize)")
    assert large >= 22 > normal
    await page.goto(f"{town.portal}/cases")
    assert await page.locator("html.elder").count() == 1
    await fits(page)


async def test_the_staff_site_fits_a_phone_and_a_desk(town: Town) -> None:
    await hire(town)
    page = await town.clerk("孙立")
    for size in (DESK, PHONE):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        for path in ("/inbox", "/search", "/counter", "/statistics", "/calendar", "/regions"):
            await page.goto(town.office + path)
            await fits(page)


async def appoint(sub: str, village: str) -> None:
    """What the county administrator does on the assistants' page."""
    from db.queries import clock  # noqa: PLC0415
    from domain import access  # noqa: PLC0415
    from tests import make  # noqa: PLC0415

    administrator = make.staff("郭安", Post.COUNTY_ADMIN)
    at = await clock.now()
    one = PEOPLE[sub]
    await access.appoint_assistant(make.COUNTY, one["id_number"], one["name"], village, at.date(), administrator, at)


async def write_by_hand(page: Page) -> None:
    """A name drawn with the finger."""
    pad = page.locator("canvas.sign-pad").first
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 30, box["y"] + 30)
    await page.mouse.down()
    for step in range(1, 12):
        await page.mouse.move(box["x"] + 30 + step * 12, box["y"] + 30 + (step % 3) * 15)
    await page.mouse.up()


async def begin_for_a_neighbour(town: Town, photo: str) -> Page:
    """协办员 types in what a resident without an account tells her, up to the question who confirms."""
    one = PEOPLE["demo-01"]
    await appoint("demo-05", "4399010102")
    page = await town.resident("demo-05")
    await page.goto(f"{town.portal}/village/4399010102/new")
    await page.fill("[name=name]", one["name"])
    await page.fill("[name=id_number]", one["id_number"])
    await go_on(page, "参保登记")
    await fill_in(page)
    await upload(page, photo)
    await go_on(page, "请居民确认")
    await expect(page.locator("main")).to_contain_text("要居民本人确认，才算提交")
    await fits(page)
    return page


@pytest.mark.rule("R-023")
async def test_an_assistant_files_and_the_resident_confirms_on_his_own_phone(town: Town, photo: str) -> None:
    page = await begin_for_a_neighbour(town, photo)
    assert await engine.fetchval("select status from service_case") == "draft"
    link = await page.locator(".qr-box + p").inner_text()
    resident = await town.resident("demo-01")
    await resident.goto(link)
    await expect(resident.locator("main")).to_contain_text("孙清明帮您填好了")
    await fits(resident)
    await resident.fill("[name=signature]", PEOPLE["demo-01"]["name"])
    await go_on(resident, "确认提交")
    await expect(resident.locator("main")).to_contain_text("439901-")
    assert await engine.fetchval("select status from service_case") == "submitted"


@pytest.mark.rule("R-023")
async def test_who_has_no_phone_signs_with_the_finger_on_the_assistant_s(town: Town, photo: str) -> None:
    page = await begin_for_a_neighbour(town, photo)
    await write_by_hand(page)
    await page.get_by_role("button", name="上传并提交").click()
    await expect(page.locator("main")).to_contain_text("439901-")
    row = await engine.fetchrow("select signature, signed_name, signature_attachment_id from commitment")
    assert row is not None
    assert (row["signature"], row["signed_name"]) == ("drawn", PEOPLE["demo-01"]["name"])
    assert row["signature_attachment_id"] is not None


@pytest.mark.rule("R-009")
async def test_a_supplement_goes_to_the_phone_and_back_and_the_clock_waits(town: Town, photo: str) -> None:
    await hire(town)
    page = await town.resident("demo-01")
    await page.goto(f"{town.portal}/apply/enrollment")
    await go_on(page, "开始")
    await hand_in(page, photo)
    case_url = page.url.removesuffix("/receipt")
    await expect(page.locator("main")).to_contain_text("439901-")
    desk = await town.clerk("赵敏")
    await desk.get_by_role("button", name="下一件").first.click()
    await desk.wait_for_url("**/cases/*")
    await desk.locator("summary", has_text="请申请人补充").click()
    await desk.fill("[name=points]", "身份证背面没有拍到")
    await desk.get_by_role("button", name="一次性告知").click()
    await expect(desk.locator("body")).to_contain_text("补")

    await page.goto(case_url)
    await expect(page.locator("main")).to_contain_text("身份证背面没有拍到")
    await fits(page)
    await page.get_by_role("link", name="现在去补充").click()
    await page.set_input_files("input[type=file][name=id_document]", photo)
    await go_on(page, "上传并继续")
    await go_on(page, "提交补充")
    await expect(page.locator("main")).to_contain_text("439901-")
    assert await engine.fetchval("select status from service_case") == "resubmitted"
    assert (
        await engine.fetchval(
            "select count(*) from case_material where material = 'id_document' and removed_at is null"
        )
        == 2
    )
