"""窗口录入: a clerk types in what a resident brought to the counter, on one dense page (R-006, R-024).

The entry is the 经办 of a case; another person decides it (R-015).
"""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, day, now, number, on, text, version
from db.queries import access, people, review
from db.queries.portal import CaseRow
from domain import identity, names
from domain.actor import Actor, ActorKind
from domain.case import flow
from domain.case.flow import Signature
from domain.case.item import Applicant, ServiceItem, Subject
from domain.case.status import Status
from domain.errors import NotFound, Problem, Refused
from domain.items import BY_CODE, ITEMS
from domain.person_file import open_file
from web import filling, forms, uploads
from web.fields import fields
from web.pages import go, page

PAPER = "commitment_paper"  # name of the input for the signed 承诺书
NOT_ASKED = frozenset({"case_reversal"})  # begins from the case that was decided wrongly
COUNTER_ITEMS = [item for item in ITEMS if ActorKind.STAFF in item.applicants and item.code not in NOT_ASKED]


@get("/counter", guards=[business])
async def begin(request: AnyRequest) -> Template:
    return await begin_page(request)


async def begin_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    actor = actor_of(request)
    return page(
        request, "counter/begin.html", status_code=422 if problems else 200, page_title="窗口录入", items_list=[(i.code, i.title) for i in COUNTER_ITEMS],
        unfinished=await review.unfinished(actor.scope.county_code, actor.id, 50), titles={i.code: i.title for i in ITEMS},
        problems=problems, typed=typed or {},
    )  # fmt: skip


@post("/counter", guards=[business])
async def start(request: AnyRequest) -> Response[Any] | Template:
    """By name and number as they stand on the card."""
    form = await request.form()
    try:
        item = _item(text(form, "item"))
        subject, known = await _subject(actor_of(request), text(form, "name"), text(form, "id_number"))
        applicant = await _applicant(actor_of(request), item, text(form, "applicant_name"), text(form, "applicant_number"))
        return await _started(request, item, subject, known, applicant)
    except Refused as refused:
        return await begin_page(request, refused.problems, forms.typed(form))


@post("/counter/{code:str}", guards=[business])
async def start_for(request: AnyRequest, code: FromPath[str]) -> Response[Any] | Template:
    """For somebody whose file is open."""
    form, actor = await request.form(), actor_of(request)
    found = await open_file(actor, number(form, "person_id") or 0, f"窗口办理：{_item(code).title}", now(request))
    person = found.person
    subject = Subject(county_code=person.county_code, name=person.name, id_index=person.id_index, person_id=person.id)
    if _item(code).for_another:  # who applies is asked first
        typed: forms.Text = {"item": code, "name": person.name, "id_number": person.id_number}
        return await begin_page(request, typed=typed)
    return await _started(request, _item(code), subject, {})


async def _applicant(actor: Actor, item: ServiceItem, name: str, id_number: str) -> Applicant | None:
    """Who stands at the counter in the place of the subject (规程第三十八条); None where it is the subject."""
    if not item.for_another or not (name.strip() or id_number.strip()):
        return None
    try:
        found, _ = await _subject(actor, name, id_number)
    except Refused as refused:
        fields_of = {"name": "applicant_name", "id_number": "applicant_number"}
        raise Refused(
            *(Problem(p.code, p.message, fields_of.get(getattr(p, "field", None) or "", "applicant_name")) for p in refused.problems)
        ) from None
    return Applicant(found.name, found.id_index)


async def _started(
    request: AnyRequest, item: ServiceItem, subject: Subject, known: dict[str, Any], applicant: Applicant | None = None
) -> Response[Any]:
    profile = await access.profile_of(subject.county_code)
    case_id = await flow.start(item, subject, actor_of(request), profile, now(request), item.first_answers(known), applicant)
    return go(request, f"/counter/cases/{case_id}")


def _item(code: str) -> ServiceItem:
    item = BY_CODE.get(code)
    if item not in COUNTER_ITEMS:
        raise Refused(Problem("no-item", "请选择要办的事项。", field="item"))
    return item


async def _subject(actor: Actor, name: str, id_number: str) -> tuple[Subject, dict[str, Any]]:
    kind = identity.IdType.RESIDENT_ID_CARD
    name, id_number = names.normalise_name(name), identity.normalise(kind, id_number)
    wrong = {"name": names.check_name(name), "id_number": identity.check(kind, id_number)}
    if any(wrong.values()):
        raise Refused(*(Problem("typing", message, field) for field, message in wrong.items() if message))
    index = people.id_index_of(id_number)
    person_id = await people.person_id_of(actor.scope.county_code, index)
    if person_id is not None and await people.name_of(actor.scope.county_code, person_id) != name:
        raise Refused(Problem("name-differs", "这个证件号码登记的姓名和您输入的不一样，请对照证件核对。", field="name"))
    subject = Subject(county_code=actor.scope.county_code, name=name, id_index=index, person_id=person_id)
    return subject, {"name": name, "id_type": kind.value, "id_number": id_number}


# ------------------------------------------------------------------ the form


