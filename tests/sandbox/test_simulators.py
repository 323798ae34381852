"""Tax bureau, bank and finance bureau as simulators: they and our formats read each other, whole and spoiled."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import Struct, structs

from domain.errors import Refused
from domain.exchange import bank, envelope, finance, tax
from domain.exchange.envelope import Acknowledgement, Answer, Message, Standing
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from sandbox.finance.bureau import Bureau as FinanceBureau
from sandbox.tax.bureau import Bureau as TaxBureau
from tests.exchange.rows import header
from tests.exchange.test_bank_files import BATCH, COLLECTED, LIU, SIGNING, ZHOU

ON = "20261120"
DAY = date(2026, 11, 20)
PAY = "439901198104150127,周禾苗,2026,200\n43990119790730034X,刘㐂梅,2025,500.5\n"
REGISTRATION = tax.Registration(
    action=tax.Action.ENROLL, participant_no="1001", social_security_no="439901198104150127", id_type="01", name="周禾苗",
    region_code="439901010201", effective_on=DAY,
)  # fmt: skip
REQUEST = finance.SubsidyRequest(
    request_no="BT202611", period=202611, tier="第一档", standard_fen=20000, times=100, personal_fen=2000000,
    province_fen=300001, city_fen=100000, county_fen=50000, government_paid_fen=0, amount_fen=450001,
)  # fmt: skip


def bureau(folder: Path, fault: Fault | None = None) -> TaxBureau:
    return TaxBureau(folder, "439901", "1", fault)


def give(folder: Path, name: str, data: bytes) -> None:
    part = folder / "out" / f"{name}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(data)
    part.rename(folder / "out" / name)


def give_message(folder: Path, module: type[tax], kind: str, rows: Sequence[Struct], sequence: int = 1) -> None:
    about = header(kind, "agency", sequence)
    give(folder, envelope.file_name(about), module.encode(about, rows))


def files(folder: Path) -> list[bytes]:
    """What came, by name; each is looked at once."""
    found = []
    for path in sorted((folder / "in").glob("*")):
        found.append(path.read_bytes())
        path.unlink()
    return found


def messages(folder: Path, module: type[tax] = tax) -> dict[str, Message]:
    return {message.header.type: message for message in map(module.decode, files(folder))}


def answers(folder: Path, module: type[tax] = tax) -> list[Answer]:
    decoded = [module.decode(data) for data in files(folder)]
    return [row.answer for message in decoded for row in message.rows if isinstance(row, Acknowledgement)]


def pay(folder: Path, fault: Fault | None = None) -> None:
    (folder / "tax").mkdir(parents=True, exist_ok=True)
    (folder / "tax" / "pay.csv").write_text(PAY, encoding="utf-8")
    bureau(folder, fault).look(ON)


# ---------------------------------------------------------------- the tax bureau


@pytest.mark.rule("R-492")
def test_who_pays_comes_as_detail_and_in_the_reconciliation_of_the_day(tmp_path: Path) -> None:
    pay(tmp_path)
    came = messages(tmp_path / "tax")
    assert [(row.name, row.year, row.amount_fen) for row in came["payment_detail"].rows] == [
        ("周禾苗", 2026, 20000),
        ("刘㐂梅", 2025, 50050),
    ]
    assert came["daily_reconciliation"].rows == (
        tax.DailyReconciliation(sequence=1, treasury_on=DAY, lines=2, amount_fen=70050),
    )
    assert len({row.voucher_no for row in came["payment_detail"].rows}) == 2


def test_a_second_reconciliation_of_a_day_lists_everything_again(tmp_path: Path) -> None:
    pay(tmp_path)
    files(tmp_path / "tax")
    pay(tmp_path)
    rows = messages(tmp_path / "tax")["daily_reconciliation"].rows
    assert [(row.sequence, row.amount_fen) for row in rows] == [(1, 70050), (3, 70050)]


@pytest.mark.rule("R-491")
def test_registrations_are_answered_row_by_row(tmp_path: Path) -> None:
    give_message(tmp_path / "tax", tax, "registration", [REGISTRATION, REGISTRATION], sequence=1)
    bureau(tmp_path, Fault.RETURNED_LINE).look(ON)
    came = messages(tmp_path / "tax")
    assert came["ack"].rows[0].answer is Answer.ACCEPTED
    found = [(row.sequence, row.line, row.participant_no, row.verdict) for row in came["registration_ack"].rows]
    assert found == [(1, 2, "1001", tax.Verdict.REFUSED), (1, 3, "1001", tax.Verdict.AGREED)]


def test_what_the_agency_determined_is_collected(tmp_path: Path) -> None:
    row = tax.SpecialContributionDetermination(
        determination_no="HD1", social_security_no="439901198104150127", name="周禾苗", year=2020, item=tax.Item.PERSONAL,
        amount_fen=20000, reason="补缴", pay_by_on=None,
    )  # fmt: skip
    give_message(tmp_path / "tax", tax, "special_contribution_determination", [row])
    bureau(tmp_path).look(ON)
    booked = messages(tmp_path / "tax")["special_contribution_booked"].rows[0]
    assert (booked.determination_no, booked.year, booked.amount_fen, booked.treasury_on) == ("HD1", 2020, 20000, DAY)


@pytest.mark.rule("R-169")
@pytest.mark.parametrize("verdict", tax.Verdict)
def test_a_refund_is_paid_once_the_agency_agrees(tmp_path: Path, verdict: tax.Verdict) -> None:
    pay(tmp_path)
    paid = messages(tmp_path / "tax")["payment_detail"].rows[0]
    ask = f"{paid.voucher_no},{paid.social_security_no},2026,重复缴费\n"
    (tmp_path / "tax" / "refund.csv").write_text(ask, encoding="utf-8")
    bureau(tmp_path).look(ON)
    asked = messages(tmp_path / "tax")["refund_request"].rows[0]
    assert (asked.voucher_no, asked.name, asked.amount_fen, asked.reason) == (
        paid.voucher_no,
        "周禾苗",
        20000,
        "重复缴费",
    )
    row = tax.RefundVerification(
        request_no=asked.request_no, social_security_no=asked.social_security_no, verdict=verdict, amount_fen=20000,
        reason="",
    )  # fmt: skip
    give_message(tmp_path / "tax", tax, "refund_verification", [row])
    bureau(tmp_path).look(ON)
    refunded = messages(tmp_path / "tax").get("refund_done")
    assert (refunded is not None) is (verdict is tax.Verdict.AGREED)
    assert refunded is None or refunded.rows[0].amount_fen == 20000


@pytest.mark.rule("R-495")
def test_a_file_that_comes_again_is_answered_again_and_another_under_its_number_refused(tmp_path: Path) -> None:
    folder = tmp_path / "tax"
    found = []
    for name in ("周禾苗", "周禾苗", "周禾田"):
        give_message(folder, tax, "registration", [structs.replace(REGISTRATION, name=name)])
        bureau(tmp_path).look(ON)
        found += answers(folder)
    assert found == [Answer.ACCEPTED, Answer.REPEATED, Answer.REFUSED]


@pytest.mark.rule("R-495")
def test_a_gap_in_our_numbers_is_asked_for_once(tmp_path: Path) -> None:
    folder = tmp_path / "tax"
    give_message(folder, tax, "registration", [REGISTRATION], sequence=3)
    bureau(tmp_path).look(ON)
    assert sorted(answers(folder)) == [Answer.ACCEPTED, Answer.MISSING, Answer.MISSING]
    give_message(folder, tax, "registration", [REGISTRATION], sequence=4)
    bureau(tmp_path).look(ON)
    assert answers(folder) == [Answer.ACCEPTED]


@pytest.mark.parametrize("data", [b"", b"x\n", tax.encode(header("registration", "agency"), [REGISTRATION])[:-9]])
def test_a_broken_file_of_ours_is_refused(tmp_path: Path, data: bytes) -> None:
    give(tmp_path / "tax", "broken.txt", data)
    bureau(tmp_path).look(ON)
    assert answers(tmp_path / "tax") == [Answer.REFUSED]
    assert (tmp_path / "tax" / "done" / "broken.txt").exists()


# ---------------------------------------------------------------- faults, and how they heal


@pytest.mark.rule("R-089")
@pytest.mark.parametrize(
    "fault, why",
    [
        (Fault.HALF_FILE, "文件不完整"),
        (Fault.WRONG_TOTAL, "表头总金额700.51元，明细合计700.50元，相差-0.01元"),
        (Fault.BAD_LINE, "第3行应当有7列，实际6列"),
        (Fault.GBK_RARE, "第2行有读不懂的字符"),
    ],
)
def test_a_spoiled_file_is_refused_and_comes_whole_when_told_so(tmp_path: Path, fault: Fault, why: str) -> None:
    folder = tmp_path / "tax"
    pay(tmp_path, fault)
    spoiled = next(data for data in files(folder) if b"payment_detail" in data)
    with pytest.raises(Refused, match=why):
        tax.decode(spoiled)
    about = envelope.header_of(spoiled)
    told = Acknowledgement(
        file_name=envelope.file_name(about),
        sequence=about.sequence,
        digest=about.digest,
        answer=Answer.REFUSED,
        reason=why,
    )
    give_message(folder, tax, "ack", [told])
    bureau(tmp_path).look(ON)
    assert messages(folder)["payment_detail"].header.total_fen == 70050


def test_a_duplicate_is_the_same_file_under_two_names(tmp_path: Path) -> None:
    pay(tmp_path, Fault.DUPLICATE)
    came = [tax.decode(data).header for data in files(tmp_path / "tax")]
    details = [about for about in came if about.type == "payment_detail"]
    assert len(details) == 2
    assert envelope.standing(details[1], details[0].digest, last=1) is Standing.REPEATED


def test_a_late_file_comes_after_the_next_number(tmp_path: Path) -> None:
    folder = tmp_path / "tax"
    pay(tmp_path, Fault.LATE_FILE)
    stamps = {
        tax.decode(path.read_bytes()).header.sequence: path.stat().st_mtime_ns for path in (folder / "in").iterdir()
    }
    assert stamps[2] <= stamps[1]
    pay(tmp_path)
    assert len(files(folder)) == 4


@pytest.mark.rule("R-495")
def test_a_number_that_was_skipped_is_filled_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "tax"
    pay(tmp_path, Fault.GAP)
    came = messages(folder)
    assert sorted(message.header.sequence for message in came.values()) == [2, 3]
    assert envelope.standing(came["payment_detail"].header, None, last=0) is Standing.AHEAD
    missing = Acknowledgement(file_name="", sequence=1, digest="", answer=Answer.MISSING, reason="")
    give_message(folder, tax, "ack", [missing])
    bureau(tmp_path).look(ON)
    filled = messages(folder)["ack"]
    assert (filled.header.sequence, filled.rows) == (1, ())


def test_a_fault_can_be_laid_into_the_folder_and_happens_once(tmp_path: Path) -> None:
    bureau(tmp_path)
    (tmp_path / "tax" / "fault.txt").write_text("half_file\n", encoding="utf-8")
    pay(tmp_path)
    with pytest.raises(Refused):
        messages(tmp_path / "tax")
    pay(tmp_path)
    assert messages(tmp_path / "tax")["payment_detail"].header.row_count == 2


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        pay(tmp_path / name)
    assert files(tmp_path / "one" / "tax") == files(tmp_path / "two" / "tax")


# ---------------------------------------------------------------- the bank


def branch(folder: Path, fault: Fault | None = None) -> Branch:
    return Branch(folder, "NH", "439901", "1", fault)


def bank_folder(folder: Path, balance: str = "900.00") -> Path:
    at = folder / "bank" / "NH"
    at.mkdir(parents=True, exist_ok=True)
    (at / "accounts.csv").write_text(f"6222020000000017,周禾苗,439901198104150127,{balance}\n", encoding="utf-8")
    return at


def outcomes(at: Path, sent: Sequence[bank.Debit] | Sequence[bank.Signing], name: str) -> list[str]:
    success, failure = ((at / "in" / each).read_bytes() for each in bank.return_file_names(name))
    return [outcome.reason for outcome in bank.decode_returns(success, failure, sent)]


@pytest.mark.rule("R-117")
def test_a_list_is_debited_in_its_order_until_the_account_is_short(tmp_path: Path) -> None:
    at = bank_folder(tmp_path)
    sent = [
        ZHOU,
        LIU,
        structs.replace(ZHOU, participant_no="1003"),
        structs.replace(ZHOU, participant_no="1004", amount_fen=1),
    ]
    name = bank.debit_file_name(439901, BATCH)
    give(at, name, bank.encode_debits(sent))
    branch(tmp_path).look(ON)
    assert outcomes(at, sent, name) == ["", "", "余额不足", "余额不足"]
    assert branch(tmp_path).books["balances"]["6222020000000017"] == "100.00"


@pytest.mark.rule("R-117")
def test_a_batch_that_comes_again_is_not_debited_again(tmp_path: Path) -> None:
    at = bank_folder(tmp_path)
    name = bank.debit_file_name(439901, BATCH)
    for _ in range(2):
        give(at, name, bank.encode_debits([ZHOU]))
        branch(tmp_path).look(ON)
    assert outcomes(at, [ZHOU], name) == [""]
    assert branch(tmp_path).books["balances"]["6222020000000017"] == "600.00"
    give(at, name, bank.encode_debits([LIU]))
    branch(tmp_path).look(ON)
    assert Answer.REFUSED in answers_of_bank(at)


def answers_of_bank(at: Path) -> list[Answer]:
    acks = [bank.decode(path.read_bytes()) for path in sorted((at / "in").glob("*.txt"))]
    return [row.answer for message in acks for row in message.rows if isinstance(row, Acknowledgement)]


def test_a_debit_of_an_unknown_account_and_a_returned_line_come_back_failed(tmp_path: Path) -> None:
    at = bank_folder(tmp_path, "9000.00")
    sent = [ZHOU, LIU, structs.replace(ZHOU, participant_no="1003", account_no="6222020000000099")]
    name = bank.debit_file_name(439901, BATCH)
    give(at, name, bank.encode_debits(sent))
    branch(tmp_path, Fault.RETURNED_LINE).look(ON)
    assert outcomes(at, sent, name) == ["账户已冻结", "", "账户不存在"]


def test_half_a_return_is_no_answer(tmp_path: Path) -> None:
    at = bank_folder(tmp_path)
    name = bank.debit_file_name(439901, BATCH)
    give(at, name, bank.encode_debits([ZHOU]))
    branch(tmp_path, Fault.HALF_FILE).look(ON)
    with pytest.raises(Refused, match="文件不完整"):
        outcomes(at, [ZHOU], name)


def test_a_malformed_batch_is_sent_back_whole(tmp_path: Path) -> None:
    at = bank_folder(tmp_path)
    give(at, bank.debit_file_name(439901, BATCH), bank.encode_debits([ZHOU]).replace(b"300.00|", b""))
    branch(tmp_path).look(ON)
    assert answers_of_bank(at) == [Answer.REFUSED]


def test_an_agreement_is_checked_against_the_holder_of_the_account(tmp_path: Path) -> None:
    at = bank_folder(tmp_path)
    name = bank.signing_file_name(439901, BATCH)
    sent = [SIGNING, structs.replace(SIGNING, participant_no="1002", name="刘㐂梅")]
    give(at, name, bank.encode_signings(sent))
    branch(tmp_path).look(ON)
    assert outcomes(at, sent, name) == ["", "户名或证件号码不符"]


@pytest.mark.rule("R-088")
@pytest.mark.parametrize("fault, people", [(None, 1), (Fault.GBK_RARE, 2)])
def test_what_came_in_at_the_counter_is_told_daily(tmp_path: Path, fault: Fault | None, people: int) -> None:
    at = bank_folder(tmp_path)
    row = f"{COLLECTED.name},{COLLECTED.id_number},2026,200,柳湾支行\n"
    (at / "collect.csv").write_text(row, encoding="utf-8")
    branch(tmp_path, fault).look(ON)
    rows = messages(at, bank)["collection"].rows
    assert structs.replace(rows[0], serial_no=COLLECTED.serial_no) == COLLECTED
    assert len(rows) == people
    assert fault is None or "\ue863" in rows[1].name


# ---------------------------------------------------------------- the finance bureau


@pytest.mark.rule("R-414", "R-420")
def test_a_request_is_paid_by_purse_in_part_and_the_rest_later(tmp_path: Path) -> None:
    folder = tmp_path / "finance"
    give_message(folder, finance, "subsidy_request", [REQUEST])
    FinanceBureau(tmp_path, "439901", "1", part=60).look(ON)
    came = messages(folder, finance)["arrival_notice"].rows
    assert [(row.source, row.amount_fen) for row in came] == [
        (finance.Source.PROVINCE, 180000),
        (finance.Source.CITY, 60000),
        (finance.Source.COUNTY, 30000),
    ]
    assert {row.request_no for row in came} == {"BT202611"}
    (folder / "rest.txt").touch()
    FinanceBureau(tmp_path, "439901", "1").look(ON)
    rest = messages(folder, finance)["arrival_notice"].rows
    assert sum(row.amount_fen for row in (*came, *rest)) == REQUEST.amount_fen
    assert len({row.slip_no for row in (*came, *rest)}) == 6
    FinanceBureau(tmp_path, "439901", "1").look(ON)
    assert files(folder) == []


def test_money_may_arrive_that_nobody_asked_for(tmp_path: Path) -> None:
    FinanceBureau(tmp_path, "439901", "1")
    (tmp_path / "finance" / "arrive.csv").write_text("land_loss,12000.00,\n", encoding="utf-8")
    FinanceBureau(tmp_path, "439901", "1").look(ON)
    row = messages(tmp_path / "finance", finance)["arrival_notice"].rows[0]
    assert (row.source, row.amount_fen, row.request_no) == (finance.Source.LAND_LOSS, 1200000, "")


# ---------------------------------------------------------------- as processes


def command(name: str, folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", f"sandbox.{name}", "--folder", str(folder), *more]


@pytest.mark.parametrize("name", ["tax", "bank", "finance"])
def test_none_of_them_runs_in_production(tmp_path: Path, name: str) -> None:
    ended = subprocess.run(command(name, tmp_path), env=os.environ | {"PENSION_MODE": "production"}, check=False)
    assert ended.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_one_look_from_the_command_line_with_a_fault(tmp_path: Path) -> None:
    (tmp_path / "tax").mkdir()
    (tmp_path / "tax" / "pay.csv").write_text(PAY, encoding="utf-8")
    subprocess.run(command("tax", tmp_path, "--fault", "wrong_total", "--on", "2026-11-20"), check=True)
    details = [data for data in files(tmp_path / "tax") if b"payment_detail" in data]
    with pytest.raises(Refused, match=r"相差-0\.01元"):
        tax.decode(details[0])


def test_in_a_loop_it_answers_what_comes_while_it_runs(tmp_path: Path) -> None:
    running = subprocess.Popen(command("finance", tmp_path, "--every", "0.05", "--part", "50"))
    try:
        folder = tmp_path / "finance"
        give_message(folder, finance, "subsidy_request", [REQUEST])
        deadline = time.monotonic() + 30
        while not (found := sorted((folder / "in").glob("*arrival_notice*.txt"))):
            assert running.poll() is None, "it ended"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        rows = finance.decode(found[0].read_bytes()).rows
        assert Decimal(rows[0].amount_fen) == 150000
    finally:
        running.terminate()
        running.wait(15)
