"""A document, its second pair of eyes, its money, its voucher."""

import asyncio
from datetime import date

import pytest

from db import engine
from db.stores import books, ledger
from db.stores.books import NewLine, NewReceipt
from domain import books as desk
from domain.actor import Post
from domain.books import KINDS, DocumentKind
from domain.errors import NotFound, Refused
from domain.ledger import Kind
from tests import make
from tests.account.conftest import document
from tests.conftest import Database
from tests.make import COUNTY, FRIDAY

MAKER = make.staff("周会", Post.COUNTY_COLLECTION, staff_id=108)
CHECKER = make.staff("吴梅", Post.COUNTY_COLLECTION, staff_id=109)
CASHIER = make.staff("卫东", Post.CASHIER, staff_id=110)
DAY = date(2026, 11, 20)


async def sheet(account_id: int, *amounts: int, kind: DocumentKind = DocumentKind.AGENCY_BATCH, **more: object) -> int:
    """A draft with one good line for each amount."""
    paper = await document(kind, DAY, **more)
    await books.add_lines(COUNTY, paper, [
        NewLine(line_no=n, state="good", name="王大山", amount_fen=fen, account_id=account_id, year=2026, value_on=DAY)
        for n, fen in enumerate(amounts, start=1)
    ])  # fmt: skip
    await books.count_lines(COUNTY, paper)
    return paper


async def approved(account_id: int, *amounts: int, **more: object) -> int:
    paper = await sheet(account_id, *amounts, **more)  # type: ignore[arg-type]
    await desk.declare(COUNTY, paper, MAKER, FRIDAY)
    await desk.approve(COUNTY, paper, CHECKER, FRIDAY)
    return paper


def slip(number: str, fen: int, document_id: int | None = None) -> NewReceipt:
    return NewReceipt(account="income_account", bank="农商行", slip_no=number, received_on=DAY, amount_fen=fen, people=1,
                      document_id=document_id)  # fmt: skip


async def booked(paper: int) -> int | None:
    async with engine.transaction():
        found, place = await desk.begin_booking(COUNTY, paper, DAY)
        await ledger.post_lines(COUNTY, paper, DAY, Kind.CONTRIBUTION)
        return await desk.finish(found, place, DAY, [2026], CASHIER, FRIDAY)


@pytest.mark.rule("R-464", "R-472")
async def test_a_booked_document_has_one_balanced_voucher(account_id: int) -> None:
    paper = await approved(account_id, 20000, 10000)
    await desk.register(COUNTY, slip("001", 30000, paper), CASHIER, FRIDAY)
    assert await booked(paper) == 1
    lines = await engine.fetch("select account, debit_fen, credit_fen from voucher_line order by position")
    assert [tuple(line) for line in lines] == [("income_account", 30000, 0), ("contribution_income", 0, 30000)]
    assert await engine.fetchval("select state from fund_document") == "booked"


@pytest.mark.rule("R-087", "R-092")
@pytest.mark.parametrize("arrived", [None, 29999, 30001])
async def test_without_the_whole_money_nothing_is_booked(account_id: int, arrived: int | None) -> None:
    paper = await approved(account_id, 30000)
    if arrived:
        await desk.register(COUNTY, slip("001", arrived, paper), CASHIER, FRIDAY)
    with pytest.raises(Refused, match="足额"):
        await booked(paper)
    assert await engine.fetchval("select count(*) from ledger_entry") == 0


@pytest.mark.rule("R-086")
async def test_money_in_the_treasury_needs_no_slip(account_id: int) -> None:
    assert await booked(await approved(account_id, 500, kind=DocumentKind.TAX_DETAIL)) == 1
    assert await engine.fetchval("select account from voucher_line where debit_fen > 0") == "treasury"


@pytest.mark.rule("R-471")
async def test_a_slip_is_registered_once(account_id: int) -> None:
    await desk.register(COUNTY, slip("001", 5), CASHIER, FRIDAY)
    with pytest.raises(Refused, match="不能重复登记"):
        await desk.register(COUNTY, slip("001", 5), CASHIER, FRIDAY)
    await desk.register(COUNTY, slip("002", 5), CASHIER, FRIDAY)


@pytest.mark.rule("R-016")
async def test_nobody_approves_what_he_entered(account_id: int) -> None:
    paper = await sheet(account_id, 100)
    await desk.declare(COUNTY, paper, MAKER, FRIDAY)
    with pytest.raises(Refused, match="另一位同事"):
        await desk.approve(COUNTY, paper, MAKER, FRIDAY)


