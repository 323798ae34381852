"""To and from the employee scheme, seen from both sides of the desk."""

from pathlib import Path

import pytest

from db import engine
from db.queries import linkage as queries
from db.stores.linkage import LinkageRow
from domain.actor import Post
from domain.agency import linkage, payment_orders
from tests import make
from tests.contributions.ways import CASHIER
from tests.leaving.test_stories_on_both_sides import Sites
from tests.linkage import ways
from tests.make import COUNTY, FRIDAY, HE_JING, WANG_DASHAN, ZHAO_MIN
from tests.payments.month import money


@pytest.fixture
async def sites(db: object, tmp_path: Path) -> Sites:
    return Sites(tmp_path / "files")


async def asked(sites: Sites, answers: dict[str, object]) -> LinkageRow:
    """On the phone, from the first question to the receipt; then both desks."""
    typed = {name: f"{value}" for name, value in answers.items()}
    async with sites.town.login(WANG_DASHAN) as phone:
        await phone.get("/apply/scheme_linkage")
        await phone.press("开始填写")
        for names in (
            ("direction",),
            ("agency", "employee_months", "retired_on", "letter_no"),
            ("payee", "bank", "bank_account"),
        ):
            await phone.press("保存并继续", {name: typed[name] for name in names if name in typed})
        await phone.press("没有错，提交")
        case = int(phone.url.split("/")[2])
    for by in (ZHAO_MIN, HE_JING):
        await make.approve(case, by)
    found = await queries.of_case(COUNTY, case)
    assert found is not None
    return found


async def reads(sites: Sites, row: LinkageRow, *words: str) -> None:
    async with sites.town.login(WANG_DASHAN) as phone:
        await phone.get(f"/cases/{row.case_id}")
        for each in words:
            assert each in phone.words, each


@pytest.mark.rule("R-402", "R-403", "R-404")
async def test_years_of_the_employee_scheme_come_once_the_whole_amount_is_there(sites: Sites) -> None:
    person = await ways.account()
    row = await asked(sites, ways.ANSWERS)
    await reads(sites, row, "正在衔接")
    async with sites.desk("何静", Post.COUNTY_ACCOUNT) as desk:
        months = " ".join(f"{year}:12" for year in range(2010, 2018))
        await desk.post(f"/linkages/{row.id}", step="answered", amount="18500.00", months=months)
        await ways.money(await ways.now(row), 1_000_000, "ZY1")
        assert "等18,500.00元足额到账" in (await desk.get(f"/linkages/{row.id}")).text
    await reads(sites, row, "正在衔接")
    await ways.money(await ways.now(row), 850_000, "ZY2")
    await reads(sites, row, "已经转好")
    years = await engine.fetchval("select count(*) from contribution_year where counts")
    assert years == 15
    async with sites.town.login(WANG_DASHAN) as phone:
        await phone.get("/account")
        held = await engine.fetchval(
            "select (b.personal_fen + b.subsidy_county_fen)::bigint from account_balance b join individual_account a on a.id = b.account_id"
            " where a.person_id = $1", person,
        )  # fmt: skip
        assert held == 7 * 53_000 + 1_850_000
        assert f"{held / 100:,.2f}" in phone.words


@pytest.mark.rule("R-401", "R-403")
async def test_the_whole_account_goes_to_the_employee_scheme_and_the_relation_ends(sites: Sites) -> None:
    await ways.account()
    await money(1_000_000, FRIDAY)
    row = await asked(sites, ways.ANSWERS | ways.TO_EMPLOYEE)
    order = await engine.fetchrow("select id, amount_fen from payment_order")
    assert order is not None
    assert order["amount_fen"] >= 7 * 53_000
    await reads(sites, row, "正在衔接")
    await payment_orders.paid(COUNTY, order["id"], FRIDAY.date(), CASHIER, FRIDAY)
    await linkage.follow(COUNTY, FRIDAY)
    async with sites.desk("何静", Post.COUNTY_ACCOUNT) as desk:
        await desk.post(f"/linkages/{row.id}", step="finished", reason="12月3日办结")
    await reads(sites, row, "已经转好")
    assert await engine.fetchval("select cause from termination") == "linkage"
    assert await engine.fetchval("select max(personal_fen + subsidy_county_fen) from account_balance") == 0
