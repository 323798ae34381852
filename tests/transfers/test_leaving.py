"""转出: who may not leave, on which day one leaves, what must be finished first (规程第四十条、第四十三条)."""

import asyncio
from datetime import date, timedelta

import pytest

from db import engine
from db.queries import accounts
from db.queries import people as people_query
from db.stores import contributions as years
from db.stores import people
from db.stores.transfers import TransferRow
from domain import contributions, verify
from domain.actor import Post
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.case import flow
from domain.contribution_lines import WAYS, LineRules, problem_of
from domain.errors import Refused
from domain.items import contribution_suspension
from domain.transfers import arrival, departure, desk, newcomer, post
from tests import make
from tests.contributions.ways import approved, lines, paid
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, WANG_DASHAN
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
    followed,
    home,
    homes,
    let_go,
    moved,
    neighbour,
    side,
    sources,
    staff,
    transit,
    version,
)

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
async def two(county: object) -> int:
    await neighbour()
    return await contributor()


async def wanted() -> tuple[str, int]:
    """The letter has come: its number, and the case it opened."""
    there = await asked()
    await delivered()
    here = await side(HERE, "out", there.number)
    assert here.case_id is not None
    return there.number, here.case_id


async def codes(case_id: int, county: int = HERE, by: object = OFFICER_HERE) -> list[str]:
    _, looked = await flow.look(county, case_id, by, FRIDAY)  # type: ignore[arg-type]
    return [finding.code for finding in looked.findings]


@pytest.mark.rule("R-372")
async def test_who_draws_a_pension_does_not_transfer(two: int) -> None:
    _, case_id = await wanted()
    assert await codes(case_id) == []
    await engine.execute("update participation set contribution_status = 3 where person_id = $1 and county_code = $2", two, HERE)
    assert await codes(case_id) == ["receiving"]


@pytest.mark.rule("R-396")
async def test_a_suspended_contributor_goes_once_the_reason_is_cleared(two: int) -> None:
    _, case_id = await wanted()
    await engine.execute("update participation set participation_status = 2, contribution_status = 2 where county_code = $1", HERE)
    assert await codes(case_id) == ["suspended"]
    await engine.execute("update participation set participation_status = 1, contribution_status = 1 where county_code = $1", HERE)
    assert await codes(case_id) == []


@pytest.mark.rule("R-372")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"national_registry": {"scheme": "resident", "county_code": f"{HERE}", "status": "receiving"}}, "receiving"),
        ({"national_registry": {"scheme": "resident", "county_code": f"{NEIGHBOUR}"}}, "same-county"),
        ({"national_registry": {"scheme": "none"}}, "unknown-county"),
        ({"household_register": {"region_code": "439901010101", "address": "青禾县"}}, "not-local-household"),
        ({"employee_scheme": {"status": "insured"}}, "in-employee-scheme"),
    ],
)
async def test_what_bars_the_letter(two: int, more: dict[str, dict[str, str]], code: str) -> None:
    case_id = await filed(WANG_DASHAN)
    assert await codes(case_id, NEIGHBOUR, OFFICER_THERE) == []
    await sources(NEIGHBOUR, when=FRIDAY + timedelta(minutes=1), **more)
    assert await codes(case_id, NEIGHBOUR, OFFICER_THERE) == [code]


async def test_a_second_application_waits_for_the_first(two: int) -> None:
    await asked()
    assert await codes(await filed(WANG_DASHAN), NEIGHBOUR, OFFICER_THERE) == ["under-way"]


@pytest.mark.rule("R-382")
async def test_open_business_is_finished_first(two: int) -> None:
    number, case_id = await wanted()
    document = await approved(paid(20_000))
    assert await codes(case_id) == ["open-business"]
    await contributions.book(HERE, document, make.WORKER, FRIDAY)
    assert await codes(case_id) == ["subsidy-later"]
    receipt = await make.handed_in(contribution_suspension.ITEM, {"reason": "own_wish"}, WANG_DASHAN)
    assert await codes(case_id) == ["open-business", "subsidy-later"]
    await flow.withdraw(HERE, receipt.case_id, make.resident(WANG_DASHAN), FRIDAY)
    out = await let_go(number)
    assert out.total_fen is not None
    assert out.total_fen > 620_000


