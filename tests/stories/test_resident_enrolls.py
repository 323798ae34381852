"""A resident enrolls alone, on a phone without script."""

import pytest

from domain.case import flow
from domain.case.status import Status
from tests import make
from tests.make import GROUP, LI_XIUYING, SUN_LI, ZHAO_MIN, ZHOU_XIAOMAN, Person
from tests.portal.town import Town, Visitor, photo

HOUSEHOLD = {"household_type": "20", "household_address": "青禾县柳湾镇东坪村一组8号", "address": "东坪村一组8号"}


async def fill_in(visitor: Visitor, person: Person, *, category: str = "011") -> None:
    """From the guide to the last look."""
    await visitor.get("/guide/enrollment")
    await visitor.follow("开始办理")
    await visitor.press("开始填写")
    assert person.name in visitor.words
    assert person.id_number in visitor.words
    await visitor.press("保存并继续")
    await visitor.press("保存并继续", HOUSEHOLD)
    await choose_place(visitor)
    await visitor.press("保存并继续", {"phone": "13800000001"})
    await visitor.press("保存并继续", {"category": category})
    await visitor.press("保存并继续")
    await upload(visitor)


async def choose_place(visitor: Visitor) -> None:
    await visitor.follow("柳湾镇")
    await visitor.follow("东坪村")
    await visitor.press("一组")


async def upload(visitor: Visitor) -> None:
    files = {
        "id_document": [("front.jpg", photo("navy")), ("back.png", photo("brown", kind="PNG"))],
        "household_front": [("hukou.jpg", photo("olive"))],
        "household_own": [("own.jpg", photo("purple"))],
    }
    await visitor.press("上传并继续", files=files)


@pytest.mark.rule("R-014", "R-026", "R-027", "R-039", "R-042", "R-045")
async def test_a_resident_enrolls_from_the_guide_to_the_approval(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await fill_in(visitor, LI_XIUYING)
        assert visitor.heading == "核对后提交"
        assert "青禾县柳湾镇东坪村一组" in visitor.words
        assert "可能不能通过" not in visitor.words
        await visitor.press("去签承诺书")
        assert "我承诺" in visitor.words
        await visitor.press("签名并提交", {"signature": "李秀英"})
        assert visitor.heading == "已经收到"
        assert "最晚2026年11月25日告诉您结果" in visitor.words
        case_id = int(visitor.url.split("/")[2])

        await visitor.follow("看办理进度")
        assert "乡镇初审" in visitor.words
        assert "最晚2026年11月25日" in visitor.words
        await make.approve(case_id, ZHAO_MIN)
        await make.approve(case_id, SUN_LI)
        await visitor.get(f"/cases/{case_id}")
        assert "已经办好" in visitor.words
        assert "个人账户已经建立" in visitor.words

        await visitor.get("/me")
        assert LI_XIUYING.id_number in visitor.words
        assert "正常参保" in visitor.words
        await visitor.get("/messages")
        await visitor.follow("参保登记：已办好")
        assert "审核通过" in visitor.words


@pytest.mark.rule("R-031", "R-012", "R-013")
async def test_somebody_too_young_is_warned_may_submit_and_gets_an_answer_with_the_article(town: Town) -> None:
    async with town.login(ZHOU_XIAOMAN) as visitor:
        await fill_in(visitor, ZHOU_XIAOMAN)
        assert "可能不能通过" in visitor.words
        assert "还没有满16周岁。（国发〔2014〕8号 三）" in visitor.words
        await visitor.press("去签承诺书")
        await visitor.press("签名并提交", {"signature": "周小满"})
        case_id = int(visitor.url.split("/")[2])
        await make.approve(case_id, ZHAO_MIN)
        reason = "还没有满16周岁（国发〔2014〕8号 三）。"
        version = await make.version(case_id)
        await flow.reject(make.COUNTY, case_id, SUN_LI, version, "NOT_ELIGIBLE_AGE", reason, make.FRIDAY)
        await visitor.get(f"/cases/{case_id}")
        assert "没有通过：年龄不符合规定" in visitor.words
        assert "依据：国发〔2014〕8号 三" in visitor.words
        assert "行政复议" in visitor.words


@pytest.mark.rule("R-014")
async def test_pressing_submit_twice_gives_the_same_receipt(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await fill_in(visitor, LI_XIUYING)
        await visitor.press("去签承诺书")
        form, _ = visitor.button("签名并提交")
        sent = visitor.filled(form)
        await visitor.send(form, dict(sent), {"signature": "李秀英"}, None, 200)
        first = visitor.url
        await visitor.send(form, dict(sent), {"signature": "李秀英"}, None, 200)
        assert visitor.url == first
        case_id = int(first.split("/")[2])
        assert await make.column(case_id, "status") == Status.SUBMITTED


@pytest.mark.rule("R-014")
async def test_a_page_saved_twice_by_a_double_click_goes_on(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        form, _ = visitor.button("保存并继续")
        sent = visitor.filled(form)
        await visitor.send(form, dict(sent), {}, None, 200)
        second = visitor.url
        await visitor.send(form, dict(sent), {}, None, 200)
        assert visitor.url == second


async def test_a_form_left_half_way_is_found_again_where_it_was_left(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press("保存并继续")
        await visitor.press("以后再填", {**HOUSEHOLD, "postcode": "42"})
        assert "已经保存" in visitor.words
        await visitor.get("/")
        assert "正在办的" in visitor.words
        await visitor.follow("参保登记")
        await visitor.get(visitor.url.rsplit("/", 1)[0] + "/household")
        sent = visitor.filled(visitor.button("保存并继续")[0])
        assert sent["household_address"] == [HOUSEHOLD["household_address"]]
        assert GROUP not in str(sent)


async def test_the_number_of_the_login_cannot_be_exchanged_by_a_forged_form(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press(
            "保存并继续", {"id_number": make.WANG_DASHAN.id_number, "name": "王大山", "ethnic_group": "02"}
        )
        draft = visitor.url.split("/")[2]
        await visitor.get(f"/drafts/{draft}/identity")
        assert LI_XIUYING.id_number in visitor.words
        assert make.WANG_DASHAN.id_number not in visitor.words


async def test_every_mistake_on_a_page_is_told_at_once_and_nothing_typed_is_lost(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press("保存并继续")
        await visitor.press("保存并继续", {"household_address": "短", "postcode": "12x", "address": "新家"}, status=422)
        assert "户口所在地太短了" in visitor.words
        assert "邮政编码" in visitor.words
        assert "请选择户口性质" in visitor.words
        sent = visitor.filled(visitor.button("保存并继续")[0])
        assert (sent["address"], sent["postcode"]) == (["新家"], ["12x"])
