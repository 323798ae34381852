-- 追缴、返还、稽核退款 (规程第三十五条、第三十六条; 松山办法第二十八条至第三十一条; R-346…R-362). 分 throughout.
--
-- In the books a debt stands in suspense_paid from the day it is known: a settlement and a plan put it there themselves, what is
-- registered by hand is put there when it is verified. Money that comes, a deduction, a write-off take it out again.

create table recovery (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null, -- whose pension it was
  region_code text collate "C" not null, -- where the person lived when it was opened
  settlement_id bigint, -- what a settlement could not set off
  origin text not null check (origin in ('settlement', 'deduction', 'desk')), -- deduction: what plans had still to take off
  cause text not null check (cause in ('death', 'nationality', 'other_pension', 'imprisoned', 'dual', 'wrong_amount', 'wrong_settlement')),
  facts text not null,
  debtor_name text not null default '', -- empty: nobody is known yet
  debtor_index bytea,
  debtor_relation text not null default '',
  limit_fen bigint check (limit_fen >= 0), -- what was inherited: heirs owe no more (民法典第一千一百六十一条; R-358)
  limit_note text not null default '',
  fraud boolean not null default false, -- a fine is the authority's to impose (R-357)
  state text not null check (state in ('registered', 'verified', 'noticed', 'transferred', 'closed', 'written_off', 'withdrawn')),
  principal_fen bigint not null check (principal_fen > 0),
  recovered_fen bigint not null default 0 check (recovered_fen >= 0),
  written_off_fen bigint not null default 0 check (written_off_fen >= 0),
  open_fen bigint generated always as (principal_fen - recovered_fen - written_off_fen) stored check (open_fen >= 0),
  due_on date, -- the next day by which something must come
  document_id bigint, -- that put it into suspense_paid; null where it stood there already
  registered_at timestamptz not null,
  registered_by bigint not null,
  registered_by_name text not null,
  verified_at timestamptz,
  verified_by bigint,
  verified_by_name text not null default '',
  verified_note text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  foreign key (county_code, settlement_id) references settlement (county_code, id),
  constraint recovery_of_two_people check (verified_by <> registered_by)
);
create unique index recovery_of_settlement on recovery (county_code, settlement_id) where settlement_id is not null;
create index recovery_by_person on recovery (county_code, person_id);
create index recovery_by_debtor on recovery (county_code, debtor_index);
create index recovery_open on recovery (county_code, state, id);

-- Principal by item (R-348, R-360): a part of the pension (db/benefit_items.py) or one of domain/rules/recovery.py.
create table recovery_item (
  county_code int not null,
  recovery_id bigint not null,
  item text not null,
  principal_fen bigint not null check (principal_fen > 0),
  primary key (county_code, recovery_id, item),
  foreign key (county_code, recovery_id) references recovery (county_code, id)
);

-- What took something off the debt. Append-only. `reference`: document, plan, settlement or decision.
create table recovery_entry (
  county_code int not null,
  recovery_id bigint not null,
  source text not null check (source in ('payment', 'deduction', 'settlement', 'write_off')),
  reference bigint not null,
  item text not null,
  amount_fen bigint not null check (amount_fen > 0),
  booked_on date not null,
  primary key (county_code, recovery_id, source, reference, item),
  foreign key (county_code, recovery_id, item) references recovery_item (county_code, recovery_id, item)
);

-- 稽核退款登记: money that really came (R-349); its state is its document's.
create table recovery_payment (
  county_code int not null,
  recovery_id bigint not null,
  document_id bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  parts text not null, -- JSON: 分 by item
  payer text not null,
  way text not null check (way in ('bank', 'cash')),
  slip_no text not null, -- of the bank's slip; cash is brought to the bank first
  paid_on date not null,
  voluntary boolean not null default false, -- more than was inherited, of one's own will (R-358)
  primary key (county_code, document_id),
  foreign key (county_code, recovery_id) references recovery (county_code, id),
  foreign key (county_code, document_id) references fund_document (county_code, id)
);
create index recovery_payment_by_case on recovery_payment (county_code, recovery_id);

