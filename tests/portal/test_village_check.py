"""Scanning a village's list on a phone: who gets in, what is reported, and what is left."""

import pytest

from db import engine
from domain.agency import village_packs
from tests.agency.packs import code_of, packed
from tests.agency.pensioner import benefit, drawing, only
from tests.make import CHEN_CHUNSHENG, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN
from tests.portal.town import Town, photo


@pytest.mark.rule("R-021")
async def test_a_scanned_picture_leads_to_the_login_and_then_to_the_line(town: Town) -> None:
    await drawing()
    url = f"/checks/{await code_of(await packed())}"
    async with town.visitor() as visitor:
        answer = await visitor.client.get(url)
        assert "/login?next=%2Fchecks%2F" in answer.headers["location"]
        assert "王大山" not in answer.text
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG, assurance=2) as visitor:
        assert "level=3" in (await visitor.client.get(url)).headers["location"]
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(url)
        assert "王大山" in visitor.words
        assert WANG_DASHAN.id_number not in visitor.words
        await visitor.get("/checks/nothing", status=404)


@pytest.mark.rule("R-021")
async def test_the_picture_is_useless_to_everybody_else(town: Town) -> None:
    await drawing()
    url = f"/checks/{await code_of(await packed())}"
    await town.appoint(LI_XIUYING, OTHER_GROUP[:10])
    for person in (WANG_DASHAN, LI_XIUYING):
        async with town.login(person) as visitor:
            await visitor.get(url, status=404)
            await visitor.post(url, {"answer": "dead", "dead.died_on": "2026-11-01"}, status=404)
    assert await engine.fetchval("select count(*) from village_check") == 0


async def test_an_assistant_of_two_villages_reports_for_both(town: Town) -> None:
    await drawing()
    url = f"/checks/{await code_of(await packed())}"
    await town.appoint(CHEN_CHUNSHENG, OTHER_GROUP[:10])
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(url)
        await visitor.press("无误")
        assert "已经报上去了" in visitor.words
    assert await engine.fetchval("select reported_by_name from village_check") == "陈春生"


@pytest.mark.rule("R-311")
async def test_wrong_dead_and_corrected_with_the_problem_beside_its_field(town: Town) -> None:
    person = await drawing()
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/checks/{await code_of(await packed())}")
        await visitor.press("报告有误", status=422)
        assert "请写明哪里不对" in visitor.words
        await visitor.press("报告有误", {"wrong.note": "账户尾号不是这个"})
        assert "已经报过：有误" in visitor.words
        await visitor.press("报告已去世", {"dead.died_on": "2026-13-45"}, status=422)
        assert "没有“2026-13-45”这一天" in visitor.words
        await visitor.press("报告已去世", {"dead.died_on": "2026-11-05"}, status=422)
        assert "为什么" in visitor.words
        await visitor.press("报告已去世", {"dead.why_corrected": "家里人刚刚说的"})
        assert "已经报过：已去世" in visitor.words
        assert "2026年11月5日" in visitor.words
    assert (await only(person))["state"] == "proposed"


@pytest.mark.rule("R-291")
async def test_the_visit_is_certified_with_a_picture(town: Town) -> None:
    person = await drawing(certified=202510)
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/checks/{await code_of(await packed('certification'))}")
        await visitor.press("报告无误", status=422)
        assert "请拍一张" in visitor.words
        await visitor.press("报告无误", files={"right.photo": [("a.jpg", photo())]})
        assert "已经报上去了" in visitor.words
    assert (await benefit(person))["certified_month"] == 202611
    assert await engine.fetchval("select length(evidence) from certification") == 64


async def test_who_is_left_is_listed_and_nobody_is_left_in_the_end(town: Town) -> None:
    await drawing()
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/checks")
        assert "没有要核对的名册" in visitor.words
        await packed()
        await visitor.get(f"/village/{VILLAGE}/checks")
        assert "核对了0人" in visitor.words
        await visitor.follow("王大山")
        await visitor.press("无误")
        await visitor.follow("还没有核对的人")
        assert village_packs.KINDS["check_list"] in visitor.words
        assert "都核对了" in visitor.words
        await visitor.get(f"/village/{OTHER_GROUP[:10]}/checks", status=404)
