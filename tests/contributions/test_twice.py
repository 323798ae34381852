"""Money that comes twice, too late, or for nobody: every fen is in an account, in suspense, or went back."""

from datetime import date, datetime

import pytest

from db import engine
from domain import contributions, finance, verify
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from domain.finance import Slip
from tests import make
from tests.conftest import Database
from tests.contributions.ways import (
    AT,
    CASHIER,
    DAY,
    MAKER,
    approved,
    booked,
    due,
    identity,
    lines,
    paid,
    special_rule,
    taken,
    year_of,
)
from tests.make import CHINA, COUNTY, LI_XIUYING, WORKER

BATCH, BANK = DocumentKind.AGENCY_BATCH, DocumentKind.BANK_COLLECTION
LAST_YEAR = {"year": 2025, "on": date(2025, 6, 1)}


@pytest.fixture
async def wang(db: Database) -> int:
    return await make.participant()


async def clean() -> None:
    report = await verify.county(COUNTY)
    assert not [check.title for check in report.checks if check.count]


async def balance(account: str) -> int:
    fen: int = await engine.fetchval(
        "select coalesce(sum(debit_fen - credit_fen), 0)::bigint from voucher_line where account = $1", account
    )
    return fen


async def slip(fen: int, document: int, number: str = "S1") -> None:
    given = Slip(account="income_account", bank="农商行", slip_no=number, received_on=DAY, amount_fen=fen, people=1)
    await finance.register_receipt(COUNTY, given, document, CASHIER, AT)


@pytest.mark.rule("R-092", "R-495")
async def test_the_slip_of_a_bank_is_for_all_its_lines_also_those_of_unknown_people(wang: int) -> None:
    document = await approved(paid(20000), paid(30000, LI_XIUYING, line=2), kind=BANK)
    with pytest.raises(Refused, match="多了"):
        await slip(50001, document)
    await slip(50000, document)
    assert await contributions.book(COUNTY, document, WORKER, AT) == 1
    assert (await balance("income_account"), await balance("suspense_received")) == (50000, -30000)
    await clean()


@pytest.mark.rule("R-092", "R-121")
async def test_a_sheet_that_was_paid_for_keeps_the_money_of_who_paid_another_way_meanwhile(wang: int) -> None:
    document = await approved(paid(20000), kind=BATCH)
    await slip(20000, document)
    await booked(paid(20000, external_no="T1"))
    await contributions.book(COUNTY, document, WORKER, AT)
    assert await lines(document) == [("exception", "paid")]
    assert (await year_of())["personal_fen"] == 20000
    assert (await balance("income_account"), await balance("suspense_received")) == (20000, -20000)
    await clean()


@pytest.mark.rule("R-080")
async def test_a_second_payment_of_the_year_at_the_bank_is_welcome(wang: int) -> None:
    await booked(paid(20000), kind=BANK)
    assert await lines(await booked(paid(30000), kind=BANK)) == [("booked", "")]
    assert (await year_of())["tier"] == "500"


@pytest.mark.rule("R-106", "R-113")
async def test_a_past_year_that_is_paid_is_not_paid_again_and_keeps_its_subsidy(wang: int) -> None:
    await booked(paid(20000, external_no="T1", **LAST_YEAR))
    late = await booked(paid(10000, year=2025, external_no="T2"))
    assert await lines(late) == [("exception", "paid")]
    year = await year_of(2025)
    assert (year["personal_fen"], year["tier"], year["province_fen"]) == (20000, "200", 3000)
    assert await due() == [(2025, 3000, 500, 500, 0)]


@pytest.mark.rule("R-106")
async def test_a_missed_year_is_paid_back_once(wang: int) -> None:
    twice = await booked(paid(20000, year=2025, external_no="T1"), paid(30000, year=2025, line=2, external_no="T2"))
    assert await lines(twice) == [("booked", ""), ("exception", "paid")]
    assert await lines(await booked(paid(30000, year=2025, external_no="T3"))) == [("exception", "paid")]
    assert (await year_of(2025))["personal_fen"] == 20000


@pytest.mark.rule("R-106", "R-101")
async def test_a_year_below_the_lowest_tier_can_be_completed_later_once(wang: int) -> None:
    await booked(paid(10000, external_no="T1", **LAST_YEAR))
    assert not (await year_of(2025))["counts"]
    await booked(paid(10000, year=2025, external_no="T2"))
    year = await year_of(2025)
    assert (year["counts"], year["tier"], year["back_payment"], year["province_fen"]) == (True, "200", True, 0)
    assert await lines(await booked(paid(10000, year=2025, external_no="T3"))) == [("exception", "paid")]


@pytest.mark.rule("R-113")
async def test_money_of_december_booked_in_january_is_in_time(wang: int) -> None:
    await booked(paid(20000, on=date(2026, 12, 31)), at=datetime(2027, 1, 4, 9, tzinfo=CHINA))
    assert await due() == [(2026, 3000, 500, 500, 0)]


