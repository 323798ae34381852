"""A file that can be checked: a header line with count, total and digest, and the rows below it.

The digest is SM3 over the file as it is with an empty digest field: whatever is cut, added or changed is seen, in the header
too. Files are numbered, each sender's without gaps for each county, acknowledged, and sent again when asked (R-495).
"""

import codecs
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct, structs

from db.crypto import sm3
from domain.errors import Problem, Refused
from domain.exchange import lines
from domain.exchange.columns import amount, choice, code, count, day, number, text, word
from domain.exchange.lines import Encoding
from domain.money import show

LAYOUT = "PENSION1"
AGENCY = "agency"  # we, as the sender of a file
BANK = "bank"  # any bank: each sends under its own code of capitals (NH, NYZ)
LONGEST_REASON = 1000
NO_DIGEST = "0" * 64  # holds the place while the digest is made
HEX_DIGEST = ("[0-9A-F]{64}", "64位十六进制的SM3值")


class Header(Struct, frozen=True, kw_only=True):
    """The first line of a file. `sequence` counts the files of one sender to us, or from us to it, in one county."""

    layout: Annotated[str, code("格式版本", LAYOUT, f"“{LAYOUT}”")] = LAYOUT
    type: Annotated[str, word("文件类型", "文件类型的英文名")]
    sender: Annotated[str, word("发送方", "agency、tax、finance、transfer或银行代码")]
    county_code: Annotated[int, number("县区划代码", 1, 999_999, "6位数字", width=6)]
    sequence: Annotated[int, number("文件编号", 1, 10**8 - 1, "从1开始、不跳号的数")]
    business_on: Annotated[date, day("业务日期")]
    row_count: Annotated[int, count("行数")] = 0
    total_fen: Annotated[int, amount("总金额")] = 0
    digest: Annotated[str, code("校验码", *HEX_DIGEST)] = NO_DIGEST


class Message(Struct, frozen=True):
    header: Header
    rows: tuple[Struct, ...]


class Answer(StrEnum):
    ACCEPTED = "accepted"
    REPEATED = "repeated"  # taken before, the same; not taken again
    REFUSED = "refused"  # not taken; to be mended and sent under the same number
    MISSING = "missing"  # never came, and a later one did: please send it


class Acknowledgement(Struct, frozen=True, kw_only=True):
    """One row for each file that is answered. `sequence` 0 and an empty digest: the header could not be read, or the file has
    none. For a missing file only its number is known."""

    file_name: Annotated[str, text("文件名", 100, blank=True)]
    sequence: Annotated[int, number("所答文件编号", 0, 10**8 - 1, "文件编号，读不出时写0")]
    digest: Annotated[str, code("所答文件校验码", HEX_DIGEST[0] + "|", HEX_DIGEST[1] + "，可以空着")]
    answer: Annotated[Answer, choice("结果", Answer)]
    reason: Annotated[str, text("原因", LONGEST_REASON, blank=True)]


def reason_of(refused: Refused) -> str:
    """Why a file was refused, short enough for the answer."""
    reason = "；".join(problem.message.rstrip("。") for problem in refused.problems)
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"


class FileType(Struct, frozen=True):
    """`senders`: who may send it; BANK stands for every bank."""

    title: str
    row: type[Struct]
    senders: frozenset[str]


def file_name(header: Header) -> str:
    parts = (
        f"{header.county_code:06d}",
        header.sender,
        header.type,
        f"{header.business_on:%Y%m%d}",
        f"{header.sequence:08d}",
    )
    return "_".join(parts) + ".txt"


def encode(header: Header, rows: Sequence[Struct], encoding: Encoding = "utf-8", end: str = "\n") -> bytes:
    """The file; row count, total and digest of `header` are filled in. Refused when a row cannot be written."""
    body = lines.write_all(rows, first_line=2, encoding=encoding, end=end)
    total = sum(amount_of(row) for row in rows)
    filled = structs.replace(header, row_count=len(rows), total_fen=total, digest=NO_DIGEST)
    unsigned = lines.write(filled, 1).removesuffix(NO_DIGEST)
    return f"{unsigned}{_digest(unsigned.encode() + end.encode() + body)}{end}".encode() + body


def amount_of(row: Struct) -> int:
    """What a row adds to the total of its file: its amount, if it has one."""
    fen: int = getattr(row, "amount_fen", 0)
    return fen


def _digest(unsigned: bytes) -> str:
    return sm3(unsigned).hex().upper()


def header_of(data: bytes) -> Header:
    """The header alone, of a file with damaged rows too: whoever refuses it must name its number. Raises Refused."""
    problems: list[Problem] = []
    first = data.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].decode("ascii", "replace").removesuffix("\r")
    header = lines.read(Header, first, 1, problems)
    if header is None:
        raise Refused(*problems)
    return header


def decode(data: bytes, types: Mapping[str, FileType], encoding: Encoding = "utf-8") -> Message:
    """The whole file or nothing. Raises Refused with every problem found, each with its line."""
    data, content = lines.text_of(data, encoding)
    header = header_of(data)
    kind = types.get(header.type)
    if kind is None:
        raise lines.refused("type", "第1行的文件类型不认识，请对照接口说明。")
    if (BANK if header.sender.isupper() else header.sender) not in kind.senders:
        raise lines.refused("sender", f"第1行的发送方不能发送{kind.title}。")
    body = lines.lines_of(content)[1:]
    if len(body) != header.row_count:
        raise lines.refused(
            "file-cut", f"文件不完整：表头说有{header.row_count}行，实际{len(body)}行。请重新发送整份文件。"
        )
    problems: list[Problem] = []
    head, _, rest = data.partition(b"\n")
    unsigned = head[: head.rindex(b"|") + 1] + (b"\r\n" if head.endswith(b"\r") else b"\n") + rest
    if _digest(unsigned) != header.digest:
        problems.append(Problem("digest", "校验码不对，文件在生成以后被改动过或传坏了。请重新发送整份文件。", "file"))
    rows = lines.read_all(kind.row, body, first_line=2, problems=problems)
    total = sum(amount_of(row) for row in rows)
    if len(rows) == len(body) and total != header.total_fen:
        difference = (
            f"表头总金额{show(header.total_fen)}元，明细合计{show(total)}元，相差{show(total - header.total_fen)}元"
        )
        problems.append(Problem("total", f"{difference}。请核对后整份重发。", "file"))
    lines.refuse(problems)
    return Message(header, tuple(rows))


class Standing(StrEnum):
    """What the number of a file says about it, before it is taken."""

    NEXT = "next"
    LATE = "late"  # fills a gap
    AHEAD = "ahead"  # numbers before it are missing; it may be taken, the missing ones are asked for
    REPEATED = "repeated"  # taken before: answered again, never taken again
    CONFLICT = "conflict"  # another content under a number that was taken: refused


def standing(header: Header, taken_digest: str | None, last: int) -> Standing:
    """`taken_digest`: of the file taken under this number, None when none was; `last`: the highest number taken so far."""
    if taken_digest is not None:
        return Standing.REPEATED if taken_digest == header.digest else Standing.CONFLICT
    if header.sequence == last + 1:
        return Standing.NEXT
    return Standing.AHEAD if header.sequence > last else Standing.LATE
