-- Benefits: what is owed to whom from which month, and what was paid.
--
-- A month's pension is one row whose columns are its parts, each with who pays it (db/benefit_items.py). What was said once is
-- never written again: a new standard is a new row, a correction is a line of a later month.

-- ---------------------------------------------------------------- who draws a pension
-- 发放账户: where the money goes. A new one replaces it; numbers are never edited (R-269…R-278).
create table payment_account (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  kind text not null check (kind in ('social_card', 'card', 'passbook')),
  bank text not null,
  holder_name text not null,
  account_sealed bytea not null,
  account_index bytea not null, -- keyed: finds one account that many people use (R-278)
  account_tail text not null, -- the last four digits, for people to recognise it
  state text not null default 'unverified' check (state in ('unverified', 'verified', 'rejected')),
  state_reason text not null default '',
  verified_at timestamptz,
  origin text not null check (origin in ('claim', 'change', 'bank', 'import')),
  case_id bigint,
  since timestamptz not null,
  ended_at timestamptz, -- replaced or cleared
  ended_reason text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create unique index payment_account_in_use on payment_account (county_code, person_id) where ended_at is null;
create index payment_account_by_number on payment_account (county_code, account_index) where ended_at is null;

-- 待遇: one a person for life. `determined`: the county has said what it is; `confirmed`: the person has agreed and is paid;
-- `ended`: with the month `ended_month`.
create table benefit (
  county_code int not null,
  person_id bigint not null,
  account_id bigint not null,
  case_id bigint,
  eligible_on date not null, -- the day on which the last condition was met
  first_month int not null check (first_month % 100 between 1 and 12), -- from which it is owed (规程第二十六条)
  years int not null, -- 缴费年限 when it was determined
  state text not null check (state in ('determined', 'confirmed', 'ended')),
  determined_at timestamptz not null,
  confirmed_at timestamptz,
  confirmed_how text not null default '', -- portal, counter, paper
  confirmed_by bigint,
  confirmed_by_name text not null default '',
  certified_month int not null, -- of the last success, or of the determination (R-284)
  paid_until int not null, -- the last month a plan holds; the month before `first_month` in the beginning
  recheck_from int, -- a month since which what was owed must be compared anew with what was paid; null: all is as it was
  carried_fen bigint not null default 0 check (carried_fen >= 0), -- still to be deducted (R-264)
  ended_month int, -- the last month owed
  end_reason text not null default '',
  version int not null default 0,
  primary key (county_code, person_id),
  foreign key (county_code, person_id) references person (county_code, id),
  foreign key (county_code, account_id) references individual_account (county_code, id)
) with (fillfactor = 80);
create index benefit_by_state on benefit (county_code, state, person_id);
create index benefit_to_recheck on benefit (county_code, person_id) where recheck_from is not null;

-- 待遇标准: what a month is from `from_month` on. For a month the row with the latest `from_month` counts, of several the newest:
-- who changes the past writes every later step anew. Append-only.
create table benefit_standard (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  from_month int not null check (from_month % 100 between 1 and 12),
  reason text not null check (reason in ('determination', 'redetermination', 'increase', 'age', 'opening')),
  basic_central_fen int not null default 0,
  basic_province_fen int not null default 0,
  basic_city_fen int not null default 0,
  basic_county_fen int not null default 0,
  long_province_fen int not null default 0,
  long_city_fen int not null default 0,
  long_county_fen int not null default 0,
  age_province_fen int not null default 0,
  age_city_fen int not null default 0,
  age_county_fen int not null default 0,
  account_personal_fen int not null default 0,
  account_collective_fen int not null default 0,
  account_other_assistance_fen int not null default 0,
  account_subsidy_province_fen int not null default 0,
  account_subsidy_city_fen int not null default 0,
  account_subsidy_county_fen int not null default 0,
  account_government_paid_fen int not null default 0,
  account_land_loss_fen int not null default 0,
  total_fen int generated always as (basic_central_fen + basic_province_fen + basic_city_fen + basic_county_fen + long_province_fen + long_city_fen + long_county_fen + age_province_fen + age_city_fen + age_county_fen + account_personal_fen + account_collective_fen + account_other_assistance_fen + account_subsidy_province_fen + account_subsidy_city_fen + account_subsidy_county_fen + account_government_paid_fen + account_land_loss_fen) stored,
  balances text not null default '', -- JSON: the account by source when it was divided by 139
  trace text not null default '', -- JSON of domain.trace: how it was reckoned
  versions bigint[] not null default '{}', -- of the parameters that were used
  document text not null default '',
  case_id bigint,
  run_id bigint,
  decided_at timestamptz not null,
  decided_by bigint not null,
  decided_by_name text not null,
  primary key (county_code, person_id, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id)
);
create index benefit_standard_in_force on benefit_standard (county_code, person_id, from_month desc, id desc);

-- 重新核定 (规程第二十五条; R-240): what the county found to be right; in force when the person agrees. One at a time.
create table benefit_redetermination (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  from_month int not null check (from_month % 100 between 1 and 12), -- the first wrong one
  years int not null,
  balances text not null, -- JSON: the account by source as it should have been divided by 139
  reason text not null, -- what was wrong, as the person reads it
  state text not null check (state in ('proposed', 'approved', 'confirmed', 'cancelled')),
  proposed_at timestamptz not null,
  proposed_by bigint not null,
  proposed_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  confirmed_at timestamptz,
  confirmed_how text not null default '', -- portal, counter, paper
  confirmed_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id)
);
create unique index redetermination_open on benefit_redetermination (county_code, person_id) where state in ('proposed', 'approved');

