"""Outboxes."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, integer, moment, small, text


class Message(Table, tablename="message", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    recipient_index = binary()
    case_id = big(null=True)
    channel = text()
    phone_sealed = binary(null=True)
    title = text()
    body_sealed = binary()
    state = text()
    attempts = small()
    next_try_at = moment(null=True)
    error = text()
    created_at = moment()
    sent_at = moment(null=True)
    read_at = moment(null=True)
    delivery_id = text(null=True)


class ExchangeFile(Table, tablename="exchange_file", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    partner = text()
    direction = text()
    kind = text()
    sequence = big()
    digest = text()
    file_name = text()
    business_on = day()
    row_count = integer()
    total_fen = big()
    state = text()
    reason = text()
    document_id = big(null=True)
    times = small()
    created_at = moment()
    done_at = moment(null=True)
    body_sealed = binary(null=True)


class ExchangeMessage(Table, tablename="exchange_message", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    partner = text()
    kind = text()
    body_sealed = binary()
    state = text()
    case_id = big(null=True)
    created_at = moment()
    sent_at = moment(null=True)
    file_id = big(null=True)
    reference = text()
