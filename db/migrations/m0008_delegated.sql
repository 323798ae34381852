-- Payments on behalf of others (代发): other bureaus' allowances go to people's accounts through the channel of the pensions. The money
-- is entrusted: it has accounts and vouchers of its own and never touches the fund.

-- 代发项目: whose money it is and what for. What may change with time stands in its terms.
create table delegated_programme (
  county_code int not null,
  id bigint generated always as identity,
  name text not null,
  principal text not null, -- 委托单位
  purpose text not null,
  created_at timestamptz not null,
  created_by bigint not null,
  created_by_name text not null,
  primary key (county_code, id),
  unique (county_code, name)
);

-- Of a month the approved term with the latest `from_month` counts, of several the newest.
create table delegated_term (
  county_code int not null,
  id bigint generated always as identity,
  programme_id bigint not null,
  from_month int not null check (from_month % 100 between 1 and 12),
  last_month int check (last_month >= from_month), -- the last one that is paid; null: until a later term says so
  pay_day smallint not null check (pay_day between 1 and 28),
  document text not null,
  state text not null check (state in ('proposed', 'approved', 'refused')),
  proposed_at timestamptz not null,
  proposed_by bigint not null,
  proposed_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, programme_id) references delegated_programme (county_code, id),
  constraint term_of_two_people check (decided_by <> proposed_by)
);
create index delegated_term_in_force on delegated_term (county_code, programme_id, from_month desc, id desc) where state = 'approved';
create unique index delegated_term_proposed on delegated_term (county_code, programme_id) where state = 'proposed';

-- A list of the principal: who begins, changes, ends. It acts when a second person has approved it.
create table delegated_list (
  county_code int not null,
  id bigint generated always as identity,
  programme_id bigint not null,
  document text not null, -- the principal's number of it
  state text not null check (state in ('proposed', 'approved', 'cancelled')),
  good_count int not null,
  refused_count int not null,
  proposed_at timestamptz not null,
  proposed_by bigint not null,
  proposed_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, programme_id) references delegated_programme (county_code, id),
  constraint list_of_two_people check (decided_by <> proposed_by or state = 'cancelled')
);
create index delegated_list_by_programme on delegated_list (county_code, programme_id, id desc);
create unique index delegated_list_once on delegated_list (county_code, programme_id, document) where state <> 'cancelled';
create table delegated_list_line (
  county_code int not null,
  list_id bigint not null,
  line_no int not null, -- as on the principal's screen
  person_id bigint, -- null: nobody of that number here
  name text not null,
  id_number_sealed bytea not null, -- as it was typed, wrong ones too: the principal must find his line again
  change text not null check (change in ('', 'begin', 'amount', 'end')),
  month int not null, -- from which it holds; 0: unreadable
  amount_fen int not null,
  last_month int, -- of a beginning, where the principal knows its end
  bank text not null default '',
  account_sealed bytea, -- for somebody who has no account here and draws no pension
  state text not null check (state in ('good', 'refused', 'applied')),
  reason text not null default '',
  primary key (county_code, list_id, line_no),
  foreign key (county_code, list_id) references delegated_list (county_code, id)
);

-- Who gets how much of a programme from when to when. An ending is a date, a changed amount a new row of the same spell.
create table delegated_allowance (
  county_code int not null,
  id bigint generated always as identity,
  programme_id bigint not null,
  person_id bigint not null,
  from_month int not null check (from_month % 100 between 1 and 12),
  last_month int check (last_month >= from_month),
  since_month int not null, -- of the first row of this spell
  amount_fen int not null check (amount_fen > 0),
  list_id bigint not null,
  void boolean not null default false, -- replaced before any of it was paid
  primary key (county_code, id),
  foreign key (county_code, programme_id) references delegated_programme (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  exclude using gist (county_code with =, programme_id with =, person_id with =, int4range(from_month, last_month, '[]') with &&) where (not void)
);
create index delegated_allowance_by_person on delegated_allowance (county_code, person_id) where not void;
create index delegated_allowance_by_programme on delegated_allowance (county_code, programme_id, person_id) where not void;

-- The pension stopped, or came back: does this allowance go on? One word a programme, person and stop; the newest counts.
create table delegated_decision (
  county_code int not null,
  id bigint generated always as identity,
  programme_id bigint not null,
  person_id bigint not null,
  stop_kind text not null check (stop_kind in ('suspension', 'sentence', 'ended', 'death_match')),
  stop_id bigint not null, -- of benefit_suspension or sentence_spell; the month where there is no row
  phase text not null check (phase in ('stopped', 'over')),
  answer text not null check (answer in ('pay', 'pay_from_now', 'stop')),
  reason text not null,
  decided_at timestamptz not null,
  decided_by bigint not null,
  decided_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, programme_id) references delegated_programme (county_code, id)
);
create index delegated_decision_newest on delegated_decision (county_code, person_id, programme_id, stop_kind, stop_id, phase, id desc);

