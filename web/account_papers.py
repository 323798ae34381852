"""Statement and contribution certificate as both sites and the worker print them (P-15; R-101, R-103, R-198, R-201)."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db.queries.accounts import Account
from db.queries.portal import CountyRow, PersonRow
from domain import identity, money
from domain.contribution_offer import Standing, Year
from domain.contribution_papers import Issued
from domain.funds import Fund
from domain.money import percent
from domain.parameters import Missing, Parameters
from domain.statements import Line, Statement
from web.documents.account_contents import (
    AccountStatement,
    ContributionCertificate,
    PaidYear,
    SourceBalance,
    StatementYear,
)

PAPERS = "papers"  # where the portal checks them: /papers/<check code>


class Desk(Struct, frozen=True, kw_only=True):
    """Whose paper it is and where it can be checked. `handler`: who hands it out at a counter."""

    county: CountyRow
    portal_url: str
    handler: str = ""

    def verify_url(self, token: str) -> str:
        return f"{self.portal_url}/{PAPERS}/{token}"


def statement_paper(
    statement: Statement, issued: Issued, desk: Desk, titles: dict[str, str], parameters: Parameters, at: datetime
) -> AccountStatement:
    """`titles`: of the sources of funds."""
    owner, year = statement.owner, statement.year
    first = statement.lines[0].year if statement.lines else statement.as_of_on.year
    period = f"{year}年度" if year else f"{first}年至{statement.as_of_on.year}年"
    return AccountStatement(
        agency=desk.county.agency_name, printed_at=at, number=issued.number, name=owner.name,
        id_number_masked=identity.mask_id(owner.id_number), region_name=owner.region_name, enrolled_on=owner.enrolled_on,
        contribution_years=owner.contribution_years, period=period, as_of_on=statement.as_of_on, opening_fen=statement.opening_fen,
        years=tuple(_year(line, parameters) for line in statement.lines), verify_url=desk.verify_url(issued.verify_token),
        enquiry_phone=desk.county.agency_phone,
        balances=tuple(
            SourceBalance(title=titles[each.fund], principal_fen=each.principal_fen, interest_fen=each.interest_fen)
            for each in statement.sources if each.principal_fen or each.interest_fen
        ),
    )  # fmt: skip


def _year(line: Line, parameters: Parameters) -> StatementYear:
    own = line.principal
    return StatementYear(
        year=line.year, personal_fen=own[Fund.PERSONAL], collective_fen=own[Fund.COLLECTIVE],
        other_assistance_fen=own[Fund.OTHER_ASSISTANCE], subsidy_province_fen=own[Fund.SUBSIDY_PROVINCE],
        subsidy_city_fen=own[Fund.SUBSIDY_CITY], subsidy_county_fen=own[Fund.SUBSIDY_COUNTY],
        government_paid_fen=own[Fund.GOVERNMENT_PAID], other_fen=own[Fund.LAND_LOSS], interest_fen=line.interest_fen,
        closing_fen=line.closing_fen, note=_note(line, parameters),
    )  # fmt: skip


def _note(line: Line, parameters: Parameters) -> str:
    if not line.settled:
        return "还没有结息"
    try:
        return f"利率{percent(parameters.rate_of_year(line.year).rate)}"
    except Missing:
        return ""


def certificate_paper(
    person: PersonRow, found: Standing, years: Sequence[Year], account: Account, status: str, place: str, issued: Issued, desk: Desk,
    at: datetime,
) -> ContributionCertificate:  # fmt: skip
    """Of these years; `status` and `place` in words."""
    return ContributionCertificate(
        agency=desk.county.agency_name, printed_at=at, number=issued.number, name=person.name, region_name=place,
        enquiry_phone=desk.county.agency_phone, verify_url=desk.verify_url(issued.verify_token), handler=desk.handler,
        id_type=identity.ID_TYPE_TITLES[identity.IdType(person.id_type)], id_number=person.id_number,
        enrolled_on=person.first_enrolled_on or account.opened_on, status=status, as_of_on=at.date(),
        contribution_years=sum(1 for year in found.paid_years if year.paid and year.paid.counts),
        years=tuple(_paid_year(year) for year in years),
    )  # fmt: skip


def _paid_year(year: Year) -> PaidYear:
    paid = year.paid
    assert paid is not None, "paid years only"
    owed = paid.government_paid_fen > year.received.get("government_paid", 0)
    notes = ["补缴"] * paid.back_payment + ["政府代缴还没有到账"] * owed + ["不计缴费年限"] * (not paid.counts)
    return PaidYear(
        year=year.year, tier=tier_of(year.tier_fen) if year.tier_fen else "", personal_fen=paid.personal_fen,
        government_paid_fen=paid.government_paid_fen, last_paid_on=paid.last_paid_on, note="，".join(notes),
    )  # fmt: skip


def tier_of(fen: int) -> str:
    """A tier by the name people know it by."""
    return f"每年{money.show(fen).removesuffix('.00')}元"
