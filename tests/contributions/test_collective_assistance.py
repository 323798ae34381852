"""集体补（资）助: who may be given something, how much, and the list's way to the accounts."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest
from msgspec import structs

from db import engine
from domain import finance, verify
from domain.actor import Actor, Post
from domain.agency import collective_assistance, funded_lists
from domain.agency.collective_assistance import COLUMNS, Header
from domain.books import DocumentKind
from domain.calendar import Calendar
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from domain.finance import Slip
from tests import make
from tests.conftest import Database
from tests.contributions.ways import AT, CASHIER, CHECKER, MAKER, booked, lines, paid, told, until_waiting
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, WORKER, ZHAO_MIN

HEADER = Header(
    giver_kind="village", giver="东坪村民委员会", minutes="2026年11月2日村民会议第3号", declared_by="赵敏",
    declared_by_id="439901198001010015", bank="农商行", received_on=AT.date(),
)  # fmt: skip
GOOD = (WANG_DASHAN.name, WANG_DASHAN.id_number, "2026", "100")


def sheet(*rows: tuple[str, ...]) -> bytes:
    return workbook.write([("集体补助明细", [COLUMNS, *rows])])


async def taken(*rows: tuple[str, ...], by: Actor = MAKER, **header: Any) -> int:
    changed = structs.replace(HEADER, **header)
    return await collective_assistance.take_in(COUNTY, sheet(*rows), "表.xlsx", changed, by, AT)


async def through(document: int, fen: int, account: str = "income_account") -> None:
    """Declared, approved, paid and booked."""
    await funded_lists.declare(COUNTY, document, MAKER, AT)
    await funded_lists.approve(COUNTY, document, CHECKER, AT)
    slip = Slip(
        account=account,
        bank="农商行",
        slip_no=f"JT{document}",
        received_on=date(2026, 11, 18),
        amount_fen=fen,
        people=1,
    )
    await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)
    assert await funded_lists.book_ready(COUNTY, WORKER, AT) == 1


async def balance(fund: str) -> int:
    fen: int = await engine.fetchval(f"select {fund}_fen from account_balance")
    return fen


@pytest.mark.rule("R-139", "R-142", "R-144")
@pytest.mark.parametrize(
    ("giver", "fund"), [("village", "collective"), ("organisation", "other_assistance"), ("person", "other_assistance")]
)
async def test_a_list_goes_its_whole_way_into_the_ledger_of_who_gave(db: object, giver: str, fund: str) -> None:
    await make.participant()
    await booked(paid(20000))
    document = await taken(GOOD, giver_kind=giver)
    await through(document, 10000)
    assert await balance(fund) == 10000
    entry = await engine.fetchrow(
        "select value_on, kind, contribution_year from ledger_entry where document_id = $1", document
    )
    assert entry is not None
    assert tuple(entry) == (date(2026, 11, 18), 3, 2026)  # the day the money came, not the day of the list
    assert await told("集体补（资）助已经到账") == [
        "您2026年度的集体补（资）助100.00元已经记入个人账户，可以在“我的账户”里查看。"
    ]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-139")
async def test_nothing_is_given_before_the_own_contribution_of_that_year(db: object) -> None:
    await make.participant()
    assert await lines(await taken(GOOD)) == [("bad", "not-paid")]
    await booked(paid(20000))
    assert await lines(await taken(GOOD, (*GOOD[:2], "2025", "100"))) == [("good", ""), ("bad", "not-paid")]


@pytest.mark.rule("R-138")
async def test_everything_given_for_a_year_stays_within_the_highest_tier(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    top = await engine.fetchval("select max(key::numeric) from policy_parameter where kind = 'tier'")
    assert await lines(await taken((*GOOD[:3], f"{top + 1}"))) == [("bad", "beyond-the-top")]
    assert await lines(await taken((*GOOD[:3], f"{top - 1}"), (*GOOD[:3], "1"), (*GOOD[:3], "0.01"))) == [
        ("good", ""), ("good", ""), ("bad", "beyond-the-top"),
    ]  # fmt: skip
    second = await taken((*GOOD[:3], "0.01"), giver_kind="person")  # another giver, the same year
    assert await lines(second) == [("bad", "beyond-the-top")]


@pytest.mark.rule("R-138")
async def test_a_list_that_was_cancelled_takes_up_nothing(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    top = await engine.fetchval("select max(key::numeric) from policy_parameter where kind = 'tier'")
    first = await taken((*GOOD[:3], f"{top}"))
    await funded_lists.cancel(COUNTY, first, "录错", MAKER, AT)
    assert await lines(await taken((*GOOD[:3], f"{top}"))) == [("good", "")]


@pytest.mark.rule("R-143")
@pytest.mark.parametrize(("year", "reason"), [("2010", "before-scheme"), ("2011", "not-paid")])
async def test_no_year_before_the_scheme_is_assisted(db: object, year: str, reason: str) -> None:
    await make.participant()
    assert await lines(await taken((*GOOD[:2], year, "100"))) == [("bad", reason)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((LI_XIUYING.name, LI_XIUYING.id_number, "2026", "100"), "没有查到"), (("王小山", *GOOD[1:]), "姓名"), ((*GOOD[:3], "0"), "大于0"),
        ((*GOOD[:3], "1.005"), "两位小数"), ((*GOOD[:2], "26", "100"), "四位数字"), (("", *GOOD[1:]), "没有姓名"),
    ],
)  # fmt: skip
async def test_a_bad_row_says_why_and_the_good_one_is_kept(db: object, row: tuple[str, ...], words: str) -> None:
    await make.participant()
    await booked(paid(20000))
    rows = await engine.fetch(
        "select state, reason from document_line where document_id = $1 order by line_no", await taken(GOOD, row)
    )
    assert [r["state"] for r in rows] == ["good", "bad"]
    assert words in rows[1]["reason"]


@pytest.mark.rule("R-138")
async def test_pensioners_get_no_assistance(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    await engine.execute("update participation set contribution_status = 3")
    assert await lines(await taken(GOOD)) == [("bad", "receiving")]


@pytest.mark.rule("R-140")
async def test_the_record_of_the_meeting_is_asked_of_villages_only(db: object) -> None:
    await make.participant()
    with pytest.raises(Refused, match="村民会议"):
        await taken(GOOD, minutes=" ")
    await taken(GOOD, minutes="", giver_kind="organisation")
    await taken(GOOD, minutes="", giver_kind="person")


async def test_every_field_of_the_head_is_asked_for(db: object) -> None:
    with pytest.raises(Refused) as refused:
        await taken(GOOD, giver="", declared_by_id=" ", giver_kind="x", received_on=date(2026, 11, 21))
    assert [p.field for p in refused.value.problems] == ["giver", "declared_by_id", "giver_kind", "received_on"]


@pytest.mark.rule("R-141")
def test_the_township_has_five_working_days_and_the_county_five_more() -> None:
    first, second = collective_assistance.due(HEADER, Calendar([], [2026]))
    assert (first.on, second.on) == (date(2026, 11, 27), date(2026, 12, 4))


@pytest.mark.rule("R-016")
async def test_another_person_of_the_right_post_approves(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    document = await taken(GOOD, by=ZHAO_MIN)
    await funded_lists.declare(COUNTY, document, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="征缴管理岗"):
        await funded_lists.approve(COUNTY, document, ZHAO_MIN, AT)
    own = await taken(GOOD)
    await funded_lists.declare(COUNTY, own, MAKER, AT)
    with pytest.raises(Refused, match="另一位"):
        await funded_lists.approve(COUNTY, own, MAKER, AT)
    with pytest.raises(NotFound):
        await funded_lists.declare(COUNTY, own, make.SHI_QIAO_CLERK, AT)


@pytest.mark.rule("R-139")
async def test_who_lost_the_own_contribution_since_is_found_at_the_approval(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    document = await taken(GOOD)
    await funded_lists.declare(COUNTY, document, MAKER, AT)
    await engine.execute("update contribution_year set counts = false")
    with pytest.raises(Refused, match="第2行王大山现在没有2026年的本人缴费"):
        await funded_lists.approve(COUNTY, document, CHECKER, AT)
    assert await engine.fetchval("select state from fund_document where id = $1", document) == "declared"


async def test_a_township_gives_to_its_own_people_only(db: object) -> None:
    await make.participant(region="439901020201")
    await booked(paid(20000))
    assert await lines(await taken(GOOD, by=ZHAO_MIN)) == [("bad", "other-region")]
    with pytest.raises(NotFound):
        await taken(GOOD, by=make.staff("会计", Post.ACCOUNTANT))


@pytest.mark.rule("R-142")
@pytest.mark.parametrize("account", ["fiscal_account", "treasury"])
async def test_the_money_comes_in_on_the_income_account(db: object, account: str) -> None:
    await make.participant()
    await booked(paid(20000))
    document = await taken(GOOD)
    with pytest.raises(Refused, match="集体补助到收入户"):
        await through(document, 10000, account)


async def test_a_list_is_nobodys_contribution(db: object) -> None:
    """Other desks leave it alone."""
    await make.participant()
    await booked(paid(20000))
    document = await taken(GOOD)
    with pytest.raises(NotFound):
        await funded_lists.declare(COUNTY, 1, MAKER, AT)  # the tax file
    assert (
        await engine.fetchval("select kind from fund_document where id = $1", document)
        == DocumentKind.COLLECTIVE_ASSISTANCE
    )


@pytest.mark.rule("R-138")
async def test_two_lists_at_once_cannot_give_more_than_the_highest_tier_together(db: Database) -> None:
    await make.participant()
    await booked(paid(20000))
    top = await engine.fetchval("select max(key::numeric) from policy_parameter where kind = 'tier'")
    other = await asyncpg.connect(db.app_dsn)
    async with other.transaction():
        await other.execute("select pg_advisory_xact_lock(hashtext($1))", f"list {COUNTY} collective_assistance")
        both = [asyncio.create_task(taken((*GOOD[:3], f"{top}"))) for _ in range(2)]
        await until_waiting(other, 2)
    await other.close()
    states = sorted([await lines(document) for document in await asyncio.gather(*both)])
    assert states == [[("bad", "beyond-the-top")], [("good", "")]]
