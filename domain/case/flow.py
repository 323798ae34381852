"""The life of a 办件, and the one door for writing it.

Only this file moves a status, appends an event, checks 岗位分离 and puts an effect into force. Every public function
opens one transaction, takes who acts and when, and either finishes whole or raises:
`NotFound` (missing or out of scope), `Refused` (with what to do next; code `stale` when somebody else was faster).
"""

import secrets
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import regions as region_query
from db.stores import audit, cases, commitments, comparison, messages, people
from db.stores.cases import CaseRow
from db.stores.people import PersonRow
from domain.actor import Actor, ActorKind
from domain.case import clock, notices, rights
from domain.case.chain import Chain, Step
from domain.case.examination import Examination, examine, read_payload, subject_of
from domain.case.item import Applicant, Effect, ServiceItem, Subject
from domain.case.status import ON_A_DESK, REJECT_REASONS, SEND_BACK_REASONS, UNDECIDED, Status
from domain.errors import Finding, NotFound, Problem, Refused
from domain.items import BY_CODE
from domain.local import profile as local_profile

ENDED = 4  # AAC008 终止参保
RETENTION_OF_A_DRAFT_DAYS = 60  # how long an unfinished form waits for its author


class Receipt(Struct, frozen=True, kw_only=True):
    """What the applicant gets for a submission. `already`: this very case, or an open one like it, was in before (R-014)."""

    case_id: int
    case_no: str
    item: str
    status: Status
    received_on: date
    due_on: date
    provisional: bool
    already: bool = False


class Signature(Struct, frozen=True):
    """How the commitment was signed: `kind` is typed, drawn or paper; the last two come with a picture."""

    kind: str
    name: str
    attachment_id: int | None = None


# ------------------------------------------------------------------ filling in


async def start(
    item: ServiceItem, subject: Subject, actor: Actor, profile: str, at: datetime, answers: dict[str, Any] | None = None,
    applicant: Applicant | None = None,
) -> int:  # fmt: skip
    """Opens a draft, or finds the one this filer already has. `applicant`: who applies where it is not the subject. Refused
    when the actor may not file this item."""
    asks = applicant or Applicant(subject.name, subject.id_index)
    _may_file(item, subject, asks, actor)
    if actor.kind is ActorKind.STAFF and item.staff_switch and not local_profile(profile).allows(item.staff_switch):
        raise Refused(Problem("not-by-staff", "这项业务请本人在网上办理，或者到银行网点办理，窗口不能代填。"))
    async with transaction():
        # What the office knows of somebody is not shown to whoever names him.
        knows = asks.id_index == subject.id_index or actor.kind is ActorKind.STAFF
        known = await item.prefill(subject) if item.prefill and knows else {}
        person = await people.read(subject.county_code, subject.person_id) if subject.person_id else None
        region = person.region_code if person else actor.scope.region_prefix
        if actor.kind is not ActorKind.RESIDENT and subject.person_id and not actor.scope.covers(region):
            raise NotFound
        _goes_on(item, person)
        case_id = await cases.insert_draft(
            county_code=subject.county_code,
            item=item.code,
            profile=profile,
            subject_person_id=subject.person_id,
            subject_name=subject.name,
            subject_index=subject.id_index,
            region_code=region,
            applicant_kind=ActorKind.RESIDENT,
            applicant_name=asks.name,
            applicant_index=asks.id_index,
            filer_kind=actor.kind,
            filer_id=actor.id,
            filer_name=actor.name,
            filer_index=actor.id_index,
            channel=actor.channel,
            answers={**known, **(answers or {})},
            verify_token=f"{subject.county_code}-{secrets.token_urlsafe(12)}",
            at=at,
        )
        if case_id is None:
            case_id = await cases.draft_of(subject.county_code, item.code, subject.id_index, actor.kind, actor.id)
            assert case_id is not None, "the conflict that stopped the insert is this very draft"
        else:
            await _log(await _read(subject.county_code, case_id), actor, at, "started", Status.DRAFT)
        return case_id


def _may_file(item: ServiceItem, subject: Subject, applicant: Applicant, actor: Actor) -> None:
    other = applicant.id_index != subject.id_index
    if actor.kind not in item.applicants or subject.county_code != actor.scope.county_code or (other and not item.for_another):
        raise Refused(Problem("not-entitled", "您不能办理这项业务。"))
    if actor.kind is ActorKind.RESIDENT and actor.id_index != applicant.id_index:
        raise Refused(Problem("not-entitled", "只能办理您本人的业务。家人的业务请本人登录办理，或请村协办员帮忙。"))
    if item.for_enrolled and subject.person_id is None and not other:  # of others nobody learns whether they are participants
        raise Refused(Problem("not-enrolled", "还没有参加城乡居民养老保险，请先办理参保登记。"))


