"""Files exchanged with banks: debit lists and what became of them, agreements, and the counter's daily collections.

Debit and sign files and their returns are laid out as rural banks have them: lines without a header, GB18030. The daily
collections come under the numbered header of envelope.py, its sender the bank's code (湖南省经办工作流程十二、十三; R-088).
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from msgspec import Struct

from domain.errors import Problem, Refused
from domain.exchange import cards, envelope, lines
from domain.exchange.columns import account_number, amount, code, day, id_number, text, year
from domain.exchange.envelope import AGENCY, Acknowledgement, FileType, Header, Message
from domain.exchange.lines import Row

END = "\r\n"
PARTICIPANT = text("社保编号", 20)
ACCOUNT = account_number()
BATCH = code("批次号", r"\d{16}", "16位数字：8位日期加8位流水号")


class Debit(Struct, frozen=True, kw_only=True):
    """One contribution to be debited, or one pension to be paid (代发): both files have these seven fields. The debits of one
    account stand in the order of its agreement: the bank goes on until the money does not suffice (R-117)."""

    participant_no: Annotated[str, PARTICIPANT]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    amount_fen: Annotated[int, amount("金额", least=1)]
    batch_no: Annotated[str, BATCH]
    account_no: Annotated[str, ACCOUNT]
    region_code: Annotated[str, code("行政区划", r"\d{6,12}", "6到12位数字")]


class Signing(Struct, frozen=True, kw_only=True):
    """签约: the bank is to check that name, number and account belong together. Its line ends with a separator."""

    participant_no: Annotated[str, PARTICIPANT]
    id_number: Annotated[str, id_number("身份证")]
    name: Annotated[str, text("姓名")]
    account_no: Annotated[str, ACCOUNT]


class Success(Struct, frozen=True, kw_only=True):
    """A row of an `_S` file. It has no amount: what was asked for was done whole."""

    participant_no: Annotated[str, PARTICIPANT]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    account_no: Annotated[str, ACCOUNT]


class Failure(Struct, frozen=True, kw_only=True):
    """A row of an `_F` file."""

    participant_no: Annotated[str, PARTICIPANT]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    reason: Annotated[str, text("原因", 200)]


class Outcome(Struct, frozen=True):
    """`reason`: why the bank did not do it; empty when it did."""

    participant_no: str
    reason: str


class Collection(Struct, frozen=True, kw_only=True):
    """银行代收: paid at the counter with nothing but name and number."""

    serial_no: Annotated[str, code("银行流水号", r"[0-9A-Z-]{4,40}", "4到40位字母和数字")]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    year: Annotated[int, year("缴费年度")]
    amount_fen: Annotated[int, amount("金额", least=1)]
    paid_on: Annotated[date, day("交易日期")]
    branch: Annotated[str, text("网点", 60, blank=True)]


TYPES: dict[str, FileType] = {
    "collection": FileType("银行代收日报", Collection, frozenset({envelope.BANK})),
    **cards.TYPES,
    "ack": FileType("文件回执", Acknowledgement, frozenset({AGENCY, envelope.BANK})),
}


# ---------------------------------------------------------------- numbered files


def encode(header: Header, rows: Sequence[Struct]) -> bytes:
    """A numbered file. Row count, total and digest of `header` are filled in. Refused when a row cannot be written."""
    return envelope.encode(header, rows, "gb18030", END)


def decode(data: bytes) -> Message:
    """The rows are Collection, Opened, Checked or Acknowledgement. Raises Refused with line-numbered problems."""
    message = envelope.decode(data, TYPES, "gb18030")
    if message.header.type == "collection":
        _once([row.serial_no for row in message.rows if isinstance(row, Collection)], "银行流水号", first_line=2)
    return message


# ---------------------------------------------------------------- debit and sign files


def batch_number(on: date, serial: int) -> str:
    return f"{on:%Y%m%d}{serial:08d}"


def debit_file_name(county_code: int, batch_no: str) -> str:
    """Of its returns: the same with `_S` and `_F` before the ending."""
    return f"DK{county_code:06d}{batch_no}.TXT"


def payment_file_name(county_code: int, batch_no: str) -> str:
    return f"DF{county_code:06d}{batch_no}.TXT"


def delegated_file_name(county_code: int, batch_no: str) -> str:
    """Of payments on behalf of other bureaus: the same rows as a payment file, told apart by its name (代发)."""
    return f"BT{county_code:06d}{batch_no}.TXT"


def signing_file_name(county_code: int, batch_no: str) -> str:
    return f"QY{county_code:06d}{batch_no}.TXT"


def return_file_names(sent: str) -> tuple[str, str]:
    """The `_S` and the `_F` file of a debit or sign file."""
    stem = sent.removesuffix(".TXT")
    return f"{stem}_S.TXT", f"{stem}_F.TXT"


def encode_debits(debits: Sequence[Debit]) -> bytes:
    """Refused when somebody stands there twice: the returns could not tell the two apart; another batch can take him."""
    if not debits or len({debit.batch_no for debit in debits}) > 1:
        raise lines.refused("batch", "一份扣款文件要有内容，并且只能是一个批次。")
    _once([debit.participant_no for debit in debits], "社保编号")
    return lines.write_all(debits, first_line=1, encoding="gb18030", end=END)


def decode_debits(data: bytes) -> list[Debit]:
    return _read(data, Debit)


def decode_sent(data: bytes) -> list[Debit]:
    """A file of our own, whose fields were checked when it was written."""
    return [
        Debit(
            participant_no=number, name=name, id_number=id_no, amount_fen=int(amount_yuan.replace(".", "")), batch_no=batch_no,
            account_no=account_no, region_code=region_code,
        )
        for number, name, id_no, amount_yuan, batch_no, account_no, region_code in (
            line.split("|") for line in data.decode("gb18030").split(END)[:-1]
        )
    ]  # fmt: skip


def encode_signings(signings: Sequence[Signing]) -> bytes:
    _once([signing.participant_no for signing in signings], "社保编号")
    return lines.write_all(signings, first_line=1, encoding="gb18030", end="|" + END)


def decode_signings(data: bytes) -> list[Signing]:
    return _read(data, Signing, end="|")


def decode_returns(success: bytes, failure: bytes, sent: Sequence[Debit] | Sequence[Signing]) -> list[Outcome]:
    """What became of each row of `sent`, in its order. A bank leaves one of the two files empty when it has nothing to say.

    Refused, with line numbers, when a line is malformed, names somebody who was not asked for or is named twice, or is
    about another account, and when anybody is left out: half a file is no answer.
    """
    asked: dict[str, Debit | Signing] = {row.participant_no: row for row in sent}
    outcomes: dict[str, Outcome] = _echoed(success, sent)
    problems: list[Problem] = []
    files: tuple[tuple[str, Sequence[Success | Failure]], ...] = (
        ("成功", () if outcomes else _returned("成功", success, Success)),
        ("失败", _returned("失败", failure, Failure)),
    )
    for file, returned in files:
        for line, row in enumerate(returned, start=1):
            wrong = _disagreement(row, asked.get(row.participant_no), row.participant_no in outcomes)
            if wrong:
                problems.append(Problem("bad-line", f"{file}文件第{line}行{wrong}。请与银行核对后重新回盘。", "file"))
            else:
                outcomes[row.participant_no] = Outcome(row.participant_no, getattr(row, "reason", ""))
    missing = [str(line) for line, number in enumerate(asked, start=1) if number not in outcomes]
    if missing and not problems:
        some = "、".join(missing[:20]) + ("等" if len(missing) > 20 else "")
        message = f"回盘不完整：发出{len(asked)}行，缺{len(missing)}行（原文件第{some}行）。请银行补发完整的回盘文件。"
        problems.append(Problem("file-cut", message, "file"))
    lines.refuse(problems)
    return [outcomes[number] for number in asked]


def _echoed(success: bytes, sent: Sequence[Debit] | Sequence[Signing]) -> dict[str, Outcome]:
    """The usual answer says of each row what we said of it, once, and needs no second look; nothing where any line is another."""
    expected = {f"{row.participant_no}|{row.name}|{row.id_number}|{row.account_no}": row.participant_no for row in sent}
    said = success.decode("gb18030", "replace").removesuffix(END).split(END)
    outcomes = {expected[line]: Outcome(expected[line], "") for line in said if line in expected}
    return outcomes if len(outcomes) == len(said) and success.endswith(END.encode()) else {}


def _returned(file: str, data: bytes, kind: type[Row]) -> list[Row]:
    try:
        return _read(data, kind) if data else []
    except Refused as wrong:
        raise Refused(*(Problem(each.code, f"{file}文件：{each.message}", "file") for each in wrong.problems)) from None


def _disagreement(row: Success | Failure, sent: Debit | Signing | None, again: bool) -> str | None:
    if sent is None:
        return "的社保编号不在发出的文件里"
    if again:
        return "的社保编号在回盘里出现了两次"
    if row.id_number != sent.id_number:
        return "的身份证与发出的文件不一致"
    if isinstance(row, Success) and row.account_no != sent.account_no:
        return "的账号与发出的文件不一致"
    return None


def _read(data: bytes, kind: type[Row], end: str = "") -> list[Row]:
    _, content = lines.text_of(data, "gb18030")
    problems: list[Problem] = []
    found = [line.removesuffix(end) for line in lines.lines_of(content)]
    rows = lines.read_all(kind, found, first_line=1, problems=problems)
    lines.refuse(problems)
    return rows


def _once(values: Sequence[str], title: str, first_line: int = 1) -> None:
    first: dict[str, int] = {}
    problems = [
        lines.problem(line, f"的{title}与第{first[value]}行重复。请检查后整份重发。")
        for line, value in enumerate(values, start=first_line)
        if first.setdefault(value, line) != line
    ]
    lines.refuse(problems)
