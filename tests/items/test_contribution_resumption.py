"""续保 (P-14)."""

import pytest

from db import engine
from domain.case import flow
from domain.case.status import Status
from domain.items import contribution_resumption
from tests import make
from tests.contributions.ways import lines, paid, taken
from tests.items.test_contribution_suspension import filed as suspension_filed
from tests.make import COUNTY, FRIDAY, HE_JING, SUN_LI, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("county")


async def suspended() -> None:
    await make.participant()
    receipt = await suspension_filed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, SUN_LI)


@pytest.mark.rule("R-203", "R-096")
async def test_who_was_suspended_contributes_again_and_only_then() -> None:
    await suspended()
    assert await lines(await taken(paid(20000, external_no="T1"))) == [("exception", "suspended")]
    receipt = await make.handed_in(contribution_resumption.ITEM, {}, WANG_DASHAN)
    await make.approve(receipt.case_id, ZHAO_MIN)
    assert await make.approve(receipt.case_id, HE_JING) is Status.EFFECTED
    assert await lines(await taken(paid(20000, external_no="T2"))) == [("good", "")]
    row = await engine.fetchrow("select until_on, ended_by_case from suspension_spell")
    assert row is not None
    assert tuple(row) == (FRIDAY.date(), receipt.case_id)


@pytest.mark.rule("R-204")
async def test_the_clock_of_a_resumption_is_ten_working_days() -> None:
    await suspended()
    receipt = await make.handed_in(contribution_resumption.ITEM, {}, WANG_DASHAN)
    assert await make.column(receipt.case_id, "limit_days") == 10


async def test_nobody_resumes_what_was_not_suspended() -> None:
    await make.participant()
    receipt = await make.handed_in(contribution_resumption.ITEM, {}, WANG_DASHAN)
    _, looked = await flow.look(COUNTY, receipt.case_id, HE_JING, FRIDAY)
    assert [finding.code for finding in looked.bars] == ["not-suspended"]
