"""我的待办: the desk of the viewer's posts, most urgent first, and 下一件."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.response import Template
from msgspec import Struct

from backoffice import due as clocks
from backoffice.due import Due, Today
from backoffice.viewer import AnyRequest, actor_of, business, now, on
from db.queries import inbox, regions
from db.queries.inbox import ALL, FREE, HELD, MINE, CaseLine, Filter
from domain import payment_days
from domain.actor import POST_TITLES, Actor, Post, Scope
from domain.case import flow
from domain.case.status import TITLES, Status
from domain.items import BY_CODE
from domain.local import PROFILES
from web.pages import go, is_htmx, page
from web.remember import remember

PAGE_SIZE = 25
VIEWS = ((ALL, "全部待办"), (MINE, "我接手的"), (FREE, "还没人接手"), (HELD, "挂起的"))
ITEMS = tuple((item.code, item.title) for item in BY_CODE.values())
CLEAN = (("1", "没有疑点"), ("0", "有疑点"))


class Row(Struct, frozen=True):
    line: CaseLine
    item_title: str
    status_title: str
    place: str
    due: Due
    taken_by: str
    selectable: bool  # may go into a bulk approval


class Desk(Struct, frozen=True):
    """`groups`: (heading, rows) in order of urgency; `after` leads to the next page, None at the end."""

    groups: list[tuple[str, list[Row]]]
    after: str | None


@get("/inbox", guards=[business])
async def show(request: AnyRequest) -> Template:
    actor, chosen = actor_of(request), read_filter(request)
    today = await remember(request, ("today", on(request)), lambda: clocks.today(on(request)))
    desk = await rows_of(actor, chosen, today, read_after(request))
    if is_htmx(request):
        return page(request, "inbox/_desk.html", desk=desk, chosen=chosen, here_filtered=link(chosen))
    return page(
        request,
        "inbox/page.html",
        page_title="待办",
        desk=desk,
        chosen=chosen,
        here_filtered=link(chosen),
        reminders=await payment_days.reminders(actor.scope.county_code, on(request), sorted(actor.posts)),
        **await around(request, actor, today),
    )


@post("/inbox/next", guards=[business])
async def take_next(request: AnyRequest) -> Response[Any]:
    """下一件: the most urgent one nobody has taken."""
    case_id = await flow.take_next(actor_of(request), now(request))
    return go(request, "/inbox?empty=1" if case_id is None else f"/cases/{case_id}")


async def around(request: AnyRequest, actor: Actor, today: Today) -> dict[str, Any]:
    """What stands above the list: how much waits, and what it can be narrowed to."""
    scope, posts = actor.scope, sorted(post.value for post in actor.posts)
    counts = await inbox.counts(scope.county_code, scope.region_prefix, posts, today.on, today.next_working_day)
    county_desk = len(scope.region_prefix) == 6
    return {
        "tiles": [(shown(counts.get(state, 0)), today.words(state), clocks.TONES[state]) for state in clocks.TONES],
        "views": VIEWS,
        "items": ITEMS,
        "townships": await remember(request, ("townships", scope), lambda: townships(scope)) if county_desk else (),
        "clean_choices": CLEAN,
        "posts": [POST_TITLES[post] for post in sorted(actor.posts)],
    }


async def townships(scope: Scope) -> tuple[tuple[str, str], ...]:
    return tuple((place.code, place.name) for place in await regions.below(scope.county_code, scope.region_prefix, 8))


async def rows_of(actor: Actor, chosen: Filter, today: Today, after: tuple[date, int] | None) -> Desk:
    scope = actor.scope
    posts = sorted(post.value for post in actor.posts & handlers(chosen.item))
    found = await inbox.lines(
        scope.county_code, scope.region_prefix, posts, actor.id, chosen, today.on, after=after, limit=PAGE_SIZE + 1
    )
    lines = found[:PAGE_SIZE]
    last = lines[-1] if len(found) > PAGE_SIZE else None
    rows = as_rows(actor, lines, today)
    states = dict.fromkeys(row.due.state for row in rows)
    groups = [(today.words(state), [row for row in rows if row.due.state == state]) for state in states]
    return Desk(groups, f"{last.due_on}.{last.id}" if last else None)


def handlers(item: str) -> frozenset[Post]:
    """The posts an item passes through anywhere: a desk that never has it need not be searched."""
    chains = [place.chains[item] for place in PROFILES if item in place.chains] if item else []
    return frozenset(step.post for chain in chains for step in chain.steps) if item else frozenset(Post)


def as_rows(actor: Actor, lines: list[CaseLine], today: Today) -> list[Row]:
    return [_row(line, actor, today) for line in lines]


def _row(line: CaseLine, actor: Actor, today: Today) -> Row:
    timed = clocks.due(line, today)
    assert timed is not None, "whatever lies on a desk has a due date"
    mine = line.assignee_id in (None, actor.id)
    held = line.held_until is not None and line.held_until > today.on
    taken = "" if line.assignee_id is None else "我" if line.assignee_id == actor.id else line.assignee_name or "同事"
    return Row(line, BY_CODE[line.item].title, TITLES[Status(line.status)], line.place, timed, taken,
               line.clean and mine and not held)  # fmt: skip


def read_filter(request: AnyRequest) -> Filter:
    """From the address; what is no filter is ignored."""
    asked = request.query_params
    view, item, clean = asked.get("view", ALL), asked.get("item", ""), asked.get("clean", "")
    region = asked.get("township", "")
    return Filter(
        view=view if view in {code for code, _ in VIEWS} else ALL,
        item=item if item in BY_CODE else "",
        region=region if len(region) == 8 and region.isascii() and region.isdigit() else "",
        clean={"1": True, "0": False}.get(clean),
    )


def link(chosen: Filter, **changed: Any) -> str:
    """The address of the list so narrowed."""
    clean = "" if chosen.clean is None else str(int(chosen.clean))
    parts = {"view": chosen.view, "item": chosen.item, "township": chosen.region, "clean": clean} | changed
    return "/inbox?" + "&".join(f"{name}={value}" for name, value in parts.items() if value)


def read_after(request: AnyRequest) -> tuple[date, int] | None:
    day, _, number = request.query_params.get("after", "").partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def shown(count: int) -> str:
    return f"{inbox.COUNT_LIMIT - 1}+" if count >= inbox.COUNT_LIMIT else str(count)


ROUTES = [show, take_next]
