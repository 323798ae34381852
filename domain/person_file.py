"""Sensitive reads: what is looked at leaves a trace with its reason before it is shown (个人信息保护法第五十一条; R-021).

Every function returns what may be shown, or raises NotFound outside the reader's regions.
"""

from datetime import datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import accounts, review, search
from db.queries import people as people_query
from db.queries.accounts import FundBalance
from db.queries.people import BeneficiaryRow, ChangeRow
from db.queries.review import AttachmentLine
from db.queries.search import FoundCase, NumberSpell
from db.stores import audit, cases, people
from db.stores.people import PersonRow
from domain.actor import Actor
from domain.errors import NotFound, Problem, Refused

CASES_SHOWN = 50
REASON_AT_LEAST = 4  # characters: a reason, not a keystroke


class PersonFile(Struct, frozen=True, kw_only=True):
    """Numbers stand here in clear; whoever shows them masks them unless `unmask` was called for this very page."""

    person: PersonRow
    cases: list[FoundCase]
    changes: list[ChangeRow]
    beneficiaries: list[BeneficiaryRow]
    balances: list[FundBalance]
    numbers: list[NumberSpell]


async def open_file(actor: Actor, person_id: int, why: str, at: datetime) -> PersonFile:
    """`why`: where the reader came from, in words."""
    return await _read(actor, person_id, "person.opened", why, at)


async def unmask(actor: Actor, person_id: int, reason: str, at: datetime) -> PersonFile:
    """The same file with its numbers. Refused without a reason."""
    if len(reason.strip()) < REASON_AT_LEAST:
        raise Refused(Problem("no-reason", "请写明为什么要看完整号码，例如“核对身份证照片”。", field="reason"))
    return await _read(actor, person_id, "person.unmasked", reason.strip(), at)


async def _read(actor: Actor, person_id: int, action: str, why: str, at: datetime) -> PersonFile:
    county, prefix = actor.scope.county_code, actor.scope.region_prefix
    async with transaction():
        person = await people.read(county, person_id)
        if person is None or not actor.scope.covers(person.region_code):
            raise NotFound
        await audit.write(county, at, actor.kind, actor.id, actor.name, action, "person", str(person_id), why)
        indexes = await people_query.indexes_of(county, person.id_index)
        return PersonFile(
            person=person,
            cases=await search.cases_about(county, prefix, indexes, limit=CASES_SHOWN),
            changes=await people_query.changes(county, person_id),
            beneficiaries=await people_query.beneficiaries(county, person_id),
            balances=await accounts.balances(county, person_id),
            numbers=await search.number_spells(county, person_id),
        )


async def open_attachment(actor: Actor, case_id: int, attachment_id: int, at: datetime) -> AttachmentLine:
    """A full picture is about to be shown."""
    async with transaction():
        found = await find_attachment(actor, case_id, attachment_id)
        await audit.write(
            actor.scope.county_code, at, actor.kind, actor.id, actor.name, "attachment.opened", "case", str(case_id),
            detail=f"附件{attachment_id}",
        )  # fmt: skip
        return found


async def find_attachment(actor: Actor, case_id: int, attachment_id: int) -> AttachmentLine:
    """For the small picture on the review page, whose opening is logged already.

    What was not handed in (yet) is its author's only.
    """
    county = actor.scope.county_code
    case = await cases.read(county, case_id)
    found = await review.attachment(county, case_id, attachment_id)
    if case is None or found is None or not actor.scope.covers(case.region_code):
        raise NotFound
    if case.case_no is None and (case.filer_kind, case.filer_id) != (actor.kind, actor.id):
        raise NotFound
    return found


async def log_search(actor: Actor, by: str, found: int, at: datetime) -> None:
    """That somebody searched, how, and how much came back; never the number or the name that was typed."""
    async with transaction():
        await audit.write(
            actor.scope.county_code,
            at,
            actor.kind,
            actor.id,
            actor.name,
            f"search.{by}",
            "search",
            "",
            detail=f"{found}条",
        )
