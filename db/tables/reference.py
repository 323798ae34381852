"""Small tables without a county, or one row a county: what the rest refers to."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, flag, integer, moment, small, text


class Installation(Table, tablename="installation", db=DB):
    one = flag(primary_key=True)
    mode = text()
    created_at = moment()
    business_date = day(null=True)
    business_date_set_at = moment(null=True)


class County(Table, tablename="county", db=DB):
    county_code = integer(primary_key=True)
    name = text()
    agency_name = text()
    agency_phone = text()
    agency_address = text()
    profile = text()


class CalendarYear(Table, tablename="calendar_year", db=DB):
    year = integer(primary_key=True)
    notice = text()
    loaded_at = moment()
    loaded_by = text()


class CalendarDay(Table, tablename="calendar_day", db=DB):
    day = day(primary_key=True)
    kind = text()
    name = text()


class CalendarApplied(Table, tablename="calendar_applied", db=DB):
    county_code = integer(primary_key=True)
    loaded_at = moment()


class PolicyParameter(Table, tablename="policy_parameter", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    kind = text()
    key = text()
    value = text(null=True)
    effective_on = day()
    decided_on = day()
    document = text()
    verified = flag()
    proposed_by = text()
    confirmed_by = text()
    recorded_at = moment()


class ParameterProposal(Table, tablename="parameter_proposal", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    document = text()
    file_name = text()
    file_digest = text()
    rows = text()
    state = text()
    proposed_by = big()
    proposed_by_name = text()
    proposed_at = moment()
    decided_by = big(null=True)
    decided_by_name = text()
    decided_at = moment(null=True)
    reason = text()


class FundSource(Table, tablename="fund_source", db=DB):
    code = text(primary_key=True)
    title = text()
    position = small()
