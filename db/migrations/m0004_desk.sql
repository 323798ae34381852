-- Reads of the back office: what somebody has taken (his own list, and what a freeze gives back), and what came in
-- during a period (punctuality).
create index case_taken on service_case (county_code, assignee_id, due_on, id) where assignee_id is not null;
create index case_by_receipt on service_case (county_code, received_on) where received_on is not null;