def _goes_on(item: ServiceItem, person: PersonRow | None) -> None:
    """Whose relation has ended changes nothing any more (R-342). An heir is told by the examination, not before."""
    if person and person.participation_status == ENDED and item.for_enrolled and not item.for_another:
        raise Refused(Problem("ended", "城乡居民养老保险关系已经终止，不能再办这项业务。重新参加的，请办理参保登记。"))


async def save(
    county_code: int, case_id: int, actor: Actor, page: str, answers: dict[str, Any], version: int, at: datetime
) -> int:
    """Keeps what was typed on one page of a draft or of a case under supplement. Returns the new version."""
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) not in {Status.DRAFT, Status.SUPPLEMENT_REQUESTED}:
            raise Refused(Problem("not-open", "这份申请已经提交，不能再修改。"))
        if (
            actor.kind is ActorKind.ASSISTANT
            and case.case_no
            and any(case.answers.get(k) != v for k, v in answers.items())
        ):
            # What the resident confirmed and signed is not rewritten behind his back.
            raise Refused(
                Problem("resident-changes", "居民确认过的内容，请本人登录修改，或者到窗口修改；您可以帮忙补照片。")
            )
        merged = {**case.answers, **answers}
        values: dict[str, Any] = {"payload_sealed": cases.seal_answers(merged), "page": page, "touched_at": at}
        if case.awaiting:  # what the resident was asked to confirm has changed: ask again
            values["awaiting"] = None
        await _change(case, version, values)
        return version + 1


async def add_material(
    county_code: int, case_id: int, actor: Actor, material: str, file: dict[str, Any], at: datetime
) -> int:
    """Adds one photo or PDF to a material. `file`: storage_key, thumbnail_key, media_type, byte_count, page_count, filename."""
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) not in {Status.DRAFT, Status.SUPPLEMENT_REQUESTED}:
            raise Refused(Problem("not-open", "这份申请已经提交，不能再添加材料。"))
        if material not in {known.code for known in BY_CODE[case.item].materials}:
            raise Refused(
                Problem("unknown-material", "这项业务不需要这种材料。")
            )  # 规程第六条: nothing else may be demanded
        attachment_id = await cases.add_attachment(
            county_code=county_code, created_by_kind=actor.kind, created_by=actor.id, at=at, **file
        )
        await cases.link_material(county_code, case_id, material, attachment_id, at)
        await _ask_again(case)
        return attachment_id


async def keep_picture(county_code: int, actor: Actor, file: dict[str, Any], at: datetime) -> int:
    """A picture that is no material of the item: a drawn signature, a signed slip. Returns the attachment id."""
    async with transaction():
        return await cases.add_attachment(
            county_code=county_code, created_by_kind=actor.kind, created_by=actor.id, at=at, **file
        )


async def remove_material(county_code: int, case_id: int, actor: Actor, material_id: int, at: datetime) -> None:
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) not in {Status.DRAFT, Status.SUPPLEMENT_REQUESTED}:
            raise Refused(Problem("not-open", "这份申请已经提交，不能再删改材料。"))
        await cases.unlink_material(county_code, case_id, material_id, at)
        await _ask_again(case)


async def _ask_again(case: CaseRow) -> None:
    """What the resident was asked to confirm has changed: the asking is void (R-023)."""
    if case.awaiting:
        await _change(case, case.version, {"awaiting": None})


# ------------------------------------------------------------------ handing in


async def submit(
    county_code: int,
    case_id: int,
    actor: Actor,
    version: int,
    at: datetime,
    signature: Signature | None = None,
    received_on: date | None = None,
    received_reason: str = "",
) -> Receipt:
    """受理. The resident's own act, or a clerk's entry of a paper application at the counter.

    A repeat returns the same receipt. `received_on` before today (the paper came in earlier) needs a reason (R-006).
    """
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if case.case_no is not None:
            return _receipt(case, already=True)
        if actor.kind is ActorKind.ASSISTANT:
            raise Refused(Problem("resident-confirms", "请先让居民本人确认，确认后才算提交。"))
        return await _receive(case, actor, at, version, signature, received_on, received_reason)


async def ask_resident(
    county_code: int, case_id: int, actor: Actor, version: int, at: datetime, phone: str | None
) -> None:
    """The village assistant has finished typing: the resident is asked to confirm. Until then it stays a draft (R-023)."""
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) is not Status.DRAFT:
            raise Refused(Problem("not-open", "这份申请已经提交。"))
        read_payload(BY_CODE[case.item], case.answers)
        await _change(case, version, {"awaiting": "resident_confirmation", "touched_at": at})
        await _log(case, actor, at, "asked_resident", Status.DRAFT)
        title, body = notices.please_confirm(BY_CODE[case.item].title, actor.name)
        await messages.tell(
            county_code=county_code, recipient_index=case.applicant_index, case_id=case_id, title=title, body=body,
            at=at, phone=phone,
        )  # fmt: skip


