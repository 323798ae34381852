"""指定受益人 (规程第三十八条; R-055): who may claim what is left in the account; the participant's own word, no review."""

from datetime import date
from typing import Any

from msgspec import Struct

from db.queries import people as people_query
from db.stores import people
from domain.actor import ActorKind
from domain.case import fields, person_change, sources
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.case.person_change import ChangeFacts
from domain.errors import Finding


class BeneficiaryDesignation(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """An empty list takes every designation back; the law then looks to the heirs."""

    beneficiaries: fields.Beneficiaries = []

    def __post_init__(self) -> None:
        fields.shares_add_up(self.beneficiaries)


async def prefill(subject: Subject) -> dict[str, Any]:
    person = await person_change.person_of(subject)
    rows = await people_query.beneficiaries(person.county_code, person.id)
    return {
        "beneficiaries": [
            {"name": r.name, "id_type": r.id_type, "id_number": r.id_number, "relation": r.relation,
             "share_percent": r.share_percent}
            for r in rows
        ]
    }  # fmt: skip


async def gather(_ask: BeneficiaryDesignation, subject: Subject, on: date) -> ChangeFacts:
    return await person_change.facts(subject, on)


def examine(ask: BeneficiaryDesignation, facts: ChangeFacts) -> list[Finding]:
    found = []
    if any(row.id_number == facts.person.id_number for row in ask.beneficiaries):
        found.append(Finding("own-beneficiary", "受益人不能是本人。", basis="规程第三十八条"))
    return [*found, *sources.deceased(facts.answers)]


def compare(_ask: BeneficiaryDesignation, _facts: ChangeFacts) -> list[Comparison]:
    return []


async def effect(ask: BeneficiaryDesignation, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    rows = [(b.name, b.id_type, b.id_number, b.relation, b.share_percent) for b in ask.beneficiaries]
    await people.designate(person.county_code, person.id, rows, case_id=by.case_id, on=by.on)


ITEM = ServiceItem(
    code="beneficiary_designation",
    title="指定受益人",
    summary="指定身故后由谁领取账户里剩下的钱，随时可以改",
    result="受益人已经登记，随时可以重新指定。",
    basis=("规程第三十八条",),
    payload=BeneficiaryDesignation,
    pages=(
        Page("beneficiaries", "受益人", ("beneficiaries",), hint="份额加起来要正好是100%。一个都不填，就是取消指定"),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.STAFF}),
    assurance=3,
    fresh_login=True,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt",),
)
