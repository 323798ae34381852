"""Messages of the transfer system between two agencies (规程第四十三条、第四十四条; R-375): letter, form, answers. Layout: ours.

Counties of one installation hand each other the same structs; for a county outside they travel in files through the platform.
Each row names both counties, because the platform forwards rows one by one.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from domain.exchange import envelope
from domain.exchange.columns import account_number, amount, choice, count, day, id_number, month, number, text, year
from domain.exchange.envelope import AGENCY, Acknowledgement, FileType, Header, Message

TRANSFER = "transfer"
LEAST = -(10**12)  # a line may be negative where a correction was larger than what the year brought

_COUNTY = "6位数字"


class Money(StrEnum):
    """As domain.rules.transfer.Money."""

    CENTRAL = "central"
    CASH = "cash"


class LineKind(StrEnum):
    CONTRIBUTION = "contribution"
    OTHER = "other"  # principal that is for no year
    INTEREST = "interest"


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"


class Outcome(StrEnum):
    DONE = "done"
    NOT_CONFIRMED = "not_confirmed"


class Letter(Struct, frozen=True, kw_only=True):
    """《转入接收函》. `bank_account`: where the money is to go, blank where none follows."""

    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    agency: Annotated[str, text("转入地社保机构", 60)]
    name: Annotated[str, text("姓名", 50)]
    social_security_no: Annotated[str, id_number("公民身份号码")]
    household_address: Annotated[str, text("新户籍地址", 100)]
    region_code: Annotated[str, text("新户籍所在村组代码", 12)]
    moved_on: Annotated[date, day("户籍变更日期")]
    sent_on: Annotated[date, day("发函日期")]
    valid_until: Annotated[date, day("有效期至")]
    money: Annotated[Money, choice("资金方式", Money)]
    payee: Annotated[str, text("账户名", 60, blank=True)]
    bank: Annotated[str, text("开户行", 60, blank=True)]
    bank_account: Annotated[str, account_number(blank=True)]
    handler: Annotated[str, text("经办人", 50)]
    phone: Annotated[str, text("联系电话", 30, blank=True)]


class FormLine(Struct, frozen=True, kw_only=True):
    """《转出审批表》, one row for each year and kind of money; all rows of a letter stand in one file. The amount is the sum of the
    eight sources: ValueError else."""

    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    agency: Annotated[str, text("转出地社保机构", 60)]
    name: Annotated[str, text("姓名", 50)]
    social_security_no: Annotated[str, id_number("公民身份号码")]
    first_enrolled_on: Annotated[date, day("参保日期")]
    out_on: Annotated[date, day("转出日期")]
    settled_month: Annotated[int, month("结息至")]
    years: Annotated[int, count("累计缴费年限")]
    total_fen: Annotated[int, amount("转出金额")]
    year: Annotated[int, year("年度")]
    kind: Annotated[LineKind, choice("款项", LineKind)]
    counts: Annotated[YesNo, choice("是否计算年限", YesNo)]
    personal_fen: Annotated[int, amount("个人缴费", least=LEAST)]
    collective_fen: Annotated[int, amount("集体补助", least=LEAST)]
    other_assistance_fen: Annotated[int, amount("其他资助", least=LEAST)]
    subsidy_province_fen: Annotated[int, amount("省级补贴", least=LEAST)]
    subsidy_city_fen: Annotated[int, amount("市级补贴", least=LEAST)]
    subsidy_county_fen: Annotated[int, amount("县级补贴", least=LEAST)]
    government_paid_fen: Annotated[int, amount("政府代缴", least=LEAST)]
    land_loss_fen: Annotated[int, amount("被征地补贴", least=LEAST)]
    amount_fen: Annotated[int, amount("金额", least=LEAST)]
    handler: Annotated[str, text("审核人", 50)]

    def __post_init__(self) -> None:
        parts = (
            self.personal_fen, self.collective_fen, self.other_assistance_fen, self.subsidy_province_fen, self.subsidy_city_fen,
            self.subsidy_county_fen, self.government_paid_fen, self.land_loss_fen,
        )  # fmt: skip
        if self.amount_fen != sum(parts):
            raise ValueError("的金额应当等于八项来源之和")


class Refusal(Struct, frozen=True, kw_only=True):
    """The relation stays where it is."""

    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    reason: Annotated[str, text("原因", 200)]


class Completion(Struct, frozen=True, kw_only=True):
    """办结反馈. Not confirmed: the other side takes its transfer back (R-381)."""

    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    outcome: Annotated[Outcome, choice("结果", Outcome)]
    booked_on: Annotated[date, day("办结日期")]
    total_fen: Annotated[int, amount("记入金额")]
    reason: Annotated[str, text("原因", 200, blank=True)]


class Question(Struct, frozen=True, kw_only=True):
    """A doubt about transferred records (规程第四十四条; R-388)."""

    question_no: Annotated[str, text("核查编号", 40)]
    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    asked: Annotated[str, text("要核查的内容", 500)]
    handler: Annotated[str, text("经办人", 50)]


class QuestionAnswer(Struct, frozen=True, kw_only=True):
    question_no: Annotated[str, text("核查编号", 40)]
    letter_no: Annotated[str, text("接收函编号", 32)]
    in_county: Annotated[int, number("转入地区划代码", 1, 999_999, _COUNTY, width=6)]
    out_county: Annotated[int, number("转出地区划代码", 1, 999_999, _COUNTY, width=6)]
    answer: Annotated[str, text("核查结果", 500)]
    handler: Annotated[str, text("经办人", 50)]


_BOTH = frozenset({AGENCY, TRANSFER})
TYPES: dict[str, FileType] = {
    "transfer_letter": FileType("转入接收函", Letter, _BOTH),
    "transfer_form": FileType("转出审批表", FormLine, _BOTH),
    "transfer_refusal": FileType("不予转出告知", Refusal, _BOTH),
    "transfer_completion": FileType("办结反馈", Completion, _BOTH),
    "transfer_question": FileType("转移记录核查", Question, _BOTH),
    "transfer_question_answer": FileType("核查结果", QuestionAnswer, _BOTH),
    "ack": FileType("文件回执", Acknowledgement, _BOTH),
}
TO_THE_OLD_COUNTY = frozenset({"transfer_letter", "transfer_completion", "transfer_question"})  # the others go to the new one


def encode(header: Header, rows: Sequence[Struct]) -> bytes:
    """Row count, total and digest of `header` are filled in. Refused when a row cannot be written."""
    return envelope.encode(header, rows)


def decode(data: bytes) -> Message:
    """The rows are of the struct that TYPES names for `header.type`. Raises Refused with line-numbered problems."""
    return envelope.decode(data, TYPES)
