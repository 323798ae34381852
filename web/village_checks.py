"""The screen of a scanned line, as the village's assistant and the township's staff fill it in."""

from typing import Any

from domain.agency.village_checks import NewCheck
from domain.errors import Problem, Refused
from web import forms
from web.asked import text


def read(form: Any) -> NewCheck:
    """Each answer has its own form, whose fields begin with the answer. Refused beside the field that no day can be read from."""
    answer = text(form, "answer")
    written = text(form, f"{answer}.died_on")
    try:
        died_on = forms.read_date(written)
    except ValueError:
        raise Refused(Problem("died-on", f"没有“{written}”这一天，请检查日期。", "died_on")) from None
    return NewCheck(
        answer=answer, note=text(form, f"{answer}.note")[:200], died_on=died_on,
        why_corrected=text(form, f"{answer}.why_corrected")[:200],
    )  # fmt: skip


def errors(refused: Refused, answer: str) -> forms.Errors:
    """By the name of the input in the answer's form."""
    return {f"{answer}.{getattr(problem, 'field', None) or 'note'}": problem.message for problem in refused.problems}
