"""非常规业务权限: asked for with a reason, given by another person, over by itself (R-439, R-440)."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import access as queries
from domain import access
from domain.actor import Post
from domain.errors import Problem, Refused
from web import forms
from web.guards import post_required
from web.pages import go, page

# What needs an authority of its own, in words. The code is what has_authority is asked with.
BUSINESSES = (
    ("birth_against_number", "出生日期和身份证号码不一致的变更"),
    ("contribution_adjustment", "缴费调整"),
    ("benefit_adjustment", "待遇调整"),
    ("one_off_adjustment", "一次性待遇调整"),
    ("after_check", "事后核查更正"),
    ("other", "其他（写明）"),
)
HOURS = (("4", "4小时"), ("8", "8小时"), ("24", "1天"), ("72", "3天"))
DONE = {
    "asked": "已提交，等负责人批准。",
    "granted": "已批准，到期自动收回。",
    "refused": "已拒绝。",
    "withdrawn": "已收回。",
}
PAGE_SIZE = 50

head = post_required(Post.COUNTY_HEAD)


@get("/authority")
async def show(request: AnyRequest) -> Template:
    return await list_page(request)


async def list_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    """One's own; the head sees everybody's."""
    actor = actor_of(request)
    decides = actor.holds(Post.COUNTY_HEAD)
    return page(
        request, "staff/authority.html", status_code=422 if problems else 200, page_title="非常规业务权限",
        rows=await queries.authorities(actor.scope.county_code, staff_id=None if decides else actor.id, limit=PAGE_SIZE),
        businesses=BUSINESSES, titles=dict(BUSINESSES), hours=HOURS, decides=decides, me=actor.id, at=now(request),
        problems=problems, typed=typed or request.state.kept,
        said=DONE.get(request.query_params.get("done", ""), "") if request.method == "GET" else "",
    )  # fmt: skip


async def _answered(request: AnyRequest, work: Awaitable[Any], done: str) -> Response[Any] | Template:
    try:
        await work
    except Refused as refused:
        return await list_page(request, refused.problems, forms.typed(await request.form()))
    return go(request, f"/authority?done={done}")


@post("/authority")
async def ask(request: AnyRequest) -> Response[Any] | Template:
    form = await request.form()
    return await _answered(request, _ask(request, form), "asked")


async def _ask(request: AnyRequest, form: Any) -> None:
    if text(form, "business") not in dict(BUSINESSES):
        raise Refused(Problem("no-business", "请选择要办什么。", field="business"))
    await access.request_authority(
        text(form, "business"), text(form, "reason"), actor_of(request), now(request), case_id=number(form, "case_id")
    )


@post("/authority/{grant_id:int}/grant", guards=[head])
async def grant(request: AnyRequest, grant_id: FromPath[int]) -> Response[Any] | Template:
    actor, at = actor_of(request), now(request)
    until = _until(at, text(await request.form(), "hours"))
    return await _answered(
        request, access.grant_authority(actor.scope.county_code, grant_id, until, actor, at), "granted"
    )


def _until(at: datetime, hours: str) -> datetime:
    return at + timedelta(hours=int(hours) if hours in dict(HOURS) else int(HOURS[0][0]))


@post("/authority/{grant_id:int}/refuse", guards=[head])
async def refuse(request: AnyRequest, grant_id: FromPath[int]) -> Response[Any] | Template:
    actor, reason = actor_of(request), text(await request.form(), "reason")
    work = access.refuse_authority(actor.scope.county_code, grant_id, reason, actor, now(request))
    return await _answered(request, work, "refused")


@post("/authority/{grant_id:int}/withdraw")
async def withdraw(request: AnyRequest, grant_id: FromPath[int]) -> Response[Any] | Template:
    actor = actor_of(request)
    return await _answered(
        request, access.withdraw_authority(actor.scope.county_code, grant_id, actor, now(request)), "withdrawn"
    )


ROUTES = [show, ask, grant, refuse, withdraw]
