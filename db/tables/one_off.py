"""One-off payments beside the pension."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, integer, moment, text


class BenefitOneOff(Table, tablename="benefit_one_off", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    reason = text()
    document = text()
    basic_central_fen = integer()
    basic_province_fen = integer()
    basic_city_fen = integer()
    basic_county_fen = integer()
    long_province_fen = integer()
    long_city_fen = integer()
    long_county_fen = integer()
    age_province_fen = integer()
    age_city_fen = integer()
    age_county_fen = integer()
    total_fen = integer(null=True)
    state = text()
    proposed_at = moment()
    proposed_by = big()
    proposed_by_name = text()
    decided_at = moment(null=True)
    decided_by = big(null=True)
    decided_by_name = text()
    cancel_reason = text()
