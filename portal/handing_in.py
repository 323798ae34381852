"""The end of an application: the signature, the submission, or the question to the resident."""

from typing import Any

from litestar import Response

from db.queries.portal import CaseRow
from domain.actor import Actor
from domain.case import flow, phone_code
from domain.case.flow import Receipt, Signature
from portal import viewer
from portal.drafts import Draft
from portal.steps import Kind
from portal.viewer import AnyRequest
from web import filling, uploads, wall
from web.pages import go


async def require_assurance(request: AnyRequest, draft: Draft) -> None:
    """The level the item asks for (standards D6), also a fresh login (R-517); an assistant has shown his at the door."""
    if not draft.for_other:
        await wall.require_login(request, level=draft.item.assurance, fresh=draft.item.fresh_login)


async def after_check(request: AnyRequest, draft: Draft, version: int) -> Response[Any]:
    if draft.for_other and not draft.is_supplement:
        return await ask(request, draft, version)
    if any(step.kind is Kind.COMMITMENT for step in draft.steps):
        return go(request, draft.url("commitment"))
    return await submit(request, draft, version, None)


async def submit(request: AnyRequest, draft: Draft, version: int, signature: Signature | None) -> Response[Any]:
    await require_assurance(request, draft)
    case, now = draft.case, viewer.now(request)
    if draft.is_supplement:
        receipt = await flow.resubmit(case.county_code, case.id, draft.actor, version, now)
    else:
        receipt = await flow.submit(case.county_code, case.id, draft.actor, version, now, signature)
    return to_receipt(request, case.id, receipt)


def to_receipt(request: AnyRequest, case_id: int, receipt: Receipt) -> Response[Any]:
    """Of this application, or of the open one like it that was in before (R-014)."""
    earlier = "" if receipt.case_id == case_id else "?earlier=1"
    return go(request, f"/cases/{receipt.case_id}/receipt{earlier}")


async def ask(request: AnyRequest, draft: Draft, version: int) -> Response[Any]:
    """The resident is asked through the phone the office knows, else the one just given."""
    case = draft.case
    phone = await phone_code.registered_phone(case) or case.answers.get("phone")
    if case.awaiting is None:
        await flow.ask_resident(case.county_code, case.id, draft.actor, version, viewer.now(request), phone)
    return go(request, f"/drafts/{case.id}/confirm")


async def read_signature(request: AnyRequest, case: CaseRow, actor: Actor, sent: Any) -> Signature:
    """What was drawn, otherwise the name as typed."""
    drawn = await uploads.read_drawn(viewer.text(sent, "signature_drawn"), "signature")
    if drawn is None:
        return Signature("typed", viewer.text(sent, "signature"))
    return await keep_picture(request, case, actor, drawn, "drawn")


async def keep_picture(
    request: AnyRequest, case: CaseRow, actor: Actor, picture: uploads.Upload, kind: str
) -> Signature:
    stored = await filling.stored(request.app.state.storage, picture)
    attachment_id = await flow.keep_picture(case.county_code, actor, stored, viewer.now(request))
    return Signature(kind, case.applicant_name, attachment_id)
