"""Fifteen years of one account: tiers and identities change, subsidies and a rate come late, a file turns up after years. Every
year is compared with a table that was reckoned month by month in fractions, apart from this program."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from db import engine
from db.queries import accounts
from db.queries import subsidies as subsidy_query
from db.stores import ledger
from db.stores.books import NewDocument, NewLine
from domain import books, contributions, finance, subsidies, verify
from domain.account_story import year_story
from domain.agency import zero_contribution
from domain.books import DocumentKind
from domain.errors import Refused
from domain.finance import Slip
from domain.ledger import Kind
from domain.money import yuan
from domain.runs import KINDS, interest_settlement, run
from tests import make
from tests.contributions.ways import CASHIER, CHECKER, MAKER, identity, paid
from tests.make import CHINA, COUNTY, WORKER
from tests.rules.worked import ROOT, read
from tests.runs.conftest import APPROVER, REVIEWER
from tests.runs.conftest import MAKER as ACCOUNTS

FUNDS = {"个人": "personal", "集体": "collective", "省": "subsidy_province", "市": "subsidy_city", "县": "subsidy_county",
         "代缴": "government_paid"}  # fmt: skip
LEVELS = {"省": "province", "市": "city", "县": "county", "代缴": "government_paid"}
# Tier to subsidies of province, city and county, before those of the sample from 2020 on.
OLD_TIERS = {"100": (20, 5, 5), "200": (25, 5, 10), "300": (30, 5, 10), "500": (40, 10, 10)}
NEW_TIERS = {"1000": (60, 10, 10)}  # from 2016


def rows(name: str) -> list[dict[str, str]]:
    return read(ROOT / "tests" / "worked" / f"{name}.csv")


async def parameter(kind: str, key: str, value: str | None, since: date) -> None:
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, $2, $3, $4, $5, $5, '样例', false, 'a', 'b', now())",
        COUNTY, kind, key, value, since,
    )  # fmt: skip


async def tiers(found: dict[str, tuple[int, int, int]], since: date) -> None:
    for tier, amounts in found.items():
        await parameter("tier", tier, f"{tier}.00", since)
        for level, amount in zip(("province", "city", "county"), amounts, strict=True):
            await parameter("subsidy", f"{level}/{tier}", f"{amount}.00", since)


async def special(rule: str, since: date, **items: str) -> None:
    for item, value in items.items():
        await parameter("contribution_rule", f"{rule}/{item}", value, since)


async def rate(year: int) -> None:
    (row,) = [row for row in rows("fifteen_years") if row["年度"] == f"{year}"]
    await parameter("crediting_rate", "", f"{Decimal(row['记账利率'].rstrip('%')) / 100:f}", date(year, 1, 1))


@pytest.fixture
async def account(db: object) -> int:
    """王大山's, with everything his fifteen years need but the late rate of 2015."""
    person = await make.participant()
    await tiers(OLD_TIERS, date(2011, 7, 1))
    await tiers(NEW_TIERS, date(2016, 1, 1))
    await parameter("tier", "100", None, date(2020, 1, 1))
    await special(
        "051/20/100", date(2016, 1, 1), personal="0", province="20", city="5", county="5", government_paid="100"
    )
    await special(
        "061/20/300", date(2021, 1, 1), personal="200", province="30", city="5", county="5", government_paid="100"
    )
    await identity("051", date(2016, 1, 1), date(2018, 4, 30))
    await identity("061", date(2021, 1, 1), date(2021, 12, 31))
    for year in range(2011, 2020):
        if year != 2015:
            await rate(year)
    found = await accounts.account_of(COUNTY, person)
    assert found is not None
    return found.id


