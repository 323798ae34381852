"""开卡、发卡 and 账户核对 as the desks use them, with the simulated bank on the other side of the folder."""

import io
from pathlib import Path

import pytest
from python_calamine import load_workbook

from db import engine
from db.queries import cards as queries
from domain.actor import Post
from domain.agency import cards
from ops import exchange
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from tests import make
from tests.agency.pensioner import drawing
from tests.backoffice.office import Office
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FRIDAY, LI_XIUYING, OTHER_GROUP
from tests.payments import month as way

BANK = "NH"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PENSION_EXCHANGE", str(tmp_path))
    (tmp_path / "bank" / BANK / "in").mkdir(parents=True)
    return tmp_path


async def at_the_bank(folder: Path, fault: Fault | None = None) -> None:
    """The worker's round, the bank's look, the worker's next round."""
    await exchange.exchange_with_banks(COUNTY, way.AT)
    Branch(folder, BANK, f"{COUNTY}", "1", fault).look("20261210")
    await exchange.exchange_with_banks(COUNTY, way.AT)


async def benefit_desk(office: Office) -> int:
    return await office.hire("林静", Post.COUNTY_BENEFIT)


async def clerk_of(office: Office) -> int:
    return await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")


async def registered() -> None:
    await cards.add_bank(COUNTY, BANK, "农商银行", LIN_JING, FRIDAY)


async def opened(folder: Path, *people: make.Person) -> None:
    """Cards for people who draw a pension, the first in 柳湾镇, the next in 石桥乡."""
    await registered()
    for place, person in enumerate(people):
        await drawing(person, region=OTHER_GROUP if place else make.GROUP)
    await cards.ask(COUNTY, "benefit", f"{COUNTY}", None, BANK, "card", LIN_JING, FRIDAY)
    await at_the_bank(folder)


@pytest.mark.rule("R-246", "R-269", "R-272")
async def test_from_the_list_of_who_has_no_card_to_the_first_pension_on_it(office: Office, folder: Path) -> None:
    person_id = await way.draws(1, bank=None)
    office.now = way.AT
    async with office.at_desk(await benefit_desk(office)) as desk:
        assert "先在页面下面登记" in (await desk.get("/cards")).text
        assert "大写字母" in (await desk.post("/cards/banks", 422, code="N1", title="农商银行")).text
        await desk.post("/cards/banks", code="nh", title="农商银行")
        assert "已经登记" in (await desk.post("/cards/banks", 422, code="NH", title="农商银行")).text
        page = await desk.get("/cards")
        assert way.pensioner(1).name in page.text
        assert "请选择代理银行" in (await desk.post("/cards", 422, who="all", bank="", kind="card")).text
        assert "共1人" in (await desk.post("/cards", 200, who="all", bank=BANK, kind="card")).text
        assert "等了几天" in (await desk.get("/cards")).text
        assert "已请农商银行开卡" in (await desk.get(f"/people/{person_id}/benefit")).text
        await at_the_bank(folder)
        page = await desk.get("/cards")
        assert "等了几天" not in page.text
        assert f"/people/{person_id}" not in {a.attrs["href"] for a in page.all("a")}
    number = next(iter(Branch(folder, BANK, f"{COUNTY}", "1").books["opened"]))
    (file,) = await way.sent(await way.planned())
    (line,) = await way.lines_of(file)
    assert line.account_no == number
    (folder / "bank" / BANK / "accounts.csv").write_text("", encoding="utf-8")  # only what the bank itself has opened
    async with office.at_desk(await office.hire("宋波", Post.CASHIER)) as desk:
        data = (await desk.client.get(f"/payments/files/{file}")).content
    (folder / "bank" / BANK / "out" / "DF4399012026121000000001.TXT").write_bytes(data)
    branch = Branch(folder, BANK, f"{COUNTY}", "1")
    branch.look("20261211")
    assert branch.books["balances"] == {number: f"{line.amount_fen / 100:.2f}"}
    await way.returned(file)


async def test_lines_that_were_put_aside_are_shown_and_cleared_up(office: Office, folder: Path) -> None:
    await registered()
    await drawing()
    await cards.ask(COUNTY, "benefit", f"{COUNTY}", None, BANK, "card", LIN_JING, FRIDAY)
    await at_the_bank(folder, Fault.OTHER_ANSWER)
    async with office.at_desk(await benefit_desk(office)) as desk:
        page = await desk.get("/cards")
        assert "第2行和以前的回写不一样" in page.text
        (url,) = {a.attrs["href"] for a in page.all("main")[0].all("a") if "银行核实" in a.text}
        assert "下载原文件" in (await desk.get(url)).text
        await desk.post(f"{url}/settle", why="银行发错了，以第一次为准")
        assert "和以前的回写不一样" not in (await desk.get("/cards")).text


