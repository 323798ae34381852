"""跨省转移 through the platform's folder, with the simulated county outside: messages travel, money follows next month
(规程第四十三条)."""

from datetime import date, datetime
from pathlib import Path

import pytest

from db import engine
from db.queries import accounts
from db.queries import transfers as queries
from db.stores import books as book_store
from db.stores import people
from db.stores.transfers import TransferRow
from domain import finance, verify
from domain.agency import payment_orders, worker
from domain.exchange.transfer import Completion, Outcome
from domain.finance import Slip
from domain.transfers import departure, desk
from ops import exchange
from sandbox.counterpart.faults import Fault
from sandbox.transfer.platform import Platform
from tests import make
from tests.contributions.ways import CASHIER
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, GROUP, LI_XIUYING, WANG_DASHAN, ZHAO_MIN
from tests.transfers.two_counties import OFFICER_HERE, asked, contributor, homes, let_go, sources, transit, use_profile

pytestmark = pytest.mark.usefixtures("county")
OUTSIDE = 519901
ON = "20261120"
NEXT_MONTH = datetime(2026, 12, 4, 10, tzinfo=make.CHINA)


@pytest.fixture
def folder(county: object, tmp_path: Path) -> Path:
    found = tmp_path / "exchange"
    (found / "transfer" / "in").mkdir(parents=True)
    return found


async def rounds(folder: Path, *, fault: Fault | None = None, when: datetime = FRIDAY, times: int = 3) -> None:
    """The worker, the platform, the worker."""
    for number in range(times):
        await exchange.exchange_transfers(HERE, when)
        Platform(folder, f"{HERE}", "1", fault if number == 0 else None).look(f"{when:%Y%m%d}")
    await exchange.exchange_transfers(HERE, when)


# ---------------------------------------------------------------- somebody comes


async def coming(folder: Path, *, fault: Fault | None = None) -> TransferRow:
    """李秀英 has moved here from another province; the form is there."""
    async with engine.transaction():
        await book_store.set_bank_account(HERE, "income_account", "农商行", "青禾县基金收入户", "8201 0000 0001", FRIDAY.date())
    await use_profile("hunan")
    await sources(HERE, person=LI_XIUYING, old=OUTSIDE, region=GROUP)
    there = await asked(LI_XIUYING, county=HERE, region=GROUP, clerk=ZHAO_MIN, officer=OFFICER_HERE)
    await rounds(folder, fault=fault)
    return await newest(there.id)


async def newest(transfer_id: int) -> TransferRow:
    found = await queries.one(HERE, transfer_id)
    assert found is not None
    return found


async def register(row: TransferRow, fen: int, slip: str = "ZY1") -> None:
    found = Slip(account="income_account", bank="农商行", slip_no=slip, received_on=FRIDAY.date(), amount_fen=fen, people=1)
    await finance.register_receipt(HERE, found, row.document_id, CASHIER, FRIDAY)
    await desk.follow(HERE, FRIDAY)


@pytest.mark.rule("R-375", "R-377", "R-394")
async def test_somebody_from_another_province_is_booked_when_the_money_is_there(folder: Path) -> None:
    row = await coming(folder)
    assert (row.state, row.scope, row.money, row.total_fen) == ("answered", "across", "cash", 156_250)
    await desk.follow(HERE, FRIDAY)
    assert await people.find(LI_XIUYING.index) is None, "nothing before the money"
    await register(row, 156_250)
    assert (await newest(row.id)).state == "booked"
    assert await homes(LI_XIUYING) == [(HERE, 156_250)]
    found = await people.find(LI_XIUYING.index)
    assert found is not None
    person, account = await people.read(*found), await accounts.account_of(*found)
    assert person is not None
    assert account is not None
    assert (account.principal_fen, account.interest_fen) == (150_000, 6_250)
    assert (person.participation_status, person.first_enrolled_on) == (1, date(2021, 3, 1))
    years = await engine.fetch("select year from contribution_year where counts and account_id = $1 order by year", account.id)
    assert [each["year"] for each in years] == [2021, 2022, 2023, 2024, 2025]
    report = await verify.county(HERE)
    assert report.clean, report.text()
    assert await transit(HERE) == 0
    await rounds(folder)
    assert await engine.fetchval("select count(*) from exchange_file where kind = 'transfer_completion' and direction = 'out'") == 1


@pytest.mark.rule("R-378")
@pytest.mark.parametrize(("first", "rest"), [(100_000, 56_250), (156_249, 1)])
async def test_money_that_falls_short_opens_a_difference_and_books_nothing(folder: Path, first: int, rest: int) -> None:
    row = await coming(folder)
    await register(row, first)
    assert (await newest(row.id)).state == "answered"
    (open_one,) = await queries.differences(HERE)
    assert (open_one.expected_fen, open_one.received_fen, open_one.closed_at) == (156_250, first, None)
    await desk.follow(HERE, FRIDAY)
    assert len(await queries.differences(HERE)) == 1
    await register(row, rest, "ZY2")
    assert (await newest(row.id)).state == "booked"
    (closed,) = await queries.differences(HERE)
    assert closed.closed_at is not None


