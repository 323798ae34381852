-- The individual account by source of funds, the fund's books behind it, the ways in, and the batches.
--
-- A source of funds is a pair of columns, not a row: one event of an account is one narrow row whatever it fills, a
-- year's interest is one row an account (docs/decisions/0009). Another source is one `add column` a table and one line
-- in domain/funds.py.

-- ---------------------------------------------------------------- the ledger
drop table sub_balance; -- empty until now: nothing was ever posted

create table account_balance (
  county_code int not null,
  account_id bigint not null,
  settled_year int not null default 0, -- the last year whose interest is capitalised; 0: none yet
  personal_fen bigint not null default 0 check (personal_fen >= 0),
  collective_fen bigint not null default 0 check (collective_fen >= 0),
  other_assistance_fen bigint not null default 0 check (other_assistance_fen >= 0),
  subsidy_province_fen bigint not null default 0 check (subsidy_province_fen >= 0),
  subsidy_city_fen bigint not null default 0 check (subsidy_city_fen >= 0),
  subsidy_county_fen bigint not null default 0 check (subsidy_county_fen >= 0),
  government_paid_fen bigint not null default 0 check (government_paid_fen >= 0),
  land_loss_fen bigint not null default 0 check (land_loss_fen >= 0),
  personal_interest_fen bigint not null default 0 check (personal_interest_fen >= 0),
  collective_interest_fen bigint not null default 0 check (collective_interest_fen >= 0),
  other_assistance_interest_fen bigint not null default 0 check (other_assistance_interest_fen >= 0),
  subsidy_province_interest_fen bigint not null default 0 check (subsidy_province_interest_fen >= 0),
  subsidy_city_interest_fen bigint not null default 0 check (subsidy_city_interest_fen >= 0),
  subsidy_county_interest_fen bigint not null default 0 check (subsidy_county_interest_fen >= 0),
  government_paid_interest_fen bigint not null default 0 check (government_paid_interest_fen >= 0),
  land_loss_interest_fen bigint not null default 0 check (land_loss_interest_fen >= 0),
  primary key (county_code, account_id),
  foreign key (county_code, account_id) references individual_account (county_code, id)
) with (fillfactor = 50);
insert into account_balance (county_code, account_id) select county_code, id from individual_account;

create sequence ledger_entry_id cache 50;

-- One event of one account. `year` is the year of value_on: the year in which the money begins to bear interest (R-176).
-- is_interest: whether the amounts are attributable interest or principal. An amount of null: this source was not touched.
create table ledger_entry (
  county_code int not null,
  year int not null,
  id bigint not null default nextval('ledger_entry_id'),
  account_id bigint not null,
  document_id bigint not null, -- the business document behind it
  line_no int, -- its line there
  value_on date not null,
  booked_on date not null,
  month smallint not null generated always as (extract(month from value_on)::smallint) stored,
  kind smallint not null, -- domain.ledger.Kind
  contribution_year smallint, -- for which year; null where it is for none
  is_interest boolean not null,
  personal_fen bigint,
  collective_fen bigint,
  other_assistance_fen bigint,
  subsidy_province_fen bigint,
  subsidy_city_fen bigint,
  subsidy_county_fen bigint,
  government_paid_fen bigint,
  land_loss_fen bigint,
  reverses_id bigint, -- the entry of the same account and year that this one takes back (R-167)
  primary key (county_code, year, id),
  constraint year_of_value check (year = extract(year from value_on))
) partition by range (year);
create index ledger_entry_by_account on ledger_entry (county_code, account_id, year, month);
create index ledger_entry_by_document on ledger_entry (county_code, document_id);