@pytest.mark.rule("R-383")
async def test_who_is_let_go_late_has_left_on_the_last_day_of_business(two: int) -> None:
    number, _ = await wanted()
    here = await side(HERE, "out", number)
    out = await let_go(number, make.at(here.due_on))
    assert out.out_on == here.due_on


@pytest.mark.rule("R-383")
async def test_and_a_day_later_on_the_day_the_last_money_counted(two: int) -> None:
    number, _ = await wanted()
    here = await side(HERE, "out", number)
    out = await let_go(number, make.at(here.due_on + timedelta(days=1)))
    assert (out.out_on, out.settled_month) == (date(2026, 5, 12), 202605)


async def test_a_refused_case_answers_the_letter(two: int) -> None:
    number, case_id = await wanted()
    await approve(HERE, case_id, OFFICER_HERE)
    await flow.reject(HERE, case_id, SIGNER_HERE, await version(HERE, case_id), "OTHER", "本人说不转了", FRIDAY)
    for _ in range(2):
        await followed()
        await delivered()
    there = await side(NEIGHBOUR, "in", number)
    assert (there.state, there.reason) == ("refused", "本人说不转了")
    assert await home() == HERE


async def test_one_person_cannot_sign_for_both(two: int) -> None:
    _, case_id = await wanted()
    await approve(HERE, case_id, OFFICER_HERE)
    with pytest.raises(Refused, match="同一个人"):
        await approve(HERE, case_id, OFFICER_HERE)


@pytest.mark.rule("R-391")
async def test_what_is_paid_after_the_account_has_gone_waits_for_its_owner(two: int) -> None:
    number, _ = await wanted()
    await let_go(number)
    document = await approved(paid(20_000))
    assert await lines(document) == [("exception", "no-account")]


@pytest.mark.rule("R-391")
async def test_a_line_judged_before_the_account_went_is_put_aside_when_it_is_booked(two: int) -> None:
    document = await approved(paid(20_000))
    await engine.execute("update individual_account set status = 'settled' where county_code = $1", HERE)
    assert await contributions.book(HERE, document, make.WORKER, FRIDAY) == 0
    assert await lines(document) == [("exception", "left")]


@pytest.mark.rule("R-395")
async def test_a_year_paid_where_one_came_from_is_not_paid_again(two: int) -> None:
    await moved()
    person = await people.find(WANG_DASHAN.index)
    assert person is not None
    (known,) = await years.facts(NEIGHBOUR, [WANG_DASHAN.index], [2026])
    rules = LineRules(await snapshot(NEIGHBOUR), FRIDAY.date())
    found = problem_of(paid(20_000), known, WAYS[DocumentKind.TAX_DETAIL], rules, NEIGHBOUR)
    assert found is not None
    assert found.code == "brought"
    (later,) = await years.facts(NEIGHBOUR, [WANG_DASHAN.index], [2027])
    assert not later.brought


@pytest.mark.rule("R-390", "R-394")
async def test_there_and_back_again_nothing_is_lost_or_doubled(two: int) -> None:
    out, _ = await moved()
    await sources(HERE, old=NEIGHBOUR, region=make.GROUP, when=FRIDAY + timedelta(minutes=5))
    there = await asked(county=HERE, clerk=make.ZHAO_MIN, officer=make.HE_JING, region=make.GROUP)
    await delivered()
    row = await side(NEIGHBOUR, "out", there.number)
    assert row.case_id is not None
    await approve(NEIGHBOUR, row.case_id, OFFICER_THERE)
    await approve(NEIGHBOUR, row.case_id, staff(NEIGHBOUR, "苏青", 203, Post.COUNTY_ACCOUNT))
    await delivered()
    await desk.confirm(HERE, there.id, make.ZHENG_TAO, FRIDAY)
    await delivered()
    assert await home() == HERE
    assert await homes() == [(HERE, out.total_fen)]
    account = await accounts.account_of(HERE, two)
    assert account is not None
    rows = await engine.fetch(
        "select year, personal_fen from contribution_year where county_code = $1 and account_id = $2 and counts order by year", HERE, account.id
    )
    assert [tuple(each) for each in rows] == [(year, 100_000) for year in range(2021, 2027)]
    for county in (HERE, NEIGHBOUR):
        report = await verify.county(county)
        assert report.clean, report.text()
    assert await transit(HERE) == await transit(NEIGHBOUR) == 0


