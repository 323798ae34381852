"""Statements: every year adds up, who may fetch one, its number, and that anybody can check it without learning whose it is."""

from datetime import date, timedelta

import pypdfium2
import pytest
from httpx import Response

from db import engine
from db.crypto import seal
from db.queries import accounts, statements
from db.queries.portal import county as county_of
from db.stores.ledger import Entry
from domain import statements as made
from domain.agency.parameters_import import snapshot
from domain.contribution_papers import Issued
from domain.ledger import Kind
from tests.contributions.ways import booked, paid
from tests.make import CHEN_CHUNSHENG, COUNTY, FRIDAY, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN
from tests.portal.test_account import three_years
from tests.portal.town import Town
from tests.runs.conftest import many_accounts, posted, settle, some_entries
from web.account_papers import Desk, statement_paper
from web.limits import attempts

PRINT = "/account/statement/{}/statement.pdf"


def words(answer: Response) -> str:
    """Of a PDF, without blanks and line ends."""
    assert answer.status_code == 200
    document = pypdfium2.PdfDocument(answer.content)
    return "".join("".join(each.get_textpage().get_text_range().split()) for each in document)


async def issued() -> list[tuple[str, str]]:
    """(number, check code), the oldest first."""
    return [tuple(row) for row in await engine.fetch("select number, verify_token from account_statement order by id")]


# ------------------------------------------------------------------ what stands in it


