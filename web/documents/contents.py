"""What stands in each document: plain strings and dates, already decoded into the words people read.

The same data, as JSON, is attached to the PDF it was printed into. Empty strings leave the cell blank for the pen.
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from web.documents import account_contents as account
from web.documents import benefit_contents as benefit
from web.documents import fund_contents as fund
from web.documents import leaving_contents as leaving
from web.documents import linkage_contents as linkage
from web.documents import notice_contents as notice
from web.documents import payment_contents as payment
from web.documents import recovery_contents as recovery
from web.documents import transfer_contents as transfer
from web.documents.paper import Paper, Signature


class Sheet(Paper, frozen=True, kw_only=True):
    """What every document of a case carries."""

    case_number: str

    @property
    def number(self) -> str:
        return self.case_number


class Seal(Struct, frozen=True, kw_only=True):
    """One place for a stamp. `opinion`, `handler` and `on` are printed when the step is done in the system already."""

    title: str
    organisation: str = ""
    opinion: str = ""
    handler: str = ""
    on: date | None = None


class Beneficiary(Struct, frozen=True, kw_only=True):
    name: str
    id_type: str
    id_number: str
    relation: str
    share_percent: int


class RegistrationForm(Sheet, frozen=True, kw_only=True):
    """《城乡居民基本养老保险参保登记表》 (规程第七条, R-045)."""

    applied_on: date
    name: str
    id_type: str
    id_number: str
    sex: str
    ethnic_group: str
    born_on: date
    category: str  # 个人身份
    household_type: str
    household_address: str
    region_code: str  # 12 digits
    region_name: str
    phone: str
    address: str = ""
    postcode: str = ""
    tier: str = ""  # for instance 每年200元
    card_number: str = ""
    beneficiaries: tuple[Beneficiary, ...] = ()
    filled_by: str = "本人"
    channel: str = ""
    commitment: str = ""  # the text the person agreed to; lines are kept
    commitment_version: str = ""
    signature: Signature | None = None
    seals: tuple[Seal, ...] = ()  # village, township, county


class ChangedField(Struct, frozen=True, kw_only=True):
    title: str
    old: str
    new: str


class ChangeForm(Sheet, frozen=True, kw_only=True):
    """《城乡居民基本养老保险变更登记表》 (规程第九条、第十条)."""

    applied_on: date
    name: str
    id_type: str
    id_number: str
    region_code: str
    region_name: str
    phone: str
    item_title: str
    changes: tuple[ChangedField, ...]
    basis: str  # 变更依据: the changed document, or the declaration itself
    filled_by: str = "本人"
    channel: str = ""
    signature: Signature | None = None
    seals: tuple[Seal, ...] = ()


class Receipt(Sheet, frozen=True, kw_only=True):
    """受理回执. `provisional`: a later year's working days are not announced yet (R-010)."""

    item_title: str
    basis: str
    subject_name: str
    applicant_name: str
    filed_by: str = ""  # who typed it in, when it was not the applicant
    channel: str
    received_on: date
    limit_days: int  # working days
    due_on: date
    provisional: bool
    materials: tuple[str, ...] = ()
    verify_url: str
    enquiry_phone: str = ""
    enquiry_address: str = ""


class SupplementPoint(Struct, frozen=True, kw_only=True):
    missing: str
    reason: str = ""
    basis: str = ""


class SupplementNotice(Sheet, frozen=True, kw_only=True):
    """一次性补正告知书: everything that is missing, once (R-009)."""

    item_title: str
    applicant_name: str
    subject_name: str
    received_on: date
    points: tuple[SupplementPoint, ...]
    paused_on: date
    told_on: date
    portal_url: str
    offices: str  # where it can be handed in on paper
    enquiry_phone: str = ""


class Reason(Struct, frozen=True, kw_only=True):
    title: str
    text: str = ""
    basis: str = ""


class ResultNotice(Sheet, frozen=True, kw_only=True):
    """办理结果告知书 (规程第八条、第十条; R-012). A refusal has reasons and `remedies` (R-013)."""

    item_title: str
    applicant_name: str
    subject_name: str
    received_on: date
    decided_on: date
    outcome: Literal["approved", "rejected"]
    result: str = ""  # what follows from an approval
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[str, ...] = ()
    reconsideration_body: str = ""
    court: str = ""
    enquiry_phone: str = ""
    enquiry_address: str = ""


class ConfirmationSlip(Sheet, frozen=True, kw_only=True):
    """确认单: what an assistant typed in, taken to the resident, who confirms by the QR code or signs it (R-023)."""

    item_title: str
    resident_name: str
    id_number_masked: str
    answers: tuple[tuple[str, str], ...]  # (title, value) as filled in
    assistant_name: str
    village: str
    confirm_url: str
    valid_until: datetime


