-- Village packs: lists that go on paper to a village, each line with a code to be scanned, and what the village says of each line.

create table village_pack (
  county_code int not null,
  id bigint generated always as identity,
  region_code text collate "C" not null, -- the village
  kind text not null check (kind in ('check_list', 'calculation', 'certification')),
  person_count int not null,
  asked_at timestamptz not null,
  asked_by bigint not null,
  asked_by_name text not null,
  primary key (county_code, id)
);
create index village_pack_by_place on village_pack (county_code, region_code, kind, id desc);

-- A line is one person in one pack. `code` is all that its QR picture holds beside the address: by itself it says nothing, and only
-- the village's assistant and the staff of the region get an answer to it.
create table village_pack_line (
  county_code int not null,
  pack_id bigint not null,
  line_no int not null,
  person_id bigint not null,
  code text collate "C" not null,
  answer text not null default '' check (answer in ('', 'right', 'wrong', 'dead', 'moved')), -- the newest report; '': none yet
  follow_up text not null default '' check (follow_up in ('', 'open', 'done')), -- what the township has to look into
  followed_at timestamptz,
  followed_by bigint,
  followed_by_name text not null default '',
  follow_note text not null default '',
  primary key (county_code, pack_id, line_no),
  foreign key (county_code, pack_id) references village_pack (county_code, id),
  foreign key (county_code, person_id) references benefit (county_code, person_id)
) with (fillfactor = 80);
create unique index village_pack_line_code on village_pack_line (county_code, code);
create index village_pack_line_to_follow on village_pack_line (county_code, pack_id, line_no) where follow_up = 'open';

-- One printed file: the lines from `first_line` to `last_line`.
create table village_pack_file (
  county_code int not null,
  pack_id bigint not null,
  number int not null,
  first_line int not null,
  last_line int not null,
  storage_key text, -- null: not printed yet
  printed_at timestamptz,
  primary key (county_code, pack_id, number),
  foreign key (county_code, pack_id) references village_pack (county_code, id)
);
create index village_pack_file_waiting on village_pack_file (county_code, pack_id, number) where storage_key is null;

-- What was reported of a line. A later row corrects the one before and says why. Append-only.
create table village_check (
  county_code int not null,
  pack_id bigint not null,
  line_no int not null,
  turn smallint not null, -- 1, then corrections
  answer text not null check (answer in ('right', 'wrong', 'dead', 'moved')),
  note text not null default '', -- what is wrong, where to
  died_on date,
  why_corrected text not null default '',
  reported_at timestamptz not null,
  reported_by bigint not null,
  reported_by_kind text not null,
  reported_by_name text not null,
  primary key (county_code, pack_id, line_no, turn),
  foreign key (county_code, pack_id, line_no) references village_pack_line (county_code, pack_id, line_no)
);

grant select, insert on village_pack, village_pack_line, village_pack_file, village_check to pension_app;
grant update (answer, follow_up, followed_at, followed_by, followed_by_name, follow_note) on village_pack_line to pension_app;
grant update (storage_key, printed_at) on village_pack_file to pension_app;
grant usage on all sequences in schema public to pension_app;
