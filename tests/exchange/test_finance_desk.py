"""The office in front of the simulated finance bureau: what it says arrived is registered, once."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from db import engine
from db.crypto import unseal
from db.stores.messages import EXCHANGE
from domain import finance as desk
from domain import verify
from domain.agency import finance_desk
from domain.books import DocumentKind
from domain.exchange import finance
from domain.exchange.envelope import Acknowledgement, Answer, Header
from domain.exchange.finance import Arrival, Source
from domain.finance import Slip
from ops import exchange
from sandbox.counterpart.faults import Fault
from sandbox.finance.bureau import BANK, Bureau
from tests import make
from tests.contributions.ways import AT, CASHIER, DAY, approved, paid
from tests.make import COUNTY

ON = "20261120"


def arrives(folder: Path, *rows: tuple[str, str, str], fault: Fault | None = None) -> Bureau:
    """The bureau after it paid (purse, amount, number of the request)."""
    (folder / "finance").mkdir(exist_ok=True)
    (folder / "finance" / "arrive.csv").write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    bureau = Bureau(folder, f"{COUNTY}", "1", fault)
    bureau.look(ON)
    return bureau


async def rounds(bureau: Bureau | None = None) -> None:
    await exchange.exchange_with_finance(COUNTY, AT)
    if bureau:
        bureau.look(ON)
        await exchange.exchange_with_finance(COUNTY, AT)


async def receipts() -> list[tuple[str, int, bool]]:
    """(account, amount, matched)."""
    rows = await engine.fetch("select account, amount_fen, document_id is not null as matched from receipt order by id")
    return [tuple(row) for row in rows]


async def answers() -> list[tuple[int, Answer, str]]:
    rows = await engine.fetch(
        "select body_sealed from exchange_file where kind = 'ack' and direction = 'out' order by sequence"
    )
    told = [row for each in rows for row in finance.decode(unseal(each["body_sealed"], EXCHANGE)).rows]
    return [(row.sequence, row.answer, row.reason) for row in told if isinstance(row, Acknowledgement)]


def slip(fen: int = 60000, number: str = "CZ1", request: str = "", source: Source = Source.PROVINCE) -> Arrival:
    return Arrival(
        slip_no=number, bank=BANK, received_on=DAY, source=source, amount_fen=fen, request_no=request, note=""
    )


def file(*rows: Arrival, sequence: int = 1) -> bytes:
    header = Header(type="arrival_notice", sender="finance", county_code=COUNTY, sequence=sequence, business_on=DAY)
    return finance.encode(header, rows)


async def said(*rows: Arrival, sequence: int = 1) -> tuple[Answer, str]:
    taken = await finance_desk.receive(COUNTY, file(*rows, sequence=sequence), "x.txt", AT)
    return taken.answer, taken.reason


async def kept() -> tuple[str, str]:
    row = await engine.fetchrow(
        "select state, reason from exchange_file where kind = 'arrival_notice' order by id desc"
    )
    assert row is not None
    return row["state"], row["reason"]


async def typed(fen: int, number: str = "CZ1") -> None:
    """A clerk registered the paper slip."""
    paper = Slip(account="fiscal_account", bank=BANK, slip_no=number, received_on=DAY, amount_fen=fen, people=0)
    await desk.register_receipt(COUNTY, paper, None, CASHIER, AT)


@pytest.mark.rule("R-471")
async def test_slips_of_a_notice_are_registered_in_suspense_and_answered(db: object, folder: Path) -> None:
    bureau = arrives(folder, ("subsidy_province", "600", ""), ("subsidy_county", "200.50", "CS1"))
    await rounds(bureau)
    assert await receipts() == [("fiscal_account", 60000, False), ("fiscal_account", 20050, False)]
    assert await engine.fetchval("select purpose from receipt order by id desc limit 1") == "县级补贴 CS1"
    assert [answer for _, answer, _ in await answers()] == [Answer.ACCEPTED]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-471", "R-087")
async def test_a_slip_that_names_a_list_of_ours_pays_it(db: object, folder: Path) -> None:
    await make.participant()
    document = await approved(paid(60000), kind=DocumentKind.BANK_COLLECTION, number="LL-1")
    assert await said(slip(request="LL-1")) == (Answer.ACCEPTED, "")
    assert await receipts() == [("fiscal_account", 60000, True)]
    assert await engine.fetchval("select document_id from receipt") == document


@pytest.mark.rule("R-092")
async def test_a_slip_too_big_for_its_list_stands_in_suspense_and_somebody_looks(db: object, folder: Path) -> None:
    await make.participant()
    await approved(paid(60000), kind=DocumentKind.BANK_COLLECTION, number="LL-1")
    assert (await said(slip(60001, request="LL-1")))[0] is Answer.ACCEPTED
    assert await receipts() == [("fiscal_account", 60001, False)]
    state, reason = await kept()
    assert state == "held"
    assert "还差600.00元" in reason


@pytest.mark.rule("R-471")
async def test_a_slip_a_clerk_registered_is_not_registered_again(db: object, folder: Path) -> None:
    await typed(60000)
    assert (await said(slip()))[0] is Answer.ACCEPTED
    assert len(await receipts()) == 1
    assert (await kept())[1] == "第2行CZ1以前登记过，没有再登记"


@pytest.mark.rule("R-471")
async def test_a_slip_registered_with_another_amount_sends_the_notice_back_whole(db: object, folder: Path) -> None:
    await typed(59900)
    answer, reason = await said(slip(10000, "CZ0"), slip())
    assert answer is Answer.REFUSED
    assert "第3行" in reason
    assert "599.00元" in reason
    assert len(await receipts()) == 1


@pytest.mark.rule("R-471")
async def test_a_slip_twice_in_a_notice_sends_it_back(db: object, folder: Path) -> None:
    answer, reason = await said(slip(), slip())
    assert (answer, "第2行重复" in reason) == (Answer.REFUSED, True)
    assert await receipts() == []


@pytest.mark.parametrize(("days", "answer"), [(0, Answer.ACCEPTED), (1, Answer.REFUSED)])
async def test_money_of_tomorrow_has_not_arrived(db: object, folder: Path, days: int, answer: Answer) -> None:
    assert (await said(structs.replace(slip(), received_on=DAY + timedelta(days=days))))[0] is answer


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("fault", [Fault.HALF_FILE, Fault.WRONG_TOTAL, Fault.BAD_LINE, Fault.GBK_RARE])
async def test_a_spoiled_notice_registers_nothing_until_it_comes_whole(db: object, folder: Path, fault: Fault) -> None:
    bureau = arrives(folder, ("subsidy_province", "600", ""), fault=fault)
    await rounds()
    assert await receipts() == []
    await rounds(bureau)
    bureau.look(ON)
    await rounds()
    assert await receipts() == [("fiscal_account", 60000, False)]
    assert [answer for _, answer, _ in await answers()][:2] == [Answer.REFUSED, Answer.ACCEPTED]


@pytest.mark.rule("R-471", "R-495")
async def test_a_notice_that_comes_twice_registers_once(db: object, folder: Path) -> None:
    await rounds(arrives(folder, ("subsidy_province", "600", ""), fault=Fault.DUPLICATE))
    assert len(await receipts()) == 1
    assert [answer for _, answer, _ in await answers()] == [Answer.ACCEPTED, Answer.REPEATED]
