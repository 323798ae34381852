"""Files exchanged with the finance bureau: the request for subsidies, and what arrived (R-411…R-420; layout: ours)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from domain.exchange import envelope
from domain.exchange.columns import amount, choice, count, day, month, text
from domain.exchange.envelope import AGENCY, Acknowledgement, FileType, Header, Message

FINANCE = "finance"


class Source(StrEnum):
    """Out of which purse money comes; named as in domain/funds.py where it goes into accounts."""

    PROVINCE = "subsidy_province"
    CITY = "subsidy_city"
    COUNTY = "subsidy_county"
    GOVERNMENT_PAID = "government_paid"
    LAND_LOSS = "land_loss"
    BASIC_PENSION = "basic_pension"


class SubsidyRequest(Struct, frozen=True, kw_only=True):
    """缴费补贴测算表, a tier a row (湖南省经办工作流程十九 附件2). The amount is the sum of the four subsidies: ValueError else."""

    request_no: Annotated[str, text("测算表编号", 32)]
    period: Annotated[int, month("所属年月")]
    tier: Annotated[str, text("档次", 20)]
    standard_fen: Annotated[int, amount("缴费标准")]
    times: Annotated[int, count("缴费人次")]
    personal_fen: Annotated[int, amount("个人缴费金额")]
    province_fen: Annotated[int, amount("省级补贴")]
    city_fen: Annotated[int, amount("市级补贴")]
    county_fen: Annotated[int, amount("县级补贴")]
    government_paid_fen: Annotated[int, amount("政府代缴")]
    amount_fen: Annotated[int, amount("合计")]

    def __post_init__(self) -> None:
        if self.amount_fen != self.province_fen + self.city_fen + self.county_fen + self.government_paid_fen:
            raise ValueError("的合计应当等于省、市、县补贴与政府代缴之和")


class Arrival(Struct, frozen=True, kw_only=True):
    """到款通知: one slip, one purse. A request may be paid by several slips, and in part."""

    slip_no: Annotated[str, text("进账单号", 32)]
    bank: Annotated[str, text("开户银行", 40)]
    received_on: Annotated[date, day("到账日期")]
    source: Annotated[Source, choice("资金来源", Source)]
    amount_fen: Annotated[int, amount("金额", least=1)]
    request_no: Annotated[str, text("测算表编号", 32, blank=True)]
    note: Annotated[str, text("备注", 200, blank=True)]


TYPES: dict[str, FileType] = {
    "subsidy_request": FileType("缴费补贴申请", SubsidyRequest, frozenset({AGENCY})),
    "arrival_notice": FileType("财政到款通知", Arrival, frozenset({FINANCE})),
    "ack": FileType("文件回执", Acknowledgement, frozenset({AGENCY, FINANCE})),
}


def encode(header: Header, rows: Sequence[Struct]) -> bytes:
    """Row count, total and digest of `header` are filled in. Refused when a row cannot be written."""
    return envelope.encode(header, rows)


def decode(data: bytes) -> Message:
    """The rows are of the struct that TYPES names for `header.type`. Raises Refused with line-numbered problems."""
    return envelope.decode(data, TYPES)
