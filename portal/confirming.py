"""The resident's own yes to what an assistant typed in (R-023): by login, by code, by a signed slip, by signature."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from db.queries import portal as query
from db.queries.portal import CaseRow
from domain import identity
from domain.actor import Actor, ActorKind
from domain.case import flow, phone_code
from domain.case.flow import Signature
from domain.case.status import Status
from domain.errors import NotFound, Problem, Refused
from domain.items import BY_CODE
from portal import handing_in, papers, viewer
from portal.cases import no_link
from portal.drafts import Draft, open_draft
from portal.viewer import AnyRequest
from web import forms, sessions, uploads, wall
from web.answers import read_back
from web.documents import pdf
from web.documents.contents import ConfirmationSlip
from web.documents.qr import svg
from web.pages import go, page

SLIP_LIFETIME = timedelta(days=flow.RETENTION_OF_A_DRAFT_DAYS)
OWN_FIELDS = frozenset({"code", "signature", "photo"})


def confirm_url(request: AnyRequest, case: CaseRow) -> str:
    return f"{request.app.state.portal_url}/confirm/{case.verify_token}"


# ------------------------------------------------------------------ at the assistant's side


async def asked_draft(request: AnyRequest, case_id: int) -> Draft:
    """The assistant's own draft; NotFound for everybody else, the resident included."""
    draft = await open_draft(request, case_id)
    if not draft.for_other:
        raise NotFound
    return draft


async def _ways(request: AnyRequest, draft: Draft, errors: forms.Errors | None = None) -> Template:
    phone = await phone_code.registered_phone(draft.case)
    return page(
        request,
        "draft/confirm.html",
        status_code=422 if errors else 200,
        draft=draft,
        phone=identity.mask_phone(phone) if phone else "",
        sent="sent" in request.query_params,
        link=confirm_url(request, draft.case),
        qr=svg(confirm_url(request, draft.case)),
        errors=errors or {},
    )


