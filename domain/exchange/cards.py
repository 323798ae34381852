"""Cards and accounts, as told to banks and by them (湖南省经办工作流程二十; R-269…R-275).

The bank answers under the number of our line; it may leave lines for later, and tell of accounts that people opened by themselves.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Struct

from domain.exchange import envelope
from domain.exchange.columns import account_number, choice, code, id_number, number, text
from domain.exchange.envelope import AGENCY, FileType

NUMBER = (1, 10**15, "原文件里的编号")


class AccountKind(StrEnum):
    SOCIAL_CARD = "social_card"
    CARD = "card"
    PASSBOOK = "passbook"


class Opening(Struct, frozen=True, kw_only=True):
    """开卡: cards are made in the order of the file."""

    request_no: Annotated[int, number("开卡编号", *NUMBER)]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    kind: Annotated[AccountKind, choice("种类", AccountKind)]
    phone: Annotated[str, text("联系电话", 20, blank=True)]
    region_code: Annotated[str, code("行政区划", r"\d{6,12}", "6到12位数字")]


class Opened(Struct, frozen=True, kw_only=True):
    """开卡回写. `reason`: why there is none; then there is no account. A ValueError says how the two disagree."""

    request_no: Annotated[int, number("开卡编号", 0, 10**15, "开卡文件里的编号，本人自己到网点开的写0")]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    kind: Annotated[AccountKind, choice("种类", AccountKind)]
    account_no: Annotated[str, account_number(blank=True)]
    reason: Annotated[str, text("没有开成的原因", 200, blank=True)]

    def __post_init__(self) -> None:
        if bool(self.account_no) == bool(self.reason):
            raise ValueError("开成的要有账号，没有开成的要有原因，不能都有，也不能都没有")
        if self.reason and not self.request_no:
            raise ValueError("没有开卡编号，只能回写已经开好的账户")


class Check(Struct, frozen=True, kw_only=True):
    """账户核对: is the account there, and is it this person's?"""

    check_no: Annotated[int, number("核对编号", *NUMBER)]
    name: Annotated[str, text("姓名")]
    id_number: Annotated[str, id_number("身份证")]
    account_no: Annotated[str, account_number()]


class Result(StrEnum):
    VERIFIED = "verified"
    NAME_DIFFERS = "name_differs"
    NO_SUCH = "no_such"
    CLOSED = "closed"
    FROZEN = "frozen"


class Checked(Struct, frozen=True, kw_only=True):
    check_no: Annotated[int, number("核对编号", *NUMBER)]
    result: Annotated[Result, choice("结果", Result)]


TYPES: dict[str, FileType] = {
    "account_opening": FileType("开卡文件", Opening, frozenset({AGENCY})),
    "account_opened": FileType("开卡回写", Opened, frozenset({envelope.BANK})),
    "account_check": FileType("账户核对", Check, frozenset({AGENCY})),
    "account_checked": FileType("账户核对回写", Checked, frozenset({envelope.BANK})),
}
