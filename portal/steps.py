"""The pages an application is filled in on, in order: what the item asks, then papers, a last look, the signature."""

from enum import StrEnum

import msgspec
from msgspec import Struct

from db.queries.portal import CaseRow
from domain import identity
from domain.case.item import Page, ServiceItem
from domain.case.status import Status
from web import forms
from web.forms import FieldSpec

# What the login, or the assistant's roster, has said about the person is not asked again where a new person is registered.
FROM_LOGIN = ("name", "id_type", "id_number")
CODED_IN_NUMBER = ("sex", "born_on")  # what a resident ID number says by itself


class Kind(StrEnum):
    """How a step asks. The value is the name of its template."""

    FORM = "form"
    REGION = "region"
    PHONE_CODE = "phone_code"
    MATERIALS = "materials"
    CHECK = "check"
    COMMITMENT = "commitment"


class Step(Struct, frozen=True, kw_only=True):
    """`code` stands in the address. `locked`: names of answers that are shown, not asked."""

    code: str
    kind: Kind
    title: str
    hint: str = ""
    specs: tuple[FieldSpec, ...] = ()
    locked: tuple[str, ...] = ()


def steps_of(item: ServiceItem, case: CaseRow, registered_phone: str | None, *, tiers_known: bool) -> list[Step]:
    specs = {spec.name: spec for spec in forms.fields(item.payload)}
    found: list[Step] = []
    for page in item.pages:
        found += _page(page, item, case, specs, tiers_known=tiers_known)
        if "phone" in page.fields and "phone_verified" in specs and needs_code(case, registered_phone):
            found.append(Step(code="phone-code", kind=Kind.PHONE_CODE, title="验证手机号码"))
    if item.materials:
        found.append(Step(code="materials", kind=Kind.MATERIALS, title="上传照片"))
    found.append(Step(code="check", kind=Kind.CHECK, title="核对后提交"))
    if item.commitment and signs_at_the_end(case):
        found.append(Step(code="commitment", kind=Kind.COMMITMENT, title=item.commitment.title))
    return found


def signs_at_the_end(case: CaseRow) -> bool:
    """Whoever fills in his own form signs it; what an assistant typed in is signed when the resident confirms (R-023)."""
    return case.status == Status.DRAFT and case.filer_kind == "resident"


def needs_code(case: CaseRow, registered_phone: str | None) -> bool:
    """A number that is neither the registered one nor confirmed by a code yet (R-059)."""
    phone = case.answers.get("phone")
    return bool(phone) and phone not in (registered_phone, case.answers.get("phone_verified"))


def _page(
    page: Page, item: ServiceItem, case: CaseRow, specs: dict[str, FieldSpec], *, tiers_known: bool
) -> list[Step]:
    """One page of the item; a place is chosen on a page of its own, step by step."""
    locked = () if item.for_enrolled else tuple(name for name in FROM_LOGIN if name in page.fields)
    hidden = set(locked) | (set(CODED_IN_NUMBER) if locked and _number_tells(case) else set())
    asked = [specs[name] for name in page.fields if name not in hidden]
    asked = [spec for spec in asked if spec.widget != "tier" or tiers_known]
    places = [spec for spec in asked if spec.widget == "region"]
    plain = tuple(spec for spec in asked if spec.widget != "region")
    hint = "" if hidden - set(locked) else page.hint
    first = (
        [Step(code=page.code, kind=Kind.FORM, title=page.title, hint=hint, specs=plain, locked=locked)] if plain else []
    )
    return first + [
        Step(code=f"{page.code}-place", kind=Kind.REGION, title=spec.title, hint=spec.hint, specs=(spec,))
        for spec in places
    ]


def _number_tells(case: CaseRow) -> bool:
    kind, number = case.answers.get("id_type"), case.answers.get("id_number")
    return bool(kind and number) and identity.birth_of(str(kind), str(number)) is not None


def without_autofill(step: Step) -> Step:
    """On an assistant's device the browser must not remember one resident for the next."""
    return msgspec.structs.replace(step, specs=tuple(_quiet(spec) for spec in step.specs))


def _quiet(spec: FieldSpec) -> FieldSpec:
    extra = {**spec.meta["extra"], "autocomplete": "off"}
    return msgspec.structs.replace(spec, meta={**spec.meta, "extra": extra})


def code_of_page(steps: list[Step], field: str) -> str | None:
    """The step where a field is answered, for the links of mistakes and of 修改."""
    return next(
        (step.code for step in steps if any(field.split(".", maxsplit=1)[0] == spec.name for spec in step.specs)), None
    )


def next_code(steps: list[Step], code: str) -> str:
    """The step after `code`; the last look when there is none."""
    codes = [step.code for step in steps]
    position = codes.index(code) + 1 if code in codes else len(codes)
    return codes[position] if position < len(codes) else "check"


def code_before(steps: list[Step], code: str) -> str | None:
    codes = [step.code for step in steps]
    position = codes.index(code)
    return codes[position - 1] if position else None
