"""What can go wrong with a file on its way, on request."""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from sandbox.counterpart import wire
from sandbox.counterpart.wire import Form, Head


class Fault(StrEnum):
    HALF_FILE = "half_file"  # cut off in the middle
    WRONG_TOTAL = "wrong_total"  # the header says one fen more than the rows
    BAD_LINE = "bad_line"  # the last row lacks a column
    DUPLICATE = "duplicate"  # the same file twice, under two names
    LATE_FILE = "late_file"  # goes out only after the next one
    GAP = "gap"  # a number is left out
    GBK_RARE = "gbk_rare"  # GB18030, with names that GBK does not have
    RETURNED_LINE = "returned_line"  # one row comes back undone
    LATER_LINES = "later_lines"  # half of the answers wait until the next look
    OTHER_ANSWER = "other_answer"  # the answers come a second time and say something else


def spoil(fault: Fault | None, head: Head, data: bytes, form: Form) -> bytes:
    """What goes on its way instead of `data`; the same for a fault that is not one of the content."""
    head, rows = wire.unpack(data, form)[0], data.partition(b"\n")[2]
    end = form.end.encode()
    if fault is Fault.HALF_FILE:
        return data[: len(data) * 2 // 3]
    if fault is Fault.WRONG_TOTAL:
        return wire.sign(replace(head, total=f"{Decimal(head.total) + Decimal('0.01'):.2f}"), rows, form)
    if fault is Fault.BAD_LINE and rows:
        return wire.sign(head, rows.removesuffix(end).rpartition(b"|")[0] + end, form)
    if fault is Fault.GBK_RARE and form.encoding == "utf-8":
        return wire.sign(head, rows.decode().encode("gb18030"), form)
    return data