class Story:
    """What happens, in the words of the table."""

    def __init__(self, account: int) -> None:
        self.account = account
        self.slips = 0

    async def happens(self, row: dict[str, str]) -> None:
        at = datetime.combine(date.fromisoformat(row["办理日期"]), time(10), CHINA)
        year, came = int(row["缴费年度"]), date.fromisoformat(row["入账日期"])
        fen = {name: yuan(row[name]) for name in FUNDS if row[name]}
        match row["事项"]:
            case "税务明细":
                await self.tax_detail(fen["个人"], year, came, at)
            case "零缴费":
                await self.zero(year, at)
            case "集体补助":
                await self.collective(fen["集体"], year, came, at)
            case "补贴到账":
                await self.subsidy({LEVELS[name]: amount for name, amount in fen.items()}, came, at)
            case "公布利率":
                with pytest.raises(Refused, match="2015年的记账利率还没有公布"):
                    await run.prepare(interest_settlement.KIND, COUNTY, "2015", ACCOUNTS, at)
                await rate(year)
            case "结息" | "重新结息":
                await self.settle(year, at)
            case other:
                raise AssertionError(other)

    async def tax_detail(self, fen: int, year: int, came: date, at: datetime) -> None:
        new = NewDocument(kind=DocumentKind.TAX_DETAIL, business_on=came, region_code=f"{COUNTY}", partner="tax",
                          external_no=f"{came}")  # fmt: skip
        document = await contributions.take_in(
            COUNTY, new, [paid(fen, year=year, on=came, external_no=f"{came}")], MAKER, at
        )
        await self.approve(document, at)
        assert await contributions.book(COUNTY, document, WORKER, at) == 1

    async def approve(self, document: int, at: datetime) -> None:
        async with engine.transaction():
            await books.declare(COUNTY, document, MAKER, at)
            await books.approve(COUNTY, document, CHECKER, at)

    async def zero(self, year: int, at: datetime) -> None:
        person = await engine.fetchval("select id from person")
        await zero_contribution.record_consent(COUNTY, person, year, at.date(), "paper", MAKER, at)
        document = await zero_contribution.declare(COUNTY, MAKER, at)
        await self.approve(document, at)
        assert await contributions.book(COUNTY, document, WORKER, at) == 1

    async def receipt(self, place: str, fen: int, document: int | None, came: date, at: datetime) -> int:
        self.slips += 1
        slip = Slip(account=place, bank="农商行", slip_no=f"{self.slips}", received_on=came, amount_fen=fen, people=1)
        return await finance.register_receipt(COUNTY, slip, document, CASHIER, at)

    async def collective(self, fen: int, year: int, came: date, at: datetime) -> None:
        new = NewDocument(kind=DocumentKind.COLLECTIVE_ASSISTANCE, business_on=came, region_code="4399010101")
        line = NewLine(line_no=1, state="good", name="王大山", account_id=self.account, year=year, fund="collective",
                       amount_fen=fen, value_on=came)  # fmt: skip
        async with engine.transaction():
            document = await books.open_document(COUNTY, new, [line], MAKER, at)
        await self.approve(document, at)
        await self.receipt("income_account", fen, document, came, at)
        async with engine.transaction():
            found, place = await books.begin_booking(COUNTY, document, at.date())
            await ledger.post_lines(COUNTY, document, at.date(), Kind.ASSISTANCE)
            await books.finish(found, place, at.date(), [came.year], WORKER, at)

    async def subsidy(self, amounts: dict[str, int], came: date, at: datetime) -> None:
        receipt = await self.receipt("fiscal_account", sum(amounts.values()), None, came, at)
        await subsidies.credit(COUNTY, receipt, amounts, MAKER, at)

    async def settle(self, year: int, at: datetime) -> None:
        kind = interest_settlement.KIND
        run_id = await run.prepare(kind, COUNTY, f"{year}", ACCOUNTS, at)
        await _work(at)
        await run.review(kind, COUNTY, run_id, REVIEWER, at)
        await run.approve(kind, COUNTY, run_id, APPROVER, at)
        await _work(at)
        assert await engine.fetchval("select state from batch_run where id = $1", run_id) == "done"


async def _work(at: datetime) -> None:
    while await run.advance(KINDS, COUNTY, at):
        pass


async def year_in_the_books(account: int, year: int) -> dict[str, Any]:
    """As the resident's page and the ledger say it, with the titles of the table."""
    story = await year_story(COUNTY, account, year)
    until = await accounts.held_before(COUNTY, account, year + 1)
    interest = dict.fromkeys(FUNDS, 0)
    for entry in await accounts.entries(COUNTY, account, year):
        if entry.kind in (Kind.INTEREST, Kind.INTEREST_CORRECTION):
            for name, fund in FUNDS.items():
                interest[name] += entry.amounts.get(fund, 0)
    return {
        "年度": year, "年初": story.opening_fen, "利息": story.posted_fen, "年末": story.closing_fen,
        "当年记入": story.closing_fen - story.opening_fen - story.posted_fen,
        **{f"利息{name}": fen for name, fen in interest.items()},
        **{f"年末{name}": until.get(fund, 0) for name, fund in FUNDS.items()},
    }  # fmt: skip


def expected(row: dict[str, str]) -> dict[str, Any]:
    return {name: int(cell) if name == "年度" else yuan(cell) for name, cell in row.items() if name != "记账利率"}


@pytest.mark.rule(
    "R-080", "R-106", "R-123", "R-129", "R-167", "R-176", "R-179", "R-181", "R-183", "R-184", "R-419", "R-420"
)
async def test_fifteen_years_are_to_the_fen_what_was_reckoned_by_hand(account: int) -> None:
    story = Story(account)
    for row in rows("fifteen_years_events"):
        await story.happens(row)
    for row in rows("fifteen_years"):
        assert await year_in_the_books(account, int(row["年度"])) == expected(row), row["年度"]
    assert await engine.fetchval("select count(*) from contribution_year where counts") == 15
    assert await subsidy_query.open_by_month(COUNTY) == []  # government owes nothing any more
    report = await verify.county(COUNTY)
    assert report.clean, report.text()
