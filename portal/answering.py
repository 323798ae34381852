"""Showing a step and taking its answer, one pair of functions for each kind of step."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from litestar import Response

from db.queries import portal as query
from db.queries import regions
from domain import identity
from domain.case import flow, phone_code
from domain.errors import Problem, Refused
from portal import handing_in, materials, viewer
from portal.drafts import Draft, draft_of, look_over, same_answers
from portal.steps import Kind, Step, code_before, code_of_page, next_code
from portal.viewer import AnyRequest
from web import forms
from web.answers import read_back
from web.pages import go, is_htmx, page

STALE = "这份申请刚刚在别的地方改过。您填的内容还在下面，请核对后再保存一次。"


async def show(
    request: AnyRequest, draft: Draft, step: Step, *, values: forms.Text | None = None, errors: forms.Errors | None = None,
    status_code: int = 200,
) -> Response[Any]:  # fmt: skip
    """The page of a step. `values`: what was just typed, to be shown again; otherwise what is kept."""
    if step.kind in (Kind.CHECK, Kind.COMMITMENT):
        await handing_in.require_assurance(request, draft)
    before = code_before(draft.steps, step.code)
    kept = request.state.kept if request.method == "GET" else {}
    return page(
        request,
        "draft/_form.html" if step.kind is Kind.FORM and is_htmx(request) else f"draft/{step.kind}.html",
        status_code=status_code,
        draft=draft,
        step=step,
        number=draft.number_of(step.code),
        back=draft.url(before) if before else draft.exit_url,
        then=request.query_params.get("then", ""),
        values=values if values is not None else forms.as_form(draft.case.answers) | kept,
        errors=errors or {},
        kept=bool(kept),
        **await _EXTRAS[step.kind](request, draft, step),
    )


# ------------------------------------------------------------------ what the kinds show beside their questions


async def _form_extras(_request: AnyRequest, draft: Draft, step: Step) -> dict[str, Any]:
    groups = await read_back(draft.item, draft.case.answers)
    return {"facts": [(line.title, line.text) for group in groups for line in group.lines if line.name in step.locked]}


async def _region_extras(request: AnyRequest, draft: Draft, step: Step) -> dict[str, Any]:
    """One level of places: townships, then villages, then groups. An assistant's own village is given."""
    top, length = draft.actor.scope.region_prefix, len(draft.actor.scope.region_prefix)
    under = request.query_params.get("under", top)
    if not (under.startswith(top) and under.isascii() and under.isdigit() and len(under) in range(length, 11, 2)):
        under = top
    county_code = draft.case.county_code
    chosen = str(draft.case.answers.get(step.specs[0].name) or "")
    return {
        "places": await regions.below(county_code, under, len(under) + 2),
        "level": {8: "乡镇（街道）", 10: "村（社区）", 12: "组"}[len(under) + 2],
        "path": await regions.names([under[:n] for n in (8, 10) if length < n <= len(under)]),
        "chosen": (await regions.names([chosen])).get(chosen, ""),
    }


async def _phone_extras(request: AnyRequest, _draft: Draft, _step: Step) -> dict[str, Any]:
    return {"sent": request.query_params.get("sent") == "1" or request.method == "POST"}


async def _materials_extras(_request: AnyRequest, draft: Draft, _step: Step) -> dict[str, Any]:
    return {"photos": await query.materials(draft.case.county_code, draft.case.id)}


async def _check_extras(request: AnyRequest, draft: Draft, _step: Step) -> dict[str, Any]:
    photos = await query.materials(draft.case.county_code, draft.case.id)
    return {
        "groups": await read_back(draft.item, draft.case.answers),
        "link_of": lambda name: (code := code_of_page(draft.steps, name)) and draft.url(f"{code}?then=check"),
        "locked": {name for step in draft.steps for name in step.locked},
        "photos": photos,
        "look": await look_over(draft, photos, viewer.today(request)),
    }


async def _commitment_extras(_request: AnyRequest, draft: Draft, _step: Step) -> dict[str, Any]:
    return {"commitment": draft.item.commitment}


_EXTRAS: dict[Kind, Callable[[AnyRequest, Draft, Step], Awaitable[dict[str, Any]]]] = {
    Kind.FORM: _form_extras,
    Kind.REGION: _region_extras,
    Kind.PHONE_CODE: _phone_extras,
    Kind.MATERIALS: _materials_extras,
    Kind.CHECK: _check_extras,
    Kind.COMMITMENT: _commitment_extras,
}


# ------------------------------------------------------------------ answers


