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

-- ---------------------------------------------------------------- what the serving role may do
grant select, insert, update on dual_finding to pension_app;
grant usage on all sequences in schema public to pension_app;
