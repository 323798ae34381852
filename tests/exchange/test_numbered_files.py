"""Numbered files: what they hold, and everything that is seen to be wrong with them."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, structs

from domain.errors import Refused
from domain.exchange import bank, envelope, finance, lines, tax
from domain.exchange.envelope import Acknowledgement, Answer, FileType, Standing
from tests.exchange.rows import header, rows_of

PARTNERS = [(module, kind, file) for module in (tax, finance, bank) for kind, file in module.TYPES.items()]

ZHOU = tax.PaymentDetail(
    voucher_no="343990120261120001", social_security_no="439901198104150127", name="周禾苗", year=2026,
    item=tax.Item.PERSONAL, amount_fen=20000, treasury_on=date(2026, 11, 20),
)  # fmt: skip
LIU = structs.replace(ZHOU, voucher_no="343990120261120002", name="刘㐂梅", social_security_no="43990119790730034X")
DETAIL = tax.encode(header("payment_detail", "tax"), [ZHOU, LIU])


def changed(before: str, after: str, data: bytes = DETAIL) -> bytes:
    """The file with other rows, whole and signed as its sender would have."""
    text = data.decode()
    assert before in text
    head, _, body = text.replace(before, after).partition("\n")
    unsigned = head[: head.rindex("|") + 1]
    return f"{unsigned}{envelope._digest((unsigned + chr(10) + body).encode())}\n{body}".encode()


def complaints(data: bytes) -> list[str]:
    with pytest.raises(Refused) as refused:
        tax.decode(data)
    return [problem.message for problem in refused.value.problems]


@pytest.mark.rule("R-491", "R-492")
@pytest.mark.parametrize("module, kind, file", PARTNERS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_written_is_read_again(module: type[tax], kind: str, file: FileType) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.lists(_sums_right(file.row), max_size=3))
    def holds(rows: list[Struct]) -> None:
        sender = min("NH" if sender == envelope.BANK else sender for sender in file.senders)
        if kind == "collection":
            rows = rows[:1]  # two of the same serial number are refused
        message = module.decode(module.encode(header(kind, sender, 7), rows))
        assert list(message.rows) == rows
        assert (message.header.row_count, message.header.sequence) == (len(rows), 7)
        assert message.header.total_fen == sum(getattr(row, "amount_fen", 0) for row in rows)

    holds()


def _sums_right(kind: type[Struct]) -> st.SearchStrategy[Struct]:
    if kind is not finance.SubsidyRequest:
        return rows_of(kind)
    parts = st.integers(0, 10**12)
    return st.builds(
        lambda province, city, county, government: finance.SubsidyRequest(
            request_no="BT202611", period=202611, tier="第一档", standard_fen=20000, times=12, personal_fen=240000,
            province_fen=province, city_fen=city, county_fen=county, government_paid_fen=government,
            amount_fen=province + city + county + government,
        ),
        parts, parts, parts, parts,
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(DETAIL) - 1), st.integers(0, 255))
def test_no_byte_can_be_changed_unseen(place: int, byte: int) -> None:
    spoiled = DETAIL[:place] + bytes([byte]) + DETAIL[place + 1 :]
    try:
        assert tax.decode(spoiled) == tax.decode(DETAIL)  # a capital letter of the digest became a small one
    except Refused:
        assert spoiled != DETAIL


@pytest.mark.parametrize("length", [*range(0, len(DETAIL), 7), len(DETAIL) - 1])
def test_a_file_that_was_cut_off_is_refused(length: int) -> None:
    assert complaints(DETAIL[:length])


def test_a_file_cut_after_a_whole_line_is_told_from_its_header() -> None:
    cut = b"".join(DETAIL.splitlines(keepends=True)[:2])
    assert complaints(cut) == ["文件不完整：表头说有2行，实际1行。请重新发送整份文件。"]


@pytest.mark.parametrize(
    "before, after, column",
    [
        ("200.00|20261120\n", "200.000|20261120\n", "第6列（金额）"),
        ("200.00|20261120\n", "200.5|20261120\n", "第6列（金额）"),
        ("200.00|20261120\n", "1,200.00|20261120\n", "第6列（金额）"),
        ("200.00|20261120\n", "-200.00|20261120\n", "第6列（金额）"),
        ("200.00|20261120\n", "0.00|20261120\n", "第6列（金额）"),
        ("200.00|20261120\n", "200.00|20260230\n", "第7列（入库日期）"),
        ("200.00|20261120\n", "200.00|2026-11-20\n", "第7列（入库日期）"),
        ("|2026|1|", "|1989|1|", "第4列（缴费年度）"),
        ("|2026|1|", "|2026|2|", "第5列（缴费项目）"),
        ("周禾苗", "", "第3列（姓名）"),
        ("439901198104150127", "43990119810415０127", "第2列（社会保障号码）"),
        ("343990120261120001", "", "第1列（税票号）"),
    ],
)
def test_a_malformed_field_is_told_by_line_column_and_form(before: str, after: str, column: str) -> None:
    found = complaints(changed(before, after))
    first = next(message for message in found if "列（" in message)
    assert first.startswith(f"第2行{column}应当是")
    assert first.endswith("请改正后整份重发。")
    assert "439901198104150127" not in "".join(found)


def test_both_ends_of_what_a_field_may_hold_are_read() -> None:
    for amount in (1, 10**15 - 1):
        for year in (1990, 2100):
            row = structs.replace(ZHOU, amount_fen=amount, year=year, name="字" * 64)
            assert tax.decode(tax.encode(header("payment_detail", "tax"), [row])).rows == (row,)


@pytest.mark.parametrize(
    "row",
    [structs.replace(ZHOU, amount_fen=0), structs.replace(ZHOU, amount_fen=10**15), structs.replace(ZHOU, name="周|禾"),
     structs.replace(ZHOU, name="周\n禾"), structs.replace(ZHOU, name=" 周禾"), structs.replace(ZHOU, name="字" * 65),
     structs.replace(ZHOU, year=1989), structs.replace(ZHOU, name="\ud800")],
)  # fmt: skip
def test_a_row_that_nobody_could_read_is_not_written(row: tax.PaymentDetail) -> None:
    with pytest.raises(Refused, match=r"第3行的.*写不进文件"):
        tax.encode(header("payment_detail", "tax"), [ZHOU, row])


def test_a_line_with_a_column_too_many_is_told() -> None:
    assert complaints(changed("|周禾苗|", "|周禾|苗|"))[0].startswith("第2行应当有7列，实际8列")


@pytest.mark.rule("R-089")
def test_a_total_that_does_not_agree_is_told_with_the_difference() -> None:
    found = complaints(changed("|2|400.00|", "|2|399.99|"))
    assert found == ["表头总金额399.99元，明细合计400.00元，相差0.01元。请核对后整份重发。"]


def test_rows_changed_after_the_digest_was_made_are_seen() -> None:
    assert complaints(DETAIL.replace("周禾苗".encode(), "周禾田".encode()))[0].startswith("校验码不对")


def test_the_header_is_under_the_digest_too() -> None:
    assert complaints(DETAIL.replace(b"|20261120|2|", b"|20261121|2|"))[0].startswith("校验码不对")


def test_every_problem_of_a_file_is_told_at_once() -> None:
    found = complaints(changed("200.00|20261120\n", "200|20261120\n"))
    assert [message[:3] for message in found] == ["第2行", "第3行"]


def test_of_very_many_problems_the_first_are_told() -> None:
    data = tax.encode(header("payment_detail", "tax"), [ZHOU] * (lines.MAX_PROBLEMS + 3))
    found = complaints(changed("|1|200.00|", "|1|x|", data))
    assert len(found) == lines.MAX_PROBLEMS + 1
    assert found[-1] == "另外还有3处错误。"


def test_utf_8_with_its_mark_and_lines_that_end_as_on_windows_are_read() -> None:
    data = envelope.encode(header("payment_detail", "tax"), [ZHOU], end="\r\n")
    assert tax.decode(b"\xef\xbb\xbf" + data).rows == (ZHOU,)


def test_gb18030_where_utf_8_is_agreed_is_refused_with_the_line() -> None:
    assert complaints(DETAIL.decode().encode("gb18030"))[0].startswith("第2行有读不懂的字符。文件应当用UTF-8编码")


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04\n", "第1行应当有9列"),
        (DETAIL.replace(b"payment_detail", b"payments"), "第1行的文件类型不认识"),
        (DETAIL.replace(b"|tax|", b"|agency|"), "第1行的发送方不能发送缴费明细"),
        (DETAIL.replace(b"|tax|", b"|NH|"), "第1行的发送方不能发送缴费明细"),
        (DETAIL.replace(b"PENSION1", b"PENSION2"), "第1行第1列（格式版本）"),
        (DETAIL.replace(b"|439901|1|", b"|439901|0|"), "第1行第5列（文件编号）"),
        (DETAIL.replace(b"|439901|1|", b"|439901|01|"), "第1行第5列（文件编号）"),
    ],
)
def test_a_file_that_is_no_file_of_ours_is_refused(data: bytes, why: str) -> None:
    assert complaints(data)[0].startswith(why)


def test_a_file_too_large_to_be_true_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_BYTES", len(DETAIL))
    assert tax.decode(DETAIL).header.row_count == 2
    monkeypatch.setattr(lines, "MAX_BYTES", len(DETAIL) - 1)
    assert complaints(DETAIL)[0].startswith("文件超过")


def test_more_rows_than_a_file_takes_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_ROWS", 2)
    tax.encode(header("payment_detail", "tax"), [ZHOU, LIU])
    with pytest.raises(Refused, match="一份文件最多2行"):
        tax.encode(header("payment_detail", "tax"), [ZHOU, LIU, ZHOU])


def test_the_number_of_a_damaged_file_can_still_be_read() -> None:
    half = DETAIL[: len(DETAIL) // 2 + 30]
    assert envelope.header_of(half).sequence == 1
    assert complaints(half)


@pytest.mark.rule("R-495")
@pytest.mark.parametrize(
    "sequence, taken, last, found",
    [
        (1, None, 0, Standing.NEXT),
        (5, None, 4, Standing.NEXT),
        (6, None, 4, Standing.AHEAD),
        (3, None, 4, Standing.LATE),
        (4, "same", 4, Standing.REPEATED),
        (4, "other", 4, Standing.CONFLICT),
    ],
)
def test_the_number_says_whether_a_file_is_new(sequence: int, taken: str | None, last: int, found: Standing) -> None:
    about = structs.replace(header("payment_detail", "tax", sequence), digest="same")
    assert envelope.standing(about, taken, last) is found


@pytest.mark.rule("R-495")
def test_why_a_file_was_refused_can_be_sent_back_however_much_it_is() -> None:
    data = tax.encode(header("payment_detail", "tax"), [ZHOU] * 60)
    with pytest.raises(Refused) as refused:
        tax.decode(changed("|周禾苗|", "|周|禾苗|", data))
    answer = Acknowledgement(
        file_name="439901_tax_payment_detail_20261120_00000001.txt", sequence=1, digest="", answer=Answer.REFUSED,
        reason=envelope.reason_of(refused.value),
    )  # fmt: skip
    assert len(answer.reason) == envelope.LONGEST_REASON
    assert tax.decode(tax.encode(header("ack", "agency"), [answer])).rows == (answer,)


def test_a_request_whose_sum_is_wrong_is_told_by_line() -> None:
    row = finance.SubsidyRequest(
        request_no="BT1", period=202611, tier="第一档", standard_fen=20000, times=1, personal_fen=20000,
        province_fen=3000, city_fen=1000, county_fen=500, government_paid_fen=0, amount_fen=4500,
    )  # fmt: skip
    data = finance.encode(header("subsidy_request", "agency"), [row])
    assert finance.decode(data).rows == (row,)
    for county in ("4.99", "5.01"):
        with pytest.raises(Refused, match="第2行的合计应当等于省、市、县补贴与政府代缴之和"):
            finance.decode(changed("|10.00|5.00|", f"|10.00|{county}|", data))


def test_file_names_sort_by_number_within_a_day() -> None:
    assert envelope.file_name(header("ack", "tax", 12)) == "439901_tax_ack_20261120_00000012.txt"