create table ledger_entry_to_2019 partition of ledger_entry for values from (minvalue) to (2020);
create table ledger_entry_2020 partition of ledger_entry for values from (2020) to (2021);
create table ledger_entry_2021 partition of ledger_entry for values from (2021) to (2022);
create table ledger_entry_2022 partition of ledger_entry for values from (2022) to (2023);
create table ledger_entry_2023 partition of ledger_entry for values from (2023) to (2024);
create table ledger_entry_2024 partition of ledger_entry for values from (2024) to (2025);
create table ledger_entry_2025 partition of ledger_entry for values from (2025) to (2026);
create table ledger_entry_2026 partition of ledger_entry for values from (2026) to (2027);
create table ledger_entry_2027 partition of ledger_entry for values from (2027) to (2028);
create table ledger_entry_2028 partition of ledger_entry for values from (2028) to (2029);
create table ledger_entry_from_2029 partition of ledger_entry for values from (2029) to (maxvalue);

-- ---------------------------------------------------------------- the fund's books
-- Months of account. number: the last voucher's. A closed one takes nothing any more (封账).
create table accounting_period (
  county_code int not null,
  period int not null check (period % 100 between 1 and 12), -- 202611
  last_number int not null default 0,
  state text not null default 'open' check (state in ('open', 'closed')),
  closed_at timestamptz,
  closed_by bigint,
  closed_by_name text not null default '',
  checks text not null default '', -- JSON: what the close looked at and found
  primary key (county_code, period)
);

-- 会计科目 (财会〔2017〕28号): names are data, numbers not verified.
create table ledger_account (
  code text primary key,
  title text not null,
  side text not null check (side in ('asset', 'liability', 'net_asset', 'income', 'expense')),
  position smallint not null
);
insert into ledger_account (code, title, side, position) values
  ('treasury', '国库存款', 'asset', 1), ('income_account', '收入户存款', 'asset', 2),
  ('expenditure_account', '支出户存款', 'asset', 3), ('fiscal_account', '财政专户存款', 'asset', 4),
  ('suspense_paid', '暂付款', 'asset', 5), ('suspense_received', '暂收款', 'liability', 6),
  ('transit', '县际在途款', 'liability', 7), ('fund_balance', '一般基金结余', 'net_asset', 8),
  ('contribution_income', '社会保险费收入', 'income', 9),
  ('collective_income', '集体补助收入', 'income', 10), ('other_assistance_income', '其他资助收入', 'income', 11),
  ('subsidy_income_province', '财政补贴收入（省级缴费补贴）', 'income', 12),
  ('subsidy_income_city', '财政补贴收入（市级缴费补贴）', 'income', 13),
  ('subsidy_income_county', '财政补贴收入（县级缴费补贴）', 'income', 14),
  ('government_paid_income', '财政补贴收入（政府代缴）', 'income', 15),
  ('land_loss_income', '财政补贴收入（被征地）', 'income', 16),
  ('basic_pension_income', '财政补贴收入（基础养老金）', 'income', 17),
  ('interest_income', '利息收入', 'income', 18), ('transfer_income', '转移收入', 'income', 19),
  ('other_income', '其他收入', 'income', 20),
  ('benefit_expense', '社会保险待遇支出', 'expense', 21), ('transfer_expense', '转移支出', 'expense', 22),
  ('other_expense', '其他支出', 'expense', 23), ('account_interest', '个人账户记账利息', 'expense', 24),
  ('account_interest_payable', '应计个人账户利息', 'liability', 25);

-- Where the agency's money lies. Not personal data.
create table agency_bank_account (
  county_code int not null,
  id bigint generated always as identity,
  kind text not null check (kind in ('treasury', 'income_account', 'expenditure_account', 'fiscal_account')),
  bank text not null,
  account_name text not null,
  account_no text not null,
  from_on date not null,
  until_on date,
  primary key (county_code, id)
);

