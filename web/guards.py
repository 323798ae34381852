"""Guards of routes. That somebody is logged in at all is the wall's business (web.wall)."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from domain.actor import Post
from domain.errors import NotFound
from web.sessions import Connection, actor_of, villages_of
from web.wall import require_login

ASSISTANT_LEVEL = 3


def assurance(level: int, *, fresh: bool = False) -> Callable[[Connection, BaseRouteHandler], Awaitable[None]]:
    """A login of this level at least (standards D6), and where `fresh` one of the last minutes (R-517)."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        await require_login(connection, level=level, fresh=fresh)

    return guard


async def assistant_required(connection: Connection, _: BaseRouteHandler) -> None:
    """An active appointment, and a login of level 3: a borrowed password must not open a village."""
    if not villages_of(connection):
        raise NotFound
    await require_login(connection, level=ASSISTANT_LEVEL)


def post_required(*posts: Post) -> Callable[[Connection, BaseRouteHandler], Any]:
    """One of these posts, today."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if not any(actor_of(connection).holds(post) for post in posts):
            raise PermissionDeniedException("post missing")

    return guard