async def confirm(
    county_code: int,
    case_id: int,
    actor: Actor,
    version: int,
    at: datetime,
    how: str,
    signature: Signature | None = None,
) -> Receipt:
    """The resident's own yes to what an assistant typed in. `how`: login, code, slip or signature (R-023).

    With `login` the actor is the resident; otherwise the assistant who holds the code or the signed picture.
    The commitment stays the resident's act: an assistant cannot type the name for him (S2 art.20).
    """
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if case.case_no is not None:
            return _receipt(case, already=True)
        if case.filer_kind != ActorKind.ASSISTANT or (case.awaiting is None and how != "signature"):
            raise Refused(Problem("not-awaiting", "这份申请还没有请居民确认，或者内容刚改过，请重新发起确认。"))
        if actor.kind is ActorKind.ASSISTANT and signature and signature.kind == "typed":
            raise Refused(Problem("resident-signs", "承诺书必须由居民本人签名，协办员不能代签。", field="signature"))
        if signature and signature.attachment_id and BY_CODE[case.item].commitment is None:
            # The signed paper is the authorisation; without a commitment nothing else would tie it to the case.
            await cases.link_material(county_code, case_id, "", signature.attachment_id, at)
        await _log(case, actor, at, "confirmed", Status.DRAFT, note=how)
        return await _receive(case, actor, at, version, signature, None, "")


async def _receive(
    case: CaseRow, actor: Actor, at: datetime, version: int, signature: Signature | None,
    received_on: date | None, received_reason: str,
) -> Receipt:  # fmt: skip
    """The moment an application counts as received: the clock starts, findings are noted, nothing is refused for merit."""
    item = BY_CODE[case.item]
    if case.subject_person_id:
        _goes_on(item, await people.read(case.county_code, case.subject_person_id))
    received = received_on or at.date()
    _check_received(received, received_reason, at.date())
    open_case = await cases.open_case_of(case.county_code, item.code, case.subject_index)
    if open_case is not None:  # a second submission returns the open one
        earlier = await _read(case.county_code, open_case)
        if item.for_another and earlier.applicant_index != case.applicant_index:  # the receipt is another heir's
            raise Refused(Problem("other-applicant", "已经有别的亲属提交了同样的申请，正在办理。请和家人商量由一个人办，或者到窗口询问。"))
        await _close_duplicate(case, actor, at, version, open_case)
        return _receipt(earlier, already=True)
    looked = await examine(item, case, at.date())
    _check_staff(item, case, looked.ask, actor)
    _check_offered(item, case)
    await _check_complete(item, case, signature)
    case = await _place(item, looked.ask, case, actor)
    chain = local_profile(case.profile).chains[item.code]
    values = await _received_values(case, chain, looked, actor, at, received, received_reason)
    await _change(case, version, values)
    case = msgspec.structs.replace(
        case, **{k: v for k, v in values.items() if k in CaseRow.__struct_fields__}, version=version + 1
    )
    if signature and item.commitment:
        await _sign(case, item, signature, actor, at)
    await comparison.keep(case.county_code, case.id, "受理时比对", at, looked.answers)
    await _log(case, actor, at, "filed", Status(values["status"]), before=Status.DRAFT, detail=case.answers)
    if not chain.steps:
        return await _finish_at_once(case, item, looked, actor, at)
    title, body = notices.received(item.title, values["case_no"], values["due_on"], provisional=values["provisional"])
    await _tell(case, title, body, at)
    return _receipt(case)


def _check_staff(item: ServiceItem, case: CaseRow, ask: Any, actor: Actor) -> None:
    limit = item.not_by_staff(ask) if actor.kind is ActorKind.STAFF else None
    if limit and not local_profile(case.profile).allows(limit[0]):
        raise Refused(limit[1])


def _check_offered(item: ServiceItem, case: CaseRow) -> None:
    """The answers fit whoever applies, also where no form has narrowed them."""
    for field, choices in item.offers(case.applicant_index != case.subject_index).items():
        if str(case.answers.get(field)) not in dict(choices):
            words = "、".join(title for _, title in choices)
            raise Refused(Problem("not-offered", f"由这位申请人办理的，只能选：{words}。", field=field))


def _check_received(received: date, reason: str, today: date) -> None:
    if received > today:
        raise Refused(Problem("received-late", "收件日期不能晚于今天。", field="received_on"))
    if received < today and not reason.strip():
        raise Refused(Problem("received-why", "收件日期早于今天，请写明原因。", field="received_reason"))


