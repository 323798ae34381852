"""`ledger verify` finds each kind of disagreement, and nothing where all agrees."""

import asyncpg
import pytest

from db import engine
from db.queries.verify import CHECKS
from domain import verify
from tests.account.test_books import approved, booked
from tests.make import COUNTY


async def settled_books(account_id: int) -> None:
    """Two booked sheets with all that belongs to them."""
    for fen in (20000, 10000):
        await booked(await approved(account_id, fen, kind="tax_detail"))
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen,"
        " province_fen, city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on)"
        " values ($1, $2, 2026, '011', '20', '300', 30000, 3500, 500, 1000, 0, 'tax', '2026-11-20', '2026-11-20')",
        COUNTY, account_id,
    )  # fmt: skip


@pytest.mark.rule("R-185", "R-464", "R-472")
async def test_books_that_agree_have_no_finding(account_id: int) -> None:
    await settled_books(account_id)
    report = await verify.county(COUNTY)
    assert report.text() == ""
    assert (report.accounts, report.entries, report.vouchers) == (1, 2, 2)


# What somebody with the owner's rights could do to the books, and which check must see it.
DAMAGE = {
    "update account_balance set personal_fen = personal_fen + 1": "entries add up to balances",
    "update account_balance set personal_interest_fen = 1": "entries add up to balances",
    "update ledger_entry set personal_fen = 1 where line_no = 1": "documents agree with their vouchers",
    "update account_balance set land_loss_fen = 5": "accounts agree with the control accounts",
    "update voucher_line set debit_fen = debit_fen + 1 where debit_fen > 0": "debit is credit",
    "delete from voucher_line where number = 2; delete from voucher where number = 2": "voucher numbers have no gap",
    "update accounting_period set last_number = 3": "voucher numbers have no gap",
    "update fund_document set state = 'approved' where id = (select min(id) from fund_document)": "no entry without its document",
    "update ledger_entry set kind = 40 where line_no = 1": "pensions out of accounts agree with their vouchers",
    "delete from voucher_line; delete from voucher": "booked money has its voucher",
    "insert into ledger_entry (county_code, year, account_id, document_id, line_no, value_on, booked_on, kind, is_interest)"
    " select county_code, year, account_id, document_id, line_no, value_on, booked_on, kind, is_interest from ledger_entry"
    " limit 1": "a line is booked once",
    "delete from ledger_entry where personal_fen = 10000": "a line is booked once",
    "update contribution_year set personal_fen = 1": "contribution years agree with the ledger",
    "delete from contribution_year": "contribution years agree with the ledger",
    "insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,"
    " government_paid_fen, credited_province_fen, document_id) select county_code, account_id, 2026, 202611, '300', 30000,"
    " 3500, 500, 1000, 0, 10, 1 from account_balance": "subsidies are credited as they are due",
    "update voucher_line set account = 'entrusted_account' where debit_fen > 0": "no voucher mixes the fund with entrusted money",
    "update voucher_line set account = case when debit_fen > 0 then 'entrusted_account' else 'entrusted_payable' end":
        "entrusted money agrees with its months",
    "insert into recovery (county_code, person_id, region_code, origin, cause, facts, state, principal_fen, registered_at, registered_by,"
    " registered_by_name) select county_code, id, region_code, 'desk', 'dual', 'x', 'registered', 100, now(), 1, 'x' from person":
        "debts are what was recovered, written off and is open, item by item",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
async def test_each_disagreement_is_found(account_id: int, owner: asyncpg.Connection, damage: str) -> None:
    await settled_books(account_id)
    await owner.execute(damage)
    report = await verify.county(COUNTY)
    found = {check.title for check in report.checks if check.count}
    assert DAMAGE[damage] in found, report.text()


def test_every_check_is_proven_above() -> None:
    assert set(DAMAGE.values()) == {title for title, _, _ in CHECKS}


async def test_another_county_s_books_are_not_read(account_id: int) -> None:
    await settled_books(account_id)
    report = await verify.county(439902)
    assert report.clean
    assert report.entries == 0
