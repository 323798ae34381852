"""Documents that were handed out are kept as they were: what somebody holds in his hand can be found again."""

from datetime import datetime

from db.stores import cases
from db.stores.cases import CaseRow
from domain.actor import Actor


async def keep(case: CaseRow, kind: str, storage_key: str, actor: Actor, at: datetime) -> None:
    """One document of a kind for each case; a second one of the same kind changes nothing."""
    assert case.case_no is not None, "nothing is issued for a draft"
    await cases.keep_document(case.county_code, case.id, kind, case.case_no, storage_key, at, actor.name)
