"""The bank and the finance bureau as simulators."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec import structs

from domain.errors import Refused
from domain.exchange import bank, finance
from domain.exchange.envelope import Acknowledgement, Answer
from sandbox.bank.branch import Branch
from sandbox.counterpart.faults import Fault
from sandbox.finance.bureau import Bureau
from tests.exchange.test_bank_files import BATCH, COLLECTED, LIU, SIGNING, ZHOU
from tests.sandbox.partners import ON, REQUEST, files, give, give_message, messages

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
@pytest.mark.parametrize("balance, outcome", [("300.00", ""), ("299.99", "余额不足")])
def test_money_that_just_suffices_is_debited(tmp_path: Path, balance: str, outcome: str) -> None:
    at = bank_folder(tmp_path, balance)
    name = bank.debit_file_name(439901, BATCH)
    give(at, name, bank.encode_debits([ZHOU]))
    branch(tmp_path).look(ON)
    assert outcomes(at, [ZHOU], name) == [outcome]


@pytest.mark.rule("R-250", "R-252")
@pytest.mark.parametrize("fault, first", [(None, ""), (Fault.RETURNED_LINE, "账户已冻结")])
def test_pensions_go_to_accounts_that_are_there_and_bear_the_name(
    tmp_path: Path, fault: Fault | None, first: str
) -> None:
    at = bank_folder(tmp_path, "1.00")
    sent = [
        ZHOU, structs.replace(LIU, participant_no="1003", account_no="6222020000000099"),
        structs.replace(ZHOU, participant_no="1004", name="别人"), structs.replace(ZHOU, participant_no="1005", amount_fen=1),
    ]  # fmt: skip
    name = bank.payment_file_name(439901, BATCH)
    for _ in range(2):
        give(at, name, bank.encode_debits(sent))
        branch(tmp_path, fault).look(ON)
    assert outcomes(at, sent, name) == [first, "账户不存在", "户名不符", ""]
    assert branch(tmp_path).books["balances"]["6222020000000017"] == ("1.01" if first else "301.01")


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


@pytest.mark.parametrize("malformed", [b"500.00|", b"500.00"])
def test_a_malformed_batch_is_sent_back_whole(tmp_path: Path, malformed: bytes) -> None:
    at = bank_folder(tmp_path)
    give(at, bank.debit_file_name(439901, BATCH), bank.encode_debits([ZHOU, LIU]).replace(malformed, b""))
    branch(tmp_path).look(ON)
    assert answers_of_bank(at) == [Answer.REFUSED]
    assert branch(tmp_path).books["balances"] == {}, "nothing of it was debited"


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
    Bureau(tmp_path, "439901", "1", part=60).look(ON)
    came = messages(folder, finance)["arrival_notice"].rows
    assert [(row.source, row.amount_fen) for row in came] == [
        (finance.Source.PROVINCE, 180000),
        (finance.Source.CITY, 60000),
        (finance.Source.COUNTY, 30000),
    ]
    assert {row.request_no for row in came} == {"BT202611"}
    (folder / "rest.txt").touch()
    Bureau(tmp_path, "439901", "1").look(ON)
    rest = messages(folder, finance)["arrival_notice"].rows
    assert sum(row.amount_fen for row in (*came, *rest)) == REQUEST.amount_fen
    assert len({row.slip_no for row in (*came, *rest)}) == 6
    Bureau(tmp_path, "439901", "1").look(ON)
    assert files(folder) == []


def test_money_may_arrive_that_nobody_asked_for(tmp_path: Path) -> None:
    Bureau(tmp_path, "439901", "1")
    (tmp_path / "finance" / "arrive.csv").write_text("land_loss,12000.00,\n", encoding="utf-8")
    Bureau(tmp_path, "439901", "1").look(ON)
    row = messages(tmp_path / "finance", finance)["arrival_notice"].rows[0]
    assert (row.source, row.amount_fen, row.request_no) == (finance.Source.LAND_LOSS, 1200000, "")
