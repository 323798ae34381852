"""What can happen to an individual account, and the words for it (规程第十六条至第二十一条)."""

from enum import IntEnum


class Kind(IntEnum):
    """The value is what ledger_entry stores; it never changes its meaning."""

    CONTRIBUTION = 1
    BACK_PAYMENT = 2
    ASSISTANCE = 3
    SUBSIDY = 4
    LAND_LOSS = 5
    INTEREST = 10
    INTEREST_CORRECTION = 11
    ADJUSTMENT = 20
    REVERSAL = 21
    REFUND = 22
    OPENING_BALANCE = 30
    PENSION = 40
    SETTLEMENT = 41
    TRANSFER_IN = 50
    TRANSFER_OUT = 51
    LINKAGE_IN = 52
    LINKAGE_OUT = 53


TITLES: dict[Kind, str] = {
    Kind.CONTRIBUTION: "个人缴费",
    Kind.BACK_PAYMENT: "补缴",
    Kind.ASSISTANCE: "集体补助、资助",
    Kind.SUBSIDY: "政府补贴",
    Kind.LAND_LOSS: "被征地补贴",
    Kind.INTEREST: "年度利息",
    Kind.INTEREST_CORRECTION: "利息更正",
    Kind.ADJUSTMENT: "缴费调整",
    Kind.REVERSAL: "冲回",
    Kind.REFUND: "退费",
    Kind.OPENING_BALANCE: "以前系统转来",
    Kind.PENSION: "发放养老金",
    Kind.SETTLEMENT: "注销结算",
    Kind.TRANSFER_IN: "外县转来",
    Kind.TRANSFER_OUT: "转到外县",
    Kind.LINKAGE_IN: "职工养老保险转来",
    Kind.LINKAGE_OUT: "转到职工养老保险",
}