-- 待遇领取告知书 and the yearly list (规程第二十二条).
create table benefit_notice (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  kind text not null check (kind in ('turning_sixty', 'next_year')),
  period int not null, -- the month, or the year, in which the person turns sixty
  contents text not null, -- JSON: what the notice says
  run_id bigint,
  issued_at timestamptz not null,
  read_at timestamptz, -- on the portal
  handed_at timestamptz, -- on paper, by the village or at the counter
  handed_by_name text not null default '',
  primary key (county_code, id),
  unique (county_code, person_id, kind, period),
  foreign key (county_code, person_id) references person (county_code, id)
);

-- ---------------------------------------------------------------- whether it goes on
-- 资格确认: every success, whoever found it (R-279…R-291). Append-only; benefit.certified_month follows it.
create table certification (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  certified_on date not null,
  method text not null check (method in ('comparison', 'self', 'terminal', 'visit', 'counter')),
  source text not null default '', -- which trace, which bureau
  evidence text not null default '', -- storage key of a picture
  note text not null default '',
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id)
);
create index certification_by_person on certification (county_code, person_id, certified_on desc);

-- 暂停: proposed by a comparison or a list, confirmed by a person (R-300), lifted when the reason is gone (R-293).
create table benefit_suspension (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  reason text not null check (reason in ('not_certified', 'imprisoned', 'suspected_dual', 'suspected_death', 'other')),
  first_month int not null check (first_month % 100 between 1 and 12), -- the first one that is not paid
  last_month int, -- the last one that was not paid; null: it goes on
  state text not null check (state in ('proposed', 'confirmed', 'dismissed', 'lifted')),
  origin text not null, -- comparison, certification, death_report, case, desk
  finding text not null default '', -- what was found, in plain words
  case_id bigint,
  proposed_at timestamptz not null,
  proposed_by bigint not null,
  proposed_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  lifted_at timestamptz,
  lifted_by bigint,
  lifted_by_name text not null default '',
  lift_reason text not null default '',
  pays_arrears boolean, -- whether the stopped months are paid afterwards; null while it goes on
  lift_case_id bigint,
  primary key (county_code, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id)
);
create unique index suspension_once on benefit_suspension (county_code, person_id, reason) where state in ('proposed', 'confirmed');
create index suspension_by_state on benefit_suspension (county_code, state, id);
create index suspension_by_person on benefit_suspension (county_code, person_id);

