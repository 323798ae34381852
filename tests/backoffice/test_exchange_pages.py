"""The board, the log of files and determinations, as their people use them."""

from pathlib import Path

import pytest

from domain.actor import Post
from domain.agency import bank_desk, finance_desk
from domain.exchange.tax import DailyReconciliation
from tests import make
from tests.backoffice.office import Office
from tests.contributions.ways import AT, DAY
from tests.exchange import test_bank_desk as bank
from tests.exchange import test_finance_desk as finance
from tests.exchange.conftest import folder  # noqa: F401 - a fixture
from tests.exchange.test_board import file_id
from tests.exchange.test_tax_desk import pays, rounds
from tests.exchange.test_tax_questions import came
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN


@pytest.mark.rule("R-088", "R-493")
async def test_the_board_leads_to_the_day_and_the_day_to_the_line(office: Office, folder: Path) -> None:  # noqa: F811
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds()
    await came("daily_reconciliation", 9, DailyReconciliation(sequence=1, treasury_on=DAY, lines=9, amount_fen=60000))
    await finance_desk.receive(COUNTY, finance.file(finance.slip()), "x.txt", AT)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        shown = await desk.get("/exchange")
        for words in ("税务部门", "财政部门", "500.00", "差100.00元", "缺第3号到第8号文件", "有钱等处理"):
            assert words in shown.text, words
        day = await desk.get("/exchange/day?partner=tax&on=2026-11-20")
        for words in ("李秀英 2026年度", "第1号文件第3行", "认定是谁的，或退回", "第1号文件对方9笔600.00元"):
            assert words in day.text, words
        (waiting,) = [a.attrs["href"] for a in day.all("a") if "/waiting/" in a.attrs["href"]]
        await desk.get(waiting)
        assert "CZ1" in (await desk.get("/exchange/day?partner=finance&on=2026-11-20")).text
        await desk.get("/exchange/day?partner=tax&on=2026-11-19", 404)
        await desk.get("/exchange?on=nonsense")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        day = await desk.get("/exchange/day?partner=tax&on=2026-11-20")
        assert "李秀英" not in day.text
        assert not [a for a in day.all("a") if a.attrs["href"].startswith("/contributions")]
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/exchange", 403)


@pytest.mark.rule("R-495", "R-058")
async def test_a_file_is_looked_at_downloaded_and_its_difference_ended(office: Office, folder: Path) -> None:  # noqa: F811
    await make.participant()
    await came("daily_reconciliation", 1, DailyReconciliation(sequence=9, treasury_on=DAY, lines=1, amount_fen=5))
    url = f"/exchange/files/{await file_id()}"
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "有差异" in (await desk.get("/exchange/files?partner=tax&direction=in&state=held")).text
        assert "第9号文件没有收到" in (await desk.get(url)).text
        answer = await desk.client.get(f"{url}/file")
        assert answer.content.startswith(b"PENSION1|daily_reconciliation|tax|")
        assert "写明" in (await desk.post(f"{url}/settle", 422, why="")).text
        await desk.post(f"{url}/settle", why="电话核对过")
        assert "已办结：电话核对过" in (await desk.get(url)).text
        await desk.post(f"{url}/again", 404)
        await desk.post(f"{url}/nothing", 404)
        await desk.get("/exchange/files/99", 404)
    async with office.at_desk(await office.hire("孙主任", Post.COUNTY_HEAD)) as desk:
        log = await desk.get("/audit?object=exchange_file")
        assert "下载收发文件" in log.text
        assert "办结对账差异" in log.text
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        assert "下载原文件" not in (await desk.get(url)).text
        assert (await desk.client.get(f"{url}/file")).status_code == 422
        await desk.post(f"{url}/settle", 403, why="电话核对过")


@pytest.mark.rule("R-495")
async def test_a_file_that_came_another_way_is_uploaded(office: Office, folder: Path) -> None:  # noqa: F811
    await make.participant()
    data = bank.file(bank.collected())
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        await desk.post("/exchange/files", 422)
        assert "不完整" in (await desk.post("/exchange/files", 422, files={"file": ("a.txt", data[:-9])})).text
        assert "已经收下" in (await desk.post("/exchange/files", 200, files={"file": ("a.txt", data)})).text
        assert "以前收过" in (await desk.post("/exchange/files", 200, files={"file": ("a.txt", data)})).text
        slip = finance.file(finance.slip())
        assert "出纳" in (await desk.post("/exchange/files", 422, files={"file": ("a.txt", slip)})).text
        log = await desk.get("/exchange/files")
        assert "银行代收日报" in log.text
        assert "银行 NH" in log.text
    assert (await bank_desk.receive(bank.BANK, COUNTY, data, "b.txt", AT)).answer == "repeated"


@pytest.mark.rule("R-491")
async def test_a_special_contribution_is_determined_and_sent_again(office: Office, folder: Path) -> None:  # noqa: F811
    await make.participant()
    (folder / "tax" / "in").mkdir(parents=True)
    fields = {
        "name": "王大山",
        "id_number": WANG_DASHAN.id_number,
        "year": "2025",
        "amount": "200",
        "reason": "补缴2025年度",
    }
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        url = "/exchange/determinations"
        await desk.post(url, 422, **fields | {"amount": "1.234"})
        await desk.post(url, 422, **fields | {"pay_by_on": "昨天"})
        await desk.post(url, 422, **fields | {"year": "x"})
        await desk.post(url, **fields | {"pay_by_on": "2026-12-20"})
        shown = await desk.get(url)
        assert "HD202611200001" in shown.text
        assert WANG_DASHAN.id_number not in shown.text
        await rounds()
        file = f"/exchange/files/{await file_id('out', 'special_contribution_determination')}"
        await desk.post(f"{file}/again")
        assert "等发出" in (await desk.get(file)).text
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.get(url, 403)
