"""Individual accounts."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, integer, text


class IndividualAccount(Table, tablename="individual_account", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    opened_on = day()
    status = text()
    case_id = big(null=True)


class SubBalance(Table, tablename="sub_balance", db=DB):
    county_code = integer()
    account_id = big(primary_key=True)
    fund = text()
    principal_fen = big()
    interest_fen = big()
