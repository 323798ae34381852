-- What becomes of a promise (规程第三十八条; R-027, R-322, R-323): looked into before the decision, drawn and checked after it, found
-- false and made good. And who should have come to deregister and did not.

-- 核实记录: what the office found out itself about a case that no comparison confirms. Never a certificate.
create table field_verification (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  how text not null check (how in ('visit', 'call', 'office')), -- at the home, by telephone, asked of another office
  found text not null,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);
create index field_verification_by_case on field_verification (county_code, case_id);

-- 承诺不实: until it is made good, nothing is decided for this signer on a promise alone.
create table false_commitment (
  county_code int not null,
  id bigint generated always as identity,
  case_id bigint not null,
  signer_index bytea not null,
  signer_name text not null,
  found text not null,
  recorded_at timestamptz not null,
  recorded_by bigint not null,
  recorded_by_name text not null,
  repaired_at timestamptz,
  repaired_by_name text not null default '',
  repair_note text not null default '',
  primary key (county_code, id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);
create unique index false_once on false_commitment (county_code, case_id) where repaired_at is null;
create index false_by_signer on false_commitment (county_code, signer_index) where repaired_at is null;

-- 事后抽查 of what was decided on a promise alone. Append-only.
create table commitment_check (
  county_code int not null,
  case_id bigint not null,
  kept boolean not null, -- false: the promise was not true
  note text not null,
  checked_at timestamptz not null,
  checked_by bigint not null,
  checked_by_name text not null,
  primary key (county_code, case_id),
  foreign key (county_code, case_id) references service_case (county_code, id)
);

-- 《申请注销登记告知书》: served with a day by which somebody should come; after it the office may deregister by itself, by two people.
create table deregistration_notice (
  county_code int not null,
  id bigint generated always as identity,
  person_id bigint not null,
  cause text not null check (cause in ('death', 'nationality', 'other_pension')),
  happened_on date not null,
  finding text not null, -- which data say so
  come_by date not null,
  state text not null default 'served' check (state in ('served', 'decided', 'withdrawn')),
  issued_at timestamptz not null,
  issued_by bigint not null,
  issued_by_name text not null,
  decided_at timestamptz,
  decided_by bigint,
  decided_by_name text not null default '',
  decision_note text not null default '',
  primary key (county_code, id),
  foreign key (county_code, person_id) references person (county_code, id)
);
create unique index served_once on deregistration_notice (county_code, person_id) where state = 'served';

grant select, insert on field_verification, false_commitment, commitment_check, deregistration_notice to pension_app;
grant update (repaired_at, repaired_by_name, repair_note) on false_commitment to pension_app;
grant update (state, decided_at, decided_by, decided_by_name, decision_note) on deregistration_notice to pension_app;
grant usage on all sequences in schema public to pension_app;