async def answer_form(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    again = forms.reshape(sent)
    if again is not None:
        return await show(request, draft, step, values=again)
    values, errors = forms.decode(draft.item.payload, sent, only=[spec.name for spec in step.specs])
    errors |= _not_offered(draft, values)
    if errors and "_later" not in sent:
        return await show(request, draft, step, values=forms.typed(sent), errors=errors, status_code=422)
    good = {name: _tidy(step, name, value) for name, value in values.items() if name not in errors}
    return await keep(request, draft, step, msgspec.to_builtins(good), sent)


def _not_offered(draft: Draft, values: Mapping[str, Any]) -> forms.Errors:
    """Options from the database are not known to the form itself."""
    return {
        name: "请从列出的选项里选择。"
        for name, offered in draft.choices.items()
        if values.get(name) is not None and str(values[name]) not in dict(offered)
    }


def _tidy(step: Step, name: str, value: Any) -> Any:
    """A phone is kept as it is dialled: messages go to it before the application is read as a whole."""
    is_phone = any(spec.name == name and spec.widget == "tel" for spec in step.specs)
    return identity.normalise_phone(value) if is_phone and value else value


async def answer_region(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    name = step.specs[0].name
    values, errors = forms.decode(draft.item.payload, sent, only=[name])
    if not errors:
        place = await regions.find(draft.case.county_code, values[name])
        if place is None or place.closed_on is not None or not draft.actor.scope.covers(place.code):
            errors = {name: "请从列出的地方里选择。"}
    if errors:
        return await show(request, draft, step, errors={"": errors[name]}, status_code=422)
    return await keep(request, draft, step, values, sent)


async def keep(request: AnyRequest, draft: Draft, step: Step, answers: dict[str, Any], sent: Any) -> Response[Any]:
    """Kept, then on: to the next step, back to the last look, or away for today."""
    case, now = draft.case, viewer.now(request)
    if not same_answers(case, answers) or not (case.page == step.code or case.awaiting):
        try:
            await flow.save(case.county_code, case.id, draft.actor, step.code, answers, viewer.version(sent), now)
        except Refused as refused:
            if not any(problem.code == "stale" for problem in refused.problems):
                raise
            return await show(request, draft, step, values=forms.typed(sent), errors={"": STALE}, status_code=409)
    if "_later" in sent:
        return go(request, draft.leave_url)
    case = msgspec.structs.replace(case, answers={**case.answers, **answers})
    after = await draft_of(case, draft.actor, now.date())
    following = next_code(after.steps, step.code)
    return go(
        request, draft.url("check" if viewer.text(sent, "then") == "check" and following != "phone-code" else following)
    )


async def answer_phone_code(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    """Sends a code to the new number, or takes the one that came (R-059)."""
    case, phone = draft.case, str(draft.case.answers["phone"])
    now, real = viewer.now(request), viewer.real_now(request)
    try:
        if "send" in sent:
            await phone_code.send_to_new_phone(case, phone, now, real)
            return go(request, draft.url("phone-code?sent=1"))
        code = viewer.text(sent, "code")
        await phone_code.verify_new_phone(case, draft.actor, phone, code, viewer.version(sent), now, real)
    except Refused as refused:
        return await _refused(request, draft, step, refused, "code")
    return go(request, draft.url(next_code(draft.steps, step.code)))


async def answer_materials(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    """Whatever was chosen is kept first, also when another file is no picture; then on if every paper is there."""
    errors = await materials.take(request, draft, sent)
    if not errors and "_stay" not in sent and "_remove" not in sent:
        errors = {} if "_later" in sent else await materials.still_missing(draft)
        if not errors:
            return go(request, draft.leave_url if "_later" in sent else draft.url(next_code(draft.steps, step.code)))
    return await show(request, draft, step, errors=errors, status_code=422 if errors else 200)


async def answer_check(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    """Hands in, or leads to the signature, or (for an assistant) asks the resident."""
    try:
        return await handing_in.after_check(request, draft, viewer.version(sent))
    except Refused as refused:
        return await _refused(request, draft, step, refused, "")


async def answer_commitment(request: AnyRequest, draft: Draft, step: Step, sent: Any) -> Response[Any]:
    try:
        signature = await handing_in.read_signature(request, draft.case, draft.actor, sent)
        return await handing_in.submit(request, draft, viewer.version(sent), signature)
    except Refused as refused:
        return await _refused(request, draft, step, refused, "signature", typed=forms.typed(sent))


async def _refused(
    request: AnyRequest, draft: Draft, step: Step, refused: Refused, own_field: str, typed: forms.Text | None = None
) -> Response[Any]:
    """The page again with what was wrong; mistakes that belong to no input of it stand on top."""
    if any(problem.code == "stale" for problem in refused.problems):
        raise refused
    errors: forms.Errors = {}
    for problem in refused.problems:
        field = problem.field if isinstance(problem, Problem) and problem.field == own_field and own_field else ""
        errors[field] = errors.get(field, "") + problem.message
    return await show(request, draft, step, values=typed, errors=errors, status_code=422)


ANSWER: dict[Kind, Callable[[AnyRequest, Draft, Step, Any], Awaitable[Response[Any]]]] = {
    Kind.FORM: answer_form,
    Kind.REGION: answer_region,
    Kind.PHONE_CODE: answer_phone_code,
    Kind.MATERIALS: answer_materials,
    Kind.CHECK: answer_check,
    Kind.COMMITMENT: answer_commitment,
}
