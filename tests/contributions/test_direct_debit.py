"""代扣代缴 (P-07): the list of the year, its file, and what the bank says it did, with the simulated bank."""

from datetime import date
from pathlib import Path

import pytest

from db import engine
from db.crypto import unseal_text
from db.queries import agreements
from db.queries.agreements import FileLine
from domain import contributions, finance, verify
from domain.agency import direct_debit
from domain.agency.direct_debit import Slip
from domain.errors import NotFound, Refused
from domain.exchange import bank as formats
from domain.items import direct_debit_agreement
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from tests import make
from tests.contributions.ways import AT, CASHIER, CHECKER, DAY, MAKER, booked, lines, paid
from tests.items.test_direct_debit_agreement import CARD, on_list
from tests.make import COUNTY, FRIDAY, LI_XIUYING, WANG_DASHAN, WORKER, ZHAO_MIN, Person
from tests.sandbox.partners import ON, give

BANK = "农商行"
SON = Person("王小河", make.id_number(date(2000, 5, 6), 171), 5)
LIST = [on_list(WANG_DASHAN, "300"), on_list(LI_XIUYING, "500", "1"), on_list(SON, "300", "2")]

pytestmark = pytest.mark.usefixtures("db")


async def agreed(people: list[dict[str, str]] = LIST, *, checked: bool = True) -> None:
    await make.sources()
    for person in (WANG_DASHAN, LI_XIUYING, SON):
        await make.participant(person)
    asked = {"action": "sign", "bank": BANK, "bank_account": CARD, "people": people}
    receipt = await make.handed_in(direct_debit_agreement.ITEM, asked, WANG_DASHAN)
    await make.approve(receipt.case_id, MAKER)
    if checked:
        await engine.execute("update debit_agreement set checked_at = $1", AT)


async def sent() -> FileLine:
    """A list on its way to the bank."""
    document = await direct_debit.make(COUNTY, BANK, MAKER, AT)
    await direct_debit.declare(COUNTY, document, MAKER, AT)
    await direct_debit.approve(COUNTY, document, CHECKER, AT)
    found = await agreements.file_of(COUNTY, document)
    assert found is not None
    return found


async def answered(
    folder: Path, file: FileLine, balance: str, fault: Fault | None = None, holder: str = ""
) -> tuple[bytes, bytes]:
    """The bank's two files for one of ours."""
    at = folder / "bank" / "NH"
    at.mkdir(parents=True, exist_ok=True)
    holder = holder or f"{WANG_DASHAN.name},{WANG_DASHAN.id_number}"
    (at / "accounts.csv").write_text(f"{CARD},{holder},{balance}\n", encoding="utf-8")
    body = await agreements.body_of(COUNTY, file.id)
    assert body is not None
    give(at, *body)
    Branch(folder, "NH", "439901", "1", fault).look(ON)
    success, failure = ((at / "in" / name).read_bytes() for name in formats.return_file_names(file.file_name))
    return success, failure


async def taken(file: FileLine, answer: tuple[bytes, bytes], fen: int) -> bool:
    return await direct_debit.take_return(COUNTY, file.id, *answer, Slip(fen, DAY), MAKER, AT)


async def document_of(file: FileLine) -> int:
    found: int = await engine.fetchval("select document_id from exchange_file where id = $1", file.id)
    return found


async def told(person: Person = WANG_DASHAN) -> list[str]:
    rows = await engine.fetch("select body_sealed from message where recipient_index = $1", person.index)
    return [unseal_text(row["body_sealed"], "message.body") for row in rows]


@pytest.mark.rule("R-117", "R-118")
async def test_a_list_runs_dry_and_what_was_taken_is_booked(tmp_path: Path) -> None:
    """E-69: a balance of 900 pays A's 300 and B's 500, and nothing for C."""
    await agreed()
    file = await sent()
    assert (file.row_count, file.total_fen) == (3, 110000)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 0
    answer = await answered(tmp_path, file, "900.00")
    assert await taken(file, answer, 80000)
    document = await document_of(file)
    assert await lines(document) == [("good", ""), ("good", ""), ("failed", "bank")]
    slip = finance.Slip(account="income_account", bank=BANK, slip_no="DK1", received_on=DAY, amount_fen=80000, people=2)
    await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1
    years = await engine.fetch(
        "select p.name, y.personal_fen, y.tier, y.channel from contribution_year y join individual_account a on a.id = y.account_id"
        " join person p on p.id = a.person_id order by p.id"
    )
    assert [tuple(row) for row in years] == [
        ("王大山", 30000, "300", "direct_debit"),
        ("李秀英", 50000, "500", "direct_debit"),
    ]
    assert (await verify.county(COUNTY)).clean
    assert any("王小河300.00元（余额不足）" in text for text in await told())


