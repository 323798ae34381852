"""The village assistant files for a resident, and the resident confirms, in each of the four ways (R-023)."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import date

import pytest

from db import engine
from db.queries import review
from domain.case.status import Status
from tests import make
from tests.make import CHEN_CHUNSHENG, COUNTY, LI_XIUYING, VILLAGE, WANG_DASHAN, Person
from tests.portal.town import Town, Visitor, photo, sms_to
from tests.stories.test_resident_enrolls import HOUSEHOLD, upload

DRAWN = "data:image/png;base64,"


@pytest.fixture
async def assistant(town: Town) -> AsyncIterator[Visitor]:
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        yield visitor


async def file_enrollment(assistant: Visitor) -> int:
    """For somebody who is on no roster, up to the question to the resident. Returns the case id."""
    await fill_in(assistant, LI_XIUYING)
    await assistant.press("请居民确认")
    assert assistant.heading == "请居民确认"
    return int(assistant.url.split("/")[2])


async def fill_in(assistant: Visitor, person: Person) -> None:
    """Up to the last look."""
    await assistant.get(f"/village/{VILLAGE}")
    await assistant.follow("给名单上没有的人办参保登记")
    await assistant.press("开始参保登记", {"name": person.name, "id_number": person.id_number})
    await assistant.press("保存并继续")
    assert f"正在为{person.name}办理参保登记" in assistant.words
    await assistant.press("保存并继续", HOUSEHOLD)
    await assistant.press("一组")
    await assistant.press("保存并继续", {"phone": "13800000001"})
    await assistant.press("保存并继续")
    await assistant.press("保存并继续")
    await upload(assistant)


async def file_address(assistant: Visitor) -> int:
    """An address change for somebody of the roster, up to the question to the resident."""
    await assistant.get(f"/village/{VILLAGE}")
    await assistant.follow("王大山")
    await assistant.press("开始县内户籍地址变更")
    await assistant.press("保存并继续", {"household_address": "青禾县柳湾镇东坪村二组9号"})
    await assistant.press("二组")
    await assistant.press("请居民确认")
    return int(assistant.url.split("/")[2])


@pytest.mark.rule("R-023", "R-027")
async def test_the_resident_confirms_with_his_own_login_and_signs_the_commitment(
    town: Town, assistant: Visitor
) -> None:
    case_id = await file_enrollment(assistant)
    assert await make.column(case_id, "status") == Status.DRAFT
    assert any("陈春生帮您填好了参保登记" in text for text in await sms_to("13800000001"))
    token = await make.column(case_id, "verify_token")
    async with town.login(LI_XIUYING) as resident:
        await resident.get("/")
        await resident.follow("参保登记")
        assert resident.url == f"/confirm/{token}"
        assert "陈春生帮您填好了" in resident.words
        assert "青禾县柳湾镇东坪村一组8号" in resident.words
        await resident.press("确认提交", {"signature": "陈春生"}, status=422)
        assert "签名要和您的姓名" in resident.words
        await resident.press("确认提交", {"signature": "李秀英"})
        assert resident.heading == "已经收到"
        first = resident.url
        await resident.get(f"/confirm/{token}")
        assert resident.url == f"/cases/{case_id}"
        assert first == f"/cases/{case_id}/receipt"
        assert "本人确认（本人登录确认）" in resident.words
    signer = await engine.fetchval("select signer_kind from commitment where case_id = $1", case_id)
    assert signer == "resident"


@pytest.mark.rule("R-023")
async def test_the_resident_tells_the_assistant_the_code_that_came_to_the_registered_phone(
    town: Town, assistant: Visitor
) -> None:
    await make.participant(WANG_DASHAN)
    case_id = await file_address(assistant)
    await assistant.press("发送确认码")
    told = (await sms_to(WANG_DASHAN.phone))[-1]
    assert "陈春生帮您填好了县内户籍地址变更" in told
    code = told.split("确认码")[1][:6]
    await assistant.press("确认提交", {"code": f"{(int(code) + 1) % 10**6:06d}"}, status=422)
    assert "验证码不对" in assistant.words
    await assistant.get(f"/drafts/{case_id}/confirm?sent=1")
    await assistant.press("确认提交", {"code": code})
    assert assistant.heading == "已经收到"


@pytest.mark.rule("R-023")
async def test_a_code_alone_cannot_stand_for_a_signature(assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    assert "确认码" not in assistant.words
    await assistant.post(f"/drafts/{case_id}/confirm", {"how": "send"}, status=422)
    assert "请居民本人登录确认或者签名" in assistant.words


@pytest.mark.rule("R-023")
async def test_a_signed_slip_on_paper_confirms_and_is_the_receipt(assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    slip = await assistant.fetch(f"/drafts/{case_id}/slip.pdf")
    assert slip.content.startswith(b"%PDF")
    await assistant.press("上传并提交", files={"photo": [("slip.jpg", photo("white", (600, 800)))]})
    assert assistant.heading == "已经收到"
    assert await engine.fetchval("select signature from commitment where case_id = $1", case_id) == "paper"


@pytest.mark.rule("R-023")
async def test_where_no_commitment_is_signed_the_signed_slip_itself_stays_with_the_case(assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    case_id = await file_address(assistant)
    await assistant.press("上传并提交", files={"photo": [("slip.jpg", photo("white"))]})
    assert assistant.heading == "已经收到"
    assert [file.material for file in await review.attachments(COUNTY, case_id)] == [""]


@pytest.mark.rule("R-059", "R-061")
async def test_a_new_phone_typed_in_by_an_assistant_needs_the_code_too(town: Town, assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    await assistant.get(f"/village/{VILLAGE}")
    await assistant.follow("王大山")
    await assistant.press("开始一般信息变更")
    await assistant.press("保存并继续", {"phone": "13911112222"})
    assert assistant.heading == "验证手机号码"
    await assistant.press("发送验证码")
    await assistant.press("确认", {"code": (await sms_to("13911112222"))[-1][3:9]})
    await assistant.press("保存并继续")
    await assistant.press("保存并继续")
    await assistant.press("请居民确认")
    await assistant.press("发送确认码")
    told = (await sms_to(WANG_DASHAN.phone))[-1]
    await assistant.press("确认提交", {"code": told.split("确认码")[1][:6]})
    assert assistant.heading == "已经办好"


@pytest.mark.rule("R-023")
async def test_a_signature_drawn_on_the_screen_confirms(assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    drawn = DRAWN + b64encode(photo("black", (300, 120), "PNG")).decode()
    await assistant.press("上传并提交", {"signature_drawn": drawn})
    assert assistant.heading == "已经收到"
    assert await engine.fetchval("select signature from commitment where case_id = $1", case_id) == "drawn"


@pytest.mark.rule("R-023")
async def test_nothing_but_a_picture_confirms_at_the_assistants_side(assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    await assistant.press("上传并提交", {"signature": "李秀英"}, status=422)
    assert "请让居民签名" in assistant.words
    await assistant.get(f"/drafts/{case_id}/commitment", status=404)
    assert await make.column(case_id, "case_no") is None


@pytest.mark.rule("R-023")
async def test_a_change_after_the_question_needs_a_new_question(town: Town, assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    token = await make.column(case_id, "verify_token")
    await assistant.get(f"/drafts/{case_id}/contact")
    await assistant.press("保存并继续", {"phone": "13800009999"})
    async with town.login(LI_XIUYING) as resident:
        await resident.get(f"/confirm/{token}", status=404)
    await assistant.get(f"/drafts/{case_id}/confirm")
    assert assistant.heading == "核对后提交"


async def test_the_resident_may_correct_and_hand_in_himself(town: Town, assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    case_id = await file_address(assistant)
    async with town.login(WANG_DASHAN) as resident:
        await resident.get(f"/confirm/{await make.column(case_id, 'verify_token')}")
        await resident.follow("有不对的，我来改")
        await resident.follow("修改")
        await resident.press("保存并继续", {"household_address": "青禾县柳湾镇东坪村二组10号"})
        await resident.press("没有错，提交")
        assert resident.heading == "已经收到"


async def test_the_resident_may_refuse(town: Town, assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    case_id = await file_address(assistant)
    async with town.login(WANG_DASHAN) as resident:
        await resident.get(f"/confirm/{await make.column(case_id, 'verify_token')}")
        await resident.follow("这不是我要办的")
        await resident.press("确定撤回")
        assert await make.column(case_id, "status") == Status.WITHDRAWN


@pytest.mark.rule("R-021")
async def test_an_assistant_sees_the_people_of_his_own_village_only(town: Town, assistant: Visitor) -> None:
    here = await make.participant(WANG_DASHAN)
    stranger = Person("赵远方", make.id_number(date(1970, 4, 4), 181), 9)
    there = await make.participant(stranger, region=make.OTHER_GROUP)
    await assistant.get(f"/village/{VILLAGE}")
    assert "王大山" in assistant.words
    assert "赵远方" not in assistant.words
    await assistant.press("查找", {"sought": "赵远方"})
    assert "没有找到" in assistant.words
    await assistant.press("查找", {"sought": stranger.id_number})
    assert "没有找到" in assistant.words
    await assistant.press("查找", {"sought": WANG_DASHAN.id_number.lower()})
    assert "王大山" in assistant.words
    await assistant.get(f"/village/{VILLAGE}/people/{here}")
    assert WANG_DASHAN.id_number not in assistant.words
    await assistant.get(f"/village/{VILLAGE}/people/{there}", status=404)
    await assistant.get("/village/4399010202", status=404)
    await assistant.get(f"/village/4399010202/people/{there}", status=404)
    await assistant.post(f"/village/{VILLAGE}/people/{there}/apply/basic_info_change", {}, status=404)


@pytest.mark.rule("R-021", "R-498")
async def test_typing_a_strangers_number_tells_nothing_about_him(town: Town, assistant: Visitor) -> None:
    """He is a participant already: he himself would be told, whoever types in his number is not."""
    stranger = Person("赵远方", make.id_number(date(1970, 4, 4), 181), 9)
    await make.participant(stranger, region=make.OTHER_GROUP)
    await fill_in(assistant, stranger)
    assert "可能不能通过" not in assistant.words
    case_id = int(assistant.url.split("/")[2])
    await assistant.press("请居民确认")
    async with town.login(stranger) as resident:
        await resident.get(f"/drafts/{case_id}/check")
        assert "已经在本县参加城乡居民养老保险" in resident.words


async def test_somebody_already_on_the_roster_is_found_there(assistant: Visitor) -> None:
    person_id = await make.participant(WANG_DASHAN)
    await assistant.get(f"/village/{VILLAGE}/new")
    await assistant.press("开始参保登记", {"name": "王大山", "id_number": WANG_DASHAN.id_number})
    assert assistant.url == f"/village/{VILLAGE}/people/{person_id}"


async def test_a_form_put_aside_is_found_among_the_assistants_own(assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    await assistant.get(f"/village/{VILLAGE}")
    await assistant.follow("王大山")
    await assistant.press("开始县内户籍地址变更")
    await assistant.press("以后再填")
    assert assistant.url == f"/village/{VILLAGE}?saved=1"
    assert "已经保存，还没有提交" in assistant.words
    await assistant.follow("县内户籍地址变更")
    assert "正在为王大山办理" in assistant.words


@pytest.mark.rule("R-025")
async def test_an_assistant_gives_up_a_draft_but_withdraws_nothing_that_was_handed_in(assistant: Visitor) -> None:
    await make.participant(WANG_DASHAN)
    given_up = await file_address(assistant)
    await assistant.follow("回去核对")
    await assistant.follow("放弃这份申请")
    await assistant.press("确定撤回")
    assert await make.column(given_up, "status") == Status.WITHDRAWN
    case_id = await file_address(assistant)
    await assistant.press("上传并提交", files={"photo": [("slip.jpg", photo("white"))]})
    await assistant.follow("看办理进度")
    assert "撤回申请" not in assistant.words
    await assistant.get(f"/cases/{case_id}/withdraw", status=404)


async def test_a_resident_without_appointment_finds_no_village(town: Town) -> None:
    async with town.login(LI_XIUYING) as resident:
        await resident.get("/village", status=404)
        await resident.get(f"/village/{VILLAGE}", status=404)


async def test_two_assistants_of_two_villages_do_not_see_each_others_drafts(town: Town, assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    other = Person("田小禾", make.id_number(date(1985, 5, 5), 191), 10)
    await town.appoint(other, "4399010202")
    async with town.login(other) as neighbour:
        for url in (
            f"/drafts/{case_id}/check",
            f"/drafts/{case_id}/confirm",
            f"/cases/{case_id}",
            f"/drafts/{case_id}/slip.pdf",
        ):
            await neighbour.get(url, status=404)


async def test_between_two_residents_the_page_is_clean(assistant: Visitor) -> None:
    await file_enrollment(assistant)
    await assistant.press("上传并提交", files={"photo": [("slip.jpg", photo("white"))]})
    await assistant.follow("下一位居民")
    assert "李秀英" not in assistant.page.text
    assert assistant.answer is not None
    assert assistant.answer.headers["clear-site-data"] == '"cache"'
    assert assistant.answer.headers["cache-control"] == "no-store"
    await assistant.get(f"/village/{VILLAGE}/new")
    fields = [f for f in assistant.page.all("input") if f.attrs.get("name") in ("name", "id_number")]
    assert all(not f.attrs.get("value") for f in fields)


async def test_no_form_of_an_assistant_lets_the_browser_remember(assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    for step in ("identity", "household", "contact"):
        await assistant.get(f"/drafts/{case_id}/{step}")
        inputs = [f for f in assistant.page.all("main")[0].all("input") if f.attrs.get("type") in ("text", "tel")]
        assert all(f.attrs.get("autocomplete") == "off" for f in inputs), step


async def test_an_assistant_whose_appointment_ended_loses_the_draft(
    town: Town, assistant: Visitor, owner: object
) -> None:
    case_id = await file_enrollment(assistant)
    await engine.execute("update assistant_appointment set until_on = '2026-11-20' where county_code = $1", COUNTY)
    await assistant.get(f"/drafts/{case_id}/check", status=404)
    await assistant.get(f"/village/{VILLAGE}", status=404)


@pytest.mark.rule("R-023")
async def test_confirming_twice_gives_the_same_receipt(town: Town, assistant: Visitor) -> None:
    case_id = await file_enrollment(assistant)
    token = await make.column(case_id, "verify_token")
    async with town.login(LI_XIUYING) as resident:
        await resident.get(f"/confirm/{token}")
        form, _ = resident.button("确认提交")
        sent = resident.filled(form)
        await resident.send(form, dict(sent), {"signature": "李秀英"}, None, 200)
        first = resident.url
        await resident.send(form, dict(sent), {"signature": "李秀英"}, None, 200)
        assert resident.url == first
