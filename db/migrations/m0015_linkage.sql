-- 重复参保、重复领取 (人社部发〔2014〕17号第七条、第八条; R-299, R-404, R-405, R-407): whom the employee scheme's list names too.
--
-- found → suspended → ended (it is true) or cleared (it is not); what is found may be cleared at once.
--   coverage: pays in both; `ended` leaves the contributions stopped, the months paid twice are refunded by a case
--   drawing:  draws both; `ended` has terminated the relation here and settled it
create table dual_finding (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  kind text not null check (kind in ('coverage', 'drawing')),
  name text not null, -- as the employee scheme has it
  since_on date, -- as the employee scheme says; null: it does not
  unit text not null default '',
  batch_no text not null,
  as_of_on date not null,
  state text not null check (state in ('found', 'suspended', 'ended', 'cleared')),
  found_at timestamptz not null,
  resolve_by date, -- the end of the year in which it was suspended (R-407)
  suspended_at timestamptz,
  suspended_by bigint,
  suspended_by_name text not null default '',
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  note text not null default '',
  settlement_id bigint,
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create unique index dual_once on dual_finding (county_code, person_id, kind) where state in ('found', 'suspended');
create index dual_by_state on dual_finding (county_code, state, id);
create index dual_by_person on dual_finding (county_code, person_id);

-- 制度衔接 (人社部发〔2014〕17号; R-397…R-410), decided by a case. Three clocks of 15 working days (R-403): `due_on` is of the next step.
--   to_resident: asked (联系函 sent) → answered (信息表 came) → booked (the money came in full); cancelled
--   to_employee: sent (account closed, 信息表 made, money ordered) → finished (the employee scheme has merged it)
create table scheme_linkage (
  county_code int not null,
  id bigint generated always as identity,
  direction text not null check (direction in ('to_employee', 'to_resident')),
  number text not null, -- of the 联系函
  case_id bigint not null,
  person_id bigint not null,
  account_id bigint not null,
  agency text not null, -- the office of the employee scheme
  state text not null check (state in ('asked', 'answered', 'booked', 'cancelled', 'sent', 'finished')),
  asked_on date not null, -- the letter
  due_on date not null,
  provisional boolean not null,
  employee_months int not null check (employee_months >= 0), -- as applied for, then as the 信息表 says
  years_here int not null check (years_here >= 0), -- 缴费年限 before
  years_after int check (years_after >= 0), -- and together (R-402)
  rest_months int not null default 0 check (rest_months between 0 and 11), -- that make no year (R-406)
  total_fen bigint check (total_fen >= 0), -- what goes or comes
  refund_fen bigint not null default 0 check (refund_fen >= 0), -- of the overlap (R-404)
  document_id bigint, -- what took it out of the account, or into it
  order_id bigint, -- payment_order: the money going out
  payment_document_id bigint, -- the voucher of that payment
  reason text not null default '',
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (county_code, id),
  unique (county_code, number),
  foreign key (county_code, person_id) references person (county_code, id)
);
create index linkage_by_state on scheme_linkage (county_code, state, id);
create index linkage_by_case on scheme_linkage (county_code, case_id);
create unique index one_linkage on scheme_linkage (county_code, person_id) where state in ('asked', 'answered', 'sent');

-- Months paid in the employee scheme, by year, and what was given back here for those paid twice. Append-only.
create table linkage_month (
  county_code int not null,
  linkage_id bigint not null,
  year int not null,
  months smallint not null check (months between 1 and 12),
  primary key (county_code, linkage_id, year),
  foreign key (county_code, linkage_id) references scheme_linkage (county_code, id)
);

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert, update on dual_finding, scheme_linkage to pension_app;
grant select, insert on linkage_month to pension_app;
grant usage on all sequences in schema public to pension_app;