# ---------------------------------------------------------------- whoever dies in between


class Killed(BaseException):
    """The process is gone: nobody catches it."""


async def everything(number: str) -> None:
    """What staff and worker of both counties would do from wherever it stands, until nothing is left to do."""
    for _ in range(4):
        await delivered()
        here, there = await side(HERE, "out", number), await side(NEIGHBOUR, "in", number)
        if here.state == "received":
            await let_go(number)
        if there.state == "answered":
            await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY)


@pytest.mark.rule("R-376", "R-377")
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (post.store, "delivered"), (departure, "queue"), (departure.transfer_accounts, "terminate"), (departure.people, "terminate"),
        (arrival, "_feed_back"), (newcomer.people, "enroll"), (arrival.transfer_accounts, "record_years"), (arrival, "finish"), (departure, "completed"),
    ],
    ids=str,
)
async def test_killed_between_the_steps_the_person_is_in_one_county_with_one_balance(
    two: int, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    """The first call of one step after the other kills the process; afterwards the work is simply taken up again."""
    there = await asked()
    account = await accounts.account_of(HERE, two)
    assert account is not None
    whole = (await departure.trial(await _letter(there.number), account, FRIDAY.date())).total_fen
    real, died = getattr(module, name), []

    async def killed(*args: object, **more: object) -> object:
        if not died:
            died.append(name)
            raise Killed(name)
        return await real(*args, **more)

    monkeypatch.setattr(module, name, killed)
    for _ in range(3):
        try:
            await everything(there.number)
        except Killed:
            found, under_way = await homes(), await transit(HERE)
            assert len(found) + (under_way > 0 and not found) == 1, (name, found, under_way)
            assert sum(fen for _, fen in found) or under_way == whole
    assert died == [name]
    assert await home() == NEIGHBOUR
    assert await homes() == [(NEIGHBOUR, whole)]
    assert await transit(HERE) == whole == -await transit(NEIGHBOUR)
    for county in (HERE, NEIGHBOUR):
        report = await verify.county(county)
        assert report.clean, report.text()


async def _letter(number: str) -> TransferRow:
    await delivered()
    return await side(HERE, "out", number)


@pytest.mark.rule("R-382")
async def test_what_was_opened_after_the_signer_looked_still_bars_under_the_lock(two: int) -> None:
    number, _ = await wanted()
    row = await side(HERE, "out", number)
    await approved(paid(20_000))
    with pytest.raises(Refused, match="没有登账"):
        async with engine.transaction():
            await departure.leave(row, SIGNER_HERE, FRIDAY)
    assert await home() == HERE


@pytest.mark.rule("R-382", "R-391")
async def test_a_contribution_booked_at_the_same_moment_goes_along_or_waits(two: int) -> None:
    """Whichever is first: not a fen is lost, none is in an account that has gone."""
    number, case_id = await wanted()
    await approve(HERE, case_id, OFFICER_HERE)
    document = await approved(paid(20_000))
    _, looked = await flow.look(HERE, case_id, SIGNER_HERE, FRIDAY)

    async def go() -> None:
        await flow.approve(HERE, case_id, SIGNER_HERE, await version(HERE, case_id), looked.outcome, FRIDAY)

    async def pay() -> None:
        await contributions.book(HERE, document, make.WORKER, FRIDAY)

    results = await asyncio.gather(go(), pay(), return_exceptions=True)
    assert all(result is None or isinstance(result, Refused) for result in results), results
    person_id = await people_query.person_id_of(HERE, WANG_DASHAN.index)
    assert person_id is not None
    account = await accounts.account_of(HERE, person_id)
    assert account is not None
    row = await side(HERE, "out", number)
    if row.state == "sent":
        assert account.total_fen == 0
    else:
        assert account.total_fen == 620_000
    report = await verify.county(HERE)
    assert report.clean, report.text()
