"""《待遇核定表》 and 《养老金计算表》 as both sites print them (R-222, P-18)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from db.queries import benefits, pension, regions
from db.queries import portal as county_query
from db.queries.benefits import BenefitRow, StandardRow
from db.queries.portal import PersonRow
from domain import codes, identity, months
from domain.benefits import HOW
from domain.errors import NotFound
from web.account_papers import Desk
from web.benefit_pages import RULES, parts_of, trace_of, walk
from web.documents import pdf
from web.documents.benefit_contents import CalculationSheet, DeterminationSheet, ReckonedStep
from web.documents.paper import Signature

SHEETS = {"determination": "待遇核定表", "calculation": "养老金计算表"}
HARDSHIP = dict(codes.PARTICIPANT_CATEGORIES)


async def printed_sheet(name: str, person: PersonRow, desk: Desk, at: datetime) -> tuple[bytes, str]:
    """(PDF, file name) of the standard that was determined last. `name`: one of SHEETS with .pdf. NotFound where there is none."""
    name = name.removesuffix(".pdf")
    benefit = await benefits.benefit(person.county_code, person.id)
    said = await _determined(person.county_code, person.id)
    if benefit is None or not said or name not in SHEETS:
        raise NotFound
    make = {"determination": _determination, "calculation": _calculation}[name]
    contents = await make(person, benefit, said[0], desk, at)
    return await pdf.render(f"{name}_sheet", contents), f"{SHEETS[name]}-{contents.number}.pdf"


async def calculation_papers(people: Sequence[tuple[int, str]], desk: Desk, at: datetime) -> list[CalculationSheet]:
    """《养老金计算表》 of each (person, address at which the village reports on it)."""
    county_code, papers = desk.county.county_code, []
    for person_id, check_url in people:
        person, benefit = await county_query.person(county_code, person_id), await benefits.benefit(county_code, person_id)
        assert person is not None and benefit is not None, "a line of a pack is about somebody who draws a pension"
        sheet = await _calculation(person, benefit, (await _determined(county_code, person_id))[0], desk, at)
        papers.append(structs.replace(sheet, check_url=check_url))
    return papers


async def _determined(county_code: int, person_id: int) -> list[StandardRow]:
    """What was determined, the newest first; increases are no determination."""
    said = await benefits.standards(county_code, person_id)
    return [row for row in said if row.reason not in ("increase", "age")]


def _common(person: PersonRow, benefit: BenefitRow, standard: StandardRow, desk: Desk, at: datetime, prefix: str) -> dict[str, Any]:
    return {
        "agency": desk.county.agency_name, "printed_at": at, "number": f"{prefix}-{person.county_code:06d}-{standard.id:07d}",
        "name": person.name, "sex": dict(codes.SEXES).get(person.sex, ""), "id_number": person.id_number,
        "contribution_years": benefit.years, "from_month": months.in_words(benefit.first_month), "handler": standard.decided_by_name,
    }  # fmt: skip


async def _determination(
    person: PersonRow, benefit: BenefitRow, standard: StandardRow, desk: Desk, at: datetime
) -> DeterminationSheet:
    account = await benefits.payment_account(person.county_code, person.id)
    how, by, when = benefit.confirmed_how, benefit.confirmed_by_name, benefit.confirmed_at
    if standard.reason == "redetermination":
        row = next(row for row in await pension.redeterminations(person.county_code, person.id) if row.state == "confirmed")
        how, by, when = row.confirmed_how, row.confirmed_by_name, row.confirmed_at
    signed = None
    if when is not None and how in HOW:
        manner = HOW[how] if how == "portal" else f"{HOW[how]}，{by}办理"
        signed = Signature(name=person.name, signed_at=when, manner=manner)
    return DeterminationSheet(
        **_common(person, benefit, standard, desk, at, "HD"), id_type=identity.ID_TYPE_TITLES[identity.IdType(person.id_type)],
        born_on=person.born_on, region_name=(await regions.names([person.region_code])).get(person.region_code, person.region_code),
        account_fen=sum(_balances(standard).values()), eligible_on=benefit.eligible_on, parts=tuple(await parts_of(standard.amounts)),
        total_fen=standard.total_fen, bank=account.bank if account else "", account_tail=account.tail if account else "",
        reason=standard.document if standard.reason == "redetermination" else "", determined_on=standard.decided_at.astimezone(at.tzinfo).date(),
        signature=signed, enquiry_phone=desk.county.agency_phone,
    )  # fmt: skip


def _balances(standard: StandardRow) -> dict[str, int]:
    return msgspec.json.decode(standard.balances, type=dict[str, int]) if standard.balances else {}


async def _calculation(
    person: PersonRow, benefit: BenefitRow, standard: StandardRow, desk: Desk, at: datetime
) -> CalculationSheet:
    county, held = person.county_code, _balances(standard)
    paid_in = await pension.principal_until(county, benefit.account_id, months.last_day(months.month_of(benefit.eligible_on)))
    years = await benefits.counted_years(county, benefit.account_id)
    part = standard.amounts
    first = min((year.paid_on for year in years), default=None)
    return CalculationSheet(
        **_common(person, benefit, standard, desk, at, "JS"), hardship="、".join(HARDSHIP.get(code, code) for code in person.categories),
        household_place=person.household_address, region_code=person.region_code, first_paid=f"{first.year}年{first.month}月" if first else "",
        balance_fen=sum(held.values()), personal_fen=paid_in.get("personal", 0), subsidy_province_fen=paid_in.get("subsidy_province", 0),
        subsidy_city_fen=paid_in.get("subsidy_city", 0), subsidy_county_fen=paid_in.get("subsidy_county", 0),
        other_assistance_fen=paid_in.get("collective", 0) + paid_in.get("other_assistance", 0),
        government_paid_fen=paid_in.get("government_paid", 0), land_loss_fen=paid_in.get("land_loss", 0),
        interest_fen=sum(held.values()) - sum(paid_in.values()), pension_fen=standard.total_fen,
        basic_central_fen=part.get("basic_central", 0), basic_province_fen=part.get("basic_province", 0),
        basic_city_fen=part.get("basic_city", 0), basic_county_fen=part.get("basic_county", 0),
        extra_fen=sum(fen for item, fen in part.items() if item.startswith(("long_", "age_"))), own_part_fen=part.get("account_personal", 0),
        subsidy_part_fen=sum(fen for item, fen in part.items() if item.startswith("account_subsidy_")),
        assistance_part_fen=part.get("account_collective", 0) + part.get("account_other_assistance", 0),
        government_paid_part_fen=part.get("account_government_paid", 0), land_loss_part_fen=part.get("account_land_loss", 0),
        steps=_steps(standard), made_on=standard.decided_at.astimezone(at.tzinfo).date(),
    )  # fmt: skip


def _steps(standard: StandardRow) -> tuple[ReckonedStep, ...]:
    trace = trace_of(standard)
    return tuple(
        ReckonedStep(
            depth=depth, title=RULES.get(step.rule, step.rule), inputs="，".join(f"{title}{value}" for title, value in step.inputs.items()),
            result=step.result, article=step.article,
        )
        for depth, step in (walk(trace) if trace else ())
    )  # fmt: skip
