"""Individual accounts: balances, entries, statements."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, bigs, binary, day, flag, integer, moment, small, text


class IndividualAccount(Table, tablename="individual_account", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    opened_on = day()
    status = text()
    case_id = big(null=True)


class AccountBalance(Table, tablename="account_balance", db=DB):
    county_code = integer()
    account_id = big(primary_key=True)
    settled_year = integer()
    personal_fen = big()
    collective_fen = big()
    other_assistance_fen = big()
    subsidy_province_fen = big()
    subsidy_city_fen = big()
    subsidy_county_fen = big()
    government_paid_fen = big()
    land_loss_fen = big()
    personal_interest_fen = big()
    collective_interest_fen = big()
    other_assistance_interest_fen = big()
    subsidy_province_interest_fen = big()
    subsidy_city_interest_fen = big()
    subsidy_county_interest_fen = big()
    government_paid_interest_fen = big()
    land_loss_interest_fen = big()


class LedgerEntry(Table, tablename="ledger_entry", db=DB):
    county_code = integer()
    year = integer()
    id = big(primary_key=True)
    account_id = big()
    document_id = big()
    line_no = integer(null=True)
    value_on = day()
    booked_on = day()
    month = small()
    kind = small()
    contribution_year = small(null=True)
    is_interest = flag()
    personal_fen = big(null=True)
    collective_fen = big(null=True)
    other_assistance_fen = big(null=True)
    subsidy_province_fen = big(null=True)
    subsidy_city_fen = big(null=True)
    subsidy_county_fen = big(null=True)
    government_paid_fen = big(null=True)
    land_loss_fen = big(null=True)
    reverses_id = big(null=True)


class AccountStatement(Table, tablename="account_statement", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    account_id = big()
    kind = text()
    year = integer(null=True)
    number = text()
    verify_token = text()
    total_fen = big()
    as_of_on = day()
    issued_at = moment()
    issued_by = text()
    figures = binary(null=True)


class StatementNotice(Table, tablename="statement_notice", db=DB):
    county_code = integer()
    year = integer()
    account_id = big(primary_key=True)
    run_id = big()
    by_phone = flag()
    told_at = moment()


class StatementPrint(Table, tablename="statement_print", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    year = integer()
    region_code = text()
    number = integer()
    account_ids = bigs()
    asked_at = moment()
    asked_by = big()
    asked_by_name = text()
    storage_key = text(null=True)
    printed_at = moment(null=True)
