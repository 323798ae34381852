"""What stands in the sheets of the fund: declarations, slips, lists, vouchers. Amounts are 分; totals are made from the
lines, words from the digits."""

from datetime import date
from typing import Literal

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered


class Declaration(Numbered, frozen=True, kw_only=True):
    """What the declarations of contributions have in common. `number` is the 申报编号; the date of printing is that of
    `printed_at`."""

    office: str  # 申报机构
    declarant: str
    declarant_id_number: str
    declared_on: date
    bank: str = ""  # 代收银行
    bank_account: str = ""
    account_name: str = ""
    payment_state: str  # 缴费状态, for instance 未缴费, 已缴费
    slip_number: str = ""  # 缴费回款单据号
    note: str = ""
    handler: str = ""
    handled_on: date | None = None


class BatchDeclaration(Declaration, frozen=True, kw_only=True):
    """《批量缴费申报单》 (R-091, R-092). `people_times`: one for every line of the batch."""

    people_times: int
    total_fen: int


class AssistedPerson(Struct, frozen=True, kw_only=True):
    name: str
    id_number: str
    region_name: str
    year: int
    amount_fen: int
    note: str = ""


class CollectiveAssistanceDeclaration(Declaration, frozen=True, kw_only=True):
    """《集体补助申报单》 with its 明细表 (R-138…R-144). `giver`: the village committee, organisation or person who gives.
    `minutes`: the villagers' meeting, for a village collective."""

    giver: str
    giver_kind: str  # for instance 村集体补助, 其他社会经济组织资助
    minutes: str = ""
    people: tuple[AssistedPerson, ...]

    @property
    def total_fen(self) -> int:
        return sum_of(self.people, "amount_fen")


class AdjustedItem(Struct, frozen=True, kw_only=True):
    name: str
    id_number: str
    item: str  # 调整项目: the source of funds
    before_fen: int
    after_fen: int
    basis: str
    note: str = ""


class AdjustmentDeclaration(Declaration, frozen=True, kw_only=True):
    """《缴费调整申报单》 (R-153…R-168). `personal_fen`: what the personal parts change by, negative where money is paid back,
    0 where only subsidies change (R-160)."""

    insurance: str = "城乡居民基本养老保险"
    contribution_year: int
    personal_fen: int
    items: tuple[AdjustedItem, ...] = ()
    phone: str = ""


class BankSlip(Numbered, frozen=True, kw_only=True):
    """进账单 in its three forms. `people`: None on the slip of the finance bureau, which has no such line."""

    title: Literal["银行代收进账单", "银行代扣代缴进账单", "银行进账单"] = "银行进账单"
    dated_on: date | None = None
    payee: str
    bank: str
    account: str
    source: str  # 款项来源
    amount_fen: int
    people: int | None = None
    note: str = ""


class EstimateLine(Struct, frozen=True, kw_only=True):
    tier: str
    standard_fen: int
    people_times: int
    personal_fen: int
    province_fen: int
    city_fen: int
    county_fen: int
    government_paid_fen: int

    @property
    def subsidy_fen(self) -> int:
        return self.province_fen + self.city_fen + self.county_fen + self.government_paid_fen


class SubsidyEstimate(Numbered, frozen=True, kw_only=True):
    """《缴费补贴测算表》 of one month (R-411)."""

    year: int
    month: int
    lines: tuple[EstimateLine, ...]
    maker: str = ""
    reviewer: str = ""
    approver: str = ""


class BackPayment(Struct, frozen=True, kw_only=True):
    name: str
    id_number: str
    region_name: str
    year: int
    tier: str
    amount_fen: int
    paid_on: date | None = None
    note: str = ""


class BackPaymentList(Numbered, frozen=True, kw_only=True):
    """《补缴明细表》 of a township or village, with the account the money goes to (R-106…R-115)."""

    region_name: str
    declared_on: date
    payee: str
    bank: str
    account: str
    lines: tuple[BackPayment, ...]
    maker: str = ""
    reviewer: str = ""

    @property
    def total_fen(self) -> int:
        return sum_of(self.lines, "amount_fen")


class Column(Struct, frozen=True, kw_only=True):
    """`width`: in relation to the other columns. Numbers stand to the right."""

    title: str
    width: int = 1
    is_number: bool = False


class VillageList(Numbered, frozen=True, kw_only=True):
    """A list of people of one place with whatever columns it needs; cells are already the words people read.
    `totals`: a last row. `codes`: an address for each row, printed as a picture to be scanned; `first`: the number of the first
    row. ValueError when a row is not as long as the columns are many, or codes are missing."""

    title: str
    region_name: str
    as_of_on: date
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    first: int = 1
    note: str = ""
    maker: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in (*self.rows, self.totals or self.columns)):
            raise ValueError("a row is not as long as the columns are many")
        if self.codes and len(self.codes) != len(self.rows):
            raise ValueError("not every row has its code")


class VoucherEntry(Struct, frozen=True, kw_only=True):
    summary: str
    account: str  # the title of the ledger account
    debit_fen: int = 0
    credit_fen: int = 0


class FundVoucher(Numbered, frozen=True, kw_only=True):
    """记账凭证 (R-472). ValueError when debit and credit differ."""

    period: str  # for instance 2026年11月
    dated_on: date
    lines: tuple[VoucherEntry, ...]
    source: str  # the business document, with its number
    attachments: int = 0
    maker: str = ""
    reviewer: str = ""

    def __post_init__(self) -> None:
        if self.debit_fen != sum_of(self.lines, "credit_fen"):
            raise ValueError("debit and credit differ")

    @property
    def debit_fen(self) -> int:
        return sum_of(self.lines, "debit_fen")


class TownshipInterest(Struct, frozen=True, kw_only=True):
    """`amounts_fen`: as many and in the order of the sheet's `funds`."""

    region_name: str
    accounts: int
    amounts_fen: tuple[int, ...]


class InterestSheet(Numbered, frozen=True, kw_only=True):
    """年度结息汇总表: what one run wrote, by township and source of funds (R-175…R-185). `maker`, `reviewer` and `approver`
    are three people. ValueError when a line has not as many amounts as there are sources."""

    year: int
    rate: str  # for instance 2.62%
    rate_document: str
    posted_on: date
    funds: tuple[str, ...]
    lines: tuple[TownshipInterest, ...]
    note: str = ""
    maker: str = ""
    reviewer: str = ""
    approver: str = ""

    def __post_init__(self) -> None:
        if any(len(line.amounts_fen) != len(self.funds) for line in self.lines):
            raise ValueError("a line has not as many amounts as there are sources")

    @property
    def totals_fen(self) -> list[int]:
        return [sum(line.amounts_fen[position] for line in self.lines) for position in range(len(self.funds))]


class LandLossPerson(Struct, frozen=True, kw_only=True):
    """`year_number`: which of the yearly parts it is; 0: all at once."""

    region_name: str
    name: str
    id_number: str
    amount_fen: int
    year_number: int = 0
    note: str = ""


class LandLossDeclaration(Numbered, frozen=True, kw_only=True):
    """《被征地农民缴费补贴申报表》 (R-145…R-152): what the agency asks the finance bureau for."""

    declared_on: date
    people: tuple[LandLossPerson, ...]
    maker: str = ""
    reviewer: str = ""
    approver: str = ""

    @property
    def total_fen(self) -> int:
        return sum_of(self.people, "amount_fen")
