"""What a place may decide for itself; each value says where it stands."""

from collections.abc import Mapping

from msgspec import Struct

from domain.actor import Channel
from domain.case.chain import Chain


class Switch(Struct, frozen=True):
    """One yes/no or named choice, and where it stands."""

    value: bool | str
    source: str


class PaymentDays(Struct, frozen=True):
    """Days of the month by which a payment month's money is asked for, is there, and is on people's accounts; None: no day is
    set. `source`: where they stand."""

    pay_by: int
    source: str
    request_by: int | None = None
    fund_by: int | None = None


class Profile(Struct, frozen=True, kw_only=True):
    """`chains` by item code, `switches` by name. A `historic` profile explains old cases and takes no new ones."""

    code: str
    title: str
    chains: Mapping[str, Chain]
    channels: frozenset[Channel]
    channels_source: str
    switches: Mapping[str, Switch]
    payment_days: PaymentDays
    historic: bool = False

    def allows(self, switch: str) -> bool:
        """KeyError for a switch nobody declared: a misspelt name must not read as no."""
        return self.switches[switch].value is True