-- 业务单据: every slip, batch, plan, list and sheet that moves money. Its lines, its entries and its one voucher point to it.
create table fund_document (
  county_code int not null,
  id bigint generated always as identity,
  kind text not null, -- domain.books.DocumentKind
  number text not null, -- 申报编号 and the like; unique in its kind
  state text not null check (state in ('draft', 'declared', 'approved', 'booked', 'cancelled')),
  business_on date not null, -- date of the slip, of the tax day, of the declaration
  region_code text collate "C" not null, -- whose list it is: the county's, a township's or a village's
  title text not null default '',
  partner text not null default '', -- tax, a bank's code, finance; empty: our own
  external_no text not null default '', -- the partner's number of it
  file_name text not null default '',
  file_digest text not null default '',
  header text not null default '{}', -- JSON: the fields of the sheet that only this kind has
  declarant_sealed bytea, -- the ID number of who declared it
  line_count int not null default 0,
  bad_count int not null default 0,
  total_fen bigint not null default 0, -- of the good lines and of those whose owner is not known yet
  declared_count int, -- what the partner's header says
  declared_fen bigint,
  run_id bigint,
  case_id bigint,
  created_at timestamptz not null,
  created_by bigint not null,
  created_by_name text not null,
  approved_at timestamptz,
  approved_by bigint,
  approved_by_name text not null default '',
  booked_at timestamptz,
  booked_by bigint,
  booked_by_name text not null default '',
  reason text not null default '', -- why it was cancelled or sent back
  version int not null default 0,
  primary key (county_code, id),
  unique (county_code, kind, number),
  constraint two_people check (approved_by <> created_by or approved_by = 0)
) with (fillfactor = 80);
create unique index once_per_partner on fund_document (county_code, kind, partner, external_no)
  where external_no <> '' and state <> 'cancelled';
create index fund_document_by_state on fund_document (county_code, state, kind, id desc);
create index fund_document_by_kind on fund_document (county_code, kind, id desc);
create index fund_document_by_case on fund_document (county_code, case_id) where case_id is not null;

-- One row of a document. Whoever cannot be found is an exception until somebody settles it; nothing is dropped.
create table document_line (
  county_code int not null,
  document_id bigint not null,
  line_no int not null,
  state text not null check (state in ('good', 'bad', 'exception', 'repeated', 'failed', 'booked', 'settled', 'returned')),
  reason_code text not null default '',
  reason text not null default '',
  name text not null,
  id_index bytea,
  id_number_sealed bytea, -- only where the person was not found: else it stands with the person
  account_id bigint,
  year int, -- contribution year
  fund smallint not null, -- fund_source.position
  amount_fen bigint not null,
  value_on date, -- treasury or slip date
  external_no text not null default '', -- tax voucher, bank serial
  note text not null default '',
  settled_by bigint,
  settled_by_name text not null default '',
  settled_at timestamptz,
  primary key (county_code, document_id, line_no),
  foreign key (county_code, document_id) references fund_document (county_code, id)
) with (fillfactor = 80);
create index document_line_by_account on document_line (county_code, account_id, year) where account_id is not null;
create index document_line_open on document_line (county_code, document_id, line_no) where state = 'exception';
create index document_line_by_number on document_line (county_code, external_no) where external_no <> '';

-- 到款登记 (R-471): money that is there. A slip is registered once.
create table receipt (
  county_code int not null,
  id bigint generated always as identity,
  account text not null, -- ledger_account: where it lies
  bank text not null,
  slip_no text not null,
  received_on date not null,
  amount_fen bigint not null check (amount_fen >= 0),
  people int not null,
  payer text not null default '',
  purpose text not null default '',
  document_id bigint, -- what it pays; null: not yet matched
  suspense_id bigint, -- the document by which it stands in suspense while, or until, nobody knows what it pays
  registered_at timestamptz not null,
  registered_by bigint not null,
  registered_by_name text not null,
  primary key (county_code, id),
  unique (county_code, bank, slip_no),
  foreign key (county_code, document_id) references fund_document (county_code, id)
);
create index receipt_by_document on receipt (county_code, document_id) where document_id is not null;
create index receipt_open on receipt (county_code, id) where document_id is null;

