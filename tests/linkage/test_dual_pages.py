"""重复参保、重复领取 at the desk."""

import pytest

from db import engine
from domain.actor import Post
from domain.agency import dual_coverage
from tests import make
from tests.backoffice.office import Office
from tests.leaving import family
from tests.linkage.test_dual_coverage import JANUARY
from tests.make import COUNTY
from tests.payments import month as way


@pytest.mark.rule("R-299", "R-407")
async def test_ticked_ones_are_stopped_by_one_and_ended_or_restored_by_another(office: Office) -> None:
    office.now = JANUARY
    people = [await family.pensioner(number) for number in (1, 2, 3)]
    facts = {"status": "receiving", "since": "2026-11-05"}
    await make.sources(
        employee_scheme={way.pensioner(1): facts, way.pensioner(2): {"status": "receiving"}, way.pensioner(3): facts}, when=JANUARY
    )
    await dual_coverage.follow(COUNTY, JANUARY)
    ids = [row["id"] for row in await engine.fetch("select id from dual_finding order by id")]
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        assert way.pensioner(1).name in (await desk.get("/dual")).text
        assert "请勾选" in (await desk.post("/dual/suspend", 422)).text
        await desk.post("/dual/suspend", id=ids)
        shown = (await desk.get("/dual?state=suspended")).text
        assert "2027年12月31日以前核实" in shown
        assert "没有日期" in shown
        assert "自己暂停的" in (await desk.post(f"/dual/{ids[0]}", 422, step="end", note="看过核定表", state="suspended")).text
    async with office.at_desk(await office.hire("夏雨", Post.COUNTY_BENEFIT)) as desk:
        mixed = await desk.post("/dual/end", 422, id=ids[:2])
        assert "已经办结1人" in mixed.text
        assert "请逐个核实" in mixed.text
        assert "从哪一天起" in (await desk.post(f"/dual/{ids[1]}", 422, step="end", note="看过核定表", state="suspended")).text
        await desk.post(f"/dual/{ids[1]}", step="end", note="看过核定表", since_on="2026-12-05", state="suspended")
        await desk.post(f"/dual/{ids[2]}", step="clear", note="是登记错误", state="suspended")
        await desk.post(f"/dual/{ids[2]}", 404, step="x", state="suspended")
        assert (await desk.get("/dual?state=ended")).text.count("结算单") == 2
        assert "是登记错误" in (await desk.get("/dual?state=cleared")).text
    assert len(people) == 3
    await family.books_agree()
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        assert way.pensioner(1).name not in (await desk.get("/dual?state=ended")).text
        await desk.post("/dual/suspend", 403, id=ids)