@get("/drafts/{case_id:int}/confirm")
async def ways(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    draft = await asked_draft(request, case_id)
    if draft.case.case_no:
        return go(request, f"/cases/{case_id}/receipt")
    if draft.case.awaiting is None:
        return go(request, draft.url("check"))
    return await _ways(request, draft)


@post("/drafts/{case_id:int}/confirm", request_max_body_size=uploads.REQUEST_BYTES)
async def confirm_here(request: AnyRequest, case_id: FromPath[int]) -> Response[Any]:
    """The resident sits beside the assistant."""
    draft, sent = await asked_draft(request, case_id), await request.form()
    if draft.case.case_no:
        return go(request, f"/cases/{case_id}/receipt")
    try:
        return await _HOW.get(viewer.text(sent, "how"), _by_picture)(request, draft, sent)
    except Refused as refused:
        if any(problem.code == "stale" for problem in refused.problems):
            raise
        return await _ways(request, draft, _errors(refused))


def _errors(refused: Refused) -> forms.Errors:
    errors: forms.Errors = {}
    for problem in refused.problems:
        field = problem.field if isinstance(problem, Problem) and problem.field in OWN_FIELDS else ""
        errors[field or ""] = errors.get(field or "", "") + problem.message
    return errors


async def _send_code(request: AnyRequest, draft: Draft, _sent: Any) -> Response[Any]:
    await phone_code.ask_by_code(draft.case, draft.actor, viewer.now(request), viewer.real_now(request))
    return go(request, f"/drafts/{draft.case.id}/confirm?sent=1")


async def _by_code(request: AnyRequest, draft: Draft, sent: Any) -> Response[Any]:
    receipt = await phone_code.confirm_by_code(
        draft.case,
        draft.actor,
        viewer.text(sent, "code"),
        viewer.version(sent),
        viewer.now(request),
        viewer.real_now(request),
    )
    return handing_in.to_receipt(request, draft.case.id, receipt)


async def _by_picture(request: AnyRequest, draft: Draft, sent: Any) -> Response[Any]:
    """A signature drawn on the screen, or the photo of a signed slip or paper. It is the receipt as well."""
    drawn = await uploads.read_drawn(viewer.text(sent, "signature_drawn"), "signature")
    photos = await uploads.read_form(sent, "photo")
    if drawn is None and not photos:
        raise Refused(Problem("signature-missing", "请让居民签名，或者拍下签了名的确认单。", field="photo"))
    kind, picture = ("drawn", drawn) if drawn else ("paper", photos[0])
    signature = await handing_in.keep_picture(request, draft.case, draft.actor, picture, kind)
    how = "slip" if kind == "paper" else "signature"
    return await _confirm(request, draft, sent, how, signature)


async def _confirm(request: AnyRequest, draft: Draft, sent: Any, how: str, signature: Signature) -> Response[Any]:
    case = draft.case
    receipt = await flow.confirm(
        case.county_code, case.id, draft.actor, viewer.version(sent), viewer.now(request), how, signature
    )
    return handing_in.to_receipt(request, case.id, receipt)


_HOW = {"send": _send_code, "code": _by_code, "picture": _by_picture}


@get("/drafts/{case_id:int}/slip.pdf")
async def slip(request: AnyRequest, case_id: FromPath[int]) -> Response[bytes]:
    """代办确认单: what was typed in, on paper, with the QR code and a place to sign."""
    draft = await asked_draft(request, case_id)
    if draft.case.awaiting is None:
        raise NotFound
    county = await viewer.county_of(request)
    groups = await read_back(draft.item, draft.case.answers, masked=True)
    now = viewer.now(request)
    printed = await pdf.render("confirmation_slip", ConfirmationSlip(
        agency=county.agency_name, case_number=draft.case.verify_token[-8:], printed_at=now, item_title=draft.item.title,
        resident_name=draft.case.applicant_name, id_number_masked=str(draft.case.answers.get("id_number") or ""),
        answers=tuple(_flat(groups)), assistant_name=draft.actor.name, village=draft.actor.organisation,
        confirm_url=confirm_url(request, draft.case), valid_until=now + SLIP_LIFETIME,
    ))  # fmt: skip
    return papers.as_file(printed, f"确认单-{draft.case.applicant_name}.pdf")


def _flat(groups: Any) -> list[tuple[str, str]]:
    """Repeated rows one after another; what was left empty is left out."""
    lines = [line for group in groups for line in group.lines if line.name not in ("name", "id_number")]
    told = [(line.title, line.text) for line in lines if line.text]
    return told + [
        (line.title, "，".join(cell.text for cell in row if cell.text)) for line in lines for row in line.rows
    ]


# ------------------------------------------------------------------ at the resident's side


async def awaiting(request: AnyRequest, token: str) -> tuple[CaseRow, Actor]:
    """For the resident alone, and only as long as there is something to confirm or its receipt to see."""
    case = await query.case_by_token(token)
    if case is None or case.filer_kind != ActorKind.ASSISTANT:
        raise NotFound
    actor = await viewer.role_in(request, sessions.actor_of(request), case)
    if actor.kind is not ActorKind.RESIDENT or (case.awaiting is None and case.case_no is None):
        raise NotFound
    await wall.require_login(request, level=BY_CODE[case.item].assurance, fresh=BY_CODE[case.item].fresh_login)
    return case, actor


async def _to_confirm(request: AnyRequest, case: CaseRow, typed: forms.Text, errors: forms.Errors) -> Template:
    item = BY_CODE[case.item]
    return page(
        request,
        "cases/confirm.html",
        status_code=422 if errors else 200,
        case=case,
        item=item,
        groups=await read_back(item, case.answers),
        photos=await query.materials(case.county_code, case.id),
        values=typed,
        errors=errors,
        link_of=no_link,
    )


@get("/confirm/{token:str}")
async def show(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    case, _ = await awaiting(request, token)
    if case.case_no:
        return go(request, f"/cases/{case.id}")
    return await _to_confirm(request, case, request.state.kept, {})


@post("/confirm/{token:str}")
async def confirm(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    (case, actor), sent = await awaiting(request, token), await request.form()
    try:
        signature = None
        if case.status == Status.DRAFT and BY_CODE[case.item].commitment:
            signature = await handing_in.read_signature(request, case, actor, sent)
        receipt = await flow.confirm(
            case.county_code, case.id, actor, viewer.version(sent), viewer.now(request), "login", signature
        )
    except Refused as refused:
        if any(problem.code == "stale" for problem in refused.problems):
            raise
        return await _to_confirm(request, case, forms.typed(sent), _errors(refused))
    return handing_in.to_receipt(request, case.id, receipt)


ROUTES = [ways, confirm_here, slip, show, confirm]
