"""数据比对."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, text


class SourceState(Table, tablename="source_state", db=DB):
    county_code = integer()
    source = text(primary_key=True)
    available = flag()
    note = text()
    changed_at = moment()


class SourceBatch(Table, tablename="source_batch", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    source = text()
    batch_no = text()
    as_of_on = day()
    purpose = text()
    row_count = integer()
    imported_at = moment()
    imported_by = text()


class SourceRecord(Table, tablename="source_record", db=DB):
    county_code = integer()
    batch_id = big()
    source = text()
    id_index = binary(primary_key=True)
    name = text()
    data = text()


class ComparisonResult(Table, tablename="comparison_result", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    case_id = big()
    source = text()
    batch_id = big(null=True)
    batch_no = text()
    as_of_on = day(null=True)
    asked_at = moment()
    purpose = text()
    answer_sealed = binary()
