"""Requests of the simulated tax bureau to pay money back: looked at by two people, answered, and paid by the bureau."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from msgspec import structs

from db import engine
from db.crypto import unseal
from db.queries import refunds as queries
from db.stores.messages import EXCHANGE
from domain import contributions, verify
from domain.agency import payment_orders, refunds, tax_exchange
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from domain.exchange import tax
from domain.exchange.tax import RefundDone, RefundVerification, Verdict
from sandbox.tax.bureau import Bureau
from tests import make
from tests.conftest import Database
from tests.contributions.ways import AT, CASHIER, CHECKER, MAKER, booked, due, paid, until_waiting, year_of
from tests.exchange.test_tax_desk import ON, held, pays, rounds
from tests.items.test_contribution_refund import REPEATED, filed
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, ZHAO_MIN
from tests.runs.conftest import settle


async def voucher(person: make.Person = WANG_DASHAN) -> str:
    number: str = await engine.fetchval(
        "select external_no from document_line where id_index = $1 order by document_id", person.index
    )
    return number


async def asked(folder: Path, bureau: Bureau, *rows: tuple[str, make.Person, int]) -> int:
    """The bureau asks to pay these back; the document of its file."""
    text = "".join(f"{number},{person.id_number},{year},重复缴费\n" for number, person, year in rows)
    (folder / "tax" / "refund.csv").write_text(text, encoding="utf-8")
    bureau.look(ON)
    await rounds()
    document: int = await engine.fetchval("select max(id) from fund_document where kind = 'refund'")
    return document


async def through(document: int) -> None:
    await refunds.verify(COUNTY, document, MAKER, AT)
    await refunds.approve(COUNTY, document, CHECKER, AT)
    await rounds()
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


async def verdicts() -> list[tuple[str, int, str]]:
    rows = await engine.fetch(
        "select body_sealed from exchange_file where kind = 'refund_verification' order by sequence"
    )
    found = [row for each in rows for row in tax.decode(unseal(each["body_sealed"], EXCHANGE)).rows]
    return [(row.verdict, row.amount_fen, row.reason) for row in found if isinstance(row, RefundVerification)]


async def problems(document: int) -> list[tuple[str, str]]:
    return [(row.state, row.problem) for row in await queries.requests(COUNTY, document)]


@pytest.mark.rule("R-169", "R-174", "R-492")
async def test_a_booked_payment_is_verified_answered_taken_back_and_paid_by_the_bureau(
    db: object, folder: Path
) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    document = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    assert await held() == 30000  # nothing moves before both have looked
    await through(document)
    assert await held() == 0
    assert await verdicts() == [(Verdict.AGREED, 30000, "")]
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["counts"]) == (0, "", False)
    assert [sum(row[i] for row in await due()) for i in range(1, 5)] == [0, 0, 0, 0]
    rows = await engine.fetch("select value_on, reverses_id from ledger_entry where kind = 22")
    original = await engine.fetchrow("select id, value_on from ledger_entry where kind = 1")
    assert original is not None
    assert [tuple(row) for row in rows] == [(original["value_on"], original["id"])]
    assert await engine.fetchval("select count(*) from payment_order") == 0  # the bureau pays, not we
    bureau.look(ON)
    await rounds()
    assert await engine.fetchval("select state from exchange_file where kind = 'refund_done'") == "processed"


@pytest.mark.rule("R-169", "R-167")
async def test_the_interest_of_a_settled_year_goes_with_its_payment(db: object, folder: Path) -> None:
    await make.participant()
    (folder / "tax").mkdir()
    (folder / "tax" / "pay.csv").write_text(f"{WANG_DASHAN.id_number},{WANG_DASHAN.name},2025,300\n", encoding="utf-8")
    bureau = Bureau(folder, f"{COUNTY}", "1")
    bureau.look("20250310")
    await rounds()
    await settle(2025)
    assert await engine.fetchval("select personal_interest_fen from account_balance") > 0
    await through(await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2025)))
    assert await engine.fetchval("select personal_interest_fen from account_balance") == 0
    assert await held() == 0


@pytest.mark.rule("R-169", "R-495")
async def test_money_nobody_owns_goes_back_from_suspense(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"), (LI_XIUYING, 2026, "200"))
    await rounds()
    document = await asked(
        folder, bureau, (await voucher(LI_XIUYING), LI_XIUYING, 2026), (await voucher(), WANG_DASHAN, 2026)
    )
    await through(document)
    assert await held() == 0
    suspense = "select sum(debit_fen - credit_fen)::bigint from voucher_line where account = $1"
    assert await engine.fetchval(suspense, "suspense_received") == 0
    assert await engine.fetchval(suspense, "treasury") == 0
    assert await engine.fetchval("select count(*) from document_line where state = 'exception'") == 0
    with pytest.raises(NotFound):
        await contributions.give_back(COUNTY, 1, 3, "再退一次看看", MAKER, AT)


@pytest.mark.rule("R-169", "R-172")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update individual_account set status = 'settled'", "已经结清"), ("update participation set contribution_status = 3", "领取待遇"),
        ("update participation set participation_status = 4, contribution_status = 3", "已经结清"), ("update person set name = '王小山'", "户名"),
        ("update document_line set external_no = 'X'", "没有收到这张税票"),
    ],
)  # fmt: skip
async def test_what_cannot_be_given_back_is_refused_with_the_reason(
    db: object,
    folder: Path,
    change: str,
    words: str,
) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    number = await voucher()
    await engine.execute(change)
    document = await asked(folder, bureau, (number, WANG_DASHAN, 2026))
    ((state, problem),) = await problems(document)
    assert state == "bad"
    assert words in problem
    await through(document)
    assert await verdicts() == [(Verdict.REFUSED, 0, problem)]
    assert await held() == 30000


@pytest.mark.rule("R-169")
async def test_the_same_payment_is_given_back_once(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    first = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    second = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    assert await problems(second) == [("bad", "这个人这一年还有一笔退费没有办完。")]
    await through(first)
    third = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    assert await problems(third) == [("bad", "这笔缴费只有0.00元可以退。")]


@pytest.mark.rule("R-495")
async def test_a_request_that_was_asked_before_is_not_met_twice(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    sent = await engine.fetchrow("select body_sealed, sequence from exchange_file where kind = 'refund_request'")
    assert sent is not None
    message = tax.decode(unseal(sent["body_sealed"], EXCHANGE))
    other = structs.replace(message.header, sequence=sent["sequence"] + 1)
    await tax_exchange.receive(COUNTY, tax.encode(other, message.rows), "x.txt", AT)
    document = await engine.fetchval("select max(id) from fund_document where kind = 'refund'")
    assert await problems(document) == [("bad", "这份退费申请以前已经收到过。")]


@pytest.mark.rule("R-016")
async def test_who_verified_does_not_approve(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    document = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    with pytest.raises(Refused, match="征缴管理岗"):
        await refunds.verify(COUNTY, document, CASHIER, AT)
    with pytest.raises(Refused, match="已经处理过"):
        await refunds.approve(COUNTY, document, CHECKER, AT)
    await refunds.verify(COUNTY, document, MAKER, AT)
    with pytest.raises(Refused, match="另一位"):
        await refunds.approve(COUNTY, document, MAKER, AT)
    await refunds.send_back(COUNTY, document, CHECKER, AT)
    await refunds.verify(COUNTY, document, CHECKER, AT)
    await refunds.approve(COUNTY, document, MAKER, AT)
    with pytest.raises(NotFound):
        await refunds.send_back(COUNTY, 99, MAKER, AT)


@pytest.mark.rule("R-169")
async def test_a_clerk_may_refuse_what_the_system_would_give(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    document = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    with pytest.raises(Refused, match="写明"):
        await refunds.refuse(COUNTY, document, 2, "不", MAKER, AT)
    with pytest.raises(NotFound):
        await refunds.refuse(COUNTY, document, 3, "没有重复缴费", MAKER, AT)
    await refunds.refuse(COUNTY, document, 2, "没有重复缴费", MAKER, AT)
    await through(document)
    assert await verdicts() == [(Verdict.REFUSED, 0, "没有重复缴费")]
    assert await held() == 30000


@pytest.mark.rule("R-169")
async def test_a_payment_that_moved_since_is_not_taken_back_unseen(db: object, folder: Path) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    document = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    await refunds.verify(COUNTY, document, MAKER, AT)
    await engine.execute("update individual_account set status = 'settled'")
    with pytest.raises(Refused, match="又有变动"):
        await refunds.approve(COUNTY, document, CHECKER, AT)
    assert await verdicts() == []
    assert await held() == 30000


@pytest.mark.rule("R-169", "R-171")
async def test_two_ways_at_once_give_the_same_payment_back_once(db: Database, folder: Path) -> None:
    """The bureau's request and the person's own case, decided at the same moment: both stand before the month's row."""
    await make.sources()
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "200"), (WANG_DASHAN, 2026, "300"))
    await rounds()
    number = await engine.fetchval("select external_no from document_line where amount_fen = 30000")
    document = await asked(folder, bureau, (number, WANG_DASHAN, 2026))
    await refunds.verify(COUNTY, document, MAKER, AT)
    receipt = await filed(REPEATED, amount="300")
    await make.approve(receipt.case_id, ZHAO_MIN)
    other = await asyncpg.connect(db.app_dsn)
    async with other.transaction():
        await other.execute("select from accounting_period where period = 202611 for update")
        first = asyncio.create_task(refunds.approve(COUNTY, document, CHECKER, AT))
        await until_waiting(other, 1)
        second = asyncio.create_task(make.approve(receipt.case_id, CHECKER))
        await until_waiting(other, 2)
    await other.close()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [isinstance(answer, Refused) for answer in answers].count(True) == 1, answers
    assert await held() == 20000
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-169")
@pytest.mark.parametrize(("fen", "reason"), [(30000, ""), (29999, "核验同意300.00元，对方退了299.99元")])
async def test_the_bureau_paid_back_what_it_was_told_it_may(db: object, folder: Path, fen: int, reason: str) -> None:
    await make.participant()
    bureau = pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    document = await asked(folder, bureau, (await voucher(), WANG_DASHAN, 2026))
    (row,) = await queries.requests(COUNTY, document)
    done = RefundDone(
        request_no=row.request_no, voucher_no=row.note.voucher_no, social_security_no=WANG_DASHAN.id_number, amount_fen=fen,
        refunded_on=AT.date(),
    )  # fmt: skip
    assert "没有核验同意" in await refunds.difference(COUNTY, [done])
    await through(document)
    assert reason in await refunds.difference(COUNTY, [done])
    assert bool(await refunds.difference(COUNTY, [done])) == bool(reason)


@pytest.mark.rule("R-491")
async def test_the_bureau_hears_of_what_we_pay_back_of_its_money(db: object, folder: Path) -> None:
    await make.sources()
    await make.participant()
    pays(folder, (WANG_DASHAN, 2026, "300"))
    await rounds()
    receipt = await filed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, CHECKER)
    order = await engine.fetchval("select id from payment_order")
    await payment_orders.paid(COUNTY, order, AT.date(), CASHIER, AT)
    await rounds()
    sent = await engine.fetchval(
        "select body_sealed from exchange_file where kind = 'refund_done' and direction = 'out'"
    )
    (row,) = tax.decode(unseal(sent, EXCHANGE)).rows
    assert isinstance(row, RefundDone)
    assert (row.voucher_no, row.amount_fen) == (await voucher(), 12500)


@pytest.mark.rule("R-491")
async def test_of_money_the_bureau_never_had_it_hears_nothing(db: object) -> None:
    await make.sources()
    await make.participant()
    await booked(paid(20000), kind=DocumentKind.AGENCY_BATCH)
    receipt = await filed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, CHECKER)
    await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), AT.date(), CASHIER, AT)
    assert await engine.fetchval("select count(*) from exchange_message where kind = 'refund_done'") == 0
