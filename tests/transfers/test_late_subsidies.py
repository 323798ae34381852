"""Subsidies of the year that come after the account has gone: they follow, or were sent along and the fund has its advance back."""

import pytest

from db import engine
from db.queries import accounts
from db.queries import transfers as queries
from db.stores.books import NewDocument
from domain import books, contributions, finance, subsidies, verify
from domain.books import DocumentKind
from domain.finance import Slip
from domain.transfers import desk
from tests import make
from tests.contributions.ways import CASHIER, MAKER, booked, paid
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, WANG_DASHAN
from tests.transfers.two_counties import (
    NEIGHBOUR,
    OFFICER_THERE,
    asked,
    contributor,
    delivered,
    followed,
    homes,
    let_go,
    neighbour,
    side,
    transit,
)

__all__ = ["DocumentKind", "NewDocument", "books", "contributions"]
pytestmark = pytest.mark.usefixtures("county")


async def due_of_the_year() -> dict[str, int]:
    row = await engine.fetchrow(
        "select sum(province_fen)::bigint as province, sum(city_fen)::bigint as city, sum(county_fen)::bigint as county from subsidy_due"
    )
    assert row is not None
    return dict(row)


async def subsidies_come(amounts: dict[str, int]) -> None:
    slip = Slip(account="fiscal_account", bank="农商行", slip_no="CZ9", received_on=FRIDAY.date(), amount_fen=sum(amounts.values()), people=1)
    receipt = await finance.register_receipt(HERE, slip, None, CASHIER, FRIDAY)
    await subsidies.credit(HERE, receipt, amounts, MAKER, FRIDAY)


async def clean() -> None:
    for county in (HERE, NEIGHBOUR):
        report = await verify.county(county)
        assert report.clean, report.text()


@pytest.mark.rule("R-340", "R-376")
async def test_what_comes_late_follows_the_person(county: object) -> None:
    await neighbour("hunan")
    await contributor(years=range(2021, 2026))
    await booked(paid(20_000))
    amounts = await due_of_the_year()
    late = sum(amounts.values())
    assert late > 0
    there = await asked()
    await delivered()
    out = await let_go(there.number)
    await delivered()
    await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY)
    await delivered()
    assert out.total_fen is not None
    await subsidies_come(amounts)
    for _ in range(2):
        await followed()
        await delivered()
    more = await side(NEIGHBOUR, "in", f"{there.number}-S1")
    assert (more.state, more.total_fen, more.case_id) == ("answered", late, there.case_id)
    shown = await queries.of_case(NEIGHBOUR, there.case_id or 0)
    assert shown is not None
    assert shown.id == there.id, "the page of the case goes on showing the transfer itself"
    await desk.confirm(NEIGHBOUR, more.id, OFFICER_THERE, FRIDAY)
    await delivered()
    assert await homes() == [(NEIGHBOUR, out.total_fen + late)]
    assert (await side(HERE, "out", f"{there.number}-S1")).state == "finished"
    assert await transit(HERE) == out.total_fen + late == -await transit(NEIGHBOUR)
    await clean()


@pytest.mark.rule("R-387")
async def test_in_linyi_they_are_sent_along_and_the_advance_comes_back(county: object) -> None:
    await neighbour("linyi")
    await contributor(years=range(2021, 2026))
    await booked(paid(20_000))
    amounts = await due_of_the_year()
    late = sum(amounts.values())
    account = await accounts.account_of(HERE, (await make.subject(WANG_DASHAN)).person_id or 0)
    assert account is not None
    await engine.execute(
        "insert into agency_bank_account (county_code, kind, bank, account_name, account_no, from_on) values ($1, 'income_account', '农商行',"
        " '白杨县基金收入户', '820100000002', '2020-01-01')", NEIGHBOUR,
    )  # fmt: skip
    there = await asked()
    await delivered()
    out = await let_go(there.number)
    assert out.advanced_fen == late
    assert out.total_fen is not None
    assert sum(line.total_fen for line in await queries.lines(HERE, out.id)) == out.total_fen
    await delivered()
    row = await side(NEIGHBOUR, "in", there.number)
    assert (row.total_fen, row.reason) == (out.total_fen, "")
    await clean()
    await subsidies_come(amounts)
    for _ in range(2):
        await followed()
        await delivered()
    assert (await side(HERE, "out", there.number)).advanced_fen == 0
    assert await queries.supplements(HERE, there.number) == 0, "they went along already"
    left = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where county_code = $1 and account = 'suspense_paid'", HERE
    )
    assert left == 0
    await clean()
