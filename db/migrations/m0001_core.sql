-- The base: installation, places, calendar, parameters, people, accounts, cases, comparison, messages, audit.
-- County tables begin every key with county_code (the immutable home agency); the rest are small reference tables.
-- Sealed columns (bytea, *_sealed) hold SM4-GCM text; *_index columns hold a keyed HMAC-SM3 for exact search.

create extension if not exists btree_gist;

-- ---------------------------------------------------------------- installation (reference)
create table installation (
  one boolean primary key default true check (one),
  mode text not null check (mode in ('demo', 'training', 'test', 'production')),
  created_at timestamptz not null,
  business_date date,
  business_date_set_at timestamptz,
  constraint the_clock_is_real_in_production check (mode <> 'production' or business_date is null)
);

create table county (
  county_code int primary key,
  name text not null,
  agency_name text not null,
  agency_phone text not null default '',
  agency_address text not null default '',
  profile text not null
);

-- ---------------------------------------------------------------- places and calendar (reference)
-- Codes have 6, 8, 10 or 12 digits (6+2+2+2). A code is never deleted and never changed (R-448).
create table region (
  code text collate "C" primary key check (code ~ '^[0-9]{6}([0-9]{2}){0,3}$'),
  county_code int not null,
  name text not null,
  full_name text not null,
  opened_on date not null,
  closed_on date
);
create index region_by_county on region (county_code, code);

create table region_version (
  id bigint generated always as identity primary key,
  code text collate "C" not null references region (code),
  name text not null,
  full_name text not null,
  effective_on date not null,
  document text not null,
  recorded_at timestamptz not null,
  recorded_by text not null
);
create index region_version_by_code on region_version (code, id);

create table region_mapping (
  code text collate "C" primary key references region (code),
  statistical_code text collate "C" not null check (statistical_code ~ '^[0-9]{12}$'),
  recorded_at timestamptz not null
);

create table calendar_year (
  year int primary key,
  notice text not null,
  loaded_at timestamptz not null,
  loaded_by text not null
);
create table calendar_day (
  day date primary key,
  kind text not null check (kind in ('off', 'work', 'plain')), -- plain: a corrected notice took the day back
  name text not null
);

-- Values that change by date: rows are added, never edited; an ending is a row whose value is null.
create table policy_parameter (
  county_code int not null,
  id bigint generated always as identity,
  kind text not null,
  key text not null default '',
  value text,
  effective_on date not null,
  decided_on date not null,
  document text not null,
  verified boolean not null,
  proposed_by text not null,
  confirmed_by text not null,
  recorded_at timestamptz not null,
  primary key (county_code, id),
  unique (county_code, kind, key, effective_on, decided_on),
  constraint two_people check (proposed_by <> confirmed_by)
);

create table fund_source (
  code text primary key,
  title text not null,
  position smallint not null
);
insert into fund_source (code, title, position) values
  ('personal', '个人缴费', 1), ('collective', '集体补助', 2), ('other_assistance', '其他资助', 3),
  ('subsidy_province', '省级补贴', 4), ('subsidy_city', '市级补贴', 5), ('subsidy_county', '县级补贴', 6),
  ('government_paid', '政府代缴', 7), ('land_loss', '被征地补贴', 8);

-- ---------------------------------------------------------------- people
-- One citizen, one home agency: the only place that looks across counties. Never joined, looked up by key.
create table identity_index (
  id_index bytea primary key,
  county_code int not null,
  person_id bigint not null
);

create table person (
  county_code int not null,
  id bigint generated always as identity,
  name text not null,
  id_type text not null,
  id_number_sealed bytea not null,
  id_index bytea not null,
  sex text not null,
  ethnic_group text not null,
  born_on date not null,
  phone_sealed bytea,
  phone_index bytea,
  address text not null default '',
  postcode text not null default '',
  household_type text not null,
  household_address text not null,
  region_code text collate "C" not null,
  created_at timestamptz not null,
  case_id bigint,
  version int not null default 0,
  primary key (county_code, id),
  unique (county_code, id_index)
) with (fillfactor = 80);
create index person_by_region on person (county_code, region_code, id);
create index person_by_name on person (county_code, name, id);

