"""The notice before sixty: read by its owner, printed and handed over in the village, looked after at the agency."""

from pathlib import Path

import pypdfium2
import pytest

from db import engine
from domain.actor import Post
from tests.backoffice.office import Office
from tests.items.claiming import sixty
from tests.make import CHEN_CHUNSHENG, LI_XIUYING, OTHER_GROUP, VILLAGE
from tests.portal.town import Town
from tests.runs.test_benefit_notice import DECEMBER, done


def words(pdf: bytes) -> str:
    return "".join("".join(each.get_textpage().get_text_range().split()) for each in pypdfium2.PdfDocument(pdf))


async def delivery() -> tuple[bool, bool, str]:
    row = await engine.fetchrow("select read_at, handed_at, handed_by_name from benefit_notice")
    assert row is not None
    return row["read_at"] is not None, row["handed_at"] is not None, row["handed_by_name"]


@pytest.mark.rule("R-211", "R-214", "R-215")
async def test_who_turns_sixty_reads_it_and_prints_it(town: Town) -> None:
    await sixty(DECEMBER, years=range(2014, 2026))
    await done()
    async with town.login(DECEMBER) as visitor:
        await visitor.get("/")
        assert await delivery() == (False, False, "")
        await visitor.follow("待遇领取告知书")
        for said in (
            "2026年12月1日满60周岁",
            "9,000.00",
            "还差3年",
            "2011年至2013年、2026年",
            "不能作为凭据",
            "5个工作日",
        ):
            assert said in visitor.words, said
        assert await delivery() == (True, False, "")
        found = words((await visitor.fetch("/notice/notice.pdf")).content)
        for said in ("待遇领取告知书", "贺春", "2026年12月1日满60周岁", "9,000.00", "您还差3年", "本人签收"):
            assert said in found, said
        assert DECEMBER.id_number not in found
    async with town.login(LI_XIUYING) as visitor:
        assert "还没有您的告知书" in (await visitor.get("/notice")).text
        assert (await visitor.fetch("/notice/notice.pdf")).status_code == 404
    async with town.login(DECEMBER, assurance=1) as visitor:
        assert "level=2" in (await visitor.fetch("/notice")).headers["location"]


@pytest.mark.rule("R-214")
async def test_the_assistant_prints_it_hands_it_over_and_says_so(town: Town) -> None:
    await sixty(DECEMBER)
    await done()
    await town.appoint()
    notice = await engine.fetchval("select id from benefit_notice")
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}")
        await visitor.follow("要送的待遇领取告知书")
        assert "2026年12月1日满60周岁" in visitor.words
        pdf = f"/village/{VILLAGE}/notices/{notice}/notice.pdf"
        assert "贺春" in words((await visitor.fetch(pdf)).content)
        await visitor.press("已交给贺春本人")
        assert "没有要送的告知书" in visitor.words
        assert await delivery() == (False, True, "陈春生")
        await engine.execute("update person set region_code = $1", OTHER_GROUP)
        assert (await visitor.fetch(pdf)).status_code == 404
        await visitor.post(f"/village/{VILLAGE}/notices/{notice}/handed", {}, 404)
    logged = await engine.fetch("select action from audit_entry where actor_name = '陈春生' and action like 'notice.%'")
    assert [row["action"] for row in logged] == ["notice.opened", "notice.handed"]


@pytest.mark.rule("R-210", "R-214")
async def test_the_agency_sees_each_village_and_prints_its_pack(town: Town, tmp_path: Path) -> None:
    await sixty(DECEMBER)
    office = Office(tmp_path / "office")
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert "还没有发过告知书" in (await desk.get("/notices")).text
        await done()
        assert await desk.client.get("/notices") is not None
        listed = await desk.get("/notices/202612")
        assert "东坪村" in listed.text
        await desk.get("/notices/202701", 404)
        url = f"/notices/202612/{VILLAGE}"
        assert "贺春" in (await desk.get(url)).text
        assert "贺春" in words((await desk.client.get(f"{url}/files/1")).content)
        await desk.get(f"{url}/files/2", 404)
        notice = await engine.fetchval("select id from benefit_notice")
        await desk.post(f"{url}/{notice}/handed")
        assert "已送达" in (await desk.get(url)).text
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        await desk.get(url, 404)
        await desk.get(f"{url}/files/1", 404)
        await desk.post(f"{url}/{notice}/handed", 404)
    assert await delivery() == (False, True, "赵敏")
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        shown = await desk.get(f"/runs/{await engine.fetchval('select max(id) from batch_run')}")
        assert "2026年12月满60周岁的参保人" in shown.text
        assert "元合计" not in shown.text
        assert "/notices/202612" in [a.attrs["href"] for a in shown.all("a")]
