"""What stands in the papers of a linkage with the employee scheme (人社部发〔2014〕17号第九条; R-403). Amounts are 分."""

from datetime import date

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered
from web.documents.transfer_contents import TransferYear


class LinkageLetter(Numbered, frozen=True, kw_only=True):
    """《城乡养老保险制度衔接联系函》: asks the employee scheme for the relation and the money."""

    addressee: str
    name: str
    id_number: str
    employee: str  # 缴费年限 there as declared, in words
    here: str
    sent_on: date
    payee: str
    bank: str
    bank_account: str
    handler: str
    phone: str


class LinkageSheet(Numbered, frozen=True, kw_only=True):
    """《城乡养老保险制度衔接信息表》: what goes to the employee scheme, by year and source (R-401)."""

    addressee: str
    name: str
    id_number: str
    enrolled_on: date
    years: int
    left_on: date
    settled_to: str
    lines: tuple[TransferYear, ...]
    handler: str

    @property
    def total_fen(self) -> int:
        return sum_of(self.lines, "total_fen")
