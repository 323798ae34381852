"""What can be said against an application (Finding) and against a click (Problem)."""

from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """How much a finding weighs at the decision. None of them ever stops anybody from applying (规程第二十四条)."""

    BARS = "bars"  # the law forbids approval
    WAITS = "waits"  # a source could not be asked: wait for it, or decide on the commitment (规程第六条)
    NOTE = "note"  # the reviewer should look at it


class Finding(Struct, frozen=True):
    """Something the examination found, with the article that makes it matter."""

    code: str
    message: str
    basis: str
    weight: Weight = Weight.BARS


class Problem(Struct, frozen=True):
    """Why this click could not be carried out. `field` names the input to mend, None means the whole page."""

    code: str
    message: str
    field: str | None = None


class Refused(Exception):
    """The one exception that crosses layers; web turns it into a page (422, or 409 for code `stale`)."""

    def __init__(self, *problems: Problem | Finding) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = problems


class NotFound(Exception):
    """The thing does not exist or lies outside the viewer's scope: the two must look alike (404)."""
