"""Payments on behalf of other bureaus: programmes, lists, months."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, small, text


class DelegatedProgramme(Table, tablename="delegated_programme", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    name = text()
    principal = text()
    purpose = text()
    created_at = moment()
    created_by = big()
    created_by_name = text()


class DelegatedTerm(Table, tablename="delegated_term", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    programme_id = big()
    from_month = integer()
    last_month = integer(null=True)
    pay_day = small()
    document = text()
    state = text()
    proposed_at = moment()
    proposed_by = big()
    proposed_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()


class DelegatedList(Table, tablename="delegated_list", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    programme_id = big()
    document = text()
    state = text()
    good_count = integer()
    refused_count = integer()
    proposed_at = moment()
    proposed_by = big()
    proposed_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()


class DelegatedListLine(Table, tablename="delegated_list_line", db=DB):
    county_code = integer()
    list_id = big(primary_key=True)
    line_no = integer()
    person_id = big(null=True)
    name = text()
    id_number_sealed = binary()
    change = text()
    month = integer()
    amount_fen = integer()
    last_month = integer(null=True)
    bank = text()
    account_sealed = binary(null=True)
    state = text()
    reason = text()


class DelegatedAllowance(Table, tablename="delegated_allowance", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    programme_id = big()
    person_id = big()
    from_month = integer()
    last_month = integer(null=True)
    since_month = integer()
    amount_fen = integer()
    list_id = big()
    void = flag()


class DelegatedDecision(Table, tablename="delegated_decision", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    programme_id = big()
    person_id = big()
    stop_kind = text()
    stop_id = big()
    phase = text()
    answer = text()
    reason = text()
    decided_at = moment()
    decided_by = big()
    decided_by_name = text()


class DelegatedMonth(Table, tablename="delegated_month", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    programme_id = big()
    month = integer()
    state = text()
    pay_on = day()
    people = integer()
    total_fen = big()
    drafted_at = moment()
    drafted_by = big()
    drafted_by_name = text()
    reviewed_at = moment(null=True)
    reviewed_by = big(null=True)
    reviewed_by_name = text()
    funded_on = day(null=True)
    arrival_id = big(null=True)
    payment_id = big(null=True)
    return_id = big(null=True)
    closed_at = moment(null=True)
    closed_by_name = text()


class DelegatedLine(Table, tablename="delegated_line", db=DB):
    county_code = integer()
    month_id = big(primary_key=True)
    programme_id = big()
    person_id = big()
    due_month = integer()
    amount_fen = integer()
    voided = flag()


class DelegatedTransfer(Table, tablename="delegated_transfer", db=DB):
    county_code = integer()
    month_id = big(primary_key=True)
    person_id = big()
    round = small()
    payment_account_id = big(null=True)
    region_code = text()
    bank = text()
    amount_fen = big()
    state = text()
    why = text()
    reason = text()
    file_id = big(null=True)
    row_no = integer(null=True)
    paid_on = day(null=True)
