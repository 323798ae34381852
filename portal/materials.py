"""Photos of papers: several for each paper the law lets us ask for, added and taken away one by one (R-030)."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from db.queries import portal as query
from db.queries import review
from domain.case import flow
from domain.errors import NotFound, Problem, Refused
from portal import viewer
from portal.drafts import Draft
from portal.viewer import AnyRequest
from web import filling, forms, uploads


async def take(request: AnyRequest, draft: Draft, sent: Any) -> forms.Errors:
    """Keeps every file that can be used and says what is wrong with the others, by name of the input."""
    case, now = draft.case, viewer.now(request)
    remove = viewer.number(sent, "_remove")
    if remove is not None:
        await flow.remove_material(case.county_code, case.id, draft.actor, remove, now)
    errors: forms.Errors = {}
    for material in draft.item.materials:
        try:
            for upload in await uploads.read_form(sent, material.code):
                stored = await filling.stored(request.app.state.storage, upload)
                await flow.add_material(case.county_code, case.id, draft.actor, material.code, stored, now)
        except Refused as refused:
            if not all(isinstance(problem, Problem) and problem.field for problem in refused.problems):
                raise
            errors[material.code] = "".join(problem.message for problem in refused.problems)
    return errors


async def still_missing(draft: Draft) -> forms.Errors:
    present = {photo.material for photo in await query.materials(draft.case.county_code, draft.case.id)}
    return {m.code: f"请上传{m.title}的照片。" for m in draft.item.materials if m.code not in present}


@get("/cases/{case_id:int}/files/{attachment_id:int}")
async def show_file(request: AnyRequest, case_id: FromPath[int], attachment_id: FromPath[int]) -> Response[bytes]:
    case, _ = await viewer.case_of(request, case_id)
    found = await review.attachment(case.county_code, case_id, attachment_id)
    if found is None:
        raise NotFound
    storage = request.app.state.storage
    if "small" in request.query_params and found.thumbnail_key:
        return Response(await storage.get(found.thumbnail_key, "thumbnail"), media_type="image/jpeg")
    return Response(await storage.get(found.storage_key, "attachment"), media_type=found.media_type)


ROUTES = [show_file]
