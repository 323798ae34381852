"""The door, and who may come in."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, day, flag, integer, json, moment, small, text


class WebSession(Table, tablename="web_session", db=DB):
    token_hash = binary(primary_key=True)
    app = text()
    county_code = integer(null=True)
    subject = big(null=True)
    data = json()
    provider = text(null=True)
    provider_sub = text(null=True)
    provider_sid = text(null=True)
    created_at = moment()
    seen_at = moment()
    absolute_end = moment()


class LoginAttempt(Table, tablename="login_attempt", db=DB):
    kind = text()
    key_hash = binary(primary_key=True)
    failures = integer()
    first_at = moment()
    locked_until = moment(null=True)


class OneTimeCode(Table, tablename="one_time_code", db=DB):
    id = big(primary_key=True)
    purpose = text()
    subject_hash = binary()
    code_hash = binary()
    issued_at = moment()
    expires_at = moment()
    tries = small()
    used_at = moment(null=True)


class OidcState(Table, tablename="oidc_state", db=DB):
    state_hash = binary(primary_key=True)
    browser_hash = binary()
    nonce = text()
    verifier = text()
    next_path = text()
    level = small()
    fresh = flag()
    expires_at = moment()


class ParkedForm(Table, tablename="parked_form", db=DB):
    token_hash = binary(primary_key=True)
    app = text()
    county_code = integer(null=True)
    subject = big(null=True)
    path = text()
    body_sealed = binary()
    expires_at = moment()


class LogoutTokenSeen(Table, tablename="logout_token_seen", db=DB):
    token_id_hash = binary(primary_key=True)
    expires_at = moment()


class ResidentAccount(Table, tablename="resident_account", db=DB):
    id = big(primary_key=True)
    provider = text()
    provider_sub = text()
    county_code = integer(null=True)
    name = text()
    id_type = text(null=True)
    id_number_sealed = binary(null=True)
    id_index = binary(null=True)
    phone_sealed = binary(null=True)
    assurance = small()
    bound_at = moment(null=True)
    created_at = moment()
    last_login_at = moment()


class StaffUser(Table, tablename="staff_user", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    login_name = text()
    name = text()
    region_code = text()
    organisation = text()
    id_index = binary(null=True)
    password_hash = text()
    totp_sealed = binary(null=True)
    totp_last_step = big()
    must_change = flag()
    password_at = moment()
    frozen_at = moment(null=True)
    frozen_by = big(null=True)
    frozen_reason = text()
    created_at = moment()
    created_by = big(null=True)
    last_login_at = moment(null=True)


class StaffRelative(Table, tablename="staff_relative", db=DB):
    county_code = integer()
    staff_id = big(primary_key=True)
    id_index = binary()
    relation = text()
    declared_at = moment()
    ended_at = moment(null=True)


class StaffPost(Table, tablename="staff_post", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    staff_id = big()
    post = text()
    from_on = day()
    until_on = day(null=True)
    assigned_by = big()
    assigned_at = moment()
    ended_by = big(null=True)
    ended_at = moment(null=True)


class AssistantAppointment(Table, tablename="assistant_appointment", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    id_index = binary()
    name = text()
    region_code = text()
    from_on = day()
    until_on = day(null=True)
    appointed_by = big()
    appointed_at = moment()
    ended_by = big(null=True)
    ended_at = moment(null=True)
    end_reason = text()


class SpecialAuthorityGrant(Table, tablename="special_authority_grant", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    staff_id = big()
    business = text()
    case_id = big(null=True)
    person_id = big(null=True)
    reason = text()
    asked_at = moment()
    granted_by = big(null=True)
    granted_at = moment(null=True)
    expires_at = moment(null=True)
    refused_at = moment(null=True)
    refused_by = big(null=True)
    withdrawn_at = moment(null=True)
    withdrawn_by = big(null=True)
