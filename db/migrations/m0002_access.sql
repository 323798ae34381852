-- Who may come in and what they may do. Tables of the door itself (sessions, attempts, codes, accounts) belong to no
-- county; staff, posts, assistants and special authority do. Times here are real time, never the settable business date.

-- ---------------------------------------------------------------- the door (no county)
create table web_session (
  token_hash bytea primary key,
  app text not null check (app in ('portal', 'backoffice')),
  county_code int, -- of a staff user
  subject bigint, -- resident_account.id or staff_user.id; null while a login is not finished
  data jsonb not null default '{}',
  provider text, -- what back-channel logout names
  provider_sub text,
  provider_sid text,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  absolute_end timestamptz not null
) with (fillfactor = 80);
create index web_session_of_subject on web_session (app, county_code, subject) where subject is not null;
create index web_session_of_provider on web_session (provider, provider_sub) where provider is not null;
create index web_session_end on web_session (absolute_end);

-- One row per thing that is guessed at; a guess is counted before it is judged, so parallel guesses count too.
create table login_attempt (
  kind text not null,
  key_hash bytea not null,
  failures int not null,
  first_at timestamptz not null,
  locked_until timestamptz,
  primary key (kind, key_hash)
);
create index login_attempt_age on login_attempt (first_at);

create table one_time_code (
  id bigint generated always as identity primary key,
  purpose text not null,
  subject_hash bytea not null,
  code_hash bytea not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  tries smallint not null default 0,
  used_at timestamptz
);
create index one_time_code_of_subject on one_time_code (purpose, subject_hash, id desc);
create index one_time_code_age on one_time_code (expires_at);

create table oidc_state (
  state_hash bytea primary key,
  browser_hash bytea not null, -- the cookie of the browser that began: nobody is logged in by somebody else's link
  nonce text not null,
  verifier text not null,
  next_path text not null,
  level smallint not null,
  fresh boolean not null,
  expires_at timestamptz not null
);
create index oidc_state_age on oidc_state (expires_at);

-- A logout token is good once.
create table logout_token_seen (
  token_id_hash bytea primary key,
  expires_at timestamptz not null
);

-- What somebody had typed when the session ended; given back once, to the same person.
create table parked_form (
  token_hash bytea primary key,
  app text not null,
  county_code int,
  subject bigint,
  path text not null,
  body_sealed bytea not null,
  expires_at timestamptz not null
);
create index parked_form_age on parked_form (expires_at);

create table resident_account (
  id bigint generated always as identity primary key,
  provider text not null,
  provider_sub text not null,
  county_code int, -- the home agency; null until it is known or chosen
  name text not null,
  id_type text,
  id_number_sealed bytea, -- a pseudonymous provider gives none
  id_index bytea,
  phone_sealed bytea,
  assurance smallint not null check (assurance between 0 and 4),
  bound_at timestamptz, -- when somebody without a number from the provider proved one
  created_at timestamptz not null,
  last_login_at timestamptz not null,
  unique (provider, provider_sub),
  constraint number_and_index_go_together check ((id_number_sealed is null) = (id_index is null))
);
create index resident_account_by_number on resident_account (id_index) where id_index is not null;

-- ---------------------------------------------------------------- staff (county)
-- Personal, never deleted (R-436, R-443); the first six digits of the login name are the county.
create table staff_user (
  county_code int not null,
  id bigint generated always as identity,
  login_name text collate "C" not null,
  name text not null,
  region_code text collate "C" not null check (region_code ~ '^([0-9]{6}|[0-9]{8})$'),
  organisation text not null,
  id_index bytea, -- of the user's own ID number (R-016)
  password_hash text not null,
  totp_sealed bytea, -- null until the first login
  totp_last_step bigint not null default 0,
  must_change boolean not null,
  password_at timestamptz not null,
  frozen_at timestamptz,
  frozen_by bigint,
  frozen_reason text not null default '',
  created_at timestamptz not null,
  created_by bigint,
  last_login_at timestamptz,
  primary key (county_code, id),
  unique (county_code, login_name),
  check (login_name ~ '^[0-9]{9,12}$' and left(login_name, 6) = county_code::text),
  check (left(region_code, 6) = county_code::text)
);

