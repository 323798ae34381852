"""The finance desk as its people use it."""

import pytest

from db import engine
from domain.actor import Post
from tests.account.conftest import account_id  # noqa: F401 - a fixture
from tests.account.test_books import approved, booked
from tests.backoffice.office import Office

SLIP = {"account": "income_account", "bank": "农商行", "slip_no": "0001", "received_on": "2026-11-20", "amount": "300.00",
        "people": "1"}  # fmt: skip


async def test_a_slip_is_registered_for_the_document_that_waits(office: Office, account_id: int) -> None:  # noqa: F811
    paper = await approved(account_id, 30000)
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        assert "批量缴费申报" in (await desk.get("/finance")).text
        assert await desk.post("/finance/receipts", **SLIP, document_id=f"{paper}") == "/finance"
        assert "还没登账" in (await desk.get("/finance")).text
        await booked(paper)
        assert "已登账" in (await desk.get("/finance")).text
        assert "0001" in (await desk.get("/finance")).text
        assert "社会保险费收入" in (await desk.get("/finance/vouchers/202611/1")).text
        await desk.get("/finance/vouchers/202611/2", 404)


@pytest.mark.rule("R-471")
async def test_a_second_registration_is_refused_and_what_was_typed_stays(office: Office) -> None:
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/finance/receipts", **SLIP)
        answer = await desk.post("/finance/receipts", 422, **SLIP)
        assert "不能重复登记" in answer.text
        assert any(field.attrs.get("value") == "300.00" for field in answer.all("input"))
        wrong = await desk.post("/finance/receipts", 422, **SLIP | {"amount": "1.234", "slip_no": "0002"})
        assert "例如1234.50" in wrong.text


async def test_money_in_suspense_is_matched_by_the_accountant(office: Office, account_id: int) -> None:  # noqa: F811
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/finance/receipts", **SLIP)
    paper = await approved(account_id, 30000)
    async with office.at_desk(await office.hire("路平", Post.ACCOUNTANT)) as desk:
        assert "暂收款" in (await desk.get("/finance?open=1")).text
        receipt = await engine.fetchval("select id from receipt")
        await desk.post(f"/finance/receipts/{receipt}/match", document_id=f"{paper}")
        assert "没有到款" in (await desk.get("/finance?open=1")).text
        await desk.post(f"/finance/receipts/{receipt}/match", 422, document_id=f"{paper}")
        await desk.post(
            "/finance/movements", way="income_account:fiscal_account", amount="300", slip_no="S1", on="2026-11-20"
        )
        assert "财政专户存款" in (await desk.get("/finance/movements")).text
        await desk.post(
            "/finance/movements", 422, way="income_account:fiscal_account", amount="1", slip_no="S2", on="2026-11-20"
        )
        await desk.post("/finance/movements", 422, way="", amount="1", slip_no="S2", on="2026-11-20")


async def test_a_month_is_closed_with_its_reason(office: Office) -> None:
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/finance/receipts", **SLIP | {"received_on": "2026-11-19"})
    office.now = office.now.replace(month=12, day=2)
    async with office.at_desk(await office.hire("严明", Post.FINANCE_SUPERVISOR)) as desk:
        assert "收入户月末还有300.00元" in (await desk.get("/finance/periods")).text
        assert "为什么" in (await desk.post("/finance/periods/202611/close", 422)).text
        await desk.post("/finance/periods/202611/close", reason="次月划转")
        assert "已封账" in (await desk.get("/finance/periods")).text
        await desk.post("/finance/periods/999999999/close", 404)


@pytest.mark.rule("R-017", "R-461")
async def test_each_does_his_own_part_only(office: Office) -> None:
    async with office.at_desk(await office.hire("路平", Post.ACCOUNTANT)) as desk:
        await desk.post("/finance/receipts", 403, **SLIP)
        await desk.post("/finance/periods/202610/close", 403)
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/finance", 403)


@pytest.mark.rule("R-016", "R-472")
async def test_a_voucher_is_reviewed_by_somebody_who_did_not_make_it(office: Office) -> None:
    async with office.at_desk(await office.hire("严明", Post.FINANCE_SUPERVISOR)) as desk:
        await desk.post("/finance/receipts", **SLIP)
        assert (
            "由另一位同事复核" in (await desk.post("/finance/vouchers/202611/review", 422, first="1", last="1")).text
        )  # he made it himself
    async with office.at_desk(await office.hire("路平", Post.ACCOUNTANT)) as desk:
        assert "复核这一页的1张凭证" in (await desk.get("/finance/vouchers?period=202611")).text
        await desk.post("/finance/vouchers/202611/review", first="1", last="1")
        assert "路平" in (await desk.get("/finance/vouchers/202611/1")).text
        await desk.post("/finance/vouchers/202611/review", 422, first="1", last="1")  # nothing is left
        paper = await desk.client.get("/finance/vouchers/202611/1/voucher.pdf")
        assert paper.content.startswith(b"%PDF")
        await desk.post("/finance/vouchers/202611/review", 404)
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/finance/vouchers/202611/review", 403, first="1", last="1")


async def test_a_bank_account_is_replaced_and_the_old_one_stays_on_the_list(office: Office) -> None:
    typed = {"kind": "income_account", "bank": "农商行", "account_name": "青禾县居保中心", "account_no": "6200-01"}
    async with office.at_desk(await office.hire("严明", Post.FINANCE_SUPERVISOR)) as desk:
        wrong = await desk.post("/finance/bank-accounts", 422, **typed | {"account_no": "abc", "kind": "suspense_paid"})
        assert "账号只能有数字" in wrong.text
        assert "请选择是哪一种账户" in wrong.text
        await desk.post("/finance/bank-accounts", **typed)
        await desk.post("/finance/bank-accounts", **typed | {"account_no": "6200-02"})
        shown = (await desk.get("/finance/bank-accounts")).text
        assert "6200-01" in shown
        assert "停用" in shown
        assert await engine.fetchval("select account_no from agency_bank_account where until_on is null") == "6200-02"
