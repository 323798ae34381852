"""Adjustment at the desks: person, year, before and after, saved by collection, approved by finance, printed."""

import pytest

from db import engine
from domain.actor import Post
from domain.agency import adjustment_sheet
from domain.exchange import workbook
from tests import make, pages
from tests.backoffice.office import Desk, Office
from tests.contributions.ways import booked, paid
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN

AMOUNTS = {"personal": "200.00", "province": "30.00", "city": "5.00", "county": "5.00", "government_paid": "0"}
PAYEE = {"payee_name": "王大山", "bank": "农商行", "bank_account": "6230 1234 5678 901", "reverses": ""}


async def collection(office: Office) -> int:
    return await office.hire("周会", Post.COUNTY_COLLECTION)


async def allowed(office: Office, *staff: int) -> None:
    """Each asks for the power, and the head of the agency grants it."""
    for each in staff:
        async with office.at_desk(each) as desk:
            await desk.post("/authority", business="contribution_adjustment", reason="更正缴费记录")
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as head:
        for form in (await head.get("/authority")).all("form"):
            if form.attrs.get("action", "").endswith("/grant"):
                await head.post(form.attrs["action"], hours="24")


def value(page: pages.Node, name: str) -> str:
    (found,) = [box.attrs["value"] for box in page.all("input") if box.attrs.get("name") == name]
    return found


async def year_url(desk: Desk, year: int = 2026, choice: str = "") -> str:
    found = await desk.post("/adjustments/find", 200, who="王大山")
    (link,) = [a.attrs["href"] for a in found.all("a") if a.attrs["href"].startswith("/adjustments/people/")]
    return f"{link}?year={year}&choice={choice}"


@pytest.mark.rule("R-153", "R-161", "R-164", "R-165", "R-168")
async def test_what_was_paid_too_much_goes_its_whole_way(office: Office) -> None:
    await make.participant()
    await booked(paid(200000))
    clerk, finance = await collection(office), await office.hire("严明", Post.FINANCE_SUPERVISOR)
    async with office.at_desk(clerk) as desk:
        url = await year_url(desk, choice="011/200")
        page = await desk.get(url)
        assert "您现在没有缴费调整的权限" in page.text
        assert {name: value(page, name) for name in AMOUNTS} == AMOUNTS | {"government_paid": "0.00"}
        refused = await desk.post(url, 422, choice="011/200", reason="税票是200元", **AMOUNTS, **PAYEE)
        assert "请先在“非常规权限”里申请" in refused.text
    await allowed(office, clerk, finance)
    async with office.at_desk(clerk) as desk:
        page = await desk.get(url)
        assert "您现在没有缴费调整的权限" not in page.text
        refused = await desk.post(url, 422, choice="011/200", reason="", **AMOUNTS | {"city": "x"}, **PAYEE)
        assert "请填写调整后的市级补贴" in refused.text
        refused = await desk.post(url, 422, choice="011/200", reason="税票是200元", **AMOUNTS, **PAYEE | {"bank": ""})
        assert "请填写领取银行" in refused.text
        assert value(refused, "bank_account") == PAYEE["bank_account"], "what was typed stays"
        one = await desk.post(url, choice="011/200", reason="税票是200元", **AMOUNTS, **PAYEE)
        shown = await desk.get(one)
        for words in ("2,000.00", "-1,800.00", "税票是200元", "尾号8901", "周会", "王大山"):
            assert words in shown.text, words
        assert "审核通过" not in [button.text for button in shown.all("button")]
        assert "有一件调整没有办完" in (await desk.get(url)).text
        await desk.post(f"{one}/approve", 422)
        assert "2026年11月27日" in (await desk.get("/adjustments")).text.replace(" ", "")
    async with office.at_desk(finance) as desk:
        assert "62301234567" in (await desk.get(one)).text, "the whole number for who checks it"
        await desk.get(url, 403)
        await desk.post(f"{one}/approve")
        assert "等财务支付" in (await desk.get(one)).text
        paper = await desk.client.get(f"{one}/declaration.pdf")
        assert paper.content.startswith(b"%PDF")
        await desk.get(f"{one}/slip.pdf", 404)  # nobody pays in
        await desk.post(f"{one}/cancel", 422, reason="想作废")
        await desk.post(f"{one}/nothing", 404)
    async with office.at_desk(clerk) as desk:
        page = await desk.get(url)
        assert "严明审核" in page.text
        assert "税票是200元" in page.text
    assert await engine.fetchval("select personal_fen from account_balance") == 20000