-- Relatives a user declared: nobody handles their cases (R-016).
create table staff_relative (
  county_code int not null,
  staff_id bigint not null,
  id_index bytea not null,
  relation text not null,
  declared_at timestamptz not null,
  ended_at timestamptz,
  primary key (county_code, staff_id, id_index),
  foreign key (county_code, staff_id) references staff_user (county_code, id)
);

create table staff_post (
  county_code int not null,
  id bigint generated always as identity,
  staff_id bigint not null,
  post text not null,
  from_on date not null,
  until_on date,
  assigned_by bigint not null, -- 0: the command line
  assigned_at timestamptz not null,
  ended_by bigint,
  ended_at timestamptz,
  primary key (county_code, id),
  foreign key (county_code, staff_id) references staff_user (county_code, id),
  check (until_on >= from_on),
  constraint one_spell_at_a_time exclude using gist
    (county_code with =, staff_id with =, post with =, daterange(from_on, until_on) with &&)
);
create index staff_post_of_user on staff_post (county_code, staff_id, from_on);

create table assistant_appointment (
  county_code int not null,
  id bigint generated always as identity,
  id_index bytea not null,
  name text not null,
  region_code text collate "C" not null check (region_code ~ '^[0-9]{10}$'),
  from_on date not null,
  until_on date,
  appointed_by bigint not null,
  appointed_at timestamptz not null,
  ended_by bigint,
  ended_at timestamptz,
  end_reason text not null default '',
  primary key (county_code, id),
  check (until_on >= from_on),
  check (left(region_code, 6) = county_code::text),
  constraint appointed_once_at_a_time exclude using gist
    (county_code with =, id_index with =, region_code with =, daterange(from_on, until_on) with &&)
);
create index assistant_by_village on assistant_appointment (county_code, region_code, id);
create index assistant_by_number on assistant_appointment (county_code, id_index, id);

-- 非常规业务权限 (R-439, R-440): asked for with a reason, given by another person, over by itself.
create table special_authority_grant (
  county_code int not null,
  id bigint generated always as identity,
  staff_id bigint not null,
  business text not null,
  case_id bigint,
  person_id bigint,
  reason text not null check (reason <> ''),
  asked_at timestamptz not null,
  granted_by bigint,
  granted_at timestamptz,
  expires_at timestamptz,
  refused_at timestamptz,
  refused_by bigint,
  withdrawn_at timestamptz,
  withdrawn_by bigint,
  primary key (county_code, id),
  foreign key (county_code, staff_id) references staff_user (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  constraint given_by_another_person check (granted_by <> staff_id),
  constraint given_with_an_end check ((granted_at is null) = (expires_at is null) and expires_at > granted_at)
);
create index special_authority_of_user on special_authority_grant (county_code, staff_id, business, id);

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert, update, delete on web_session, login_attempt, one_time_code, oidc_state, parked_form,
  logout_token_seen to pension_app;
grant select, insert on resident_account, staff_user, staff_relative, staff_post, assistant_appointment,
  special_authority_grant to pension_app;
grant update on resident_account to pension_app;
grant update (name, region_code, organisation, id_index, password_hash, totp_sealed, totp_last_step, must_change,
  password_at, frozen_at, frozen_by, frozen_reason, last_login_at) on staff_user to pension_app;
grant update (relation, declared_at, ended_at) on staff_relative to pension_app;
grant update (until_on, ended_by, ended_at) on staff_post to pension_app;
grant update (until_on, ended_by, ended_at, end_reason) on assistant_appointment to pension_app;
grant update (granted_by, granted_at, expires_at, refused_at, refused_by, withdrawn_at, withdrawn_by)
  on special_authority_grant to pension_app;
grant usage on all sequences in schema public to pension_app;
