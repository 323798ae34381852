"""What stands in the sheets of a pension (规程第二十四条). Amounts are 分; totals are made from the parts."""

from datetime import date

from msgspec import Struct

from web.documents.account_contents import sum_of
from web.documents.paper import Numbered, Signature


class PensionPart(Struct, frozen=True, kw_only=True):
    """`payer`: whose money it is, for instance 中央财政, 个人账户（个人缴费）."""

    title: str
    payer: str
    amount_fen: int


class DeterminationSheet(Numbered, frozen=True, kw_only=True):
    """《待遇核定表》 (R-222): the standard, for the person to agree to. `signature`: None as long as nobody has; then there is room
    for the pen. `bank` without the number. ValueError when the parts are not the month."""

    name: str
    sex: str
    id_type: str
    id_number: str
    born_on: date
    region_name: str
    contribution_years: int
    account_fen: int
    eligible_on: date
    from_month: str  # for instance 2026年12月
    parts: tuple[PensionPart, ...]
    total_fen: int
    bank: str = ""
    account_tail: str = ""
    reason: str = ""  # why it was determined anew
    determined_on: date
    handler: str
    signature: Signature | None = None
    enquiry_phone: str = ""

    def __post_init__(self) -> None:
        if sum_of(self.parts, "amount_fen") != self.total_fen:
            raise ValueError("the parts are not the month")


class ReckonedStep(Struct, frozen=True, kw_only=True):
    """One step of the reckoning: `inputs` and `result` as people read them, `depth` below the first."""

    depth: int
    title: str
    inputs: str
    result: str
    article: str


class CalculationSheet(Numbered, frozen=True, kw_only=True):
    """《养老金计算表》 (湖南省经办工作流程二十一 附件3) with the reckoning below. ValueError when the account's parts are not its whole,
    or the pension's parts not the month."""

    name: str
    sex: str
    id_number: str
    hardship: str  # 困难级别
    household_place: str
    region_code: str
    first_paid: str  # 缴费起始年月
    contribution_years: int
    balance_fen: int
    personal_fen: int
    subsidy_province_fen: int
    subsidy_city_fen: int
    subsidy_county_fen: int
    other_assistance_fen: int
    government_paid_fen: int
    land_loss_fen: int
    interest_fen: int
    from_month: str
    pension_fen: int
    basic_central_fen: int
    basic_province_fen: int
    basic_city_fen: int
    basic_county_fen: int
    extra_fen: int  # 加发
    own_part_fen: int
    subsidy_part_fen: int
    assistance_part_fen: int
    government_paid_part_fen: int
    land_loss_part_fen: int
    steps: tuple[ReckonedStep, ...]
    handler: str
    made_on: date
    check_url: str = ""  # where the village reports whether the sheet is right

    def __post_init__(self) -> None:
        held = (
            self.personal_fen + self.subsidy_province_fen + self.subsidy_city_fen + self.subsidy_county_fen
            + self.other_assistance_fen + self.government_paid_fen + self.land_loss_fen + self.interest_fen
        )  # fmt: skip
        month = self.basic_fen + self.account_part_fen
        if (held, month) != (self.balance_fen, self.pension_fen):
            raise ValueError("the parts are not the whole")

    @property
    def basic_fen(self) -> int:
        return self.basic_central_fen + self.basic_province_fen + self.basic_city_fen + self.basic_county_fen + self.extra_fen

    @property
    def account_part_fen(self) -> int:
        return (
            self.own_part_fen + self.subsidy_part_fen + self.assistance_part_fen + self.government_paid_part_fen
            + self.land_loss_part_fen
        )  # fmt: skip
