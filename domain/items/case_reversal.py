"""办件撤销: what was approved wrongly is taken back by a case of its own, asked for by one person and decided by another.

Nothing is deleted: the first case keeps its decision and points here; opposite entries undo its effect (R-016, R-058).
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct

from db.stores import cases
from db.stores.cases import CaseRow
from domain.actor import ActorKind
from domain.case import person_change
from domain.case.examination import read_payload
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.errors import Finding
from domain.items import basic_info_change, deregistration, enrollment, household_address_change, key_info_change

# The items that can be undone, and how. The three changes put back the values they kept.
REVERSIBLE: dict[str, ServiceItem] = {
    item.code: item
    for item in (enrollment.ITEM, basic_info_change.ITEM, key_info_change.ITEM, household_address_change.ITEM, deregistration.ITEM)
}


class CaseReversal(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    original_id: Annotated[int, Meta(title="原业务", extra={"widget": "hidden"})]
    original_no: Annotated[str, Meta(title="原业务编号", extra={"widget": "hidden"})]
    reason: Annotated[str, Meta(title="撤销原因", description="写清楚错在哪里、依据是什么", min_length=4, max_length=300,
                                extra={"widget": "textarea"})]  # fmt: skip


class Facts(Struct, frozen=True):
    on: date
    original: CaseRow | None


async def gather(ask: CaseReversal, subject: Subject, on: date) -> Facts:
    return Facts(on, await cases.read(subject.county_code, ask.original_id))


def examine(_ask: CaseReversal, facts: Facts) -> list[Finding]:
    original = facts.original
    if original is None or original.status not in ("effected", "archived"):
        return [Finding("not-effected", "原业务还没有生效，不需要撤销。", basis="规程第六十二条")]
    if original.reversed_by is not None:
        return [Finding("reversed-before", "原业务已经撤销过。", basis="规程第六十二条")]
    if original.item not in REVERSIBLE:
        return [Finding("not-reversible", "这项业务不能撤销，请直接办理新的业务改正。", basis="规程第六十二条")]
    return []


def compare(ask: CaseReversal, facts: Facts) -> list[Comparison]:
    if facts.original is None:
        return []
    return [
        Comparison("原业务", ask.original_no, "业务记录", f"{facts.original.decided_by_name or '免审'}办结", None, None)
    ]


async def effect(ask: CaseReversal, by: Effect) -> None:
    original = await cases.read(by.subject.county_code, ask.original_id)
    assert original is not None, "examine has barred this"
    item = REVERSIBLE[original.item]
    if item.undo is not None:
        await item.undo(read_payload(item, original.answers), by)
    else:
        await person_change.take_back(original.id, by)
        await person_change.tell_tax((await person_change.person_of(by.subject)).id, by)
    await cases.mark_reversed(original.county_code, original.id, by.case_id)


async def prefill(_subject: Subject) -> dict[str, Any]:
    return {}


ITEM = ServiceItem(
    code="case_reversal",
    title="办件撤销",
    summary="已经办好但发现办错的业务，由另一位同事审核后撤销",
    result="原业务已经撤销，信息恢复到办理之前。",
    basis=("规程第六十二条",),
    payload=CaseReversal,
    pages=(Page("reason", "撤销原因", ("reason",)),),
    applicants=frozenset({ActorKind.STAFF}),
    for_enrolled=False,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("result",),
)