async def test_money_registered_too_early_books_nothing_before_the_bank_has_answered(tmp_path: Path) -> None:
    await agreed()
    file = await sent()
    slip = finance.Slip(
        account="income_account", bank=BANK, slip_no="DK1", received_on=DAY, amount_fen=110000, people=3
    )
    await finance.register_receipt(COUNTY, slip, await document_of(file), CASHIER, AT)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 0
    assert await taken(file, await answered(tmp_path, file, "1100.00"), 110000)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1


async def test_the_same_return_twice_changes_nothing_and_another_one_is_refused(tmp_path: Path) -> None:
    await agreed()
    file = await sent()
    answer = await answered(tmp_path, file, "900.00")
    assert await taken(file, answer, 80000)
    before = await engine.fetch("select * from document_line"), await engine.fetchval("select count(*) from message")
    assert not await taken(file, answer, 80000)
    assert (
        await engine.fetch("select * from document_line"),
        await engine.fetchval("select count(*) from message"),
    ) == before
    with pytest.raises(Refused, match="内容和这次不同"):
        await taken(file, (answer[0], b""), 80000)


@pytest.mark.parametrize(("fen", "words"), [(80001, "对不上"), (79999, "对不上"), (110000, "对不上")])
async def test_another_total_than_the_bank_slip_is_refused_whole(tmp_path: Path, fen: int, words: str) -> None:
    await agreed()
    file = await sent()
    with pytest.raises(Refused, match=words):
        await taken(file, await answered(tmp_path, file, "900.00"), fen)
    assert await lines(await document_of(file)) == [("good", "")] * 3
    assert await taken(file, await answered(tmp_path, file, "900.00"), 80000)


async def test_half_a_return_is_refused_whole_and_may_come_again(tmp_path: Path) -> None:
    await agreed()
    file = await sent()
    half = await answered(tmp_path, file, "900.00", Fault.HALF_FILE)
    with pytest.raises(Refused):
        await taken(file, half, 80000)
    success, _ = await answered(tmp_path / "again", file, "900.00")
    with pytest.raises(Refused, match="回盘不完整"):
        await taken(file, (success, b""), 80000)
    assert await lines(await document_of(file)) == [("good", "")] * 3


async def test_a_list_of_which_nothing_was_taken_is_over_without_money(tmp_path: Path) -> None:
    await agreed()
    file = await sent()
    assert await taken(file, await answered(tmp_path, file, "1.00"), 0)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1
    assert await engine.fetchval("select count(*) from contribution_year") == 0
    assert [each.why_not for each in await direct_debit.due(COUNTY, BANK, AT)] == [
        ""
    ] * 3  # the next list has them again


@pytest.mark.rule("R-121")
async def test_who_has_paid_another_way_is_skipped() -> None:
    await agreed()
    await booked(paid(20000, LI_XIUYING))
    found = await direct_debit.due(COUNTY, BANK, AT)
    assert [(each.amount_fen, each.why_not) for each in found] == [(30000, ""), (0, "2026年已经缴过费。"), (30000, "")]
    assert (await sent()).row_count == 2


@pytest.mark.rule("R-121")
async def test_who_pays_while_the_bank_debits_gets_his_second_payment_looked_at(tmp_path: Path) -> None:
    await agreed(LIST[:1])
    file = await sent()
    await booked(paid(20000))
    assert await taken(file, await answered(tmp_path, file, "900.00"), 30000)
    slip = finance.Slip(account="income_account", bank=BANK, slip_no="DK1", received_on=DAY, amount_fen=30000, people=1)
    await finance.register_receipt(COUNTY, slip, await document_of(file), CASHIER, AT)
    await contributions.book_ready(COUNTY, WORKER, AT)
    assert await lines(await document_of(file)) == [("exception", "paid")]
    assert (await verify.county(COUNTY)).clean


async def test_nobody_stands_on_two_lists_at_once() -> None:
    await agreed()
    await sent()
    assert all("另一份" in each.why_not for each in await direct_debit.due(COUNTY, BANK, AT))
    with pytest.raises(Refused, match="没有今年还要扣款的人"):
        await direct_debit.make(COUNTY, BANK, MAKER, AT)


async def test_a_list_needs_two_people_and_is_not_taken_back_once_the_bank_has_it() -> None:
    await agreed()
    document = await direct_debit.make(COUNTY, BANK, MAKER, AT)
    await direct_debit.declare(COUNTY, document, MAKER, AT)
    with pytest.raises(Refused, match="另一位同事"):
        await direct_debit.approve(COUNTY, document, MAKER, AT)
    assert await agreements.file_of(COUNTY, document) is None
    await direct_debit.approve(COUNTY, document, CHECKER, AT)
    with pytest.raises(Refused):
        await direct_debit.cancel(COUNTY, document, "录错", MAKER, AT)
    with pytest.raises(Refused):
        await direct_debit.make(COUNTY, BANK, ZHAO_MIN, AT)


