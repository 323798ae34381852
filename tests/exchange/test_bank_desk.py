"""The office in front of the simulated bank: what its counters took becomes money in accounts, once, whatever happens on the way."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from db import engine
from db.crypto import unseal
from db.stores.messages import EXCHANGE
from domain import contributions, finance, verify
from domain.agency import bank_desk
from domain.exchange import bank
from domain.exchange.bank import Collection
from domain.exchange.envelope import Acknowledgement, Answer, Header
from domain.finance import Slip
from ops import exchange
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from tests import make
from tests.contributions.ways import AT, CASHIER, DAY
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, WORKER

ON = "20261120"
BANK = "NH"


def collects(folder: Path, *rows: tuple[make.Person, int, str], fault: Fault | None = None) -> Branch:
    """The branch after these people paid at its counter."""
    box = folder / "bank" / BANK
    box.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{person.name},{person.id_number},{year},{amount}\n" for person, year, amount in rows)
    (box / "collect.csv").write_text(text, encoding="utf-8")
    branch = Branch(folder, BANK, f"{COUNTY}", "1", fault)
    branch.look(ON)
    return branch


async def rounds(branch: Branch | None = None) -> None:
    """Ours, and when there is somebody to answer, the bank's and ours again."""
    await exchange.exchange_with_banks(COUNTY, AT)
    if branch:
        branch.look(ON)
        await exchange.exchange_with_banks(COUNTY, AT)


async def registered(fen: int, slip_no: str = "JZ1") -> None:
    document = await engine.fetchval(
        "select id from fund_document where kind = 'bank_collection' and state = 'approved'"
    )
    slip = Slip(account="income_account", bank="农商行", slip_no=slip_no, received_on=DAY, amount_fen=fen, people=1)
    await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)
    await contributions.book_ready(COUNTY, WORKER, AT)


async def held() -> int:
    fen: int = await engine.fetchval("select coalesce(sum(personal_fen), 0)::bigint from account_balance")
    return fen


async def answers() -> list[tuple[int, Answer, str]]:
    rows = await engine.fetch(
        "select body_sealed from exchange_file where kind = 'ack' and direction = 'out' order by sequence"
    )
    told = [row for each in rows for row in bank.decode(unseal(each["body_sealed"], EXCHANGE)).rows]
    return [(row.sequence, row.answer, row.reason) for row in told if isinstance(row, Acknowledgement)]


async def line_states() -> list[str]:
    rows = await engine.fetch("select state from document_line order by document_id, line_no")
    return [row["state"] for row in rows]


def file(*rows: Collection, sequence: int = 1, sender: str = BANK) -> bytes:
    header = Header(type="collection", sender=sender, county_code=COUNTY, sequence=sequence, business_on=DAY)
    return bank.encode(header, rows)


def collected(
    serial: str = "NH0001", person: make.Person = WANG_DASHAN, fen: int = 30000, year: int = 2026
) -> Collection:
    return Collection(
        serial_no=serial,
        name=person.name,
        id_number=person.id_number,
        year=year,
        amount_fen=fen,
        paid_on=DAY,
        branch="",
    )