create table voucher (
  county_code int not null,
  period int not null,
  number int not null, -- without gaps in its period (R-472)
  document_id bigint not null,
  dated_on date not null,
  summary text not null,
  total_fen bigint not null,
  made_at timestamptz not null,
  made_by bigint not null,
  made_by_name text not null,
  primary key (county_code, period, number),
  foreign key (county_code, period) references accounting_period (county_code, period),
  foreign key (county_code, document_id) references fund_document (county_code, id)
);
-- 复核: a second person has seen it. A table of its own, because a voucher is never written again.
create table voucher_review (
  county_code int not null,
  period int not null,
  number int not null,
  reviewed_at timestamptz not null,
  reviewed_by bigint not null,
  reviewed_by_name text not null,
  primary key (county_code, period, number),
  foreign key (county_code, period, number) references voucher (county_code, period, number)
);
create unique index one_voucher on voucher (county_code, document_id);
create table voucher_line (
  county_code int not null,
  period int not null,
  number int not null,
  position smallint not null,
  account text not null, -- ledger_account.code
  debit_fen bigint not null default 0 check (debit_fen >= 0),
  credit_fen bigint not null default 0 check (credit_fen >= 0),
  memo text not null default '',
  primary key (county_code, period, number, position),
  foreign key (county_code, period, number) references voucher (county_code, period, number),
  constraint one_side check ((debit_fen = 0) <> (credit_fen = 0))
);
create index voucher_line_by_account on voucher_line (county_code, account, period);

-- 支付单: money that leaves, to whom and where to (R-156, R-164, R-173).
create table payment_order (
  county_code int not null,
  id bigint generated always as identity,
  document_id bigint not null,
  line_no int,
  kind text not null, -- F10004 repeated contribution, F10007 negative adjustment
  payee_name text not null,
  bank text not null,
  bank_account_sealed bytea not null,
  bank_account_index bytea not null,
  amount_fen bigint not null check (amount_fen > 0),
  state text not null check (state in ('waiting', 'sent', 'paid', 'failed', 'cancelled')),
  paid_on date,
  reason text not null default '',
  created_at timestamptz not null,
  primary key (county_code, id),
  foreign key (county_code, document_id) references fund_document (county_code, id)
);
create index payment_order_by_document on payment_order (county_code, document_id);

-- ---------------------------------------------------------------- contributions and subsidies
-- 缴费记录: what one account has paid for one year, as which identity, and what that entitles to.
create table contribution_year (
  county_code int not null,
  account_id bigint not null,
  year int not null,
  category text not null,
  household_type text not null,
  tier text not null default '', -- code of the tier reached; empty: below the lowest, or adjusted to 0
  personal_fen bigint not null check (personal_fen >= 0),
  province_fen bigint not null, -- entitlement, not money: what was credited stands in subsidy_due and the ledger
  city_fen bigint not null,
  county_fen bigint not null,
  government_paid_fen bigint not null,
  back_payment boolean not null default false,
  counts boolean not null default true, -- as a year of 缴费年限 (R-101, R-102)
  channel text not null,
  first_paid_on date not null,
  last_paid_on date not null,
  primary key (county_code, account_id, year),
  foreign key (county_code, account_id) references individual_account (county_code, id)
) with (fillfactor = 80);

-- What government owes an account, by the month in which the claim to it arose. Negative: an entitlement that was taken back.
create table subsidy_due (
  county_code int not null,
  id bigint generated always as identity,
  account_id bigint not null,
  year int not null,
  period int not null, -- month it arose in, 202611
  tier text not null,
  personal_fen bigint not null, -- of the payment behind it, for the sheet
  province_fen bigint not null,
  city_fen bigint not null,
  county_fen bigint not null,
  government_paid_fen bigint not null,
  credited_province_fen bigint not null default 0,
  credited_city_fen bigint not null default 0,
  credited_county_fen bigint not null default 0,
  credited_government_paid_fen bigint not null default 0,
  document_id bigint not null, -- the contribution or adjustment it came from
  estimate_id bigint, -- the run that put it on a sheet
  primary key (county_code, id),
  foreign key (county_code, account_id) references individual_account (county_code, id)
) with (fillfactor = 70);
create index subsidy_due_by_account on subsidy_due (county_code, account_id, year);
create index subsidy_due_by_period on subsidy_due (county_code, period, id);
create index subsidy_due_open on subsidy_due (county_code, period, id)
  where province_fen <> credited_province_fen or city_fen <> credited_city_fen or county_fen <> credited_county_fen
     or government_paid_fen <> credited_government_paid_fen;

