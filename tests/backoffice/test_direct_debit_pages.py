"""代扣 as its people use it: figures, list, file, return, the failed, and the agreement on paper."""

from pathlib import Path
from typing import Any

import pytest

from db import engine
from db.queries import agreements
from domain import contributions
from domain.actor import Post
from domain.items import direct_debit_agreement
from tests import make
from tests.backoffice.office import Desk, Office
from tests.contributions.test_direct_debit import AT, BANK, SON, agreed, answered
from tests.items.test_direct_debit_agreement import ANSWERS, BOTH
from tests.make import COUNTY, WORKER


async def upload(desk: Desk, url: str, answer: tuple[bytes, bytes], status: int = 303, **fields: str) -> Any:
    files = {"success": ("S.TXT", answer[0]), "failure": ("F.TXT", answer[1])}
    return await desk.post(url, status, files=files, **fields)


@pytest.mark.rule("R-117", "R-118", "R-121")
async def test_a_list_goes_from_its_figures_to_the_bank_and_back(office: Office, tmp_path: Path) -> None:
    await agreed()
    maker = await office.hire("周会", Post.COUNTY_COLLECTION)
    async with office.at_desk(maker) as desk:
        assert "看今年要扣谁" in (await desk.get("/direct-debit")).text
        shown = await desk.get(f"/direct-debit/due?bank={BANK}")
        assert "1,100.00" in shown.text
        url = await desk.post("/direct-debit", bank=BANK)
        await desk.post("/direct-debit", 422, bank=BANK)
        await desk.post(f"{url}/declare")
        await desk.post(f"{url}/approve", 422)
        await desk.post(f"{url}/nothing", 404)
        await desk.get(f"{url}/slip.pdf", 404)  # the bank has taken nothing yet
        await desk.post(url.replace("direct-debit", "contributions") + "/approve", 404)  # not that desk's work
        await upload(desk, f"{url}/return", (b"x", b""), 404, total="0", debited_on="2026-11-20")
    async with office.at_desk(await office.hire("吴梅", Post.COUNTY_COLLECTION)) as desk:
        await desk.post(f"{url}/approve")
        (file,) = await agreements.files(COUNTY, "debit", 9)
        sent = await desk.client.get(f"/direct-debit/files/{file.id}/download")
        assert sent.content.decode("gb18030").count("\r\n") == 3
        answer = await answered(tmp_path, file, "900.00")
        assert "对不上" in (await upload(desk, f"{url}/return", answer, 422, total="900", debited_on="2026-11-20")).text
        assert (
            "请选择银行的回盘文件" in (await desk.post(f"{url}/return", 422, total="800", debited_on="2026-11-20")).text
        )
        done = await upload(desk, f"{url}/return", answer, total="800", debited_on="2026-11-20")
        assert "回盘已经收下" in (await desk.get(done)).text
        again = await upload(desk, f"{url}/return", answer, total="800", debited_on="2026-11-20")
        assert "没有重复处理" in (await desk.get(again)).text
        failed = await desk.get(f"{url}?only=failed")
        assert SON.name in failed.text
        assert "余额不足" in failed.text
        assert (await desk.client.get(f"{url}/failed.xlsx")).content.startswith(b"PK")
        assert (await desk.client.get(f"{url}/slip.pdf")).content.startswith(b"%PDF")
        await desk.post(f"{url}/cancel", 422, reason="录错")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.get("/direct-debit", 403)
        await desk.post("/finance/receipts", account="income_account", bank=BANK, slip_no="1", received_on="2026-11-20",
                        amount="800", people="2", document_id=url.rsplit("/", 1)[-1])  # fmt: skip
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1


async def test_the_bank_is_asked_about_new_accounts(office: Office, tmp_path: Path) -> None:
    await agreed(checked=False)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "没有校验通过的协议" in (await desk.get(f"/direct-debit/due?bank={BANK}")).text
        await desk.post("/direct-debit/signings", bank=BANK)
        await desk.post("/direct-debit/signings", 422, bank=BANK)
        (file,) = await agreements.files(COUNTY, "signing", 9)
        assert "等银行回盘" in (await desk.get("/direct-debit")).text
        answer = await answered(tmp_path, file, "0.00")
        done = await upload(desk, f"/direct-debit/files/{file.id}/return", answer)
        assert "已回盘" in (await desk.get(done)).text
        await upload(desk, "/direct-debit/files/999/return", answer, 404)
        await desk.get("/direct-debit/files/999/download", 404)
    async with office.at_desk(await office.hire("何审", Post.COUNTY_AUDITOR)) as desk:
        await desk.post("/direct-debit", 403, bank=BANK)


@pytest.mark.rule("R-116")
async def test_the_agreement_can_be_printed_from_its_case(office: Office) -> None:
    await agreed()
    case_id = await engine.fetchval("select id from service_case where item = 'direct_debit_agreement'")
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "代扣代缴协议书" in (await desk.get(f"/cases/{case_id}")).text
        answer = await desk.client.get(f"/cases/{case_id}/documents/debit_agreement")
        assert answer.content.startswith(b"%PDF")


async def test_no_agreement_is_printed_before_it_is_one(office: Office) -> None:
    await make.sources()
    await make.participant()
    receipt = await make.handed_in(direct_debit_agreement.ITEM, {**ANSWERS, "people": BOTH[:1]}, make.WANG_DASHAN)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        await desk.get(f"/cases/{receipt.case_id}/documents/debit_agreement", 404)