async def _check_complete(item: ServiceItem, case: CaseRow, signature: Signature | None) -> None:
    await _check_materials(item, case)
    if item.commitment is None:
        return
    if signature is None or not signature.name.strip():
        raise Refused(Problem("not-signed", "请阅读承诺书并签上您的姓名。", field="signature"))
    if signature.kind == "typed" and signature.name.strip() != case.applicant_name:
        raise Refused(Problem("signed-otherwise", f"签名要和您的姓名“{case.applicant_name}”一致。", field="signature"))
    if signature.kind != "typed" and signature.attachment_id is None:
        raise Refused(Problem("signature-missing", "请附上签名的图片。", field="signature"))


async def _check_materials(item: ServiceItem, case: CaseRow) -> None:
    present = await cases.materials_present(case.county_code, case.id)
    missing = [m for m in item.materials if not present.get(m.code)]
    if missing:
        raise Refused(*(Problem("material-missing", f"请上传{m.title}的照片。", field=m.code) for m in missing))


async def _place(item: ServiceItem, ask: Any, case: CaseRow, actor: Actor) -> CaseRow:
    """The case belongs to the village the applicant names, where the item asks for one."""
    region = item.region_of(ask)
    if region is None:
        return case
    known = await region_query.find(case.county_code, region)
    if known is None or len(region) != 12:
        raise Refused(Problem("unknown-region", "请重新选择所在的村和组。", field="region_code"))
    if known.closed_on is not None:
        raise Refused(Problem("closed-region", f"{known.full_name}已经撤销，请选择现在的村组。", field="region_code"))
    if actor.kind is ActorKind.ASSISTANT and not actor.scope.covers(region):
        raise Refused(Problem("other-village", "您只能代本村居民办理。", field="region_code"))
    return msgspec.structs.replace(case, region_code=region)


async def _received_values(
    case: CaseRow, chain: Chain, looked: Examination, actor: Actor, at: datetime, received: date, reason: str
) -> dict[str, Any]:
    due = clock.statutory(chain, received, None, await clock.load_calendar())
    # A clerk's entry at the counter is the 经办; it stands for the preliminary step, and another person reviews.
    # Where nobody's township is known, the county has only its own desk.
    placeless = len(case.region_code) < 8
    skip = 1 if (actor.kind is ActorKind.STAFF or placeless) and len(chain.steps) > 1 and chain.steps[0].preliminary else 0
    return {
        "status": Status.PRELIMINARY_PASSED if skip else Status.SUBMITTED,
        "step": skip,
        "case_no": f"{case.county_code:06d}-{received:%Y%m%d}-{case.id:07d}",
        "region_code": case.region_code,
        "awaiting": None,
        "received_on": received,
        "received_reason": reason.strip() or None,
        "limit_days": chain.limit_working_days,
        "target_days": chain.target_working_days,
        "due_on": due.due_on,
        "target_on": due.target_on,
        "provisional": due.provisional,
        "touched_at": at,
        **_desk(case, chain.steps[skip] if chain.steps else None),
        **_looked(looked),
    }


def _desk(case: CaseRow, step: Step | None) -> dict[str, Any]:
    """Whose desk the case lies on now, free and not held; off everybody's list while nobody of the staff has to act."""
    return {
        "held_until": None,
        "hold_reason": None,
        "desk": rights.desk_of(step, case.region_code) if step else None,
        "waiting_post": step.post if step else None,
        "assignee_id": None,
        "assigned_at": None,
    }


def _looked(looked: Examination) -> dict[str, Any]:
    return {
        "findings": msgspec.json.encode(looked.findings).decode(),
        "outcome": looked.outcome,
        "clean": not looked.findings,
    }


async def _sign(case: CaseRow, item: ServiceItem, signature: Signature, actor: Actor, at: datetime) -> None:
    text = item.commitment
    assert text is not None
    await cases.add_commitment(
        county_code=case.county_code,
        case_id=case.id,
        text_code=text.code,
        text_version=text.version,
        text=text.text,
        signed_name=signature.name.strip(),
        signature=signature.kind,
        signature_attachment_id=signature.attachment_id,
        signer_kind=actor.kind,
        signer_id=actor.id,
        at=at,
        channel=actor.channel,
        not_demanded=list(text.not_demanded),
    )


async def _finish_at_once(case: CaseRow, item: ServiceItem, looked: Examination, actor: Actor, at: datetime) -> Receipt:
    """Items without review (规程第九条第一款) take effect on submission; what the law forbids is told at once."""
    if looked.bars:
        raise Refused(*looked.bars)
    await item.effect(looked.ask, Effect(case_id=case.id, subject=subject_of(case), actor=actor, at=at))
    await _close(case, actor, at, Status.EFFECTED, "effected", {"effected_at": at, "decided_at": at, "told_at": at})
    title, body = notices.done_at_once(item.title, case.case_no or "")
    await _tell(case, title, body, at)
    return _receipt(msgspec.structs.replace(case, status=Status.EFFECTED))


