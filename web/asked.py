"""What handlers of both sites ask of a request: when it is, and what was typed."""

from datetime import datetime
from typing import Any

from litestar import Request

from domain.errors import Problem, Refused
from web import forms

AnyRequest = Request[Any, Any, Any]


def now(request: AnyRequest) -> datetime:
    """Business time, in China."""
    moment: datetime = request.state.now
    return moment


def text(form: Any, name: str) -> str:
    value = form.get(name, "")
    return forms.clean(value) if isinstance(value, str) else ""


def number(form: Any, name: str) -> int | None:
    """None for what is no number or too long to be an id."""
    value = text(form, name)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def version(form: Any) -> int:
    """The version of the case the page showed; a form without one is a stale form."""
    shown = number(form, "version")
    if shown is None:
        raise Refused(Problem("stale", "页面已经过期，请刷新后再操作。"))
    return shown