@pytest.mark.parametrize("fault", list(Fault), ids=str)
async def test_whatever_goes_wrong_with_a_file_the_form_arrives_once(folder: Path, fault: Fault) -> None:
    row = await coming(folder, fault=fault)
    nobody = make.id_number(date(1990, 1, 1), 101)  # what is late comes with the next file
    (folder / "transfer" / "letters.csv").write_text(f"马宁,{nobody},{OUTSIDE},外省县一村\n", encoding="utf-8")
    await rounds(folder)
    assert (await newest(row.id)).state == "answered"
    assert await engine.fetchval("select state from transfer where direction = 'out'") == "refused", "nobody here has that number"
    assert await engine.fetchval("select count(*) from transfer_line where transfer_id = $1", row.id) == 10


async def test_the_other_county_may_refuse_and_the_person_hears_why(folder: Path) -> None:
    (folder / "transfer" / "refuse.csv").write_text(f"{LI_XIUYING.id_number},已经领取待遇\n", encoding="utf-8")
    row = await coming(folder)
    assert (row.state, row.reason) == ("refused", "已经领取待遇")
    assert await engine.fetchval("select count(*) from message where title = '关系转移没有办成' and channel = 'in_app'") == 1


@pytest.mark.rule("R-388")
async def test_a_doubt_about_the_records_goes_out_and_its_answer_comes_back(folder: Path) -> None:
    row = await coming(folder)
    await desk.ask_about(HERE, row.id, "本人说2020年也缴过费", OFFICER_HERE, FRIDAY)
    await rounds(folder)
    (question,) = await queries.questions(HERE, row.id)
    assert question.answer == "已经核对，转移记录无误"
    assert await engine.fetchval("select count(*) from message where title = '转移记录的核查结果' and channel = 'in_app'") == 1


# ---------------------------------------------------------------- somebody goes


async def going(folder: Path, *, wait: bool = False) -> TransferRow:
    """王大山 is asked for by a county outside, and let go."""
    await contributor()
    await use_profile("hunan")
    if wait:
        (folder / "transfer" / "wait.txt").touch()
    (folder / "transfer" / "letters.csv").write_text(f"{WANG_DASHAN.name},{WANG_DASHAN.id_number},{OUTSIDE},外省县一村\n", encoding="utf-8")
    await rounds(folder, times=1)
    row = await queries.by_number(HERE, "out", f"{OUTSIDE}-1-{ON}-1")
    assert row is not None
    return await let_go(row.number)


@pytest.mark.rule("R-376", "R-393")
async def test_the_balance_is_paid_next_month_and_owed_until_the_bank_has_paid(folder: Path) -> None:
    row = await going(folder)
    assert row.total_fen == await transit(HERE) > 600_000
    await rounds(folder)
    await desk.follow(HERE, datetime(2026, 11, 30, 23, tzinfo=make.CHINA))
    assert await engine.fetchval("select count(*) from payment_order") == 0, "not this month"
    await desk.follow(HERE, NEXT_MONTH)
    order = (await newest(row.id)).order_id
    assert order is not None
    await payment_orders.failed(HERE, order, "账号不对", CASHIER, NEXT_MONTH)
    again = await payment_orders.again(HERE, order, "外省农商银行", "6230000000000000002", make.staff("周会", *payment_orders.CORRECTORS), NEXT_MONTH)
    await desk.follow(HERE, NEXT_MONTH)
    assert await transit(HERE) == row.total_fen, "still owed"
    await payment_orders.paid(HERE, again, NEXT_MONTH.date(), CASHIER, NEXT_MONTH)
    await desk.follow(HERE, NEXT_MONTH)
    await desk.follow(HERE, NEXT_MONTH)
    assert await transit(HERE) == 0
    done = await newest(row.id)
    assert (done.state, done.order_id) == ("finished", again)
    report = await verify.county(HERE)
    assert report.clean, report.text()


async def test_what_the_other_county_does_not_confirm_is_taken_back_before_it_is_paid(folder: Path) -> None:
    row = await going(folder, wait=True)
    await desk.follow(HERE, NEXT_MONTH)
    told = Completion(letter_no=row.number, in_county=OUTSIDE, out_county=HERE, outcome=Outcome.NOT_CONFIRMED, booked_on=NEXT_MONTH.date(),
                      total_fen=0, reason="姓名不一致")  # fmt: skip
    async with engine.transaction():
        await departure.completed(HERE, told, worker(HERE), NEXT_MONTH)
    assert (await newest(row.id)).state == "cancelled"
    assert await engine.fetchval("select state from payment_order") == "cancelled"
    assert await homes() == [(HERE, row.total_fen)]
    assert await transit(HERE) == 0


@pytest.mark.rule("R-381")
async def test_money_that_has_left_is_not_called_back_by_a_message(folder: Path) -> None:
    row = await going(folder, wait=True)
    await desk.follow(HERE, NEXT_MONTH)
    order = (await newest(row.id)).order_id
    assert order is not None
    await payment_orders.paid(HERE, order, NEXT_MONTH.date(), CASHIER, NEXT_MONTH)
    told = Completion(letter_no=row.number, in_county=OUTSIDE, out_county=HERE, outcome=Outcome.NOT_CONFIRMED, booked_on=NEXT_MONTH.date(),
                      total_fen=0, reason="姓名不一致")  # fmt: skip
    async with engine.transaction():
        await departure.completed(HERE, told, worker(HERE), NEXT_MONTH)
    after = await newest(row.id)
    assert after.state == "sent"
    assert "钱已经付出" in after.reason
    assert await homes() == []
