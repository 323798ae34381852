"""Debit and sign files, their returns, and the counter's collections."""

import codecs
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.errors import Refused
from domain.exchange import bank, envelope, lines
from domain.exchange.bank import Collection, Debit, Outcome, Signing
from tests.exchange.rows import header, rows_of

BATCH = bank.batch_number(date(2026, 11, 20), 1)
ZHOU = Debit(
    participant_no="1001", name="周禾苗", id_number="439901198104150127", amount_fen=30000, batch_no=BATCH,
    account_no="6222020000000017", region_code="439901010201",
)  # fmt: skip
LIU = structs.replace(ZHOU, participant_no="1002", name="刘㐂梅", id_number="43990119790730034X", amount_fen=50000)
RARE = structs.replace(ZHOU, participant_no="1003", name="阿依努尔·𠮷力䶮\ue863", id_number="439901199305120324")
SENT = [ZHOU, LIU, RARE]
SIGNING = Signing(participant_no="1001", id_number=ZHOU.id_number, name=ZHOU.name, account_no=ZHOU.account_no)
COLLECTED = Collection(
    serial_no="NH20261120000001", name="冯䶮", id_number="439901198803080316", year=2026, amount_fen=20000,
    paid_on=date(2026, 11, 20), branch="柳湾支行",
)  # fmt: skip


def line(debit: Debit, last: str) -> str:
    return f"{debit.participant_no}|{debit.name}|{debit.id_number}|{last}\r\n"


def returned(*rows: str) -> bytes:
    return "".join(rows).encode("gb18030")


def done(debit: Debit) -> str:
    return line(debit, debit.account_no)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows_of(Debit), min_size=1, max_size=4, unique_by=lambda row: row.participant_no))
def test_debits_are_read_as_they_were_written(rows: list[Debit]) -> None:
    rows = [structs.replace(row, batch_no=BATCH) for row in rows]
    data = bank.encode_debits(rows)
    assert bank.decode_sent(data) == rows
    assume(not lines._is_utf8(data))
    assert bank.decode_debits(data) == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(rows_of(Signing), min_size=1, max_size=4, unique_by=lambda row: row.participant_no))
def test_signings_are_read_as_they_were_written(rows: list[Signing]) -> None:
    data = bank.encode_signings(rows)
    assume(not lines._is_utf8(data))
    assert bank.decode_signings(data) == rows


def test_a_debit_line_stands_as_rural_banks_read_it() -> None:
    text = bank.encode_debits([ZHOU]).decode("gb18030")
    assert text == f"1001|周禾苗|439901198104150127|300.00|{BATCH}|6222020000000017|439901010201\r\n"
    signing = bank.encode_signings([SIGNING]).decode("gb18030")
    assert signing == "1001|439901198104150127|周禾苗|6222020000000017|\r\n"


def test_the_names_of_a_batch_and_of_its_returns() -> None:
    sent = bank.debit_file_name(439901, BATCH)
    assert sent == "DK4399012026112000000001.TXT"
    assert bank.return_file_names(sent) == ("DK4399012026112000000001_S.TXT", "DK4399012026112000000001_F.TXT")
    assert bank.signing_file_name(439901, BATCH) == "QY4399012026112000000001.TXT"


def test_nobody_stands_twice_in_one_batch() -> None:
    with pytest.raises(Refused, match="第3行的社保编号与第1行重复"):
        bank.encode_debits([ZHOU, LIU, structs.replace(ZHOU, amount_fen=100)])


@pytest.mark.parametrize("rows", [[], [ZHOU, structs.replace(LIU, batch_no=bank.batch_number(date(2026, 11, 20), 2))]])
def test_a_file_is_one_batch_and_not_empty(rows: list[Debit]) -> None:
    with pytest.raises(Refused, match="只能是一个批次"):
        bank.encode_debits(rows)


# ---------------------------------------------------------------- what came back


@pytest.mark.rule("R-088")
def test_each_row_of_a_batch_gets_its_outcome_in_its_order() -> None:
    success, failure = returned(done(RARE), done(ZHOU)), returned(line(LIU, "余额不足"))
    assert bank.decode_returns(success, failure, SENT) == [
        Outcome("1001", ""),
        Outcome("1002", "余额不足"),
        Outcome("1003", ""),
    ]


def test_a_bank_may_leave_one_of_the_two_files_empty() -> None:
    everything = returned(*map(done, SENT))
    assert {outcome.reason for outcome in bank.decode_returns(everything, b"", SENT)} == {""}
    nothing = returned(*(line(row, "余额不足") for row in SENT))
    assert {outcome.reason for outcome in bank.decode_returns(b"", nothing, SENT)} == {"余额不足"}


