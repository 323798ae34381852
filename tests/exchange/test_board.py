"""The reconciliation board: what partners sent beside our books, to the line."""

from datetime import timedelta
from pathlib import Path

import pytest

from db import engine
from db.queries import exchange_board as queries
from domain import contributions
from domain.actor import Post
from domain.agency import bank_desk, exchange_board, finance_desk, tax_exchange
from domain.agency.exchange_board import Difference
from domain.errors import NotFound, Refused
from domain.exchange import tax
from domain.exchange.envelope import Answer
from domain.exchange.tax import DailyReconciliation
from ops import exchange
from sandbox.counterpart.faults import Fault
from tests import make
from tests.contributions.ways import AT, CASHIER, DAY, MAKER
from tests.exchange import test_bank_desk as bank
from tests.exchange import test_finance_desk as finance
from tests.exchange.test_tax_desk import ON, pays, rounds
from tests.exchange.test_tax_questions import came, detail, determined, header
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, WORKER


async def day_of(partner: str) -> queries.Day:
    (found,) = [
        day for day in await exchange_board.board(COUNTY, DAY) if day.partner == partner and day.business_on == DAY
    ]
    return found


async def told(partner: str) -> list[Difference]:
    return await exchange_board.differences(COUNTY, partner, DAY)


async def file_id(direction: str = "in", kind: str = "daily_reconciliation") -> int:
    found: int = await engine.fetchval(
        "select id from exchange_file where direction = $1 and kind = $2", direction, kind
    )
    return found


@pytest.mark.rule("R-088", "R-493")
async def test_a_day_that_agrees_stands_without_a_difference(db: object, folder: Path) -> None:
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    day = await day_of("tax")
    assert (day.told_fen, day.file_fen, day.booked_fen, day.waiting_fen, day.open_fen) == (30000, 30000, 30000, 0, 0)
    assert exchange_board.difference_of(day) == 0
    assert await told("tax") == []


@pytest.mark.rule("R-089", "R-495")
async def test_money_of_an_unknown_person_shows_to_the_line_with_its_next_step(db: object, folder: Path) -> None:
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds()
    assert (await day_of("tax")).waiting_fen == 20000
    (line,) = await told("tax")
    assert (line.where, line.name, line.amount_fen) == ("第1号文件第3行", "李秀英 2026年度", 20000)
    assert line.url.startswith("/contributions/waiting/")
    assert "参保登记" in line.what


