"""What the portal and the back office have in common as applications."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.enums import MediaType
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.plugins.htmx import HTMXPlugin
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler, Middleware

from web import errors, pages, styleguide

_IMMUTABLE = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)
_FORM_BYTES = 2_000_000  # handlers that take files raise this for themselves


@get("/healthz", media_type=MediaType.TEXT, opt={"public": True})
async def healthz() -> str:
    return "ok"


def site(
    name: str,
    routes: Sequence[ControllerRouterHandler],
    templates_dir: Path,
    *,
    context: Callable[[pages.AnyRequest], Mapping[str, Any]],
    middleware: Sequence[Middleware] = (),
    production: bool = True,
    state: Mapping[str, Any] | None = None,
    **options: Any,
) -> Litestar:
    """One of the two sites. `context` is described at pages.Site; `options` go to Litestar (lifespan, dependencies …)."""
    static = create_static_files_router(
        path=pages.STATIC_PATH,
        directories=[pages.STATIC],
        cache_control=_IMMUTABLE,
        opt={"public": True},
        # Only files that are the same for everybody: compressed pages would let their secrets be guessed by length.
        middleware=[DefineMiddleware(CompressionMiddleware, config=CompressionConfig(backend="gzip"))],
    )
    shown = [] if production else styleguide.ROUTES
    return Litestar(
        route_handlers=[healthz, static, pages.choose_text_size, *shown, *routes],
        middleware=list(middleware),
        plugins=[HTMXPlugin()],
        template_config=TemplateConfig(instance=pages.engine(templates_dir)),
        exception_handlers=dict(errors.HANDLERS),
        request_max_body_size=_FORM_BYTES,
        openapi_config=None,
        state=State({"site": pages.Site(name, context), **(state or {})}),
        debug=False,
        **options,
    )
