-- 关系转移 (规程第四十条至第四十五条; R-372…R-396): each county keeps its own side. What goes between two counties goes as messages,
-- also inside one database, and money under way stands on each side's in-transit account: no transaction spans two counties.

-- One side of a transfer. `number`: of the letter, the same on both sides.
--   in:  asked (letter sent) → answered (form came) → booked; refused, lapsed (no answer in time), cancelled (not confirmed)
--   out: received (letter came, case open) → sent (account closed, form sent) → finished; refused, lapsed, cancelled
create table transfer (
  county_code int not null,
  id bigint generated always as identity,
  direction text not null check (direction in ('in', 'out')),
  number text not null,
  scope text not null check (scope in ('same_province', 'across')),
  money text not null check (money in ('central', 'cash')), -- the province settles next year, or a payment next month (R-385, R-376)
  other_county int not null,
  other_name text not null,
  case_id bigint, -- of this side
  person_id bigint, -- in: from the booking on; out: null for somebody who is not here
  name text not null,
  id_index bytea not null,
  region_code text collate "C" not null, -- in: the new village; out: the old one
  state text not null check (state in ('asked', 'answered', 'booked', 'received', 'sent', 'finished', 'refused', 'lapsed', 'cancelled')),
  letter_sealed bytea not null, -- JSON: the letter as it was sent
  form_sealed bytea, -- JSON: the form without its lines, which are transfer_line
  sent_on date not null, -- the letter
  valid_until date not null, -- R-380
  due_on date not null, -- of this side's next step
  provisional boolean not null default false,
  out_on date, -- 转出时间 (R-383)
  settled_month int check (settled_month % 100 between 1 and 12), -- interest is paid up to its end
  booked_on date, -- the day on which the other county took it in
  total_fen bigint check (total_fen >= 0),
  advanced_fen bigint not null default 0 check (advanced_fen >= 0), -- subsidies sent along before they came (R-387), not recovered yet
  document_id bigint, -- what took it out of the account, or into it
  order_id bigint, -- payment_order: the money going out
  payment_document_id bigint, -- the voucher of that payment
  termination_id bigint,
  settlement_run_id bigint, -- the province's settlement that has counted it
  reason text not null default '', -- why it was refused, is waiting, or was cancelled
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (county_code, id),
  unique (county_code, direction, number),
  foreign key (county_code, person_id) references person (county_code, id)
) with (fillfactor = 60);
create index transfer_by_state on transfer (county_code, direction, state, id desc);
create index transfer_by_person on transfer (county_code, id_index, id desc);
create index transfer_by_case on transfer (county_code, case_id) where case_id is not null;
create index transfer_open on transfer (county_code, id)
  where state in ('asked', 'answered', 'received', 'sent');
create index transfer_to_settle on transfer (county_code, booked_on)
  where money = 'central' and state in ('booked', 'finished'); -- not on the run: so that counting a transfer touches no index

-- The account as it travels, by year and source (R-394). contribution: paid for the year; other: principal that is for no year
-- (an opening balance); interest.
create table transfer_line (
  county_code int not null,
  transfer_id bigint not null,
  line_no int not null,
  year int not null,
  kind text not null check (kind in ('contribution', 'other', 'interest')),
  counts boolean not null, -- as a year of 缴费年限
  personal_fen bigint not null,
  collective_fen bigint not null,
  other_assistance_fen bigint not null,
  subsidy_province_fen bigint not null,
  subsidy_city_fen bigint not null,
  subsidy_county_fen bigint not null,
  government_paid_fen bigint not null,
  land_loss_fen bigint not null,
  primary key (county_code, transfer_id, line_no),
  foreign key (county_code, transfer_id) references transfer (county_code, id)
);

-- What happened, for the page of a transfer and for the person. Append-only.
create table transfer_step (
  county_code int not null,
  id bigint generated always as identity,
  transfer_id bigint not null,
  at timestamptz not null,
  step text not null,
  by_name text not null,
  note text not null default '',
  primary key (county_code, id),
  foreign key (county_code, transfer_id) references transfer (county_code, id)
);
create index transfer_step_by_transfer on transfer_step (county_code, transfer_id, id);

-- Money that came is not what the form says (R-378): nothing is booked until somebody has cleared it up.
create table transfer_difference (
  county_code int not null,
  id bigint generated always as identity,
  transfer_id bigint not null,
  expected_fen bigint not null,
  received_fen bigint not null,
  opened_at timestamptz not null,
  opened_by_name text not null,
  closed_at timestamptz,
  closed_by_name text not null default '',
  outcome text not null default '',
  primary key (county_code, id),
  foreign key (county_code, transfer_id) references transfer (county_code, id),
  constraint differs check (expected_fen <> received_fen)
);
create unique index one_open_difference on transfer_difference (county_code, transfer_id) where closed_at is null;

-- Doubt about transferred records (规程第四十四条; R-388): asked by the county where the person now is, answered by the other.
create table transfer_question (
  county_code int not null,
  id bigint generated always as identity,
  transfer_id bigint not null,
  number text not null,
  asked text not null,
  asked_at timestamptz not null,
  asked_by_name text not null,
  answer text not null default '',
  answered_at timestamptz,
  answered_by_name text not null default '',
  primary key (county_code, id),
  unique (county_code, number),
  foreign key (county_code, transfer_id) references transfer (county_code, id)
);
create index transfer_question_by_transfer on transfer_question (county_code, transfer_id);

-- 省内转移结算: what one year's transfers come to, by the other county. Append-only.
create table province_settlement (
  county_code int not null,
  run_id bigint not null,
  other_county int not null,
  year int not null,
  people_in int not null,
  in_fen bigint not null,
  people_out int not null,
  out_fen bigint not null,
  primary key (county_code, run_id, other_county),
  foreign key (county_code, run_id) references batch_run (county_code, id)
);

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert on transfer, transfer_line, transfer_step, transfer_difference, transfer_question, province_settlement to pension_app;
grant update on transfer to pension_app;
grant update (closed_at, closed_by_name, outcome) on transfer_difference to pension_app;
grant update (answer, answered_at, answered_by_name) on transfer_question to pension_app;
grant usage on all sequences in schema public to pension_app;
