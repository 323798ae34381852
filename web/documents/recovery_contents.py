"""What stands in the papers of a recovery (松山办法第二十八条至第三十条; 湖南省经办工作流程二十三). Amounts are 分."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered


class RecoveryNotice(Numbered, frozen=True, kw_only=True):
    """《社会保险待遇返还通知书》 or 《冒领社会保险待遇追缴通知书》, with its receipt."""

    addressee: str
    relation: str  # 本人, 儿子
    name: str  # whose pension it was
    id_number_masked: str
    facts: str
    amount_fen: int
    deadline_on: date
    issued_on: date
    bank: str = ""
    bank_account: str = ""
    account_name: str = ""
    enquiry_phone: str = ""
    enquiry_address: str = ""


class RefundItem(Struct, frozen=True, kw_only=True):
    title: str
    amount_fen: int


class RefundRegistration(Numbered, frozen=True, kw_only=True):
    """《稽核退款登记单》 (湖南省经办工作流程二十三 附件2; R-348, R-349). ValueError when the items are not the whole."""

    scheme: str
    id_number: str
    name: str
    auditor: str
    audited_on: date | None
    amount_fen: int
    items: tuple[RefundItem, ...]
    audit_kind: str
    region_name: str
    reason: str
    payer: str
    paid_on: date
    slip_no: str
    handler: str
    handled_on: date
    reviewer: str = ""

    def __post_init__(self) -> None:
        if sum_of(self.items, "amount_fen") != self.amount_fen:
            raise ValueError("the items are not the whole")


class RepaymentPart(Struct, frozen=True, kw_only=True):
    number: int
    due_on: date
    amount_fen: int


class RepaymentAgreement(Numbered, frozen=True, kw_only=True):
    """分期返还协议 (社会保险经办条例第四十六条). ValueError when the instalments are not the whole."""

    debtor: str
    relation: str
    name: str
    id_number_masked: str
    facts: str
    total_fen: int
    parts: tuple[RepaymentPart, ...]
    missed_at_most: int
    signed_on: date
    handler: str

    def __post_init__(self) -> None:
        if sum_of(self.parts, "amount_fen") != self.total_fen:
            raise ValueError("the instalments are not the whole")


class TransferPaper(Struct, frozen=True, kw_only=True):
    """A line of the list: what it is, when, what stands in it."""

    kind: str
    on: date
    text: str


class TransferFile(Numbered, frozen=True, kw_only=True):
    """移送材料清单: facts, sums and every paper (规程第三十五条、第三十六条; R-350). ValueError when the sums do not agree."""

    name: str
    id_number: str
    region_name: str
    cause: str
    facts: str
    debtor: str
    relation: str
    principal_fen: int
    recovered_fen: int
    written_off_fen: int
    open_fen: int
    suspicion: str  # of fraud
    items: tuple[RefundItem, ...]
    papers: tuple[TransferPaper, ...]
    asked_by: str
    reason: str
    made_on: date

    def __post_init__(self) -> None:
        if self.principal_fen != self.recovered_fen + self.written_off_fen + self.open_fen:
            raise ValueError("principal is not what was recovered, written off and is open")
