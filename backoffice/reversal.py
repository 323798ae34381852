"""申请撤销: what was approved wrongly is taken back by a case of its own, which the head decides (four eyes)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, now
from db.queries import access, people, review
from domain.case import flow
from domain.case.item import Subject
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import BY_CODE
from web import forms
from web.fields import fields
from web.pages import go, page

ITEM = BY_CODE["case_reversal"]


@get("/cases/{case_id:int}/reversal", guards=[business])
async def ask(request: AnyRequest, case_id: FromPath[int]) -> Template:
    return await form_page(request, case_id)


async def form_page(
    request: AnyRequest, case_id: int, errors: forms.Errors | None = None, typed: forms.Text | None = None
) -> Template:
    original = await _original(request, case_id)
    spec = next(spec for spec in fields(ITEM.payload) if spec.name == "reason")
    return page(
        request, "case/reversal.html", status_code=422 if errors else 200, page_title="申请撤销", original=original,
        title=BY_CODE[original.item].title, spec=spec, values=typed or request.state.kept, errors=errors or {},
    )  # fmt: skip


@post("/cases/{case_id:int}/reversal", guards=[business])
async def file(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    form = await request.form()
    values, errors = forms.decode(ITEM.payload, form, only=["reason"])
    if errors:
        return await form_page(request, case_id, errors, forms.typed(form))
    try:
        receipt = await _file(request, await _original(request, case_id), values["reason"])
    except Refused as refused:
        return await form_page(
            request, case_id, {"": "；".join(p.message for p in refused.problems)}, forms.typed(form)
        )
    return go(request, f"/cases/{receipt}?done=reversal")


async def _file(request: AnyRequest, original: Any, reason: str) -> int:
    """Draft, answers and submission; an unfinished one of the same clerk is taken up again."""
    actor, at, county = actor_of(request), now(request), original.county_code
    person_id = await people.person_id_of(county, original.subject_index)
    subject = Subject(
        county_code=county, name=original.subject_name, id_index=original.subject_index, person_id=person_id
    )
    answers = {"original_id": original.id, "original_no": original.case_no, "reason": reason}
    draft_id = await flow.start(ITEM, subject, actor, await access.profile_of(county), at, answers)
    draft = await review.at_counter(county, draft_id, actor.id, actor.scope.region_prefix)
    assert draft is not None
    version = await flow.save(county, draft_id, actor, "reason", answers, draft.version, at)
    return (await flow.submit(county, draft_id, actor, version, at)).case_id


async def _original(request: AnyRequest, case_id: int) -> Any:
    actor = actor_of(request)
    case = await review.case(actor.scope.county_code, case_id)
    if (
        case is None
        or not actor.scope.covers(case.region_code)
        or case.status not in (Status.EFFECTED, Status.ARCHIVED)
    ):
        raise NotFound
    return case


ROUTES = [ask, file]