@pytest.mark.rule("R-102", "R-153", "R-159")
async def test_the_year_page_says_what_cannot_be(office: Office) -> None:
    await make.participant()
    await booked(paid(20000))
    clerk = await collection(office)
    await allowed(office, clerk)
    async with office.at_desk(clerk) as desk:
        url = await year_url(desk, choice="0")
        assert value(await desk.get(url), "personal") == "0.00"
        never = await desk.post(await year_url(desk, 2025), 422, choice="011/200", reason="税票是200元", **AMOUNTS)
        assert "2025年没有缴过费，不能调整" in never.text
        assert "还没有到，不能预缴" in (await desk.get(await year_url(desk, 2027), 422)).text
        await engine.execute("update participation set contribution_status = 3")
        down = await desk.post(url, 422, choice="0", reason="不想缴了", **dict.fromkeys(AMOUNTS, "0"), **PAYEE)
        assert "个人缴费只能调增，不能调减" in down.text
        await desk.get("/adjustments/people/999", 404)
        assert "没有查到这个人" in (await desk.post("/adjustments/find", 200, who=LI_XIUYING.id_number)).text


@pytest.mark.rule("R-158", "R-160")
async def test_a_sheet_of_many_is_taken_in_saved_approved_and_printed(office: Office) -> None:
    await make.participant()
    await booked(paid(20000))
    clerk, finance = await collection(office), await office.hire("严明", Post.FINANCE_SUPERVISOR)
    await allowed(office, clerk, finance)
    rows = [(WANG_DASHAN.name, WANG_DASHAN.id_number, "", "", "", "35", "", "", ""),
            (WANG_DASHAN.name, WANG_DASHAN.id_number, "", "", "100", "", "", "", "")]  # fmt: skip
    files = {"file": ("表.xlsx", workbook.write([("表", [adjustment_sheet.COLUMNS, *rows])]))}
    async with office.at_desk(clerk) as desk:
        assert (await desk.client.get("/adjustments/template.xlsx")).status_code == 200
        refused = await desk.post("/adjustments", 422, files=files, year="", reason="县政府会议纪要")
        assert "请填写要调整的年度" in refused.text
        one = await desk.post("/adjustments", files=files, year="2026", reason="县政府会议纪要")
        assert "不能成批办" in (await desk.get(one)).text
        assert (await desk.client.get(f"{one}/bad.xlsx")).status_code == 200
        await desk.get(f"{one}/declaration.pdf", 404)
        await desk.post(f"{one}/declare")
    async with office.at_desk(finance) as desk:
        await desk.post(f"{one}/approve")
        assert "已登账" in (await desk.get(one)).text
        assert (await desk.client.get(f"{one}/declaration.pdf")).content.startswith(b"%PDF")
    assert await engine.fetchval("select province_fen from contribution_year") == 3500


@pytest.mark.rule("R-162")
async def test_what_is_paid_in_besides_has_its_slip_for_the_bank(office: Office) -> None:
    await make.participant()
    await booked(paid(10000))
    clerk = await collection(office)
    await allowed(office, clerk)
    async with office.at_desk(clerk) as desk:
        one = await desk.post(await year_url(desk, choice="011/200"), choice="011/200", reason="少缴了100元", **AMOUNTS)
        assert "打印进账单" in (await desk.get(one)).text
        for name in ("slip", "declaration"):
            assert (await desk.client.get(f"{one}/{name}.pdf")).content.startswith(b"%PDF"), name


async def test_only_adjustments_are_shown_here_and_to_few(office: Office) -> None:
    await make.participant()
    other = await booked(paid(20000))
    async with office.at_desk(await collection(office)) as desk:
        await desk.get(f"/adjustments/{other}", 404)
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region=f"{COUNTY}01")) as desk:
        await desk.get("/adjustments", 403)
