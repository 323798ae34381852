"""People who leave, seen from both sides of the desk: the family's or the person's phone, and the pages of the office."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from db import engine
from domain.actor import Post
from domain.agency import dual_coverage, payment_orders, recovery_money
from tests import make
from tests.backoffice.office import Desk, Office
from tests.contributions.ways import CASHIER, told
from tests.items.test_deregistration import AT, DAUGHTER
from tests.leaving import family
from tests.leaving.family import XU_XIAOYU, balance, books_agree
from tests.make import CHINA, COUNTY, VILLAGE, WANG_DASHAN, Person
from tests.payments import month as way
from tests.portal.test_leaving import CARD, amount, begun, signed
from tests.portal.town import Town
from tests.recovery import debts


class Sites:
    """Portal and back office on one database, at one moment; who works there."""

    def __init__(self, files: Path) -> None:
        self.town, self.office = Town(files), Office(files)
        self.staff: dict[str, int] = {}

    def on(self, at: datetime) -> None:
        self.town.now = self.office.now = at

    @asynccontextmanager
    async def desk(self, name: str, *posts: Post, region: str = f"{COUNTY}") -> AsyncIterator[Desk]:
        if name not in self.staff:
            self.staff[name] = await self.office.hire(name, *posts, region=region)
        async with self.office.at_desk(self.staff[name]) as desk:
            yield desk


@pytest.fixture
async def sites(db: object, tmp_path: Path) -> Sites:
    await make.sources(household_register=make.household(WANG_DASHAN))
    return Sites(tmp_path / "files")


@pytest.mark.rule("R-316", "R-323", "R-328", "R-330", "R-341")
async def test_a_contributor_dies_in_another_province_and_no_list_knows(sites: Sites) -> None:
    """His daughter lives there too. The office asks around itself; the whole account is returned, subsidies and interest with it."""
    person = await make.participant()
    await family.deposited(person, personal=600_000, subsidy_province=18_000, subsidy_county=9_000)
    sites.on(AT)
    async with sites.town.login(DAUGHTER) as phone:
        await begun(phone, WANG_DASHAN.name, WANG_DASHAN.id_number)
        await phone.press("保存并继续", {"cause": "death", "happened_on": "2026-12-15", "relation": "3"})
        await phone.press(
            "保存并继续",
            {"receivers.0.relation": "3", "receivers.0.bank": "农商银行", "receivers.0.bank_account": CARD},
        )
        await phone.press("保存并继续", {"phone": DAUGHTER.phone})
        case = await signed(phone)
        await phone.get(f"/cases/{case}")
        assert "我们正在核对" in phone.words
        assert "不用您去开任何证明" in phone.words
        assert "6,270.00" not in phone.words

    async with sites.desk("赵敏", Post.TOWNSHIP_CLERK, region=VILLAGE[:8]) as desk:
        assert "怎样核实的" in (await desk.get(f"/cases/{case}")).text
        await desk.post(
            f"/cases/{case}/verification", how="call", found="打电话给外省的村干部和邻居，都说12月15日在医院去世"
        )
        await desk.decide(case, "approve")
    async with sites.desk("何静", Post.COUNTY_ACCOUNT) as desk:
        await desk.decide(case, "approve")

    settled = await family.row(await engine.fetchval("select id from settlement"))
    assert (settled["state"], settled["funeral_fen"], settled["overpaid_fen"]) == ("booked", 0, 0)
    assert settled["payable_fen"] == sum(fen for name, fen in settled.items() if name.startswith("returned_")) > 627_000
    assert await balance(person) == 0
    await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), AT.date(), CASHIER, AT)
    async with sites.town.login(DAUGHTER) as phone:
        await phone.get(f"/cases/{case}")
        assert f"一共付{amount(settled['payable_fen'])}" in phone.words
        assert "2026年12月22日已经付到农商银行" in phone.words
    await books_agree()


@pytest.mark.rule("R-299", "R-359", "R-405", "R-407")
async def test_two_pensions_end_in_one_and_the_person_reads_every_figure(sites: Sites) -> None:
    who = way.pensioner(1)
    person = await family.pensioner()
    await family.month(202612, way.AT)
    at = datetime(2027, 1, 28, 9, tzinfo=CHINA)
    sites.on(at)
    await make.sources(employee_scheme={who: {"status": "receiving", "since": "2026-11-05"}}, when=at)
    await dual_coverage.follow(COUNTY, at)
    finding = await engine.fetchval("select id from dual_finding")
    async with sites.desk("林静", Post.COUNTY_BENEFIT) as desk:
        await desk.post("/dual/suspend", id=[finding])
    async with sites.town.login(who) as phone:
        await phone.get("/pension")
        assert "可能重复领取养老金" in phone.words
    async with sites.desk("夏雨", Post.COUNTY_BENEFIT) as desk:
        await desk.post("/dual/end", id=[finding])
    settled = await family.row(await engine.fetchval("select id from settlement"))
    kept = settled["kept_subsidy_county_fen"]
    assert kept > 0
    assert settled["payable_fen"] == settled["returned_personal_fen"] - 20923
    async with sites.town.login(who) as phone:
        await phone.get("/pension")
        assert "已享受其他基本养老保障待遇" in phone.words
        await phone.get("/messages")
        await phone.follow("注销结算")
        assert amount(settled["payable_fen"]) in phone.words
    assert await balance(person) == 0
    await books_agree()


@pytest.mark.rule("R-353", "R-355", "R-356", "R-358")
async def test_a_son_pays_back_by_instalments_misses_one_and_ends_the_debt(sites: Sites) -> None:
    heir = Person(XU_XIAOYU.name, XU_XIAOYU.id_number, 77)
    case = await debts.noticed(await debts.of_the_dead())
    (_, _, _, owed) = await debts.standing(case)
    sites.on(debts.AT)
    auditors = ("秦岚", Post.COUNTY_AUDITOR), ("陆平", Post.COUNTY_AUDITOR)
    async with sites.desk(*auditors[0]) as desk:
        await desk.post(f"/recovery/{case}/agree", count="3", first_on="2027-03-20")
    parts = [
        row["amount_fen"] for row in await engine.fetch("select amount_fen from recovery_instalment order by number")
    ]
    assert (len(parts), sum(parts)) == (3, owed)

    await pays(sites, case, parts[0], datetime(2027, 3, 18, 9, tzinfo=CHINA), auditors)
    missed = datetime(2027, 4, 21, 9, tzinfo=CHINA)
    sites.on(missed)
    await recovery_money.follow(COUNTY, missed)
    (said,) = await told("分期没有按时退还")
    assert f"这一期{amount(parts[1])}还没有收到" in said
    async with sites.town.login(heir) as phone:
        await phone.get("/repayment")
        for words in ("第2期", "2027年4月20日", "已过期", amount(owed - parts[0]).removesuffix("元")):
            assert words in phone.words, words
    async with sites.desk(*auditors[1]) as desk:
        assert "已过期" in (await desk.get("/recovery?view=overdue")).text

    await pays(sites, case, parts[1], missed, auditors)
    await pays(sites, case, parts[2], datetime(2027, 5, 18, 9, tzinfo=CHINA), auditors)
    assert await debts.standing(case) == ("closed", owed, 0, 0)
    assert await engine.fetchval("select state from recovery_agreement") == "fulfilled"
    async with sites.town.login(heir) as phone:
        await phone.get("/repayment")
        assert "还清" in phone.words
    assert len(await told("分期没有按时退还")) == 1
    await debts.agrees()


async def pays(sites: Sites, case: int, fen: int, at: datetime, auditors: tuple[tuple[str, Post], ...]) -> None:
    """Registered at one desk, reviewed at the other, arrived at the bank."""
    sites.on(at)
    slip = {
        "amount": f"{fen / 100:.2f}",
        "payer": "许小雨",
        "way": "bank",
        "slip_no": f"S-{at:%m%d}-{fen}",
        "paid_on": f"{at:%Y-%m-%d}",
    }
    async with sites.desk(*auditors[0]) as desk:
        await desk.post(f"/recovery/{case}/pay", **slip)
    async with sites.desk(*auditors[1]) as desk:
        page = await desk.get(f"/recovery/{case}")
        (number,) = {each.attrs["value"] for each in page.all("input") if each.attrs.get("name") == "document_id"}
        await desk.post(f"/recovery/{case}/review", document_id=number)
    await debts.received(int(number), fen, at)
    await recovery_money.follow(COUNTY, at)