-- A month of a programme: list, a second pair of eyes, the principal's money, files, results, what is left goes back.
create table delegated_month (
  county_code int not null,
  id bigint generated always as identity,
  programme_id bigint not null,
  month int not null check (month % 100 between 1 and 12),
  state text not null check (state in ('draft', 'reviewed', 'funded', 'sent', 'settled', 'booked', 'closed', 'cancelled')),
  pay_on date not null,
  people int not null default 0,
  total_fen bigint not null default 0, -- what the principal is asked for
  drafted_at timestamptz not null,
  drafted_by bigint not null,
  drafted_by_name text not null,
  reviewed_at timestamptz,
  reviewed_by bigint,
  reviewed_by_name text not null default '',
  funded_on date,
  arrival_id bigint, -- the fund documents: the money that came, what was paid of it, what went back
  payment_id bigint,
  return_id bigint,
  closed_at timestamptz,
  closed_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, programme_id) references delegated_programme (county_code, id),
  constraint month_of_two_people check (reviewed_by <> drafted_by)
);
create unique index one_delegated_month on delegated_month (county_code, programme_id, month) where state <> 'cancelled';
create index delegated_month_newest on delegated_month (county_code, id desc);

create table delegated_line (
  county_code int not null,
  month_id bigint not null,
  programme_id bigint not null,
  person_id bigint not null,
  due_month int not null,
  amount_fen int not null check (amount_fen > 0),
  voided boolean not null default false, -- not paid with this month: a later one may
  primary key (county_code, month_id, person_id, due_month),
  foreign key (county_code, month_id) references delegated_month (county_code, id)
) with (fillfactor = 80);
create unique index delegated_once on delegated_line (county_code, programme_id, person_id, due_month) where not voided;

create table delegated_transfer (
  county_code int not null,
  month_id bigint not null,
  person_id bigint not null,
  round smallint not null default 1,
  payment_account_id bigint,
  region_code text collate "C" not null,
  bank text not null default '',
  amount_fen bigint not null check (amount_fen > 0),
  state text not null check (state in ('planned', 'left_out', 'sent', 'paid', 'failed', 'returned')),
  why text not null default '', -- a code: why it was left out or is not paid after all
  reason text not null default '', -- the bank's words, or the officer's
  file_id bigint, -- exchange_file
  row_no int,
  paid_on date,
  primary key (county_code, month_id, person_id, round),
  foreign key (county_code, month_id) references delegated_month (county_code, id)
) with (fillfactor = 80);
create index delegated_transfer_by_file on delegated_transfer (county_code, file_id, row_no) where file_id is not null;
create index delegated_transfer_by_person on delegated_transfer (county_code, person_id, month_id desc);

-- Money that is not the fund's.
insert into ledger_account (code, title, side, position) values
  ('entrusted_account', '代发资金存款（不是养老保险基金）', 'asset', 91),
  ('entrusted_payable', '应付代发资金（不是养老保险基金）', 'liability', 92);

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on delegated_programme, delegated_term, delegated_list, delegated_list_line, delegated_allowance, delegated_decision,
  delegated_month, delegated_line, delegated_transfer to pension_app;
grant update (state, decided_at, decided_by, decided_by_name) on delegated_term to pension_app;
grant update (state, good_count, refused_count, decided_at, decided_by, decided_by_name) on delegated_list to pension_app;
grant update (state, reason) on delegated_list_line to pension_app;
grant update (last_month, void) on delegated_allowance to pension_app;
grant update on delegated_month, delegated_transfer to pension_app;
grant update (voided) on delegated_line to pension_app;
grant usage on all sequences in schema public to pension_app;