-- 服刑: dated facts that drive payment and increases (R-363…R-371).
create table sentence_spell (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  situation text not null check (situation in ('wanted_or_detained', 'imprisoned', 'serving_outside', 'paroled')),
  first_month int not null check (first_month % 100 between 1 and 12),
  last_month int,
  acquitted boolean not null default false, -- a detention that came to nothing
  document text not null,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  ended_at timestamptz,
  ended_by_name text not null default '',
  end_document text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  exclude using gist (county_code with =, person_id with =, int4range(first_month, last_month, '[]') with &&)
);

-- 死亡名单: village to township to county, once a month; nothing to report is a report (R-311…R-313).
create table death_report (
  county_code int not null,
  id bigint generated always as identity,
  region_code text collate "C" not null, -- the village
  month int not null, -- in which they died
  person_count int not null,
  reported_at timestamptz not null,
  reported_by bigint not null,
  reported_by_name text not null,
  forwarded_at timestamptz, -- by the township to the county
  forwarded_by bigint,
  forwarded_by_name text not null default '',
  primary key (county_code, id),
  unique (county_code, region_code, month)
);
create table death_report_line (
  county_code int not null,
  report_id bigint not null,
  line_no int not null,
  kind text not null default 'death' check (kind in ('death', 'detained', 'sentenced')),
  person_id bigint, -- null: nobody of that number here
  name text not null,
  id_index bytea not null,
  id_number_sealed bytea not null,
  happened_on date not null,
  note text not null default '',
  state text not null default 'reported' check (state in ('reported', 'suspended', 'true', 'false')),
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  decision_note text not null default '',
  primary key (county_code, report_id, line_no),
  foreign key (county_code, report_id) references death_report (county_code, id)
);
create index death_report_line_open on death_report_line (county_code, report_id) where state in ('reported', 'suspended');

-- ---------------------------------------------------------------- every month
-- 拨付计划 of a month: its run makes it and three people sign it; then money, files, results, and the end (R-242…R-268).
create table payment_plan (
  county_code int not null,
  id bigint generated always as identity,
  month int not null check (month % 100 between 1 and 12),
  run_id bigint not null,
  state text not null check (state in ('draft', 'approved', 'requested', 'funded', 'transferred', 'sent', 'settled', 'closed', 'cancelled')),
  pay_on date not null,
  people int not null default 0,
  total_fen bigint not null default 0,
  requested_on date, -- asked of the finance bureau
  funded_on date,
  transferred_on date, -- to the bank, two working days before `pay_on` (规程第二十八条)
  transfer_slip text not null default '',
  document_id bigint, -- the fund document it is booked under
  closed_at timestamptz,
  closed_by_name text not null default '',
  created_at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, run_id) references batch_run (county_code, id)
);
create unique index one_plan_a_month on payment_plan (county_code, month) where state <> 'cancelled';

-- What a plan owes a person, line by line: the month itself, arrears, deductions. Amounts of deductions are negative.
create table payment_line (
  county_code int not null,
  plan_id bigint not null,
  person_id bigint not null,
  due_month int not null, -- 费款所属期
  kind text not null check (kind in ('regular', 'arrears', 'deduction', 'one_off')),
  basic_central_fen int not null default 0,
  basic_province_fen int not null default 0,
  basic_city_fen int not null default 0,
  basic_county_fen int not null default 0,
  long_province_fen int not null default 0,
  long_city_fen int not null default 0,
  long_county_fen int not null default 0,
  age_province_fen int not null default 0,
  age_city_fen int not null default 0,
  age_county_fen int not null default 0,
  account_personal_fen int not null default 0,
  account_collective_fen int not null default 0,
  account_other_assistance_fen int not null default 0,
  account_subsidy_province_fen int not null default 0,
  account_subsidy_city_fen int not null default 0,
  account_subsidy_county_fen int not null default 0,
  account_government_paid_fen int not null default 0,
  account_land_loss_fen int not null default 0,
  total_fen int generated always as (basic_central_fen + basic_province_fen + basic_city_fen + basic_county_fen + long_province_fen + long_city_fen + long_county_fen + age_province_fen + age_city_fen + age_county_fen + account_personal_fen + account_collective_fen + account_other_assistance_fen + account_subsidy_province_fen + account_subsidy_city_fen + account_subsidy_county_fen + account_government_paid_fen + account_land_loss_fen) stored,
  standard_id bigint,
  reason text not null default '',
  voided boolean not null default false, -- taken out of the plan before its file was written
  primary key (county_code, plan_id, person_id, due_month, kind),
  foreign key (county_code, plan_id) references payment_plan (county_code, id)
) with (fillfactor = 80);
create unique index month_paid_once on payment_line (county_code, person_id, due_month) where kind = 'regular' and not voided;
create index payment_line_by_person on payment_line (county_code, person_id, due_month);

