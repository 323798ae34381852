"""What the portal and the back office have in common as applications."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.enums import MediaType
from litestar.middleware import ASGIMiddleware, DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.plugins.htmx import HTMXPlugin
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from db.stores.security.sessions import App
from domain.errors import NotFound
from web import errors, pages, styleguide
from web.headers import security_headers
from web.sessions import Clock, real_time
from web.wall import Sessions

_IMMUTABLE = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)
_LARGEST_ID = 2**63 - 1
_FORM_BYTES = 2_000_000  # handlers that take files raise this for themselves


@get("/healthz", media_type=MediaType.TEXT, opt={"public": True})
async def healthz() -> str:
    return "ok"


async def no_such_number(request: pages.AnyRequest) -> None:
    """A number in an address that no row can have is like one that no row has (404)."""
    if any(isinstance(value, int) and value > _LARGEST_ID for value in request.path_params.values()):
        raise NotFound


def site(
    name: App,
    routes: Sequence[ControllerRouterHandler],
    templates_dir: Path,
    *,
    context: Callable[[pages.AnyRequest], Mapping[str, Any]],
    secure: bool,
    form_targets: tuple[str, ...] = (),
    clock: Clock = real_time,
    wall: ASGIMiddleware | None = None,
    state: Mapping[str, Any] | None = None,
    **options: Any,
) -> Litestar:
    """One of the two sites.

    `context` is described at pages.Site, `secure` at wall.Sessions, `form_targets` at headers; `wall` stands in for the
    sessions where no database is. `options` go to Litestar (lifespan, dependencies …).
    """
    static = create_static_files_router(
        path=pages.STATIC_PATH,
        directories=[pages.STATIC],
        cache_control=_IMMUTABLE,
        opt={"public": True},
        # Only files that are the same for everybody: compressed pages would let their secrets be guessed by length.
        middleware=[DefineMiddleware(CompressionMiddleware, config=CompressionConfig(backend="gzip"))],
    )
    return Litestar(
        route_handlers=[healthz, static, pages.choose_text_size, *styleguide.ROUTES, *routes],
        middleware=[wall or Sessions(name, secure=secure, clock=clock)],
        before_send=[security_headers(secure=secure, form_targets=form_targets)],
        before_request=no_such_number,
        plugins=[HTMXPlugin()],
        template_config=TemplateConfig(instance=pages.engine(templates_dir)),
        exception_handlers=dict(errors.HANDLERS),
        request_max_body_size=_FORM_BYTES,
        openapi_config=None,
        state=State({"site": pages.Site(name, context), **(state or {})}),
        debug=False,
        **options,
    )
