"""Files exchanged with the tax bureau (规程第十二条至第十四条; R-491, R-492). Layout: ours, in docs/exchange.md.

The text of 税总办发〔2018〕123号 was not at hand: the kinds of file follow the 规程, the columns are our own.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from domain.exchange import envelope
from domain.exchange.columns import amount, choice, code, count, day, id_number, number, text, year
from domain.exchange.envelope import AGENCY, Acknowledgement, FileType, Header, Message

TAX = "tax"
VOUCHER = code("税票号", r"[0-9A-Z-]{6,32}", "6到32位字母和数字")


class Action(StrEnum):
    ENROLL = "enroll"
    CHANGE = "change"
    CANCEL = "cancel"


class Item(StrEnum):
    """缴费项目, codes of AAE341."""

    PERSONAL = "1"
    COLLECTIVE = "6"
    GOVERNMENT_PAID = "11"


class Verdict(StrEnum):
    AGREED = "agreed"
    REFUSED = "refused"


class Registration(Struct, frozen=True, kw_only=True):
    """参保登记: somebody joined, has other marks, or left. Everything as it is from `effective_on` on."""

    action: Annotated[Action, choice("业务", Action)]
    participant_no: Annotated[str, text("个人编号", 20)]
    social_security_no: Annotated[str, id_number()]
    id_type: Annotated[str, text("证件类型", 4, blank=True)]  # LD/T 92 AAC058, where it is known
    name: Annotated[str, text("姓名")]
    region_code: Annotated[str, code("行政区划", r"\d{12}", "12位数字")]
    effective_on: Annotated[date, day("生效日期")]


class RegistrationAck(Struct, frozen=True, kw_only=True):
    """One row for each row of a registration file: `sequence` is that file's number, `line` the line in it (the first is 2)."""

    sequence: Annotated[int, number("登记文件编号", 1, 10**8 - 1, "文件编号")]
    line: Annotated[int, number("登记文件行号", 2, 10**6, "行号，表头是第1行")]
    participant_no: Annotated[str, text("个人编号", 20)]
    verdict: Annotated[Verdict, choice("结果", Verdict)]
    reason: Annotated[str, text("原因", 200, blank=True)]


class PaymentDetail(Struct, frozen=True, kw_only=True):
    """缴费明细. One voucher may hold several people and years; voucher, person and year together come once (R-094)."""

    voucher_no: Annotated[str, VOUCHER]
    social_security_no: Annotated[str, id_number()]
    name: Annotated[str, text("姓名")]
    year: Annotated[int, year("缴费年度")]
    item: Annotated[Item, choice("缴费项目", Item)]
    amount_fen: Annotated[int, amount("金额", least=1)]
    treasury_on: Annotated[date, day("入库日期")]


class DailyReconciliation(Struct, frozen=True, kw_only=True):
    """对账: what one file of payment details, or of booked special contributions, of the business day holds. A day without
    any is told by a file without rows; a second file of the day lists all again and replaces the first."""

    sequence: Annotated[int, number("明细文件编号", 1, 10**8 - 1, "文件编号")]
    treasury_on: Annotated[date, day("入库日期")]
    lines: Annotated[int, count("笔数")]
    amount_fen: Annotated[int, amount("金额")]


class SpecialContributionDetermination(Struct, frozen=True, kw_only=True):
    """特殊缴费业务核定: what the agency determined and the tax bureau is to collect."""

    determination_no: Annotated[str, text("核定编号", 32)]
    social_security_no: Annotated[str, id_number()]
    name: Annotated[str, text("姓名")]
    year: Annotated[int, year("缴费年度")]
    item: Annotated[Item, choice("缴费项目", Item)]
    amount_fen: Annotated[int, amount("金额", least=1)]
    reason: Annotated[str, text("核定原因", 200)]
    pay_by_on: Annotated[date | None, day("缴费期限", blank=True)]


class SpecialContributionBooked(Struct, frozen=True, kw_only=True):
    """特殊缴费业务入库反馈."""

    determination_no: Annotated[str, text("核定编号", 32)]
    voucher_no: Annotated[str, VOUCHER]
    social_security_no: Annotated[str, id_number()]
    name: Annotated[str, text("姓名")]
    year: Annotated[int, year("缴费年度")]
    item: Annotated[Item, choice("缴费项目", Item)]
    amount_fen: Annotated[int, amount("金额", least=1)]
    treasury_on: Annotated[date, day("入库日期")]


class RefundRequest(Struct, frozen=True, kw_only=True):
    """退费申请, for us to look whether the money is credited (R-169)."""

    request_no: Annotated[str, text("退费申请编号", 32)]
    voucher_no: Annotated[str, VOUCHER]
    social_security_no: Annotated[str, id_number()]
    name: Annotated[str, text("姓名")]
    year: Annotated[int, year("缴费年度")]
    amount_fen: Annotated[int, amount("金额", least=1)]
    requested_on: Annotated[date, day("申请日期")]
    reason: Annotated[str, text("退费原因", 200)]


class RefundVerification(Struct, frozen=True, kw_only=True):
    """退费核验. The amount is what may be paid back: 0 when refused."""

    request_no: Annotated[str, text("退费申请编号", 32)]
    social_security_no: Annotated[str, id_number()]
    verdict: Annotated[Verdict, choice("核验结果", Verdict)]
    amount_fen: Annotated[int, amount("可退金额")]
    reason: Annotated[str, text("说明", 200, blank=True)]


class RefundDone(Struct, frozen=True, kw_only=True):
    """退费信息, from whoever paid the money back: the tax bureau out of the treasury, or we out of 收入户 (规程第四十八条)."""

    request_no: Annotated[str, text("退费申请编号", 32)]
    voucher_no: Annotated[str, VOUCHER]
    social_security_no: Annotated[str, id_number()]
    amount_fen: Annotated[int, amount("退费金额", least=1)]
    refunded_on: Annotated[date, day("退费日期")]


_WE, _THEY, _BOTH = frozenset({AGENCY}), frozenset({TAX}), frozenset({AGENCY, TAX})
TYPES: dict[str, FileType] = {
    "registration": FileType("参保登记", Registration, _WE),
    "registration_ack": FileType("参保登记回执", RegistrationAck, _THEY),
    "payment_detail": FileType("缴费明细", PaymentDetail, _THEY),
    "daily_reconciliation": FileType("每日对账", DailyReconciliation, _THEY),
    "special_contribution_determination": FileType("特殊缴费核定", SpecialContributionDetermination, _WE),
    "special_contribution_booked": FileType("特殊缴费入库反馈", SpecialContributionBooked, _THEY),
    "refund_request": FileType("退费申请", RefundRequest, _THEY),
    "refund_verification": FileType("退费核验", RefundVerification, _WE),
    "refund_done": FileType("退费信息", RefundDone, _BOTH),
    "ack": FileType("文件回执", Acknowledgement, _BOTH),
}


def encode(header: Header, rows: Sequence[Struct]) -> bytes:
    """Row count, total and digest of `header` are filled in. Refused when a row cannot be written."""
    return envelope.encode(header, rows)


def decode(data: bytes) -> Message:
    """The rows are of the struct that TYPES names for `header.type`. Raises Refused with line-numbered problems."""
    return envelope.decode(data, TYPES)
