"""The tax bureau as a simulator, faults, and the simulators as processes: they and our formats read each other."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec import structs

from domain.errors import Refused
from domain.exchange import envelope, finance, tax
from domain.exchange.envelope import Acknowledgement, Answer, Standing
from sandbox.counterpart.faults import Fault
from tests.exchange.rows import header
from tests.sandbox.partners import (
    DAY,
    ON,
    PAY,
    REGISTRATION,
    REQUEST,
    answers,
    bureau,
    files,
    give,
    give_message,
    messages,
    pay,
)  # fmt: skip

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


def test_a_late_file_does_not_come_with_an_answer(tmp_path: Path) -> None:
    folder = tmp_path / "tax"
    give_message(folder, tax, "registration", [REGISTRATION])
    bureau(tmp_path, Fault.LATE_FILE).look(ON)
    assert list(messages(folder)) == ["ack"]
    give(folder, "broken.txt", b"x\n")
    bureau(tmp_path).look(ON)
    assert list(messages(folder)) == ["ack"]
    pay(tmp_path)
    assert "registration_ack" in messages(folder)


def test_a_file_of_another_county_is_refused(tmp_path: Path) -> None:
    about = structs.replace(header("registration", "agency"), county_code=439902)
    give(tmp_path / "tax", envelope.file_name(about), tax.encode(about, [REGISTRATION]))
    bureau(tmp_path).look(ON)
    assert answers(tmp_path / "tax") == [Answer.REFUSED]


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


def wait_for(running: subprocess.Popen[bytes], folder: Path, pattern: str) -> Path:
    deadline = time.monotonic() + 30
    while not (found := sorted(folder.glob(pattern))):
        assert running.poll() is None, "it ended"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found[0]


def test_in_a_loop_it_answers_what_comes_and_lives_through_a_bad_control_file(tmp_path: Path) -> None:
    folder = tmp_path / "finance"
    folder.mkdir()
    (folder / "arrive.csv").write_text("land_loss,lots of it,\n", encoding="utf-8")
    running = subprocess.Popen(command("finance", tmp_path, "--every", "0.05", "--part", "50"))
    try:
        wait_for(running, folder, "done/arrive.csv")
        give_message(folder, finance, "subsidy_request", [REQUEST])
        notice = finance.decode(wait_for(running, folder, "in/*arrival_notice*.txt").read_bytes())
        assert notice.rows[0].amount_fen == 150000
    finally:
        running.terminate()
        running.wait(15)
