"""A sheet of payments from the township's desk to the accounts."""

import pytest

from db import engine
from db.queries import contributions as contributions_query
from domain import contributions
from domain.actor import Post
from domain.agency import batch_import
from tests import make
from tests.backoffice.office import Office
from tests.contributions.test_batch_import import GOOD, sheet
from tests.contributions.ways import AT, booked, paid
from tests.make import COUNTY, LI_XIUYING, WORKER

HEADER = {"organisation": "柳湾镇", "declared_by": "赵敏", "declared_by_id": "439901198001010015", "bank": "农商行"}


@pytest.mark.rule("R-090", "R-092")
async def test_a_sheet_goes_its_whole_way(office: Office) -> None:
    await make.participant()
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert (await desk.client.get("/contributions/template.xlsx")).status_code == 200
        files = {"file": ("表.xlsx", sheet(GOOD, GOOD))}
        refused = await desk.post("/contributions", 422, files=files, **HEADER | {"bank": ""})
        assert "请填写代收银行" in refused.text
        url = await desk.post("/contributions", files=files, **HEADER)
        shown = await desk.get(url)
        assert "前面已经有一行" in shown.text
        assert (await desk.client.get(f"{url}/bad.xlsx")).status_code == 200
        await desk.get(f"{url}/declaration.pdf", 404)  # nothing is declared yet
        await desk.post(f"{url}/declare")
        for name in ("declaration", "slip"):
            paper = await desk.client.get(f"{url}/{name}.pdf")
            assert paper.content.startswith(b"%PDF"), name
        await desk.post(f"{url}/approve", 422)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "已申报" in (await desk.get("/contributions?state=declared")).text
        await desk.post(f"{url}/approve")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        document = url.rsplit("/", 1)[-1]
        await desk.post("/finance/receipts", account="income_account", bank="农商行", slip_no="1", received_on="2026-11-20",
                        amount="200", people="1", document_id=document)  # fmt: skip
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "已登账" in (await desk.get(url)).text
        await desk.post(f"{url}/cancel", 422, reason="录错")
        await desk.post(f"{url}/nothing", 404)
    assert await engine.fetchval("select personal_fen from account_balance") == 20000


@pytest.mark.rule("R-106")
async def test_past_years_on_a_sheet_are_printed_as_a_list_of_their_own(office: Office) -> None:
    await make.participant()
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        past = (*GOOD[:3], "2025", GOOD[4])
        url = await desk.post("/contributions", files={"file": ("表.xlsx", sheet(GOOD, past))}, **HEADER)
        await desk.post(f"{url}/declare")
        assert "打印补缴明细表" in (await desk.get(url)).text
        paper = await desk.client.get(f"{url}/back-payments.pdf")
        assert paper.content.startswith(b"%PDF")
        only = await desk.post(
            "/contributions", files={"file": ("表.xlsx", sheet((*GOOD[:3], "2026", "300")))}, **HEADER
        )
        await desk.post(f"{only}/declare")
        assert "打印补缴明细表" not in (await desk.get(only)).text
        await desk.get(f"{only}/back-payments.pdf", 404)


async def test_a_village_reports_what_its_card_reader_took(office: Office) -> None:
    await make.participant()
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        files = {"file": ("表.xlsx", sheet(GOOD))}
        assert (
            "请选择是哪一种表" in (await desk.post("/contributions", 422, files=files, **HEADER, kind="interest")).text
        )
        url = await desk.post("/contributions", files=files, **HEADER, kind="pos_report")
        assert "村级代办刷卡缴费" in (await desk.get(url)).text
    assert await engine.fetchval("select kind from fund_document") == "pos_report"


async def test_the_id_number_of_who_declares_is_kept_sealed_and_stands_on_the_paper_only(office: Office) -> None:
    await make.participant()
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.post("/contributions", files={"file": ("表.xlsx", sheet(GOOD))}, **HEADER)
    row = await engine.fetchrow("select header, declarant_sealed, id from fund_document")
    assert row is not None
    assert HEADER["declared_by_id"] not in row["header"]
    assert HEADER["declared_by_id"].encode() not in row["declarant_sealed"]
    document = await contributions_query.document(COUNTY, "439901", row["id"])
    assert document is not None
    assert (await batch_import.header_of(document)).declared_by_id == HEADER["declared_by_id"]


@pytest.mark.rule("R-495")
async def test_money_nobody_owns_is_given_its_owner(office: Office) -> None:
    await make.participant()
    await booked(paid(20000), paid(30000, LI_XIUYING, line=2))
    person = await make.participant(LI_XIUYING)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "李秀英" in (await desk.get("/contributions/waiting")).text
        line = "/contributions/waiting/1/2"
        assert "1988年03月05日出生" in (await desk.get(line)).text
        assert "没有查到叫这个名字" in (await desk.post(line, 200, step="find", who="张三")).text
        assert "1988年03月05日出生" in (await desk.post(line, 200, step="find", who=LI_XIUYING.id_number)).text
        assert "是谁的" in (await desk.post(line, 422, step="settle", why="本人来核对")).text
        await desk.post(line, step="settle", person_id=f"{person}", year="2026", why="本人持完税证明来核对")
        assert "没有等认定的" in (await desk.get("/contributions/waiting")).text
        await desk.get(line, 404)
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/contributions/waiting", 403)
        await desk.get("/contributions/1", 404)  # the county's document is not the township's


@pytest.mark.rule("R-173")
async def test_money_nobody_owns_goes_back(office: Office) -> None:
    await make.participant()
    await booked(paid(20000), paid(30000, LI_XIUYING, line=2))
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        line = "/contributions/waiting/1/2"
        assert "为什么退回" in (await desk.post(line, 422, step="return")).text
        await desk.post(line, step="return", back_why="税务来函，已申请退费")
        assert "已退回" in (await desk.get("/contributions/1")).text
