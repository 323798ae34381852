-- Leaving: why a relation ended, what was settled, and who gets it (规程第三十四条至第三十九条; R-314…R-345).
--
-- A settlement is a difference: what is owed and not yet settled. A later subsidy, increase or correction is another row of the
-- same termination, reckoned in the same way; nothing that was settled is written again.

-- 终止: one in force a person. `last_month`: the last month owed (R-320).
create table termination (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  account_id bigint not null,
  case_id bigint, -- null: decided at the desk from data (规程第三十九条; R-322)
  cause text not null check (cause in ('death', 'nationality', 'other_pension', 'transfer', 'linkage')),
  happened_on date not null,
  last_month int not null check (last_month % 100 between 1 and 12),
  evidence text not null check (evidence in ('comparison', 'field', 'judgment', 'own_word')), -- how the office made sure
  evidence_note text not null default '',
  claims_funeral boolean not null default true, -- false: a funeral grant is drawn elsewhere (R-332)
  state text not null default 'registered' check (state in ('registered', 'reversed')),
  registered_at timestamptz not null,
  registered_by bigint not null,
  registered_by_name text not null,
  reversed_at timestamptz,
  reversed_by_name text not null default '',
  reversal_case_id bigint,
  before text not null default '{}', -- JSON: participation, account and benefit as they were, for a reversal (R-343)
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  foreign key (county_code, account_id) references individual_account (county_code, id)
);
create unique index one_termination on termination (county_code, person_id) where state = 'registered';

-- 领取人: who gets what is left, with shares (R-333…R-336, R-345). One without an account is held until somebody brings one.
create table termination_payee (
  county_code int not null,
  termination_id bigint not null,
  line_no int not null,
  name text not null,
  id_type text not null,
  id_number_sealed bytea not null,
  id_index bytea not null,
  relation text not null,
  share_percent smallint not null check (share_percent between 1 and 100),
  guardian_name text not null default '', -- of somebody under 18 (R-335)
  guardian_id_sealed bytea,
  holder_name text not null default '', -- of the bank account: the payee's or the guardian's
  bank text not null default '',
  account_sealed bytea,
  account_tail text not null default '',
  primary key (county_code, termination_id, line_no),
  foreign key (county_code, termination_id) references termination (county_code, id)
);
create index payee_by_number on termination_payee (county_code, id_index);

-- 《个人账户返还结算单》. `waiting`: money of the person is still under way in a payment month; it is made when that is known.
-- 分 throughout. due = returned (by source) + arrears + funeral; overpaid is set off in the order of 规程第三十六条; payable and
-- recover are what is left on either side, at least one of them 0.
create table settlement (
  county_code int not null,
  id bigint generated always as identity,
  termination_id bigint not null,
  person_id bigint not null,
  kind text not null check (kind in ('settlement', 'supplement', 'reversal')),
  state text not null check (state in ('waiting', 'booked', 'reversed')),
  settled_on date,
  returned_personal_fen bigint not null default 0,
  returned_collective_fen bigint not null default 0,
  returned_other_assistance_fen bigint not null default 0,
  returned_subsidy_province_fen bigint not null default 0,
  returned_subsidy_city_fen bigint not null default 0,
  returned_subsidy_county_fen bigint not null default 0,
  returned_government_paid_fen bigint not null default 0,
  returned_land_loss_fen bigint not null default 0,
  kept_personal_fen bigint not null default 0,
  kept_collective_fen bigint not null default 0,
  kept_other_assistance_fen bigint not null default 0,
  kept_subsidy_province_fen bigint not null default 0,
  kept_subsidy_city_fen bigint not null default 0,
  kept_subsidy_county_fen bigint not null default 0,
  kept_government_paid_fen bigint not null default 0,
  kept_land_loss_fen bigint not null default 0,
  arrears_fen bigint not null default 0 check (arrears_fen >= 0),
  funeral_fen bigint not null default 0 check (funeral_fen >= 0),
  overpaid_fen bigint not null default 0 check (overpaid_fen >= 0),
  restored_fen bigint not null default 0 check (restored_fen >= 0), -- put back into the account before anything is set off (R-344)
  from_account_fen bigint not null default 0 check (from_account_fen >= 0),
  from_funeral_fen bigint not null default 0 check (from_funeral_fen >= 0),
  from_arrears_fen bigint not null default 0 check (from_arrears_fen >= 0),
  payable_fen bigint not null default 0 check (payable_fen >= 0),
  recover_fen bigint not null default 0 check (recover_fen >= 0),
  contents text not null default '{}', -- JSON: the sheet with every field, the months one by one, the trace
  document_id bigint, -- what is paid out, gross
  offset_document_id bigint, -- what is set off, gross (R-326)
  opened_at timestamptz not null,
  booked_at timestamptz,
  booked_by bigint,
  booked_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, termination_id) references termination (county_code, id),
  constraint either_side check (payable_fen = 0 or recover_fen = 0)
);
create index settlement_by_person on settlement (county_code, person_id, id);
create index settlement_waiting on settlement (county_code, id) where state = 'waiting';
create unique index settled_first_once on settlement (county_code, termination_id) where kind = 'settlement' and state <> 'reversed';

-- The months of a settlement: arrears are positive, what was paid for months beyond the last one owed is negative. With these
-- rows what a month was owed, what plans paid for it and what was settled always agree.
create table settlement_line (
  county_code int not null,
  settlement_id bigint not null,
  person_id bigint not null,
  due_month int not null check (due_month % 100 between 1 and 12),
  kind text not null check (kind in ('arrears', 'overpaid')),
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
  reason text not null default '',
  primary key (county_code, settlement_id, due_month, kind),
  foreign key (county_code, settlement_id) references settlement (county_code, id)
);
create index settlement_line_by_person on settlement_line (county_code, person_id, due_month);

-- What each payee gets of a settlement; `held` where there is no account or nobody to give it to (R-336).
create table settlement_payment (
  county_code int not null,
  settlement_id bigint not null,
  line_no int not null, -- of termination_payee; 0: nobody is known
  amount_fen bigint not null check (amount_fen > 0),
  order_id bigint, -- payment_order; null while held
  held_reason text not null default '',
  primary key (county_code, settlement_id, line_no),
  foreign key (county_code, settlement_id) references settlement (county_code, id)
);

-- A benefit whose person has left is settled: no plan looks at it any more.
alter table benefit drop constraint benefit_state_check;
alter table benefit add constraint benefit_state_check check (state in ('determined', 'confirmed', 'ended', 'settled'));

insert into ledger_account (code, title, side, position) values
  ('account_return', '社会保险待遇支出（个人账户返还）', 'expense', 40),
  ('funeral_expense', '社会保险待遇支出（丧葬补助金）', 'expense', 41),
  ('settlement_payable', '暂收款（待付注销结算款）', 'liability', 42); -- held until its payee has an account

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on termination, termination_payee, settlement, settlement_line, settlement_payment to pension_app;
grant update (state, reversed_at, reversed_by_name, reversal_case_id) on termination to pension_app;
grant update on settlement to pension_app;
grant update (holder_name, bank, account_sealed, account_tail, guardian_name, guardian_id_sealed) on termination_payee to pension_app;
grant update (order_id, held_reason) on settlement_payment to pension_app;
grant usage on all sequences in schema public to pension_app;