class PersonalRecord(Sheet, frozen=True, kw_only=True):
    """What the agency has about a person, for himself to take away (R-504). All lines are (title, text);
    `changes` are (title, before, after, when, who). `case_number` is the county and the person's own number there."""

    name: str
    facts: tuple[tuple[str, str], ...]
    insurance: tuple[tuple[str, str], ...] = ()
    beneficiaries: tuple[tuple[str, str], ...] = ()
    changes: tuple[tuple[str, str, str, str, str], ...] = ()


class Kind(Struct, frozen=True):
    """A document: its title, the number of its form, what it is made from. The template bears the kind's name."""

    title: str
    form_number: str
    contents: type[Paper]


KINDS: dict[str, Kind] = {
    "registration_form": Kind("城乡居民基本养老保险参保登记表", "居保表1", RegistrationForm),
    "change_form": Kind("城乡居民基本养老保险变更登记表", "居保表2", ChangeForm),
    "receipt": Kind("受理回执", "居保文1", Receipt),
    "supplement": Kind("一次性补正告知书", "居保文2", SupplementNotice),
    "result": Kind("办理结果告知书", "居保文3", ResultNotice),
    "confirmation_slip": Kind("代办确认单", "居保文4", ConfirmationSlip),
    "personal_record": Kind("个人登记信息", "居保文5", PersonalRecord),
    "account_statement": Kind("个人账户对账单", "居保文6", account.AccountStatement),
    "participation_certificate": Kind("参保证明", "居保文7", account.ParticipationCertificate),
    "contribution_certificate": Kind("缴费证明", "居保文8", account.ContributionCertificate),
    "payment_slip": Kind("缴费凭单", "居保文9", account.PaymentSlip),
    "benefit_notice": Kind("城乡居民基本养老保险待遇领取告知书", "居保文10", notice.BenefitNotice),
    "debit_agreement": Kind("城乡居民基本养老保险费代扣代缴协议书", "居保表3", account.DebitAgreement),
    "batch_declaration": Kind("批量缴费申报单", "居保表4", fund.BatchDeclaration),
    "bank_slip": Kind("进账单", "居保表5", fund.BankSlip),
    "collective_assistance_declaration": Kind("集体补助申报单", "居保表6", fund.CollectiveAssistanceDeclaration),
    "land_loss_declaration": Kind("被征地农民缴费补贴申报表", "居保表7", fund.LandLossDeclaration),
    "adjustment_declaration": Kind("缴费调整申报单", "居保表8", fund.AdjustmentDeclaration),
    "back_payment_list": Kind("补缴明细表", "居保表9", fund.BackPaymentList),
    "subsidy_estimate": Kind("城乡居民基本养老保险缴费补贴测算表", "居保表10", fund.SubsidyEstimate),
    "fund_voucher": Kind("记账凭证", "居保表11", fund.FundVoucher),
    "interest_sheet": Kind("个人账户年度结息汇总表", "居保表12", fund.InterestSheet),
    "village_list": Kind("村（居）名册", "居保表13", fund.VillageList),
    "determination_sheet": Kind("城乡居民基本养老保险待遇核定表", "居保表14", benefit.DeterminationSheet),
    "calculation_sheet": Kind("城乡居民基本养老保险参保人员养老金计算表", "居保表15", benefit.CalculationSheet),
    "payment_approval": Kind("待遇支付审批表", "居保表16", payment.PaymentApproval),
    "transfer_application": Kind("城乡居民基本养老保险关系转入申请表", "居保表31", transfer.TransferApplication),
    "transfer_letter": Kind("城乡居民基本养老保险关系转入接收函", "居保表32", transfer.TransferLetter),
    "transfer_form": Kind("城乡居民基本养老保险关系转出审批表", "居保表33", transfer.TransferForm),
    "linkage_letter": Kind("城乡养老保险制度衔接联系函", "居保表51", linkage.LinkageLetter),
    "linkage_sheet": Kind("城乡养老保险制度衔接信息表", "居保表52", linkage.LinkageSheet),
    "payment_summary": Kind("城乡居民基本养老保险基金支付汇总表", "居保表17", payment.PaymentSummary),
    "deregistration_form": Kind("城乡居民基本养老保险注销登记表", "居保表18", leaving.DeregistrationForm),
    "settlement_sheet": Kind("个人账户返还结算单", "居保表19", leaving.SettlementSheet),
    "deregistration_notice": Kind("申请注销登记告知书", "居保文11", leaving.DeregistrationNotice),
    "return_notice": Kind("社会保险待遇返还通知书", "居保文21", recovery.RecoveryNotice),
    "demand_notice": Kind("冒领社会保险待遇追缴通知书", "居保文22", recovery.RecoveryNotice),
    "refund_registration": Kind("稽核退款登记单", "居保表41", recovery.RefundRegistration),
    "repayment_agreement": Kind("分期返还协议", "居保文23", recovery.RepaymentAgreement),
    "transfer_file": Kind("移送材料清单", "居保表42", recovery.TransferFile),
}
