"""A participant changes what is registered about him: at once, with review, with a new phone."""

import pytest

from domain.items import household_address_change
from tests import make
from tests.make import HE_JING, OTHER_GROUP, WANG_DASHAN, ZHAO_MIN, ZHENG_TAO
from tests.portal.town import Town, Visitor, photo, sms_to

NEW_PHONE = "13911112222"


async def to_new_phone(visitor: Visitor) -> None:
    await visitor.get("/apply/basic_info_change")
    await visitor.press("开始填写")
    await visitor.press("保存并继续", {"phone": NEW_PHONE})
    assert visitor.heading == "验证手机号码"


async def code_sent(visitor: Visitor) -> str:
    await visitor.press("发送验证码")
    return (await sms_to(NEW_PHONE))[-1][3:9]


async def finish(visitor: Visitor) -> None:
    await visitor.press("保存并继续")
    await visitor.press("保存并继续")
    await visitor.press("没有错，提交")


@pytest.mark.rule("R-057", "R-058", "R-059")
async def test_a_new_phone_is_confirmed_by_code_and_the_old_one_is_told(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await to_new_phone(visitor)
        code = await code_sent(visitor)
        assert code.isdigit()
        await visitor.press("确认", {"code": code})
        await finish(visitor)
        assert visitor.heading == "已经办好"
        assert any("手机号码已经改成别的号码" in text for text in await sms_to(WANG_DASHAN.phone))
        await visitor.get("/me")
        assert NEW_PHONE in visitor.words
        assert WANG_DASHAN.phone in visitor.words
        assert "王大山，网上" in visitor.words


@pytest.mark.rule("R-059")
async def test_a_wrong_code_is_refused_and_the_right_one_still_works(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await to_new_phone(visitor)
        code = await code_sent(visitor)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        await visitor.press("确认", {"code": wrong}, status=422)
        assert "验证码不对" in visitor.words
        await visitor.press("确认", {"code": code})
        assert visitor.heading == "现在住的地址"


@pytest.mark.rule("R-059")
@pytest.mark.parametrize("minutes, heading", [(9, "现在住的地址"), (10, "验证手机号码")])
async def test_a_code_is_good_for_less_than_ten_minutes(town: Town, minutes: int, heading: str) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await to_new_phone(visitor)
        code = await code_sent(visitor)
        town.now = town.now.replace(minute=town.now.minute + minutes)
        await visitor.press("确认", {"code": code}, status=200 if minutes < 10 else 422)
        assert visitor.heading == heading


@pytest.mark.rule("R-059")
async def test_a_number_that_was_not_confirmed_stops_the_change(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await to_new_phone(visitor)
        draft = visitor.url.split("/")[2]
        await visitor.get(f"/drafts/{draft}/check")
        assert "请验证新的手机号码" in visitor.words
        await visitor.post(f"/drafts/{draft}/check", {"version": str(await make.version(int(draft)))}, status=422)
        assert "还没有用短信验证码确认" in visitor.words


@pytest.mark.rule("R-059")
async def test_a_second_code_within_a_minute_is_refused(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await to_new_phone(visitor)
        await code_sent(visitor)
        await visitor.press("重新发送验证码", status=422)
        assert "一分钟只能发一次" in visitor.words


async def test_a_forged_form_cannot_declare_a_phone_confirmed(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/basic_info_change")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"phone": NEW_PHONE, "phone_verified": NEW_PHONE})
        assert visitor.heading == "验证手机号码"


@pytest.mark.rule("R-063", "R-064", "R-070", "R-519")
async def test_a_name_with_a_rare_character_is_changed_with_review_and_the_old_one_is_kept(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/key_info_change")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"name": "王𠮷·㐂䶮"})
        await visitor.press("保存并继续", {"reason": "派出所改了名字"})
        await visitor.press("上传并继续", files={"id_document": [("new.jpg", photo())]})
        assert "王𠮷·㐂䶮" in visitor.words
        await visitor.press("没有错，提交")
        case_id = int(visitor.url.split("/")[2])
        register = {WANG_DASHAN.__class__("王𠮷·㐂䶮", WANG_DASHAN.id_number, 0): {"region_code": make.GROUP}}
        await make.sources(household_register=register)
        await make.approve(case_id, ZHAO_MIN)
        await make.approve(case_id, HE_JING)
        await visitor.get("/me")
        assert "王𠮷·㐂䶮" in visitor.words
        assert "王大山" in visitor.words
        await visitor.get("/cases")
        assert "关键信息变更" in visitor.words


async def test_an_emoji_in_a_name_is_refused_with_a_reason(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/key_info_change")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"name": "王大山😀"}, status=422)
        assert "姓名" in visitor.words
        assert visitor.filled(visitor.button("保存并继续")[0])["name"] == ["王大山😀"]


async def test_a_wrong_check_digit_is_told_beside_the_field(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    wrong = WANG_DASHAN.id_number[:-1] + ("0" if WANG_DASHAN.id_number[-1] != "0" else "1")
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/key_info_change")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"id_number": wrong}, status=422)
        assert "号码有误" in visitor.words


@pytest.mark.rule("R-073")
async def test_a_move_inside_the_county_takes_one_step_and_no_paper(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/household_address_change")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"household_address": "青禾县石桥乡枫岭村一组3号"})
        await visitor.follow("石桥乡")
        await visitor.follow("枫岭村")
        await visitor.press("一组")
        await visitor.press("没有错，提交")
        case_id = int(visitor.url.split("/")[2])
        assert await make.column(case_id, "region_code") == OTHER_GROUP
        await make.approve(case_id, ZHENG_TAO)
        await visitor.get("/me")
        assert "青禾县石桥乡枫岭村一组" in visitor.words


@pytest.mark.rule("R-055", "R-517")
async def test_naming_a_beneficiary_asks_for_a_fresh_login_and_comes_back(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/beneficiary_designation")
        await visitor.press("开始填写")
        await visitor.press("添加一位")
        row = {"name": "王小河", "id_type": "resident_id_card", "id_number": make.id_number(make.date(2001, 2, 3), 171),
               "relation": "2", "share_percent": "100"}  # fmt: skip
        town.now = town.now.replace(minute=town.now.minute + 11)
        await visitor.press("保存并继续", {f"beneficiaries.0.{name}": value for name, value in row.items()})
        assert visitor.url.startswith("/login?next=")
        assert "fresh=1" in visitor.url
        assert "%2Fcheck" in visitor.url
        await visitor.log_in(WANG_DASHAN)
        await visitor.get("/cases")
        await visitor.follow("指定受益人")
        assert visitor.heading == "核对后提交"
        await visitor.press("没有错，提交")
        assert visitor.heading == "已经办好"
        await visitor.get("/me")
        assert "王小河" in visitor.words


@pytest.mark.rule("R-002")
async def test_a_login_below_the_level_of_the_item_is_asked_to_step_up(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN, assurance=2) as visitor:
        await visitor.get("/apply/household_address_change")
        await visitor.press("开始填写")
        draft = visitor.url.split("/")[2]
        await visitor.get(f"/drafts/{draft}/check")
        assert visitor.url.startswith("/login?next=")
        assert "level=3" in visitor.url
    assert household_address_change.ITEM.assurance == 3
