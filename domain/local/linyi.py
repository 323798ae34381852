"""临沂: 临政办字〔2012〕3号; what it says of these items the 规程 of 2019 has replaced."""

from msgspec import structs

from domain.local import national
from domain.local.definition import PaymentDays, Profile, Switch

PROFILE: Profile = structs.replace(
    national.PROFILE,
    code="linyi",
    title="临沂",
    switches=national.SWITCHES
    | {
        # 当年未到账政府补贴一并记入个人账户随同转移.
        "transfer_unreceived_subsidies": Switch(value=True, source="临政办字〔2012〕3号 二（四）"),
    },
    # Asked of the finance bureau, in the expenditure account, on people's accounts.
    payment_days=PaymentDays(20, "临政办字〔2012〕3号 二（三）", request_by=10, fund_by=15),
)