@get("/counter/cases/{case_id:int}", guards=[business])
async def show(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    case = await _open(request, case_id)
    if Status(case.status) not in (Status.DRAFT, Status.SUPPLEMENT_REQUESTED):
        return go(request, f"/cases/{case_id}")
    return await form_page(request, case, values=forms.as_form(case.answers) | request.state.kept)


async def _open(request: AnyRequest, case_id: int) -> CaseRow:
    actor = actor_of(request)
    case = await review.at_counter(actor.scope.county_code, case_id, actor.id, actor.scope.region_prefix)
    if case is None:
        raise NotFound
    return case


async def form_page(
    request: AnyRequest,
    case: CaseRow,
    *,
    values: forms.Text,
    errors: forms.Errors | None = None,
    status_code: int = 200,
) -> Template:
    item, scope = BY_CODE[case.item], actor_of(request).scope
    specs = {spec.name: spec for spec in fields(item.payload)}
    widgets = {spec.widget for spec in specs.values()}
    files = await review.attachments(case.county_code, case.id)
    return page(
        request, "counter/form.html", status_code=status_code, page_title=f"录入{item.title}：{case.subject_name}", case=case, item=item,
        pages=[(one.title, one.hint, [specs[name] for name in one.fields]) for one in item.pages],
        places=await filling.places(scope.county_code, scope.region_prefix) if "region" in widgets else [],
        tiers=await filling.tiers(scope.county_code, on(request)) if "tier" in widgets else [],
        files=[(material, [f for f in files if f.material == material.code]) for material in item.materials],
        asks_phone="phone_verified" in specs, paper=PAPER, supplement=case.status == Status.SUPPLEMENT_REQUESTED,
        points=msgspec.json.decode(case.pause_points) if case.pause_points else [], values=values, errors=errors or {},
    )  # fmt: skip


@post("/counter/cases/{case_id:int}", guards=[business], request_max_body_size=uploads.REQUEST_BYTES)
async def keep(request: AnyRequest, case_id: FromPath[int]) -> Response[Any] | Template:
    """暂存 or 受理: whatever can be read is kept first, so that nothing typed and no photo is lost."""
    case, form = await _open(request, case_id), await request.form()
    if case.case_no and case.status != Status.SUPPLEMENT_REQUESTED:
        return go(request, f"/cases/{case_id}")
    if (again := forms.reshape(form)) is not None:
        return await form_page(request, case, values=again)
    values, errors = forms.decode(BY_CODE[case.item].payload, form)
    shown = version(form)
    try:
        errors |= await _take_files(request, case, form)
        kept = await flow.save(
            case.county_code, case.id, actor_of(request), "counter", _answers(values, errors, form), shown, now(request)
        )
        if text(form, "do") != "submit":
            return go(request, f"/counter/cases/{case_id}")
        if not errors:
            return await _hand_in(request, case, form, kept)
    except Refused as refused:
        errors |= {getattr(problem, "field", None) or "": problem.message for problem in refused.problems}
    case = await _open(request, case_id)
    return await form_page(
        request, case, values=forms.typed(form) | {"version": str(case.version)}, errors=errors, status_code=422
    )


def _answers(values: dict[str, Any], errors: forms.Errors, form: Any) -> dict[str, Any]:
    good = {name: value for name, value in values.items() if name not in errors}
    if good.get("phone") and "phone_verified" in good:
        good["phone"] = identity.normalise_phone(good["phone"])
        # The clerk rang the number, or saw the phone, while its owner stood there.
        good["phone_verified"] = good["phone"] if text(form, "phone_seen") == "on" else None
    return msgspec.to_builtins(good)  # type: ignore[no-any-return]


async def _take_files(request: AnyRequest, case: CaseRow, form: Any) -> forms.Errors:
    errors: forms.Errors = {}
    for material in BY_CODE[case.item].materials:
        try:
            for upload in await uploads.read_form(form, material.code):
                stored = await filling.stored(request.app.state.storage, upload)
                await flow.add_material(
                    case.county_code, case.id, actor_of(request), material.code, stored, now(request)
                )
        except Refused as refused:
            errors[material.code] = "".join(problem.message for problem in refused.problems)
    return errors


async def _hand_in(request: AnyRequest, case: CaseRow, form: Any, kept: int) -> Response[Any]:
    actor, at = actor_of(request), now(request)
    if case.status == Status.SUPPLEMENT_REQUESTED:
        receipt = await flow.resubmit(case.county_code, case.id, actor, kept, at)
    else:
        received = day(form, "received_on", "收件日期") if text(form, "received_on") else None
        signature = await _signature(request, case, form)
        receipt = await flow.submit(
            case.county_code, case.id, actor, kept, at, signature, received, text(form, "received_reason")
        )
    return go(request, f"/cases/{receipt.case_id}?done=filed")


async def _signature(request: AnyRequest, case: CaseRow, form: Any) -> Signature | None:
    """A photo of the 承诺书 the resident signed on paper: it stays the resident's own act."""
    if BY_CODE[case.item].commitment is None:
        return None
    pictures = await uploads.read_form(form, PAPER)
    if not pictures:
        raise Refused(Problem("signature-missing", "请上传居民签好字的承诺书照片。", field=PAPER))
    stored = await filling.stored(request.app.state.storage, pictures[0])
    attachment_id = await flow.keep_picture(case.county_code, actor_of(request), stored, now(request))
    return Signature("paper", case.applicant_name, attachment_id)


ROUTES = [begin, start, start_for, show, keep]