-- 《返还通知书》, 《追缴通知书》 (R-352…R-354): served by two of the staff, with a receipt and a recording.
create table recovery_notice (
  county_code int not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  kind text not null check (kind in ('return', 'demand')),
  addressee text not null,
  amount_fen bigint not null check (amount_fen > 0),
  deadline_on date not null,
  issued_at timestamptz not null,
  issued_by bigint not null,
  issued_by_name text not null,
  served_on date,
  served_by_name text not null default '',
  second_name text not null default '',
  receiver text not null default '', -- who signed, or that nobody would
  recording text not null default '', -- number of the recorder's file
  primary key (county_code, id),
  foreign key (county_code, recovery_id) references recovery (county_code, id),
  constraint served_by_two check (served_on is null or served_by_name <> second_name)
);
create index recovery_notice_by_case on recovery_notice (county_code, recovery_id);

create table recovery_file (
  county_code int not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  kind text not null check (kind in ('evidence', 'receipt', 'media', 'agreement')),
  filename text not null,
  storage_key text not null,
  media_type text not null,
  added_at timestamptz not null,
  added_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, recovery_id) references recovery (county_code, id)
);
create index recovery_file_by_case on recovery_file (county_code, recovery_id);

-- 分期返还协议 (社会保险经办条例第四十六条; R-355, R-356).
create table recovery_agreement (
  county_code int not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  total_fen bigint not null check (total_fen > 0),
  recovered_before_fen bigint not null,
  state text not null default 'active' check (state in ('active', 'fulfilled', 'broken')),
  signed_on date not null,
  agreed_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, recovery_id) references recovery (county_code, id)
);
create unique index one_agreement on recovery_agreement (county_code, recovery_id) where state = 'active';

create table recovery_instalment (
  county_code int not null,
  agreement_id bigint not null,
  number int not null,
  due_on date not null,
  amount_fen bigint not null check (amount_fen > 0),
  missed_on date, -- when the person was told that it was missed
  primary key (county_code, agreement_id, number),
  foreign key (county_code, agreement_id) references recovery_agreement (county_code, id)
);

-- Handed over to the payment plans, which take it off later months (benefit.carried_fen). They take off first what they had to
-- take off before: `before_fen`.
create table recovery_deduction (
  county_code int not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  person_id bigint not null,
  amount_fen bigint not null check (amount_fen > 0),
  before_fen bigint not null check (before_fen >= 0),
  after_plan_id bigint not null, -- plans up to this one know nothing of it
  recovered_fen bigint not null default 0,
  state text not null default 'open' check (state in ('open', 'done', 'ended')),
  agreed_at timestamptz not null,
  agreed_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, recovery_id) references recovery (county_code, id),
  check (recovered_fen between 0 and amount_fen)
);
create unique index one_deduction on recovery_deduction (county_code, person_id) where state = 'open';

-- 核销 and 移送: asked by the auditor, decided by the head (R-350, R-361).
create table recovery_decision (
  county_code int not null,
  id bigint generated always as identity,
  recovery_id bigint not null,
  kind text not null check (kind in ('write_off', 'transfer')),
  reason text not null,
  state text not null default 'asked' check (state in ('asked', 'approved', 'refused')),
  amount_fen bigint, -- what was open when it was approved
  asked_at timestamptz not null,
  asked_by bigint not null,
  asked_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, recovery_id) references recovery (county_code, id),
  constraint decision_of_two_people check (decided_by <> asked_by)
);
create unique index one_decision on recovery_decision (county_code, recovery_id) where state = 'asked';

-- A township's neglect that led to a loss (松山办法第三十一条; R-362). Append-only.
create table recovery_neglect (
  county_code int not null,
  recovery_id bigint not null,
  region_code text collate "C" not null,
  finding text not null,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  primary key (county_code, recovery_id),
  foreign key (county_code, recovery_id) references recovery (county_code, id)
);

grant select, insert on recovery, recovery_item, recovery_entry, recovery_payment, recovery_notice, recovery_file, recovery_agreement,
  recovery_instalment, recovery_deduction, recovery_decision, recovery_neglect to pension_app;
grant update on recovery to pension_app;
grant update (served_on, served_by_name, second_name, receiver, recording) on recovery_notice to pension_app;
grant update (state) on recovery_agreement to pension_app;
grant update (missed_on) on recovery_instalment to pension_app;
grant update (state, recovered_fen) on recovery_deduction to pension_app;
grant update (state, amount_fen, decided_at, decided_by, decided_by_name) on recovery_decision to pension_app;
grant usage on all sequences in schema public to pension_app;
