"""Contributions, subsidies, special groups, land loss, direct debit, suspensions."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, moment, small, text


class ContributionYear(Table, tablename="contribution_year", db=DB):
    county_code = integer()
    account_id = big()
    year = integer(primary_key=True)
    category = text()
    household_type = text()
    tier = text()
    personal_fen = big()
    province_fen = big()
    city_fen = big()
    county_fen = big()
    government_paid_fen = big()
    back_payment = flag()
    counts = flag()
    channel = text()
    first_paid_on = day()
    last_paid_on = day()


class SubsidyDue(Table, tablename="subsidy_due", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    account_id = big()
    year = integer()
    period = integer()
    tier = text()
    personal_fen = big()
    province_fen = big()
    city_fen = big()
    county_fen = big()
    government_paid_fen = big()
    credited_province_fen = big()
    credited_city_fen = big()
    credited_county_fen = big()
    credited_government_paid_fen = big()
    document_id = big()
    estimate_id = big(null=True)


class ContributionAdjustment(Table, tablename="contribution_adjustment", db=DB):
    county_code = integer()
    document_id = big()
    line_no = integer(primary_key=True)
    account_id = big()
    year = integer()
    reason = text()
    category_before = text()
    category = text()
    tier_before = text()
    tier = text()
    personal_before_fen = big()
    province_before_fen = big()
    city_before_fen = big()
    county_before_fen = big()
    government_paid_before_fen = big()
    personal_fen = big()
    province_fen = big()
    city_fen = big()
    county_fen = big()
    government_paid_fen = big()
    reverses_id = big(null=True)
    payee_name = text()
    bank = text()
    bank_account_sealed = binary(null=True)
    bank_account_index = binary(null=True)


class CategorySpell(Table, tablename="category_spell", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    category = text()
    from_on = day()
    until_on = day(null=True)
    list_source = text()
    list_no = text()
    recorded_at = moment()
    recorded_by = text()
    ended_at = moment(null=True)
    ended_by = text()
    end_reason = text()
    missing_from = text()


class ZeroConsent(Table, tablename="zero_consent", db=DB):
    county_code = integer()
    person_id = big()
    year = integer(primary_key=True)
    given_on = day()
    manner = text()
    attachment_id = big(null=True)
    recorded_at = moment()
    recorded_by = big()
    recorded_by_name = text()


class LandLossAward(Table, tablename="land_loss_award", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    total_fen = big()
    manner = text()
    years = small()
    expropriated_on = day()
    confirmed_document = text()
    case_id = big(null=True)
    recorded_at = moment()
    recorded_by = big()
    recorded_by_name = text()
    stopped_at = moment(null=True)
    stopped_by_name = text()
    stop_reason = text()


class DebitAgreement(Table, tablename="debit_agreement", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    number = text()
    payer_name = text()
    payer_id_type = text()
    payer_id_sealed = binary()
    payer_index = binary()
    bank = text()
    branch = text()
    bank_account_sealed = binary()
    bank_account_index = binary()
    phone_sealed = binary(null=True)
    address = text()
    signed_on = day()
    checked_at = moment(null=True)
    ended_on = day(null=True)
    end_reason = text()
    case_id = big(null=True)
    recorded_at = moment()
    recorded_by_name = text()
    version = integer()


class DebitMember(Table, tablename="debit_member", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    agreement_id = big()
    position = small()
    person_id = big()
    relation = text()
    tier = text()
    from_on = day()
    until_on = day(null=True)
    end_reason = text()


class SuspensionSpell(Table, tablename="suspension_spell", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    person_id = big()
    from_on = day()
    until_on = day(null=True)
    reason = text()
    note = text()
    begun_by_case = big(null=True)
    ended_by_case = big(null=True)
