"""A batch as its three people see it."""

from datetime import date, datetime, timedelta

import pytest

from db import engine
from db.stores.ledger import Entry
from domain import access
from domain.actor import Post
from domain.ledger import Kind
from domain.runs import KINDS, run
from tests import make
from tests.backoffice.office import Office
from tests.documents.test_documents import text_of
from tests.make import CHINA, COUNTY
from tests.runs.conftest import many_accounts, posted
from tests.runs.drawing import drawing, raised

AT = datetime(2026, 11, 20, 9, tzinfo=CHINA)


async def work() -> None:
    while await run.advance(KINDS, COUNTY, AT):
        pass


@pytest.mark.rule("R-177", "R-016")
async def test_a_year_is_settled_from_the_first_click_to_the_result(office: Office) -> None:
    accounts = await many_accounts(8)
    await posted([
        Entry(account_id=a, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 5), amounts={"personal": 100_000}) for a in accounts[1:]
    ] + [Entry(account_id=accounts[0], kind=Kind.CONTRIBUTION, value_on=date(2023, 1, 5), amounts={"personal": 100_000})])  # fmt: skip
    maker = await office.hire("何静", Post.COUNTY_ACCOUNT)
    async with office.at_desk(maker) as desk:
        url = await desk.post("/runs", kind="interest_settlement", period="2025")
        assert "正在试算" in (await desk.get(url)).text
        await work()
        shown = await desk.get(url)
        await desk.get(f"{url}/sheet", 404)
        assert "2.5%" in shown.text
        assert "160.44" in shown.text  # 7 × 22.92
        assert "上一年度没有结息" in shown.text
        assert "村民1" in shown.text
        assert not [b for b in shown.all("button") if "复核" in b.text]
        await desk.post(f"{url}/review", 422)
    async with office.at_desk(await office.hire("严明", Post.FINANCE_SUPERVISOR)) as desk:
        await desk.post(f"{url}/review")
        await desk.post(f"{url}/approve", 422)
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as desk:
        await desk.post(f"{url}/approve")
        part = await desk.client.get(f"{url}/progress")
        assert "正在办理" in part.text
        assert "HX-Refresh" not in part.headers
        await work()
        # With the end of the work the whole page is another.
        assert (await desk.client.get(f"{url}/progress")).headers["HX-Refresh"] == "true"
        assert "已完成" in (await desk.get(url)).text
        assert "已完成" in (await desk.get("/runs")).text
        await desk.get(f"{url}/cancel", 405)
        sheet = await desk.get(f"{url}/sheet")
        assert "柳湾镇" in sheet.text
        assert "160.44" in sheet.text
        paper = await desk.client.get(f"{url}/sheet/pdf")
        assert paper.headers["content-type"] == "application/pdf"
        printed = text_of(paper.content)
        for word in ("柳湾镇", "160.44", "2.5%", "何静", "严明", "冯远", "壹佰陆拾元肆角肆分"):
            assert word in printed, word
    assert await engine.fetchval("select count(*) from ledger_entry where kind = 10") == 7


async def test_what_cannot_begin_says_why_beside_the_field(office: Office) -> None:
    async with office.at_desk(await office.hire("何静", Post.COUNTY_ACCOUNT)) as desk:
        assert "已经过完" in (await desk.post("/runs", 422, kind="interest_settlement", period="2026")).text
        await desk.post("/runs", 404, kind="nothing", period="2025")
        await desk.get("/runs/99", 404)
        url = await desk.post("/runs", kind="interest_settlement", period="2025")
        assert "原因" in (await desk.post(f"{url}/cancel", 422)).text
        await desk.post(f"{url}/cancel", reason="利率录错")
        assert "利率录错" in (await desk.get(url)).text
        await desk.post(f"{url}/nothing", 404)


async def test_clerks_of_a_township_do_not_see_batches(office: Office) -> None:
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/runs", 403)


@pytest.mark.rule("R-309")
async def test_an_increase_shows_what_it_costs_whom_before_it_is_approved(office: Office) -> None:
    await drawing(3)
    await raised("163.00", date(2026, 7, 1))
    maker = await office.hire("林静", Post.COUNTY_BENEFIT)
    async with office.at_desk(maker) as desk:
        assert "非常规业务" in (await desk.post("/runs", 422, kind="benefit_adjustment", period="202607")).text
        grant = await desk.post("/authority", business="benefit_adjustment", reason="提高基础养老金")
        assert grant
        asked = await engine.fetchval("select id from special_authority_grant")
        await access.grant_authority(COUNTY, asked, AT + timedelta(days=1), make.FENG_YUAN, AT)
        url = await desk.post("/runs", kind="benefit_adjustment", period="202607")
        await work()
        shown = await desk.get(url)
        for said in ("143.00 → 163.00", "青财社〔2026〕9号", "中央，每月", "60.00", "大约要补发"):
            assert said in shown.text, said