@pytest.mark.rule("R-113", "R-124")
async def test_government_does_not_pay_its_part_of_a_missed_year_so_the_person_pays_the_whole_tier(wang: int) -> None:
    rule = {"personal": "100", "province": "30", "city": "5", "county": "5", "government_paid": "100"}
    await special_rule("061", "20", "200", **rule)
    await identity("061", date(2024, 1, 1))
    await booked(paid(10000, year=2025, external_no="T1"))
    year = await year_of(2025)
    assert (year["counts"], year["tier"], year["government_paid_fen"]) == (False, "", 0)
    assert await due() == []


@pytest.mark.rule("R-094")
async def test_a_voucher_of_somebody_unknown_sent_twice_waits_once(wang: int) -> None:
    unknown = paid(30000, LI_XIUYING, external_no="T1")
    await booked(unknown, paid(20000, line=2, external_no="T2"))
    assert await lines(await taken(unknown)) == [("repeated", "repeated")]
    assert await balance("suspense_received") == -30000


@pytest.mark.rule("R-094")
async def test_what_was_cancelled_can_come_again(wang: int) -> None:
    first = await taken(paid(20000, external_no="T1"))
    await engine.execute("update fund_document set state = 'cancelled' where id = $1", first)
    assert await lines(await taken(paid(20000, external_no="T1"))) == [("good", "")]


async def test_a_year_without_tiers_keeps_its_own_line_waiting_and_no_other(wang: int) -> None:
    document = await booked(paid(20000), paid(20000, year=2013, line=2))
    assert await lines(document) == [("booked", ""), ("exception", "no-rules")]


@pytest.mark.rule("R-173", "R-495")
async def test_money_of_nobody_goes_back_where_it_came_from(wang: int) -> None:
    document = await booked(paid(20000), paid(30000, LI_XIUYING, line=2))
    with pytest.raises(Refused, match="写明"):
        await contributions.give_back(COUNTY, document, 2, "", MAKER, AT)
    await contributions.give_back(COUNTY, document, 2, "税务来函，缴费人已经申请退费", MAKER, AT)
    assert await lines(document) == [("booked", ""), ("returned", "unknown")]
    assert (await balance("treasury"), await balance("suspense_received")) == (20000, 0)
    with pytest.raises(NotFound):
        await contributions.give_back(COUNTY, document, 2, "再退一次看看", MAKER, AT)
    await clean()


@pytest.mark.rule("R-092")
async def test_waiting_money_is_not_given_to_who_has_no_room_for_it(wang: int) -> None:
    document = await booked(paid(20000), paid(300_000, LI_XIUYING, line=2))
    with pytest.raises(Refused, match="最高档次"):
        await contributions.settle(COUNTY, document, 2, wang, "本人持凭证来核对", MAKER, AT)
    assert await lines(document) == [("booked", ""), ("exception", "unknown")]
    assert await engine.fetchval("select count(*) from fund_document") == 1


async def test_one_document_that_cannot_be_booked_does_not_keep_the_others_waiting(wang: int) -> None:
    wrong = await approved(paid(20000, external_no="T1"))
    right = await approved(paid(20000, year=2025, external_no="T2"))
    await engine.execute("update document_line set account_id = 999 where document_id = $1", wrong)
    with pytest.raises(ExceptionGroup):
        await contributions.book_ready(COUNTY, WORKER, AT)
    states = await engine.fetch("select state from fund_document where id = any($1) order by id", [wrong, right])
    assert [row["state"] for row in states] == ["approved", "booked"]


@pytest.mark.rule("R-099")
async def test_everybody_whose_money_was_booked_is_told(wang: int) -> None:
    await booked(paid(20000), paid(30000, LI_XIUYING, line=2))
    rows = await engine.fetch("select recipient_index, title from message")
    assert [(row["recipient_index"], row["title"]) for row in rows] == [(make.WANG_DASHAN.index, "缴费已经到账")]


@pytest.mark.rule("R-113")
async def test_a_county_that_says_so_subsidises_back_payments(wang: int) -> None:
    await parameter("back_payment_subsidy", "yes")
    await booked(paid(20000, year=2025, external_no="T1"))
    assert await due() == [(2025, 3000, 500, 500, 0)]


@pytest.mark.rule("R-107", "R-108")
async def test_years_before_the_scheme_began_here_cannot_be_paid_at_the_tax_office(wang: int) -> None:
    await parameter("scheme_start", "2025-01-01")
    found = await booked(paid(20000, year=2024, external_no="T1"), paid(20000, year=2025, line=2, external_no="T2"))
    assert await lines(found) == [("exception", "before-scheme"), ("booked", "")]


async def parameter(kind: str, value: str) -> None:
    """A newer decision of the county than the national one it starts with."""
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, $2, '', $3, '2010-01-01', '2020-01-01', 'x', false, 'a', 'b', now())",
        COUNTY, kind, value,
    )  # fmt: skip
