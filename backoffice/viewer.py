"""What every handler asks first: who is looking, when, and what was typed."""

from datetime import date
from typing import Any

from domain.actor import Post
from domain.errors import Problem, Refused
from web import forms
from web.asked import AnyRequest, now, number, text, version
from web.guards import post_required
from web.sessions import actor_of

__all__ = [
    "AnyRequest",
    "actor_of",
    "administration",
    "business",
    "day",
    "now",
    "number",
    "on",
    "supervision",
    "text",
    "version",
]

# Whose work is about residents; finance and data management are not (业务、财务、数据管理、稽核分离; ).
BUSINESS = (
    Post.TOWNSHIP_CLERK, Post.COUNTY_ENROLLMENT, Post.COUNTY_ACCOUNT, Post.COUNTY_COLLECTION, Post.COUNTY_BENEFIT,
    Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
SUPERVISION = (Post.COUNTY_AUDITOR, Post.COUNTY_HEAD, Post.COUNTY_ADMIN)

business = post_required(*BUSINESS)
supervision = post_required(*SUPERVISION)
administration = post_required(Post.COUNTY_ADMIN)


def on(request: AnyRequest) -> date:
    return now(request).date()


def day(form: Any, name: str, title: str) -> date:
    """A day as people type it. Refused beside the field when it is none."""
    try:
        found = forms.read_date(text(form, name))
    except ValueError:
        found = None
    if found is None:
        raise Refused(Problem("no-date", f"请填写{title}，例如2026-03-05。", field=name))
    return found
