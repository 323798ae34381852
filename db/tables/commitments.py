"""Promises and what was found out about them; who should have come to deregister."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, text


class FieldVerification(Table, tablename="field_verification", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    case_id = big()
    how = text()
    found = text()
    recorded_at = moment()
    recorded_by = big()
    recorded_by_name = text()


class FalseCommitment(Table, tablename="false_commitment", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    case_id = big()
    signer_index = binary()
    signer_name = text()
    found = text()
    recorded_at = moment()
    recorded_by = big()
    recorded_by_name = text()
    repaired_at = moment(null=True)
    repaired_by_name = text()
    repair_note = text()


class CommitmentCheck(Table, tablename="commitment_check", db=DB):
    county_code = integer()
    case_id = big(primary_key=True)
    kept = flag()
    note = text()
    checked_at = moment()
    checked_by = big()
    checked_by_name = text()


class DeregistrationNotice(Table, tablename="deregistration_notice", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    cause = text()
    happened_on = day()
    finding = text()
    come_by = day()
    state = text()
    issued_at = moment()
    issued_by = big()
    issued_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()
    decision_note = text()