-- What goes to the bank for a person of a plan; a failed one is paid again by a new row of the next `round` (R-252…R-255). Each row is written
-- twice more, sent and answered, by the hundred thousand: there is room for that beside it, and no index on what changes.
create table payment_transfer (
  county_code int not null,
  plan_id bigint not null,
  person_id bigint not null,
  round smallint not null default 1,
  payment_account_id bigint,
  region_code text collate "C" not null, -- where the person lived: plans are printed by township
  bank text not null default '',
  net_fen bigint not null check (net_fen >= 0),
  deducted_fen bigint not null default 0, -- of what was carried before
  carried_fen bigint not null default 0, -- left to be deducted later
  state text not null check (state in ('planned', 'left_out', 'sent', 'paid', 'failed', 'void')),
  findings text[] not null default '{}', -- why it is on the list to be looked at (R-246 and design)
  decision text not null default '' check (decision in ('', 'accepted', 'rejected', 'skipped')),
  decision_note text not null default '',
  decided_by bigint,
  decided_by_name text not null default '',
  decided_at timestamptz,
  file_id bigint, -- exchange_file
  row_no int,
  reason text not null default '', -- why it failed or was left out, as the resident reads it
  paid_on date,
  bank_serial text not null default '',
  primary key (county_code, plan_id, person_id, round),
  foreign key (county_code, plan_id) references payment_plan (county_code, id)
) with (fillfactor = 45);
create index payment_transfer_by_person on payment_transfer (county_code, person_id, plan_id desc, round desc);
create index payment_transfer_to_look_at on payment_transfer (county_code, plan_id, person_id) where findings <> '{}' and decision = '';

-- Which plan a file to a bank belongs to.
create table payment_file (
  county_code int not null,
  file_id bigint not null,
  plan_id bigint not null,
  primary key (county_code, file_id),
  foreign key (county_code, file_id) references exchange_file (county_code, id),
  foreign key (county_code, plan_id) references payment_plan (county_code, id)
);

-- Whose money a pension was: the source's own, or, where the account is used up, the fund's (R-191, R-192).
insert into ledger_account (code, title, side, position) values
  ('pension_from_accounts', '社会保险待遇支出（个人账户养老金）', 'expense', 26),
  ('pension_beyond_accounts', '社会保险待遇支出（个人账户支付完后的个人账户养老金）', 'expense', 27);

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on payment_account, benefit, benefit_standard, benefit_redetermination, benefit_notice, certification, benefit_suspension, sentence_spell,
  death_report, death_report_line, payment_plan, payment_line, payment_transfer, payment_file to pension_app;
grant update on benefit, benefit_redetermination, benefit_suspension, payment_plan, payment_transfer to pension_app;
grant update (state, state_reason, verified_at, ended_at, ended_reason) on payment_account to pension_app;
grant update (read_at, handed_at, handed_by_name) on benefit_notice to pension_app;
grant update (last_month, acquitted, ended_at, ended_by_name, end_document) on sentence_spell to pension_app;
grant update (forwarded_at, forwarded_by, forwarded_by_name) on death_report to pension_app;
grant update (state, decided_at, decided_by, decided_by_name, decision_note) on death_report_line to pension_app;
grant update (voided) on payment_line to pension_app;
grant usage on all sequences in schema public to pension_app;
