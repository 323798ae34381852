"""Looking a case over: gather, examine, compare, and a fingerprint of what came out."""

import hashlib
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from db.stores import commitments
from db.stores.cases import CaseRow
from domain.case.item import Comparison, ServiceItem, Subject
from domain.errors import Finding, Problem, Refused, Weight


class Examination(Struct, frozen=True):
    """`outcome` is the fingerprint a reviewer's click is bound to: approve refuses when the world has moved since."""

    ask: Any
    findings: list[Finding]
    comparisons: list[Comparison]
    answers: list[dict[str, Any]]
    outcome: str

    @property
    def bars(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.weight is Weight.BARS]

    @property
    def waits(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.weight is Weight.WAITS]


def subject_of(case: CaseRow) -> Subject:
    return Subject(
        county_code=case.county_code,
        name=case.subject_name,
        id_index=case.subject_index,
        person_id=case.subject_person_id,
    )


def read_payload(item: ServiceItem, answers: dict[str, Any]) -> Any:
    """The typed application. Refused(`incomplete`) with the field when something is missing or cannot be read."""
    problems = [
        Problem("incomplete", "还有必填的内容没有填好。", field=field.encode_name)
        for field in msgspec.structs.fields(item.payload)
        if field.required and answers.get(field.encode_name) in (None, "")
    ]
    if problems:
        raise Refused(*problems)
    try:
        return msgspec.convert(answers, item.payload, strict=False)
    except msgspec.ValidationError as wrong:
        field = str(wrong).rpartition("$.")[2].strip("`") or None
        told = wrong.__cause__  # what the payload itself says of its fields together, in plain words
        text = str(told).rstrip("。") if isinstance(told, ValueError) else "有一项内容填写得不对，请检查"
        raise Refused(Problem("incomplete", f"{text}。", field=field)) from wrong


async def examine(item: ServiceItem, case: CaseRow, on: date) -> Examination:
    """Looks everything up and judges it. Writes nothing."""
    ask = read_payload(item, case.answers)
    facts = await item.gather(ask, subject_of(case), on)
    findings = [*item.examine(ask, facts), *await _promises(item, case)]
    answers = [msgspec.to_builtins(answer, builtin_types=(date,)) for answer in getattr(facts, "answers", ())]
    return Examination(ask, findings, item.compare(ask, facts), answers, fingerprint(findings))


async def _promises(item: ServiceItem, case: CaseRow) -> list[Finding]:
    """Whoever looks at a promise is told of an earlier one that was not kept (R-027)."""
    broken = await commitments.broken(case.county_code, case.applicant_index) if item.commitment else None
    if broken is None:
        return []
    text = f"申请人{broken.recorded_at:%Y年%m月%d日}有过不实承诺：{broken.found}。改正以前不能按承诺办理，要先核实。"
    return [Finding("false-commitment", text, basis="规程第三十八条", weight=Weight.NOTE)]


def fingerprint(findings: list[Finding]) -> str:
    told = sorted((finding.code, finding.weight, finding.message) for finding in findings)
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]
