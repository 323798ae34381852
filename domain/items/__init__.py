"""Everything a person can apply for. One line a 事项; nothing is discovered by magic."""

from domain.case.item import ServiceItem
from domain.items import (
    account_dispute,
    bank_account_change,
    basic_info_change,
    beneficiary_designation,
    benefit_claim,
    benefit_dispute,
    benefit_resumption,
    benefit_suspension,
    case_reversal,
    contribution_refund,
    contribution_resumption,
    contribution_suspension,
    deregistration,
    direct_debit_agreement,
    enrollment,
    household_address_change,
    key_info_change,
    scheme_linkage,
    transfer_in,
    transfer_out,
)

ITEMS: tuple[ServiceItem, ...] = (
    enrollment.ITEM,
    basic_info_change.ITEM,
    key_info_change.ITEM,
    household_address_change.ITEM,
    beneficiary_designation.ITEM,
    contribution_suspension.ITEM,
    contribution_resumption.ITEM,
    contribution_refund.ITEM,
    direct_debit_agreement.ITEM,
    account_dispute.ITEM,
    benefit_claim.ITEM,
    benefit_dispute.ITEM,
    benefit_suspension.ITEM,
    benefit_resumption.ITEM,
    bank_account_change.ITEM,
    deregistration.ITEM,
    transfer_in.ITEM,
    transfer_out.ITEM,
    scheme_linkage.ITEM,
    case_reversal.ITEM,
)

BY_CODE: dict[str, ServiceItem] = {item.code: item for item in ITEMS}