async def _close_duplicate(case: CaseRow, actor: Actor, at: datetime, version: int, open_case: int) -> None:
    await _change(case, version, {"status": Status.AUTO_CLOSED, "touched_at": at, "awaiting": None})
    await _log(case, actor, at, "auto_closed", Status.AUTO_CLOSED, note=f"已有办理中的业务 {open_case}")


# ------------------------------------------------------------------ the applicant, later


async def withdraw(county_code: int, case_id: int, actor: Actor, at: datetime) -> None:
    """撤回, until the decision (R-025). A draft is simply given up."""
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) not in UNDECIDED | {Status.DRAFT}:
            raise Refused(Problem("decided", "这件业务已经有结果，不能再撤回。"))
        if actor.kind is ActorKind.RESIDENT and actor.kind not in BY_CODE[case.item].applicants:
            raise Refused(Problem("offices-own", "这件业务是经办机构提出的，不能撤回。有不同意见请到窗口说明。"))
        if actor.kind is ActorKind.ASSISTANT and case.case_no:
            raise Refused(Problem("resident-withdraws", "已经提交的业务只能由居民本人撤回，或者请乡镇事务所帮忙。"))
        await _close(case, actor, at, Status.WITHDRAWN, "withdrawn", {})
        await cases.take_back_commitment(county_code, case_id, at)  # 承诺 goes with the application
        if case.case_no:
            title, body = notices.withdrawn(BY_CODE[case.item].title, case.case_no)
            await _tell(case, title, body, at)


async def resubmit(county_code: int, case_id: int, actor: Actor, version: int, at: datetime) -> Receipt:
    """补正提交: the clock runs on from today, and the case goes back to the desk that asked."""
    async with transaction():
        case = await _own(county_code, case_id, actor)
        if Status(case.status) is Status.RESUBMITTED:
            return _receipt(case, already=True)
        if Status(case.status) is not Status.SUPPLEMENT_REQUESTED:
            raise Refused(Problem("not-open", "这件业务现在不需要补充材料。"))
        assert case.received_on is not None and case.limit_days is not None and case.paused_on is not None
        received_on, limit, pause = case.received_on, case.limit_days, (case.paused_on, at.date())
        item, chain = BY_CODE[case.item], local_profile(case.profile).chains[case.item]
        looked = await examine(item, case, at.date())
        _check_staff(item, case, looked.ask, actor)
        await _check_materials(item, case)
        case = await _place(item, looked.ask, case, actor)
        await cases.end_pause(county_code, case_id, at.date())
        due = clock.reckon(received_on, limit, case.target_days, pause, await clock.load_calendar())
        values = {
            "status": Status.RESUBMITTED, "region_code": case.region_code, "due_on": due.due_on,
            "target_on": due.target_on, "provisional": due.provisional, "touched_at": at,
            **_desk(case, chain.steps[case.step]), **_looked(looked),
        }  # fmt: skip
        await _change(case, version, values)
        detail = {"due_on": [case.due_on, due.due_on], "answers": case.answers}
        await _log(case, actor, at, "resubmitted", Status.RESUBMITTED, detail=detail)
        title, body = notices.resubmitted(item.title, case.case_no or "", due.due_on)
        await _tell(case, title, body, at)
        return _receipt(await _read(county_code, case_id))


# ------------------------------------------------------------------ the staff


async def look(county_code: int, case_id: int, actor: Actor, at: datetime) -> tuple[CaseRow, Examination]:
    """What the review page shows: the case and a fresh examination. Writes nothing but the record of having looked.

    What was never handed in is its author's, also after he gave it up.
    """
    async with transaction():
        case = await _read(county_code, case_id)
        if not actor.scope.covers(case.region_code) or case.case_no is None:
            raise NotFound
        await audit.write(county_code, at, actor.kind, actor.id, actor.name, "case.opened", "case", str(case_id))
        return case, await examine(BY_CODE[case.item], case, at.date())


async def take(county_code: int, case_id: int, actor: Actor, version: int, at: datetime) -> None:
    """接手: nobody else works on it until it is given back."""
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        await _take(case, step, actor, version, at)


async def take_next(actor: Actor, at: datetime) -> int | None:
    """下一件: the most urgent case on the actor's desk nobody has taken; None when there is nothing to do."""
    async with transaction():
        posts = [post.value for post in sorted(actor.posts)]
        own = [*actor.relatives, *([actor.id_index] if actor.id_index else [])]
        case_id = await cases.take_next(
            actor.scope.county_code, actor.scope.region_prefix, posts, actor.id, own, at.date()
        )
        if case_id is None:
            return None
        case, step = await _on_desk(actor.scope.county_code, case_id, actor)
        await _take(case, step, actor, case.version, at)
        return case_id


