"""Read-only: the audit log, the comparison sources, and outside production the messages that would have been sent."""

from datetime import datetime, timedelta
from typing import Any

from litestar import get
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, supervision
from db.queries import access, records
from domain.case.item import SOURCE_TITLES, Source
from domain.errors import NotFound
from web import forms
from web.pages import BEIJING, page

PAGE_SIZE = 50
OBJECTS = (("case", "业务"), ("person", "参保人员"), ("staff_user", "人员账号"), ("assistant", "协办员"), ("authority", "非常规权限"),
           ("search", "查询"), ("calendar", "放假安排"), ("region", "行政区划"), ("parameter", "政策参数"))  # fmt: skip
STALE_DAYS = 31  # a snapshot older than a month is worth asking about


@get("/audit", guards=[supervision])
async def audit(request: AnyRequest) -> Template:
    """By object, by actor, by day; newest first. The county's own entries only."""
    scope, asked = actor_of(request).scope, request.query_params
    first = _day(asked.get("day", ""))
    wanted = {"object_kind": asked.get("object", ""), "object_id": forms.clean(asked.get("number", "")), "actor_id": _int(asked.get("staff", ""))}
    before = _int(asked.get("before", ""))
    rows = await records.audit(
        scope.county_code, **wanted, first=first, last=first + timedelta(days=1) if first else None, before=before, limit=PAGE_SIZE + 1
    )
    shown = {"object": wanted["object_kind"], "number": wanted["object_id"], "staff": asked.get("staff", ""), "day": asked.get("day", "")}
    return page(
        request, "records/audit.html", page_title="操作记录", rows=rows[:PAGE_SIZE], objects=OBJECTS, titles=dict(OBJECTS), asked=shown,
        staff=[(user.id, user.name) for user in await access.staff(scope.county_code, scope.region_prefix, request.state.now.date())],
        next_url=_link(shown, rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None, first_url=_link(shown) if before else None,
    )  # fmt: skip


def _link(shown: dict[str, str], before: int | None = None) -> str:
    parts = [f"{name}={value}" for name, value in shown.items() if value and value.isascii()]
    return "/audit?" + "&".join([*parts, *([f"before={before}"] if before else [])])


def _day(text: str) -> datetime | None:
    try:
        day = forms.read_date(forms.clean(text))
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) if day else None


def _int(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@get("/sources", guards=[business])
async def sources(request: AnyRequest) -> Template:
    rows = await records.source_states(actor_of(request).scope.county_code, [source.value for source in Source])
    today = request.state.now.date()
    return page(
        request, "records/sources.html", page_title="比对来源", titles=SOURCE_TITLES, stale_days=STALE_DAYS,
        rows=[(row, (today - row.as_of_on).days if row.as_of_on else None) for row in rows],
    )  # fmt: skip


@get("/outbox", guards=[supervision])
async def outbox(request: AnyRequest) -> Template:
    """What would have been sent to people and partners. Never in production: there nobody reads people's messages."""
    if request.state.mode == "production":
        raise NotFound
    county = actor_of(request).scope.county_code
    before = _int(request.query_params.get("before", ""))
    rows = await records.messages(county, before=before, limit=PAGE_SIZE + 1)
    around: dict[str, Any] = {
        "next_url": f"/outbox?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        "first_url": "/outbox" if before else None,
        "exchanges": [] if before else await records.exchanges(county, limit=PAGE_SIZE),
    }
    return page(request, "records/outbox.html", page_title="待发消息", rows=rows[:PAGE_SIZE], **around)


ROUTES = [audit, sources, outbox]
