"""Assistance and 被征地补贴 as their people use them."""

import pytest

from domain.actor import Post
from domain.agency import funded_lists
from tests import make
from tests.backoffice.office import Office
from tests.contributions.test_collective_assistance import GOOD
from tests.contributions.test_collective_assistance import sheet as assistance_sheet
from tests.contributions.test_land_loss import YEARLY
from tests.contributions.test_land_loss import sheet as land_sheet
from tests.contributions.ways import AT, booked, paid
from tests.make import COUNTY, WORKER

HEADER = {
    "giver_kind": "village", "giver": "东坪村民委员会", "minutes": "2026年11月2日第3号", "declared_by": "赵敏",
    "declared_by_id": "439901198001010015", "bank": "农商行", "received_on": "2026-11-20",
}  # fmt: skip


@pytest.mark.rule("R-138", "R-140", "R-141", "R-142")
async def test_a_village_gives_from_the_sheet_to_the_accounts(office: Office) -> None:
    await make.participant()
    await booked(paid(20000))
    files = {"file": ("表.xlsx", assistance_sheet(GOOD, (*GOOD[:2], "2025", "100")))}
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert (await desk.client.get("/assistance/template.xlsx")).status_code == 200
        refused = await desk.post("/assistance", 422, files=files, **HEADER | {"minutes": ""})
        assert "村民会议" in refused.text
        url = await desk.post("/assistance", files=files, **HEADER)
        shown = await desk.get(url)
        for words in ("东坪村民委员会", "2026-11-27", "2026-12-04", "本人还没有缴清2025年"):
            assert words in shown.text, words
        assert "王大山" in (await desk.get(f"{url}?only=bad")).text
        for name in ("declaration", "slip"):
            await desk.get(f"{url}/{name}.pdf", 404)  # nothing is declared yet
        await desk.post(f"{url}/declare")
        for name in ("declaration", "slip"):
            assert (await desk.client.get(f"{url}/{name}.pdf")).content.startswith(b"%PDF")
        await desk.post(f"{url}/approve", 422)
        await desk.post(url.replace("assistance", "land-loss/lists") + "/declare", 403)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "已申报" in (await desk.get("/assistance")).text
        await desk.post(f"{url}/nothing", 404)
        await desk.post(url.replace("assistance", "contributions") + "/approve", 404)  # not that desk's work
        await desk.post(f"{url}/approve")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.get("/assistance", 403)
        await desk.post("/finance/receipts", account="income_account", bank="农商行", slip_no="1", received_on="2026-11-20",
                        amount="100", people="1", document_id=url.rsplit("/", 1)[-1])  # fmt: skip
    assert await funded_lists.book_ready(COUNTY, WORKER, AT) == 1
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "已登账" in (await desk.get(url)).text
        await desk.post(f"{url}/cancel", 422, reason="录错")


@pytest.mark.rule("R-145", "R-147", "R-152")
async def test_land_loss_goes_from_the_award_to_the_accounts(office: Office) -> None:
    await make.participant()
    await booked(paid(20000))
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert (await desk.client.get("/land-loss/template.xlsx")).status_code == 200
        files = {"file": ("表.xlsx", land_sheet(YEARLY, YEARLY))}
        assert "文号" in (await desk.post("/land-loss", 422, files=files, document="")).text
        done = await desk.post("/land-loss", 200, files=files, document="青人社〔2026〕5号")
        assert "登记1人次" in done.text
        assert "第3行：这个人这一次征地的补贴已经登记过" in done.text
        await desk.post("/land-loss/due", 403)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        shown = await desk.get("/land-loss/due")
        assert "按年（第1年）" in shown.text
        assert "2,000.00" in shown.text
        url = await desk.post("/land-loss/due")
        assert "没有可以划入" in (await desk.post("/land-loss/due", 422)).text
        await desk.post(f"{url}/declare")
        await desk.post(f"{url}/approve", 422)
        assert (await desk.client.get(f"{url}/declaration.pdf")).content.startswith(b"%PDF")
        assert "已申报" in (await desk.get("/land-loss/lists")).text
    async with office.at_desk(await office.hire("吴梅", Post.COUNTY_COLLECTION)) as desk:
        await desk.post(f"{url}/approve")
        assert "作废申报表" in (await desk.post("/land-loss/awards/1/stop", 422, reason="录错")).text
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/finance/receipts", account="fiscal_account", bank="农商行", slip_no="2", received_on="2026-11-20",
                        amount="2000", people="1", document_id=url.rsplit("/", 1)[-1])  # fmt: skip
    assert await funded_lists.book_ready(COUNTY, WORKER, AT) == 1
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "28,000.00" in (await desk.get("/land-loss")).text
        await desk.post("/land-loss/awards/1/stop", reason="土地退回")
        assert "土地退回" in (await desk.get("/land-loss")).text
        await desk.post("/land-loss/awards/99/stop", 404, reason="土地退回")
