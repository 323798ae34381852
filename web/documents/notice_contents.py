"""《待遇领取告知书》 (规程第二十二条; R-211, R-215)."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered


class NoticeYear(Struct, frozen=True, kw_only=True):
    year: int
    personal_fen: int
    subsidy_fen: int = 0
    government_paid_fen: int = 0


class NoticeAmount(Struct, frozen=True, kw_only=True):
    """A source of funds, or a part of the estimated month."""

    title: str
    amount_fen: int


class BenefitNotice(Numbered, frozen=True, kw_only=True):
    """`short`: what is missing and how it can be paid, in words; empty for who has enough years."""

    name: str
    id_number_masked: str
    region_name: str
    sixty_on: date
    enrolled_on: date
    as_of_on: date
    years: tuple[NoticeYear, ...]
    sources: tuple[NoticeAmount, ...]
    parts: tuple[NoticeAmount, ...]
    steps: tuple[str, ...]
    short: tuple[str, ...] = ()
    enquiry_phone: str = ""
    enquiry_address: str = ""

    @property
    def account_fen(self) -> int:
        return sum_of(self.sources, "amount_fen")

    @property
    def monthly_fen(self) -> int:
        return sum_of(self.parts, "amount_fen")
