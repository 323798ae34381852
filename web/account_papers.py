"""Statement and contribution certificate as both sites and the worker print them (P-15; R-101, R-103, R-198, R-201)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from db.queries import accounts, regions
from db.queries import portal as county_query
from db.queries.portal import CountyRow, PersonRow
from domain import contribution_papers, identity, money, statements
from domain.actor import Actor
from domain.agency.parameters_import import snapshot
from domain.codes import PARTICIPANT_CATEGORIES
from domain.contribution_offer import Standing, Year
from domain.contribution_papers import Issued, PaperKind
from domain.errors import NotFound
from domain.funds import Fund
from domain.parameters import Missing, Parameters
from domain.statements import Line, Statement
from web.documents import pdf
from web.documents.account_contents import (
    AccountStatement,
    ContributionCertificate,
    PaidYear,
    ParticipationCertificate,
    SourceBalance,
    StatementYear,
)

CHECKED_AT = "papers"  # on the portal


class Desk(Struct, frozen=True, kw_only=True):
    """Who hands a paper out and where it can be checked. `handler`: who does it at a counter."""

    county: CountyRow
    portal_url: str
    handler: str = ""

    def verify_url(self, token: str) -> str:
        return f"{self.portal_url}/{CHECKED_AT}/{token}"


async def desk_of(county_code: int, portal_url: str, handler: str = "") -> Desk:
    county = await county_query.county(county_code)
    if county is None:
        raise NotFound
    return Desk(county=county, portal_url=portal_url, handler=handler)


def asked_year(name: str) -> int | None:
    """The year in an address; None for `all`. NotFound for anything else."""
    if name == "all":
        return None
    if not (name.isascii() and name.isdigit() and len(name) == 4):
        raise NotFound
    return int(name)


async def printed_statement(
    account_id: int, year: int | None, desk: Desk, by: Actor, at: datetime
) -> tuple[bytes, str]:  # fmt: skip
    """(PDF, file name) of a year, or of the whole account. NotFound where nothing stands in it."""
    county_code = desk.county.county_code
    (statement,) = await statements.prepare(county_code, [account_id], year, at.date())
    if not (statement.lines or statement.opening_fen):
        raise NotFound
    issued = await statements.issue(county_code, [statement], by, at)
    (paper,) = await statement_papers([(statement, issued[0])], desk, at)
    return await pdf.render("account_statement", paper), f"对账单-{issued[0].number}.pdf"


async def statement_papers(
    some: Sequence[tuple[Statement, Issued]], desk: Desk, at: datetime
) -> list[AccountStatement]:
    titles, parameters = await accounts.fund_titles(), await snapshot(desk.county.county_code)
    return [statement_paper(statement, issued, desk, titles, parameters, at) for statement, issued in some]


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
        return f"利率{money.percent(parameters.rate_of_year(line.year).rate)}"
    except Missing:
        return ""


async def printed_certificate(
    person: PersonRow, found: Standing, years: Sequence[Year], status: str, desk: Desk, by: Actor, at: datetime
) -> tuple[bytes, str]:
    """(PDF, file name) of the 缴费证明 of these years; `status` in words. NotFound where nothing was paid."""
    if not years or found.account is None:
        raise NotFound
    total = sum(year.paid.personal_fen for year in years if year.paid)
    issued = await contribution_papers.issue(PaperKind.CERTIFICATE, found.account.id, total, by, at)
    facts = await _certified(person, found, status, issued, desk, at)
    contents = ContributionCertificate(**facts, years=tuple(_paid_year(year) for year in years))
    return await pdf.render("contribution_certificate", contents), f"缴费证明-{issued.number}.pdf"


async def printed_participation(
    person: PersonRow, found: Standing, status: str, desk: Desk, by: Actor, at: datetime
) -> tuple[bytes, str]:
    """(PDF, file name) of the 参保证明. NotFound for who never had an account here."""
    if found.account is None:
        raise NotFound
    issued = await contribution_papers.issue(PaperKind.PARTICIPATION, found.account.id, 0, by, at)
    facts = await _certified(person, found, status, issued, desk, at)
    category = dict(PARTICIPANT_CATEGORIES).get(person.categories[0], "") if person.categories else ""
    contents = ParticipationCertificate(**facts, category=category)
    return await pdf.render("participation_certificate", contents), f"参保证明-{issued.number}.pdf"


async def _certified(
    person: PersonRow, found: Standing, status: str, issued: Issued, desk: Desk, at: datetime
) -> dict[str, Any]:
    """What both certificates say."""
    assert found.account is not None
    code = person.region_code
    return {
        "agency": desk.county.agency_name, "printed_at": at, "number": issued.number, "name": person.name, "handler": desk.handler,
        "region_name": (await regions.names([code])).get(code, code), "enquiry_phone": desk.county.agency_phone,
        "verify_url": desk.verify_url(issued.verify_token), "id_number": person.id_number, "status": status,
        "as_of_on": at.date(), "id_type": identity.ID_TYPE_TITLES[identity.IdType(person.id_type)],
        "enrolled_on": person.first_enrolled_on or found.account.opened_on,
        "contribution_years": sum(1 for year in found.paid_years if year.paid and year.paid.counts),
    }  # fmt: skip


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
