"""The same person in two places at the same moment: one county, one balance, one payment, whoever is first."""

import asyncio
from collections.abc import Awaitable
from datetime import date

import pytest

from db import engine
from db.queries import accounts
from domain import settlement, verify
from domain.case import flow
from domain.errors import NotFound, Refused
from domain.settlement import New
from domain.transfers import desk
from tests.leaving.family import XU_XIAOYU
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, HE_JING, WANG_DASHAN
from tests.transfers.two_counties import (
    NEIGHBOUR,
    OFFICER_HERE,
    OFFICER_THERE,
    SIGNER_HERE,
    approve,
    asked,
    contributor,
    delivered,
    filed,
    home,
    homes,
    let_go,
    moved,
    neighbour,
    side,
    transit,
    version,
)

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
async def two(county: object) -> int:
    await neighbour()
    return await contributor()


async def at_once(*work: Awaitable[object]) -> list[object]:
    """What each comes to; who is too late is refused in words, or finds nothing left to do."""
    found: list[object] = await asyncio.gather(*work, return_exceptions=True)
    assert all(not isinstance(each, BaseException) or isinstance(each, (Refused, NotFound)) for each in found), found
    return found


async def clean() -> None:
    for county in (HERE, NEIGHBOUR):
        report = await verify.county(county)
        assert report.clean, report.text()


async def dies(person: int) -> None:
    new = New(
        person_id=person,
        cause="death",
        happened_on=date(2026, 11, 12),
        evidence="comparison",
        payees=(XU_XIAOYU,),
        claims_funeral=False,
    )
    async with engine.transaction():
        await settlement.settle(HERE, await settlement.register(HERE, new, HE_JING, FRIDAY), HE_JING, FRIDAY)


async def paid_out() -> int:
    """分 that the family gets."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(amount_fen), 0)::bigint from payment_order where state <> 'cancelled'"
    )
    return fen


@pytest.mark.rule("R-314", "R-376", "R-382")
@pytest.mark.parametrize("first", ["transfer", "death"])
async def test_let_go_and_deregistered_at_the_same_moment_the_account_goes_one_way(two: int, first: str) -> None:
    there = await asked()
    await delivered()
    row = await side(HERE, "out", there.number)
    assert row.case_id is not None
    await approve(HERE, row.case_id, OFFICER_HERE)
    _, looked = await flow.look(HERE, row.case_id, SIGNER_HERE, FRIDAY)
    account = await accounts.account_of(HERE, two)
    assert account is not None
    go = flow.approve(HERE, row.case_id, SIGNER_HERE, await version(HERE, row.case_id), looked.outcome, FRIDAY)
    results = await at_once(*((go, dies(two)) if first == "transfer" else (dies(two), go)))
    assert sum(each is not None and isinstance(each, BaseException) for each in results) == 1
    assert await engine.fetchval("select count(*) from termination where county_code = $1", HERE) == 1
    assert await homes() == []
    assert (await transit(HERE) > 600_000) != (await paid_out() > 600_000)
    await clean()


@pytest.mark.rule("R-377", "R-394")
async def test_two_officers_confirm_at_the_same_moment_and_it_is_booked_once(two: int) -> None:
    there = await asked()
    await delivered()
    out = await let_go(there.number)
    await delivered()
    results = await at_once(*(desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY) for _ in range(2)))
    assert any(each is None for each in results)
    await delivered()
    assert await homes() == [(NEIGHBOUR, out.total_fen)]
    assert await transit(NEIGHBOUR) == -(out.total_fen or 0)
    await clean()


@pytest.mark.rule("R-376", "R-381")
async def test_taken_back_and_confirmed_at_the_same_moment_there_is_one_balance(two: int) -> None:
    there = await asked()
    await delivered()
    out = await let_go(there.number)
    await delivered()
    await at_once(
        desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY),
        desk.not_confirm(NEIGHBOUR, there.id, "年限和本人说的不一样", OFFICER_THERE, FRIDAY),
    )
    for _ in range(2):
        await delivered()
    (where,) = await homes()
    assert where == (await home(), out.total_fen)
    assert await transit(HERE) == -await transit(NEIGHBOUR) == (out.total_fen if where[0] == NEIGHBOUR else 0)
    await clean()


@pytest.mark.rule("R-372", "R-379")
async def test_asked_for_twice_at_the_same_moment_one_letter_goes_out(two: int) -> None:
    cases = [await filed(WANG_DASHAN), await filed(WANG_DASHAN)]
    await at_once(*(approve(NEIGHBOUR, case, OFFICER_THERE) for case in cases))
    assert (
        await engine.fetchval("select count(*) from transfer where county_code = $1 and direction = 'in'", NEIGHBOUR)
        == 1
    )
    await clean()


@pytest.mark.rule("R-314")
async def test_who_has_moved_is_deregistered_where_the_account_is(two: int) -> None:
    out, _ = await moved()
    with pytest.raises(Refused, match="已经终止"):
        await dies(two)
    assert await homes() == [(NEIGHBOUR, out.total_fen)]
    await clean()
