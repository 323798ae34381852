"""What stands in the sheets of a deregistration (规程第三十八条、第三十九条). Amounts are 分."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered, Signature


class Taker(Struct, frozen=True, kw_only=True):
    """领取人. `amount_fen` 0: not reckoned yet."""

    name: str
    id_number: str
    relation: str
    share: str  # for instance 50%
    bank: str = ""
    account: str = ""  # as it may be printed
    guardian: str = ""
    amount_fen: int = 0
    paid: str = ""  # for instance 等付款


class DeregistrationForm(Numbered, frozen=True, kw_only=True):
    """《注销登记表》: what was declared and promised (R-045 of its kind). `number`: of the case."""

    applied_on: date
    name: str
    id_type: str
    id_number: str
    region_code: str
    region_name: str
    cause: str
    happened_on: date
    applicant_name: str
    relation: str
    phone: str
    pay_to: str
    funeral: str
    takers: tuple[Taker, ...]
    filled_by: str = "本人"
    channel: str = ""
    commitment: str = ""
    commitment_version: str = ""
    signature: Signature | None = None


class SettledMonth(Struct, frozen=True, kw_only=True):
    month: str
    kind: str  # 补发, 多发
    amount_fen: int


class SettlementSheet(Numbered, frozen=True, kw_only=True):
    """《个人账户返还结算单》 (湖南省经办工作流程八 附件3; R-324) with the funeral grant and what is asked back. ValueError when due, overpaid
    and what is left do not agree."""

    name: str
    id_number: str
    household_place: str
    household_type: str
    scheme: str
    receiving_since: str = ""
    starting_fen: int = 0  # 领取时累计储存额, its three parts
    starting_own_fen: int = 0
    starting_subsidy_fen: int = 0
    starting_assistance_fen: int = 0
    paid_fen: int = 0
    ended_on: date
    cause: str
    returned_fen: int
    returned_own_fen: int
    kept_fen: int = 0
    restored_fen: int = 0
    arrears_fen: int
    funeral_fen: int
    overpaid_fen: int
    from_account_fen: int
    from_funeral_fen: int
    from_arrears_fen: int
    payable_fen: int
    recover_fen: int
    months: tuple[SettledMonth, ...] = ()
    takers: tuple[Taker, ...] = ()
    handler: str
    made_on: date

    def __post_init__(self) -> None:
        due = self.returned_fen + self.arrears_fen + self.funeral_fen
        if due - self.overpaid_fen != self.payable_fen - self.recover_fen:
            raise ValueError("what is due and overpaid is not what is left")
        if self.takers and sum_of(self.takers, "amount_fen") != self.payable_fen:
            raise ValueError("the takers do not get what is payable")


class DeregistrationNotice(Numbered, frozen=True, kw_only=True):
    """《申请注销登记告知书》 (松山办法第十九条; R-322)."""

    name: str
    id_number_masked: str
    region_name: str
    cause: str
    happened_on: date
    finding: str
    come_by: date
    issued_on: date
    enquiry_phone: str = ""
    enquiry_address: str = ""
