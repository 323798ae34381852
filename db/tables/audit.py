"""The audit log and its chain."""

from piccolo.table import Table

from db.engine import DB
from db.tables.columns import big, binary, integer, moment, text, transaction_id


class AuditEntry(Table, tablename="audit_entry", db=DB):
    county_code = integer()
    id = big(primary_key=True)
    at = moment()
    actor_kind = text()
    actor_id = big()
    actor_name = text()
    action = text()
    object_kind = text()
    object_id = text()
    reason = text()
    detail = text()


class AuditSeal(Table, tablename="audit_seal", db=DB):
    county_code = integer()
    position = big(primary_key=True)
    entry_id = big()
    digest = binary()
    sealed_at = moment()


class AuditHead(Table, tablename="audit_head", db=DB):
    county_code = integer(primary_key=True)
    position = big()
    digest = binary()
    settled_id = big()
    candidate_id = big()
    candidate_xid = transaction_id(null=True)