async def _take(case: CaseRow, step: Step, actor: Actor, version: int, at: datetime) -> None:
    if case.assignee_id == actor.id:
        return
    status = Status(case.status) if step.preliminary else Status.UNDER_REVIEW
    await _change(case, version, {"assignee_id": actor.id, "assigned_at": at, "status": status, "touched_at": at})
    await _log(case, actor, at, "taken", status, post=step.post)


async def give_back(county_code: int, case_id: int, actor: Actor, version: int, at: datetime) -> None:
    """放回: the case lies on the common desk again."""
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        await _change(case, version, {"assignee_id": None, "assigned_at": None, "touched_at": at})
        await _log(case, actor, at, "given_back", Status(case.status), post=step.post)


async def approve(
    county_code: int, case_id: int, actor: Actor, version: int, seen: str, at: datetime,
    note: str = "", *, on_commitment: bool = False,
) -> Status:  # fmt: skip
    """初审通过 or 审核通过, whichever step the case is at. Returns the new status.

    Everything is looked up and examined again in this transaction; `seen` is the fingerprint of what the reviewer saw,
    and a changed outcome is refused with the difference. Findings that bar approval bar it here and nowhere else.
    `on_commitment`: go on although a source could not be asked (规程第六条), which only a decision step may say.
    """
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        if case.version != version:
            raise _stale()
        item, chain = BY_CODE[case.item], local_profile(case.profile).chains[case.item]
        looked = await examine(item, case, at.date())
        if looked.outcome != seen:
            raise Refused(Problem("outcome-changed", _difference(case, looked)))
        if step.preliminary:
            return await _pass_on(case, chain, step, looked, actor, at, note)
        if looked.bars:
            raise Refused(*looked.bars)
        if looked.waits and not on_commitment:
            raise Refused(*looked.waits)
        if looked.waits and await commitments.broken(county_code, case.applicant_index):
            raise Refused(Problem("false-commitment", "申请人有过不实承诺，改正以前不能按承诺办理，请先核实。"))
        return await _decide(case, item, step, looked, actor, at, note, on_commitment=bool(looked.waits))


async def _pass_on(
    case: CaseRow, chain: Chain, step: Step, looked: Examination, actor: Actor, at: datetime, note: str
) -> Status:
    """初审 (规程第四条): the township says what it found; the county decides, also about what bars approval."""
    following = case.step + 1
    values = {
        "status": Status.PRELIMINARY_PASSED, "step": following, "touched_at": at,
        **_desk(case, chain.steps[following]), **_looked(looked),
    }  # fmt: skip
    await _change(case, case.version, values)
    await _log(case, actor, at, "passed", Status.PRELIMINARY_PASSED, post=step.post, note=note)
    return Status.PRELIMINARY_PASSED


async def _decide(
    case: CaseRow, item: ServiceItem, step: Step, looked: Examination, actor: Actor, at: datetime, note: str,
    *, on_commitment: bool,
) -> Status:  # fmt: skip
    """Approval, effect and the message to the applicant share this transaction."""
    await comparison.keep(case.county_code, case.id, "审核时比对", at, looked.answers)
    await _log(case, actor, at, "approved", Status.APPROVED, post=step.post, note=note)
    effect = Effect(case_id=case.id, subject=subject_of(case), actor=actor, at=at)
    try:
        await item.effect(looked.ask, effect)
    except asyncpg.UniqueViolationError as taken:
        raise Refused(Problem("number-taken", "这个证件号码刚刚已被登记，请重新打开核对。")) from taken
    decided = {
        "decided_at": at, "decided_by": actor.id, "decided_by_name": actor.name, "effected_at": at, "told_at": at,
        "on_commitment": on_commitment, **_looked(looked),
    }  # fmt: skip
    await _close(case, actor, at, Status.EFFECTED, "effected", decided, before=Status.APPROVED)
    title, body = notices.approved(item.title, case.case_no or "", item.result)
    await _tell(case, title, body, at)
    return Status.EFFECTED


async def reject(
    county_code: int, case_id: int, actor: Actor, version: int, reason_code: str, reason: str, at: datetime
) -> None:
    """不予通过: with a reason and the remedies (R-012, R-013). Only the post that decides may refuse."""
    if reason_code not in REJECT_REASONS:
        raise Refused(Problem("no-reason", "请选择不予通过的原因。", field="reason_code"))
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明不予通过的原因，申请人会看到这段话。", field="reason"))
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        if step.preliminary:
            raise Refused(Problem("county-decides", "初审不能直接拒绝，请写明意见后报县里决定。"))
        decided = {
            "decided_at": at, "decided_by": actor.id, "decided_by_name": actor.name, "told_at": at,
            "reason_code": reason_code, "reason_text": reason.strip(),
        }  # fmt: skip
        if case.version != version:
            raise _stale()
        await _close(case, actor, at, Status.REJECTED, "rejected", decided, post=step.post, note=reason.strip())
        title, body = notices.rejected(BY_CODE[case.item].title, case.case_no or "", reason.strip())
        await _tell(case, title, body, at)


