"""Persons and what is known of them."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, integer, moment, small, text, texts


class IdentityIndex(Table, tablename="identity_index", db=DB):
    id_index = binary(primary_key=True)
    county_code = integer()
    person_id = big()


class Person(Table, tablename="person", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    name = text()
    id_type = text()
    id_number_sealed = binary()
    id_index = binary()
    sex = text()
    ethnic_group = text()
    born_on = day()
    phone_sealed = binary(null=True)
    phone_index = binary(null=True)
    address = text()
    postcode = text()
    household_type = text()
    household_address = text()
    region_code = text()
    created_at = moment()
    case_id = big(null=True)
    version = integer()


class PersonIdentity(Table, tablename="person_identity", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    id_type = text()
    id_number_sealed = binary()
    id_index = binary()
    from_on = day()
    until_on = day(null=True)
    case_id = big(null=True)


class PersonChange(Table, tablename="person_change", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    field = text()
    before_sealed = binary()
    after_sealed = binary()
    case_id = big(null=True)
    at = moment()
    actor_kind = text()
    actor_id = big()
    actor_name = text()
    channel = text()


class Participation(Table, tablename="participation", db=DB):
    county_code = integer()
    person_id = big(primary_key=True)
    participation_status = small()
    contribution_status = small()
    first_enrolled_on = day()
    tier_fen = big(null=True)
    categories = texts()
    case_id = big(null=True)
    version = integer()


class Beneficiary(Table, tablename="beneficiary", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    name = text()
    id_type = text()
    id_number_sealed = binary()
    id_index = binary()
    relation = text()
    share_percent = small()
    from_on = day()
    until_on = day(null=True)
    case_id = big(null=True)
