"""Batches and their checkpoints."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, flag, integer, moment, small, text


class BatchRun(Table, tablename="batch_run", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    kind = text()
    period = text()
    round = small()
    state = text()
    settings = text()
    totals = text()
    trouble = text()
    document_id = big(null=True)
    prepared_at = moment()
    prepared_by = big()
    prepared_by_name = text()
    reviewed_at = moment(null=True)
    reviewed_by = big(null=True)
    reviewed_by_name = text()
    approved_at = moment(null=True)
    approved_by = big(null=True)
    approved_by_name = text()
    finished_at = moment(null=True)
    reason = text()
    version = integer()


class RunChunk(Table, tablename="run_chunk", db=DB):
    county_code = integer()
    run_id = big()
    number = integer(primary_key=True)
    title = text()
    key = text()
    state = text()
    rows_done = big()
    amount_fen = big()
    detail = text()
    done_at = moment(null=True)


class RunException(Table, tablename="run_exception", db=DB):
    county_code = integer()
    run_id = big()
    chunk_number = integer()
    trial = flag()
    account_id = big(primary_key=True)
    bucket = text()
