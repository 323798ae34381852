"""Registers of special groups and zero contributions as their people use them."""

from datetime import date

import pytest

from db import engine
from domain.actor import Post
from tests import make
from tests.backoffice.office import Office
from tests.contributions.test_special_groups import FULLY, GOOD, HALF, sheet
from tests.contributions.ways import identity, special_rule

LIST = {"source": "civil_affairs", "list_no": "青民〔2026〕1号", "full": "on"}


@pytest.mark.rule("R-131", "R-136")
async def test_a_list_is_imported_and_who_is_missing_next_time_is_decided_upon(office: Office) -> None:
    await make.participant()
    await special_rule("061", "20", "200", **HALF)
    await special_rule("031", "20", "200", **FULLY)
    async with office.at_desk(await office.hire("孙立", Post.COUNTY_ENROLLMENT)) as desk:
        assert (await desk.client.get("/special-groups/template.xlsx")).status_code == 200
        wrong = ("王小山", GOOD[1], "031", "2026-01-01", "")
        shown = await desk.post("/special-groups", 200, files={"file": ("a.xlsx", sheet(GOOD, wrong))}, **LIST)
        assert "新登记1人次" in shown.text
        assert "第3行：姓名和参保登记的不一致" in shown.text
        assert "青民〔2026〕1号" in (await desk.get("/special-groups?category=061&region=4399010102")).text
        assert "没有登记" in (await desk.get("/special-groups?region=43990102")).text
        assert (await desk.client.get("/special-groups/register.xlsx")).status_code == 200
        refused = await desk.post("/special-groups", 422, files={"file": ("a.xlsx", b"x")}, **LIST)
        assert "没有找到表头" in refused.text
        other = (GOOD[0], GOOD[1], "031", "2026-01-01", "")
        assert (
            "名单中不再有的1人次"
            in (await desk.post("/special-groups", 200, files={"file": ("b.xlsx", sheet(other))}, **LIST)).text
        )
        spell = await engine.fetchval("select id from category_spell where category = '061'")
        assert "王大山" in (await desk.get("/special-groups/missing")).text
        await desk.post(f"/special-groups/{spell}", 422, step="end", until_on="2026-11-20", reason="")
        await desk.post(f"/special-groups/{spell}", step="end", until_on="2026-11-20", reason="民政核实已退出")
        assert "没有要核实的人" in (await desk.get("/special-groups/missing")).text
        assert "民政核实已退出" in (await desk.get("/special-groups?ended=1")).text
        await desk.post("/special-groups/999", 404, step="keep")


@pytest.mark.rule("R-128", "R-129")
async def test_a_township_asks_and_declares_for_those_who_agreed(office: Office) -> None:
    person = await make.participant()
    await special_rule("031", "20", "200", **FULLY)
    await identity("031", date(2026, 1, 1))
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.post("/special-groups", 403, files={"file": ("a.xlsx", b"x")}, **LIST)
        assert "登记同意" in (await desk.get("/special-groups/zero")).text
        assert "没有已经同意" in (await desk.post("/special-groups/zero", 422)).text
        await desk.post(f"/special-groups/zero/{person}", 422, given_on="2026-12-01", manner="paper")
        await desk.post(f"/special-groups/zero/{person}", given_on="2026-11-19", manner="paper")
        assert "已同意" in (await desk.get("/special-groups/zero")).text
        url = await desk.post("/special-groups/zero")
        assert "王大山" in (await desk.get(url)).text
        await desk.post(f"{url}/declare")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.get("/special-groups", 403)