@pytest.mark.rule("R-087", "R-088")
async def test_a_day_at_the_counter_is_booked_when_the_money_is_registered_and_not_before(
    db: object, folder: Path
) -> None:
    await make.participant()
    branch = collects(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds(branch)
    await contributions.book_ready(COUNTY, WORKER, AT)
    assert await held() == 0
    await registered(50000)
    assert await held() == 30000
    assert await line_states() == ["booked", "exception"]
    assert [answer for _, answer, _ in await answers()] == [Answer.ACCEPTED]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("fault", [Fault.HALF_FILE, Fault.WRONG_TOTAL, Fault.BAD_LINE])
async def test_a_spoiled_file_brings_nothing_is_answered_and_comes_whole(
    db: object, folder: Path, fault: Fault
) -> None:
    await make.participant()
    branch = collects(folder, (WANG_DASHAN, 2026, "300"), fault=fault)
    await rounds()
    assert await line_states() == []
    ((number, answer, reason),) = await answers()
    assert (number, answer) == (1, Answer.REFUSED)
    assert "重" in reason
    branch.look(ON)
    await rounds()
    assert await line_states() == ["good"]
    assert [answer for _, answer, _ in await answers()] == [Answer.REFUSED, Answer.ACCEPTED]


@pytest.mark.rule("R-094", "R-495")
async def test_a_file_that_comes_twice_is_taken_once_and_answered_twice(db: object, folder: Path) -> None:
    await make.participant()
    await rounds(collects(folder, (WANG_DASHAN, 2026, "300"), fault=Fault.DUPLICATE))
    assert await line_states() == ["good"]
    assert [answer for _, answer, _ in await answers()] == [Answer.ACCEPTED, Answer.REPEATED]


@pytest.mark.rule("R-094")
async def test_a_serial_that_comes_in_another_file_is_not_booked_again(db: object, folder: Path) -> None:
    await make.participant()
    await bank_desk.receive(BANK, COUNTY, file(collected()), "1.txt", AT)
    await registered(30000)
    await bank_desk.receive(BANK, COUNTY, file(collected(), collected("NH0002", LI_XIUYING), sequence=2), "2.txt", AT)
    assert await line_states() == ["booked", "repeated", "exception"]


@pytest.mark.rule("R-495")
async def test_a_late_file_is_asked_for_and_taken(db: object, folder: Path) -> None:
    await make.participant()
    branch = collects(folder, (WANG_DASHAN, 2026, "300"), fault=Fault.LATE_FILE)
    await rounds()
    assert await line_states() == []
    (folder / "bank" / BANK / "collect.csv").write_text(
        f"{LI_XIUYING.name},{LI_XIUYING.id_number},2026,200\n", encoding="utf-8"
    )
    branch.look(ON)
    await rounds(branch)
    assert sorted(await line_states()) == ["exception", "good"]
    assert {number for number, answer, _ in await answers() if answer is Answer.ACCEPTED} >= {1, 2}


@pytest.mark.rule("R-495")
async def test_a_number_that_is_left_out_is_asked_for(db: object, folder: Path) -> None:
    await make.participant()
    await rounds(collects(folder, (WANG_DASHAN, 2026, "300"), fault=Fault.GAP))
    assert (1, Answer.MISSING, "") in await answers()
    assert await engine.fetchval("select count(*) from exchange_file where direction = 'in' and sequence = 1") == 1


@pytest.mark.rule("R-495")
async def test_a_name_with_rare_characters_arrives_whole(db: object, folder: Path) -> None:
    await make.participant()
    await rounds(collects(folder, (WANG_DASHAN, 2026, "300"), fault=Fault.GBK_RARE))
    assert await engine.fetchval("select name from document_line where state = 'exception'") == "䶮㐂𠮷\ue863"


@pytest.mark.rule("R-495")
async def test_utf8_without_its_mark_is_refused_because_it_would_be_misread(db: object, folder: Path) -> None:
    taken = await bank_desk.receive(BANK, COUNTY, file(collected()).decode("gb18030").encode(), "1.txt", AT)
    assert taken.answer is Answer.REFUSED
    assert "GB18030" in taken.reason


@pytest.mark.rule("R-495")
@pytest.mark.parametrize(("sender", "county"), [("NYZ", COUNTY), (BANK, 439902)])
async def test_a_file_of_another_bank_or_county_is_refused(db: object, folder: Path, sender: str, county: int) -> None:
    header = Header(type="collection", sender=sender, county_code=county, sequence=1, business_on=DAY)
    taken = await bank_desk.receive(BANK, COUNTY, bank.encode(header, [collected()]), "1.txt", AT)
    assert taken.answer is Answer.REFUSED
    assert await line_states() == []


@pytest.mark.parametrize(("days", "answer"), [(0, Answer.ACCEPTED), (1, Answer.REFUSED)])
async def test_a_payment_of_tomorrow_is_refused(db: object, folder: Path, days: int, answer: Answer) -> None:
    row = structs.replace(collected(), paid_on=DAY + timedelta(days=days))
    assert (await bank_desk.receive(BANK, COUNTY, file(row), "1.txt", AT)).answer is answer


async def test_a_business_day_of_tomorrow_is_refused(db: object, folder: Path) -> None:
    header = Header(type="collection", sender=BANK, county_code=COUNTY, sequence=1, business_on=DAY + timedelta(days=1))
    taken = await bank_desk.receive(BANK, COUNTY, bank.encode(header, [collected()]), "1.txt", AT)
    assert (taken.answer, "业务日期" in taken.reason) == (Answer.REFUSED, True)


async def test_a_day_without_collections_is_taken_and_makes_no_document(db: object, folder: Path) -> None:
    assert (await bank_desk.receive(BANK, COUNTY, file(), "1.txt", AT)).answer is Answer.ACCEPTED
    assert await engine.fetchval("select count(*) from fund_document") == 0


async def test_a_bank_in_trouble_does_not_keep_another_waiting(db: object, folder: Path) -> None:
    await make.participant()
    collects(folder, (WANG_DASHAN, 2026, "300"))
    (folder / "bank" / "AA" / "in" / f"{COUNTY}_x_1.txt").mkdir(parents=True)  # a folder where a file should be
    with pytest.raises(ExceptionGroup):
        await exchange.exchange_with_banks(COUNTY, AT)
    assert await line_states() == ["good"]