@pytest.mark.rule("R-089")
@pytest.mark.parametrize(
    ("count", "fen", "words"),
    [(1, 300, "对方报来1笔"), (3, 300, "对方报来3笔"), (2, 299, "合计2.99"), (2, 301, "合计3.01")],
)
async def test_a_partner_s_total_that_does_not_agree_keeps_the_document_unposted(
    account_id: int, count: int, fen: int, words: str
) -> None:
    paper = await sheet(account_id, 100, 200, declared_count=count, declared_fen=fen)
    await desk.declare(COUNTY, paper, MAKER, FRIDAY)
    with pytest.raises(Refused, match=words):
        await desk.approve(COUNTY, paper, CHECKER, FRIDAY)


async def test_a_partner_s_total_counts_the_lines_nobody_could_match(account_id: int) -> None:
    paper = await sheet(account_id, 100, declared_count=2, declared_fen=150)
    await books.add_lines(COUNTY, paper, [NewLine(line_no=2, state="exception", name="无名", amount_fen=50)])
    await books.count_lines(COUNTY, paper)
    await desk.declare(COUNTY, paper, MAKER, FRIDAY)
    await desk.approve(COUNTY, paper, CHECKER, FRIDAY)


async def test_a_sheet_without_a_good_line_is_not_declared(db: Database) -> None:
    with pytest.raises(Refused, match="没有一行"):
        await desk.declare(COUNTY, await document(), MAKER, FRIDAY)


async def test_what_was_paid_for_cannot_be_cancelled(account_id: int) -> None:
    paper = await approved(account_id, 100)
    other = await approved(account_id, 100)
    await desk.register(COUNTY, slip("001", 100, paper), CASHIER, FRIDAY)
    with pytest.raises(Refused, match="已经登记到款"):
        await desk.cancel(COUNTY, paper, "录错了", MAKER, FRIDAY)
    with pytest.raises(Refused, match="原因"):
        await desk.cancel(COUNTY, other, " ", MAKER, FRIDAY)
    await desk.cancel(COUNTY, other, "录错了", MAKER, FRIDAY)
    with pytest.raises(Refused, match="已经处理过"):
        await desk.cancel(COUNTY, other, "录错了", MAKER, FRIDAY)
    with pytest.raises(NotFound):
        await desk.cancel(COUNTY, other + 1, "录错了", MAKER, FRIDAY)


async def test_a_closed_month_takes_nothing(account_id: int) -> None:
    paper = await approved(account_id, 100, kind=DocumentKind.TAX_DETAIL)
    await engine.execute(
        "insert into accounting_period (county_code, period, state) values ($1, 202611, 'closed')", COUNTY
    )
    with pytest.raises(Refused, match="2026年11月已经封账"):
        await booked(paper)
    assert await engine.fetchval("select count(*) from ledger_entry") == 0


@pytest.mark.rule("R-472")
async def test_ten_vouchers_at_once_are_numbered_without_a_gap(account_id: int) -> None:
    papers = [await approved(account_id, 100 + n, kind=DocumentKind.TAX_DETAIL) for n in range(10)]
    numbers = await asyncio.gather(*(booked(paper) for paper in papers))
    assert sorted(n or 0 for n in numbers) == list(range(1, 11))


async def test_money_without_an_owner_waits_in_suspense(account_id: int) -> None:
    paper = await approved(account_id, 300, kind=DocumentKind.TAX_DETAIL)
    async with engine.transaction():
        found, place = await desk.begin_booking(COUNTY, paper, DAY)
        await ledger.post_lines(COUNTY, paper, DAY, Kind.CONTRIBUTION)
        await desk.finish(found, place, DAY, [2026], CASHIER, FRIDAY, suspense_fen=200)
    rows = await engine.fetch(
        "select account, sum(debit_fen - credit_fen)::bigint as fen from voucher_line group by account"
    )
    assert {row["account"]: row["fen"] for row in rows} == {
        "treasury": 500, "contribution_income": -300, "suspense_received": -200,
    }  # fmt: skip


def test_money_that_leaves_stands_on_the_other_side_and_interest_on_its_own_accounts() -> None:
    out = desk.voucher_lines({("personal", False): -500}, "income_account")
    assert [(line.account, line.debit_fen, line.credit_fen) for line in out] == [
        ("income_account", 0, 500), ("contribution_income", 500, 0),
    ]  # fmt: skip
    interest = desk.voucher_lines({("personal", True): 30, ("land_loss", True): 12}, "")
    assert [(line.account, line.debit_fen, line.credit_fen) for line in interest] == [
        ("account_interest", 42, 0), ("account_interest_payable", 0, 42),
    ]  # fmt: skip


async def test_a_0_registration_is_booked_without_a_voucher(account_id: int) -> None:
    paper = await approved(account_id, 0)
    assert await booked(paper) is None
    assert await engine.fetchval("select state from fund_document") == "booked"


def test_every_kind_of_document_has_its_rules() -> None:
    assert set(KINDS) == set(DocumentKind)
