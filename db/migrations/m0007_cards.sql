-- Cards: banks that open accounts for people and answer whose an account is (湖南省经办工作流程二十; R-269…R-278).

-- 代理银行. `code` names its folder and stands in its files as the sender; `title` is how the accounts name the bank.
create table agency_bank (
  county_code int not null,
  code text collate "C" not null check (code ~ '^[A-Z]{2,10}$'),
  title text not null,
  since timestamptz not null,
  added_by bigint not null,
  added_by_name text not null,
  primary key (county_code, code),
  unique (county_code, title)
);

-- 开卡名单, line by line: whom a bank was asked to open an account for, what it wrote back, and who has the card in hand. The id is
-- the number under which the bank answers. `withdrawn`: not waited for any more; a card that comes all the same is taken.
create table card_request (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  purpose text not null check (purpose in ('benefit', 'contribution')),
  bank_code text collate "C" not null,
  account_kind text not null check (account_kind in ('card', 'passbook')),
  region_code text collate "C" not null, -- where the person lived: cards are handed out by village
  file_id bigint, -- exchange_file
  state text not null default 'sent' check (state in ('sent', 'opened', 'refused', 'withdrawn')),
  reason text not null default '', -- why the bank refused, or why what it opened is not used
  account_index bytea, -- of the account written back: the same answer twice is one answer
  account_tail text not null default '',
  asked_at timestamptz not null,
  asked_by bigint not null,
  asked_by_name text not null,
  answered_at timestamptz,
  handed_at timestamptz,
  handed_by bigint,
  handed_by_name text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id),
  foreign key (county_code, bank_code) references agency_bank (county_code, code)
);
create unique index card_request_open on card_request (county_code, person_id) where state = 'sent';
create index card_request_by_person on card_request (county_code, person_id, id desc);
create index card_request_by_file on card_request (county_code, file_id, id);
create index card_request_to_hand_out on card_request (county_code, region_code) where state = 'opened' and handed_at is null;

-- 账户核对: a bank was asked whether an account is there and the person's own. The id is the number under which it answers.
create table account_check (
  county_code int not null,
  id bigint generated always as identity,
  payment_account_id bigint not null,
  bank_code text collate "C" not null,
  file_id bigint, -- exchange_file
  result text not null default '' check (result in ('', 'verified', 'name_differs', 'no_such', 'closed', 'frozen')), -- empty: not answered
  asked_at timestamptz not null,
  asked_by bigint not null, -- 0: the daily file
  asked_by_name text not null,
  answered_at timestamptz,
  primary key (county_code, id),
  foreign key (county_code, payment_account_id) references payment_account (county_code, id),
  foreign key (county_code, bank_code) references agency_bank (county_code, code)
);
create unique index account_check_open on account_check (county_code, payment_account_id) where result = '';
create index account_check_by_bank on account_check (county_code, bank_code, asked_at desc);
create index payment_account_to_check on payment_account (county_code, bank) where state = 'unverified' and ended_at is null;

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on agency_bank, card_request, account_check to pension_app;
grant update (file_id, state, reason, account_index, account_tail, answered_at, handed_at, handed_by, handed_by_name) on card_request to pension_app;
grant update (file_id, result, answered_at) on account_check to pension_app;
grant usage on all sequences in schema public to pension_app;
