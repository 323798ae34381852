"""资格确认 on the phone, the assistant's visits, and the death list of a village."""

from datetime import timedelta

import pytest

from db import engine
from domain.agency import certification, suspensions
from tests.agency.pensioner import benefit, drawing, only
from tests.items.claiming import LIN_JING
from tests.make import CHEN_CHUNSHENG, COUNTY, FRIDAY, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN
from tests.portal.town import Town, photo

DUE = f"/village/{VILLAGE}/certification"
DEATHS = f"/village/{VILLAGE}/deaths"


@pytest.mark.rule("R-282", "R-293")
async def test_who_was_stopped_is_restored_by_the_one_button(town: Town) -> None:
    person = await drawing(certified=202510)
    await certification.follow(COUNTY, FRIDAY)
    await suspensions.confirm(COUNTY, [(await only(person))["id"]], LIN_JING, FRIDAY)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/certification")
        assert "已经过期" in visitor.words
        await visitor.press("现在确认")
        assert "办好了" in visitor.words
        assert "2027年11月30日" in visitor.words
        assert "本人手机办理" in visitor.words
    assert (await only(person))["state"] == "lifted"


@pytest.mark.rule("R-280")
async def test_an_old_login_or_one_without_a_face_must_be_made_anew(town: Town) -> None:
    person = await drawing(certified=202511)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/certification")
        assert "快到期了" in visitor.words
        town.now += timedelta(minutes=11)
        answer = await visitor.client.post("/certification", data={"_csrf": visitor.csrf})
        assert "fresh=1" in answer.headers["location"]
    async with town.login(WANG_DASHAN, assurance=2) as visitor:
        await visitor.get("/certification")
        answer = await visitor.client.post("/certification", data={"_csrf": visitor.csrf})
        assert "level=3" in answer.headers["location"]
    assert (await benefit(person))["certified_month"] == 202511


async def test_who_draws_no_pension_has_nothing_to_do(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/certification")
        assert "还没有领取" in visitor.words
        await visitor.post("/certification", {}, status=404)


@pytest.mark.rule("R-289", "R-291")
async def test_the_assistant_sees_who_is_due_and_certifies_with_a_picture(town: Town) -> None:
    person = await drawing(certified=202511)
    other = await drawing(LI_XIUYING, region=OTHER_GROUP, certified=202511)
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(DUE)
        assert "李秀英" not in visitor.words
        await visitor.follow("王大山")
        await visitor.press("我见到了本人", status=422)
        assert "照片" in visitor.words
        await visitor.press("我见到了本人", {"note": "在家"}, files={"photo": [("a.jpg", photo())]})
        assert "已经登记" in visitor.words
        assert "王大山" not in visitor.words
        await visitor.get(f"/village/{VILLAGE}/people/{other}/certification", status=404)
    assert (await benefit(person))["certified_month"] == 202611
    assert await engine.fetchval("select length(evidence) from certification") == 64


@pytest.mark.rule("R-311", "R-312")
async def test_nobody_died_is_one_button(town: Town) -> None:
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(DEATHS)
        assert "请报东坪村2026年10月的名单" in visitor.words
        await visitor.press("2026年10月没有")
        assert "2026年10月：没有" in visitor.words
        assert "请报东坪村2026年9月的名单" in visitor.words
    assert await engine.fetchval("select person_count from death_report") == 0


@pytest.mark.rule("R-311", "R-313")
async def test_a_death_and_a_sentence_are_reported_with_what_is_wrong_beside_the_field(town: Town) -> None:
    person = await drawing()
    await town.appoint()
    first = {"lines.0.name": "王大山", "lines.0.id_number": WANG_DASHAN.id_number, "lines.0.happened_on": "2026-10-12"}
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(DEATHS)
        await visitor.press("上报", {**first, "lines.0.id_number": "43990119750820131"}, status=422)
        await visitor.press("上报", {**first, "lines.0.happened_on": "2026-11-01"}, status=422)
        assert "2026年10月底以前" in visitor.words
        await visitor.press("添加一位", first)
        second = {
            "lines.1.name": "李秀英",
            "lines.1.id_number": LI_XIUYING.id_number,
            "lines.1.happened_on": "2026-10-20",
        }
        await visitor.press("上报", {**second, "lines.1.kind": "sentenced"})
        assert "2026年10月：王大山、李秀英" in visitor.words
    rows = await engine.fetch("select kind, person_id from death_report_line order by line_no")
    assert [tuple(row) for row in rows] == [("death", person), ("sentenced", None)]
