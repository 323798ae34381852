"""Refunds as their people use them."""

from pathlib import Path

import pytest

from domain.actor import Post
from tests import make
from tests.backoffice.office import Office
from tests.contributions.ways import booked, paid
from tests.exchange.conftest import folder  # noqa: F401 - a fixture
from tests.exchange.test_tax_desk import pays, rounds
from tests.exchange.test_tax_refunds import asked, voucher
from tests.items.test_contribution_refund import refunded
from tests.make import LI_XIUYING, WANG_DASHAN


@pytest.mark.rule("R-169", "R-016")
async def test_requests_of_the_bureau_are_verified_and_approved(office: Office, folder: Path) -> None:  # noqa: F811
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds()
    document = await asked(
        folder, bureau, (await voucher(), WANG_DASHAN, 2026), (await voucher(LI_XIUYING), LI_XIUYING, 2026)
    )
    url = f"/refunds/{document}"
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "等核验" in (await desk.get("/refunds")).text
        shown = await desk.get(url)
        for words in ("王大山", "重复缴费", "可以退", "在暂收款"):
            assert words in shown.text, words
        assert WANG_DASHAN.id_number not in shown.text
        assert "写明" in (await desk.post(f"{url}/refuse", 422, line_no="3", why="")).text
        await desk.post(f"{url}/refuse", line_no="3", why="没有重复缴费")
        await desk.post(f"{url}/nothing", 404)
        await desk.post(f"{url}/verify")
        assert "另一位" in (await desk.post(f"{url}/approve", 422)).text
        await desk.get("/refunds/1", 404)  # the tax file of the payments
        await desk.post(url.replace("refunds", "contributions") + "/approve", 404)
    async with office.at_desk(await office.hire("吴梅", Post.COUNTY_COLLECTION)) as desk:
        await desk.post(f"{url}/send-back")
        await desk.post(f"{url}/verify")
    async with office.at_desk(await office.hire("郑会", Post.COUNTY_COLLECTION)) as desk:
        await desk.post(f"{url}/approve")
        shown = await desk.get(url)
        assert "已冲减" in shown.text
        assert "没有重复缴费" in shown.text
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        await desk.get("/refunds", 403)


@pytest.mark.rule("R-173")
async def test_an_order_is_paid_or_ordered_again(office: Office) -> None:
    await make.sources()
    await make.participant()
    await booked(paid(20000))
    case_id = await refunded()
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        shown = await desk.get("/refunds/orders?state=waiting")
        for words in ("王大山", "6222021234567890", "83.33", "重复缴费退款"):
            assert words in shown.text, words
        await desk.post("/refunds/orders/1/again", 403, bank="x", bank_account="62220212345678")
        assert "付款日期" in (await desk.post("/refunds/orders/1/pay", 422, step="paid", paid_on="2026-11-19")).text
        await desk.post("/refunds/orders/1/pay", step="failed", reason="账号不存在")
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert f"/cases/{case_id}" in [a.attrs.get("href") for a in (await desk.get("/refunds")).all("a")]
        assert "账号不存在" in (await desk.get("/refunds/orders")).text
        assert "8到32位" in (await desk.post("/refunds/orders/1/again", 422, bank="农商行", bank_account="1")).text
        await desk.post("/refunds/orders/1/again", bank="农商行", bank_account="62220212345678")
    async with office.at_desk(await office.hire("卫东", Post.CASHIER)) as desk:
        await desk.post("/refunds/orders/2/pay", step="paid", paid_on="2026-11-20")
        assert "已付" in (await desk.get("/refunds/orders?state=paid")).text
        await desk.post("/refunds/orders/9/pay", 404, step="paid", paid_on="2026-11-20")
