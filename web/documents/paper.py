"""What every document is made from, and what several kinds have in common."""

from datetime import datetime

from msgspec import Struct


class Paper(Struct, frozen=True, kw_only=True):
    """`agency` is the county agency's full name; `printed_at` must be aware. A subclass has or gives a `number`."""

    agency: str
    printed_at: datetime


class Numbered(Paper, frozen=True, kw_only=True):
    """`number`: of the statement, the declaration, the voucher; empty where the sheet gets one by hand."""

    number: str


class Signature(Struct, frozen=True, kw_only=True):
    """Whose act it was. `image` is a PNG or JPEG of the drawn signature or fingerprint; without it the name is printed.

    `manner` says how it was given, for instance 网上实名登录后签名.
    """

    name: str
    signed_at: datetime
    manner: str
    image: bytes = b""