async def request_supplement(
    county_code: int, case_id: int, actor: Actor, version: int, points: list[str], at: datetime
) -> None:
    """一次性补正告知: everything that is missing, once; the clock stands still until the resubmission (R-009)."""
    asked = [point.strip() for point in points if point.strip()]
    if not asked:
        raise Refused(Problem("no-points", "请写明需要补充什么，一次说全。", field="points"))
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        listed = msgspec.json.encode(asked).decode()
        if not await cases.begin_pause(county_code, case_id, at.date(), listed, actor.id, actor.name, at):
            raise Refused(Problem("asked-before", "已经告知过一次补正，不能再次要求补充。请依据现有材料作出决定。"))
        values = {"status": Status.SUPPLEMENT_REQUESTED, "touched_at": at, **_desk(case, None)}
        await _change(case, version, values)
        await _log(
            case, actor, at, "supplement_requested", Status.SUPPLEMENT_REQUESTED, post=step.post, note="；".join(asked)
        )
        title, body = notices.supplement(BY_CODE[case.item].title, case.case_no or "", asked)
        await _tell(case, title, body, at)


async def send_back(
    county_code: int, case_id: int, actor: Actor, version: int, reason_code: str, note: str, at: datetime
) -> None:
    """退回上一岗位, with a typed reason (R-051). The clock goes on: the applicant has nothing to do with it (R-006)."""
    if reason_code not in SEND_BACK_REASONS:
        raise Refused(Problem("no-reason", "请选择退回的原因。", field="reason_code"))
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        if case.step == 0:
            raise Refused(Problem("first-step", "这是第一步，不能再往前退。"))
        chain = local_profile(case.profile).chains[case.item]
        values = {
            "status": Status.SUBMITTED, "step": case.step - 1, "touched_at": at, **_desk(case, chain.steps[case.step - 1]),
        }  # fmt: skip
        await _change(case, version, values)
        said = f"{SEND_BACK_REASONS[reason_code]}。{note.strip()}".rstrip("。")
        await _log(case, actor, at, "sent_back", Status.SUBMITTED, post=step.post, note=said)


async def hold(
    county_code: int, case_id: int, actor: Actor, version: int, until: date, reason: str, at: datetime
) -> None:
    """挂起 until a day, with a reason. The statutory clock does not stop for it."""
    if until <= at.date():
        raise Refused(Problem("hold-past", "挂起日期要晚于今天。", field="until"))
    if not reason.strip():
        raise Refused(Problem("no-reason", "请写明挂起的原因。", field="reason"))
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        await _change(case, version, {"held_until": until, "hold_reason": reason.strip(), "touched_at": at})
        note = f"到{notices.day(until)}：{reason.strip()}"
        await _log(case, actor, at, "held", Status(case.status), post=step.post, note=note)


async def release(county_code: int, case_id: int, actor: Actor, version: int, at: datetime) -> None:
    """取消挂起 before its day."""
    async with transaction():
        case, step = await _on_desk(county_code, case_id, actor)
        await _change(case, version, {"held_until": None, "hold_reason": None, "touched_at": at})
        await _log(case, actor, at, "released", Status(case.status), post=step.post)


async def give_up_desk(county_code: int, staff_id: int, case_ids: list[int], actor: Actor, at: datetime) -> None:
    """A frozen user's cases go back to the common desk (R-442)."""
    async with transaction():
        for case_id in case_ids:
            case = await cases.lock(county_code, case_id)
            if case and case.assignee_id == staff_id and Status(case.status) in ON_A_DESK:
                await _change(case, case.version, {"assignee_id": None, "assigned_at": None, "touched_at": at})
                await _log(case, actor, at, "given_back", Status(case.status), note="账号已冻结")


# ------------------------------------------------------------------ the worker


async def recompute_clocks(
    county_code: int, actor: Actor, at: datetime, after_id: int = 0, chunk: int = 500
) -> int | None:
    """A calendar year was loaded: due dates of running clocks are reckoned anew, the old ones kept as events (R-010).

    Works on one chunk in one transaction. Returns the id to go on after, None when finished.
    """
    calendar = await clock.load_calendar()
    async with transaction():
        rows = await cases.open_clocks(county_code, after_id, chunk)
        for row in rows:
            pause = (row["from_on"], row["until_on"]) if row["from_on"] else None
            due = clock.reckon(row["received_on"], row["limit_days"], row["target_days"], pause, calendar)
            if (due.due_on, due.target_on, due.provisional) == (row["due_on"], row["target_on"], row["provisional"]):
                continue
            await cases.set_clock(county_code, row["id"], due.due_on, due.target_on, due.provisional)
            case = await _read(county_code, row["id"])
            moved = f"{notices.day(row['due_on'])} → {notices.day(due.due_on)}"
            await _log(case, actor, at, "clock_recomputed", Status(row["status"]), note=moved)
        return rows[-1]["id"] if len(rows) == chunk else None


