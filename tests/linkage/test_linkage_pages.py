"""制度衔接 at the desk, on paper and on the portal."""

from pathlib import Path

import pytest

from db import engine
from db.queries import portal
from domain.actor import Post
from domain.agency import linkage, payment_orders
from portal import transfer_progress
from tests.backoffice.office import Office
from tests.contributions.ways import CASHIER
from tests.linkage.ways import TO_EMPLOYEE, account, approved, money, now
from tests.make import COUNTY, FRIDAY, WANG_DASHAN
from tests.portal.town import Town


async def steps(case_id: int) -> tuple[str, list[str]]:
    found = await portal.case(COUNTY, case_id)
    assert found is not None
    progress = await transfer_progress.of_case(found)
    assert progress is not None
    return progress.title, [step[2] for step in progress.steps]


@pytest.mark.rule("R-402", "R-403")
async def test_what_comes_is_asked_for_typed_in_and_booked(office: Office) -> None:
    await account()
    row = await approved()
    url = f"/linkages/{row.id}"
    async with office.at_desk(await office.hire("何静", Post.COUNTY_ACCOUNT)) as desk:
        assert row.number in (await desk.get("/linkages")).text
        assert (await desk.client.get(f"{url}/linkage_letter.pdf")).content[:4] == b"%PDF"
        await desk.get(f"{url}/linkage_sheet.pdf", 404)
        assert await steps(row.case_id) == ("正在衔接", ["done", "now", "todo"])
        answer = {"step": "answered", "amount": "18500.00"}
        assert "1到12个月" in (await desk.post(url, 422, **answer, months="2015:13")).text
        assert "金额" in (await desk.post(url, 422, step="answered", amount="x", months="2015:12")).text
        await desk.post(url, **answer, months=" ".join(f"{year}:12" for year in range(2010, 2018)))
        assert "等18,500.00元足额到账" in (await desk.get(url)).text
        await money(await now(row), 1_850_000)
        assert "15年" in (await desk.get(url)).text
        assert row.number in (await desk.get("/linkages?list=done")).text
        await desk.post(url, 404, step="x")
    assert await steps(row.case_id) == ("已经转好", ["done", "done", "done"])
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        await desk.get(url, 404)


@pytest.mark.rule("R-401", "R-403")
async def test_what_goes_has_its_sheet_and_is_closed_once_paid_and_merged(office: Office) -> None:
    await account()
    row = await approved(**TO_EMPLOYEE)
    url = f"/linkages/{row.id}"
    async with office.at_desk(await office.hire("何静", Post.COUNTY_ACCOUNT)) as desk:
        assert "等出纳付款" in (await desk.get(url)).text
        assert (await desk.client.get(f"{url}/linkage_sheet.pdf")).content[:4] == b"%PDF"
        assert "还没有付出" in (await desk.post(url, 422, step="finished", reason="12月3日办结")).text
        await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), FRIDAY.date(), CASHIER, FRIDAY)
        await linkage.follow(COUNTY, FRIDAY)
        assert await steps(row.case_id) == ("正在衔接", ["done", "done", "now"])
        await desk.post(url, step="finished", reason="12月3日办结")
        assert "已办结" in (await desk.get(url)).text
    assert await steps(row.case_id) == ("已经转好", ["done", "done", "done"])


async def test_what_came_to_nothing_says_that_nothing_has_changed(office: Office) -> None:
    await account()
    row = await approved()
    async with office.at_desk(await office.hire("何静", Post.COUNTY_ACCOUNT)) as desk:
        await desk.post(f"/linkages/{row.id}", step="cancel", reason="对方说凭证有误")
    assert await steps(row.case_id) == ("没有办成", ["done", "bad"])


async def test_the_person_reads_where_it_stands(office: Office, tmp_path: Path) -> None:
    await account()
    row = await approved()
    async with Town(tmp_path / "files").login(WANG_DASHAN) as visitor:
        shown = (await visitor.get(f"/cases/{row.case_id}")).text
        for words in ("正在衔接", "联系函已经发出", "省城社会保险中心", "最晚2026年12月11日"):
            assert words in shown
