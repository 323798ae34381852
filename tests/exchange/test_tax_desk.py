"""The office in front of the simulated tax bureau: what it sends becomes money in accounts, once."""

from pathlib import Path

import pytest
from msgspec import structs

from db import engine
from db.crypto import unseal
from db.stores.messages import EXCHANGE
from domain import contributions, verify
from domain.agency import tax_exchange
from domain.exchange import tax
from domain.exchange.envelope import Answer, Header
from ops import exchange
from sandbox.counterpart.faults import Fault
from sandbox.tax.bureau import Bureau
from tests import make
from tests.case.conftest import county  # noqa: F401 - a fixture
from tests.contributions.ways import AT
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, WORKER

ON = "20261120"


def pays(folder: Path, *rows: tuple[make.Person, int, str], fault: Fault | None = None) -> Bureau:
    """The bureau after these people paid."""
    (folder / "tax").mkdir(exist_ok=True)
    text = "".join(f"{person.id_number},{person.name},{year},{amount}\n" for person, year, amount in rows)
    (folder / "tax" / "pay.csv").write_text(text, encoding="utf-8")
    bureau = Bureau(folder, f"{COUNTY}", "1", fault)
    bureau.look(ON)
    return bureau


async def rounds() -> None:
    await exchange.exchange_with_tax(COUNTY, AT)
    await contributions.book_ready(COUNTY, WORKER, AT)


async def states(direction: str = "in") -> list[tuple[str, str]]:
    rows = await engine.fetch("select kind, state from exchange_file where direction = $1 order by sequence", direction)
    return [tuple(row) for row in rows]


async def answers() -> list[tuple[int, Answer]]:
    rows = await engine.fetch(
        "select body_sealed from exchange_file where kind = 'ack' and direction = 'out' order by sequence"
    )
    return [(r.sequence, r.answer) for row in rows for r in tax.decode(unseal(row["body_sealed"], EXCHANGE)).rows]  # type: ignore[attr-defined]


async def held() -> int:
    fen: int = await engine.fetchval("select coalesce(sum(personal_fen), 0)::bigint from account_balance")
    return fen


@pytest.mark.rule("R-086", "R-492")
async def test_a_day_of_payments_is_booked_and_answered(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds()
    assert await held() == 30000
    assert (
        await engine.fetchval("select sum(credit_fen)::bigint from voucher_line where account = 'suspense_received'")
        == 20000
    )
    assert {kind for kind, state in await states() if state == "processed"} >= {"payment_detail"}
    assert all(answer is Answer.ACCEPTED for _, answer in await answers())
    assert not list((folder / "tax" / "in").glob("*.txt"))
    bureau.look(ON)
    await rounds()
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-094", "R-495")
async def test_a_file_delivered_twice_is_taken_once_and_answered_twice(db: object, folder: Path) -> None:
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"))
    kept = {path.name: path.read_bytes() for path in (folder / "tax" / "in").glob("*payment_detail*")}
    await rounds()
    for name, data in kept.items():
        (folder / "tax" / "in" / name).write_bytes(data)
    await rounds()
    assert await held() == 30000
    assert Answer.REPEATED in {answer for _, answer in await answers()}
    assert await engine.fetchval("select times from exchange_file where kind = 'payment_detail'") == 2


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("damage", ["cut", "changed"])
async def test_a_damaged_file_brings_nothing_and_its_number_stays_free(db: object, folder: Path, damage: str) -> None:
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"))
    (path,) = (folder / "tax" / "in").glob("*payment_detail*")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20] if damage == "cut" else whole.replace(b"300.00", b"400.00"))
    await rounds()
    assert await held() == 0
    assert await engine.fetchval("select count(*) from exchange_file where kind = 'payment_detail'") == 0
    assert Answer.REFUSED in {answer for _, answer in await answers()}
    assert [bad.name for bad in (folder / "tax" / "bad").iterdir()] == [path.name]
    path.write_bytes(whole)
    await rounds()
    assert await held() == 30000


@pytest.mark.rule("R-495")
async def test_another_content_under_a_taken_number_is_refused(db: object, folder: Path) -> None:
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"))
    (first,) = (folder / "tax" / "in").glob("*payment_detail*")
    data = first.read_bytes()
    message = tax.decode(data)
    await rounds()
    other = tax.encode(message.header, [structs.replace(message.rows[0], amount_fen=50000)])
    taken = await tax_exchange.receive(COUNTY, other, "x.txt", AT)
    assert taken.answer is Answer.REFUSED
    assert "内容不同" in taken.reason
    assert await held() == 30000


@pytest.mark.rule("R-495")
async def test_a_gap_in_the_numbers_is_asked_for(db: object, folder: Path) -> None:
    await make.participant()
    header = Header(type="payment_detail", sender="tax", county_code=COUNTY, sequence=3, business_on=AT.date())
    taken = await tax_exchange.receive(COUNTY, tax.encode(header, []), "x.txt", AT)
    assert taken.answer is Answer.ACCEPTED
    assert await answers() == [(1, Answer.MISSING), (2, Answer.MISSING), (3, Answer.ACCEPTED)]


@pytest.mark.rule("R-088", "R-089")
async def test_a_day_that_does_not_agree_is_held_with_the_difference(db: object, folder: Path) -> None:
    await make.participant()
    header = Header(type="daily_reconciliation", sender="tax", county_code=COUNTY, sequence=1, business_on=AT.date())
    row = tax.DailyReconciliation(sequence=9, treasury_on=AT.date(), lines=2, amount_fen=50000)
    await tax_exchange.receive(COUNTY, tax.encode(header, [row]), "x.txt", AT)
    found = await engine.fetchrow("select state, reason from exchange_file where direction = 'in'")
    assert found is not None
    assert (found["state"], found["reason"]) == ("held", "第9号文件没有收到（2笔，500.00元）")


@pytest.mark.rule("R-491", "R-047")
async def test_registrations_go_out_once_and_are_acknowledged(county: object, folder: Path) -> None:  # noqa: F811
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, make.ZHAO_MIN)
    await make.approve(receipt.case_id, make.SUN_LI)
    (folder / "tax" / "in").mkdir(parents=True)
    await rounds()
    assert await states("out") == [("registration", "sent")]
    assert len(list((folder / "tax" / "out").glob("*registration*.txt"))) == 1
    Bureau(folder, f"{COUNTY}", "1").look(ON)
    await rounds()
    assert ("registration", "acknowledged") in await states("out")
    assert await engine.fetchval("select state from exchange_message where kind = 'registration'") == "sent"
    before = len(await states("out"))
    await rounds()
    assert [kind for kind, _ in await states("out")].count("registration") == 1
    assert before <= len(await states("out"))


async def test_what_cannot_be_read_at_all_is_answered_without_a_number(db: object, folder: Path) -> None:
    taken = await tax_exchange.receive(COUNTY, b"\xff\xfe nothing", "x.txt", AT)
    assert taken.answer is Answer.REFUSED
    assert await answers() == [(0, Answer.REFUSED)]
