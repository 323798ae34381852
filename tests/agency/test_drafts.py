from datetime import timedelta

from domain.agency import drafts
from domain.case import flow
from domain.items import enrollment
from tests import make
from tests.conftest import Database

DAYS = timedelta(days=flow.RETENTION_OF_A_DRAFT_DAYS)


async def draft() -> int:
    return await make.draft(enrollment.ITEM, make.ENROLLMENT, make.resident(), make.LI_XIUYING, with_materials=False)


async def test_a_draft_is_closed_after_sixty_days_and_not_before(db: Database) -> None:
    case_id = await draft()
    assert await drafts.expire(make.COUNTY, make.FRIDAY + DAYS) == 0
    assert await make.column(case_id, "status") == "draft"
    assert await drafts.expire(make.COUNTY, make.FRIDAY + DAYS + timedelta(seconds=1)) == 1
    assert await make.column(case_id, "status") == "auto_closed"
    assert await drafts.expire(make.COUNTY, make.FRIDAY + DAYS * 2) == 0


async def test_typing_on_starts_the_time_anew(db: Database) -> None:
    case_id = await draft()
    await flow.save(make.COUNTY, case_id, make.resident(), "contact", {"phone": "13800000009"}, await make.version(case_id),
                    make.FRIDAY + timedelta(days=30))  # fmt: skip
    assert await drafts.expire(make.COUNTY, make.FRIDAY + DAYS + timedelta(days=1)) == 0


async def test_what_was_handed_in_does_not_expire(db: Database) -> None:
    await make.sources()
    receipt = await make.enrollment_of(make.LI_XIUYING)
    assert await drafts.expire(make.COUNTY, make.FRIDAY + DAYS * 9) == 0
    assert await make.column(receipt.case_id, "status") == "submitted"
