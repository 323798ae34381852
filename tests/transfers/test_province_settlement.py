"""省内转移结算: what moved without money last year is settled this year, each county by itself (R-385)."""

from datetime import datetime

import pytest

from db import engine
from db.queries import transfers as queries
from db.stores import transfers
from domain import verify
from domain.actor import Actor, Post
from domain.errors import Refused
from domain.runs import KINDS, province_settlement, run
from tests import make
from tests.make import CHINA
from tests.make import COUNTY as HERE
from tests.transfers.two_counties import NEIGHBOUR, OFFICER_THERE, contributor, moved, neighbour, staff, transit

pytestmark = pytest.mark.usefixtures("county")
NEXT_YEAR = datetime(2027, 3, 5, 9, tzinfo=CHINA)
THREE: dict[int, tuple[Actor, Actor, Actor]] = {
    HERE: (make.HE_JING, make.staff("严明", Post.FINANCE_SUPERVISOR, staff_id=112), make.FENG_YUAN),
    NEIGHBOUR: (OFFICER_THERE, staff(NEIGHBOUR, "江流", 212, Post.ACCOUNTANT), staff(NEIGHBOUR, "方正", 213, Post.COUNTY_HEAD)),
}


async def settle(county: int, at: datetime = NEXT_YEAR) -> int:
    kind = province_settlement.KIND
    maker, reviewer, head = THREE[county]
    run_id = await run.prepare(kind, county, "2026", maker, at)
    await work(county, at)
    await run.review(kind, county, run_id, reviewer, at)
    await run.approve(kind, county, run_id, head, at)
    await work(county, at)
    return run_id


async def work(county: int, at: datetime) -> None:
    while await run.advance(KINDS, county, at):
        pass


async def lying(county: int) -> int:
    found: int = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where county_code = $1 and account = 'fiscal_account'", county
    )
    return found


@pytest.mark.rule("R-385")
async def test_each_county_settles_its_own_side_and_both_agree() -> None:
    await neighbour()
    await contributor()
    out, _ = await moved()
    assert out.total_fen is not None
    before = await lying(HERE)
    runs = {county: await settle(county) for county in (HERE, NEIGHBOUR)}
    (gave,) = await queries.settled_by_county(HERE, runs[HERE])
    (got,) = await queries.settled_by_county(NEIGHBOUR, runs[NEIGHBOUR])
    assert (gave.other_county, gave.people_out, gave.out_fen, gave.people_in) == (NEIGHBOUR, 1, out.total_fen, 0)
    assert (got.other_county, got.people_in, got.in_fen, got.people_out) == (HERE, 1, out.total_fen, 0)
    assert await transit(HERE) == await transit(NEIGHBOUR) == 0
    assert await lying(NEIGHBOUR) == out.total_fen == before - await lying(HERE)
    for county in (HERE, NEIGHBOUR):
        report = await verify.county(county)
        assert report.clean, report.text()


@pytest.mark.rule("R-385")
async def test_nothing_is_settled_twice_and_nothing_in_its_own_year() -> None:
    await neighbour()
    await contributor()
    await moved()
    with pytest.raises(Refused, match="次年"):
        await run.prepare(province_settlement.KIND, HERE, "2026", make.HE_JING, datetime(2026, 12, 31, 9, tzinfo=CHINA))
    run_id = await settle(HERE)
    again = await transfers.settle_province(HERE, run_id, 2026)
    assert (again.people_out, again.out_fen) == (0, 0)
    with pytest.raises(Refused, match="没有要结算"):
        await run.prepare(province_settlement.KIND, HERE, "2026", make.HE_JING, NEXT_YEAR)


async def test_the_dry_run_leaves_nothing_behind() -> None:
    await neighbour()
    await contributor()
    await moved()
    run_id = await run.prepare(province_settlement.KIND, HERE, "2026", make.HE_JING, NEXT_YEAR)
    await work(HERE, NEXT_YEAR)
    assert await engine.fetchval("select state from batch_run where id = $1 and county_code = $2", run_id, HERE) == "tried"
    assert await queries.to_settle(HERE, 2026) == 1
    assert await queries.settled_by_county(HERE, run_id) == []
