"""The employee scheme: who is in both."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, integer, moment, text


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
