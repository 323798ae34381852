"""The employee scheme: who is in both, and linkage with it."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, flag, integer, moment, small, text


class DualFinding(Table, tablename="dual_finding", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    kind = text()
    name = text()
    since_on = day(null=True)
    unit = text()
    batch_no = text()
    as_of_on = day()
    state = text()
    found_at = moment()
    resolve_by = day(null=True)
    suspended_at = moment(null=True)
    suspended_by = big(null=True)
    suspended_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()
    note = text()
    settlement_id = big(null=True)


class SchemeLinkage(Table, tablename="scheme_linkage", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    direction = text()
    number = text()
    case_id = big()
    person_id = big()
    account_id = big()
    agency = text()
    state = text()
    asked_on = day()
    due_on = day()
    provisional = flag()
    employee_months = integer()
    years_here = integer()
    years_after = integer(null=True)
    rest_months = integer()
    total_fen = big(null=True)
    refund_fen = big()
    document_id = big(null=True)
    order_id = big(null=True)
    payment_document_id = big(null=True)
    reason = text()
    opened_at = moment()
    closed_at = moment(null=True)


class LinkageMonth(Table, tablename="linkage_month", db=DB):
    county_code = integer()
    linkage_id = big(primary_key=True)
    year = integer()
    months = small()
