"""Subsidies that came: the oldest month first, then by share, to the fen; and no fen more than is owed."""

import random
from datetime import date, datetime

import pytest

from db import engine
from db.queries import subsidies as queries
from db.stores import subsidies as store
from domain import finance, subsidies, verify
from domain.actor import Post
from domain.errors import NotFound, Refused
from domain.finance import Slip
from domain.rules.subsidy import distribute, offset
from tests import make
from tests.backoffice.office import Office
from tests.contributions.ways import AT, CASHIER, MAKER, booked, paid
from tests.make import CHINA, COUNTY, LI_XIUYING, WANG_DASHAN


async def arrived(fen: int, slip_no: str = "1", account: str = "fiscal_account") -> int:
    slip = Slip(account=account, bank="农商行", slip_no=slip_no, received_on=AT.date(), amount_fen=fen, people=0)
    return await finance.register_receipt(COUNTY, slip, None, CASHIER, AT)


async def two_people() -> None:
    """300 yuan of two people: 35 from the province, 5 from the city, 10 from the county, each."""
    for person in (WANG_DASHAN, LI_XIUYING):
        await make.participant(person)
    await booked(paid(30000, external_no="T1"), paid(30000, LI_XIUYING, line=2, external_no="T2"))


async def credited() -> list[int]:
    rows = await engine.fetch("select subsidy_province_fen from account_balance order by account_id")
    return [row["subsidy_province_fen"] for row in rows]


@pytest.mark.rule("R-411")
async def test_the_estimate_adds_up_a_month_by_tier(db: object) -> None:
    await two_people()
    (line,) = await queries.estimate(COUNTY, 202611)
    assert (line.tier, line.times, line.personal_fen, line.province_fen, line.subsidy_fen) == (
        "300",
        2,
        60000,
        7000,
        10000,
    )
    assert await queries.estimate(COUNTY, 202610) == []


@pytest.mark.rule("R-414", "R-419")
async def test_what_came_in_full_is_in_the_accounts_from_its_own_day(db: object) -> None:
    await two_people()
    receipt = await arrived(10000)
    await subsidies.credit(
        COUNTY, receipt, {"province": 7000, "city": 1000, "county": 2000, "government_paid": 0}, MAKER, AT
    )
    assert await credited() == [3500, 3500]
    assert await queries.open_by_month(COUNTY) == []
    assert await engine.fetchval("select min(value_on) from ledger_entry where kind = 4") == AT.date()
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-420")
@pytest.mark.parametrize("fen", [1, 3333, 6999])
async def test_a_part_is_shared_by_largest_remainder_and_the_rest_stays_owed(db: object, fen: int) -> None:
    await two_people()
    await subsidies.credit(COUNTY, await arrived(fen), {"province": fen}, MAKER, AT)
    assert await credited() == distribute(fen, [(202611, 3500), (202611, 3500)])
    await subsidies.credit(COUNTY, await arrived(7000 - fen, "2"), {"province": 7000 - fen}, MAKER, AT)
    assert await credited() == [3500, 3500]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-420")
async def test_the_oldest_month_is_paid_first(db: object) -> None:
    for person in (WANG_DASHAN, LI_XIUYING):
        await make.participant(person)
    await booked(paid(30000, external_no="T1", on=date(2026, 10, 9)), at=datetime(2026, 10, 10, 9, tzinfo=CHINA))
    await booked(paid(30000, LI_XIUYING, external_no="T2"))
    await subsidies.credit(COUNTY, await arrived(4000), {"province": 4000}, MAKER, AT)
    assert await credited() == [3500, 500]


@pytest.mark.rule("R-166", "R-420")
@pytest.mark.parametrize("taken", [1000, 3500])
async def test_a_claim_taken_back_before_its_money_came_takes_nothing_from_the_account(db: object, taken: int) -> None:
    """A claim of the first of two people was adjusted away, in part or whole; of what both are owed only a part came."""
    await two_people()
    await engine.execute(
        "insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,"
        " government_paid_fen, document_id) select county_code, account_id, year, 202611, '', 0, -$1::bigint, 0, 0, 0,"
        " document_id from subsidy_due order by id limit 1",
        taken,
    )
    first, second = distribute(1000, [(202611, 3500 + offset([3500, -taken])[1]), (202611, 3500)])
    await subsidies.credit(COUNTY, await arrived(1000), {"province": 1000}, MAKER, AT)
    assert await credited() == [first, second]
    rest = 6000 - taken
    await subsidies.credit(COUNTY, await arrived(rest, "2"), {"province": rest}, MAKER, AT)
    assert await credited() == [3500 - taken, 3500]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-166")
async def test_claims_of_a_year_cancel_in_the_database_as_by_the_rule(db: object) -> None:
    await make.participant(WANG_DASHAN)
    dice = random.Random(4)
    claims = {
        year: [dice.choice((-30, -20, 10, 20, 40)) for _ in range(dice.randint(1, 6))] for year in range(1990, 2030)
    }
    await engine.executemany(
        "insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,"
        " government_paid_fen, document_id) select county_code, id, $1, 202611, '', 0, $2, 0, 0, 0, 1 from individual_account",
        [(year, fen) for year, of_year in claims.items() for fen in of_year],
    )
    await store.offset(COUNTY, "province")
    rows = await engine.fetch("select year, credited_province_fen as fen from subsidy_due order by id")
    assert {year: [row["fen"] for row in rows if row["year"] == year] for year in claims} == {
        year: offset(of_year) for year, of_year in claims.items()
    }


async def test_more_than_is_owed_or_than_the_receipt_is_refused(db: object) -> None:
    await two_people()
    receipt = await arrived(7001)
    with pytest.raises(Refused, match=r"只欠70\.00元"):
        await subsidies.credit(COUNTY, receipt, {"province": 7001}, MAKER, AT)
    with pytest.raises(Refused, match="加起来"):
        await subsidies.credit(COUNTY, receipt, {"province": 7000}, MAKER, AT)
    with pytest.raises(Refused, match="财政专户"):
        await subsidies.credit(COUNTY, await arrived(1, "2", "income_account"), {"province": 1}, MAKER, AT)
    with pytest.raises(NotFound):
        await subsidies.credit(COUNTY, 99, {"province": 1}, MAKER, AT)
    with pytest.raises(Refused, match="岗位"):
        await subsidies.credit(COUNTY, receipt, {"province": 7001}, CASHIER, AT)
    assert await credited() == [0, 0]


async def test_the_page_shows_the_sheet_and_credits_what_came(db: object, tmp_path: object) -> None:
    office = Office(tmp_path)  # type: ignore[arg-type]
    await two_people()
    receipt = await arrived(7000)
    async with office.at_desk(await office.hire("周会", Post.COUNTY_COLLECTION)) as desk:
        assert "不到" not in (await desk.get("/subsidies?period=202611")).text
        assert "加起来" in (await desk.post("/subsidies", 422, receipt_id=f"{receipt}", province="69")).text
        await desk.post("/subsidies", receipt_id=f"{receipt}", province="70")
        assert "市级" in (await desk.get("/subsidies")).text
    assert await credited() == [3500, 3500]
