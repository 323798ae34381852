"""A month's subsidies are asked of the simulated finance bureau, paid, registered, and credited to who they are for."""

from datetime import datetime
from pathlib import Path

import pytest

from db import engine
from db.queries import subsidies as queries
from domain import subsidies, verify
from domain.actor import Post
from domain.agency import subsidy_requests
from domain.errors import Refused
from ops import exchange
from sandbox.finance.bureau import Bureau
from tests import make
from tests.backoffice.office import Office
from tests.contributions.ways import CASHIER, MAKER, approved, booked, paid
from tests.make import CHINA, COUNTY

DECEMBER = datetime(2026, 12, 2, 9, tzinfo=CHINA)


async def asked(period: int = 202611, at: datetime = DECEMBER) -> str:
    return await subsidy_requests.ask(COUNTY, period, MAKER, at)


@pytest.mark.rule("R-411", "R-412", "R-414")
async def test_what_was_asked_for_comes_is_credited_and_nothing_is_owed_any_more(db: object, folder: Path) -> None:
    await make.participant()
    await booked(paid(30000, external_no="T1"))
    (folder / "finance" / "in").mkdir(parents=True)
    assert await asked() == "CS-439901-202611"
    await exchange.exchange_with_finance(COUNTY, DECEMBER)
    bureau = Bureau(folder, f"{COUNTY}", "1")
    bureau.look("20261202")
    await exchange.exchange_with_finance(COUNTY, DECEMBER)
    rows = await engine.fetch("select id, amount_fen, purpose from receipt order by id")
    assert [row["amount_fen"] for row in rows] == [3500, 500, 1000]
    assert all("CS-439901-202611" in row["purpose"] for row in rows)
    for row, level in zip(rows, ("province", "city", "county"), strict=True):
        await subsidies.credit(COUNTY, row["id"], {level: row["amount_fen"]}, MAKER, DECEMBER)
    assert await queries.open_by_month(COUNTY) == []
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-411")
async def test_a_month_is_asked_for_once_when_it_is_over_and_booked(db: object) -> None:
    with pytest.raises(Refused, match="没有过完"):
        await asked(202612)
    with pytest.raises(Refused, match="没有要申请的"):
        await asked()
    await make.participant()
    await booked(paid(30000, external_no="T1"))
    await approved(paid(20000, external_no="T2"))
    with pytest.raises(Refused, match="还有1张单据"):
        await asked()
    await engine.execute("update fund_document set state = 'cancelled' where state = 'approved'")
    await asked()
    with pytest.raises(Refused, match="已经申请过"):
        await asked()
    await engine.execute("update exchange_file set state = 'refused'")
    await asked()


async def test_the_posts_are_checked(db: object) -> None:
    with pytest.raises(Refused, match="岗位"):
        await subsidy_requests.ask(COUNTY, 202611, CASHIER, DECEMBER)


async def test_the_page_asks_and_says_when(db: object, tmp_path: Path) -> None:
    office = Office(tmp_path)
    await make.participant()
    await booked(paid(30000, external_no="T1"))
    office.now = office.now.replace(month=12, day=2)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "向财政部门申请这个月的补贴" in (await desk.get("/subsidies?period=202611")).text
        await desk.post("/subsidies/202611/request")
        assert "已经向财政部门申请" in (await desk.get("/subsidies?period=202611")).text
        await desk.post("/subsidies/202611/request", 422)
        await desk.post("/subsidies/999999/request", 404)
        paper = await desk.client.get("/subsidies/202611/estimate.pdf")
        assert paper.content.startswith(b"%PDF")
