"""What waits for a village's assistant: counts first, then everybody with the one thing to do."""

from datetime import date

import pytest

from db import engine
from domain.case import flow
from domain.items import benefit_claim
from tests import make
from tests.agency.packs import packed, said
from tests.agency.pensioner import drawing
from tests.items.claiming import ASKED
from tests.make import (
    CHEN_CHUNSHENG,
    COUNTY,
    FRIDAY,
    LI_XIUYING,
    OTHER_GROUP,
    VILLAGE,
    WANG_DASHAN,
    ZHAO_MIN,
    Person,
    id_number,
)
from tests.portal.town import Town

WORK = f"/village/{VILLAGE}/work"
# FRIDAY is 20 November 2026.
SIXTY_TODAY = Person("六十", id_number(date(1966, 11, 20), 501), 51, "13800000051")
SIXTY_TOMORROW = Person("明天", id_number(date(1966, 11, 21), 502), 52, "13800000052")
ELSEWHERE = Person("外村", id_number(date(1960, 1, 1), 503), 53, "13800000053")


async def test_nothing_waits(town: Town) -> None:
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(WORK)
        assert "2026年10月的去世名单还没有报" in visitor.words
        await visitor.follow("去世名单")
        await visitor.press("2026年10月没有")
        await visitor.get(WORK)
        assert "现在没有要办的事" in visitor.words


@pytest.mark.rule("R-228")
async def test_who_is_sixty_today_may_claim_with_one_tap_and_is_gone_afterwards(town: Town) -> None:
    await make.participant(SIXTY_TODAY)
    await make.participant(SIXTY_TOMORROW)
    await make.participant(ELSEWHERE, OTHER_GROUP)
    await drawing(WANG_DASHAN)
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}")
        await visitor.follow("要办的事")
        assert "六十" in visitor.words
        for name in ("明天", "外村", "王大山"):
            assert name not in visitor.words
        await visitor.press("开始申请：六十")
        assert "/drafts/" in visitor.url
        await make.handed_in(benefit_claim.ITEM, ASKED, SIXTY_TODAY)
        await visitor.get(WORK)
        assert "可以申请养老金" not in visitor.words


@pytest.mark.rule("R-289")
async def test_due_unchecked_and_waiting_papers_are_counted(town: Town) -> None:
    await drawing(WANG_DASHAN, certified=202511)
    await packed()
    await make.sources(household_register=make.household(make.ZHOU_XIAOMAN))
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(WORK)
        assert [tile.text for tile in visitor.page.all("li") if "tile" in tile.attrs.get("class", "")][:2] == [
            "1要办资格确认", "1名册还没有核对",
        ]  # fmt: skip
        await visitor.follow("王大山")
        assert visitor.url.endswith("/certification")


@pytest.mark.rule("R-311", "R-312")
async def test_who_was_called_dead_at_the_check_stands_in_the_list_of_the_month(town: Town) -> None:
    await drawing(WANG_DASHAN)
    pack_id = await packed()
    await said(pack_id, "dead", died_on=date(2026, 10, 12))
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/deaths")
        form, _ = visitor.button("上报")
        values = {field.attrs["name"]: field.attrs.get("value") for field in form.all("input") if "name" in field.attrs}
        assert values["lines.0.name"] == "王大山"
        assert values["lines.0.happened_on"] == "2026-10-12"
        await visitor.press("上报")
        assert "2026年10月：王大山" in visitor.words


@pytest.mark.rule("R-222")
async def test_who_has_not_said_yes_and_whose_papers_are_missing_are_named_and_cases_of_others_do_not_open(
    town: Town,
) -> None:
    person = await drawing(WANG_DASHAN)
    await engine.execute("update benefit set state = 'determined' where person_id = $1", person)
    asked = (await make.enrollment_of(LI_XIUYING)).case_id
    points = ["请补一张户口簿照片"]
    await flow.request_supplement(COUNTY, asked, ZHAO_MIN, await make.version(asked), points, FRIDAY)
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(WORK)
        assert "李秀英：参保登记请提醒本人补" in visitor.words.replace(" ", "")
        assert f"/cases/{asked}" not in [a.attrs["href"] for a in visitor.page.all("a")]
        assert "养老金等本人确认" in visitor.words
        await visitor.follow("王大山")
        assert visitor.url.endswith(f"/people/{person}/pension")
        await engine.execute(
            "update service_case set filer_kind = 'assistant', filer_id = $1", await town.account(CHEN_CHUNSHENG)
        )
        await visitor.get(WORK)
        await visitor.follow("李秀英：参保登记")
        assert visitor.url == f"/cases/{asked}"


async def test_another_village_has_other_work(town: Town) -> None:
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{OTHER_GROUP[:10]}/work", status=404)