@pytest.mark.rule("R-021")
async def test_a_township_sees_and_hands_out_its_own_cards(office: Office, folder: Path) -> None:
    await opened(folder, make.WANG_DASHAN, LI_XIUYING)
    async with office.at_desk(await clerk_of(office)) as desk:
        page = await desk.get("/cards/handing")
        assert "王大山" in page.text
        assert "李秀英" not in page.text
        assert "李秀英" not in (await desk.get("/cards/handing?region=43990102")).text
        assert (await desk.client.get("/cards/roster/list.txt")).status_code == 404
        book = load_workbook(io.BytesIO((await desk.client.get("/cards/roster/list.xlsx?handed=0")).content))
        title, head, line = book.get_sheet_by_index(0).to_python()
        assert (title[0], head[0], line[0]) == ("银行卡（折）发放花名册", "姓名", "王大山")
        assert "先勾选" in (await desk.post("/cards/handing", 422)).text
        ids = [f"{row.id}" for row in await queries.opened(COUNTY, f"{COUNTY}", 9)]
        assert "已登记1人" in (await desk.post("/cards/handing", 200, requests=ids)).text
        assert "赵敏登记" in (await desk.get("/cards/handing?handed=1")).text
        await desk.post("/cards", 403)
        await desk.post("/cards/checks", 403)
    async with office.at_desk(await office.hire("周会", Post.ACCOUNTANT)) as desk:
        await desk.get("/cards", 403)


@pytest.mark.rule("R-058")
async def test_the_roster_is_printed_and_who_took_it_is_written_down(office: Office, folder: Path) -> None:
    await opened(folder, make.WANG_DASHAN, LI_XIUYING)
    async with office.at_desk(await benefit_desk(office)) as desk:
        file_id = await engine.fetchval("select max(file_id) from card_request")
        for query in ("handed=0", f"file={file_id}"):
            answer = await desk.client.get(f"/cards/roster/list.pdf?{query}")
            assert answer.content.startswith(b"%PDF")
        await desk.get("/cards?region=43990101&purpose=contribution")
    assert await engine.fetchval("select count(*) from audit_entry where action = 'card.list'") == 2


@pytest.mark.rule("R-273")
async def test_the_collection_desk_asks_for_those_it_ticks(office: Office, folder: Path) -> None:
    await registered()
    person = await make.participant()
    async with office.at_desk(await office.hire("郭强", Post.COUNTY_COLLECTION)) as desk:
        page = await desk.get("/cards")
        assert "原则上不再为缴费人员开卡" in page.text
        assert "王大山" in page.text
        assert "先勾选" in (await desk.post("/cards", 422, bank=BANK, kind="card")).text
        assert "逐个勾选" in (await desk.post("/cards", 422, who="all", bank=BANK, kind="card")).text
        assert "共1人" in (await desk.post("/cards", 200, people=f"{person}", bank=BANK, kind="card")).text
        number = await engine.fetchval("select id from card_request")
        assert "为什么" in (await desk.post("/cards/withdraw", 422, requests=f"{number}")).text
        assert (
            "1人不再等" in (await desk.post("/cards/withdraw", 200, requests=f"{number}", reason="银行说没有收到")).text
        )


@pytest.mark.rule("R-275", "R-276")
async def test_an_account_of_another_bank_is_asked_about_by_hand(office: Office, folder: Path) -> None:
    await registered()
    await way.draws(1, bank="邮储银行", verified=False)
    await way.draws(2, verified=False)
    office.now = way.AT
    async with office.at_desk(await benefit_desk(office)) as desk:
        page = await desk.get("/cards/checks")
        assert "不是代理银行的账户" in page.text
        assert "下一份文件就核对" in page.text
        assert "先勾选" in (await desk.post("/cards/checks", 422, who="chosen", bank=BANK)).text
        account = await engine.fetchval("select id from payment_account where bank = '邮储银行'")
        assert (
            "核对1个账户"
            in (await desk.post("/cards/checks", 200, who="chosen", accounts=f"{account}", bank=BANK)).text
        )
        await at_the_bank(folder, Fault.RETURNED_LINE)
        page = (await desk.get("/cards/checks")).text
        assert "核对不上：账户已经销户" in page
        assert way.pensioner(2).name not in page


@pytest.mark.rule("R-278")
async def test_accounts_of_several_people_are_listed(office: Office, folder: Path) -> None:
    await way.draws(1)
    await way.banked(1, await way.draws(2))
    async with office.at_desk(await benefit_desk(office)) as desk:
        page = await desk.get("/cards/shared")
        assert "2人" in page.text
        assert way.pensioner(1).name in page.text
        assert way.pensioner(2).name in page.text
        assert "6228480402500" not in page.text
