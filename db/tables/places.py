"""行政区划."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, integer, moment, text


class Region(Table, tablename="region", db=DB):
    code = text(primary_key=True)
    county_code = integer()
    name = text()
    full_name = text()
    opened_on = day()
    closed_on = day(null=True)


class RegionVersion(Table, tablename="region_version", db=DB):
    id = big(primary_key=True)
    code = text()
    name = text()
    full_name = text()
    effective_on = day()
    document = text()
    recorded_at = moment()
    recorded_by = text()


class RegionMapping(Table, tablename="region_mapping", db=DB):
    code = text(primary_key=True)
    statistical_code = text()
    recorded_at = moment()