@pytest.mark.parametrize(("as_sent", "otherwise"), [("\r\n", "\n"), ("|", " | "), ("周禾苗", "周禾 苗")])
def test_what_is_not_letter_for_letter_what_was_sent_is_looked_at_and_taken_alike(as_sent: str, otherwise: str) -> None:
    answer = returned("".join(map(done, SENT)).replace(as_sent, otherwise))
    assert bank.decode_returns(answer, b"", SENT) == bank.decode_returns(returned(*map(done, SENT)), b"", SENT)


def test_returns_of_a_sign_file_are_read_alike() -> None:
    assert bank.decode_returns(returned(done(ZHOU)), b"", [SIGNING]) == [Outcome("1001", "")]


@pytest.mark.parametrize(
    "success, failure, why",
    [
        (returned(done(ZHOU)), b"", "回盘不完整：发出3行，缺2行（原文件第2、3行）"),
        (b"", b"", "回盘不完整：发出3行，缺3行"),
        (returned(*map(done, SENT))[:-9], b"", "成功文件：文件不完整"),
        (returned(*map(done, SENT))[:-2], b"", "成功文件：文件不完整"),
        (returned(*map(done, SENT), line(ZHOU, "6222020000000017")), b"", "成功文件第4行的社保编号在回盘里出现了两次"),
        (returned(*map(done, SENT)), returned(line(LIU, "余额不足")), "失败文件第1行的社保编号在回盘里出现了两次"),
        (returned(line(ZHOU, "6222020000000099")), b"", "成功文件第1行的账号与发出的文件不一致"),
        (returned(done(structs.replace(ZHOU, participant_no="9"))), b"", "成功文件第1行的社保编号不在发出的文件里"),
        (b"", returned(line(structs.replace(ZHOU, id_number="439901198104150128"), "x")), "失败文件第1行的身份证"),
        (b"", returned(line(ZHOU, "")), "失败文件：第1行第4列（原因）应当是"),
        (returned("1001|周禾苗\r\n"), b"", "成功文件：第1行应当有4列，实际2列"),
    ],
)
def test_returns_that_do_not_answer_the_batch_are_refused_whole(success: bytes, failure: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        bank.decode_returns(success, failure, SENT)
    assert refused.value.problems[0].message.startswith(why)


# ---------------------------------------------------------------- the counter, and encodings


@pytest.mark.rule("R-088", "R-519")
@pytest.mark.parametrize("name", ["冯䶮", "刘㐂梅", "阿依努尔·𠮷力", "某\ue863", "联通", "Müller"])
def test_rare_characters_of_a_name_survive(name: str) -> None:
    row = structs.replace(COLLECTED, name=name)
    data = bank.encode(header("collection", "NH"), [row])
    assert name.encode("gb18030") in data
    assert bank.decode(data).rows == (row,)


def test_two_collections_of_one_serial_number_are_refused() -> None:
    data = bank.encode(header("collection", "NH"), [COLLECTED, COLLECTED])
    with pytest.raises(Refused, match="第3行的银行流水号与第2行重复"):
        bank.decode(data)


@pytest.mark.parametrize("name", ["冯䶮", "阿依努尔·力"])
def test_utf_8_is_read_when_it_says_so_and_refused_when_not(name: str) -> None:
    row = structs.replace(COLLECTED, name=name)
    data = envelope.encode(header("collection", "NH"), [row], "utf-8")
    assert bank.decode(codecs.BOM_UTF8 + data).rows == (row,)
    with pytest.raises(Refused, match="文件是UTF-8编码"):
        bank.decode(data)


@pytest.mark.parametrize("name", ["卢元", "叶圆圆", "位一"])
def test_gb18030_that_happens_to_be_valid_utf_8_is_not_taken_for_it(name: str) -> None:
    row = structs.replace(LIU, name=name)
    data = bank.encode_debits([row])
    assert data.decode("utf-8") != data.decode("gb18030")
    assert bank.decode_debits(data) == [row]


def test_a_column_split_inside_a_character_of_two_bytes_is_not_split() -> None:
    """GBK writes some characters with `|` as their second byte."""
    name = next(
        bytes([first, 0x7C]).decode("gb18030")
        for first in range(0x81, 0xFE)
        if bytes([first, 0x7C]).decode("gb18030", "replace").isalpha()
    )
    row = structs.replace(COLLECTED, name=name)
    assert b"|" in name.encode("gb18030")
    assert bank.decode(bank.encode(header("collection", "NH"), [row])).rows == (row,)
