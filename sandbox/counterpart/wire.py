"""Numbered files as docs/exchange.md lays them out: lists of texts ⇄ bytes."""

from dataclasses import dataclass, replace
from decimal import Decimal

from cryptography.hazmat.primitives.hashes import SM3, Hash

LAYOUT = "PENSION1"


@dataclass(frozen=True)
class Head:
    """`on` as 20261120, `total` in yuan as it is written."""

    type: str
    sender: str
    county: str
    sequence: int
    on: str
    count: int = 0
    total: str = "0.00"
    digest: str = ""


@dataclass(frozen=True)
class Form:
    """How the files of a partner are written."""

    encoding: str = "utf-8"
    end: str = "\n"


def pack(head: Head, rows: list[list[str]], form: Form, amount_at: int | None) -> bytes:
    """`amount_at`: which column is summed up in the header."""
    total = (
        sum((Decimal(row[amount_at]) for row in rows), Decimal("0.00")) if amount_at is not None else Decimal("0.00")
    )
    body = "".join("|".join(row) + form.end for row in rows).encode(form.encoding)
    return sign(replace(head, count=len(rows), total=f"{total:.2f}"), body, form)


def sign(head: Head, body: bytes, form: Form) -> bytes:
    fields = (LAYOUT, head.type, head.sender, head.county, str(head.sequence), head.on, str(head.count), head.total)
    unsigned = "|".join(fields) + "|"
    digest = sm3(unsigned.encode() + form.end.encode() + body)
    return f"{unsigned}{digest}{form.end}".encode() + body


def unpack(data: bytes, form: Form) -> tuple[Head, list[list[str]]]:
    """Raises ValueError saying in Chinese what is wrong with the file."""
    head = head_of(data)
    first, _, body = data.partition(b"\n")
    try:
        lines = body.decode(form.encoding).split("\n")
    except UnicodeDecodeError:
        raise ValueError(f"文件不是{form.encoding.upper()}编码") from None
    if not data.endswith(b"\n") or len(lines) - 1 != head.count:
        raise ValueError("文件不完整，请整份重发")
    unsigned = first.rstrip(b"\r")
    unsigned = unsigned[: unsigned.rindex(b"|") + 1] + first[len(unsigned) :] + b"\n"
    if sm3(unsigned + body) != head.digest:
        raise ValueError("校验码不对，请整份重发")
    return head, [line.removesuffix("\r").split("|") for line in lines[:-1]]


def head_of(data: bytes) -> Head:
    fields = data.partition(b"\n")[0].decode("ascii", "replace").strip().split("|")
    if len(fields) != 9 or fields[0] != LAYOUT or not (fields[4].isdigit() and fields[6].isdigit()):
        raise ValueError("表头读不出来")
    _, kind, sender, county, sequence, on, count, total, digest = fields
    return Head(kind, sender, county, int(sequence), on, int(count), total, digest)


def sm3(data: bytes) -> str:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize().hex().upper()
