"""The fund's books: periods, documents and their lines, receipts, vouchers, payment orders."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, integer, moment, small, text


class AccountingPeriod(Table, tablename="accounting_period", db=DB):
    county_code = integer()
    period = integer(primary_key=True)
    last_number = integer()
    state = text()
    closed_at = moment(null=True)
    closed_by = big(null=True)
    closed_by_name = text()
    checks = text()


class LedgerAccount(Table, tablename="ledger_account", db=DB):
    code = text(primary_key=True)
    title = text()
    side = text()
    position = small()


class AgencyBankAccount(Table, tablename="agency_bank_account", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    kind = text()
    bank = text()
    account_name = text()
    account_no = text()
    from_on = day()
    until_on = day(null=True)


class FundDocument(Table, tablename="fund_document", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    kind = text()
    number = text()
    state = text()
    business_on = day()
    region_code = text()
    title = text()
    partner = text()
    external_no = text()
    file_name = text()
    file_digest = text()
    header = text()
    declarant_sealed = binary(null=True)
    line_count = integer()
    bad_count = integer()
    total_fen = big()
    declared_count = integer(null=True)
    declared_fen = big(null=True)
    run_id = big(null=True)
    case_id = big(null=True)
    created_at = moment()
    created_by = big()
    created_by_name = text()
    approved_at = moment(null=True)
    approved_by = big(null=True)
    approved_by_name = text()
    booked_at = moment(null=True)
    booked_by = big(null=True)
    booked_by_name = text()
    reason = text()
    version = integer()


class DocumentLine(Table, tablename="document_line", db=DB):
    county_code = integer()
    document_id = big()
    line_no = integer(primary_key=True)
    state = text()
    reason_code = text()
    reason = text()
    name = text()
    id_index = binary(null=True)
    id_number_sealed = binary(null=True)
    account_id = big(null=True)
    year = integer(null=True)
    fund = small()
    amount_fen = big()
    value_on = day(null=True)
    external_no = text()
    note = text()
    settled_by = big(null=True)
    settled_by_name = text()
    settled_at = moment(null=True)


class Receipt(Table, tablename="receipt", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    account = text()
    bank = text()
    slip_no = text()
    received_on = day()
    amount_fen = big()
    people = integer()
    payer = text()
    purpose = text()
    document_id = big(null=True)
    suspense_id = big(null=True)
    registered_at = moment()
    registered_by = big()
    registered_by_name = text()


class Voucher(Table, tablename="voucher", db=DB):
    county_code = integer()
    period = integer()
    number = integer(primary_key=True)
    document_id = big()
    dated_on = day()
    summary = text()
    total_fen = big()
    made_at = moment()
    made_by = big()
    made_by_name = text()


class VoucherReview(Table, tablename="voucher_review", db=DB):
    county_code = integer()
    period = integer()
    number = integer(primary_key=True)
    reviewed_at = moment()
    reviewed_by = big()
    reviewed_by_name = text()


class VoucherLine(Table, tablename="voucher_line", db=DB):
    county_code = integer()
    period = integer()
    number = integer()
    position = small(primary_key=True)
    account = text()
    debit_fen = big()
    credit_fen = big()
    memo = text()


class PaymentOrder(Table, tablename="payment_order", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    document_id = big()
    line_no = integer(null=True)
    kind = text()
    payee_name = text()
    bank = text()
    bank_account_sealed = binary()
    bank_account_index = binary()
    amount_fen = big()
    state = text()
    paid_on = day(null=True)
    reason = text()
    created_at = moment()