-- 缴费调整: one year of one account as it was when the adjustment was saved, and as it is to be (R-153…R-168). The money of it,
-- if any, is the document's line of the same number; who and when stand in the document.
create table contribution_adjustment (
  county_code int not null,
  document_id bigint not null,
  line_no int not null,
  account_id bigint not null,
  year int not null,
  reason text not null,
  category_before text not null,
  category text not null,
  tier_before text not null,
  tier text not null,
  personal_before_fen bigint not null,
  province_before_fen bigint not null,
  city_before_fen bigint not null,
  county_before_fen bigint not null,
  government_paid_before_fen bigint not null,
  personal_fen bigint not null,
  province_fen bigint not null,
  city_fen bigint not null,
  county_fen bigint not null,
  government_paid_fen bigint not null,
  reverses_id bigint, -- the entry that was wrong; null: the money moves on a day of its own (R-167)
  payee_name text not null default '', -- who is paid where the personal part falls (R-156)
  bank text not null default '',
  bank_account_sealed bytea,
  bank_account_index bytea,
  primary key (county_code, document_id, line_no),
  foreign key (county_code, document_id, line_no) references document_line (county_code, document_id, line_no),
  foreign key (county_code, account_id) references individual_account (county_code, id),
  constraint payout_has_payee check ((personal_fen < personal_before_fen) = (bank_account_sealed is not null))
);
create index contribution_adjustment_by_account on contribution_adjustment (county_code, account_id, year);

-- 特殊人群身份: spells with their list (R-136, R-137). An ending is a date, not a deletion.
create table category_spell (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  category text not null,
  from_on date not null,
  until_on date,
  list_source text not null, -- 民政, 残联, 乡村振兴
  list_no text not null,
  recorded_at timestamptz not null,
  recorded_by text not null,
  ended_at timestamptz,
  ended_by text not null default '',
  end_reason text not null default '',
  missing_from text not null default '', -- the newest full list of its source that does not name the person any more
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  exclude using gist (county_code with =, person_id with =, category with =, daterange(from_on, until_on, '[]') with &&)
);
create index category_spell_by_person on category_spell (county_code, person_id);
create index category_spell_by_category on category_spell (county_code, category, id) where until_on is null;
create index category_spell_missing on category_spell (county_code, id) where missing_from <> '';

-- 同意参保 before a zero contribution (R-128): who agreed, how, who heard it.
create table zero_consent (
  county_code int not null,
  person_id bigint not null,
  year int not null,
  given_on date not null,
  manner text not null, -- portal, paper, phone
  attachment_id bigint,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  primary key (county_code, person_id, year),
  foreign key (county_code, person_id) references person (county_code, id)
);

