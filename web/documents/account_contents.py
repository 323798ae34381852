"""What stands in the documents about one person's account. Amounts are 分; the words for them are made when printing."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from web.documents.paper import Numbered, Signature


class StatementYear(Struct, frozen=True, kw_only=True):
    """One line. The sources are named as in the ledger; `other_fen`: every source without a column of its own, and what
    was paid out. What was taken back is negative."""

    year: int
    personal_fen: int = 0
    collective_fen: int = 0
    other_assistance_fen: int = 0
    subsidy_province_fen: int = 0
    subsidy_city_fen: int = 0
    subsidy_county_fen: int = 0
    government_paid_fen: int = 0
    interest_fen: int = 0
    other_fen: int = 0
    closing_fen: int
    note: str = ""

    @property
    def change_fen(self) -> int:
        return (
            self.personal_fen + self.collective_fen + self.other_assistance_fen + self.subsidy_province_fen
            + self.subsidy_city_fen + self.subsidy_county_fen + self.government_paid_fen + self.interest_fen + self.other_fen
        )  # fmt: skip


class SourceBalance(Struct, frozen=True, kw_only=True):
    title: str  # of the source of funds
    principal_fen: int
    interest_fen: int


class AccountStatement(Numbered, frozen=True, kw_only=True):
    """《个人账户对账单》 (规程第十九条; R-196, R-198, R-201): the whole account, or the years of `period`.

    `opening_fen`: what stood there before the first line. `balances`: by source at `as_of_on`; empty where they are not
    known for that day. ValueError when the lines or the balances do not lead to the amount at the end.
    """

    name: str
    id_number_masked: str
    region_name: str
    enrolled_on: date | None = None
    contribution_years: int
    period: str  # for instance 2025年度
    as_of_on: date
    opening_fen: int = 0
    years: tuple[StatementYear, ...]
    balances: tuple[SourceBalance, ...] = ()
    verify_url: str
    enquiry_phone: str = ""

    def __post_init__(self) -> None:
        standing = self.opening_fen
        for line in self.years:
            standing += line.change_fen
            if standing != line.closing_fen:
                raise ValueError(f"the statement does not add up in {line.year}")
        if self.balances and sum(each.principal_fen + each.interest_fen for each in self.balances) != standing:
            raise ValueError("the balances by source are not what the statement ends with")

    @property
    def total_fen(self) -> int:
        return self.years[-1].closing_fen if self.years else self.opening_fen


class Certificate(Numbered, frozen=True, kw_only=True):
    """`handler`: whose signature stands on it where it is handed out at a counter (R-103)."""

    name: str
    id_type: str
    id_number: str
    region_name: str
    enrolled_on: date
    status: str  # 参保状态
    contribution_years: int
    as_of_on: date
    verify_url: str
    handler: str = ""
    enquiry_phone: str = ""


class ParticipationCertificate(Certificate, frozen=True, kw_only=True):
    """《参保证明》: that the person participates, since when, for how many years contributed."""

    category: str = ""  # 缴费身份


class PaidYear(Struct, frozen=True, kw_only=True):
    """What counts for one year (R-101). `tier` as people know it, for instance 每年1000元."""

    year: int
    tier: str
    personal_fen: int
    government_paid_fen: int = 0
    last_paid_on: date
    note: str = ""  # for instance 补缴


class ContributionCertificate(Certificate, frozen=True, kw_only=True):
    """《缴费证明》: the years paid and the amounts (R-101, R-103)."""

    years: tuple[PaidYear, ...]

    @property
    def personal_fen(self) -> int:
        return sum_of(self.years, "personal_fen")

    @property
    def government_paid_fen(self) -> int:
        return sum_of(self.years, "government_paid_fen")


class Payment(Struct, frozen=True, kw_only=True):
    """`voucher_number`: of the tax voucher or the bank's slip. `booked_on`: None while the money has not arrived yet."""

    year: int
    tier: str
    amount_fen: int
    paid_on: date
    booked_on: date | None = None
    channel: str
    voucher_number: str = ""


class PaymentSlip(Numbered, frozen=True, kw_only=True):
    """《缴费凭单》 for the resident: what was paid, when, for which year. It is not a tax voucher and says so."""

    name: str
    id_number_masked: str
    region_name: str
    payments: tuple[Payment, ...]
    issued_on: date
    verify_url: str
    enquiry_phone: str = ""

    @property
    def total_fen(self) -> int:
        return sum_of(self.payments, "amount_fen")


class DebitedPerson(Struct, frozen=True, kw_only=True):
    """`standard_fen`: what the tier costs a year today; what is debited follows the tier."""

    name: str
    id_number: str
    relation: str
    tier: str
    standard_fen: int
    note: str = ""


class DebitAgreement(Numbered, frozen=True, kw_only=True):
    """《代扣代缴协议书》 of payer, bank and agency (R-116…R-121); `number` is the 合同编号. People stand in the order in
    which they are debited."""

    payer_name: str
    payer_id_type: str
    payer_id_number: str
    bank: str
    bank_account: str
    people: tuple[DebitedPerson, ...]
    address: str = ""
    phone: str = ""
    mobile: str = ""
    signed_on: date | None = None
    signature: Signature | None = None
    registered_on: date | None = None
    outlet: str = ""  # 代办网点
    teller: str = ""  # 经办柜员


def sum_of(lines: Iterable[object], field: str) -> int:
    return sum(getattr(line, field) for line in lines)
