"""Years of contributions and interest for the demo's participants, through the same functions as everybody else's."""

from datetime import date, datetime

from db.engine import transaction
from db.queries import accounts as accounts_query
from db.queries import people as people_query
from db.queries import subsidies as subsidy_query
from db.stores import benefits as benefit_store
from db.stores import contributions as contribution_store
from db.stores import ledger
from db.stores import people as people_store
from db.stores.books import NewDocument, NewLine
from domain import books, contributions, finance, subsidies
from domain.actor import Actor
from domain.agency import worker
from domain.books import KINDS as BOOK_KINDS
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.finance import Slip
from domain.runs import KINDS, interest_settlement, run
from ops.demo_cases import CHINA

FIRST_YEAR, LAST_YEAR = 2020, 2025  # the years for which the sample parameters have tiers and rates
AMOUNTS = (30000, 30000, 50000, 50000, 100_000, 100_000)  # 分, year by year
AGENCY = "青禾县城乡居民社会养老保险中心"
MAKER, REVIEWER, APPROVER = "何静", "严明", "冯远"  # who settle the interest
CASHIER, COLLECTOR = "卫东", "周会"  # who register and credit the subsidies


async def fill(
    county_code: int, people: list[tuple[str, str]], enrolled: dict[str, date], staff: dict[str, Actor]
) -> None:
    """`people`: (name, ID number) of participants; who does not pay any more is left out by the check itself. `enrolled`: since
    when, by ID number: the years before FIRST_YEAR come as the opening balance of an older system."""
    opened = datetime(FIRST_YEAR, 1, 2, 9, tzinfo=CHINA)
    for number, kind in enumerate(("income_account", "expenditure_account", "fiscal_account"), start=1):
        await finance.set_bank_account(county_code, kind, "青禾农商行", AGENCY, f"6299-0100-{number:02d}", staff[REVIEWER], opened)
    await _take_over(county_code, enrolled)
    for year, fen in zip(range(FIRST_YEAR, LAST_YEAR + 1), AMOUNTS, strict=True):
        await _pay(county_code, people, year, fen)
        await _subsidise(county_code, year, staff)
        await _settle(county_code, year, staff)


async def _take_over(county_code: int, enrolled: dict[str, date]) -> None:
    """期初余额: a hundred yuan and the province's thirty for every year, without interest (R-194)."""
    at, day = datetime(FIRST_YEAR, 1, 2, 10, tzinfo=CHINA), date(FIRST_YEAR - 1, 12, 31)
    lines, years = list[NewLine](), list[tuple[int, range]]()
    for number, since in enrolled.items():
        found = await people_store.find(people_query.id_index_of(number))
        account = await accounts_query.account_of(county_code, found[1]) if found else None
        if account is None or since.year >= FIRST_YEAR:
            continue
        before = range(since.year, FIRST_YEAR)
        years.append((account.id, before))
        for year, fund, fen in [(year, *of) for year in before for of in (("personal", 10000), ("subsidy_province", 3000))]:
            lines.append(NewLine(line_no=len(lines) + 1, state="good", name="期初余额", account_id=account.id, year=year, fund=fund,
                                 amount_fen=fen, value_on=day))  # fmt: skip
    new = NewDocument(kind=DocumentKind.OPENING_BALANCE, business_on=day, region_code=f"{county_code}", title="期初余额（样例）")
    by = worker(county_code)
    async with transaction():
        document = await books.open_document(county_code, new, lines, by, at)
        await books.take_over(county_code, document, by, at)
        opened, place = await books.begin_booking(county_code, document, at.date())
        await ledger.post_lines(county_code, document, at.date(), BOOK_KINDS[DocumentKind.OPENING_BALANCE].entry)
        await books.finish(opened, place, at.date(), [day.year], by, at)
        for account_id, paid in years:
            await contribution_store.take_over_years(county_code, account_id, list(paid), 10000)
            await benefit_store.mark_settled(county_code, account_id, day.year)


async def _pay(county_code: int, people: list[tuple[str, str]], year: int, fen: int) -> None:
    at = datetime(year, 3, 16, 10, tzinfo=CHINA)
    by = worker(county_code)
    payments = [
        Paid(line_no=line, name=name, id_number=number, id_index=people_query.id_index_of(number), year=year, amount_fen=fen,
             value_on=date(year, 3, 10), external_no=f"DEMO{year}{line:06d}")
        for line, (name, number) in enumerate(people, start=2)
    ]  # fmt: skip
    new = NewDocument(
        kind=DocumentKind.TAX_DETAIL, business_on=at.date(), region_code=f"{county_code}", partner="tax",
        external_no=f"demo-{year}", title=f"税务缴费明细 {year}年（样例）",
    )  # fmt: skip
    document = await contributions.take_in(county_code, new, payments, by, at)
    async with transaction():
        await books.take_over(county_code, document, by, at)
    await contributions.book(county_code, document, by, at)


async def _subsidise(county_code: int, year: int, staff: dict[str, Actor]) -> None:
    """All that government owes, two months later, in one sum."""
    at = datetime(year, 5, 20, 10, tzinfo=CHINA)
    amounts: dict[str, int] = {}
    for _, owed in await subsidy_query.open_by_month(county_code):
        amounts = {level: amounts.get(level, 0) + fen for level, fen in owed.items()}
    total = sum(amounts.values())
    if not total:
        return
    slip = Slip(account="fiscal_account", bank="青禾农商行", slip_no=f"BT{year}", received_on=at.date(), amount_fen=total,
                people=0, payer="青禾县财政局", purpose=f"{year}年缴费补贴（样例）")  # fmt: skip
    receipt = await finance.register_receipt(county_code, slip, None, staff[CASHIER], at)
    await subsidies.credit(county_code, receipt, amounts, staff[COLLECTOR], at)


async def _settle(county_code: int, year: int, staff: dict[str, Actor]) -> None:
    at = datetime(year + 1, 4, 8, 10, tzinfo=CHINA)
    kind = interest_settlement.KIND
    run_id = await run.prepare(kind, county_code, f"{year}", staff[MAKER], at)
    await _work(county_code, at)
    await run.review(kind, county_code, run_id, staff[REVIEWER], at)
    await run.approve(kind, county_code, run_id, staff[APPROVER], at)
    await _work(county_code, at)


async def _work(county_code: int, at: datetime) -> None:
    while await run.advance(KINDS, county_code, at):
        pass