@pytest.mark.rule("R-197", "R-198")
async def test_a_year_shows_opening_each_line_its_interest_and_closing(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/account")
        await visitor.follow("看对账单")
        assert "2024年对账单" in visitor.words
        await visitor.follow("2025年对账单")
        for said in (
            "306.75元",
            "2025年3月10日",
            "个人缴费",
            "500.00",
            "806.75",
            "年度利息",
            "17.04",
            "2025年12月31日有",
            "823.79元",
        ):
            assert said in visitor.words, said
        await visitor.follow("利息怎样算")
        assert visitor.url == "/account/2025"
        open_year = await visitor.get("/account/statement/2026")
        assert "到2026年11月20日有" in open_year.text
        assert "还没有结息" in open_year.text
        assert "1,823.79元" in open_year.text
        await visitor.get("/account/statement/2027", 404)
        await visitor.get("/account/statement/2019", 404)
        await visitor.get("/account/statement/999999", 404)


@pytest.mark.rule("R-198", "R-201")
async def test_the_paper_holds_the_same_figures_its_number_and_nobodys_whole_id(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        text = words(await visitor.fetch(PRINT.format(2025)))
        ((number, token),) = await issued()
        for said in (
            number,
            token,
            "2025年度",
            "306.75",
            "500.00",
            "17.04",
            "823.79",
            "利率2.5%",
            "捌佰贰拾叁元柒角玖分",
        ):
            assert said in text, said
        assert WANG_DASHAN.id_number not in text
        whole = words(await visitor.fetch(PRINT.format("all")))
        assert "2024年至2026年" in whole
        assert "1,823.79" in whole
        assert "还没有结息" in whole
        for wrong in (2027, 2019, "x", "20255"):
            assert (await visitor.fetch(PRINT.format(wrong))).status_code == 404
    logged = await engine.fetch(
        "select actor_name, detail from audit_entry where action = 'statement.issued' order by id"
    )
    assert [tuple(entry) for entry in logged] == [("王大山", number) for number, _ in await issued()]


async def test_every_statement_adds_up_whatever_was_posted(db: object) -> None:
    """To the account itself, year after year: the paper's own check, and the page's."""
    ids = await many_accounts(12)
    await posted(some_entries(ids, range(2022, 2027)))
    for year in range(2022, 2026):
        await settle(year)
    titles, parameters = await accounts.fund_titles(), await snapshot(COUNTY)
    county = await county_of(COUNTY)
    assert county is not None
    desk = Desk(county=county, portal_url="http://portal.test")
    people = {r["id"]: r["person_id"] for r in await engine.fetch("select id, person_id from individual_account")}
    await engine.execute("update person set id_number_sealed = $1", await _sealed())
    for year in (None, *range(2022, 2027)):
        for statement in await made.prepare(COUNTY, ids, year, FRIDAY.date()):
            paper = statement_paper(statement, Issued("DZ", "439901-x"), desk, titles, parameters, FRIDAY)
            assert paper.total_fen == statement.total_fen
            if year is None:
                account = await accounts.account_of(COUNTY, people[statement.owner.account_id])
                assert account is not None
                assert statement.total_fen == account.total_fen
            else:
                page = await statements.year_of_person(COUNTY, people[statement.owner.account_id], year)
                assert page is not None
                assert page.opening_fen == statement.opening_fen
                assert page.opening_fen + sum(line.total_fen for line in page.lines) == statement.total_fen


async def _sealed() -> bytes:
    return seal(WANG_DASHAN.id_number, "person.id_number")


# ------------------------------------------------------------------ its number


@pytest.mark.rule("R-201")
async def test_the_same_figures_on_the_same_day_have_the_same_number(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        for _ in range(2):
            await visitor.fetch(PRINT.format(2026))
        assert len(await issued()) == 1
        await visitor.fetch(PRINT.format(2025))
        assert len(await issued()) == 2
        await booked(paid(10000, year=2026, on=date(2026, 11, 19), external_no="T9"))
        await visitor.fetch(PRINT.format(2026))
        assert len(await issued()) == 3
        town.now = FRIDAY + timedelta(days=1)
        await visitor.log_in(WANG_DASHAN)
        await visitor.fetch(PRINT.format(2025))
        assert len(await issued()) == 4
    numbers = [number for number, _ in await issued()]
    assert len(set(numbers)) == 4
    assert all(number.startswith("DZ-439901-2026-0") for number in numbers)


# ------------------------------------------------------------------ whose it is


async def test_who_has_no_account_is_shown_the_way_and_a_weak_login_is_not_enough(town: Town) -> None:
    await three_years()
    async with town.login(LI_XIUYING) as visitor:
        assert "还没有您的个人账户" in (await visitor.get("/account/statement")).text
        await visitor.get("/account/statement/2025", 404)
        assert (await visitor.fetch(PRINT.format(2025))).status_code == 404
    async with town.login(WANG_DASHAN, assurance=1) as visitor:
        assert "level=2" in (await visitor.fetch("/account/statement/2025")).headers["location"]
        assert "level=2" in (await visitor.fetch(PRINT.format(2025))).headers["location"]


async def test_an_assistant_prints_for_the_own_village_and_it_is_written_down(town: Town) -> None:
    await three_years()
    person_id = await engine.fetchval("select id from person")
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}")
        await visitor.follow("的对账单")
        await visitor.follow("2025年对账单")
        assert "823.79" in visitor.words
        base = f"/village/{VILLAGE}/people/{person_id}/statement"
        assert "王大山" in words(await visitor.fetch(f"{base}/2025/statement.pdf"))
        await engine.execute("update person set region_code = $1", OTHER_GROUP)
        for path in (base, f"{base}/2025", f"{base}/2025/statement.pdf"):
            assert (await visitor.fetch(path)).status_code == 404
    logged = await engine.fetch("select actor_name, reason from audit_entry where action = 'person.opened' order by id")
    assert ("陈春生", "村协办员打印对账单") in [tuple(entry) for entry in logged]


# ------------------------------------------------------------------ is it genuine


@pytest.mark.rule("R-201")
async def test_anybody_can_check_code_and_number_and_learns_nothing_about_the_person(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.fetch(PRINT.format(2025))
    ((number, token),) = await issued()
    async with town.visitor() as anybody:
        by_code = await anybody.get(f"/papers/{token}")
        await anybody.get("/papers")
        for shown in (by_code, await anybody.press("核对", {"number": f" {number.lower()} "})):
            for said in ("是真的", number, "2025年12月31日", "823.79元"):
                assert said in shown.text, said
            for secret in ("王大山", WANG_DASHAN.id_number, WANG_DASHAN.id_number[-4:], "东坪村"):
                assert secret not in shown.text
        assert "没有查到这份单据" in (await anybody.get("/papers/439901-x", 404)).text
        await anybody.get("/papers")
        for wrong in ("DZ-439901-2026-99999999", "DZ", "", "王大山", number.replace("439901", "430000")):
            assert "没有查到这份单据" in (await anybody.press("核对", {"number": wrong}, status=404)).text


@pytest.mark.rule("R-201")
async def test_numbers_cannot_be_tried_one_after_the_other(town: Town) -> None:
    async with town.visitor() as anybody:
        await anybody.get("/papers")
        for _ in range(attempts.PAPERS.times):
            await anybody.press("核对", {"number": "DZ-439901-2026-00000001"}, status=404)
        assert "试的次数太多了" in (await anybody.press("核对", {"number": "DZ-439901-2026-00000001"}, status=429)).text


async def test_an_entry_past_the_year_does_not_change_its_statement(db: object) -> None:
    (account,) = await many_accounts(1)
    first = Entry(account_id=account, kind=Kind.CONTRIBUTION, value_on=date(2024, 3, 1), amounts={"personal": 100})
    later = Entry(account_id=account, kind=Kind.CONTRIBUTION, value_on=date(2025, 1, 1), amounts={"personal": 50})
    await posted([first])
    await engine.execute("update person set id_number_sealed = $1", await _sealed())
    before = await made.prepare(COUNTY, [account], 2024, FRIDAY.date())
    await posted([later])
    assert await made.prepare(COUNTY, [account], 2024, FRIDAY.date()) == before
    (after,) = await made.prepare(COUNTY, [account], 2025, FRIDAY.date())
    assert (after.opening_fen, after.total_fen) == (100, 150)
