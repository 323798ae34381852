"""省内转移 between two counties of one installation: the relation moves, money is settled next year (湖南省经办工作流程九)."""

from datetime import date, datetime, timedelta

import pytest
from msgspec import structs

from db import engine
from db.queries import accounts
from db.queries import transfers as queries
from db.stores import people
from db.stores.ledger import Entry
from domain import verify
from domain.agency import worker
from domain.errors import Refused
from domain.exchange.transfer import FormLine, LineKind, YesNo
from domain.ledger import Kind
from domain.transfers import arrival, desk, post
from tests import make
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, WANG_DASHAN
from tests.runs.conftest import posted
from tests.transfers.two_counties import (
    NEIGHBOUR,
    OFFICER_THERE,
    asked,
    contributor,
    delivered,
    followed,
    home,
    homes,
    let_go,
    moved,
    neighbour,
    side,
    transit,
)

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
async def two(county: object) -> int:
    """王大山's person id here; the neighbour is there."""
    await neighbour()
    return await contributor()


async def years_of(county: int) -> list[tuple[int, int, bool]]:
    person = await people.find(WANG_DASHAN.index)
    assert person is not None
    account = await accounts.account_of(county, person[1])
    assert account is not None
    rows = await engine.fetch(
        "select year, personal_fen, counts from contribution_year where county_code = $1 and account_id = $2 order by year",
        county,
        account.id,
    )
    return [tuple(row) for row in rows]


async def clean(*counties: int) -> None:
    for county in counties:
        report = await verify.county(county)
        assert report.clean, report.text()


@pytest.mark.rule("R-376", "R-379", "R-385", "R-394")
async def test_a_person_moves_with_balance_and_years(two: int) -> None:
    before = await years_of(HERE)
    out, came = await moved()
    assert (out.state, came.state, out.money) == ("finished", "booked", "central")
    assert await home() == NEIGHBOUR
    (where,) = await homes()
    assert where == (NEIGHBOUR, out.total_fen)
    assert out.total_fen is not None
    assert out.total_fen > 600_000, "with interest"
    assert await years_of(NEIGHBOUR) == before
    assert await transit(HERE) == out.total_fen == -await transit(NEIGHBOUR), "the province settles next year"
    await clean(HERE, NEIGHBOUR)
    assert await engine.fetchval("select count(*) from exchange_message where partner = 'transfer' and state = 'waiting'") == 0
    left = await people.read(HERE, two)
    assert left is not None
    assert (left.participation_status, left.contribution_status) == (4, 3)
    assert (
        await engine.fetchval("select cause from termination where county_code = $1 and person_id = $2", HERE, two)
        == "transfer"
    )


@pytest.mark.rule("R-379", "R-380")
async def test_each_side_has_its_own_clock(two: int) -> None:
    there = await asked()
    assert there.due_on == there.valid_until == date(2026, 12, 20), "a month for the answer"
    await delivered()
    here = await side(HERE, "out", there.number)
    assert here.due_on == date(2026, 12, 11), "15 working days"
    assert await make.column(here.case_id or 0, "due_on") == here.due_on
    await let_go(there.number)
    await delivered()
    assert (await side(NEIGHBOUR, "in", there.number)).due_on == date(2026, 11, 27), "5 working days"


async def test_what_is_delivered_twice_is_done_once(two: int) -> None:
    there = await asked()
    await post.deliver(NEIGHBOUR, FRIDAY)
    await engine.execute("update exchange_message set state = 'waiting' where partner = 'transfer'")
    await post.deliver(NEIGHBOUR, FRIDAY)
    assert await engine.fetchval("select count(*) from service_case where item = 'transfer_out'") == 1
    await let_go(there.number)
    for _ in range(2):
        await engine.execute(
            "update exchange_message set state = 'waiting' where partner = 'transfer' and kind = 'transfer_form'"
        )
        await delivered()
    await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY)
    for _ in range(2):
        await engine.execute("update exchange_message set state = 'waiting' where partner = 'transfer'")
        await delivered()
    assert len(await homes()) == 1
    await clean(HERE, NEIGHBOUR)


@pytest.mark.rule("R-381")
async def test_what_is_not_confirmed_stands_as_it_stood(two: int) -> None:
    there = await asked()
    await delivered()
    out = await let_go(there.number)
    assert await homes() == [], "on its way"
    await delivered()
    await desk.not_confirm(NEIGHBOUR, there.id, "年限和本人说的不一样", OFFICER_THERE, FRIDAY)
    await delivered()
    assert (await side(HERE, "out", there.number)).state == "cancelled"
    assert await homes() == [(HERE, out.total_fen)]
    assert await home() == HERE
    back = await people.read(HERE, two)
    assert back is not None
    assert (back.participation_status, back.contribution_status) == (1, 1)
    assert await transit(HERE) == 0
    await clean(HERE, NEIGHBOUR)