-- 被征地农民: what was awarded, and over which years it is credited (R-145…R-149).
create table land_loss_award (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  total_fen bigint not null check (total_fen > 0),
  manner text not null check (manner in ('at_once', 'yearly')),
  years smallint not null check (years between 1 and 40),
  expropriated_on date not null,
  confirmed_document text not null, -- 人社部门 identification
  case_id bigint,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  stopped_at timestamptz, -- nothing more is credited: it was wrong, or somebody else settles the rest
  stopped_by_name text not null default '',
  stop_reason text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create index land_loss_award_by_person on land_loss_award (county_code, person_id);

-- 代扣代缴协议
create table debit_agreement (
  county_code int not null,
  id bigint generated always as identity,
  number text not null,
  payer_name text not null,
  payer_id_type text not null,
  payer_id_sealed bytea not null,
  payer_index bytea not null,
  bank text not null,
  branch text not null default '',
  bank_account_sealed bytea not null,
  bank_account_index bytea not null,
  phone_sealed bytea,
  address text not null default '',
  signed_on date not null,
  checked_at timestamptz, -- when the bank confirmed name and account
  ended_on date,
  end_reason text not null default '',
  case_id bigint,
  recorded_at timestamptz not null,
  recorded_by_name text not null,
  version int not null default 0,
  primary key (county_code, id),
  unique (county_code, number)
);
create index debit_agreement_by_payer on debit_agreement (county_code, payer_index) where ended_on is null;
create index debit_agreement_by_bank on debit_agreement (county_code, bank, id) where ended_on is null;
create table debit_member (
  county_code int not null,
  id bigint generated always as identity,
  agreement_id bigint not null,
  position smallint not null,
  person_id bigint not null,
  relation text not null,
  tier text not null,
  from_on date not null,
  until_on date,
  end_reason text not null default '',
  primary key (county_code, id),
  foreign key (county_code, agreement_id) references debit_agreement (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
-- One agreement a person; a change of tier ends one row and begins another.
create unique index debited_once on debit_member (county_code, person_id) where until_on is null;
create index debit_member_by_agreement on debit_member (county_code, agreement_id, position);

-- 缴费暂停: spells that refuse to overlap (R-202…R-209).
create table suspension_spell (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  from_on date not null,
  until_on date,
  reason text not null,
  note text not null default '',
  begun_by_case bigint,
  ended_by_case bigint,
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  exclude using gist (county_code with =, person_id with =, daterange(from_on, until_on) with &&)
);

-- ---------------------------------------------------------------- runs
-- One batch of a kind and period; `round` counts re-runs, which post only differences.
create table batch_run (
  county_code int not null,
  id bigint generated always as identity,
  kind text not null,
  period text not null, -- "2025", "202611"
  round smallint not null default 1,
  state text not null check (state in ('trying', 'tried', 'reviewed', 'approved', 'done', 'cancelled')),
  settings text not null default '{}', -- JSON: rates, versions of parameters, selection
  totals text not null default '{}', -- JSON: of the trial, then of the posting
  trouble text not null default '', -- why it stands still
  document_id bigint,
  prepared_at timestamptz not null,
  prepared_by bigint not null,
  prepared_by_name text not null,
  reviewed_at timestamptz,
  reviewed_by bigint,
  reviewed_by_name text not null default '',
  approved_at timestamptz,
  approved_by bigint,
  approved_by_name text not null default '',
  finished_at timestamptz,
  reason text not null default '', -- of a cancellation
  version int not null default 0,
  primary key (county_code, id),
  unique (county_code, kind, period, round),
  constraint three_people check (reviewed_by <> prepared_by and approved_by <> prepared_by and approved_by <> reviewed_by)
);
create unique index one_open_run on batch_run (county_code, kind, period) where state not in ('done', 'cancelled');
create index batch_run_to_work on batch_run (county_code, id) where state in ('trying', 'approved');

-- A part of a run that is one transaction: its own checkpoint.
create table run_chunk (
  county_code int not null,
  run_id bigint not null,
  number int not null,
  title text not null,
  key text not null, -- what the run's own SQL selects by, mostly a region prefix
  state text not null default 'waiting' check (state in ('waiting', 'done')),
  rows_done bigint not null default 0,
  amount_fen bigint not null default 0,
  detail text not null default '{}', -- JSON: by fund, by bucket
  done_at timestamptz,
  primary key (county_code, run_id, number),
  foreign key (county_code, run_id) references batch_run (county_code, id)
) with (fillfactor = 70);

-- Who was put aside and why.
create table run_exception (
  county_code int not null,
  run_id bigint not null,
  chunk_number int not null,
  trial boolean not null, -- found by the dry run, or when it was posted
  account_id bigint not null,
  bucket text not null,
  primary key (county_code, run_id, trial, account_id, bucket),
  foreign key (county_code, run_id) references batch_run (county_code, id)
);

-- ---------------------------------------------------------------- statements
-- 对账单: what was handed out, so that its code can be checked without showing whose it is (R-196, R-201).
create table account_statement (
  county_code int not null,
  id bigint generated always as identity,
  account_id bigint not null,
  kind text not null, -- statement, certificate, payment_slip
  year int, -- null: the whole account
  number text not null,
  verify_token text not null,
  total_fen bigint not null,
  as_of_on date not null,
  issued_at timestamptz not null,
  issued_by text not null,
  figures bytea, -- digest of what a statement says: asked for again on the same day it has the same number
  primary key (county_code, id),
  unique (county_code, number),
  unique (county_code, verify_token),
  foreign key (county_code, account_id) references individual_account (county_code, id)
);
create index account_statement_by_account on account_statement (county_code, account_id, id desc);

-- Who was told that the statement of a year is there, and whether by text message too (R-196).
create table statement_notice (
  county_code int not null,
  year int not null,
  account_id bigint not null,
  run_id bigint not null,
  by_phone boolean not null,
  told_at timestamptz not null,
  primary key (county_code, year, account_id),
  foreign key (county_code, account_id) references individual_account (county_code, id),
  foreign key (county_code, run_id) references batch_run (county_code, id)
);

-- One file of statements to be printed for a village; those asked for together make the pack.
create table statement_print (
  county_code int not null,
  id bigint generated always as identity,
  year int not null,
  region_code text collate "C" not null, -- the village
  number int not null, -- its place in the pack
  account_ids bigint[] not null, -- in the order of the pages
  asked_at timestamptz not null,
  asked_by bigint not null,
  asked_by_name text not null,
  storage_key text, -- null: not printed yet
  printed_at timestamptz,
  primary key (county_code, id),
  unique (county_code, year, region_code, asked_at, number)
);
create index statement_print_waiting on statement_print (county_code, id) where storage_key is null;

-- ---------------------------------------------------------------- exchange with the tax bureau, banks and finance
create table exchange_file (
  county_code int not null,
  id bigint generated always as identity,
  partner text not null,
  direction text not null check (direction in ('out', 'in')),
  kind text not null,
  sequence bigint not null,
  digest text not null,
  file_name text not null,
  business_on date not null,
  row_count int not null,
  total_fen bigint not null,
  state text not null check (state in ('waiting', 'sent', 'acknowledged', 'refused', 'received', 'processed', 'held')),
  reason text not null default '',
  document_id bigint,
  times smallint not null default 1, -- how often it was sent or came
  created_at timestamptz not null,
  done_at timestamptz,
  body_sealed bytea, -- kept so that it can be sent again, byte for byte
  primary key (county_code, id),
  unique (county_code, partner, direction, sequence)
);
create index exchange_file_by_state on exchange_file (county_code, partner, state, id desc);
create index exchange_file_by_day on exchange_file (county_code, business_on);
alter table exchange_message add column file_id bigint; -- in which file it went out
alter table exchange_message add column reference text not null default ''; -- what an answer refers to
create unique index exchange_message_by_reference on exchange_message (county_code, partner, kind, reference) where reference <> '';

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on account_balance, ledger_entry, accounting_period, agency_bank_account, fund_document, document_line,
  receipt, voucher, voucher_review, voucher_line, payment_order, contribution_year, subsidy_due, contribution_adjustment,
  category_spell, zero_consent,
  land_loss_award, debit_agreement, debit_member, suspension_spell, batch_run, run_chunk, run_exception,
  account_statement, statement_notice, statement_print, exchange_file to pension_app;
grant update (storage_key, printed_at) on statement_print to pension_app;
grant select on ledger_account to pension_app;
grant update on account_balance, accounting_period, fund_document, document_line, payment_order, contribution_year,
  debit_agreement, batch_run, run_chunk, exchange_file to pension_app;
grant update (until_on) on agency_bank_account to pension_app;
grant update (document_id) on receipt to pension_app;
grant update (credited_province_fen, credited_city_fen, credited_county_fen, credited_government_paid_fen, estimate_id)
  on subsidy_due to pension_app;
grant update (until_on, ended_at, ended_by, end_reason, missing_from) on category_spell to pension_app;
grant update (until_on, end_reason) on debit_member to pension_app;
grant update (stopped_at, stopped_by_name, stop_reason) on land_loss_award to pension_app;
grant update (until_on, ended_by_case) on suspension_spell to pension_app;
grant usage on all sequences in schema public to pension_app;
