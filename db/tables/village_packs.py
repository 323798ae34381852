"""Village packs and what villages report of their lines."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, day, integer, moment, small, text


class VillagePack(Table, tablename="village_pack", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    region_code = text()
    kind = text()
    person_count = integer()
    asked_at = moment()
    asked_by = big()
    asked_by_name = text()


class VillagePackLine(Table, tablename="village_pack_line", db=DB):
    county_code = integer()
    pack_id = big(primary_key=True)
    line_no = integer()
    person_id = big()
    code = text()
    answer = text()
    follow_up = text()
    followed_at = moment(null=True)
    followed_by = big(null=True)
    followed_by_name = text()
    follow_note = text()


class VillagePackFile(Table, tablename="village_pack_file", db=DB):
    county_code = integer()
    pack_id = big(primary_key=True)
    number = integer()
    first_line = integer()
    last_line = integer()
    storage_key = text(null=True)
    printed_at = moment(null=True)


class VillageCheck(Table, tablename="village_check", db=DB):
    county_code = integer()
    pack_id = big(primary_key=True)
    line_no = integer()
    turn = small()
    answer = text()
    note = text()
    died_on = day(null=True)
    why_corrected = text()
    reported_at = moment()
    reported_by = big()
    reported_by_kind = text()
    reported_by_name = text()
