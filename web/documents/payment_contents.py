"""What stands in the sheets of a payment month. Amounts are 分; totals are made from the lines, words from the digits."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered


class TownshipPayment(Struct, frozen=True, kw_only=True):
    """A township in a month: what is due for the month itself by who pays, and `change_fen`, what earlier months add or take
    (补发、扣回)."""

    region_name: str
    people: int
    central_fen: int
    province_fen: int
    city_fen: int
    county_fen: int
    account_fen: int
    change_fen: int

    @property
    def basic_fen(self) -> int:
        return self.central_fen + self.province_fen + self.city_fen + self.county_fen

    @property
    def total_fen(self) -> int:
        return self.basic_fen + self.account_fen + self.change_fen


class PaymentApproval(Numbered, frozen=True, kw_only=True):
    """《待遇支付审批表》 of a month (湖南省经办工作流程二十一附4). `maker`, `reviewer` and `approver` are three people; a name is
    empty until its owner has signed."""

    month: str  # for instance 2026年12月
    pay_on: date
    lines: tuple[TownshipPayment, ...]
    maker: str = ""
    reviewer: str = ""
    approver: str = ""

    @property
    def total(self) -> TownshipPayment:
        sums = {name: sum_of(self.lines, name) for name in TownshipPayment.__struct_fields__ if name != "region_name"}
        return TownshipPayment(region_name="合计", **sums)


class BankPayment(Struct, frozen=True, kw_only=True):
    bank: str
    files: int
    people: int
    amount_fen: int


class PaidPart(Struct, frozen=True, kw_only=True):
    """`title`: the part and who pays it; an amount that is kept back is negative."""

    title: str
    amount_fen: int


class PaymentSummary(Numbered, frozen=True, kw_only=True):
    """《城乡居民基本养老保险基金支付汇总表》 of what the banks have paid, in two copies (规程第二十九条). ValueError when the parts
    and the banks do not come to the same."""

    month: str
    pay_on: date
    parts: tuple[PaidPart, ...]
    banks: tuple[BankPayment, ...]
    maker: str = ""

    def __post_init__(self) -> None:
        if sum_of(self.parts, "amount_fen") != self.total_fen:
            raise ValueError("the parts and the banks do not come to the same")

    @property
    def total_fen(self) -> int:
        return sum_of(self.banks, "amount_fen")