-- Every number a person ever had; the one without until_on is in force (R-070).
create table person_identity (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  id_type text not null,
  id_number_sealed bytea not null,
  id_index bytea not null,
  from_on date not null,
  until_on date,
  case_id bigint,
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  exclude using gist (county_code with =, person_id with =, daterange(from_on, until_on) with &&)
);

-- What was changed, from what, by whom, through which channel (R-058). Append-only.
create table person_change (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  field text not null,
  before_sealed bytea not null,
  after_sealed bytea not null,
  case_id bigint,
  at timestamptz not null,
  actor_kind text not null,
  actor_id bigint not null,
  actor_name text not null,
  channel text not null,
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create index person_change_by_person on person_change (county_code, person_id, id);
create index person_change_by_case on person_change (county_code, case_id);

-- Pairs of AAC008 and AAC031 as procedures A0.3 lists them; any other pair is invalid data.
create table participation (
  county_code int not null,
  person_id bigint not null,
  participation_status smallint not null,
  contribution_status smallint not null,
  first_enrolled_on date not null,
  tier_fen bigint,
  categories text[] not null default '{}',
  case_id bigint,
  version int not null default 0,
  primary key (county_code, person_id),
  foreign key (county_code, person_id) references person (county_code, id),
  constraint known_pair check ((participation_status, contribution_status) in ((1, 1), (2, 2), (1, 3), (2, 3), (4, 3)))
) with (fillfactor = 80);

create table individual_account (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  opened_on date not null,
  status text not null default 'open' check (status in ('open', 'settled', 'cancelled')),
  case_id bigint,
  primary key (county_code, id),
  unique (county_code, person_id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create table sub_balance (
  county_code int not null,
  account_id bigint not null,
  fund text not null,
  principal_fen bigint not null default 0 check (principal_fen >= 0),
  interest_fen bigint not null default 0 check (interest_fen >= 0),
  primary key (county_code, account_id, fund),
  foreign key (county_code, account_id) references individual_account (county_code, id)
) with (fillfactor = 50);

-- 指定受益人 (R-055): a designation replaces the one before it as a whole; nothing is deleted.
create table beneficiary (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  name text not null,
  id_type text not null,
  id_number_sealed bytea not null,
  id_index bytea not null,
  relation text not null,
  share_percent smallint not null check (share_percent between 1 and 100),
  from_on date not null,
  until_on date,
  case_id bigint,
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create index beneficiary_by_person on beneficiary (county_code, person_id) where until_on is null;

-- ---------------------------------------------------------------- cases
create table service_case (
  county_code int not null,
  id bigint generated always as identity,
  case_no text,
  item text not null,
  profile text not null,
  status text not null check (status in ('draft', 'submitted', 'supplement_requested', 'resubmitted', 'preliminary_passed',
    'under_review', 'approved', 'rejected', 'withdrawn', 'auto_closed', 'effected', 'archived')),
  step smallint not null default 0,
  -- whose relation it is
  subject_person_id bigint,
  subject_name text not null,
  subject_index bytea not null,
  region_code text collate "C" not null,
  -- who applies, who typed it in
  applicant_kind text not null,
  applicant_name text not null,
  applicant_index bytea not null,
  filer_kind text not null,
  filer_id bigint not null,
  filer_name text not null,
  filer_index bytea,
  channel text not null,
  awaiting text check (awaiting in ('resident_confirmation')),
  payload_sealed bytea not null,
  page text not null default '',
  verify_token text not null,
  -- the statutory clock
  received_on date,
  received_reason text,
  limit_days smallint,
  target_days smallint,
  due_on date,
  target_on date,
  provisional boolean not null default false,
  told_at timestamptz,
  -- whose desk it lies on; both null when nobody of the staff has to act
  desk text collate "C",
  waiting_post text,
  assignee_id bigint,
  assigned_at timestamptz,
  held_until date,
  hold_reason text,
  -- what the last examination said, and its fingerprint
  findings text not null default '[]',
  outcome text,
  clean boolean not null default false,
  -- the decision
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text,
  reason_code text,
  reason_text text,
  on_commitment boolean not null default false,
  effected_at timestamptz,
  reversed_by bigint,
  created_at timestamptz not null,
  touched_at timestamptz not null,
  version int not null default 0,
  primary key (county_code, id),
  unique (county_code, case_no),
  unique (county_code, verify_token),
  foreign key (county_code, subject_person_id) references person (county_code, id)
) with (fillfactor = 80);
-- One open case per person and item (R-014).
create unique index one_open_case on service_case (county_code, item, subject_index)
  where status in ('submitted', 'supplement_requested', 'resubmitted', 'preliminary_passed', 'under_review', 'approved');
create unique index one_draft on service_case (county_code, item, subject_index, filer_kind, filer_id) where status = 'draft';
create index case_on_desk on service_case (county_code, desk, waiting_post, due_on, id) where waiting_post is not null;
create index case_of_applicant on service_case (county_code, applicant_index, id desc);
create index case_of_subject on service_case (county_code, subject_index, id desc);
create index case_of_filer on service_case (county_code, filer_kind, filer_id, id desc);
create index case_by_region on service_case (county_code, region_code, id desc);
create index case_by_name on service_case (county_code, subject_name, id desc);
create index case_open_clock on service_case (county_code, due_on) where due_on is not null and told_at is null;
create index case_held on service_case (county_code, held_until) where held_until is not null;
create index case_draft_age on service_case (county_code, touched_at) where status = 'draft';

-- A pause of the clock: from the supplement notice to the resubmission; at most one per case (R-009).
create table case_pause (
  county_code int not null,
  case_id bigint not null,
  from_on date not null,
  until_on date,
  points text not null,
  asked_by bigint not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  primary key (county_code, case_id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);

create table case_event (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  at timestamptz not null,
  kind text not null,
  from_status text not null,
  to_status text not null,
  actor_kind text not null,
  actor_id bigint not null,
  actor_name text not null,
  post text,
  organisation text not null,
  channel text not null,
  note text not null default '',
  detail_sealed bytea,
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);
create index case_event_by_case on case_event (county_code, case_id, id);
create index case_event_by_actor on case_event (county_code, actor_kind, actor_id, id);

create table attachment (
  county_code int not null,
  id bigint generated always as identity,
  storage_key text not null,
  thumbnail_key text,
  media_type text not null,
  byte_count int not null,
  page_count smallint not null default 1,
  filename text not null,
  created_at timestamptz not null,
  created_by_kind text not null,
  created_by bigint not null,
  primary key (county_code, id)
);
create table case_material (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  material text not null,
  attachment_id bigint not null,
  added_at timestamptz not null,
  removed_at timestamptz,
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id),
  foreign key (county_code, attachment_id) references attachment (county_code, id)
);
create index case_material_by_case on case_material (county_code, case_id, id);

-- 告知承诺 as a legal object: which text, who read it, whose act it was, what was not demanded because of it (R-027).
create table commitment (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  text_code text not null,
  text_version text not null,
  text_digest text not null,
  signed_name text not null,
  signature text not null check (signature in ('typed', 'drawn', 'paper')),
  signature_attachment_id bigint,
  signer_kind text not null,
  signer_id bigint not null,
  at timestamptz not null,
  channel text not null,
  not_demanded text[] not null,
  taken_back_at timestamptz,
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);
create index commitment_by_case on commitment (county_code, case_id);

create table issued_document (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  kind text not null,
  document_no text not null,
  storage_key text not null,
  issued_at timestamptz not null,
  issued_by text not null,
  primary key (county_code, id),
  unique (county_code, case_id, kind, document_no),
  foreign key (county_code, case_id) references service_case (county_code, id)
);

-- ---------------------------------------------------------------- comparison (数据比对)
create table source_state (
  county_code int not null,
  source text not null,
  available boolean not null,
  note text not null default '',
  changed_at timestamptz not null,
  primary key (county_code, source)
);
create table source_batch (
  county_code int not null,
  id bigint generated always as identity,
  source text not null,
  batch_no text not null,
  as_of_on date not null,
  purpose text not null,
  row_count int not null,
  imported_at timestamptz not null,
  imported_by text not null,
  primary key (county_code, id),
  unique (county_code, source, batch_no)
);
create table source_record (
  county_code int not null,
  batch_id bigint not null,
  source text not null,
  id_index bytea not null,
  name text not null,
  data text not null,
  primary key (county_code, source, id_index, batch_id),
  foreign key (county_code, batch_id) references source_batch (county_code, id)
);
create table comparison_result (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  source text not null,
  batch_id bigint,
  batch_no text not null,
  as_of_on date,
  asked_at timestamptz not null,
  purpose text not null,
  answer_sealed bytea not null,
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);
create index comparison_by_case on comparison_result (county_code, case_id, id);

-- ---------------------------------------------------------------- outboxes
create table message (
  county_code int not null,
  id bigint generated always as identity,
  recipient_index bytea not null,
  case_id bigint,
  channel text not null check (channel in ('in_app', 'sms')),
  phone_sealed bytea,
  title text not null,
  body_sealed bytea not null,
  state text not null check (state in ('waiting', 'sent', 'delivered', 'failed')),
  attempts smallint not null default 0,
  next_try_at timestamptz,
  error text not null default '',
  created_at timestamptz not null,
  sent_at timestamptz,
  read_at timestamptz,
  primary key (county_code, id)
);
create index message_of_recipient on message (county_code, recipient_index, id desc) where channel = 'in_app';
create index message_to_send on message (county_code, next_try_at, id) where state = 'waiting';

create table exchange_message (
  county_code int not null,
  id bigint generated always as identity,
  partner text not null,
  kind text not null,
  body_sealed bytea not null,
  state text not null check (state in ('waiting', 'sent', 'acknowledged', 'refused')),
  case_id bigint,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (county_code, id)
);
create index exchange_to_send on exchange_message (county_code, partner, id) where state = 'waiting';

-- ---------------------------------------------------------------- audit
-- Entries are written in the business transaction without any lock; the worker seals them afterwards (one chain a county).
create table audit_entry (
  county_code int not null,
  id bigint generated always as identity,
  at timestamptz not null,
  actor_kind text not null,
  actor_id bigint not null,
  actor_name text not null,
  action text not null,
  object_kind text not null,
  object_id text not null,
  reason text not null default '',
  detail text not null default '',
  primary key (county_code, id)
);
create index audit_by_object on audit_entry (county_code, object_kind, object_id, id);
create index audit_by_actor on audit_entry (county_code, actor_kind, actor_id, id);
create table audit_seal (
  county_code int not null,
  position bigint not null,
  entry_id bigint not null,
  digest bytea not null,
  sealed_at timestamptz not null,
  primary key (county_code, position),
  unique (county_code, entry_id)
);

-- ---------------------------------------------------------------- what the serving role may do
-- Nothing is ever deleted. Append-only tables cannot be updated either.
grant usage on schema public to pension_app;
grant select, insert on all tables in schema public to pension_app;
grant update on region, person, person_identity, participation, individual_account, sub_balance, beneficiary,
  service_case, case_pause, case_material, source_state, message, exchange_message, identity_index to pension_app;
grant update (business_date, business_date_set_at) on installation to pension_app;
grant update (name, agency_name, agency_phone, agency_address) on county to pension_app;
grant update (notice, loaded_at, loaded_by) on calendar_year to pension_app;
grant update (kind, name) on calendar_day to pension_app;
grant update (taken_back_at) on commitment to pension_app;
revoke insert on installation from pension_app;
grant usage on all sequences in schema public to pension_app;