@pytest.mark.rule("R-121")
@pytest.mark.parametrize("left", [True, False])
async def test_a_list_that_is_out_of_date_does_not_go_to_the_bank(left: bool) -> None:
    await agreed()
    document = await direct_debit.make(COUNTY, BANK, MAKER, AT)
    await direct_debit.declare(COUNTY, document, MAKER, AT)
    if left:
        await engine.execute("update debit_member set until_on = $1 where position = 2", DAY)
    else:
        await booked(paid(20000, LI_XIUYING))
    with pytest.raises(Refused, match="李秀英已经缴过费，或者不在代扣协议里了"):
        await direct_debit.approve(COUNTY, document, CHECKER, AT)
    await direct_debit.cancel(COUNTY, document, "名单过时", MAKER, AT)
    assert (await sent()).row_count == 2


async def test_other_documents_are_not_handled_here() -> None:
    await agreed()
    document = await booked(paid(20000))
    with pytest.raises((NotFound, Refused)):
        await direct_debit.cancel(COUNTY, document, "录错", MAKER, AT)
    with pytest.raises(NotFound):
        await direct_debit.take_return(COUNTY, 999, b"", b"", Slip(0, DAY), MAKER, AT)


# ---------------------------------------------------------------- the bank looks at the account first


async def asked_bank() -> FileLine:
    await direct_debit.ask_bank(COUNTY, BANK, MAKER, AT)
    return (await agreements.files(COUNTY, "signing", 1))[0]


async def test_nothing_is_debited_before_the_bank_has_confirmed_the_account(tmp_path: Path) -> None:
    await agreed(checked=False)
    assert await direct_debit.due(COUNTY, BANK, AT) == []
    file = await asked_bank()
    with pytest.raises(Refused, match="还没有回盘"):
        await direct_debit.ask_bank(COUNTY, BANK, MAKER, AT)
    answer = await answered(tmp_path, file, "0.00")
    assert await direct_debit.take_signing_return(COUNTY, file.id, *answer, MAKER, AT)
    assert not await direct_debit.take_signing_return(COUNTY, file.id, *answer, MAKER, AT)
    assert len(await direct_debit.due(COUNTY, BANK, AT)) == 3


async def test_an_account_that_is_not_the_payers_ends_the_agreement_and_he_is_told(tmp_path: Path) -> None:
    await agreed(checked=False)
    file = await asked_bank()
    answer = await answered(tmp_path, file, "0.00", holder=f"{LI_XIUYING.name},{LI_XIUYING.id_number}")
    await direct_debit.take_signing_return(COUNTY, file.id, *answer, MAKER, AT)
    assert await engine.fetchval("select end_reason from debit_agreement") == "account-refused"
    assert any("户名或证件号码不符" in text for text in await told())


# ---------------------------------------------------------------- changes


@pytest.mark.rule("R-119")
async def test_an_agreement_is_not_amended_while_or_after_the_year_is_debited() -> None:
    await agreed()
    await sent()
    asked = {"action": "amend", "bank": BANK, "bank_account": CARD, "people": LIST[:1]}
    receipt = await make.handed_in(direct_debit_agreement.ITEM, asked, WANG_DASHAN)
    with pytest.raises(Refused, match="今年的扣款已经开始"):
        await make.approve(receipt.case_id, MAKER)


@pytest.mark.rule("R-120")
@pytest.mark.parametrize(
    ("change", "left"),
    [("update participation set contribution_status = 1", 3),
     ("update participation set participation_status = 2, contribution_status = 2", 0),
     ("update participation set participation_status = 4, contribution_status = 3", 0),
     ("update person set born_on = '1966-11-20'", 0), ("update person set born_on = '1966-11-21'", 3)],
)  # fmt: skip
async def test_who_need_not_pay_any_more_is_taken_out_by_itself(change: str, left: int) -> None:
    await agreed()
    await engine.execute(change)
    assert await direct_debit.take_out_finished(COUNTY, FRIDAY) == 3 - left
    assert await engine.fetchval("select count(*) from debit_member where until_on is null") == left
    ended = await engine.fetchval("select ended_on from debit_agreement")
    assert (ended is None) == (left > 0)
    assert await direct_debit.take_out_finished(COUNTY, FRIDAY) == 0


async def test_the_sheet_of_the_failed_names_each_with_his_reason(tmp_path: Path) -> None:
    await agreed()
    file = await sent()
    await taken(file, await answered(tmp_path, file, "900.00"), 80000)
    assert (await direct_debit.failed_rows(COUNTY, await document_of(file))).startswith(b"PK")
