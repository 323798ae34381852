"""Cards: banks that open accounts and answer for them."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, integer, moment, text


class AgencyBank(Table, tablename="agency_bank", db=DB):
    county_code = integer()
    code = text(primary_key=True)
    title = text()
    since = moment()
    added_by = big()
    added_by_name = text()


class CardRequest(Table, tablename="card_request", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    purpose = text()
    bank_code = text()
    account_kind = text()
    region_code = text()
    file_id = big(null=True)
    state = text()
    reason = text()
    account_index = binary(null=True)
    account_tail = text()
    asked_at = moment()
    asked_by = big()
    asked_by_name = text()
    answered_at = moment(null=True)
    handed_at = moment(null=True)
    handed_by = big(null=True)
    handed_by_name = text()


class AccountCheck(Table, tablename="account_check", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    payment_account_id = big()
    bank_code = text()
    file_id = big(null=True)
    result = text()
    asked_at = moment()
    asked_by = big()
    asked_by_name = text()
    answered_at = moment(null=True)
