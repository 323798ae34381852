"""What hardly ever changes and is read on every page, kept for half a minute by each process."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from litestar import Request

T = TypeVar("T")
SECONDS = 30  # how old a list of townships on a page may be


async def remember(request: Request[Any, Any, Any], key: tuple[Any, ...], read: Callable[[], Awaitable[T]]) -> T:
    """`read` at most twice a minute for one key of this application. Never for anything a decision rests on."""
    kept: dict[tuple[Any, ...], tuple[float, Any]] = request.app.state.setdefault("remembered", {})
    until, value = kept.get(key, (0.0, None))
    if until <= time.monotonic():
        value = await read()
        kept[key] = (time.monotonic() + SECONDS, value)
    found: T = value
    return found
