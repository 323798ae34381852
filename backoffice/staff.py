"""人员和岗位, 协办员: the lists that are looked through periodically (R-446), and what the county's administrator does."""

from collections.abc import Awaitable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, administration, day, now, on, supervision, text
from db.queries import access as queries
from db.queries import regions
from domain import access
from domain.access import NewUser
from domain.actor import POST_TITLES, Actor, Post
from domain.errors import NotFound, Problem, Refused
from web import forms, passwords
from web.pages import go, page

DONE = {
    "frozen": "账号已冻结，他接手的业务已经回到待办。", "unfrozen": "账号已恢复。", "post": "岗位已增加。", "ended": "已结束。",
    "appointed": "已聘任。", "relative": "已登记，他的亲属业务不会再分给他。",
}  # fmt: skip
POSTS = tuple((post.value, title) for post, title in POST_TITLES.items())


@get("/staff")
async def show(request: AnyRequest) -> Template:
    return await staff_page(request)


async def staff_page(
    request: AnyRequest, problems: tuple[Problem, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor = actor_of(request)
    county, prefix = actor.scope.county_code, actor.scope.region_prefix
    places = [*await regions.below(county, prefix[:6], 6), *await regions.below(county, prefix[:6], 8)]
    return page(
        request, "staff/page.html", status_code=422 if problems else 200, page_title="人员和岗位",
        users=await queries.staff(county, prefix, on(request)), post_titles=dict(POSTS), posts=POSTS, problems=problems, typed=typed or {},
        places=[(place.code, place.full_name) for place in places], manages=actor.holds(Post.COUNTY_ADMIN),
    )  # fmt: skip


@post("/staff", guards=[administration])
async def add(request: AnyRequest) -> Response[Any] | Template:
    """The first password is shown once, on the page that answers."""
    form = await request.form()
    actor, posts = actor_of(request), tuple(Post(value) for value in form.getall("posts", []) if value in POST_TITLES)
    password, hashed = await passwords.first()
    user = NewUser(
        county_code=actor.scope.county_code, name=text(form, "name"), region_code=text(form, "region_code"),
        organisation=text(form, "organisation"), password_hash=hashed, id_number=text(form, "id_number") or None,
    )  # fmt: skip
    try:
        _place(actor, user.region_code, "请选择所在机构。")
        _, login_name = await access.add_user(user, posts, actor, now(request))
    except Refused as refused:
        return await staff_page(request, refused.problems, forms.typed(form))  # type: ignore[arg-type]
    return page(
        request,
        "staff/password.html",
        page_title="新用户已建好",
        login_name=login_name,
        name=user.name,
        password=password,
    )


def _place(actor: Actor, region_code: str, ask: str) -> None:
    """Nothing chosen is a typing mistake; a place of somebody else's is missing, as everywhere."""
    if not actor.scope.covers(region_code):
        raise Refused(Problem("no-region", ask, field="region_code"))


@get("/staff/{staff_id:int}")
async def one(request: AnyRequest, staff_id: FromPath[int]) -> Template:
    return await user_page(request, staff_id)


async def user_page(
    request: AnyRequest, staff_id: int, problems: tuple[Problem, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor = actor_of(request)
    found = await queries.staff_user(actor.scope.county_code, staff_id, on(request))
    if found is None or not actor.scope.covers(found.region_code):
        raise NotFound
    return page(
        request, "staff/user.html", status_code=422 if problems else 200, page_title=f"人员：{found.name}", u=found, posts=POSTS,
        spells=await queries.post_spells(actor.scope.county_code, staff_id), post_titles=dict(POSTS), problems=problems, typed=typed or {},
        manages=actor.holds(Post.COUNTY_ADMIN) and actor.id != staff_id, today=on(request), here_done=_done(request),
    )  # fmt: skip


async def manage(request: AnyRequest, staff_id: int, work: Awaitable[Any], done: str) -> Response[Any] | Template:
    try:
        await work
    except Refused as refused:
        return await user_page(request, staff_id, refused.problems, forms.typed(await request.form()))  # type: ignore[arg-type]
    return go(request, f"/staff/{staff_id}?done={done}")


@post("/staff/{staff_id:int}/freeze", guards=[administration])
async def freeze(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    actor, reason = actor_of(request), text(await request.form(), "reason")
    return await manage(
        request, staff_id, access.freeze_user(actor.scope.county_code, staff_id, reason, actor, now(request)), "frozen"
    )


@post("/staff/{staff_id:int}/unfreeze", guards=[administration])
async def unfreeze(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    actor, reason = actor_of(request), text(await request.form(), "reason")
    return await manage(
        request,
        staff_id,
        access.unfreeze_user(actor.scope.county_code, staff_id, reason, actor, now(request)),
        "unfrozen",
    )


@post("/staff/{staff_id:int}/reset", guards=[administration])
async def reset(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    actor = actor_of(request)
    password, hashed = await passwords.first()
    try:
        await access.reset_user(actor.scope.county_code, staff_id, hashed, actor, now(request))
    except Refused as refused:
        return await user_page(request, staff_id, refused.problems)  # type: ignore[arg-type]
    found = await queries.staff_user(actor.scope.county_code, staff_id, on(request))
    assert found is not None
    return page(
        request,
        "staff/password.html",
        page_title="密码已重置",
        login_name=found.login_name,
        name=found.name,
        password=password,
    )


@post("/staff/{staff_id:int}/posts", guards=[administration])
async def give_post(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    return await manage(
        request, staff_id, _give_post(actor_of(request), request, staff_id, await request.form()), "post"
    )


async def _give_post(actor: Actor, request: AnyRequest, staff_id: int, form: Any) -> None:
    post_ = _post(form)
    await access.assign_post(
        actor.scope.county_code, staff_id, post_, day(form, "from_on", "从哪一天起"), actor, now(request)
    )


@post("/staff/{staff_id:int}/posts/end", guards=[administration])
async def end_post(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    return await manage(
        request, staff_id, _end_post(actor_of(request), request, staff_id, await request.form()), "ended"
    )


async def _end_post(actor: Actor, request: AnyRequest, staff_id: int, form: Any) -> None:
    until = day(form, "until_on", "从哪一天起离岗")
    await access.end_post(actor.scope.county_code, staff_id, _post(form), until, actor, now(request))


def _post(form: Any) -> Post:
    if text(form, "post") not in POST_TITLES:
        raise Refused(Problem("no-post", "请选择岗位。", field="post"))
    return Post(text(form, "post"))


@post("/staff/{staff_id:int}/relatives", guards=[administration])
async def declare_relative(request: AnyRequest, staff_id: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    work = access.declare_relative(
        actor.scope.county_code, staff_id, text(form, "id_number"), text(form, "relation"), actor, now(request)
    )
    return await manage(request, staff_id, work, "relative")


# ------------------------------------------------------------------ village assistants


@get("/assistants", guards=[supervision])
async def assistants(request: AnyRequest) -> Template:
    return await assistants_page(request)


async def assistants_page(
    request: AnyRequest, problems: tuple[Problem, ...] = (), typed: forms.Text | None = None
) -> Template:
    actor = actor_of(request)
    county, prefix = actor.scope.county_code, actor.scope.region_prefix
    return page(
        request, "staff/assistants.html", status_code=422 if problems else 200, page_title="村（社区）协办员",
        active=await queries.appointments(county, prefix), ended=await queries.appointments(county, prefix, ended=True),
        villages=[(v.code, v.full_name) for v in await regions.below(county, prefix, 10)], problems=problems, typed=typed or {},
        manages=actor.holds(Post.COUNTY_ADMIN), here_done=_done(request), today=on(request),
    )  # fmt: skip


@post("/assistants", guards=[administration])
async def appoint(request: AnyRequest) -> Response[Any] | Template:
    form = await request.form()
    return await manage_assistants(request, _appoint(actor_of(request), request, form), "appointed")


async def _appoint(actor: Actor, request: AnyRequest, form: Any) -> None:
    _place(actor, text(form, "region_code"), "请选择村（社区）。")
    await access.appoint_assistant(
        actor.scope.county_code, text(form, "id_number"), text(form, "name"), text(form, "region_code"),
        day(form, "from_on", "从哪一天起"), actor, now(request),
    )  # fmt: skip


@post("/assistants/{appointment_id:int}/end", guards=[administration])
async def end_appointment(request: AnyRequest, appointment_id: FromPath[int]) -> Response[Any] | Template:
    form, actor = await request.form(), actor_of(request)
    work = access.end_appointment(
        actor.scope.county_code, appointment_id, on(request), text(form, "reason"), actor, now(request)
    )
    return await manage_assistants(request, work, "ended")


async def manage_assistants(request: AnyRequest, work: Awaitable[Any], done: str) -> Response[Any] | Template:
    try:
        await work
    except Refused as refused:
        return await assistants_page(request, refused.problems, forms.typed(await request.form()))  # type: ignore[arg-type]
    return go(request, f"/assistants?done={done}")


def _done(request: AnyRequest) -> str:
    return DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else ""


ROUTES = [
    show, add, one, freeze, unfreeze, reset, give_post, end_post, declare_relative, assistants, appoint, end_appointment,
]  # fmt: skip
