-- 一次性待遇调整 (R-304…R-306): money for one person, once, beside a month's pension. It is paid when a line of a plan that counts
-- names it; a line that was taken out of its plan, or given up, frees it for the next one.
create table benefit_one_off (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  reason text not null, -- as the person reads it
  document text not null,
  basic_central_fen int not null default 0 check (basic_central_fen >= 0),
  basic_province_fen int not null default 0 check (basic_province_fen >= 0),
  basic_city_fen int not null default 0 check (basic_city_fen >= 0),
  basic_county_fen int not null default 0 check (basic_county_fen >= 0),
  long_province_fen int not null default 0 check (long_province_fen >= 0),
  long_city_fen int not null default 0 check (long_city_fen >= 0),
  long_county_fen int not null default 0 check (long_county_fen >= 0),
  age_province_fen int not null default 0 check (age_province_fen >= 0),
  age_city_fen int not null default 0 check (age_city_fen >= 0),
  age_county_fen int not null default 0 check (age_county_fen >= 0),
  total_fen int generated always as (basic_central_fen + basic_province_fen + basic_city_fen + basic_county_fen + long_province_fen + long_city_fen + long_county_fen + age_province_fen + age_city_fen + age_county_fen) stored check (total_fen > 0),
  state text not null default 'proposed' check (state in ('proposed', 'approved', 'cancelled')),
  proposed_at timestamptz not null,
  proposed_by bigint not null,
  proposed_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  cancel_reason text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id),
  constraint one_off_of_two_people check (state <> 'approved' or decided_by <> proposed_by)
);
create index one_off_by_person on benefit_one_off (county_code, person_id);
create unique index one_off_proposed on benefit_one_off (county_code, person_id) where state = 'proposed';

alter table payment_line add column one_off_id bigint;
alter table payment_line add constraint payment_line_of_one_off foreign key (county_code, one_off_id) references benefit_one_off (county_code, id);
create unique index one_off_paid_once on payment_line (county_code, one_off_id) where kind = 'one_off' and not voided;

grant select, insert on benefit_one_off to pension_app;
grant update (state, decided_at, decided_by, decided_by_name, cancel_reason) on benefit_one_off to pension_app;
grant usage on all sequences in schema public to pension_app;
