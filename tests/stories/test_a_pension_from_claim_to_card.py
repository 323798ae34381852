"""From the claim at sixty to money on the card: confirmed, paid with arrears, failed and paid again, stopped and made good.

Every desk does its part through the functions the pages call; every figure is reckoned by hand beside it.
"""

from datetime import date, datetime

import pytest

from db import engine
from db.queries import benefits as queries
from domain import benefits, payments, verify
from domain.actor import Post
from domain.agency import certification, suspensions
from domain.case.status import Status
from tests import make
from tests.contributions.ways import CASHIER
from tests.items.claiming import LIN_JING, XIA_YU, XU_SHUANG, claimed, sixty
from tests.make import CHINA, COUNTY, FRIDAY, ZHAO_MIN
from tests.payments import month as way
from tests.runs.conftest import REVIEWER, WITHOUT_VOUCHERS

pytestmark = pytest.mark.usefixtures("db")

PAST_THE_BOOKS = WITHOUT_VOUCHERS | {"contribution years agree with the ledger"}  # the deposit and the years of the setting
MONTHLY = 23923  # 143.00 + 20.00 + 5.00 + 5.00 and 9,206.25 ÷ 139 = 66.23


def on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=CHINA)


async def claim() -> int:
    """Decided by three people on 20 November 2026, confirmed by the person; the account is known to the bank."""
    person = await sixty()
    receipt = await claimed()
    for actor in (ZHAO_MIN, LIN_JING):
        await make.approve(receipt.case_id, actor)
    assert await make.approve(receipt.case_id, XIA_YU) is Status.EFFECTED
    await benefits.confirm(COUNTY, person, "portal", make.resident(XU_SHUANG), FRIDAY)
    await engine.execute("update payment_account set state = 'verified'")
    return person


async def lines(plan: int) -> list[tuple[int, str, int]]:
    rows = await engine.fetch(
        "select due_month, kind, total_fen from payment_line where plan_id = $1 and not voided order by due_month, kind",
        plan,
    )
    return [tuple(row) for row in rows]


async def transfers(plan: int) -> list[tuple[int, str, int]]:
    rows = await engine.fetch(
        "select round, state, net_fen from payment_transfer where plan_id = $1 order by round", plan
    )
    return [tuple(row) for row in rows]


async def ended(plan: int, at: datetime) -> None:
    """Booked and closed; the books agree as far as the deposits of the test were booked themselves."""
    await payments.book(COUNTY, plan, REVIEWER, at)
    await payments.close(COUNTY, plan, REVIEWER, at)
    report = await verify.county(COUNTY)
    assert {check.title for check in report.checks if check.count} <= PAST_THE_BOOKS, report.text()


@pytest.mark.rule("R-222", "R-228", "R-252", "R-283", "R-293", "R-300", "R-301")
async def test_from_the_claim_to_the_card_with_everything_that_goes_wrong_on_the_way() -> None:
    person = await claim()
    found = await queries.benefit(COUNTY, person)
    assert found is not None
    assert (found.state, found.first_month) == ("confirmed", 202612)

    # The plan of December was missed: January pays both months.
    january = await way.planned(202701, on(2027, 1, 8))
    assert await lines(january) == [(202612, "arrears", MONTHLY), (202701, "regular", MONTHLY)]
    (file,) = await way.sent(january, on(2027, 1, 11))
    await way.returned(file, {person: "账户状态不正常"}, on(2027, 1, 22))
    assert await transfers(january) == [(1, "failed", 2 * MONTHLY)]
    told = await engine.fetchval("select count(*) from message where title = '养老金没有发成'")
    assert told > 0

    # The same money once more, and nothing is doubled.
    await payments.reissue(COUNTY, january, person, LIN_JING, on(2027, 1, 25))
    await payments.write_files(COUNTY, january, CASHIER, on(2027, 1, 25))
    (again,) = await way.open_files()
    await way.returned(again, {}, on(2027, 1, 26))
    assert await transfers(january) == [(1, "failed", 2 * MONTHLY), (2, "paid", 2 * MONTHLY)]
    await ended(january, on(2027, 1, 27))

    # The certification of November 2026 holds to the end of November 2027; then somebody must confirm that it stops.
    assert await certification.follow(COUNTY, on(2027, 12, 1)) == 1
    (proposed,) = [
        row["id"] for row in await engine.fetch("select id from benefit_suspension where state = 'proposed'")
    ]
    assert await suspensions.confirm(COUNTY, [proposed], XIA_YU, on(2027, 12, 2)) == 1
    _, december = await way.drafted(202712, on(2027, 12, 6))
    assert [line for line in await lines(december) if line[0] == 202712] == []


async def test_who_is_certified_again_gets_the_stopped_months() -> None:
    person = await claim()
    assert await certification.follow(COUNTY, on(2027, 12, 1)) == 1
    (proposed,) = [row["id"] for row in await engine.fetch("select id from benefit_suspension")]
    await suspensions.confirm(COUNTY, [proposed], XIA_YU, on(2027, 12, 2))
    visitor = make.staff("赵敏", Post.TOWNSHIP_CLERK, region="43990101", staff_id=101)
    await certification.certify_at_counter(COUNTY, XU_SHUANG.id_number, "本人带身份证到窗口", visitor, on(2028, 2, 3))
    state, pays = await engine.fetchrow("select state, pays_arrears from benefit_suspension")  # type: ignore[misc]
    assert (state, pays) == ("lifted", True)
    plan = await way.planned(202802, on(2028, 2, 8))
    owed = await lines(plan)
    assert owed[0] == (202612, "arrears", MONTHLY)
    assert owed[-1] == (202802, "regular", MONTHLY)
    assert len(owed) == 15  # December 2026 to February 2028, the two stopped months among them
    assert {202712, 202801} <= {month for month, _, _ in owed}
    assert date(2028, 2, 3) == await engine.fetchval(
        "select max(certified_on) from certification where person_id = $1", person
    )
