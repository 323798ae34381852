"""An application being filled in: which step it is at, what has been answered, what is still missing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from db.queries.portal import CaseRow, MaterialRow
from domain.actor import Actor, ActorKind
from domain.case import examination, phone_code
from domain.case.item import ServiceItem
from domain.case.status import Status
from domain.errors import Finding, NotFound, Problem, Refused
from domain.items import BY_CODE
from domain.local import profile as local_profile
from portal import steps as step_list
from portal import viewer
from portal.steps import Kind, Step
from portal.viewer import AnyRequest
from web import filling, forms

EDITABLE = frozenset({Status.DRAFT, Status.SUPPLEMENT_REQUESTED})
ABOUT_THE_FORM = frozenset({"future", "guardian"})  # findings about what was typed, not about whom it names


class Draft(Struct, frozen=True, kw_only=True):
    """`choices`: options of the fields whose options lie in the database, by field name."""

    case: CaseRow
    actor: Actor
    item: ServiceItem
    steps: list[Step]
    choices: dict[str, list[tuple[str, str]]]

    @property
    def for_other(self) -> bool:
        """An assistant is at the keyboard."""
        return self.actor.kind is ActorKind.ASSISTANT

    @property
    def about_another(self) -> bool:
        """Not the person whose relation it is about, but an heir, applies."""
        return self.case.applicant_index != self.case.subject_index

    @property
    def is_supplement(self) -> bool:
        return self.case.status == Status.SUPPLEMENT_REQUESTED

    @property
    def at_once(self) -> bool:
        """Nobody reviews it: it takes effect when it is handed in (规程第九条)."""
        return not local_profile(self.case.profile).chains[self.item.code].steps

    def step(self, code: str) -> Step:
        """NotFound for a step this application does not have."""
        for step in self.steps:
            if step.code == code:
                return step_list.without_autofill(step) if self.for_other else step
        raise NotFound

    def url(self, code: str) -> str:
        return f"/drafts/{self.case.id}/{code}"

    @property
    def exit_url(self) -> str:
        """Out of the form: an assistant comes back to his village."""
        return f"/village/{self.actor.scope.region_prefix}" if self.for_other else "/"

    @property
    def leave_url(self) -> str:
        """Where the author is told that it is kept."""
        return f"{self.exit_url}?saved=1" if self.for_other else "/cases?saved=1"

    def number_of(self, code: str) -> int:
        return next(number for number, step in enumerate(self.steps, start=1) if step.code == code)

    @property
    def resume_url(self) -> str:
        """Where the author left off."""
        codes = [step.code for step in self.steps]
        return self.url(step_list.next_code(self.steps, self.case.page) if self.case.page in codes else codes[0])


async def open_draft(request: AnyRequest, case_id: int) -> Draft:
    case, actor = await viewer.case_of(request, case_id)
    return await draft_of(case, actor, viewer.today(request))


async def draft_of(case: CaseRow, actor: Actor, on: date) -> Draft:
    item = BY_CODE[case.item]
    tier_fields = [spec.name for spec in forms.fields(item.payload) if spec.widget == "tier"]
    tiers = await filling.tiers(case.county_code, on) if tier_fields else []
    phone = await phone_code.registered_phone(case)
    listed = step_list.steps_of(item, case, phone, tiers_known=bool(tiers))
    offered = {name: list(choices) for name, choices in item.offers(case.applicant_index != case.subject_index).items()}
    return Draft(case=case, actor=actor, item=item, steps=listed, choices=dict.fromkeys(tier_fields, tiers) | offered)


def same_answers(case: CaseRow, answers: Mapping[str, Any]) -> bool:
    """These very answers stand there already: a second click on one button."""
    return all(case.answers.get(name) == value for name, value in answers.items())


class Look(Struct, frozen=True, kw_only=True):
    """What the last look finds. `missing`: (what to do, address of the step). `warnings` never stop anybody, except
    where the item takes effect at once: then `barred`."""

    missing: list[tuple[str, str]]
    warnings: list[Finding]
    barred: bool


async def look_over(draft: Draft, materials: list[MaterialRow], on: date) -> Look:
    missing = [
        (f"请上传{material.title}的照片。", draft.url("materials"))
        for material in draft.item.materials
        if not any(photo.material == material.code for photo in materials)
    ]
    if any(step.kind is Kind.PHONE_CODE for step in draft.steps):
        missing.append(("请验证新的手机号码。", draft.url("phone-code")))
    try:
        looked = await examination.examine(draft.item, draft.case, on)
    except Refused as refused:
        return Look(missing=_problems(draft, refused) + missing, warnings=[], barred=False)
    # What the sources know about a person is told to that person, not to whoever types in a number for him.
    about_another = draft.for_other or draft.about_another
    warnings = [each for each in looked.bars if not about_another or draft.at_once or each.code in ABOUT_THE_FORM]
    return Look(missing=missing, warnings=warnings, barred=draft.at_once and bool(looked.bars))


def _problems(draft: Draft, refused: Refused) -> list[tuple[str, str]]:
    """Each unanswered question with the step that asks it."""
    titles = {spec.name: spec.ask for step in draft.steps for spec in step.specs}
    found = {}
    for problem in refused.problems:
        field = problem.field if isinstance(problem, Problem) and problem.field else ""
        code = step_list.code_of_page(draft.steps, field) or draft.steps[0].code
        found[titles.get(field, problem.message)] = draft.url(code)
    return list(found.items())
