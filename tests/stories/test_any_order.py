"""Whatever happens in whatever order, the books agree and every account has the interest the rule gives it."""

import random
from datetime import date, datetime, time, timedelta

import pytest

from db import engine
from db.queries import accounts
from db.queries import subsidies as subsidy_query
from db.stores.books import NewDocument
from db.stores.ledger import Entry
from domain import books, contributions, finance, subsidies, verify
from domain.books import DocumentKind
from domain.finance import Slip
from domain.ledger import Kind
from domain.runs import KINDS, interest_settlement, run
from tests import make
from tests.contributions.ways import CASHIER, MAKER, paid
from tests.make import CHEN_CHUNSHENG, CHINA, COUNTY, LI_XIUYING, WANG_DASHAN, WORKER
from tests.runs.conftest import APPROVER, REVIEWER, by_the_rule
from tests.runs.conftest import MAKER as ACCOUNTS

PEOPLE = (WANG_DASHAN, LI_XIUYING, CHEN_CHUNSHENG)
YEARS = range(2021, 2026)
RUN = interest_settlement.KIND


class County:
    """A clerk who rolls dice. `settled`: the last year that was settled."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.today = date(2021, 1, 4)
        self.settled = YEARS[0] - 1
        self.number = 0

    @property
    def at(self) -> datetime:
        return datetime.combine(self.today, time(10), CHINA)

    async def pay(self) -> None:
        """Some payments, some of them late by a year or more, or of somebody nobody knows, or too much."""
        self.number += 1
        lines = []
        for line in range(1, self.dice.randint(2, 5)):
            came = max(date(2021, 1, 1), self.today - timedelta(days=self.dice.choice((1, 20, 500))))
            fen = self.dice.choice((10_000, 20_000, 30_000, 70_000, 200_000, 290_055))
            person = self.dice.choice(PEOPLE)
            name = "查无此人" if self.dice.random() < 0.1 else person.name
            lines.append(
                paid(fen, person, came.year, line=line, on=came, name=name, external_no=f"{self.number}-{line}")
            )
        new = NewDocument(kind=DocumentKind.TAX_DETAIL, business_on=self.today, region_code=f"{COUNTY}", partner="tax",
                          external_no=f"{self.number}")  # fmt: skip
        document = await contributions.take_in(COUNTY, new, lines, MAKER, self.at)
        async with engine.transaction():
            await books.take_over(COUNTY, document, WORKER, self.at)
        await contributions.book(COUNTY, document, WORKER, self.at)

    async def same_file_again(self) -> None:
        """Its lines are all put aside: the vouchers are known."""
        before = await engine.fetchval("select coalesce(sum(personal_fen), 0) from account_balance")
        row = await engine.fetchrow(
            "select external_no, year, value_on, amount_fen, name from document_line where external_no <> '' and state = 'booked'"
            " order by document_id desc, line_no limit 1"
        )
        if row is None:
            return
        person = next(each for each in PEOPLE if each.name == row["name"])
        again = paid(row["amount_fen"], person, row["year"], on=row["value_on"], external_no=row["external_no"])
        new = NewDocument(kind=DocumentKind.TAX_DETAIL, business_on=self.today, region_code=f"{COUNTY}")
        document = await contributions.take_in(COUNTY, new, [again], MAKER, self.at)
        assert await engine.fetchval("select state from document_line where document_id = $1", document) == "repeated"
        assert await engine.fetchval("select coalesce(sum(personal_fen), 0) from account_balance") == before

    async def subsidise(self) -> None:
        """All or a part of what is owed."""
        owed: dict[str, int] = {}
        for _, month in await subsidy_query.open_by_month(COUNTY):
            owed = {level: owed.get(level, 0) + fen for level, fen in month.items()}
        part = self.dice.choice((3, 2, 1))
        amounts = {level: fen // part for level, fen in owed.items() if fen > 0}
        if not sum(amounts.values()):
            return
        self.number += 1
        slip = Slip(account="fiscal_account", bank="农商行", slip_no=f"{self.number}", received_on=self.today,
                    amount_fen=sum(amounts.values()), people=0)  # fmt: skip
        receipt = await finance.register_receipt(COUNTY, slip, None, CASHIER, self.at)
        await subsidies.credit(COUNTY, receipt, amounts, MAKER, self.at)

    async def settle(self) -> None:
        """The next year that is over, or all settled years once more."""
        if self.settled + 1 < self.today.year and self.dice.random() < 0.7:
            self.settled += 1
            await self._settle(self.settled)
        else:
            await self.settle_again()

    async def settle_again(self) -> None:
        for year in range(YEARS[0], self.settled + 1):
            await self._settle(year)

    async def _settle(self, year: int) -> None:
        run_id = await run.prepare(RUN, COUNTY, f"{year}", ACCOUNTS, self.at)
        await self._work()
        await run.review(RUN, COUNTY, run_id, REVIEWER, self.at)
        await run.approve(RUN, COUNTY, run_id, APPROVER, self.at)
        await self._work()

    async def _work(self) -> None:
        while await run.advance(KINDS, COUNTY, self.at):
            pass

    async def live(self) -> None:
        while self.today.year <= YEARS[-1]:
            await self.dice.choice((self.pay, self.pay, self.same_file_again, self.subsidise, self.settle))()
            self.today += timedelta(days=self.dice.randint(20, 110))
        self.settled = YEARS[-1]
        await self.settle_again()


async def moved(account: int) -> tuple[list[Entry], dict[int, dict[str, int]]]:
    """What came in, and what was posted as interest by year and fund."""
    came, interest = [], {}
    for year in YEARS:
        gained: dict[str, int] = {}
        for row in await accounts.entries(COUNTY, account, year):
            if row.kind in (Kind.INTEREST, Kind.INTEREST_CORRECTION):
                gained = {fund: gained.get(fund, 0) + row.amounts.get(fund, 0) for fund in {*gained, *row.amounts}}
            else:
                came.append(Entry(account_id=account, kind=Kind(row.kind), value_on=row.value_on, amounts=row.amounts))
        interest[year] = {fund: fen for fund, fen in gained.items() if fen}
    return came, interest


@pytest.mark.rule("R-082", "R-167", "R-178", "R-183", "R-184", "R-420", "R-464")
@pytest.mark.parametrize("seed", range(5))
async def test_the_books_agree_and_interest_is_by_the_rule_whatever_happens(db: object, seed: int) -> None:
    for person in PEOPLE:
        await make.participant(person)
    county = County(seed)
    await county.live()
    report = await verify.county(COUNTY)
    assert report.clean, report.text()
    found = await engine.fetch("select id from individual_account order by id")
    assert len(found) == len(PEOPLE)
    for row in found:
        came, interest = await moved(row["id"])
        assert len(came) > 3
        assert interest == by_the_rule(came, row["id"], YEARS), row["id"]
