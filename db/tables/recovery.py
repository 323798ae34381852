"""Recovery of what was overpaid."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, text


class Recovery(Table, tablename="recovery", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    region_code = text()
    settlement_id = big(null=True)
    origin = text()
    cause = text()
    facts = text()
    debtor_name = text()
    debtor_index = binary(null=True)
    debtor_relation = text()
    limit_fen = big(null=True)
    limit_note = text()
    fraud = flag()
    state = text()
    principal_fen = big()
    recovered_fen = big()
    written_off_fen = big()
    open_fen = big(null=True)
    due_on = day(null=True)
    document_id = big(null=True)
    registered_at = moment()
    registered_by = big()
    registered_by_name = text()
    verified_at = moment(null=True)
    verified_by = big(null=True)
    verified_by_name = text()
    verified_note = text()


class RecoveryItem(Table, tablename="recovery_item", db=DB):
    county_code = integer()
    recovery_id = big(primary_key=True)
    item = text()
    principal_fen = big()


class RecoveryEntry(Table, tablename="recovery_entry", db=DB):
    county_code = integer()
    recovery_id = big(primary_key=True)
    source = text()
    reference = big()
    item = text()
    amount_fen = big()
    booked_on = day()


class RecoveryPayment(Table, tablename="recovery_payment", db=DB):
    county_code = integer()
    recovery_id = big()
    document_id = big(primary_key=True)
    amount_fen = big()
    parts = text()
    payer = text()
    way = text()
    slip_no = text()
    paid_on = day()
    voluntary = flag()


class RecoveryNotice(Table, tablename="recovery_notice", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recovery_id = big()
    kind = text()
    addressee = text()
    amount_fen = big()
    deadline_on = day()
    issued_at = moment()
    issued_by = big()
    issued_by_name = text()
    served_on = day(null=True)
    served_by_name = text()
    second_name = text()
    receiver = text()
    recording = text()


class RecoveryFile(Table, tablename="recovery_file", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recovery_id = big()
    kind = text()
    filename = text()
    storage_key = text()
    media_type = text()
    added_at = moment()
    added_by_name = text()


class RecoveryAgreement(Table, tablename="recovery_agreement", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recovery_id = big()
    total_fen = big()
    recovered_before_fen = big()
    state = text()
    signed_on = day()
    agreed_by_name = text()


class RecoveryInstalment(Table, tablename="recovery_instalment", db=DB):
    county_code = integer()
    agreement_id = big(primary_key=True)
    number = integer()
    due_on = day()
    amount_fen = big()
    missed_on = day(null=True)


class RecoveryDeduction(Table, tablename="recovery_deduction", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recovery_id = big()
    person_id = big()
    amount_fen = big()
    before_fen = big()
    after_plan_id = big()
    recovered_fen = big()
    state = text()
    agreed_at = moment()
    agreed_by_name = text()


class RecoveryDecision(Table, tablename="recovery_decision", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recovery_id = big()
    kind = text()
    reason = text()
    state = text()
    amount_fen = big(null=True)
    asked_at = moment()
    asked_by = big()
    asked_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()


class RecoveryNeglect(Table, tablename="recovery_neglect", db=DB):
    county_code = integer()
    recovery_id = big(primary_key=True)
    region_code = text()
    finding = text()
    recorded_at = moment()
    recorded_by = big()
    recorded_by_name = text()