async def expire_draft(county_code: int, case_id: int, actor: Actor, at: datetime, untouched_since: datetime) -> None:
    """A draft nobody touched for RETENTION_OF_A_DRAFT_DAYS is closed; its rows stay."""
    async with transaction():
        case = await cases.lock(county_code, case_id)
        if case and Status(case.status) is Status.DRAFT and case.touched_at < untouched_since:
            await _close(case, actor, at, Status.AUTO_CLOSED, "auto_closed", {}, note="长时间没有提交")


# ------------------------------------------------------------------ what all of them share


async def _read(county_code: int, case_id: int) -> CaseRow:
    case = await cases.read(county_code, case_id)
    if case is None:
        raise NotFound
    return case


async def _own(county_code: int, case_id: int, actor: Actor) -> CaseRow:
    """The case locked, for the applicant or the one who typed it in for him."""
    case = await cases.lock(county_code, case_id)
    if case is None or not rights.may_act_for_applicant(case, actor):
        raise NotFound
    return case


async def _on_desk(county_code: int, case_id: int, actor: Actor) -> tuple[CaseRow, Step]:
    """The case locked and its step, for a staff member who may handle it."""
    case = await cases.lock(county_code, case_id)
    if case is None:
        raise NotFound
    steps = local_profile(case.profile).chains[case.item].steps
    if not steps:
        raise NotFound
    step = steps[case.step]
    await rights.may_handle(case, step, actor)
    return case, step


def _stale() -> Refused:
    return Refused(Problem("stale", "这件业务刚刚被别人更新过，请刷新页面，看过最新情况再操作。"))


async def _change(case: CaseRow, version: int, values: dict[str, Any]) -> None:
    if not await cases.change(case.county_code, case.id, version, values):
        raise _stale()


async def _close(
    case: CaseRow, actor: Actor, at: datetime, to: Status, kind: str, values: dict[str, Any],
    *, post: str | None = None, note: str = "", before: Status | None = None,
) -> None:  # fmt: skip
    """The case leaves every desk for good."""
    values = {"status": to, "touched_at": at, "awaiting": None, **_desk(case, None), **values}
    await _change(case, case.version, values)
    await _log(case, actor, at, kind, to, post=post, note=note, before=before)


async def _log(
    case: CaseRow, actor: Actor, at: datetime, kind: str, to: Status,
    *, post: str | None = None, note: str = "", detail: Any = None, before: Status | None = None,
) -> None:  # fmt: skip
    """Who, in which post, from which office, through which channel, when, from what to what (R-020)."""
    await cases.append_event(
        county_code=case.county_code, case_id=case.id, at=at, kind=kind, from_status=before or case.status, to_status=to,
        actor_kind=actor.kind, actor_id=actor.id, actor_name=actor.name, post=post, organisation=actor.organisation,
        channel=actor.channel, note=note, detail=detail,
    )  # fmt: skip
    await audit.write(
        case.county_code, at, actor.kind, actor.id, actor.name, f"case.{kind}", "case", str(case.id), note
    )


async def _tell(case: CaseRow, title: str, body: str, at: datetime) -> None:
    if not BY_CODE[case.item].tells:
        return
    for_self = case.subject_person_id is not None and case.applicant_index == case.subject_index
    person = await people.read(case.county_code, case.subject_person_id) if for_self and case.subject_person_id else None
    phone = person.phone if person else case.answers.get("phone")
    await messages.tell(
        county_code=case.county_code, recipient_index=case.applicant_index, case_id=case.id, title=title, body=body,
        at=at, phone=phone,
    )  # fmt: skip


def _receipt(case: CaseRow, *, already: bool = False) -> Receipt:
    assert case.case_no is not None and case.received_on is not None and case.due_on is not None
    return Receipt(
        case_id=case.id,
        case_no=case.case_no,
        item=case.item,
        status=Status(case.status),
        received_on=case.received_on,
        due_on=case.due_on,
        provisional=case.provisional,
        already=already,
    )


def _difference(case: CaseRow, looked: Examination) -> str:
    """What the examination says now that it did not say before, in words."""
    before = {finding.message for finding in msgspec.json.decode(case.findings, type=list[Finding])}
    now = {finding.message for finding in looked.findings}
    added, gone = "；".join(sorted(now - before)), "；".join(sorted(before - now))
    told = [f"新出现：{added}" if added else "", f"不再有：{gone}" if gone else ""]
    return "核对结果和您看到的不一样了，请刷新后重新审核。" + "。".join(t for t in told if t)
