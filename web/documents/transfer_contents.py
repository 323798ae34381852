"""What stands in the papers of a transfer (湖南省经办工作流程九 附件3, 十 附件2 to 附件4). Amounts are 分."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered


class TransferApplication(Numbered, frozen=True, kw_only=True):
    """《城乡居民基本养老保险关系转入申请表》 (规程第四十一条)."""

    applied_on: date
    name: str
    sex: str
    born_on: date
    id_number: str
    household_type: str
    household_address: str
    moved_on: date
    phone: str
    address: str
    village_from: str = ""
    village_to: str
    agency_from: str
    agency_to: str


class TransferLetter(Numbered, frozen=True, kw_only=True):
    """《城乡居民基本养老保险关系转入接收函》; without an account where no money follows (R-385)."""

    addressee: str
    name: str
    id_number: str
    household_address: str
    region_code: str
    moved_on: date
    sent_on: date
    valid_until: date
    payee: str = ""
    bank: str = ""
    bank_account: str = ""
    handler: str
    phone: str = ""


class TransferYear(Struct, frozen=True, kw_only=True):
    year: int
    item: str
    counted: str  # 算, or empty
    personal_fen: int
    collective_fen: int
    other_assistance_fen: int
    subsidy_province_fen: int
    subsidy_city_fen: int
    subsidy_county_fen: int
    government_paid_fen: int
    land_loss_fen: int
    total_fen: int


class TransferForm(Numbered, frozen=True, kw_only=True):
    """《城乡居民基本养老保险关系转出审批表》 (R-376, R-394)."""

    agency_from: str
    agency_to: str
    name: str
    id_number: str
    enrolled_on: date
    years: int
    out_on: date
    settled_to: str
    lines: tuple[TransferYear, ...]
    handler: str

    @property
    def total_fen(self) -> int:
        return sum_of(self.lines, "total_fen")
