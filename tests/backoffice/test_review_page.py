"""The review page and the decisions on it."""

from tests import make
from tests.backoffice.office import Desk, Office
from tests.make import LI_XIUYING


async def test_the_review_page_puts_declared_sources_findings_history_and_papers_side_by_side(
    office: Office, clerk: Desk
) -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    receipt = await make.enrollment_of(LI_XIUYING)
    page = await clerk.get(f"/cases/{receipt.case_id}")
    words = page.text
    for expected in (
        "没有发现问题",
        "公安户籍库",
        "数据截至2026年11月20日",
        "青禾县柳湾镇东坪村一组8号",
        "规程第七条",
        "受理",
        "李秀英",
        "网上",
    ):
        assert expected in words, expected
