-- What the agency itself needs: parameter proposals, where the audit chain ends, which calendar the clocks follow,
-- under which number a gateway took a text message.

-- Two people set a parameter (R-431): one hands the sheet in, another compares it with the document and confirms.
create table parameter_proposal (
  county_code int not null,
  id bigint generated always as identity,
  document text not null check (document <> ''),
  file_name text not null,
  file_digest text not null, -- SM3 of the sheet as handed in
  rows text not null, -- JSON
  state text not null check (state in ('proposed', 'confirmed', 'refused')),
  proposed_by bigint not null,
  proposed_by_name text not null,
  proposed_at timestamptz not null,
  decided_by bigint,
  decided_by_name text not null default '',
  decided_at timestamptz,
  reason text not null default '',
  primary key (county_code, id),
  constraint two_people check (decided_by <> proposed_by),
  constraint decided check ((state = 'proposed') = (decided_at is null))
);
create index parameter_proposal_open on parameter_proposal (county_code, id) where state = 'proposed';

-- One row a county: who holds it seals. Every entry up to settled_id is sealed or will never be there. The candidate
-- becomes settled when all transactions that ran at candidate_xid are over: an id that is committed late is still found.
-- candidate_xid is taken one round after candidate_id, for an id that was drawn before its transaction had a number.
create table audit_head (
  county_code int primary key,
  position bigint not null default 0,
  digest bytea not null,
  settled_id bigint not null default 0,
  candidate_id bigint not null default 0,
  candidate_xid xid8
) with (fillfactor = 50);

create table calendar_applied (
  county_code int primary key,
  loaded_at timestamptz not null
);

alter table message add column delivery_id text;

grant select, insert on parameter_proposal, audit_head, calendar_applied to pension_app;
grant update (state, decided_by, decided_by_name, decided_at, reason) on parameter_proposal to pension_app;
grant update on audit_head, calendar_applied to pension_app;
grant usage on all sequences in schema public to pension_app;
