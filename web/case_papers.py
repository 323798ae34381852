"""The documents of a case: which there are, what stands in them, and each printed once and kept as it was."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct

from db.queries import agreements, regions, review
from db.queries import people as people_query
from db.queries import portal as query
from db.queries.portal import CaseRow, CountyRow
from db.queries.review import CommitmentLine
from domain import identity
from domain.actor import CHANNEL_TITLES, Actor, Channel
from domain.case import issuing
from domain.case.examination import subject_of
from domain.case.item import ServiceItem
from domain.case.status import REJECT_REASONS, REMEDIES, Status
from domain.codes import RELATIONS
from domain.errors import Finding, NotFound, Weight
from domain.items import BY_CODE
from domain.money import yuan
from web.answers import Line, read_back
from web.documents import account_contents, contents, leaving_contents, pdf
from web.documents.contents import Sheet
from web.documents.paper import Paper, Signature
from web.storage import Storage

DECIDED = frozenset({Status.EFFECTED, Status.ARCHIVED, Status.REJECTED})
MANNERS = {"typed": "网上实名登录后签名", "drawn": "本人手写签名", "paper": "纸上签名"}


class Printing(Struct, frozen=True, kw_only=True):
    """What every sheet is made from."""

    case: CaseRow
    item: ServiceItem
    county: CountyRow
    portal_url: str
    storage: Storage
    at: datetime

    @property
    def sheet(self) -> dict[str, Any]:
        assert self.case.case_no is not None, "nothing is issued for a draft"
        return {"agency": self.county.agency_name, "case_number": self.case.case_no, "printed_at": self.at}

    @property
    def filled_by(self) -> str:
        """Who typed it in, empty when it was the person himself."""
        own = self.case.filer_kind == "resident"
        return "" if own else self.case.filer_name


def kinds_of(case: CaseRow) -> list[str]:
    """What can be had at this stage: results only once there is one."""
    if case.case_no is None:
        return []
    told = [kind for kind in BY_CODE[case.item].documents if _is_there(kind, case)]
    return [*told, *(["supplement"] if case.paused_on else [])]


def _is_there(kind: str, case: CaseRow) -> bool:
    if kind == "debit_agreement":
        return case.status in DECIDED - {Status.REJECTED} and case.answers.get("action") != "end"
    if kind == "deregistration_form":
        return case.subject_person_id is not None
    return kind != "result" or case.status in DECIDED


def verify_url(portal_url: str, case: CaseRow) -> str:
    return f"{portal_url}/verify/{case.verify_token}"


async def issued(case: CaseRow, kind: str, *, actor: Actor, at: datetime, storage: Storage, portal_url: str) -> bytes:
    """The document as it was first handed out. `kind` is one of kinds_of(case)."""
    key = await query.document_key(case.county_code, case.id, kind)
    if key is not None:
        return await storage.get(key, "document")
    county = await query.county(case.county_code)
    assert county is not None, "a case belongs to a county"
    printing = Printing(
        case=case, item=BY_CODE[case.item], county=county, portal_url=portal_url, storage=storage, at=at
    )
    printed = await pdf.render(kind, await _MAKERS[kind](printing))
    await issuing.keep(case, kind, await storage.put(printed, "document"), actor, at)
    return printed


async def _receipt(p: Printing) -> Sheet:
    case = p.case
    assert case.received_on is not None and case.due_on is not None, "received"
    photos = await query.materials(case.county_code, case.id)
    return contents.Receipt(
        **p.sheet,
        item_title=p.item.title,
        basis="、".join(p.item.basis),
        subject_name=case.subject_name,
        applicant_name=case.applicant_name,
        filed_by=p.filled_by,
        channel=CHANNEL_TITLES[Channel(case.channel)],
        received_on=case.received_on,
        limit_days=case.limit_days or 0,
        due_on=case.due_on,
        provisional=case.provisional,
        materials=tuple(m.title for m in p.item.materials if any(photo.material == m.code for photo in photos)),
        verify_url=verify_url(p.portal_url, case),
        enquiry_phone=p.county.agency_phone,
        enquiry_address=p.county.agency_address,
    )


async def _supplement(p: Printing) -> Sheet:
    case = p.case
    assert case.received_on is not None and case.paused_on is not None and case.pause_points is not None, "asked"
    points = msgspec.json.decode(case.pause_points, type=list[str])
    return contents.SupplementNotice(
        **p.sheet,
        item_title=p.item.title,
        applicant_name=case.applicant_name,
        subject_name=case.subject_name,
        received_on=case.received_on,
        points=tuple(contents.SupplementPoint(missing=point) for point in points),
        paused_on=case.paused_on,
        told_on=case.paused_on,
        portal_url=p.portal_url,
        offices=f"乡镇（街道）事务所，或者{p.county.agency_address}",
        enquiry_phone=p.county.agency_phone,
    )


async def _result(p: Printing) -> Sheet:
    case = p.case
    assert case.received_on is not None and case.decided_at is not None, "decided"
    refused = case.status == Status.REJECTED
    reason = contents.Reason(
        title=REJECT_REASONS.get(case.reason_code or "", ""),
        text=case.reason_text or "",
        basis="、".join(basis_of(case)),
    )
    return contents.ResultNotice(
        **p.sheet,
        item_title=p.item.title,
        applicant_name=case.applicant_name,
        subject_name=case.subject_name,
        received_on=case.received_on,
        decided_on=case.decided_at.date(),
        outcome="rejected" if refused else "approved",
        result="" if refused else p.item.result,
        reasons=(reason,) if refused else (),
        remedies=REMEDIES if refused else (),
        enquiry_phone=p.county.agency_phone,
        enquiry_address=p.county.agency_address,
    )


def basis_of(case: CaseRow) -> list[str]:
    """The articles of what barred the approval when the case was last examined."""
    findings = msgspec.json.decode(case.findings, type=list[Finding])
    return list(dict.fromkeys(finding.basis for finding in findings if finding.weight is Weight.BARS))


async def _registration_form(p: Printing) -> Sheet:
    """《参保登记表》 (规程第七条; R-045)."""
    case, told = p.case, p.case.answers
    assert case.received_on is not None, "received"
    words: dict[str, Any] = {name: line.text for name, line in (await _lines(p.item, told)).items()}
    number, kind = str(told["id_number"]), str(told["id_type"])
    born_on = identity.birth_of(kind, number) or told["born_on"]
    sex = {"1": "男", "2": "女"}.get(identity.sex_of(kind, number) or "", words["sex"])
    signed = await _signature(p)
    return contents.RegistrationForm(
        **p.sheet,
        applied_on=case.received_on,
        name=str(told["name"]),
        id_type=words["id_type"],
        id_number=number,
        sex=sex,
        born_on=msgspec.convert(born_on, type=type(case.received_on)),
        **{name: words[name] for name in ("ethnic_group", "category", "household_type", "household_address", "phone",
                                          "address", "postcode")},
        region_code=case.region_code,
        region_name=words["region_code"],
        tier=words["tier_fen"],
        beneficiaries=tuple(_beneficiary(row) for row in told.get("beneficiaries") or ()),
        filled_by=p.filled_by or "本人",
        channel=CHANNEL_TITLES[Channel(case.channel)],
        commitment=p.item.commitment.text if p.item.commitment and signed else "",
        commitment_version=p.item.commitment.version if p.item.commitment and signed else "",
        signature=signed,
    )  # fmt: skip


def _beneficiary(row: dict[str, str]) -> contents.Beneficiary:
    return contents.Beneficiary(
        name=row["name"],
        id_type=identity.ID_TYPE_TITLES[identity.IdType(row["id_type"])],
        id_number=row["id_number"],
        relation=dict(RELATIONS).get(row["relation"], ""),
        share_percent=int(row["share_percent"]),
    )


async def _signature(p: Printing) -> Signature | None:
    signed: list[CommitmentLine] = await review.commitments(p.case.county_code, p.case.id)
    if not signed:
        return None
    last, image = signed[-1], b""
    if last.signature_attachment_id is not None:
        found = await review.attachment(p.case.county_code, p.case.id, last.signature_attachment_id)
        image = (
            await p.storage.get(found.storage_key, "attachment") if found and found.media_type == "image/jpeg" else b""
        )
    return Signature(name=last.signed_name, signed_at=last.at, manner=MANNERS[last.signature], image=image)


async def _change_form(p: Printing) -> Sheet:
    """《变更登记表》 (规程第九条、第十条): each field as it was and as it is to be."""
    case = p.case
    assert case.received_on is not None and case.subject_person_id is not None, "a participant's"
    person = await query.person(case.county_code, case.subject_person_id)
    assert person is not None, "a participant's"
    place = await regions.names([person.region_code])
    return contents.ChangeForm(
        **p.sheet,
        applied_on=case.received_on,
        name=case.subject_name,
        id_type=identity.ID_TYPE_TITLES[identity.IdType(person.id_type)],
        id_number=person.id_number,
        region_code=person.region_code,
        region_name=place.get(person.region_code, ""),
        phone=person.phone or "",
        item_title=p.item.title,
        changes=await _changes(p),
        basis="；".join(m.title for m in p.item.materials) or "本人申报",
        filled_by=p.filled_by or "本人",
        channel=CHANNEL_TITLES[Channel(case.channel)],
        signature=await _signature(p),
    )


async def _changes(p: Printing) -> tuple[contents.ChangedField, ...]:
    """From the records once it has taken effect, before that against what is registered now."""
    case = p.case
    recorded = await people_query.changes_by_case(case.county_code, case.id)
    if recorded:
        before: dict[str, Any] = {change.field: change.before for change in recorded}
        after: dict[str, Any] = {change.field: change.after for change in recorded}
    else:
        before = await p.item.prefill(subject_of(case)) if p.item.prefill else {}
        after = {name: case.answers.get(name) for name in before}
    old, new = await _lines(p.item, before), await _lines(p.item, after)
    return tuple(
        contents.ChangedField(title=new[name].title, old=old[name].text, new=new[name].text)
        for name in new
        if name in before and old[name].text != new[name].text
    )


async def _debit_agreement(p: Printing) -> Paper:
    """《代扣代缴协议书》 as it stands when it is printed first (R-116…R-121)."""
    case = p.case
    assert case.case_no is not None and case.decided_at is not None, "decided"
    agreement = await agreements.of_case(case.county_code, case.id, case.subject_index)
    if agreement is None:
        raise NotFound  # amended once, and ended since
    relations = {"0": "本人"} | dict(RELATIONS)
    return account_contents.DebitAgreement(
        agency=p.county.agency_name, printed_at=p.at, number=agreement.number, payer_name=agreement.payer_name,
        payer_id_type=identity.ID_TYPE_TITLES[identity.IdType(agreement.payer_id_type)], payer_id_number=agreement.payer_id_number,
        bank=agreement.bank, bank_account=agreement.bank_account, address=agreement.address, mobile=agreement.phone,
        signed_on=agreement.signed_on, registered_on=agreement.signed_on, outlet=agreement.branch, teller=agreement.recorded_by_name,
        people=tuple(
            account_contents.DebitedPerson(name=each.name, id_number=each.id_number, relation=relations.get(each.relation, ""),
                                           tier=f"每年{each.tier}元", standard_fen=yuan(each.tier))
            for each in await agreements.members(case.county_code, agreement)
        ),
    )  # fmt: skip


async def _lines(item: ServiceItem, answers: Mapping[str, Any]) -> dict[str, Line]:
    return {line.name: line for group in await read_back(item, answers) for line in group.lines}


async def _deregistration_form(p: Printing) -> Paper:
    """《注销登记表》 (规程第三十八条)."""
    case, told = p.case, p.case.answers
    assert case.received_on is not None and case.subject_person_id is not None and case.case_no is not None, "a participant's"
    person = await query.person(case.county_code, case.subject_person_id)
    assert person is not None, "a participant's"
    words = {name: line.text for name, line in (await _lines(p.item, told)).items()}
    place, signed = await regions.names([person.region_code]), await _signature(p)
    return leaving_contents.DeregistrationForm(
        agency=p.county.agency_name, printed_at=p.at, number=case.case_no, applied_on=case.received_on, name=case.subject_name,
        id_type=identity.ID_TYPE_TITLES[identity.IdType(person.id_type)], id_number=person.id_number, region_code=person.region_code,
        region_name=place.get(person.region_code, ""), cause=words["cause"], happened_on=date.fromisoformat(told["happened_on"]),
        applicant_name=case.applicant_name, relation=words["relation"], phone=words["phone"], pay_to=words["pay_to"],
        funeral=words["funeral"], takers=tuple(_taker(row) for row in told.get("receivers") or ()), filled_by=p.filled_by or "本人",
        channel=CHANNEL_TITLES[Channel(case.channel)], commitment=p.item.commitment.text if p.item.commitment and signed else "",
        commitment_version=p.item.commitment.version if p.item.commitment and signed else "", signature=signed,
    )  # fmt: skip


def _taker(row: dict[str, Any]) -> leaving_contents.Taker:
    guardian = " ".join(text for text in (row.get("guardian_name", ""), row.get("guardian_number", "")) if text)
    return leaving_contents.Taker(
        name=row["name"], id_number=row["id_number"], relation=({"0": "本人"} | dict(RELATIONS)).get(row["relation"], ""),
        share=f"{row['share_percent']}%", bank=row.get("bank", ""), account=row.get("bank_account", ""), guardian=guardian,
    )  # fmt: skip


_MAKERS: dict[str, Callable[[Printing], Awaitable[Paper]]] = {
    "receipt": _receipt,
    "supplement": _supplement,
    "result": _result,
    "registration_form": _registration_form,
    "change_form": _change_form,
    "debit_agreement": _debit_agreement,
    "deregistration_form": _deregistration_form,
}
