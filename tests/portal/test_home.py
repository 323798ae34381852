"""What everybody may read: services, guides, the privacy notice."""

import pytest

from domain.actor import ActorKind
from domain.items import ITEMS
from domain.local import profile
from portal.home import GROUPS
from tests.make import LI_XIUYING, WANG_DASHAN
from tests.portal.town import Town

OFFERED = [item for item in ITEMS if ActorKind.RESIDENT in item.applicants]


def test_every_service_stands_under_one_heading() -> None:
    assert sorted(code for group in GROUPS for code in group.items) == sorted(item.code for item in OFFERED)


async def test_a_visitor_sees_every_service_a_resident_may_file(town: Town) -> None:
    async with town.visitor() as visitor:
        await visitor.get("/")
        for item in OFFERED:
            assert item.title in visitor.words
        assert "办件撤销" not in visitor.words


@pytest.mark.rule("R-500", "R-029", "R-001", "R-512")
@pytest.mark.parametrize("code", [item.code for item in OFFERED])
async def test_every_service_has_a_guide_with_limit_materials_price_and_other_ways(town: Town, code: str) -> None:
    item = next(item for item in ITEMS if item.code == code)
    async with town.visitor() as visitor:
        await visitor.get(f"/guide/{code}")
        assert "不收任何费用" in visitor.words
        assert "窗口" in visitor.words
        assert all(article in visitor.words for article in item.basis)
        assert all(material.title in visitor.words for material in item.materials)
        days = profile("national").chains[code].limit_working_days
        assert (f"{days}个工作日" if days else "当场办好") in visitor.words


async def test_there_is_no_guide_to_what_residents_cannot_file(town: Town) -> None:
    async with town.visitor() as visitor:
        await visitor.get("/guide/case_reversal", status=404)
        await visitor.get("/guide/nothing", status=404)


@pytest.mark.rule("R-502", "R-503")
async def test_the_privacy_notice_is_told_before_anything_is_asked(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/guide/enrollment")
        await visitor.follow("开始办理")
        assert "敏感信息" in visitor.words
        await visitor.follow("完整的个人信息说明")
        for owed in ("谁在收集", "为什么收集", "收集哪些", "保存多久", "您可以做什么", "青禾县"):
            assert owed in visitor.words


@pytest.mark.rule("R-002")
async def test_nothing_personal_is_shown_without_a_login(town: Town) -> None:
    async with town.visitor() as visitor:
        for url in ("/cases", "/me", "/messages", "/apply/enrollment", "/cases/1", "/drafts/1", "/village"):
            await visitor.get(url)
            assert visitor.url.startswith("/login?next=")


async def test_a_participant_only_service_tells_others_to_enrol_first(town: Town) -> None:
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/basic_info_change")
        assert "要先办参保登记" in visitor.words
