"""Transfers of the relation between counties."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, text


class Transfer(Table, tablename="transfer", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    direction = text()
    number = text()
    scope = text()
    money = text()
    other_county = integer()
    other_name = text()
    case_id = big(null=True)
    person_id = big(null=True)
    name = text()
    id_index = binary()
    region_code = text()
    state = text()
    letter_sealed = binary()
    form_sealed = binary(null=True)
    sent_on = day()
    valid_until = day()
    due_on = day()
    provisional = flag()
    out_on = day(null=True)
    settled_month = integer(null=True)
    booked_on = day(null=True)
    total_fen = big(null=True)
    advanced_fen = big()
    document_id = big(null=True)
    order_id = big(null=True)
    payment_document_id = big(null=True)
    termination_id = big(null=True)
    settlement_run_id = big(null=True)
    reason = text()
    opened_at = moment()
    closed_at = moment(null=True)


class TransferLine(Table, tablename="transfer_line", db=DB):
    county_code = integer()
    transfer_id = big(primary_key=True)
    line_no = integer()
    year = integer()
    kind = text()
    counts = flag()
    personal_fen = big()
    collective_fen = big()
    other_assistance_fen = big()
    subsidy_province_fen = big()
    subsidy_city_fen = big()
    subsidy_county_fen = big()
    government_paid_fen = big()
    land_loss_fen = big()


class TransferStep(Table, tablename="transfer_step", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    transfer_id = big()
    at = moment()
    step = text()
    by_name = text()
    note = text()


class TransferDifference(Table, tablename="transfer_difference", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    transfer_id = big()
    expected_fen = big()
    received_fen = big()
    opened_at = moment()
    opened_by_name = text()
    closed_at = moment(null=True)
    closed_by_name = text()
    outcome = text()


class TransferQuestion(Table, tablename="transfer_question", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    transfer_id = big()
    number = text()
    asked = text()
    asked_at = moment()
    asked_by_name = text()
    answer = text()
    answered_at = moment(null=True)
    answered_by_name = text()


class ProvinceSettlement(Table, tablename="province_settlement", db=DB):
    county_code = integer()
    run_id = big(primary_key=True)
    other_county = integer()
    year = integer()
    people_in = integer()
    in_fen = big()
    people_out = integer()
    out_fen = big()
