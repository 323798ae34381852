"""The residents' site: its routes, and what stands around every page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar

from db.queries import access, installation
from portal import (
    account,
    apply,
    cases,
    certification,
    confirming,
    contribution,
    contribution_papers,
    estimate,
    home,
    leaving,
    login,
    materials,
    me,
    notice,
    paper_check,
    pension,
    repayment,
    statement,
    village,
    village_benefits,
    village_check,
)
from portal.viewer import AnyRequest, is_logged_in
from web import identity, sessions
from web.app import site
from web.headers import origin_of
from web.identity.face import FaceCheck, face_check
from web.identity.provider import Provider
from web.pages import Link
from web.sessions import Clock, real_time
from web.settings import Settings
from web.storage import Storage

MODULES = (
    login, home, apply, confirming, materials, cases, account, statement, contribution, contribution_papers, paper_check, estimate, pension, notice, me, leaving,
    repayment, village, certification, village_benefits, village_check,
)  # fmt: skip
FOOTER = (Link("个人信息怎样使用", "/privacy"),)


def context(request: AnyRequest) -> Mapping[str, Any]:
    session = sessions.current(request)
    names: dict[int, str] = request.app.state.counties
    around: dict[str, Any] = {
        "mode": request.scope["state"].get("mode", "production"),
        "business_date": request.scope["state"].get("business_date"),
        "county_name": next(iter(names.values()), ""),
        "footer_links": FOOTER,
    }
    if session is None or not is_logged_in(request):
        return around
    actor = sessions.actor_of(request)
    return around | {
        "viewer_name": actor.name,
        "county_name": names.get(actor.scope.county_code, ""),
        "nav": menu(request),
        "session_ends_in": session.ends_in(),
    }


def menu(request: AnyRequest) -> list[Link]:
    links = [Link("首页", "/", "home"), Link("账户", "/account", "money"), Link("缴费", "/contribution", "plus"),
             Link("办件", "/cases", "list")]  # fmt: skip
    session = sessions.current(request)
    if session is not None and session.data.get(pension.MENU):
        links.insert(1, Link("养老金", "/pension", "leaf"))
    if sessions.villages_of(request):
        links.append(Link("村里", "/village", "people"))
    return [
        *links,
        Link("消息", "/messages", "message", request.scope["state"].get("unread", 0)),
        Link("我的", "/me", "person"),
    ]


@asynccontextmanager
async def from_database(app: Litestar) -> AsyncIterator[None]:
    """What the database knows about this installation: its counties, and whether a sandbox may log people in."""
    app.state.counties = {county.county_code: county.name for county in await access.counties()}
    if app.state.identity is None:
        settings: Settings = app.state.settings
        production = await installation.mode() == "production"
        app.state.identity = identity.provider(settings, production=production, clock=app.state.clock)
    if app.state.face is None:
        production = await installation.mode() == "production"
        app.state.face = face_check(app.state.settings, production=production, clock=app.state.clock)
    yield


def create(
    settings: Settings,
    storage: Storage,
    *,
    provider: Provider | None = None,
    face: FaceCheck | None = None,
    clock: Clock = real_time,
    lifespan: Any = (),
) -> Litestar:
    """`lifespan` opens what the site needs (the database) before it starts. Without `provider` and `face`, those of `settings`."""
    routes = [route for module in MODULES for route in module.ROUTES]
    return site(
        "portal", routes, Path(__file__).parent / "templates", context=context, secure=settings.secure_cookies,
        clock=clock, form_targets=tuple({origin_of(each) for each in (settings.issuer, settings.face_issuer) if each}), lifespan=[*lifespan, from_database],
        state={"settings": settings, "storage": storage, "identity": provider, "face": face, "clock": clock, "counties": {},
               "portal_url": settings.portal_url},
    )  # fmt: skip
