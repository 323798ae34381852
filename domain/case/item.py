"""What a 办理事项 says about itself: data and a handful of functions, no base class.

The payload's own constraints catch typing mistakes and stop the form. What `examine` finds stops nobody from
applying: it is shown to the reviewer, who owes an answer with reasons (规程第二十四条).
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from domain.actor import Actor, ActorKind
from domain.errors import Finding, Problem


class Source(StrEnum):
    """Where 数据比对 asks. The value is what the database stores."""

    NATIONAL_REGISTRY = "national_registry"
    EMPLOYEE_SCHEME = "employee_scheme"
    HOUSEHOLD_REGISTER = "household_register"
    DEATHS = "deaths"


SOURCE_TITLES: dict[Source, str] = {
    Source.NATIONAL_REGISTRY: "全民参保库",
    Source.EMPLOYEE_SCHEME: "职工养老保险库",
    Source.HOUSEHOLD_REGISTER: "公安户籍库",
    Source.DEATHS: "死亡人员名单",
}


class Answer(Struct, frozen=True, kw_only=True):
    """What one source says about one ID number. `record` is None when the source does not know the number;
    `available` False when it could not be asked. `as_of_on` is the age of the data, not of the question."""

    source: Source
    available: bool
    as_of_on: date | None = None
    batch_id: int | None = None
    batch_no: str = ""
    name: str | None = None
    record: dict[str, str] | None = None


class Subject(Struct, frozen=True, kw_only=True):
    """Whose relation a case is about. `person_id` is None for somebody not enrolled yet."""

    county_code: int
    name: str
    id_index: bytes
    person_id: int | None = None


class Applicant(Struct, frozen=True):
    """Who applies in the place of somebody who cannot: an heir (规程第三十八条). Need not be a participant."""

    name: str
    id_index: bytes


class Comparison(Struct, frozen=True):
    """One line of the comparison page. `agrees` None: the source says nothing about it."""

    title: str
    declared: str
    source: str
    says: str
    as_of_on: date | None
    agrees: bool | None


class Page(Struct, frozen=True):
    """One question group of the form; its fields are names of the payload."""

    code: str
    title: str
    fields: tuple[str, ...]
    hint: str = ""


class Material(Struct, frozen=True):
    """A paper the law lets us ask for. `basis` is required: nothing without an article can be demanded (R-004)."""

    code: str
    title: str
    basis: str
    hint: str = ""


class CommitmentText(Struct, frozen=True):
    """告知承诺书 in one version. `text` is what the person reads; its digest is stored with the signature (R-027)."""

    code: str
    version: str
    title: str
    text: str
    not_demanded: tuple[str, ...]


class Effect(Struct, frozen=True, kw_only=True):
    """What `effect` is given: the case it works for and who, when and why."""

    case_id: int
    subject: Subject
    actor: Actor
    at: datetime

    @property
    def on(self) -> date:
        return self.at.date()


class ServiceItem(Struct, frozen=True, kw_only=True):
    code: str  # the same word in the URL, the database and every file name
    title: str
    summary: str  # one sentence for the service list, in words a 70-year-old understands
    result: str  # what the applicant gets in the end, for the service guide
    basis: tuple[str, ...]
    payload: type[Struct]
    pages: tuple[Page, ...]
    applicants: frozenset[ActorKind]
    materials: tuple[Material, ...] = ()
    commitment: CommitmentText | None = None
    assurance: int = 3  # lowest login level that may submit (standards D6)
    fresh_login: bool = False  # asks for a login just before submitting
    staff_switch: str = ""  # of the profile: whether staff may file it at the counter
    # Answers that staff may not hand in where the profile says so: the switch, and what they are told; None where they may.
    not_by_staff: Callable[[Any], tuple[str, Problem] | None] = lambda _ask: None
    tells: bool = True  # False: the effect tells the person in words of its own, the steps of the case do not
    for_another: bool = False  # somebody else may apply in the place of the subject (Applicant)
    # Answers that are offered, by field, to somebody who applies for another (True) or for himself; others are refused.
    offers: Callable[[bool], dict[str, tuple[tuple[str, str], ...]]] = lambda _for_another: {}
    for_enrolled: bool = True  # False: the subject need not be a participant yet
    # Prefill of a new draft from what the office already knows; keys are payload fields.
    prefill: Callable[[Subject], Awaitable[dict[str, Any]]] | None = None
    region_of: Callable[[Any], str | None] = lambda _ask: (
        None
    )  # the region a case moves to, where the payload names one
    gather: Callable[[Any, Subject, date], Awaitable[Any]]  # reads: 数据比对
    examine: Callable[[Any, Any], list[Finding]]  # pure: rules
    compare: Callable[[Any, Any], list[Comparison]]  # pure: declared beside what the sources say
    effect: Callable[[Any, Effect], Awaitable[None]]  # writes: 办结生效
    undo: Callable[[Any, Effect], Awaitable[None]] | None = None  # writes the opposite, for a reviewed reversal
    documents: tuple[str, ...] = ()

    def first_answers(self, known: dict[str, Any]) -> dict[str, Any]:
        """Of what the login or the desk knows about somebody who is new here, what this form asks for."""
        asked = () if self.for_enrolled else self.payload.__struct_fields__
        return {name: value for name, value in known.items() if value and name in asked}