@pytest.mark.rule("R-089")
async def test_a_reconciliation_of_another_sum_shows_by_how_much(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    await came("daily_reconciliation", 2, DailyReconciliation(sequence=1, treasury_on=DAY, lines=2, amount_fen=50000))
    day = await day_of("tax")
    assert (exchange_board.difference_of(day), day.held) == (20000, 1)
    assert [row.what for row in await told("tax") if "对账" in row.where] == [
        "第1号文件对方2笔500.00元，收到1笔300.00元"
    ]


async def test_without_a_reconciliation_nothing_is_said_to_agree(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    assert exchange_board.difference_of(await day_of("tax")) is None


@pytest.mark.rule("R-087", "R-088")
async def test_a_banks_day_waits_for_its_slip_and_then_agrees(db: object, folder: Path) -> None:
    await make.participant()
    await bank_desk.receive(bank.BANK, COUNTY, bank.file(bank.collected()), "1.txt", AT)
    day = await day_of(bank.BANK)
    assert (day.file_fen, day.open_fen, day.booked_fen) == (30000, 30000, 0)
    (document,) = [row for row in await told(bank.BANK) if row.what == "还没有登账"]
    assert document.next_step == "财务岗登记到款，还差300.00元"
    await bank.registered(30000)
    day = await day_of(bank.BANK)
    assert (day.open_fen, day.booked_fen, exchange_board.difference_of(day)) == (0, 30000, 0)


@pytest.mark.rule("R-094")
async def test_what_came_before_is_shown_and_no_difference(db: object, folder: Path) -> None:
    await make.participant()
    await bank_desk.receive(bank.BANK, COUNTY, bank.file(bank.collected()), "1.txt", AT)
    await bank.registered(30000)
    again = bank.file(bank.collected(), bank.collected("NH0002", LI_XIUYING, 20000), sequence=2)
    await bank_desk.receive(bank.BANK, COUNTY, again, "2.txt", AT)
    day = await day_of(bank.BANK)
    assert (day.file_fen, day.booked_fen, day.open_fen, day.aside_fen) == (80000, 30000, 20000, 30000)
    assert exchange_board.difference_of(day) == 0
    assert any("不再重复登账" in row.what and row.where == "第2号文件第2行" for row in await told(bank.BANK))


@pytest.mark.rule("R-420")
async def test_slips_in_suspense_wait_on_the_board(db: object, folder: Path) -> None:
    await finance_desk.receive(COUNTY, finance.file(finance.slip(), finance.slip(5000, "CZ2")), "x.txt", AT)
    day = await day_of("finance")
    assert (day.file_fen, day.booked_fen, day.waiting_fen, exchange_board.difference_of(day)) == (
        65000,
        65000,
        65000,
        0,
    )
    assert [(row.where, row.amount_fen) for row in await told("finance")] == [
        ("第1号文件第2行", 60000),
        ("第1号文件第3行", 5000),
    ]


@pytest.mark.rule("R-495")
async def test_numbers_that_are_missing_are_named_until_they_come(db: object, folder: Path) -> None:
    await make.participant()
    await tax_exchange.receive(COUNTY, tax.encode(header("payment_detail", 4), []), "x.txt", AT)
    assert [(gap.partner, gap.first, gap.last) for gap in await queries.gaps(COUNTY, 9)] == [("tax", 1, 3)]
    await tax_exchange.receive(COUNTY, tax.encode(header("payment_detail", 2), []), "x.txt", AT)
    assert [(gap.first, gap.last) for gap in await queries.gaps(COUNTY, 9)] == [(1, 1), (3, 3)]


@pytest.mark.rule("R-495")
async def test_a_refused_file_is_counted_with_its_reason(db: object, folder: Path) -> None:
    await make.participant()
    branch = bank.collects(folder, (WANG_DASHAN, 2026, "300"), fault=Fault.HALF_FILE)
    await exchange.exchange_with_banks(COUNTY, AT)
    assert (await day_of(bank.BANK)).refused == 1
    (row,) = await told(bank.BANK)
    assert "不完整" in row.what
    assert "重发" in row.next_step
    branch.look(ON)
    await exchange.exchange_with_banks(COUNTY, AT)
    assert (await day_of(bank.BANK)).refused == 0  # it came as it should
    assert [row.what for row in await told(bank.BANK)] == ["还没有登账"]


@pytest.mark.rule("R-495")
async def test_a_conflict_of_numbers_stands_until_somebody_ends_it(db: object, folder: Path) -> None:
    await make.participant()
    (folder / "bank" / bank.BANK / "in").mkdir(parents=True)
    await bank_desk.receive(bank.BANK, COUNTY, bank.file(bank.collected()), "a.txt", AT)
    await bank_desk.receive(bank.BANK, COUNTY, bank.file(bank.collected("NH0002")), "a.txt", AT)
    await exchange.exchange_with_banks(COUNTY, AT)
    await bank_desk.receive(bank.BANK, COUNTY, bank.file(bank.collected("NH0003"), sequence=2), "a.txt", AT)
    assert (await day_of(bank.BANK)).refused == 1
    file: int = await engine.fetchval("select id from exchange_file where kind = 'ack' and reason <> ''")
    await exchange_board.settle(COUNTY, file, "银行说是误发，不再发了", MAKER, AT)
    assert (await day_of(bank.BANK)).refused == 0
    with pytest.raises(Refused):
        await exchange_board.settle(COUNTY, file, "再办一次", MAKER, AT)


@pytest.mark.rule("R-493")
@pytest.mark.parametrize(("later", "unanswered"), [(timedelta(days=1), 0), (timedelta(days=1, seconds=1), 1)])
async def test_a_file_counts_as_unanswered_after_a_day(
    db: object, folder: Path, later: timedelta, unanswered: int
) -> None:
    await _sent(folder)
    standing = await queries.standing(COUNTY, AT + later - exchange_board.PATIENCE)
    assert sum(each.unanswered for each in standing) == unanswered


async def _sent(folder: Path) -> int:
    """A determination that went out to the bureau; its file."""
    await make.participant()
    await determined()
    (folder / "tax" / "in").mkdir(parents=True, exist_ok=True)
    await rounds()
    return await file_id("out", "special_contribution_determination")


@pytest.mark.rule("R-495")
async def test_a_file_of_ours_is_sent_again_under_its_number_and_counted(db: object, folder: Path) -> None:
    file = await _sent(folder)
    (path,) = (folder / "tax" / "out").glob("*.txt")
    before = path.read_bytes()
    path.unlink()
    await exchange_board.send_again(COUNTY, file, MAKER, AT)
    with pytest.raises(Refused):
        await exchange_board.send_again(COUNTY, file, MAKER, AT)
    await rounds()
    assert path.read_bytes() == before
    assert await engine.fetchval("select times from exchange_file where id = $1", file) == 2
    with pytest.raises(Refused):
        await exchange_board.send_again(COUNTY, file, CASHIER, AT)


async def test_what_came_is_not_sent_again(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    with pytest.raises(NotFound):
        await exchange_board.send_again(COUNTY, await file_id(kind="payment_detail"), MAKER, AT)


@pytest.mark.rule("R-089")
async def test_a_difference_is_ended_with_a_reason_beside_what_it_was(db: object, folder: Path) -> None:
    await came("daily_reconciliation", 1, DailyReconciliation(sequence=9, treasury_on=DAY, lines=1, amount_fen=5))
    file = await file_id()
    for why in ("", "好了"):
        with pytest.raises(Refused):
            await exchange_board.settle(COUNTY, file, why, MAKER, AT)
    await exchange_board.settle(COUNTY, file, "电话核对过，对方多报一份", MAKER, AT)
    found = await queries.file(COUNTY, file)
    assert found is not None
    assert (found.state, found.reason) == (
        "processed",
        "第9号文件没有收到（1笔，0.05元）（已办结：电话核对过，对方多报一份）",
    )
    with pytest.raises(Refused):
        await exchange_board.settle(COUNTY, file, "再办一次", MAKER, AT)


@pytest.mark.rule("R-017", "R-058")
async def test_reading_a_file_is_written_down_and_finance_reads_only_its_own(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    file = await file_id(kind="payment_detail")
    _, data = await exchange_board.read(COUNTY, file, MAKER, AT)
    assert tax.decode(data).rows == (detail(),)
    assert await engine.fetchval("select actor_id from audit_entry where action = 'exchange.read'") == MAKER.id
    with pytest.raises(Refused):
        await exchange_board.read(COUNTY, file, CASHIER, AT)
    await finance_desk.receive(COUNTY, finance.file(finance.slip()), "x.txt", AT)
    await exchange_board.read(COUNTY, await file_id(kind="arrival_notice"), CASHIER, AT)


@pytest.mark.rule("R-495")
async def test_an_uploaded_file_is_taken_as_out_of_the_folder_once(db: object, folder: Path) -> None:
    await make.participant()
    data = bank.file(bank.collected())
    assert (await exchange_board.upload(COUNTY, data, "a.txt", MAKER, AT)).answer is Answer.ACCEPTED
    assert (await bank_desk.receive(bank.BANK, COUNTY, data, "b.txt", AT)).answer is Answer.REPEATED
    assert await bank.line_states() == ["good"]
    with pytest.raises(Refused):
        await exchange_board.upload(COUNTY, data, "a.txt", CASHIER, AT)
    with pytest.raises(Refused):
        await exchange_board.upload(COUNTY, finance.file(finance.slip()), "a.txt", MAKER, AT)
    assert (
        await exchange_board.upload(COUNTY, finance.file(finance.slip()), "a.txt", CASHIER, AT)
    ).answer is Answer.ACCEPTED


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xfe\x00"])
async def test_what_is_no_file_of_a_partner_is_answered_to_nobody(db: object, folder: Path, data: bytes) -> None:
    with pytest.raises(Refused):
        await exchange_board.upload(COUNTY, data, "a.txt", MAKER, AT)
    assert await engine.fetchval("select count(*) from exchange_file") == 0


async def test_another_county_sees_nothing(db: object, folder: Path) -> None:
    await make.participant()
    await came("payment_detail", 1, detail())
    await contributions.book_ready(COUNTY, WORKER, AT)
    assert await exchange_board.board(439902, DAY) == []
    assert await exchange_board.differences(439902, "tax", DAY) == []
    with pytest.raises(NotFound):
        await exchange_board.read(
            439902, await file_id(kind="payment_detail"), make.staff("周会", Post.COUNTY_COLLECTION), AT
        )