@pytest.mark.rule("R-380")
async def test_a_letter_that_ran_out_is_sent_again(two: int) -> None:
    there = await asked()
    late = FRIDAY + timedelta(days=31)
    await delivered()
    here = await side(HERE, "out", there.number)
    with pytest.raises(Refused, match="有效期"):
        await let_go(there.number, late)
    await followed(FRIDAY + timedelta(days=30))
    assert (await side(NEIGHBOUR, "in", there.number)).state == "asked", "the last day is still a day"
    await followed(late)
    assert (await side(NEIGHBOUR, "in", there.number)).state == "lapsed"
    again = await desk.ask_again(NEIGHBOUR, there.id, OFFICER_THERE, late)
    await delivered(late)
    newest = await queries.of_case(HERE, here.case_id or 0)
    assert newest is not None
    assert (newest.number, newest.state) == ((await queries.one(NEIGHBOUR, again)).number, "received")  # type: ignore[union-attr]
    assert (await side(HERE, "out", there.number)).state == "lapsed"


def forged(number: str, fen: int = 100_00, **more: object) -> FormLine:
    line = FormLine(
        letter_no=number, in_county=NEIGHBOUR, out_county=HERE, agency="青禾县社保中心", name=WANG_DASHAN.name,
        social_security_no=WANG_DASHAN.id_number, first_enrolled_on=date(2015, 1, 1), out_on=FRIDAY.date(), settled_month=202611, years=1,
        total_fen=fen, year=2026, kind=LineKind.CONTRIBUTION, counts=YesNo.YES, personal_fen=100_00, collective_fen=0,
        other_assistance_fen=0, subsidy_province_fen=0, subsidy_city_fen=0, subsidy_county_fen=0, government_paid_fen=0, land_loss_fen=0,
        amount_fen=100_00, handler="x",
    )  # fmt: skip
    return structs.replace(line, **more)


async def test_nobody_is_taken_in_while_the_other_county_has_not_let_go(two: int) -> None:
    there = await asked()
    async with engine.transaction():
        await arrival.form_came(NEIGHBOUR, [forged(there.number)], worker(NEIGHBOUR), FRIDAY)
    with pytest.raises(Refused, match="没有终止"):
        await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY)
    assert await home() == HERE


@pytest.mark.rule("R-381")
@pytest.mark.parametrize(
    ("more", "words"),
    [({"total_fen": 100_01}, "合计"), ({"name": "王大川"}, "姓名"), ({"social_security_no": make.LI_XIUYING.id_number}, "身份证号码")],
)
async def test_a_form_that_disagrees_cannot_be_confirmed(two: int, more: dict[str, object], words: str) -> None:
    there = await asked()
    async with engine.transaction():
        await arrival.form_came(NEIGHBOUR, [forged(there.number, **more)], worker(NEIGHBOUR), FRIDAY)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=words):
        await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, FRIDAY)


@pytest.mark.rule("R-376", "R-182")
async def test_e20_interest_runs_to_the_month_in_which_one_leaves(county: object) -> None:
    """5000 at the start of the year, 500 in May, 60 in July, 2.75%, out in September: 107.98 of interest, 5667.98 in all."""
    september = datetime(2026, 9, 15, 10, tzinfo=make.CHINA)
    await neighbour()
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by, confirmed_by,"
        " recorded_at) values ($1, 'crediting_rate', '', '0.0275', '2026-01-01', '2026-01-10', 'x', false, 'a', 'b', now())", HERE,
    )  # fmt: skip
    account = await accounts.account_of(HERE, await make.participant())
    assert account is not None
    await posted([
        Entry(account_id=account.id, kind=Kind.CONTRIBUTION, value_on=day, contribution_year=day.year, amounts={"personal": fen})
        for day, fen in ((date(2025, 12, 31), 5000_00), (date(2026, 5, 12), 500_00), (date(2026, 7, 9), 60_00))
    ])  # fmt: skip
    await engine.execute("update account_balance set settled_year = 2025 where county_code = $1", HERE)
    out, came = await moved(when=september)
    assert (out.settled_month, out.total_fen) == (202609, 5667_98)
    lines = await queries.lines(NEIGHBOUR, came.id)
    assert [(line.year, line.kind, line.total_fen) for line in lines] == [
        (2025, "contribution", 5000_00), (2026, "contribution", 560_00), (2026, "interest", 107_98),
    ]  # fmt: skip
    assert await homes() == [(NEIGHBOUR, 5667_98)]
