"""暂停缴费 (P-14)."""

import pytest

from db import engine
from db.queries import people as people_query
from domain.case import flow
from domain.case.status import Status
from domain.items import contribution_suspension
from tests import make
from tests.make import COUNTY, FRIDAY, SUN_LI, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("county")


async def filed(reason: str = "own_wish", **answers: object) -> flow.Receipt:
    return await make.handed_in(contribution_suspension.ITEM, {"reason": reason, **answers}, WANG_DASHAN)


async def codes(case_id: int) -> list[str]:
    _, looked = await flow.look(COUNTY, case_id, SUN_LI, FRIDAY)
    return [finding.code for finding in looked.findings]


@pytest.mark.rule("R-202", "R-203", "R-189")
async def test_a_suspension_stops_contributing_and_leaves_the_account_open() -> None:
    await make.participant()
    receipt = await filed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    assert await make.approve(receipt.case_id, SUN_LI) is Status.EFFECTED
    row = await engine.fetchrow(
        "select p.participation_status, p.contribution_status, s.from_on, s.until_on, s.reason, a.status from participation p"
        " join suspension_spell s on s.person_id = p.person_id join individual_account a on a.person_id = p.person_id"
    )
    assert row is not None
    assert tuple(row) == (2, 2, FRIDAY.date(), None, "own_wish", "open")


@pytest.mark.rule("R-204")
async def test_the_clock_is_fifteen_working_days() -> None:
    await make.participant()
    receipt = await filed()
    assert await make.column(receipt.case_id, "limit_days") == 15


@pytest.mark.parametrize(
    ("status", "bars"), [((1, 1), []), ((2, 2), ["not-contributing"]), ((1, 3), ["not-contributing"])]
)
async def test_only_a_contributor_can_be_suspended(status: tuple[int, int], bars: list[str]) -> None:
    await make.participant()
    await engine.execute("update participation set participation_status = $1, contribution_status = $2", *status)
    assert await codes((await filed()).case_id) == bars


@pytest.mark.rule("R-208")
@pytest.mark.parametrize(("known", "notes"), [(True, []), (False, ["no-dual-coverage"])])
async def test_dual_coverage_is_looked_up_and_not_proved_by_paper(known: bool, notes: list[str]) -> None:
    await make.participant()
    await make.sources(
        household_register=make.household(WANG_DASHAN),
        employee_scheme={WANG_DASHAN: {"status": "insured"}} if known else {},
    )
    assert await codes((await filed("dual_coverage")).case_id) == notes
    assert contribution_suspension.ITEM.materials == ()


@pytest.mark.parametrize(
    ("reason", "note", "good"), [("other", "", False), ("other", "出国务工", True), ("none", "", False)]
)
def test_another_reason_is_written_down(reason: str, note: str, good: bool) -> None:
    if good:
        assert contribution_suspension.ContributionSuspension(reason=reason, note=note).note == note
    else:
        with pytest.raises(ValueError, match="原因"):
            contribution_suspension.ContributionSuspension(reason=reason, note=note)


async def test_a_second_suspension_cannot_lie_over_the_first() -> None:
    await make.participant()
    person_id = await people_query.person_id_of(COUNTY, WANG_DASHAN.index)
    insert = "insert into suspension_spell (county_code, person_id, from_on, until_on, reason) values ($1, $2, $3::date, $4, 'x')"
    await engine.execute(insert, COUNTY, person_id, FRIDAY.date(), None)
    with pytest.raises(Exception, match="suspension_spell"):
        await engine.execute(insert, COUNTY, person_id, FRIDAY.date(), None)
