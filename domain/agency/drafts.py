"""Forms nobody went on with: closed after a while, their rows stay."""

from datetime import datetime, timedelta

from db.queries import reference
from domain.agency import worker
from domain.case import flow

AT_ONCE = 200


async def expire(county_code: int, at: datetime) -> int:
    """Closes drafts untouched for flow.RETENTION_OF_A_DRAFT_DAYS, one transaction each; returns how many."""
    before = at - timedelta(days=flow.RETENTION_OF_A_DRAFT_DAYS)
    drafts = await reference.untouched_drafts(county_code, before, AT_ONCE)
    for case_id in drafts:
        await flow.expire_draft(county_code, case_id, worker(county_code), at, before)
    return len(drafts)
